//! Ledgers from literal rows, for tests.

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_records::{
    Book, Channel, CountryCode, Day, DocumentStage, DocumentType, Entity, EntityId, Entry, EvidenceRole,
    FileId, Item, ItemId, KeptLine, KeptLines, Ledger, Operator, Particulars, ParticularsId, PartyId,
    RunContext, ShipmentLine, SourceId, TextId, Threshold, WrittenItemId,
};

use crate::example::{Row, What};

/// The day of an ISO text.
pub(crate) fn day(text: &str) -> Day {
    Day::parse_iso(text).unwrap_or_else(|| panic!("not a day: {text}"))
}

/// The run of the customer's question.
pub(crate) fn run() -> RunContext {
    RunContext {
        as_of: day("2026-10-31"),
        threshold: Threshold {
            chips: Threshold::DEFAULT_CHIPS,
            operator: Operator::Gt,
            since: day("2020-01-01"),
            countries: Vec::new(),
            country_of: chipwatch_records::CountryOf::SoldTo,
        },
        evidence_rows: Some(200),
        absent_columns: BTreeMap::new(),
    }
}

/// The tables behind a ledger of literal rows. Rows keep their order within a day.
#[derive(Clone, Default, Debug)]
pub(crate) struct Sheet {
    pub(crate) entries: Vec<Entry>,
    pub(crate) lines: KeptLines,
    pub(crate) book: Book,
}

impl Sheet {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let mut sheet = Self::default();
        let names: BTreeSet<_> = rows.iter().map(|row| row.entity).collect();
        sheet.book.entities = names.iter().map(|name| entity(name)).collect();
        let goods: BTreeSet<_> = rows.iter().map(goods).collect();
        let goods: Vec<_> = goods.into_iter().collect();
        sheet.book.items = goods.iter().map(|goods| item(*goods)).collect();
        let mut lines = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let owner = names.iter().position(|name| *name == row.entity).unwrap();
            let item = goods.iter().position(|other| *other == self::goods(row)).unwrap();
            lines.push(sheet.add(index, row, id(EntityId::from_index(owner)), id(ItemId::from_index(item))));
        }
        sheet.lines = KeptLines::new(lines, &[]);
        sheet.entries.sort_by_key(|entry| (entry.entity, entry.day));
        sheet
    }

    pub(crate) fn ledger(&self) -> Ledger<'_> {
        Ledger { entries: self.entries.clone(), handled: Vec::new(), lines: &self.lines, book: &self.book }
    }

    fn add(&mut self, index: usize, row: &Row, entity: EntityId, item: ItemId) -> KeptLine {
        let parties = row.countries.map(|country| {
            self.book.party_countries.push(country.and_then(CountryCode::from_letters));
            self.book.party_entities.push(entity);
            PartyId::from_index(self.book.party_countries.len() - 1)
        });
        self.book.written.particulars.push(particulars(row));
        let returned = row.chips_lo < 0;
        self.entries.push(Entry {
            entity,
            item,
            day: day(row.day),
            measure: row.what.measure(),
            role: role(row.what),
            flags: row.flags,
            line: index as u32,
            chips_lo: row.chips_lo,
            chips_best: row.chips_lo,
            chips_hi: row.chips_hi,
            net_lo: if returned { 0 } else { row.chips_lo - row.undone },
            net_hi: if returned { 0 } else { row.chips_hi - row.undone },
        });
        line(index, row, item, parties)
    }
}

fn id<T>(id: Option<T>) -> T {
    id.unwrap()
}

fn role(what: What) -> EvidenceRole {
    match what {
        What::EndCustomer => EvidenceRole::EndUser,
        What::Received => EvidenceRole::ShipTo,
        _ => EvidenceRole::SoldTo,
    }
}

fn entity(name: &str) -> Entity {
    Entity {
        id: format!("e-{name}"),
        name: name.to_owned(),
        parties: Vec::new(),
        country: None,
        headquarters: None,
        class: String::new(),
        class_source: String::new(),
        parent: String::new(),
        own: false,
        why: String::new(),
    }
}

type Goods = (&'static str, Option<&'static str>, bool, &'static str);

fn goods(row: &Row) -> Goods {
    (row.model, row.launch, row.unconfirmed, row.basis)
}

fn item((model, launch, unconfirmed, basis): Goods) -> Item {
    Item {
        written: id(WrittenItemId::from_index(0)),
        model: Some(model).filter(|model| !model.is_empty()),
        kind: "accelerator",
        chips_min: 1,
        chips_typical: None,
        chips_max: 1,
        basis,
        in_scope: true,
        unconfirmed,
        launch: launch.map(day),
        why: String::new(),
    }
}

fn line(index: usize, row: &Row, item: ItemId, parties: [Option<PartyId>; 3]) -> KeptLine {
    let items = row.chips_lo.abs().max(row.chips_hi.abs()) as i32;
    let returned = row.chips_lo < 0;
    KeptLine {
        line: ShipmentLine {
            price: None,
            sold_to: parties[0],
            ship_to: parties[1],
            end_user: parties[2],
            item: id(WrittenItemId::from_index(0)),
            particulars: id(ParticularsId::from_index(index)),
            document: None,
            line_no: TextId::EMPTY,
            ship_date: (row.what != What::Open).then(|| day(row.day)),
            quantity: items,
            file: id(FileId::from_index(0)),
            line: index as u32 + 2,
        },
        item,
        quantity_lo: items.min(row.chips_lo.abs() as i32),
        quantity_hi: items,
        kind: if returned { DocumentType::Return } else { DocumentType::Sale },
        stage: DocumentStage::Delivery,
        channel: Channel::SellIn,
        flags: row.flags,
    }
}

fn particulars(row: &Row) -> Particulars {
    let none = TextId::EMPTY;
    Particulars {
        source: id(SourceId::from_index(0)),
        channel: Channel::SellIn,
        stage: DocumentStage::Delivery,
        kind: DocumentType::Sale,
        seller: none,
        seller_country: none,
        bill_to: None,
        intermediate: None,
        forwarder: None,
        payer: None,
        parent_line_no: none,
        batch_of_line_no: none,
        reference_document_no: none,
        master_document_no: none,
        customer_po: none,
        report_period: none,
        replaces: false,
        order_date: row.ordered.map(day),
        invoice_date: None,
        changed_on: None,
        eccn: none,
        licence_no: none,
        unit_of_measure: none,
        serial_numbers: none,
        currency: none,
        rest: none,
    }
}
