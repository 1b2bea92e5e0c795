//! What a run is asked, who watches it, and what it comes to.

use std::any::Any;
use std::path::Path;

use chipwatch_detection::Assessment;
use chipwatch_records::{Basis, Book, Books, BulkStatus, Chips, Day, Severity};
use chipwatch_report::{Published, Summary};

use crate::file::Loaded;
use crate::prepare::InputOverride;

/// What the caller decides about a run.
pub struct RunRequest<'a> {
    /// The pipeline.
    pub loaded: &'a Loaded,
    /// Files in place of the pipeline's.
    pub inputs: &'a [InputOverride],
    /// The pipeline's report folder.
    pub out: &'a Path,
    /// Where parts of files are kept from run to run; `None`: nowhere.
    pub cache: Option<CacheUse<'a>>,
    /// Whether lines wait on disk although they would find room in memory.
    pub spills: bool,
    /// The day the report speaks for, in place of the pipeline's.
    pub as_of: Option<Day>,
    /// The day of the run, for `as_of = "today"`.
    pub today: Day,
    /// Version of the tool.
    pub tool_version: &'a str,
    /// When the run started, for the manifest.
    pub started_at: &'a str,
    /// Seconds since some fixed moment, for the manifest's durations.
    pub clock: &'a (dyn Fn() -> f64 + Sync),
}

/// A cache, and how far it is trusted.
#[derive(Clone, Copy, Debug)]
pub struct CacheUse<'a> {
    /// Its folder.
    pub folder: &'a Path,
    /// Whether every file is hashed, whatever its times say.
    pub rehash: bool,
}

/// Whoever watches a run.
pub trait Progress: Sync {
    /// A stage begins.
    fn stage(&self, name: &'static str);
    /// So many bytes will be read.
    fn expect_bytes(&self, bytes: u64);
    /// So many more bytes were read.
    fn read_bytes(&self, bytes: u64);
}

/// Watches nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str) {}
    fn expect_bytes(&self, _: u64) {}
    fn read_bytes(&self, _: u64) {}
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Where the report is.
    pub published: Published,
    /// What it says, in numbers.
    pub summary: Summary,
    /// The books.
    pub books: Books,
    /// Why the run cannot be trusted; empty: it can.
    pub doubts: Vec<String>,
    /// The highest severity among its findings.
    pub severity: Option<Severity>,
    /// The day it speaks for.
    pub as_of: Day,
    /// The threshold in words.
    pub threshold: String,
    /// The first of the flagged entities, for the terminal.
    pub top: Vec<TopEntity>,
    /// What the run held in memory. Taking it apart takes a large run a quarter of a second, which a process that is about
    /// to end can spare.
    pub held: Option<Box<dyn Any + Send>>,
}

/// A line of the terminal's summary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopEntity {
    /// Name, as hostile as it was written.
    pub name: String,
    /// Country code, or nothing.
    pub country: String,
    /// Chips.
    pub chips: Chips,
    /// How sure the bulk badge is.
    pub bulk: BulkStatus,
}

/// How many entities the terminal's summary names.
const TOP: usize = 10;

pub(crate) fn top(assessment: &Assessment, book: &Book) -> Vec<TopEntity> {
    let flagged = assessment.entities.iter().filter(|entity| entity.basis != Basis::None);
    flagged
        .take(TOP)
        .map(|flagged| {
            let entity = book.entity(flagged.entity);
            TopEntity {
                name: entity.name.clone(),
                country: entity.country.map_or_else(String::new, |code| code.to_string()),
                chips: flagged.purchases.acquired,
                bulk: flagged.bulk_status,
            }
        })
        .collect()
}
