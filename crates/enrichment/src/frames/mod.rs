//! The data frames of chipwatch, and its only use of polars: joins and aggregates over distinct tables, never over lines.

mod monthly;

use chipwatch_records::TableColumn;
use polars::prelude::Expr;

pub use monthly::{MonthlyPart, monthly_series};

/// Why a frame could not be computed: a fault of the program.
#[derive(Debug, thiserror::Error)]
#[error("the {table} table cannot be computed: {why}")]
pub struct FrameError {
    /// Which table.
    pub table: &'static str,
    /// What polars said.
    pub why: String,
}

/// The only expression that names a column: its name comes from the table's declaration.
#[expect(clippy::disallowed_methods, reason = "the one allowed site; without the ban this expectation fails")]
pub(crate) fn column(column: impl TableColumn) -> Expr {
    polars::prelude::col(column.name())
}
