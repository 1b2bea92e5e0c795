//! `items.csv`: every distinct item and how it counts. Its first columns are those of `overrides/items.csv`.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::Path;

use chipwatch_records::{Item, ItemTotals};

use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError};

const HEADER: &str =
    "part_number,description,model,chips_min,chips_max,reason,scope,kind,basis,why,lines,quantity,value_usd";

/// An item with its sums and texts.
pub(crate) struct Listed<'a> {
    pub(crate) item: &'a Item,
    pub(crate) totals: ItemTotals,
    pub(crate) part_number: &'a str,
    pub(crate) description: &'a str,
}

impl Listed<'_> {
    pub(crate) fn is_unknown(&self) -> bool {
        self.item.kind == "unknown"
    }
}

/// All items: unknown ones first, then by value falling, lines falling, part number and description.
pub(crate) fn by_value<'a>(report: &Report<'a>) -> Vec<Listed<'a>> {
    let written = &report.book.written;
    let mut items: Vec<Listed<'a>> = report
        .book
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let texts = &written.items[item.written.index()];
            Listed {
                item,
                totals: report.item_totals.get(index).copied().unwrap_or_default(),
                part_number: written.text(texts.part_number),
                description: written.text(texts.description),
            }
        })
        .collect();
    // An item whose price tells what it is has one row for each answer; answers that no line gave are left out.
    let sold: BTreeSet<_> =
        items.iter().filter(|one| one.totals.lines > 0).map(|one| one.item.written).collect();
    items.retain(|one| one.totals.lines > 0 || !sold.contains(&one.item.written));
    items.dedup_by(|b, a| a.item.written == b.item.written && a.totals.lines == 0 && b.totals.lines == 0);
    // The sort is stable: items that differ in their customs code alone keep the order of their ids.
    items.sort_by(|a, b| {
        let key = |one: &Listed<'a>| {
            let Listed { totals, .. } = one;
            (
                !one.is_unknown(),
                Reverse(totals.value_usd),
                Reverse(totals.lines),
                one.part_number,
                one.description,
            )
        };
        key(a).cmp(&key(b))
    });
    items
}

/// Writes `items.csv`.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let items = by_value(report);
    write_rows(folder, "items.csv", HEADER, items.len(), |index, out| {
        let Listed { item, totals, part_number, description } = &items[index];
        let mut row = Row::new(out);
        row.text(part_number).text(description).text(item.model.unwrap_or_default());
        if items[index].is_unknown() {
            // To be filled in.
            row.ready(b",");
        } else {
            row.number(i64::from(item.chips_min)).number(i64::from(item.chips_max));
        }
        row.text(reason(item))
            .word(if item.in_scope { "in" } else { "out" })
            .text(item.kind)
            .text(item.basis)
            .text(&item.why)
            .number(i64::try_from(totals.lines).unwrap_or(i64::MAX))
            .number(totals.quantity)
            .number(totals.value_usd)
            .end();
    })
}

/// What the user gave as the reason of an override. A row without one changes nothing when the file is handed back.
fn reason(item: &Item) -> &str {
    if item.basis == "override" {
        // The words that enrichment puts before it must not grow with each round.
        item.why.strip_prefix("The user's register says so: ").unwrap_or(&item.why)
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Formats;
    use crate::sample::Sample;

    #[test]
    fn an_override_keeps_its_reason_and_unknown_items_come_first_by_value() {
        let mut sample = Sample::plain();
        sample.book.items[0].basis = "override";
        sample.book.items[0].why = "The user's register says so: seen at the trade fair".to_owned();
        let folder = tempfile::tempdir().unwrap();
        sample.report().write(folder.path(), Formats::default()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("items.csv")).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[1].starts_with("MYSTERY,,,,,,out,unknown"));
        assert!(rows[2].starts_with("BOX-8,8-GPU board,H100,8,8,seen at the trade fair,in,"), "{}", rows[2]);

        sample.book.items[0].kind = "unknown";
        let order: Vec<i64> = by_value(&sample.report()).iter().map(|one| one.totals.value_usd).collect();
        assert_eq!(order, [25_250_000, 9_000]);
    }
}
