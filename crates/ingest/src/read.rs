//! All tasks of a plan, in parallel.

use chipwatch_records::{Rejects, SourceId};
use rayon::prelude::*;

use crate::dialect::{FileDialects, decide};
use crate::error::IngestError;
use crate::merge::{Merged, merge};
use crate::part::{DialectEvidence, Part, Receipt, Store};
use crate::plan::{Plan, Task};
use crate::range_hash::{RangeHash, combine};
use crate::source::SourceSpec;
use crate::task::{TaskError, run_task};

/// What the files of a run had in them.
#[derive(Clone, Debug)]
pub struct FileReading {
    /// Sums over the file's tasks; rejects in the order of lines.
    pub receipt: Receipt,
    /// How its columns are written.
    pub dialects: FileDialects,
}

/// Everything that was read.
pub struct Reading {
    /// Tables and rows of the trusted files.
    pub merged: Merged,
    /// By file.
    pub files: Vec<FileReading>,
}

/// Runs the tasks of a plan and puts the files' hashes into it; `progress` is told the bytes of each task that ended.
///
/// Each task guesses where in its range the first record starts. Task by task it is then seen whether the one before
/// really ended there: a task that guessed wrong, because a line end stood within quotes, is run once more.
///
/// # Errors
/// [`IngestError`] where a file cannot be read, or the store fails.
pub fn read_all(
    sources: &[SourceSpec],
    plan: &mut Plan,
    store: &dyn Store,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Reading, IngestError> {
    let run = |task: &Task| {
        let file = &plan.files[task.file];
        let done = run_task(task, file, &sources[file.input.source.index()], store);
        progress(task.range.end - task.range.start);
        done.map_err(|error| failed(plan, task, error))
    };
    let outcomes: Vec<Result<_, IngestError>> = plan.tasks.par_iter().map(run).collect();
    let mut receipts: Vec<Vec<Receipt>> = vec![Vec::new(); plan.files.len()];
    let mut hashes: Vec<Vec<RangeHash>> = vec![Vec::new(); plan.files.len()];
    // Where the next record of each file starts: byte and physical line.
    let mut next: Vec<(u64, u32)> = plan.files.iter().map(|file| file.body).collect();
    for (task, outcome) in plan.tasks.iter().zip(outcomes) {
        let (mut receipt, hash) = outcome?;
        hashes[task.file].push(hash);
        let (at, line) = next[task.file];
        if at > task.range.end {
            // A record of an earlier range goes on behind the end of this one.
            drop(store.take(&task.id));
            continue;
        }
        if receipt.span.start != at {
            drop(store.take(&task.id));
            receipt = run(&Task { first_record: Some(at), ..task.clone() })?.0;
        }
        receipt.first_line = line;
        receipt.move_lines(line);
        next[task.file] = (receipt.span.end, line + receipt.lines);
        receipts[task.file].push(receipt);
    }
    for (file, hashes) in plan.files.iter_mut().zip(hashes) {
        if let Some(hash) = combine(&hashes) {
            file.input.blake3 = hash.to_hex().to_string();
        }
    }
    assemble(sources, plan, store, receipts)
}

fn failed(plan: &Plan, task: &Task, error: TaskError) -> IngestError {
    match error {
        TaskError::Input(error) => error,
        other => {
            IngestError::NotUnderstood { path: plan.files[task.file].path.clone(), why: other.to_string() }
        }
    }
}

fn assemble(
    sources: &[SourceSpec],
    plan: &Plan,
    store: &dyn Store,
    receipts: Vec<Vec<Receipt>>,
) -> Result<Reading, IngestError> {
    let task = |receipt: &Receipt| (receipt.task.clone(), receipt.first_line);
    let tasks: Vec<Vec<(String, u32)>> =
        receipts.iter().map(|of_file| of_file.iter().map(task).collect()).collect();
    let sums: Vec<Receipt> =
        receipts.into_iter().enumerate().map(|(file, of_file)| sum(file, of_file)).collect();
    let dialects = decide_all(sources, plan, &sums);
    let mut parts: Vec<Part> = Vec::new();
    for (index, file) in plan.files.iter().enumerate() {
        for (task, first_line) in &tasks[index] {
            let lost = |why| IngestError::NotUnderstood { path: file.path.clone(), why };
            let mut part = store.take(task).map_err(lost)?;
            part.first_line = *first_line;
            if dialects[index].questions.is_empty() {
                parts.push(part);
            }
        }
    }
    let merged = merge(sources, &plan.files, &dialects, parts);
    let files =
        sums.into_iter().zip(dialects).map(|(receipt, dialects)| FileReading { receipt, dialects }).collect();
    Ok(Reading { merged, files })
}

fn decide_all(sources: &[SourceSpec], plan: &Plan, sums: &[Receipt]) -> Vec<FileDialects> {
    let mut dialects = vec![FileDialects::default(); plan.files.len()];
    for (index, source) in sources.iter().enumerate() {
        let of_source = |file: &usize| Some(plan.files[*file].input.source) == SourceId::from_index(index);
        let files: Vec<usize> = (0..plan.files.len()).filter(of_source).collect();
        let evidence: Vec<(String, DialectEvidence)> = files
            .iter()
            .map(|file| (plan.files[*file].input.path.clone(), sums[*file].evidence.clone()))
            .collect();
        for (file, decided) in files.into_iter().zip(decide(source, &evidence)) {
            dialects[file] = decided;
        }
    }
    dialects
}

fn sum(file: usize, receipts: Vec<Receipt>) -> Receipt {
    let mut sum = Receipt { file, ..Receipt::default() };
    for receipt in receipts {
        sum.rows += receipt.rows;
        sum.accepted += receipt.accepted;
        sum.total_rows += receipt.total_rows;
        sum.repeated_headers += receipt.repeated_headers;
        sum.rejected += receipt.rejected;
        sum.rejects.extend(receipt.rejects);
        sum.evidence.merge(receipt.evidence);
        sum.bill_to_for_sold_to += receipt.bill_to_for_sold_to;
        sum.unknown_codes.extend(receipt.unknown_codes);
        sum.looked_up += receipt.looked_up;
    }
    sum.rejects.truncate(Rejects::LIMIT);
    sum
}
