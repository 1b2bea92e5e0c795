//! Reads sales exports: files to tasks, tasks to typed shipment lines, bad rows to rejects.
//!
//! It knows layouts, numbers and dates. It does not know what a chip is, who a company is, or what the law says.

#[cfg(test)]
mod any_bytes;
pub mod cache;
pub mod captions;
mod cells;
mod coded;
mod columnar;
mod columns_plan;
mod compound_file;
pub mod date;
pub mod dialect;
mod dictionaries;
mod error;
mod fingerprints;
#[cfg(test)]
mod fixture_tests;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzz_bodies;
mod hashed;
mod head;
mod header;
pub mod inspect;
pub mod intake;
mod intern;
pub mod layout;
pub mod lookup;
mod marks;
pub mod merge;
pub mod number;
pub mod other_tables;
pub mod part;
mod particulars;
pub mod plan;
pub mod proposal;
mod range_hash;
mod range_input;
mod read;
mod read_row;
mod records_text;
mod resale_report;
pub mod resolve;
mod row_text;
mod rows;
pub mod source;
mod spill;
mod stored_numbers;
mod task;
mod workbook;
mod x12;

pub use error::IngestError;
pub use part::{Part, Receipt, Store};
pub use plan::{Plan, PlannedFile, Task, plan};
pub use read::{FileReading, Reading, read_all};
pub use source::SourceSpec;
pub use task::TaskError;
