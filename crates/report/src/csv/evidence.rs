//! `evidence.csv`: the rows behind each finding. By far the largest file.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use chipwatch_records::{
    Channel, DocumentId, DocumentStage, DocumentType, Evidence, EvidenceRole, Finding, FlaggedEntity,
    KeptLine, LineDocument, Particulars, PartyId, ShipmentLine, TextId,
};

use crate::escape::push_csv;
use crate::in_order::{in_order, ranges};
use crate::large_file::LargeFile;
use crate::row::{Cells, Numbers, Row, iso};
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
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let tables = Tables::new(report);
    let mut file = LargeFile::create(folder, "evidence.csv")?;
    file.put(&mut HEADER.to_vec());
    let rows: Vec<Rows<'_>> = report.entities.iter().flat_map(|entity| rows_of(report, entity)).collect();
    in_order(
        &pieces(&rows),
        |piece, buffer: &mut Vec<u8>| {
            buffer.clear();
            let mut tail = Tail::default();
            piece.iter().for_each(|rows| render(report, &tables, rows, &mut tail, buffer));
        },
        |buffer| {
            file.put(buffer);
            Ok(())
        },
    )?;
    file.finish()
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

fn render(report: &Report<'_>, tables: &Tables, rows: &Rows<'_>, tail: &mut Tail, out: &mut Vec<u8>) {
    let finding = rows.finding;
    let prefix = format!("{},{},{}", finding.id, rows.entity_id, finding.detector);
    let written = &report.book.written;
    let line = |row: &Evidence| row.line.map(|line| &report.lines[line]);
    let mut ids: Vec<Option<DocumentId>> = Vec::with_capacity(LINES_AT_ONCE);
    let mut documents: Vec<Cow<'_, str>> = Vec::with_capacity(LINES_AT_ONCE);
    for evidence in finding.evidence[rows.range.clone()].chunks(LINES_AT_ONCE) {
        // Short loops of their own: the processor waits for many lines at once, then for many documents.
        ids.clear();
        ids.extend(
            evidence.iter().map(|row| line(row).and_then(|line| line.line.document).map(LineDocument::id)),
        );
        documents.clear();
        documents
            .extend(ids.iter().map(|id| id.map_or_else(Cow::default, |id| written.documents.number(id))));
        for (row, document) in evidence.iter().zip(&documents) {
            out.extend_from_slice(prefix.as_bytes());
            if let Some(line) = line(row) {
                cited(report, tables, row, line, document, tail, out);
            } else {
                remainder(report, row, out);
            }
            Numbers::new().cell(i64::from(row.line_count)).byte(b'\n').append(out);
        }
    }
}

/// Whole cells from here on start with their comma, so that a row is made of few pieces.
fn cited(
    report: &Report<'_>,
    tables: &Tables,
    row: &Evidence,
    kept: &KeptLine,
    document: &str,
    tail: &mut Tail,
    out: &mut Vec<u8>,
) {
    let written = &report.book.written;
    let line = &kept.line;
    let particulars = written.particulars_of(line);
    out.extend_from_slice(tables.files.get(line.file.index()));
    Numbers::new().cell(i64::from(line.line)).byte(b',').append(out);
    push_csv(out, document);
    out.push(b',');
    push_csv(out, written.text(line.line_no));
    out.extend_from_slice(tables.stages_and_kinds.get(kept.stage as usize * KINDS + kept.kind as usize));
    out.push(b',');
    if let Some(day) = line.ship_date {
        out.extend_from_slice(&iso(day));
    }
    out.extend_from_slice(tables.items.get(row.item.index()));
    Numbers::new()
        .cell(i64::from(line.quantity))
        .cell(row.chips_lo)
        .cell(row.chips_hi)
        .byte(b',')
        .append(out);
    out.extend_from_slice(row.role.as_str().as_bytes());
    match party(row.role, line, particulars) {
        Some(party) => out.extend_from_slice(tables.parties_and_countries.get(party.index())),
        None => out.extend_from_slice(b",,"),
    }
    tail.look_up(report, particulars, kept.channel);
    // The other side of the purchase: the seller of a buyer, the buyer for everybody else.
    match line.sold_to.filter(|_| row.role != EvidenceRole::SoldTo) {
        Some(buyer) => out.extend_from_slice(tables.parties.get(buyer.index())),
        None => out.extend_from_slice(&tail.seller),
    }
    out.extend_from_slice(&tail.channel_and_licence);
}

/// All lines of a model that are not listed: no file, line or document.
fn remainder(report: &Report<'_>, row: &Evidence, out: &mut Vec<u8>) {
    out.extend_from_slice(b",,,,,,,,,");
    push_csv(out, report.book.items[row.item.index()].model.unwrap_or_default());
    out.push(b',');
    Numbers::new().cell(row.chips_lo).cell(row.chips_hi).byte(b',').append(out);
    out.extend_from_slice(row.role.as_str().as_bytes());
    out.extend_from_slice(b",,,,,");
}

/// The party that the finding is about, in its role on the line.
fn party(role: EvidenceRole, line: &ShipmentLine, particulars: &Particulars) -> Option<PartyId> {
    match role {
        EvidenceRole::SoldTo => line.sold_to.or(particulars.bill_to),
        EvidenceRole::EndUser => line.end_user,
        EvidenceRole::ShipTo => line.ship_to,
        EvidenceRole::Intermediate => particulars.intermediate,
        EvidenceRole::Consignee => line.ship_to.or(line.sold_to),
        EvidenceRole::Remainder => None,
    }
}

/// The cells of seller, channel and licence: line after line has the same.
#[derive(Default)]
struct Tail {
    of: Option<(TextId, TextId, Channel)>,
    seller: Vec<u8>,
    channel_and_licence: Vec<u8>,
}

impl Tail {
    fn look_up(&mut self, report: &Report<'_>, particulars: &Particulars, channel: Channel) {
        let of = Some((particulars.seller, particulars.licence_no, channel));
        if self.of != of {
            let written = &report.book.written;
            self.of = of;
            self.seller.clear();
            self.channel_and_licence.clear();
            Row::new(&mut self.seller).word("").text(written.text(particulars.seller));
            Row::new(&mut self.channel_and_licence)
                .word("")
                .word(channel.as_str())
                .text(written.text(particulars.licence_no));
        }
    }
}

/// Distinct texts that many rows repeat, escaped once, each with its comma before it.
struct Tables {
    files: Cells,
    parties: Cells,
    parties_and_countries: Cells,
    /// Part number and model.
    items: Cells,
    stages_and_kinds: Cells,
}

const KINDS: usize = DocumentType::ALL.len();

impl Tables {
    fn new(report: &Report<'_>) -> Self {
        let book = report.book;
        let written = &book.written;
        let stages = DocumentStage::ALL.iter();
        let pairs = stages.flat_map(|stage| DocumentType::ALL.iter().map(move |kind| (stage, kind)));
        Self {
            files: Cells::new(&written.files, |out, file| {
                Row::new(out).word("").text(&file.path);
            }),
            parties: Cells::new(&written.parties, |out, party| {
                Row::new(out).word("").text(written.text(party.name));
            }),
            parties_and_countries: Cells::new(written.parties.iter().enumerate(), |out, (index, party)| {
                let mut row = Row::new(out);
                row.word("").text(written.text(party.name));
                match &book.party_countries[index] {
                    Some(code) => row.word(code.as_str()),
                    None => row.text(written.text(party.country)),
                };
            }),
            items: Cells::new(&book.items, |out, item| {
                let part_number = written.items[item.written.index()].part_number;
                Row::new(out).word("").text(written.text(part_number)).text(item.model.unwrap_or_default());
            }),
            stages_and_kinds: Cells::new(pairs, |out, (stage, kind)| {
                Row::new(out).word("").word(stage.as_str()).word(kind.as_str());
            }),
        }
    }
}
