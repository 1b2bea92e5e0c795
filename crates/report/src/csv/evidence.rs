//! `evidence.csv`: the rows behind each finding. By far the largest file.

use std::ops::Range;
use std::path::Path;

use chipwatch_records::{Evidence, EvidenceRole, Finding, FlaggedEntity, KeptLine, Particulars, PartyId};

use super::Tables;
use crate::in_order::{OutFile, in_order, ranges};
use crate::row::Row;
use crate::{Report, ReportError};

const HEADER: &[u8] = b"finding_id,entity_id,detector,file,line,document_no,line_no,document_stage,document_type,ship_date,\
part_number,model,quantity,chips_lo,chips_hi,role,party_as_written,party_country,counterparty,channel,licence_no,line_count\n";

/// About 400 kilobytes of text.
const ROWS_PER_PIECE: usize = 2_048;
/// Lines lie far apart in memory: so many are fetched together, before the first is written.
const LINES_AT_ONCE: usize = 64;

/// Some rows of one finding.
struct Rows<'a> {
    finding: &'a Finding,
    entity_id: &'a str,
    range: Range<usize>,
}

/// Writes `evidence.csv`.
pub(super) fn write(report: &Report<'_>, tables: &Tables, folder: &Path) -> Result<(), ReportError> {
    let mut file = OutFile::create(folder, "evidence.csv")?;
    file.write(HEADER)?;
    let rows: Vec<Rows<'_>> =
        report.entities.iter().flat_map(|entity| rows_of(report, entity)).collect();
    in_order(
        &pieces(&rows),
        |piece, buffer: &mut Vec<u8>| {
            buffer.clear();
            piece.iter().for_each(|rows| render(report, tables, rows, buffer));
        },
        |buffer| file.write(buffer),
    )
}

fn rows_of<'a>(report: &Report<'a>, entity: &'a FlaggedEntity) -> impl Iterator<Item = Rows<'a>> {
    let entity_id = &report.book.entity(entity.entity).id;
    entity.findings.iter().flat_map(move |finding| {
        ranges(finding.evidence.len(), ROWS_PER_PIECE).into_iter().map(move |range| Rows {
            finding,
            entity_id,
            range,
        })
    })
}

/// Findings that stand together, in pieces of about equal numbers of rows.
fn pieces<'r, 'a>(rows: &'r [Rows<'a>]) -> Vec<&'r [Rows<'a>]> {
    let mut pieces = Vec::new();
    let (mut start, mut held) = (0, 0);
    for (index, one) in rows.iter().enumerate() {
        if held > 0 && held + one.range.len() > ROWS_PER_PIECE {
            pieces.push(&rows[start..index]);
            (start, held) = (index, 0);
        }
        held += one.range.len();
    }
    if start < rows.len() {
        pieces.push(&rows[start..]);
    }
    pieces
}

fn render(report: &Report<'_>, tables: &Tables, rows: &Rows<'_>, out: &mut Vec<u8>) {
    let finding = rows.finding;
    let prefix = format!("{},{},{}", finding.id, rows.entity_id, finding.detector);
    let mut lines: Vec<Option<Cited<'_>>> = Vec::with_capacity(LINES_AT_ONCE);
    for evidence in finding.evidence[rows.range.clone()].chunks(LINES_AT_ONCE) {
        lines.clear();
        lines.extend(evidence.iter().map(|row| row.line.map(|line| Cited::new(report, line))));
        for (row, line) in evidence.iter().zip(&lines) {
            let mut cells = Row::new(out);
            cells.ready(prefix.as_bytes());
            if let Some(line) = line {
                cited(report, tables, row, line, &mut cells);
            } else {
                remainder(report, row, &mut cells);
            }
            cells.number(i64::from(row.line_count)).end();
        }
    }
}

/// A line that is cited, and what it refers to.
struct Cited<'a> {
    line: KeptLine,
    document: &'a str,
    particulars: &'a Particulars,
}

impl<'a> Cited<'a> {
    fn new(report: &Report<'a>, line: u32) -> Self {
        let written = &report.book.written;
        let line = report.lines[line as usize];
        Self {
            document: line.line.document.map_or("", |document| written.documents.number(document)),
            particulars: written.particulars_of(&line.line),
            line,
        }
    }

    /// The party that the finding is about, in its role on the line.
    fn party(&self, role: EvidenceRole) -> Option<PartyId> {
        let line = &self.line.line;
        match role {
            EvidenceRole::SoldTo => line.sold_to.or(self.particulars.bill_to),
            EvidenceRole::EndUser => line.end_user,
            EvidenceRole::ShipTo => line.ship_to,
            EvidenceRole::Intermediate => self.particulars.intermediate,
            EvidenceRole::Consignee => line.ship_to.or(line.sold_to),
            EvidenceRole::Remainder => None,
        }
    }
}

fn cited(report: &Report<'_>, tables: &Tables, row: &Evidence, cited: &Cited<'_>, cells: &mut Row<'_>) {
    let written = &report.book.written;
    let (kept, line) = (&cited.line, &cited.line.line);
    cells
        .ready(tables.files.get(line.file.index()))
        .number(i64::from(line.line))
        .text(cited.document)
        .text(written.text(line.line_no))
        .word(kept.stage.as_str())
        .word(kept.kind.as_str())
        .day(line.ship_date)
        .ready(tables.part_and_model(row.item))
        .number(i64::from(line.quantity))
        .number(row.chips_lo)
        .number(row.chips_hi)
        .word(row.role.as_str());
    match cited.party(row.role) {
        Some(party) => {
            cells.ready(tables.parties.get(party.index()));
            match &report.book.party_countries[party.index()] {
                Some(code) => cells.word(code.as_str()),
                None => cells.text(written.text(written.parties[party.index()].country)),
            }
        }
        None => cells.ready(b","),
    };
    // The other side of the purchase: the seller of a buyer, the buyer for everybody else.
    match line.sold_to.filter(|_| row.role != EvidenceRole::SoldTo) {
        Some(buyer) => cells.ready(tables.parties.get(buyer.index())),
        None => cells.text(written.text(cited.particulars.seller)),
    };
    cells.word(kept.channel.as_str()).text(written.text(cited.particulars.licence_no));
}

/// All lines of a model that are not listed: no file, line or document.
fn remainder(report: &Report<'_>, row: &Evidence, cells: &mut Row<'_>) {
    cells
        .ready(b",,,,,,,")
        .text(report.book.items[row.item.index()].model.unwrap_or_default())
        .word("")
        .number(row.chips_lo)
        .number(row.chips_hi)
        .word(row.role.as_str())
        .ready(b",,,,");
}
