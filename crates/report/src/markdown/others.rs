//! What the user keeps beside the sales: stock on hand, and licences.

use super::page::{Cell, Page, counted, grouped};
use crate::Report;

/// At most so many rows a table.
const ROWS: usize = 20;

pub(super) fn inventory(page: &mut Page, report: &Report<'_>) {
    let Some(sums) = report.inventory() else { return };
    page.heading(2, "Stock on hand");
    page.paragraph(&format!(
        "{} of {}, {} to {}. Stock is no sale: no count depends on it.",
        counted(sums.rows, "row", "rows"),
        counted(sums.holders, "holder", "holders"),
        sums.first_day.0,
        sums.last_day.0
    ));
}

pub(super) fn licences(page: &mut Page, report: &Report<'_>) {
    let licences = &report.book.others.licences;
    if licences.is_empty() {
        return;
    }
    page.heading(2, "Licences");
    page.paragraph(&format!(
        "{}, as the tables say it. A licence is no sale: no count depends on it.",
        counted(licences.len(), "row", "rows")
    ));
    page.table(
        ["Number", "Licensee", "End user", "Destination", "Item", "Quantity", "Valid from", "Valid to"],
        licences.iter().take(ROWS).map(|licence| {
            let day = |day: Option<chipwatch_records::Day>| {
                Cell::Ours(day.map_or_else(String::new, |day| day.to_string()))
            };
            [
                Cell::Text(&licence.number),
                Cell::Text(&licence.licensee),
                Cell::Text(&licence.end_user),
                Cell::Text(&licence.destination),
                Cell::Text(&licence.model),
                licence
                    .chips
                    .map_or_else(|| Cell::Ours(String::new()), |chips| Cell::Number(i64::from(chips))),
                day(licence.valid_from),
                day(licence.valid_to),
            ]
        }),
    );
    if licences.len() > ROWS {
        let more = grouped((licences.len() - ROWS) as i64);
        page.paragraph(&format!("{more} more stand in report.json."));
    }
}
