//! `items.csv`: every distinct item and how it counts. Its first columns are those of `overrides/items.csv`.

use std::cmp::Reverse;
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
    // The sort is stable: items that differ in their customs code alone keep the order of their ids.
    items.sort_by(|a, b| {
        let key = |one: &Listed<'a>| {
            let Listed { totals, .. } = one;
            (!one.is_unknown(), Reverse(totals.value_usd), Reverse(totals.lines), one.part_number, one.description)
        };
        key(a).cmp(&key(b))
    });
    items
}

/// Writes `items.csv`.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let items = by_value(report);
    write_rows(folder, "items.csv", HEADER, items.len(), |index, out| {
        let Listed {
            item,
            totals,
            part_number,
            description,
        } = &items[index];
        let mut row = Row::new(out);
        row.text(part_number).text(description).text(item.model.unwrap_or_default());
        if items[index].is_unknown() {
            // To be filled in.
            row.ready(b",");
        } else {
            row.number(i64::from(item.chips_min)).number(i64::from(item.chips_max));
        }
        // Only an override has a reason: a row without one changes nothing when the file is handed back.
        row.text(if item.basis == "override" { &item.why } else { "" })
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
