//! The schedules, near misses and doubts about the records.

use chipwatch_records::{BulkStatus, FlaggedEntity};

use super::page::{Cell, Page, grouped};
use super::question;
use crate::csv::{detectors, foremost, status};
use crate::{Report, Standing, has_indicators, is_record_doubt};

/// At most so many rows a table; the others stand in the CSV files.
const ROWS: usize = 200;

pub(super) fn schedule_a(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Schedule A: bulk purchasers");
    page.paragraph(&format!(
        "Entities that acquired {}. A fact about the records, not an indicator.",
        question(report)
    ));
    for (which, title) in [
        (BulkStatus::Confirmed, "Confirmed: the lowest reading passes"),
        (BulkStatus::Possible, "Possible: only the highest reading passes"),
    ] {
        page.heading(3, title);
        let bulk = report.entities.iter().filter(|entity| entity.bulk_status == which).collect::<Vec<_>>();
        if bulk.is_empty() {
            page.paragraph("None.");
            continue;
        }
        page.table(
            ["", "Entity", "Name", "Country", "Class", "Chips", "Returned", "Only received", "From", "To"],
            bulk.iter().take(ROWS).enumerate().map(|(index, flagged)| {
                let bought = &flagged.purchases;
                let [id, name, country, class] = who(report, flagged);
                let [from, to] = [flagged.first_ship_date, flagged.last_ship_date]
                    .map(|day| Cell::Ours(day.map(|day| day.to_string()).unwrap_or_default()));
                let rank = Cell::Number(index as i64 + 1);
                let chips = Cell::Chips(bought.acquired);
                let (returned, received) = (Cell::Chips(bought.returned), Cell::Chips(bought.received));
                [rank, id, name, country, class, chips, returned, received, from, to]
            }),
        );
        more(page, bulk.len(), &format!("bulk\\_purchasers.csv (bulk\\_status {})", status(which)));
    }
}

pub(super) fn schedule_b(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Schedule B: entities that match indicators");
    let listed: Vec<&FlaggedEntity> =
        report.entities.iter().filter(|entity| has_indicators(entity)).collect();
    if listed.is_empty() {
        page.paragraph(
            "None: no indicator detector of this version found any. What could not be evaluated stands below.",
        );
        return;
    }
    page.paragraph(
        "Their records match indicators of diversion: a reason to ask. \
         Innocent explanations stand beside each finding in report.json.",
    );
    page.table(
        ["", "Tier", "Entity", "Name", "Country", "Class", "Chips", "Detectors", "First of all"],
        listed.iter().take(ROWS).enumerate().map(|(index, flagged)| {
            let [id, name, country, class] = who(report, flagged);
            let tier = Cell::Ours(flagged.tier.map(|tier| tier.0.to_string()).unwrap_or_default());
            let rank = Cell::Number(index as i64 + 1);
            let chips = Cell::Chips(flagged.purchases.acquired);
            let by = Cell::Ours(detectors(flagged, ", "));
            [rank, tier, id, name, country, class, chips, by, sentence(flagged)]
        }),
    );
    more(page, listed.len(), "flagged\\_entities.csv");
}

pub(super) fn near_misses(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Near misses");
    let mut listed: Vec<&FlaggedEntity> = report.standing_as(Standing::NearMiss).collect();
    if listed.is_empty() {
        page.paragraph("None.");
        return;
    }
    page.paragraph(
        "In no schedule, but the purchases before returns, the highest reading or the open orders come to the threshold.",
    );
    listed.truncate(ROWS);
    page.table(
        ["Entity", "Name", "Country", "Class", "Net", "Before returns", "Returned", "Open"],
        listed.iter().map(|flagged| {
            let bought = &flagged.purchases;
            let [id, name, country, class] = who(report, flagged);
            let [net, gross, returned, open] =
                [bought.acquired, bought.gross, bought.returned, bought.open].map(Cell::Chips);
            [id, name, country, class, net, gross, returned, open]
        }),
    );
    more(page, report.standing_as(Standing::NearMiss).count(), "report.json (near\\_misses)");
}

pub(super) fn record_doubts(page: &mut Page, report: &Report<'_>) {
    page.heading(2, "Doubts about the records");
    let doubtful = || {
        report.entities.iter().flat_map(|flagged| {
            let doubts = flagged.findings.iter().filter(|finding| is_record_doubt(finding));
            doubts.map(move |finding| (flagged, finding))
        })
    };
    let count = doubtful().count();
    if count == 0 {
        page.paragraph("None found.");
        return;
    }
    page.paragraph("They say something about the files, not about the entities.");
    page.table(
        ["Entity", "Name", "Chips", "Doubt"],
        doubtful().take(ROWS).map(|(flagged, finding)| {
            let [id, name, ..] = who(report, flagged);
            [id, name, Cell::Chips(flagged.purchases.acquired), Cell::Text(&finding.sentence)]
        }),
    );
    more(page, count, "evidence.csv (detector integrity)");
}

/// Id, name, country and class.
fn who<'a>(report: &Report<'a>, flagged: &FlaggedEntity) -> [Cell<'a>; 4] {
    let entity = report.book.entity(flagged.entity);
    let country = entity.country.as_ref().map_or("", |country| country.as_str());
    [&entity.id, &entity.name, country, &entity.class].map(Cell::Text)
}

fn sentence(flagged: &FlaggedEntity) -> Cell<'_> {
    Cell::Text(foremost(flagged).map_or("", |finding| &finding.sentence))
}

fn more(page: &mut Page, count: usize, place: &str) {
    if count > ROWS {
        page.paragraph(&format!("{} more stand in {place}.", grouped((count - ROWS) as i64)));
    }
}
