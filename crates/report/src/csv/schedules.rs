//! `bulk_purchasers.csv` (Schedule A) and `flagged_entities.csv` (both schedules).

use std::path::Path;

use chipwatch_records::{Basis, BulkStatus, Finding, FlaggedEntity};

use super::country;
use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError, Standing, is_record_doubt};

const BULK: &str = "rank,entity_id,name,country,headquarters_country,entity_class,bulk_status,\
chips_lo,chips_best,chips_hi,gross,returned,received,first_ship_date,last_ship_date";
const FLAGGED: &str = "rank,entity_id,name,country,entity_class,basis,bulk_status,tier,\
chips_lo,chips_best,chips_hi,first_ship_date,last_ship_date,detectors,sentence";

/// Writes Schedule A. The columns `gross`, `returned` and `received` are chips as usually sold.
pub(super) fn write_bulk_purchasers(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let bulk: Vec<&FlaggedEntity> =
        report.entities.iter().filter(|entity| entity.bulk_status != BulkStatus::None).collect();
    write_rows(folder, "bulk_purchasers.csv", BULK, bulk.len(), |index, out| {
        let flagged = bulk[index];
        let entity = report.book.entity(flagged.entity);
        let bought = &flagged.purchases;
        Row::new(out)
            .number(index as i64 + 1)
            .text(&entity.id)
            .text(&entity.name)
            .word(country(&entity.country))
            .word(country(&entity.headquarters))
            .text(&entity.class)
            .word(status(flagged.bulk_status))
            .number(bought.acquired.lo)
            .number(bought.acquired.best)
            .number(bought.acquired.hi)
            .number(bought.gross.best)
            .number(bought.returned.best)
            .number(bought.received.best)
            .day(flagged.first_ship_date)
            .day(flagged.last_ship_date)
            .end();
    })
}

/// Writes the entities of both schedules.
pub(super) fn write_flagged_entities(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let listed: Vec<&FlaggedEntity> = report.standing_as(Standing::Flagged).collect();
    write_rows(folder, "flagged_entities.csv", FLAGGED, listed.len(), |index, out| {
        let flagged = listed[index];
        let entity = report.book.entity(flagged.entity);
        let bought = &flagged.purchases.acquired;
        let mut row = Row::new(out);
        row.number(index as i64 + 1)
            .text(&entity.id)
            .text(&entity.name)
            .word(country(&entity.country))
            .text(&entity.class)
            .word(basis(flagged.basis))
            .word(status(flagged.bulk_status));
        match flagged.tier {
            Some(tier) => row.number(i64::from(tier.0)),
            None => row.word(""),
        };
        row.number(bought.lo)
            .number(bought.best)
            .number(bought.hi)
            .day(flagged.first_ship_date)
            .day(flagged.last_ship_date)
            .word(&detectors(flagged, ";"))
            .text(foremost(flagged).map_or("", |finding| &finding.sentence))
            .end();
    })
}

/// The detectors with a finding, each once.
pub(crate) fn detectors(flagged: &FlaggedEntity, between: &str) -> String {
    let mut ids: Vec<&str> = flagged.findings.iter().map(|finding| finding.detector).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.join(between)
}

/// The finding to tell first: the most urgent; a doubt about the records only where nothing else is known.
pub(crate) fn foremost(flagged: &FlaggedEntity) -> Option<&Finding> {
    let weight = |finding: &Finding| (finding.severity, !is_record_doubt(finding));
    flagged.findings.iter().reduce(|first, next| if weight(next) > weight(first) { next } else { first })
}

pub(crate) fn status(status: BulkStatus) -> &'static str {
    match status {
        BulkStatus::Confirmed => "confirmed",
        BulkStatus::Possible => "possible",
        BulkStatus::None => "none",
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Bulk => "bulk",
        Basis::Indicators => "indicators",
        Basis::Both => "both",
        Basis::None => "none",
    }
}
