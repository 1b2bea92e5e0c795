//! The tables of the report folder, one file each.

mod accounts;
mod evidence;
mod items;
mod monthly;
mod open_orders;
mod parties;
mod rejects;
mod schedules;

use std::path::Path;

use chipwatch_records::CountryCode;

use crate::{Report, ReportError};

pub use evidence::EvidenceFile;
pub(crate) use items::by_value;
pub(crate) use open_orders::OpenOrder;
pub(crate) use schedules::{detectors, foremost, status};

/// Writes all tables but `evidence.csv`, which is written while slices are judged.
pub(crate) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    schedules::write_bulk_purchasers(report, folder)?;
    schedules::write_flagged_entities(report, folder)?;
    accounts::write(report, folder)?;
    items::write(report, folder)?;
    monthly::write(report, folder)?;
    parties::write(report, folder)?;
    open_orders::write(report, folder)?;
    rejects::write(report, folder)
}

fn country(code: &Option<CountryCode>) -> &str {
    code.as_ref().map_or("", |code| code.as_str())
}

#[cfg(test)]
mod tests;
