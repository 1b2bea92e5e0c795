//! `report.md`: the report for people. Plain words; long lists are cut and the tables named that hold the rest.

mod entities;
mod others;
mod page;
mod records;

use std::path::Path;

use chipwatch_records::{BulkStatus, Day};

use crate::escape::markdown;
use crate::in_order::OutFile;
use crate::json::DISCLOSURES;
use crate::view_of::country_of;
use crate::{Report, ReportError, has_indicators};
use page::{Cell, Page, counted};

/// Writes `report.md`.
pub(crate) fn write(report: &Report<'_>, content_digest: &str, folder: &Path) -> Result<(), ReportError> {
    OutFile::create(folder, "report.md")?.write(&render(report, content_digest))
}

fn render(report: &Report<'_>, content_digest: &str) -> Vec<u8> {
    let mut page = Page::default();
    header(&mut page, report, content_digest);
    answer(&mut page, report);
    records::books(&mut page, report);
    records::level_totals(&mut page, report);
    entities::schedule_a(&mut page, report);
    entities::schedule_b(&mut page, report);
    entities::near_misses(&mut page, report);
    entities::record_doubts(&mut page, report);
    records::open_orders(&mut page, report);
    others::inventory(&mut page, report);
    others::licences(&mut page, report);
    records::not_evaluated(&mut page, report);
    records::unknown_items(&mut page, report);
    records::rejects(&mut page, report);
    notes(&mut page, report);
    how_to_read(&mut page);
    page.into_bytes()
}

/// `more than 500 chips since 2020-01-01`.
fn question(report: &Report<'_>) -> String {
    let threshold = &report.context.threshold;
    format!("{} chips since {}", threshold.in_words(threshold.chips), threshold.since)
}

fn header(page: &mut Page, report: &Report<'_>, content_digest: &str) {
    let threshold = &report.context.threshold;
    page.heading(1, "Purchases of AI chips");
    let mut rows = vec![
        ("Pipeline", markdown(report.pipeline).into_owned()),
        ("As of", report.as_of.to_string()),
        ("Question", format!("Who acquired {}?", question(report))),
    ];
    if !threshold.countries.is_empty() {
        let countries: Vec<&str> = threshold.countries.iter().map(|country| country.as_str()).collect();
        let which = markdown(country_of(threshold.country_of)).into_owned();
        rows.push(("Countries", format!("{} (of: {which})", countries.join(", "))));
    }
    rows.push(("Scope", markdown(report.scope).into_owned()));
    if let Some((first, last)) = dates(report) {
        rows.push(("Purchases of the listed entities", format!("{first} to {last}")));
    }
    rows.push(("chipwatch", markdown(report.tool_version).into_owned()));
    rows.push(("Content digest", content_digest.to_owned()));
    page.table(
        ["", ""],
        rows.into_iter().map(|(name, value)| [Cell::Ours(name.to_owned()), Cell::Ours(value)]),
    );
}

/// First and last day of a purchase of any listed entity.
fn dates(report: &Report<'_>) -> Option<(Day, Day)> {
    let first = report.entities.iter().filter_map(|entity| entity.first_ship_date).min()?;
    let last = report.entities.iter().filter_map(|entity| entity.last_ship_date).max()?;
    Some((first, last))
}

fn answer(page: &mut Page, report: &Report<'_>) {
    let of = |count| counted(count, "entity", "entities");
    let bulk = |status| of(report.entities.iter().filter(|entity| entity.bulk_status == status).count());
    page.list([
        format!("Acquired {}: **{}**.", question(report), bulk(BulkStatus::Confirmed)),
        format!("May have, by the highest reading of the records only: **{}**.", bulk(BulkStatus::Possible)),
        format!(
            "Match indicators of diversion: **{}**.",
            of(report.entities.iter().filter(|entity| has_indicators(entity)).count())
        ),
    ]);
}

fn notes(page: &mut Page, report: &Report<'_>) {
    if !report.notes.is_empty() {
        page.heading(2, "Remarks on this run");
        page.list(report.notes.iter().map(|note| markdown(note).into_owned()));
    }
}

fn how_to_read(page: &mut Page) {
    page.heading(2, "How to read this report");
    let sentences = [
        "A bulk purchase is a fact about the records, not an indicator of anything: every cloud, computer maker and university with a cluster has one.",
        "\"Matches indicators\" means that there is a reason to ask. It does not say that anybody did wrong.",
        "Chips are net acquired: bought, or bought by another firm for the named end customer, less returns. Received goods are not called bought.",
        "\"600 to 640\" means: the records allow any number between. Confirmed: the lowest passes. Possible: only the highest does.",
        "Each number can be traced in evidence.csv to file and line. A finding's rows sum to its chips.",
    ];
    page.list(sentences.iter().chain(DISCLOSURES).map(|sentence| (*sentence).to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    fn text(sample: &Sample) -> String {
        String::from_utf8(render(&sample.report(), "d1")).unwrap()
    }

    #[test]
    fn a_small_report_reads_well() {
        insta::assert_snapshot!(text(&Sample::plain()));
    }

    #[test]
    fn hostile_names_stay_names() {
        let text = text(&Sample::hostile());
        assert!(!text.contains("<script>") && !text.contains('\u{1b}') && !text.contains('\u{202e}'));
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(text.contains("a\\|b \\`c\\`\\\\u{a}\\# d"));
        for table in text.split("\n\n").filter(|block| block.starts_with("| ")) {
            let columns = |row: &str| row.replace("\\|", "").matches('|').count();
            assert!(
                table.lines().all(|row| columns(row) == columns(table.lines().next().unwrap())),
                "{table}"
            );
        }
    }

    #[test]
    fn an_empty_report_says_that_nothing_was_found() {
        let mut sample = Sample::plain();
        sample.entities.clear();
        let text = text(&sample);
        assert!(text.contains("Acquired more than 500 chips since 2020-01-01: **0 entities**."));
        assert!(text.contains("None: no indicator detector of this version found any."));
    }
}
