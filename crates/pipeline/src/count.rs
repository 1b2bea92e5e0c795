//! From typed lines to the ledger's lines, with the books beside them.

use chipwatch_enrichment::counting::{Counted, Links, PartitionCount, count_partition, order_lines};
use chipwatch_enrichment::items::{Items, classify};
use chipwatch_enrichment::parties::{self, Parties};
use chipwatch_ingest::Plan;
use chipwatch_records::{Book, Column, Day, ItemTotals, KeptLine, ShipmentLine, ShipmentLines};
use rayon::prelude::*;

use crate::bookkeeping::ReadingSummary;
use crate::prepare::Prepared;

/// The ledger's lines and the tables beside them.
pub(crate) struct LedgerParts {
    pub(crate) book: Book,
    pub(crate) parties: Parties,
    pub(crate) items: Items,
    pub(crate) links: Links,
    /// Kept lines, then open ones.
    pub(crate) lines: Vec<KeptLine>,
    pub(crate) kept: usize,
    pub(crate) item_totals: Vec<ItemTotals>,
}

pub(crate) fn count(
    prepared: &Prepared,
    plan: &Plan,
    lines: ShipmentLines,
    partitions: Vec<Vec<ShipmentLine>>,
    as_of: Day,
    summary: &mut ReadingSummary,
) -> LedgerParts {
    let parties = parties::resolve(&lines, &prepared.register, &prepared.own_companies);
    let links = Links::gather(&lines, &partitions);
    let items = classify(&lines, &partitions, &prepared.items, &prepared.rates, prepared.scope);
    let replaced_files: Vec<bool> = plan.files.iter().map(|file| file.replaced).collect();
    let has_ship_date: Vec<bool> =
        lines.sources.iter().map(|source| source.columns.contains(&Column::ShipDate)).collect();
    let since = prepared.threshold.since;
    let context = Counted {
        lines: &lines,
        links: &links,
        items: &items,
        parties: &parties,
        as_of,
        since,
        replaced_files: &replaced_files,
        has_ship_date: &has_ship_date,
    };
    let counts: Vec<PartitionCount> =
        partitions.into_par_iter().map(|partition| count_partition(&context, &partition)).collect();
    let (mut kept, mut open) = (Vec::new(), Vec::new());
    let mut item_totals = vec![ItemTotals::default(); items.table.len()];
    for count in counts {
        summary.books.merge(&count.books);
        kept.push(count.kept);
        open.push(count.open);
        for (item, totals) in item_totals.iter_mut().enumerate() {
            if let Some(more) =
                chipwatch_records::ItemId::from_index(item).and_then(|id| count.items.get(&id))
            {
                totals.lines += more.lines;
                totals.quantity += more.quantity;
                totals.value_usd += more.value_usd;
            }
        }
    }
    note_doubts(&lines, &links, &parties, summary);
    let mut all = order_lines(&lines, &parties, kept);
    let kept_lines = all.len();
    all.extend(order_lines(&lines, &parties, open));
    let book = Book {
        items: items.table.clone(),
        entities: parties.entities.clone(),
        party_entities: parties.party_entities.clone(),
        party_countries: parties.party_countries.clone(),
        written: lines,
    };
    LedgerParts { book, parties, items, links, lines: all, kept: kept_lines, item_totals }
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
