//! What the report is told.

use std::path::Path;

use chipwatch_detection::Assessment;
use chipwatch_records::{Channel, Chips, MonthlyRow, NotEvaluated, RunContext};
use chipwatch_report::{Formats, Report, Summary};

use crate::bookkeeping::ReadingSummary;
use crate::count::LedgerParts;
use crate::error::RunError;
use crate::file::FormatName;
use crate::outcome::RunRequest;
use crate::prepare::Prepared;

/// All that the report tells.
pub(crate) struct Told<'a> {
    pub(crate) request: &'a RunRequest<'a>,
    pub(crate) prepared: &'a Prepared,
    pub(crate) counted: &'a LedgerParts,
    pub(crate) context: &'a RunContext,
    pub(crate) summary: &'a ReadingSummary,
}

impl Told<'_> {
    pub(crate) fn write(
        &self,
        folder: &Path,
        assessment: &Assessment,
        level_totals: &[(Channel, Chips)],
        monthly: &[MonthlyRow],
    ) -> Result<Summary, RunError> {
        let counted = self.counted;
        let mut not_evaluated: Vec<NotEvaluated> =
            chipwatch_detection::not_evaluated(&self.prepared.detectors, &counted.book, self.context);
        not_evaluated.extend(self.prepared.unused.iter().cloned());
        let mut notes = self.prepared.notes.clone();
        notes.extend(self.summary.notes.iter().cloned());
        let formats = &self.request.loaded.file.report.formats;
        let has = |format| formats.contains(&format);
        let report = Report {
            tool_version: self.request.tool_version,
            pipeline: &self.prepared.name,
            as_of: self.context.as_of,
            context: self.context,
            scope: self.prepared.scope.as_str(),
            books: &self.summary.books,
            book: &counted.book,
            lines: &assessment.lines,
            entities: &assessment.entities,
            accounts: &assessment.accounts,
            monthly,
            item_totals: &counted.item_totals,
            rejects: &self.summary.rejects,
            not_evaluated: &not_evaluated,
            notes: &notes,
            level_totals,
        };
        let formats = Formats {
            json: has(FormatName::Json),
            csv: has(FormatName::Csv),
            markdown: has(FormatName::Markdown),
        };
        Ok(report.write(folder, formats)?)
    }
}
