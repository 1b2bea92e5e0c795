//! Detectors over the ledger: plain typed Rust, one file each, and the assessment that ranks what they find.
//!
//! A detector sees one [`Slice`] of the [`Ledger`](chipwatch_records::Ledger) and a
//! [`RunContext`](chipwatch_records::RunContext). No files, clock, logging or data frames live here.

mod assess;
mod detector;
mod detectors;
mod draft;
mod evidence;
mod example;
mod explanations;
#[cfg(test)]
mod fixture;
mod grounds;
mod models;
mod parameters;
mod question;
mod registry;
mod slice;
mod totals;
mod windows;
mod wording;

pub use assess::{Assessment, DetectorFailure, SliceAssessment, assess, assess_slice};
pub use detector::{DetectError, Detector, Family};
pub use example::{Example, Row, What};
pub use parameters::ConfigError;
pub use registry::{
    Build, Registration, all, build, explain, not_evaluated, registration, successors_of_retired,
};
pub use slice::Slice;
