//! Books and notes of what was read, before any line is counted.

use std::collections::BTreeMap;

use chipwatch_ingest::{FileReading, Plan, PlannedFile};
use chipwatch_records::{Books, Exclusion, Fate, Reject, Rejects};
use chipwatch_report::{FileNote, InputStamp};

use crate::prepare::Prepared;

/// What reading left: its part of the books, its rejects, and what must be said about it.
#[derive(Default)]
pub(crate) struct ReadingSummary {
    pub(crate) books: Books,
    pub(crate) rejects: Rejects,
    /// Sentences for the report.
    pub(crate) notes: Vec<String>,
    /// Sentences about single files, for the manifest.
    pub(crate) file_notes: Vec<FileNote>,
    /// Why the run cannot be trusted.
    pub(crate) doubts: Vec<String>,
    /// Rows read and refused, by source.
    pub(crate) by_source: Vec<(u64, u64)>,
}

/// How a file was read, where that is not as it stands.
fn note_file(file: &PlannedFile, reading: &FileReading, summary: &mut ReadingSummary) {
    for left_out in &file.left_out {
        summary.notes.push(format!("{} was not read: {left_out}", file.input.path));
    }
    let mut notes = Vec::new();
    if !file.form.is_plain() {
        notes.push(format!("read as {}", file.form.in_words()));
    }
    if file.header_line > 1 {
        notes.push(format!(
            "the header stands on line {}; what stands above it was not read",
            file.header_line
        ));
    }
    notes.extend(reading.dialects.notes.iter().cloned());
    let note = |note: String| FileNote { file: file.input.path.clone(), note };
    summary.file_notes.extend(notes.into_iter().map(note));
}

/// Books the rows that never became lines, and gathers what the files had to say.
pub(crate) fn summarise(prepared: &Prepared, plan: &Plan, files: &[FileReading]) -> ReadingSummary {
    let mut summary =
        ReadingSummary { by_source: vec![(0, 0); prepared.sources.len()], ..ReadingSummary::default() };
    let mut bill_to: BTreeMap<usize, u64> = BTreeMap::new();
    for (index, file) in plan.files.iter().enumerate() {
        let source = file.input.source.index();
        if let Some(original) = file.same_as {
            let rows = files[original].receipt.rows;
            summary.books.rows.read += rows;
            summary.books.rows.add(Fate::Duplicate, rows);
            let note = format!("the same bytes as {}: dropped whole", plan.files[original].input.path);
            summary.file_notes.push(FileNote { file: file.input.path.clone(), note });
            continue;
        }
        let reading = &files[index];
        let receipt = &reading.receipt;
        let rows = &mut summary.books.rows;
        rows.read += receipt.rows - receipt.accepted;
        rows.add(Fate::Excluded(Exclusion::TotalRow), receipt.total_rows);
        rows.add(Fate::Excluded(Exclusion::RepeatedHeader), receipt.repeated_headers);
        rows.add(Fate::Rejected, receipt.rejected);
        summary.by_source[source].0 += receipt.rows;
        summary.by_source[source].1 += receipt.rejected;
        *bill_to.entry(source).or_default() += receipt.bill_to_for_sold_to;
        add_rejects(&mut summary.rejects, receipt.rejects.clone(), receipt.rejected);
        if receipt.rows == 0 {
            summary.notes.push(format!("{} has a header and no rows.", file.input.path));
        }
        for (header, code) in &receipt.unknown_codes {
            summary.notes.push(format!(
                "Code `{code}` of column {header} is not known and was read as a plain sale; say `document_types = {{ {code} = \"…\" }}` in source `{}`.",
                prepared.sources[source].name
            ));
        }
        note_file(file, reading, &mut summary);
        if !reading.dialects.questions.is_empty() {
            rows_quarantined(&mut summary.books, receipt.accepted);
            summary.doubts.extend(
                reading.dialects.questions.iter().map(|question| format!("{}: {question}", file.input.path)),
            );
        }
    }
    for (source, rows) in bill_to.into_iter().filter(|(_, rows)| *rows > 0) {
        let name = &prepared.sources[source].name;
        summary.notes.push(format!(
            "Source `{name}`: {rows} lines name no buyer; their invoice recipient stands for it."
        ));
    }
    summary.notes.sort();
    summary.notes.dedup();
    summary
}

fn rows_quarantined(books: &mut Books, rows: u64) {
    books.rows.read += rows;
    books.rows.add(Fate::Quarantined, rows);
}

/// Lists rejects up to the limit of a file, and counts the others.
pub(crate) fn add_rejects(rejects: &mut Rejects, listed: Vec<Reject>, count: u64) {
    rejects.count += count;
    rejects.not_listed += count - listed.len() as u64;
    rejects.listed.extend(listed);
}

/// The input files as the manifest names them.
pub(crate) fn input_stamps(prepared: &Prepared, plan: &Plan, files: &[FileReading]) -> Vec<InputStamp> {
    plan.files
        .iter()
        .zip(files)
        .map(|(file, reading)| InputStamp {
            file: file.input.path.clone(),
            source: prepared.sources[file.input.source.index()].name.clone(),
            blake3: file.input.blake3.clone(),
            bytes: file.input.bytes,
            bytes_read: file.bytes_read(),
            rows: reading.receipt.rows,
            rejected: reading.receipt.rejected,
            dialect: dialect(reading),
        })
        .collect()
}

fn dialect(reading: &FileReading) -> String {
    let numbers =
        reading.dialects.numbers.iter().map(|(column, dialect)| format!("{} {dialect:?}", column.name()));
    let dates =
        reading.dialects.dates.iter().map(|(column, dialect)| format!("{} {dialect:?}", column.name()));
    numbers.chain(dates).collect::<Vec<_>>().join(", ").to_lowercase()
}
