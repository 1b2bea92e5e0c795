//! Why inputs could not be read at all. A bad row is a reject, not an error.

use std::path::PathBuf;

/// A fault of the inputs as a whole, or of what the pipeline says about them.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A glob without a file.
    #[error(
        "source `{source_name}`: no file matches `{pattern}`; correct its `files`, or say --input {source_name}=GLOB"
    )]
    NoFile {
        /// The source.
        source_name: String,
        /// The glob.
        pattern: String,
    },
    /// A glob that is none.
    #[error("source `{source_name}`: `{pattern}` is not a file pattern: {why}")]
    BadPattern {
        /// The source.
        source_name: String,
        /// The glob.
        pattern: String,
        /// Why.
        why: String,
    },
    /// A file that cannot be read.
    #[error("{path}: cannot be read: {why}; check the path and who may read it", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file that is read but cannot be understood.
    #[error("{path}: {why}", path = path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// A layout nobody knows.
    #[error("unknown layout `{name}`")]
    UnknownLayout {
        /// As written.
        name: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// A fault of a layout file of the program.
    #[error("layout `{name}` cannot be read: {why}")]
    BrokenLayout {
        /// Which.
        name: String,
        /// Why.
        why: String,
    },
}
