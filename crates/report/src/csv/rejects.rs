//! `rejects.csv`: rows that were refused, and why.

use std::path::Path;

use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError};

/// Writes `rejects.csv`.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let listed = &report.rejects.listed;
    write_rows(folder, "rejects.csv", "file,line,column,value,reason", listed.len(), |index, out| {
        let reject = &listed[index];
        Row::new(out)
            .text(&reject.file)
            .number(i64::from(reject.line))
            .text(&reject.column)
            .text(&reject.value)
            .text(&reject.reason)
            .end();
    })
}
