//! The distinct values of a task: each is cleaned, checked and typed once, when it is first seen.

use chipwatch_records::{Column, DocumentStage, DocumentTable, FileId, SourceId, document_digest};

use crate::cells::{BETWEEN, Cells, Refusal, clean, folded_number, hash_texts, is_damaged};
use crate::columns_plan::{RoleFields, RowPlan};
use crate::date::DateReading;
use crate::fingerprints::{Fingerprint, Fingerprints};
use crate::intern::{Interner, Key, ShortCells};
use crate::layout::Mapping;
use crate::part::{LocalItem, LocalParticulars, LocalParty, Part, RawRow, Receipt};
use crate::plan::PARTITIONS;
use crate::source::SourceSpec;
use crate::spill::RowSource;

/// The parties of one set of columns by the bytes of their cells.
struct PartyKeys {
    columns: [bool; 6],
    /// Id of each key's party, with [`UNNAMED`] for one that has neither number nor name; 0 for one without a filled cell.
    ids: Fingerprints,
}

/// A party that was asked for: its table and its fingerprint there; nothing where no column is about it.
#[derive(Clone, Copy, Default)]
pub(crate) struct AskedParty(Option<(usize, Fingerprint)>);

/// A mark beside the id of a party: told where the id is, a row need not look at the party.
const UNNAMED: u32 = 1 << 31;

/// The id of a party, or 0 where neither a number nor a name says who it is: all that have nothing but a country in common
/// would be one buyer.
pub(crate) fn named(marked: u32) -> u32 {
    if marked & UNNAMED == 0 { marked } else { 0 }
}

/// The id of a party, whatever says who it is.
pub(crate) fn unmarked(marked: u32) -> u32 {
    marked & !UNNAMED
}

pub(crate) struct Dictionaries<'a> {
    pub(crate) source: &'a SourceSpec,
    pub(crate) mapping: &'a Mapping,
    key: Vec<u8>,
    pub(crate) texts: Interner,
    /// One table a set of columns, so that equal keys mean equal cells.
    party_keys: Vec<PartyKeys>,
    parties: Vec<LocalParty>,
    party_hashes: Vec<u64>,
    item_keys: Interner,
    item_of_key: Vec<Result<u32, Refusal>>,
    items: Vec<LocalItem>,
    item_hashes: Vec<u64>,
    particular_keys: Interner,
    particulars_of_key: Vec<Result<(), Refusal>>,
    particulars: Vec<LocalParticulars>,
    sellers: Vec<u32>,
    date_keys: Interner,
    ship_dates: ShortCells,
    line_numbers: ShortCells,
    date_of_key: Vec<Result<u32, &'static str>>,
    dates: Vec<(String, DateReading)>,
    date_counts: Vec<u64>,
    /// Neighbouring rows often share theirs: the key and id of the row before.
    last_particulars: (Vec<u8>, u32),
    documents: DocumentTable,
    last_document: (u32, String),
}

impl<'a> Dictionaries<'a> {
    /// Id of the empty text: it is the first one.
    pub(crate) const NO_TEXT: u32 = 0;

    pub(crate) fn new(source: &'a SourceSpec, mapping: &'a Mapping) -> Self {
        let mut texts = Interner::default();
        texts.intern(b"");
        Self {
            source,
            mapping,
            key: Vec::new(),
            texts,
            party_keys: Vec::new(),
            parties: Vec::new(),
            party_hashes: Vec::new(),
            item_keys: Interner::default(),
            item_of_key: Vec::new(),
            items: Vec::new(),
            item_hashes: Vec::new(),
            particular_keys: Interner::default(),
            particulars_of_key: Vec::new(),
            particulars: Vec::new(),
            sellers: Vec::new(),
            date_keys: Interner::default(),
            ship_dates: ShortCells::default(),
            line_numbers: ShortCells::default(),
            date_of_key: Vec::new(),
            dates: Vec::new(),
            date_counts: Vec::new(),
            last_particulars: (Vec::new(), 0),
            documents: DocumentTable::default(),
            last_document: (0, String::new()),
        }
    }

    pub(crate) fn into_part(self, file: FileId, source: SourceId, rows: Vec<Vec<RawRow>>) -> Part {
        Part {
            file,
            source,
            texts: self.texts.into_texts(),
            parties: self.parties,
            items: self.items,
            particulars: self.particulars,
            dates: self.dates,
            date_counts: self.date_counts,
            documents: self.documents,
            rows: rows.into_iter().map(RowSource::Memory).collect(),
            first_line: 0,
        }
    }

    /// Asks for the party in these fields. Whoever asks early, and for all parties of a row at once, need not wait for the
    /// answer.
    pub(crate) fn ask_party(&mut self, cells: &Cells<'_>, fields: &RoleFields) -> AskedParty {
        if fields.iter().all(Option::is_none) {
            return AskedParty(None);
        }
        let columns = fields.map(|field| field.is_some());
        let known = self.party_keys.iter().position(|keys| keys.columns == columns);
        let table = known.unwrap_or_else(|| {
            self.party_keys.push(PartyKeys { columns, ids: Fingerprints::default() });
            self.party_keys.len() - 1
        });
        let key = cells.key(fields, &mut self.key);
        AskedParty(Some((table, self.party_keys[table].ids.print(key))))
    }

    /// Id of the party that was asked for in these fields, from 1; 0 where all are empty.
    pub(crate) fn party(&mut self, asked: AskedParty, cells: &Cells<'_>, fields: &RoleFields) -> u32 {
        unmarked(self.marked_party(asked, cells, fields))
    }

    /// As [`Self::party`], with a mark where neither a number nor a name says who it is; see [`named`].
    pub(crate) fn marked_party(&mut self, asked: AskedParty, cells: &Cells<'_>, fields: &RoleFields) -> u32 {
        let AskedParty(Some((table, print))) = asked else { return 0 };
        if let Some(id) = self.party_keys[table].ids.get(print) {
            return id;
        }
        let id = self.new_party(cells, fields);
        self.party_keys[table].ids.put(print, id);
        id
    }

    fn new_party(&mut self, cells: &Cells<'_>, fields: &RoleFields) -> u32 {
        let mut texts = fields.map(|field| cells.clean(field));
        if texts.iter().all(|text| text.is_empty()) {
            return 0;
        }
        if let Some((group, name)) = self.hierarchy(texts[1]) {
            texts[1] = name;
            if texts[4].is_empty() {
                texts[4] = group;
            }
        }
        // Padding says nothing: lines of one party meet in one partition however its number is written.
        let number = folded_number(texts[0]);
        if !texts[0].is_empty() {
            texts[0] = &number;
        }
        let party: LocalParty = texts.map(|text| self.texts.intern(text.as_bytes()).0);
        self.parties.push(party);
        self.party_hashes.push(hash_texts(&texts));
        let id = self.parties.len() as u32;
        if texts[0].is_empty() && texts[1].is_empty() { id | UNNAMED } else { id }
    }

    /// The group and the name of what belongs to it, in a layout that writes both into one cell.
    fn hierarchy<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let between = self.mapping.hierarchy.as_deref()?;
        let (group, name) = text.rsplit_once(between)?;
        Some((group.trim(), name.trim())).filter(|(_, name)| !name.is_empty())
    }

    /// Id of the item, from 0.
    pub(crate) fn item(&mut self, cells: &Cells<'_>, fields: &[Option<usize>; 3]) -> Result<u32, Refusal> {
        let key = cells.key(fields, &mut self.key);
        let (key, new) = self.item_keys.intern_key(key);
        if !new {
            return self.item_of_key[key as usize].clone();
        }
        let mut texts = fields.map(|field| cells.clean(field));
        if let Some((_, name)) = self.hierarchy(texts[0]) {
            texts[0] = name;
        }
        let result = if texts[0].is_empty() && texts[1].is_empty() {
            let field = fields[0].or(fields[1]);
            Err(Refusal { field, reason: "the row has neither part number nor description".into() })
        } else if texts[1].is_empty() && is_damaged(texts[0]) {
            let reason =
                "a spreadsheet turned the part number into a power of ten, and there is no description";
            Err(Refusal { field: fields[0], reason: reason.into() })
        } else {
            self.items.push(texts.map(|text| self.texts.intern(text.as_bytes()).0));
            self.item_hashes.push(hash_texts(&texts));
            Ok(self.items.len() as u32 - 1)
        };
        self.item_of_key.push(result.clone());
        result
    }

    /// Id of a date text, from 1; 0 for a null date.
    pub(crate) fn date(
        &mut self,
        cells: &Cells<'_>,
        field: usize,
        column: Column,
        receipt: &mut Receipt,
        line: u32,
    ) -> Result<u32, Refusal> {
        let cell = cells.get(field);
        if column == Column::ShipDate
            && let Some(id) = self.ship_dates.get(cells.place(field))
        {
            return Ok(id);
        }
        self.key.clear();
        self.key.extend_from_slice(cell.as_bytes());
        self.key.extend_from_slice(&[BETWEEN, column as u8]);
        let (key, new) = self.date_keys.intern(&self.key);
        if new {
            let text = cells.clean(Some(field));
            let read = DateReading::read(text).map(|reading| match reading {
                DateReading::Null => 0,
                reading => {
                    receipt.evidence.see_date(column, reading, line, text);
                    self.dates.push((text.to_owned(), reading));
                    self.dates.len() as u32
                }
            });
            self.date_of_key.push(read);
        }
        let id = self.date_of_key[key as usize].map_err(|reason| Refusal::at(field, reason))?;
        if column == Column::ShipDate {
            self.ship_dates.put(cells.place(field), id);
        }
        Ok(id)
    }

    /// Id of the row's less common columns, from 0.
    pub(crate) fn particulars(
        &mut self,
        cells: &Cells<'_>,
        plan: &RowPlan,
        receipt: &mut Receipt,
        line: u32,
    ) -> Result<u32, Refusal> {
        self.key.clear();
        for field in &plan.particulars.all {
            self.key.extend_from_slice(cells.get(*field).as_bytes());
            self.key.push(BETWEEN);
        }
        if !self.particulars.is_empty() && self.key == self.last_particulars.0 {
            let key = self.last_particulars.1;
            return self.particulars_of_key[key as usize].clone().map(|()| key);
        }
        let (key, new) = self.particular_keys.intern(&self.key);
        self.last_particulars.0.clone_from(&self.key);
        self.last_particulars.1 = key;
        if new {
            let read = self.read_particulars(cells, plan, receipt, line);
            let (result, particulars) = match read {
                Ok(particulars) => (Ok(()), particulars),
                Err(refusal) => (Err(refusal), LocalParticulars::none(self.source, self.mapping.stage)),
            };
            let seller = self.seller(cells, plan);
            self.sellers.push(seller);
            self.particulars.push(particulars);
            self.particulars_of_key.push(result);
        }
        self.particulars_of_key[key as usize].clone().map(|()| key)
    }

    /// Whether the rows of these particulars are goods that moved.
    pub(crate) fn is_delivery(&self, particulars: u32) -> bool {
        self.particulars[particulars as usize].stage == DocumentStage::Delivery
    }

    /// Counts an accepted row under its ship date.
    pub(crate) fn count_date(&mut self, date: u32) {
        if let Some(place) = date.checked_sub(1) {
            self.date_counts.resize(self.dates.len(), 0);
            self.date_counts[place as usize] += 1;
        }
    }

    /// Id of the row's document, from 1 (0: none), and of its line number.
    pub(crate) fn document(&mut self, cells: &Cells<'_>, plan: &RowPlan, particulars: u32) -> (u32, u32) {
        let mut number = cells.clean(plan.document);
        let mut line_no = plan.line_no.map_or(Key::default(), |field| cells.place(field));
        let line_id = cells.clean(plan.line_id);
        if number.is_empty() {
            number = line_id;
            line_no = Key::default();
        } else if !line_id.is_empty() && cells.clean(plan.line_no).is_empty() {
            line_no = Key::of(line_id.as_bytes());
        }
        let line_no = self.line_numbers.get(line_no).unwrap_or_else(|| {
            let id = self.texts.intern(folded_number(clean(line_no.text())).as_bytes()).0;
            self.line_numbers.put(line_no, id);
            id
        });
        if number.is_empty() { (0, line_no) } else { (self.document_of(number, particulars), line_no) }
    }

    /// Id of the document of this number, from 1.
    pub(crate) fn document_of(&mut self, number: &str, particulars: u32) -> u32 {
        let seller = self.sellers[particulars as usize];
        if self.last_document.0 != seller
            || self.last_document.1 != number
            || self.documents.digests.is_empty()
        {
            self.last_document.0 = seller;
            self.last_document.1.clear();
            self.last_document.1.push_str(number);
            let name = self.texts.get(seller);
            self.documents.push(document_digest(name, &folded_number(number)), number);
        }
        self.last_document()
    }

    /// Id of the document that was asked for last.
    pub(crate) fn last_document(&self) -> u32 {
        self.documents.digests.len() as u32
    }

    /// The partition of a row: that of its document, else that of its parties and item.
    pub(crate) fn partition(&self, document: u32, parties: [u32; 3], item: u32) -> usize {
        let hash = match document.checked_sub(1) {
            Some(row) => self.documents.digests[row as usize],
            None => parties
                .iter()
                .filter_map(|party| party.checked_sub(1))
                .fold(self.item_hashes[item as usize], |hash, party| {
                    hash.rotate_left(17) ^ self.party_hashes[party as usize]
                }),
        };
        (hash >> 32) as usize % PARTITIONS
    }
}
