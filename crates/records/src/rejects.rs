//! Rows that could not be read: data, not errors.

use serde::Serialize;

/// One row that was refused, and why.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Reject {
    /// The input file, as the glob gave it.
    pub file: String,
    /// The physical line, from 1.
    pub line: u32,
    /// The column of the file, by its header; empty where the whole row is meant.
    pub column: String,
    /// The cell as written.
    pub value: String,
    /// Why it was refused, in plain words.
    pub reason: String,
}

/// The rejects of a run; a file's list is capped, its count is not.
#[derive(Clone, Default, Debug)]
pub struct Rejects {
    /// What is listed in `rejects.csv`, sorted by file and line.
    pub listed: Vec<Reject>,
    /// How many rows were refused in all.
    pub count: u64,
    /// How many refused rows are not listed because their file had more than [`Rejects::LIMIT`].
    pub not_listed: u64,
}

impl Rejects {
    /// At most so many rejects are listed for one file.
    pub const LIMIT: usize = 100_000;
}
