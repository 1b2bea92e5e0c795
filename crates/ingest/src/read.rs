//! All tasks of a plan, in parallel.

use chipwatch_records::{Rejects, SourceId};
use rayon::prelude::*;

use crate::cache::Cache;
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
    /// Why the cache could not be written, where it could not.
    pub not_kept: Option<String>,
}

/// Runs the tasks of a plan, loads what the cache has, and puts the files' hashes into the plan; `progress` is told the bytes of each task that ended.
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
    cache: Option<&Cache>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Reading, IngestError> {
    let run = |task: &Task| {
        let file = &plan.files[task.file];
        let done = run_task(task, file, &sources[file.input.source.index()], store);
        progress(task.bytes);
        done.map_err(|error| failed(plan, task, error))
    };
    let outcomes: Vec<Result<_, IngestError>> = plan.tasks.par_iter().map(run).collect();
    let mut receipts: Vec<Vec<Receipt>> = vec![Vec::new(); plan.files.len()];
    let mut hashes: Vec<Vec<RangeHash>> = vec![Vec::new(); plan.files.len()];
    // Where the next record of each file starts: byte and physical line.
    let mut next: Vec<(u64, u32)> = plan.files.iter().map(|file| file.body).collect();
    for (task, outcome) in plan.tasks.iter().zip(outcomes) {
        let (mut receipt, hash) = outcome?;
        hashes[task.file].extend(hash);
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
        // A copy's hash says nothing of the file.
        if let (true, Some(hash)) = (file.input.blake3.is_empty(), combine(&hashes)) {
            file.input.blake3 = hash.to_hex().to_string();
        }
    }
    assemble(sources, plan, store, cache, receipts)
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
    cache: Option<&Cache>,
    receipts: Vec<Vec<Receipt>>,
) -> Result<Reading, IngestError> {
    let of_file = |(index, receipts): (usize, Vec<Receipt>)| {
        let file = &plan.files[index];
        let lost = |why| IngestError::NotUnderstood { path: file.path.clone(), why };
        if let (Some(cached), None) = (&file.cached, file.same_as) {
            return cached.load(index, file).map_err(lost);
        }
        let parts = receipts.iter().map(|receipt| {
            let mut part = store.take(&receipt.task)?;
            part.first_line = receipt.first_line;
            Ok(part)
        });
        let parts = parts.collect::<Result<Vec<Part>, String>>().map_err(lost)?;
        Ok((sum(index, receipts), parts))
    };
    let read: Vec<(Receipt, Vec<Part>)> =
        receipts.into_par_iter().enumerate().map(of_file).collect::<Result<_, IngestError>>()?;
    let not_kept = cache.and_then(|cache| cache.keep(sources, &plan.files, &read).err());
    let (sums, parts): (Vec<Receipt>, Vec<Vec<Part>>) = read.into_iter().unzip();
    let dialects = decide_all(sources, plan, &sums);
    let trusted = parts.into_iter().zip(&dialects).filter(|(_, dialects)| dialects.questions.is_empty());
    let parts = trusted.flat_map(|(parts, _)| parts).collect();
    let merged = merge(sources, &plan.files, &dialects, parts);
    let files =
        sums.into_iter().zip(dialects).map(|(receipt, dialects)| FileReading { receipt, dialects }).collect();
    Ok(Reading { merged, files, not_kept })
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
            dialects[file].notes.extend(plan.files[file].mapping.repeated());
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::intake::Scratch;
    use crate::part::shelf::Shelf;
    use crate::plan::{plan, tasks_of};
    use crate::source::source;

    /// Lines by file line, rejects, sums and hash of a file that is read in ranges of so many bytes.
    fn read(folder: &Path, bytes: u64) -> (Vec<String>, Vec<String>, [u64; 4], String) {
        let patterns = vec!["f.csv".to_owned()];
        let source = SourceSpec { patterns, base: folder.to_owned(), ..source() };
        let sources = [source];
        let mut plan = plan(&sources, &Scratch::new(folder.join("copies")), None).unwrap();
        plan.tasks = tasks_of(&plan.files, bytes);
        let reading = read_all(&sources, &mut plan, &Shelf::default(), None, &|_| ()).unwrap();
        let tables = &reading.merged.lines;
        let mut lines = Vec::new();
        for partition in reading.merged.partitions {
            for line in partition.resolve(&reading.merged.resolver).unwrap().lines {
                let buyer = line.sold_to.map(|party| tables.text(tables.parties[party.index()].name));
                lines.push(format!("{:05} {buyer:?} {}", line.line, line.quantity));
            }
        }
        lines.sort();
        let receipt = &reading.files[0].receipt;
        let rejects = receipt.rejects.iter().map(|reject| format!("{}: {}", reject.line, reject.reason));
        let sums = [receipt.rows, receipt.accepted, receipt.rejected, receipt.total_rows];
        (lines, rejects.collect(), sums, plan.files[0].input.blake3.clone())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_length_of_the_ranges_changes_nothing(
            rows in proptest::collection::vec(0_usize..9, 20..400),
            ends_with_line in any::<bool>(),
        ) {
            let mut text = "sold_to_name,part_number,quantity,ship_date\n".to_owned();
            for (index, kind) in rows.iter().enumerate() {
                text += &match kind {
                    0 => format!("\"Acme\n{index}, Ltd\",900-1-2,{index},2024-01-02\r\n"),
                    1 => format!("\"A \"\"quoted\"\" name\n\n\n{index}\",900-1-2,{index},2024-01-02\n"),
                    2 => "\n\r\n\n".to_owned(),
                    3 => "too,short\n".to_owned(),
                    4 => format!("{},900-1-2,{index},2024-01-02\n", "long name ".repeat(250)),
                    5 => format!("Naïve {index},900-1-2,x,2024-01-02\n"),
                    _ => format!("Acme {index},900-1-2,{index},2024-01-02\n"),
                };
            }
            if !ends_with_line {
                text.truncate(text.trim_end().len());
            }
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("f.csv"), &text).unwrap();
            let whole = read(folder.path(), 1 << 20);
            let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
            prop_assert_eq!(&whole.3, &hash);
            prop_assert_eq!(&read(folder.path(), 1_024), &whole);
            prop_assert_eq!(&read(folder.path(), 2_048), &whole);
        }
    }

    #[test]
    fn a_line_without_end_is_one_reject_wherever_the_ranges_end() {
        let folder = tempfile::tempdir().unwrap();
        let header = "sold_to_name,part_number,quantity,ship_date\n";
        let long = "x".repeat(5 << 19);
        let text = format!("{header}A,900-1-2,1,2024-01-02\n{long}\nB,900-1-2,1,2024-01-02\n");
        std::fs::write(folder.path().join("f.csv"), text).unwrap();
        let whole = read(folder.path(), 1 << 22);
        assert_eq!((whole.1.len(), whole.2), (1, [3, 2, 1, 0]));
        for bytes in [1 << 16, 1 << 19, 1 << 20] {
            assert_eq!(read(folder.path(), bytes), whole, "{bytes}");
        }
    }

    #[test]
    fn an_open_quote_costs_its_line_wherever_the_ranges_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "sold_to_name,part_number,quantity,ship_date\n".to_owned();
        for line in 2..20_000 {
            text +=
                if line == 70 { "\"open,900-1-2,1,2024-01-02\n" } else { "Acme Ltd,900-1-2,1,2024-01-02\n" };
        }
        std::fs::write(folder.path().join("f.csv"), &text).unwrap();
        let whole = read(folder.path(), 1 << 20);
        assert_eq!((whole.1.len(), whole.2[1]), (1, 19_997));
        assert!(whole.1[0].starts_with("70: "), "{:?}", whole.1);
        assert_eq!(read(folder.path(), 4_096), whole);
    }
}
