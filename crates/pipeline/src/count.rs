//! From typed lines to the ledger's lines, with the books beside them.

use std::path::Path;

use chipwatch_enrichment::counting::{
    Counted, EntityNotes, FiledLines, Links, PartitionCount, SliceCut, count_partition,
};
use chipwatch_enrichment::items::{ItemReadings, Items};
use chipwatch_enrichment::parties::{self, Parties};
use chipwatch_ingest::merge::Merged;
use chipwatch_ingest::resolve::{RawPartition, Resolved, Resolver};
use chipwatch_ingest::{IngestError, Plan};
use chipwatch_records::{Book, Column, Day, Fate, ItemTotals, Reject, ShipmentLine, ShipmentLines};
use rayon::prelude::*;

use crate::bookkeeping::{ReadingSummary, add_rejects};
use crate::error::RunError;
use crate::prepare::Prepared;
use crate::store::shelf_for;

/// The ledger's lines and the tables beside them.
pub(crate) struct LedgerParts {
    pub(crate) book: Book,
    pub(crate) parties: Parties,
    pub(crate) items: Items,
    pub(crate) links: Links,
    pub(crate) notes: EntityNotes,
    pub(crate) cut: SliceCut,
    pub(crate) lines: FiledLines,
    pub(crate) item_totals: Vec<ItemTotals>,
}

/// Types the rows and gives each line its place. Lines are typed and counted partition by partition; only where documents
/// speak of one another must all be there at once.
pub(crate) fn count(
    prepared: &Prepared,
    plan: &Plan,
    merged: Merged,
    (as_of, spills, folder): (Day, bool, &Path),
    summary: &mut ReadingSummary,
) -> Result<LedgerParts, RunError> {
    let Merged { lines, partitions, resolver, .. } = merged;
    let parties = parties::resolve(&lines, &prepared.register, &prepared.own_companies);
    let readings = ItemReadings::of(&lines, &prepared.items);
    let all_at_once = Links::need_lines(&lines);
    let (typed, raw) = if all_at_once {
        (resolve_all(partitions, &resolver, &lines, summary)?, Vec::new())
    } else {
        (Vec::new(), partitions)
    };
    let replaced_files: Vec<bool> = plan.files.iter().map(|file| file.replaced).collect();
    let links = Links::gather(&lines, &typed, &replaced_files);
    let items = readings.classify(&lines, &prepared.rates, prepared.scope);
    let has_ship_date: Vec<bool> =
        lines.sources.iter().map(|source| source.columns.contains(&Column::ShipDate)).collect();
    let notes = EntityNotes::new(parties.entities.len(), prepared.threshold.countries.is_empty());
    let (cut, shelf) = shelf_for(spills, folder, parties.entities.len())?;
    let filed = FiledLines::new(shelf, cut);
    let context = Counted {
        lines: &lines,
        links: &links,
        items: &items,
        parties: &parties,
        notes: &notes,
        cut,
        as_of,
        since: prepared.threshold.since,
        has_ship_date: &has_ship_date,
    };
    let count = |partition: &[ShipmentLine]| {
        let mut count = count_partition(&context, partition);
        filed.file(std::mem::take(&mut count.lines)).map_err(RunError::Internal)?;
        Ok(count)
    };
    let mut counts: Vec<PartitionCount> =
        typed.into_par_iter().map(|partition| count(&partition)).collect::<Result<_, RunError>>()?;
    let streamed: Vec<(PartitionCount, Vec<Reject>)> = raw
        .into_par_iter()
        .map(|partition| {
            let resolved = partition.resolve(&resolver)?;
            Ok((count(&resolved.lines)?, resolved.rejects))
        })
        .collect::<Result<_, RunError>>()?;
    for (count, rejects) in streamed {
        counts.push(count);
        book_rejects(rejects, &lines, summary);
    }
    summary.rejects.listed.sort();
    let item_totals = add_up(counts, items.table.len(), summary);
    note_doubts(&lines, &links, &parties, summary);
    filed.split_sums(&lines, &parties, &notes).map_err(RunError::Internal)?;
    let book = Book {
        items: items.table.clone(),
        entities: parties.entities.clone(),
        party_entities: parties.party_entities.clone(),
        party_countries: parties.party_countries.clone(),
        written: lines,
        others: prepared.others.rows.clone(),
    };
    Ok(LedgerParts { book, parties, items, links, notes, cut, lines: filed, item_totals })
}

/// The sums by item of all partitions; their books are added to those of the run.
fn add_up(counts: Vec<PartitionCount>, items: usize, summary: &mut ReadingSummary) -> Vec<ItemTotals> {
    let mut totals = vec![ItemTotals::default(); items];
    for count in counts {
        summary.books.merge(&count.books);
        for (totals, more) in totals.iter_mut().zip(count.items) {
            totals.lines += more.lines;
            totals.quantity += more.quantity;
            totals.value_usd += more.value_usd;
        }
    }
    totals
}

fn resolve_all(
    partitions: Vec<RawPartition>,
    resolver: &Resolver,
    lines: &ShipmentLines,
    summary: &mut ReadingSummary,
) -> Result<Vec<Vec<ShipmentLine>>, RunError> {
    let resolved: Vec<Resolved> = partitions
        .into_par_iter()
        .map(|partition| partition.resolve(resolver))
        .collect::<Result<_, IngestError>>()?;
    let mut all = Vec::with_capacity(resolved.len());
    for partition in resolved {
        book_rejects(partition.rejects, lines, summary);
        all.push(partition.lines);
    }
    Ok(all)
}

/// Books rows that were refused once their column's dialect was known.
fn book_rejects(rejects: Vec<Reject>, lines: &ShipmentLines, summary: &mut ReadingSummary) {
    let refused = rejects.len() as u64;
    summary.books.rows.read += refused;
    summary.books.rows.add(Fate::Rejected, refused);
    for reject in &rejects {
        if let Some(file) = lines.files.iter().find(|file| file.path == reject.file) {
            summary.by_source[file.source.index()].1 += 1;
        }
    }
    add_rejects(&mut summary.rejects, rejects, refused);
}

fn note_doubts(lines: &ShipmentLines, links: &Links, parties: &Parties, summary: &mut ReadingSummary) {
    for mixed in &links.mixed {
        summary.doubts.push(format!(
            "source `{}` mixes {} of the same sales without saying which belong together; map `reference_document_no` or `customer_po`, or split it",
            lines.sources[mixed.source.index()].name,
            mixed.stages.join(" and ")
        ));
    }
    for (first, second) in &links.contested {
        summary.doubts.push(format!(
            "{first} and {second} both say that they replace the same period's report; keep one"
        ));
    }
    for (system, number, names) in &parties.one_time_numbers {
        summary.notes.push(format!(
            "Customer number {number} of {system} stands for {names} names and is no identity."
        ));
    }
    if !parties.unknown_countries.is_empty() {
        let names: Vec<&str> = parties.unknown_countries.iter().take(10).map(String::as_str).collect();
        summary.notes.push(format!(
            "{} country texts are not known: {}.",
            parties.unknown_countries.len(),
            names.join(", ")
        ));
    }
}
