//! `monthly.csv`: chips bought by month, level, buyer's country and model.

use std::path::Path;

use chipwatch_records::{Monthly, TableColumn};

use super::country;
use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError};

/// Writes the series under the declared column names.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let header = Monthly::all().iter().map(|column| column.name()).collect::<Vec<_>>().join(",");
    write_rows(folder, "monthly.csv", &header, report.monthly.len(), |index, out| {
        let row = &report.monthly[index];
        Row::new(out)
            .number(i64::from(row.month))
            .word(row.channel.as_str())
            .word(country(&row.country))
            .text(&row.model)
            .number(row.buyers)
            .number(row.chips_lo)
            .number(row.chips_hi)
            .end();
    })
}
