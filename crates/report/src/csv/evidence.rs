//! `evidence.csv`: the rows behind each finding. By far the largest file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chipwatch_records::{
    Book, Channel, DocumentId, DocumentStage, DocumentType, Evidence, EvidenceRole, FlaggedEntity, KeptLine,
    KeptLines, LineDocument, Particulars, PartyId, ShipmentLine, TextId,
};

use crate::ReportError;
use crate::escape::push_csv;
use crate::large_file::LargeFile;
use crate::row::{Cells, Numbers, Row, iso};

const HEADER: &[u8] = b"finding_id,entity_id,detector,file,line,document_no,line_no,document_stage,document_type,ship_date,\
part_number,model,quantity,chips_lo,chips_hi,role,party_as_written,party_country,counterparty,channel,licence_no,line_count\n";

/// About 400 kilobytes of text are handed over at once.
const PIECE_BYTES: usize = 400 << 10;
/// Lines lie far apart in memory: so many are fetched together, before the first is written.
const LINES_AT_ONCE: usize = 64;

/// `evidence.csv`, written while the slices of the ledger are judged: the disk is at work meanwhile, and of a slice's lines
/// none but the first of each finding need stay.
///
/// Findings stand in the order of entities within slices, and of slices: how many slices there are decides nothing.
pub struct EvidenceFile<'a> {
    tables: Tables<'a>,
    queue: Mutex<Queue>,
}

/// Slices that are rendered wait here for those before them.
struct Queue {
    file: LargeFile,
    next: usize,
    waiting: BTreeMap<usize, Vec<Vec<u8>>>,
}

impl<'a> EvidenceFile<'a> {
    /// Starts the file in the folder of a report.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(folder: &Path, book: &'a Book) -> Result<Self, ReportError> {
        let mut file = LargeFile::create(folder, "evidence.csv")?;
        file.put(&mut HEADER.to_vec());
        let queue = Mutex::new(Queue { file, next: 0, waiting: BTreeMap::new() });
        Ok(Self { tables: Tables::new(book), queue })
    }

    /// Writes the evidence of a slice's entities, which cites these lines. Slices are counted from 0; each is put once, in
    /// any order.
    pub fn put(&self, slice: usize, entities: &[FlaggedEntity], lines: &KeptLines) {
        let rendered = self.tables.render(entities, lines);
        // A thread that failed while it held the file has ended the run.
        let Ok(mut queue) = self.queue.lock() else { return };
        let Queue { file, next, waiting } = &mut *queue;
        waiting.insert(slice, rendered);
        while let Some(mut pieces) = waiting.remove(next) {
            pieces.iter_mut().for_each(|piece| file.put(piece));
            *next += 1;
        }
    }

    /// Waits for the last byte.
    ///
    /// # Errors
    /// What writing met.
    pub fn finish(self) -> Result<(), ReportError> {
        let queue = self.queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        queue.file.finish()
    }
}

impl Tables<'_> {
    fn render(&self, entities: &[FlaggedEntity], lines: &KeptLines) -> Vec<Vec<u8>> {
        let mut pieces = vec![Vec::with_capacity(PIECE_BYTES)];
        let mut tail = Tail::default();
        for entity in entities {
            let entity_id = &self.book.entity(entity.entity).id;
            for finding in &entity.findings {
                let prefix = format!("{},{entity_id},{}", finding.id, finding.detector);
                for evidence in finding.evidence.chunks(LINES_AT_ONCE) {
                    let mut piece = pieces.pop().unwrap_or_default();
                    self.rows(&prefix, evidence, lines, &mut tail, &mut piece);
                    let is_full = piece.len() >= PIECE_BYTES - PIECE_BYTES / 8;
                    pieces.push(piece);
                    if is_full {
                        pieces.push(Vec::with_capacity(PIECE_BYTES));
                    }
                }
            }
        }
        pieces
    }

    fn rows(
        &self,
        prefix: &str,
        evidence: &[Evidence],
        lines: &KeptLines,
        tail: &mut Tail,
        out: &mut Vec<u8>,
    ) {
        let line = |row: &Evidence| row.line.map(|line| &lines[line]);
        // Short loops of their own: the processor waits for many lines at once, then for many documents.
        let id = |row: &Evidence| line(row).and_then(|line| line.line.document).map(LineDocument::id);
        let ids: Vec<Option<DocumentId>> = evidence.iter().map(id).collect();
        let documents = self.book.written.documents.numbers(&ids);
        for (row, document) in evidence.iter().zip(&documents) {
            out.extend_from_slice(prefix.as_bytes());
            if let Some(line) = line(row) {
                self.cited(row, line, document, tail, out);
            } else {
                self.remainder(row, out);
            }
            Numbers::new().cell(i64::from(row.line_count)).byte(b'\n').append(out);
        }
    }

    /// Whole cells from here on start with their comma, so that a row is made of few pieces.
    fn cited(&self, row: &Evidence, kept: &KeptLine, document: &str, tail: &mut Tail, out: &mut Vec<u8>) {
        let written = &self.book.written;
        let line = &kept.line;
        let particulars = written.particulars_of(line);
        out.extend_from_slice(self.files.get(line.file.index()));
        Numbers::new().cell(i64::from(line.line)).byte(b',').append(out);
        push_csv(out, document);
        out.push(b',');
        push_csv(out, written.text(line.line_no));
        out.extend_from_slice(self.stages_and_kinds.get(kept.stage as usize * KINDS + kept.kind as usize));
        out.push(b',');
        if let Some(day) = line.ship_date {
            out.extend_from_slice(&iso(day));
        }
        out.extend_from_slice(self.items.get(row.item.index()));
        Numbers::new()
            .cell(i64::from(line.quantity))
            .cell(row.chips_lo)
            .cell(row.chips_hi)
            .byte(b',')
            .append(out);
        out.extend_from_slice(row.role.as_str().as_bytes());
        match party(row.role, line, particulars) {
            Some(party) => out.extend_from_slice(self.parties_and_countries.get(party.index())),
            None => out.extend_from_slice(b",,"),
        }
        tail.look_up(self.book, particulars, kept.channel);
        // The other side of the purchase: the seller of a buyer, the buyer for everybody else.
        match line.sold_to.filter(|_| row.role != EvidenceRole::SoldTo) {
            Some(buyer) => out.extend_from_slice(self.parties.get(buyer.index())),
            None => out.extend_from_slice(&tail.seller),
        }
        out.extend_from_slice(&tail.channel_and_licence);
    }

    /// All lines of a model that are not listed: no file, line or document.
    fn remainder(&self, row: &Evidence, out: &mut Vec<u8>) {
        out.extend_from_slice(b",,,,,,,,,");
        push_csv(out, self.book.items[row.item.index()].model.unwrap_or_default());
        out.push(b',');
        Numbers::new().cell(row.chips_lo).cell(row.chips_hi).byte(b',').append(out);
        out.extend_from_slice(row.role.as_str().as_bytes());
        out.extend_from_slice(b",,,,,");
    }
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
    fn look_up(&mut self, book: &Book, particulars: &Particulars, channel: Channel) {
        let of = Some((particulars.seller, particulars.licence_no, channel));
        if self.of != of {
            let written = &book.written;
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
struct Tables<'a> {
    book: &'a Book,
    files: Cells,
    parties: Cells,
    parties_and_countries: Cells,
    /// Part number and model.
    items: Cells,
    stages_and_kinds: Cells,
}

const KINDS: usize = DocumentType::ALL.len();

impl<'a> Tables<'a> {
    fn new(book: &'a Book) -> Self {
        let written = &book.written;
        let stages = DocumentStage::ALL.iter();
        let pairs = stages.flat_map(|stage| DocumentType::ALL.iter().map(move |kind| (stage, kind)));
        Self {
            book,
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
