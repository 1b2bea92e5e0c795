//! What became of the rows, and what the records could not tell.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chipwatch_records::{Channel, Chips, EntityId, Exclusion};

use super::page::{Cell, Page, counted, grouped};
use crate::Report;
use crate::csv::{OpenOrder, by_value};
use crate::escape::markdown;

/// At most so many rows a table.
const ROWS: usize = 20;

pub(super) fn books(page: &mut Page, report: &Report<'_>) {
    let (rows, units) = (&report.books.rows, &report.books.units);
    page.heading(2, "Where every row went");
    let mut lines =
        vec![("Read".to_owned(), rows.read, units.read), ("Counted".to_owned(), rows.counted, units.counted)];
    for (reason, count) in &rows.excluded {
        let units = units.excluded.get(reason).copied().unwrap_or_default();
        lines.push((format!("Excluded: {}", in_words(*reason)), *count, units));
    }
    lines.extend([
        ("Rejected: could not be read".to_owned(), rows.rejected, units.rejected),
        ("Duplicate: stands elsewhere too".to_owned(), rows.duplicate, units.duplicate),
        ("Superseded by a newer report".to_owned(), rows.superseded, units.superseded),
        ("Quarantined with their file".to_owned(), rows.quarantined, units.quarantined),
        ("Sum of all but the first row".to_owned(), rows.accounted(), units.accounted()),
    ]);
    page.table(
        ["", "Rows", "Items"],
        lines.into_iter().map(|(name, rows, units)| {
            [Cell::Ours(name), Cell::Number(rows as i64), Cell::Number(units as i64)]
        }),
    );
    if !report.books.foot() {
        page.paragraph(
            "**The books do not foot. This is a fault of the program: do not rely on this report.**",
        );
    }
}

fn in_words(reason: Exclusion) -> &'static str {
    match reason {
        Exclusion::Open => "open, not goods-issued",
        Exclusion::StockTransfer => "stock transfer of the seller",
        Exclusion::OwnCompany => "between the exporter's own companies",
        Exclusion::ValueOnly => "money alone",
        Exclusion::OutOfScope => "not a chip of the scope",
        Exclusion::BeforeSince => "before the first day that counts",
        Exclusion::AfterAsOf => "after the day the report speaks for",
        Exclusion::Cancelled => "cancelled later",
        Exclusion::Cancellation => "cancels another document",
        Exclusion::KitHeader => "header of a kit whose parts are listed",
        Exclusion::BatchHeader => "header of an item split by batch",
        Exclusion::OtherStage => "order or invoice of delivered goods",
        Exclusion::TotalRow => "total or footer",
        Exclusion::RepeatedHeader => "the header once more",
        Exclusion::ZeroQuantity => "quantity of zero",
        Exclusion::RejectedItem => "rejected by the seller before delivery",
        Exclusion::MasterBill => "master bill whose house bills are listed",
        Exclusion::Inventory => "stock on hand, no sale",
        Exclusion::Licence => "a licence, no sale",
    }
}

pub(super) fn level_totals(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Chips acquired, by level of the trade");
    if report.level_totals.is_empty() {
        page.paragraph("None.");
        return;
    }
    page.paragraph("The same chip may pass several levels: these numbers must not be added up.");
    page.table(
        ["Level", "Chips"],
        report.level_totals.iter().map(|(channel, chips)| {
            let name = match channel {
                Channel::SellIn => "Sell-in: the maker's own sales",
                Channel::SellThrough => "Sell-through: sales of distributors and resellers",
                Channel::Customs => "Customs declarations",
            };
            [Cell::Ours(name.to_owned()), Cell::Chips(*chips)]
        }),
    );
}

pub(super) fn open_orders(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Open orders");
    if report.lines.open().is_empty() {
        page.paragraph("None.");
        return;
    }
    let mut by_entity: BTreeMap<Option<EntityId>, (i64, Chips)> = BTreeMap::new();
    for line in report.lines.open() {
        let order = OpenOrder::new(report, line);
        let (lines, chips) = by_entity.entry(order.entity).or_default();
        *lines += 1;
        chips.add(order.chips.lo, order.chips.best, order.chips.hi);
    }
    let entity = |id: Option<EntityId>| id.map(|id| report.book.entity(id));
    let mut sums: Vec<_> =
        by_entity.into_iter().map(|(id, (lines, chips))| (entity(id), lines, chips)).collect();
    sums.sort_by_key(|(entity, _, chips)| (Reverse(chips.hi), entity.map(|entity| entity.id.as_str())));
    page.paragraph(&format!(
        "Ordered, not goods-issued: {} of {}. Not counted as acquired: what can still be stopped.",
        counted(report.lines.open().len(), "line", "lines"),
        counted(sums.len(), "buyer", "buyers")
    ));
    let buyers = sums.len();
    page.table(
        ["Entity", "Name", "Country", "Lines", "Chips"],
        sums.into_iter().take(ROWS).map(|(entity, lines, chips)| {
            let [id, name] =
                [entity.map_or("", |one| one.id.as_str()), entity.map_or("(not named)", |one| &one.name)];
            let country = entity.and_then(|one| one.country.as_ref()).map_or("", |country| country.as_str());
            [Cell::Text(id), Cell::Text(name), Cell::Text(country), Cell::Number(lines), Cell::Chips(chips)]
        }),
    );
    more(page, buyers, "open\\_orders.csv");
}

pub(super) fn not_evaluated(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "What could not be evaluated");
    if report.not_evaluated.is_empty() {
        page.paragraph("Nothing: every detector that was asked could look.");
        return;
    }
    page.paragraph("Nothing found there does not mean that nothing is there.");
    page.table(
        ["What", "Missing"],
        report
            .not_evaluated
            .iter()
            .map(|one| [Cell::Text(&one.what), Cell::Ours(markdown(&one.missing.join(", ")).into_owned())]),
    );
}

pub(super) fn unknown_items(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Unknown items, by value");
    let mut unknown = by_value(report);
    unknown.retain(|item| item.is_unknown());
    if unknown.is_empty() {
        page.paragraph("None: every item is known.");
        return;
    }
    page.paragraph(
        "Nobody knows yet whether these are chips. Fill them in in items.csv, with a reason, and hand it back as overrides/items.csv.",
    );
    page.table(
        ["Part number", "Description", "Lines", "Items", "US dollars"],
        unknown.iter().take(ROWS).map(|one| {
            let [lines, items, dollars] =
                [one.totals.lines as i64, one.totals.quantity, one.totals.value_usd].map(Cell::Number);
            [Cell::Text(one.part_number), Cell::Text(one.description), lines, items, dollars]
        }),
    );
    more(page, unknown.len(), "items.csv");
}

pub(super) fn rejects(page: &mut Page, report: &Report<'_>) {
    let rejects = report.rejects;
    if rejects.count == 0 {
        return;
    }
    page.heading(2, "Rejected rows");
    page.paragraph(&format!(
        "{} could not be read: see rejects.csv.",
        counted(rejects.count as usize, "row", "rows")
    ));
    if rejects.not_listed > 0 {
        page.paragraph(&format!(
            "{} of them are counted, but not listed: their files have too many.",
            grouped(rejects.not_listed as i64)
        ));
    }
    let mut by_reason: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for reject in &rejects.listed {
        *by_reason.entry((&reject.reason, &reject.column)).or_default() += 1;
    }
    let mut by_reason: Vec<_> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, count)| Reverse(*count));
    page.table(
        ["Reason", "Column", "Rows"],
        by_reason
            .iter()
            .take(ROWS)
            .map(|((reason, column), count)| [Cell::Text(reason), Cell::Text(column), Cell::Number(*count)]),
    );
    more(page, by_reason.len(), "rejects.csv");
}

fn more(page: &mut Page, count: usize, place: &str) {
    if count > ROWS {
        page.paragraph(&format!("{} more stand in {place}.", grouped((count - ROWS) as i64)));
    }
}
