//! `parties.csv`: every name as written and the entity it belongs to.

use std::path::Path;

use super::country;
use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError};

const HEADER: &str = "name,country,party_id,system,entity_id,entity_name,why";

/// Writes `parties.csv`, in the order of the parties: system, number, name.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let book = report.book;
    let written = &book.written;
    write_rows(folder, "parties.csv", HEADER, written.parties.len(), |index, out| {
        let party = &written.parties[index];
        let entity = book.entity(book.party_entities[index]);
        let mut row = Row::new(out);
        row.text(written.text(party.name));
        match book.party_countries[index] {
            Some(_) => row.word(country(&book.party_countries[index])),
            None => row.text(written.text(party.country)),
        };
        row.text(written.text(party.number))
            .text(written.text(party.system))
            .text(&entity.id)
            .text(&entity.name)
            .text(&entity.why)
            .end();
    })
}
