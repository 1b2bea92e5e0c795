//! What must hold whatever bytes come: one function for each parser. The targets under `fuzz/` call them with what
//! libFuzzer makes up; `any_bytes.rs` does so in every run of the tests, with the seeds and with proptest's bytes.

mod caches;
mod cells;
mod desk;
mod records;
mod splits;
mod tables;

pub use caches::{cache_entry, cache_index, cache_lists, cache_part, cached};
pub use cells::{date, number};
pub use records::{encodings, json_lines, packed, parquet, workbook, x12};
#[cfg(test)]
pub(crate) use splits::by_csv_core;
pub use splits::{header, rows};
pub use tables::{lookup, proposal, table};

/// A body takes any bytes; it panics where something does not hold.
pub type Body = fn(&[u8]);

/// All bodies by the names of their targets.
pub const BODIES: &[(&str, Body)] = &[
    ("number", number),
    ("date", date),
    ("rows", rows),
    ("header", header),
    ("table", table),
    ("encodings", encodings),
    ("packed", packed),
    ("json_lines", json_lines),
    ("parquet", parquet),
    ("x12", x12),
    ("workbook", workbook),
    ("lookup", lookup),
    ("proposal", proposal),
    ("cached", cached),
    ("cache_index", cache_index),
    ("cache_entry", cache_entry),
    ("cache_part", cache_part),
    ("cache_lists", cache_lists),
];

/// The value, or the end of the body: something that a body needs is not there.
#[track_caller]
#[expect(clippy::panic, reason = "a body is a test, and a fault of its desk is no finding")]
fn need<T>(value: Result<T, impl std::fmt::Debug>) -> T {
    value.unwrap_or_else(|error| panic!("a body lacks what it needs: {error:?}"))
}
