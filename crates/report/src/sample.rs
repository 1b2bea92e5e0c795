//! A small report for the tests: a bulk purchaser, an entity with an indicator, a near miss and a doubt.

use std::collections::BTreeMap;
use std::path::Path;

use chipwatch_records::{
    Basis, Book, Books, BulkStatus, Channel, Checked, Chips, CountryCode, Day, DocumentId, DocumentStage,
    DocumentTable, DocumentType, Documents, Entity, EntityId, Evidence, EvidenceRole, Exclusion, Fact, Fate,
    FileId, Finding, FlaggedEntity, Flags, InnocentExplanation, InputFile, InventoryRow, Item, ItemAsWritten,
    ItemId, ItemTotals, KeptLine, KeptLines, Licence, LineDocument, ModelQuarter, MonthlyRow, NotEvaluated,
    Operator, OtherRows, Particulars, ParticularsId, PartyAsWritten, PartyId, PeerRate, Purchases, Reject,
    Rejects, RunContext, Severity, ShipmentLine, ShipmentLines, SourceId, Subject, TextId, Texts, Threshold,
    Tier, Window, WrittenItemId, finding_id,
};

use crate::{EvidenceFile, Formats, Report, Summary};

/// Names that try to be more than text, and how a spreadsheet must show them.
pub(crate) const HOSTILE: [(&str, &str); 4] = [
    ("=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("Esc \u{1b}[2J\u{202e} Ltd", "Esc \\u{1b}[2J\\u{202e} Ltd"),
    ("a|b `c`\n# d", "a|b `c`\\u{a}# d"),
];

const PLAIN: [&str; 4] = ["Alpha Cloud", "Beta Trading", "Gamma University", "Delta Ltd"];

/// Owns what a [`Report`] borrows.
pub(crate) struct Sample {
    context: RunContext,
    pub(crate) books: Books,
    pub(crate) book: Book,
    pub(crate) lines: KeptLines,
    pub(crate) entities: Vec<FlaggedEntity>,
    accounts: Vec<(EntityId, Purchases)>,
    monthly: Vec<MonthlyRow>,
    item_totals: Vec<ItemTotals>,
    rejects: Rejects,
    not_evaluated: Vec<NotEvaluated>,
    pub(crate) notes: Vec<String>,
    level_totals: Vec<(Channel, Chips)>,
}

impl Sample {
    pub(crate) fn plain() -> Self {
        Self::new(PLAIN, "exports/a.csv")
    }

    pub(crate) fn hostile() -> Self {
        let mut sample = Self::new(HOSTILE.map(|(name, _)| name), "=exports/\u{1b}.csv");
        sample.notes.push(HOSTILE[1].0.to_owned());
        sample
    }

    /// Writes the whole report.
    pub(crate) fn write(&self, folder: &Path) -> Summary {
        let evidence = EvidenceFile::create(folder, &self.book).unwrap();
        evidence.put(0, &self.entities, &self.lines);
        evidence.finish().unwrap();
        self.report().write(folder, Formats::default()).unwrap()
    }

    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            tool_version: "0.1.0",
            pipeline: "canonical",
            as_of: self.context.as_of,
            context: &self.context,
            scope: "datacentre_accelerator",
            books: &self.books,
            book: &self.book,
            lines: &self.lines,
            entities: &self.entities,
            accounts: &self.accounts,
            monthly: &self.monthly,
            item_totals: &self.item_totals,
            rejects: &self.rejects,
            not_evaluated: &self.not_evaluated,
            notes: &self.notes,
            level_totals: &self.level_totals,
        }
    }

    fn new(names: [&str; 4], file: &str) -> Self {
        let as_of = day(2026, 10, 31);
        let entities: Vec<FlaggedEntity> =
            names.iter().enumerate().map(|(index, name)| flagged(index, name)).collect();
        Self {
            accounts: entities.iter().map(|entity| (entity.entity, entity.purchases)).collect(),
            context: RunContext {
                as_of,
                threshold: Threshold {
                    chips: Threshold::DEFAULT_CHIPS,
                    operator: Operator::Gt,
                    since: day(2020, 1, 1),
                    countries: Vec::new(),
                    country_of: Default::default(),
                },
                evidence_rows: Some(200),
                absent_columns: BTreeMap::new(),
            },
            books: books(),
            book: book(names, file),
            lines: lines(2),
            entities,
            monthly: vec![MonthlyRow {
                month: 202405,
                channel: Channel::SellIn,
                country: CountryCode::from_letters("SG"),
                model: "H100".to_owned(),
                buyers: 2,
                chips_lo: 800,
                chips_hi: 808,
            }],
            item_totals: [(3, 101, 25_250_000), (1, 10, 9_000)]
                .map(|(lines, quantity, value_usd)| ItemTotals { lines, quantity, value_usd })
                .to_vec(),
            rejects: Rejects {
                listed: vec![Reject {
                    file: file.to_owned(),
                    line: 6,
                    column: "quantity".to_owned(),
                    value: names[3].to_owned(),
                    reason: "not a whole number".to_owned(),
                }],
                count: 1,
                not_listed: 0,
            },
            not_evaluated: vec![NotEvaluated {
                what: "pass-through".to_owned(),
                missing: vec!["end_user_name".to_owned()],
            }],
            notes: vec!["In source sap, bill-to stood for an absent sold-to.".to_owned()],
            level_totals: vec![(Channel::SellIn, chips(800)), (Channel::SellThrough, Chips::default())],
        }
    }
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd(year, month, day).unwrap()
}

fn chips(n: i64) -> Chips {
    Chips { lo: n, best: n, hi: n }
}

fn books() -> Books {
    let mut books = Books::default();
    books.rows.read = 5;
    books.units.read = 111;
    books.add(Fate::Counted, 75);
    books.add(Fate::Counted, 1);
    books.add(Fate::Counted, 25);
    books.add(Fate::Excluded(Exclusion::Open), 10);
    books.add(Fate::Rejected, 0);
    books
}

fn book(names: [&str; 4], file: &str) -> Book {
    let mut sorted = vec!["Maker One", "BOX-8", "8-GPU board", "MYSTERY", "10", "A-1", "sap"];
    sorted.extend(names);
    sorted.sort_unstable();
    let texts = Texts::from_sorted(sorted);
    let id = |text: &str| texts.find(text).unwrap();
    let parties =
        names.map(|name| PartyAsWritten { system: id("sap"), name: id(name), ..Default::default() });
    let items = [("BOX-8", "8-GPU board"), ("MYSTERY", "")].map(|(part, text)| ItemAsWritten {
        part_number: id(part),
        description: id(text),
        hs_code: TextId::EMPTY,
    });
    let mut documents = Documents::default();
    let mut table = DocumentTable::default();
    table.push(1, "80001");
    documents.append(table.numbers);
    let particulars = vec![particulars(id("Maker One"))];
    let written = ShipmentLines {
        parties: parties.to_vec(),
        items: items.to_vec(),
        particulars,
        documents,
        sources: Vec::new(),
        files: vec![InputFile {
            path: file.to_owned(),
            source: SourceId::from_index(0).unwrap(),
            blake3: String::new(),
            bytes: 0,
        }],
        texts,
    };
    Book {
        written,
        items: vec![item(0, Some("H100"), "accelerator", 8), item(1, None, "unknown", 0)],
        entities: names.iter().enumerate().map(|(index, name)| entity(index, name)).collect(),
        party_entities: (0..4).map(|index| EntityId::from_index(index).unwrap()).collect(),
        party_countries: vec![CountryCode::from_letters("SG"); 4],
        others: others(),
    }
}

fn others() -> OtherRows {
    let text = str::to_owned;
    OtherRows {
        inventory: vec![InventoryRow {
            holder: text("Tess | Dist"),
            country: text("DE"),
            location: String::new(),
            on: day(2026, 9, 30),
            part_number: text("900-1"),
            description: String::new(),
            quantity: 58,
            file: text("stock.csv"),
            line: 2,
        }],
        licences: vec![Licence {
            number: text("D1"),
            kind: text("licence"),
            licensee: text("Maker | Inc"),
            end_user: text("Alpha Cloud"),
            destination: text("SG"),
            model: text("H20"),
            chips: Some(1_200),
            value_usd: None,
            valid_from: None,
            valid_to: Some(day(2027, 7, 31)),
            file: text("licences.csv"),
            line: 2,
        }],
    }
}

fn item(index: usize, model: Option<&'static str>, kind: &'static str, count: u32) -> Item {
    Item {
        written: WrittenItemId::from_index(index).unwrap(),
        model,
        kind,
        chips_min: count,
        chips_typical: None,
        chips_max: count,
        basis: if model.is_some() { "part_number" } else { "none" },
        in_scope: model.is_some(),
        unconfirmed: false,
        launch: None,
        why: "By its part number.".to_owned(),
    }
}

fn entity(index: usize, name: &str) -> Entity {
    Entity {
        id: format!("e-00000000000{index}"),
        name: name.to_owned(),
        parties: vec![PartyId::from_index(index).unwrap()],
        country: CountryCode::from_letters("SG"),
        headquarters: None,
        class: "cloud".to_owned(),
        class_source: "parties.csv".to_owned(),
        parent: String::new(),
        own: false,
        why: "One name.".to_owned(),
    }
}

fn particulars(seller: TextId) -> Particulars {
    let none = TextId::EMPTY;
    Particulars {
        source: SourceId::from_index(0).unwrap(),
        channel: Channel::SellIn,
        stage: DocumentStage::Delivery,
        kind: DocumentType::Sale,
        seller,
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
        order_date: Day::from_ymd(2024, 3, 1),
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

/// Three lines that are cited, the first on this physical line, and an open one.
pub(crate) fn lines(first: u32) -> KeptLines {
    let kept = vec![line(first, 0, 75), line(first + 1, 0, 1), line(first + 2, 1, 25)];
    KeptLines::new(kept, &[line(first + 3, 1, 10)])
}

fn line(number: u32, party: usize, quantity: i32) -> KeptLine {
    let written = ShipmentLine {
        price: None,
        sold_to: PartyId::from_index(party),
        ship_to: None,
        end_user: None,
        item: WrittenItemId::from_index(0).unwrap(),
        particulars: ParticularsId::from_index(0).unwrap(),
        document: DocumentId::from_index(0).map(|id| LineDocument::new(1, id)),
        line_no: TextId::EMPTY,
        ship_date: Day::from_ymd(2024, 5, number),
        quantity,
        file: FileId::from_index(0).unwrap(),
        line: number,
    };
    KeptLine {
        line: written,
        item: ItemId::from_index(0).unwrap(),
        quantity_lo: quantity,
        quantity_hi: quantity,
        kind: DocumentType::Sale,
        stage: DocumentStage::Delivery,
        channel: Channel::SellIn,
        flags: Flags::default(),
    }
}

/// 0: bulk; 1: an indicator; 2: a near miss; 3: a doubt about the records.
fn flagged(index: usize, name: &str) -> FlaggedEntity {
    let (basis, status, acquired, gross) = [
        (Basis::Bulk, BulkStatus::Confirmed, 608, 608),
        (Basis::Indicators, BulkStatus::None, 200, 200),
        (Basis::None, BulkStatus::None, 480, 520),
        (Basis::None, BulkStatus::None, 8, 8),
    ][index];
    FlaggedEntity {
        entity: EntityId::from_index(index).unwrap(),
        basis,
        bulk_status: status,
        tier: (index == 1).then_some(Tier(3)),
        purchases: Purchases {
            acquired: chips(acquired),
            direct: chips(acquired),
            gross: chips(gross),
            returned: chips(gross - acquired),
            ..Default::default()
        },
        by_model_and_quarter: vec![ModelQuarter {
            item: ItemId::from_index(0).unwrap(),
            quarter: day(2024, 5, 2).quarter(),
            chips: chips(acquired),
        }],
        first_ship_date: Day::from_ymd(2024, 5, 2),
        last_ship_date: Day::from_ymd(2024, 5, 4),
        findings: finding(index, name).into_iter().collect(),
    }
}

fn finding(index: usize, name: &str) -> Option<Finding> {
    let (detector, severity, cited): (_, _, &[(Option<u32>, i64)]) = match index {
        0 => ("bulk-purchase", Severity::Info, &[(Some(0), 600), (Some(1), 8)]),
        1 => ("pass-through", Severity::Review, &[(Some(2), 160), (None, 40)]),
        3 => ("integrity", Severity::Info, &[(Some(1), 8)]),
        _ => return None,
    };
    let sum = cited.iter().map(|(_, chips)| chips).sum();
    let rule = "since 2020-01-01".to_owned();
    Some(Finding {
        id: finding_id(detector, &format!("e-00000000000{index}"), &rule),
        detector,
        subject: Subject::Entity(EntityId::from_index(index).unwrap()),
        window: Window { rule, from: day(2020, 1, 1), to: day(2026, 10, 31) },
        chips_lo: sum,
        chips_hi: sum,
        severity,
        sentence: format!("{name}: {sum} chips."),
        facts: BTreeMap::from([("chips", Fact::Number(sum)), ("names", Fact::List(vec![name.to_owned()]))]),
        innocent_explanations: vec![InnocentExplanation {
            text: "It runs a data centre.".to_owned(),
            checked: Checked::NotCheckable,
            why: "No record of a site.".to_owned(),
        }],
        exculpatory: Vec::new(),
        peer_rate: Some(PeerRate { k: 1, n: 4, class: "cloud".to_owned() }),
        first_visible: None,
        assumptions: vec!["A board carries 8 chips.".to_owned()],
        evidence_lines: cited.len() as u64,
        evidence: cited
            .iter()
            .map(|&(line, chips)| Evidence {
                line,
                item: ItemId::from_index(0).unwrap(),
                role: if line.is_some() { EvidenceRole::SoldTo } else { EvidenceRole::Remainder },
                chips_lo: chips,
                chips_hi: chips,
                line_count: if line.is_some() { 1 } else { 2 },
            })
            .collect(),
    })
}
