//! What detectors see: purchases by entity and day, in slices, beside the small whole tables.

use std::collections::BTreeMap;

use crate::country::CountryCode;
use crate::day::Day;
use crate::finding::EvidenceRole;
use crate::flagged::Chips;
use crate::ids::{EntityId, ItemId, PartyId, SourceId};
use crate::kept_lines::KeptLines;
use crate::other_tables::OtherRows;
use crate::shipment::{Channel, DocumentStage, DocumentType, ShipmentLine, ShipmentLines};

/// A classified item.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// The item as written.
    pub written: crate::ids::WrittenItemId,
    /// Model, where one was recognised.
    pub model: Option<&'static str>,
    /// What it is: `accelerator`, `system`, `networking`, `unknown`, ….
    pub kind: &'static str,
    /// Fewest chips in one item.
    pub chips_min: u32,
    /// Chips in one item as usually sold, where the reference row says so.
    pub chips_typical: Option<u32>,
    /// Most chips in one item.
    pub chips_max: u32,
    /// What the count rests on: `part_number`, `description`, `price_inferred`, `override`, ….
    pub basis: &'static str,
    /// Whether it counts under the pipeline's scope.
    pub in_scope: bool,
    /// Whether it rests on a reference row that nobody could confirm.
    pub unconfirmed: bool,
    /// Month the model came to market, where known: nothing can ship before.
    pub launch: Option<Day>,
    /// Why, in one sentence.
    pub why: String,
}

impl Item {
    /// How an item without a model is named.
    pub const UNKNOWN_MODEL: &str = "unknown";

    /// The name of its model.
    #[must_use]
    pub fn model_name(&self) -> &'static str {
        self.model.unwrap_or(Self::UNKNOWN_MODEL)
    }
}

/// A resolved entity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entity {
    /// `e-` and 12 hexadecimal digits.
    pub id: String,
    /// The name it is reported under.
    pub name: String,
    /// The parties that are this entity, as written.
    pub parties: Vec<PartyId>,
    /// Country, where one is known.
    pub country: Option<CountryCode>,
    /// Country of its headquarters, where the user's register says so.
    pub headquarters: Option<CountryCode>,
    /// `distributor`, `oem`, `cloud`, …; empty where nobody said.
    pub class: String,
    /// Where the class comes from.
    pub class_source: String,
    /// Parent in the user's register.
    pub parent: String,
    /// Whether it is one of the exporter's own companies.
    pub own: bool,
    /// Why its parties are one entity.
    pub why: String,
}

/// A purchase measure (see `reports.md` §8.3 of the design).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Measure {
    /// Bought, as the sold-to.
    Direct,
    /// Bought, as the named end customer of another firm's purchase.
    Indirect,
    /// Only handled: ship-to, intermediate. Such goods have an entry a line only where something can be taken from
    /// them, or where the question is about some countries alone; else they are summed in `Ledger::handled`.
    Received,
    /// Lent, or consignment stock not yet taken.
    OnLoan,
    /// Ordered, not goods-issued.
    Open,
    /// Seen in customs records alone.
    CustomsOnly,
}

impl Measure {
    /// Whether it adds to the headline.
    #[must_use]
    pub fn is_acquired(self) -> bool {
        matches!(self, Self::Direct | Self::Indirect)
    }
}

/// Marks of an entry that the integrity detector reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Flags(u8);

impl Flags {
    /// Identical lines without a document number stand behind it.
    pub const REPEATED: Self = Self(1);
    /// Two extracts give other values for its document item.
    pub const CONFLICTING: Self = Self(2);
    /// A return, part of which found no purchase.
    pub const UNMATCHED_RETURN: Self = Self(4);
    /// A replacement whose defective part has not come back.
    pub const UNRETURNED: Self = Self(8);
    /// Possibly the same units as a line of another level.
    pub const POSSIBLE_OVERLAP: Self = Self(16);
    /// The same units as a line of another level.
    pub const SAME_UNITS: Self = Self(32);
    /// Ordered or billed only: no goods movement is known.
    pub const NO_GOODS_MOVEMENT: Self = Self(64);
    /// Says the same as another line but for spelling, a cent, or the number of its document. Not set for goods that were
    /// only handled.
    pub const NEAR_REPEAT: Self = Self(128);

    /// The marks as bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The marks of some bits.
    #[must_use]
    pub fn of_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Both sets of marks.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The marks that `other` does not have.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all marks of `other` are set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A line that detectors may cite. Its quantities are intervals where records contradict one another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct KeptLine {
    /// The line as read.
    pub line: ShipmentLine,
    /// The classified item.
    pub item: ItemId,
    /// Fewest items it stands for, without sign.
    pub quantity_lo: i32,
    /// Most items it stands for, without sign.
    pub quantity_hi: i32,
    /// What the line does once its sign is read: a sale of minus two is a return of two.
    pub kind: DocumentType,
    /// Step of the sale.
    pub stage: DocumentStage,
    /// Level of the trade.
    pub channel: Channel,
    /// Marks.
    pub flags: Flags,
}

/// What one line adds to one measure of one entity. Chips of a return are negative.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Entry {
    /// Whose.
    pub entity: EntityId,
    /// Day of goods issue (of the order, for open lines).
    pub day: Day,
    /// Which measure.
    pub measure: Measure,
    /// What the entity is on the line.
    pub role: EvidenceRole,
    /// Marks.
    pub flags: Flags,
    /// The line: its place in `Ledger::lines`.
    pub line: u32,
    /// The line's item.
    pub item: ItemId,
    /// Chips, fewest.
    pub chips_lo: i64,
    /// Chips, as usually sold.
    pub chips_best: i64,
    /// Chips, most.
    pub chips_hi: i64,
    /// For a purchase: its chips less its own returns, fewest. For a return: 0.
    pub net_lo: i64,
    /// For a purchase: its chips less its own returns, most. For a return: 0.
    pub net_hi: i64,
}

/// An entity of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// Which.
    pub entity: EntityId,
    /// Its entries; none where it only handled goods.
    pub entries: &'a [Entry],
    /// Chips that it handled beside its entries.
    pub handled: Chips,
}

/// One slice: all entries of some entities, sorted by entity, day and the digest of the line's values.
#[derive(Clone, Debug)]
pub struct Ledger<'a> {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Chips that entities only handled and that stand in no entry, in the order of entities: see
    /// [`Measure::Received`].
    pub handled: Vec<(EntityId, Chips)>,
    /// The lines of the slice.
    pub lines: &'a KeptLines,
    /// The small whole tables.
    pub book: &'a Book,
}

impl Ledger<'_> {
    /// The entities of the slice in their order, each with its entries and what else it handled.
    pub fn subjects(&self) -> impl Iterator<Item = Holding<'_>> {
        let mut with_entries = self.entries.chunk_by(|a, b| a.entity == b.entity).peekable();
        let mut handled = self.handled.iter().peekable();
        std::iter::from_fn(move || {
            let first = with_entries.peek().map(|entries| entries[0].entity);
            let other = handled.peek().map(|(entity, _)| *entity);
            let entity = first.into_iter().chain(other).min()?;
            let entries = with_entries.next_if(|entries| entries[0].entity == entity).unwrap_or_default();
            let handled = handled.next_if(|(of, _)| *of == entity).map(|(_, chips)| *chips);
            Some(Holding { entity, entries, handled: handled.unwrap_or_default() })
        })
    }

    /// The line behind an entry.
    #[must_use]
    pub fn line(&self, entry: &Entry) -> &KeptLine {
        &self.lines[entry.line]
    }

    /// The item behind an entry.
    #[must_use]
    pub fn item(&self, entry: &Entry) -> &Item {
        &self.book.items[entry.item.index()]
    }

    /// Country of a party, where it is known.
    #[must_use]
    pub fn country(&self, party: Option<PartyId>) -> Option<CountryCode> {
        party.and_then(|party| self.book.party_countries[party.index()])
    }
}

/// The small whole tables: everything that is not a line.
#[derive(Clone, Default, Debug)]
pub struct Book {
    /// Distinct values of the lines.
    pub written: ShipmentLines,
    /// Classified items.
    pub items: Vec<Item>,
    /// Entities.
    pub entities: Vec<Entity>,
    /// Entity of each party as written.
    pub party_entities: Vec<EntityId>,
    /// Country of each party as written.
    pub party_countries: Vec<Option<CountryCode>>,
    /// What the user keeps beside the sales.
    pub others: OtherRows,
}

impl Book {
    /// An entity.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.index()]
    }

    /// The entity of a party as written.
    #[must_use]
    pub fn entity_of(&self, party: PartyId) -> EntityId {
        self.party_entities[party.index()]
    }
}

/// Sums over all lines of a classified item, counted or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ItemTotals {
    /// Lines.
    pub lines: u64,
    /// Items, with sign.
    pub quantity: i64,
    /// Value in US dollars of the lines whose price is known in dollars.
    pub value_usd: i64,
}

/// How a total is held against the threshold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Operator {
    /// More than.
    #[default]
    Gt,
    /// At least.
    Ge,
}

/// Which country of a purchase a country list is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CountryOf {
    /// The buyer's.
    #[default]
    SoldTo,
    /// Where the goods went.
    ShipTo,
    /// The named end customer's.
    EndUser,
    /// The headquarters' in the user's register, else the entity's own.
    Headquarters,
}

/// The question the run answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Threshold {
    /// Chips.
    pub chips: i64,
    /// More than, or at least.
    pub operator: Operator,
    /// First day that counts.
    pub since: Day,
    /// Only purchases of these countries; empty: all.
    pub countries: Vec<CountryCode>,
    /// Which country is meant.
    pub country_of: CountryOf,
}

impl Threshold {
    /// The customer's number: more than so many chips.
    pub const DEFAULT_CHIPS: i64 = 500;

    /// Whether a number of chips passes.
    #[must_use]
    pub fn passes(&self, chips: i64) -> bool {
        self.passes_at(chips, self.chips)
    }

    /// Whether a number of chips passes another threshold under the same operator.
    #[must_use]
    pub fn passes_at(&self, chips: i64, threshold: i64) -> bool {
        match self.operator {
            Operator::Gt => chips > threshold,
            Operator::Ge => chips >= threshold,
        }
    }

    /// `more than 500` or `at least 500`.
    #[must_use]
    pub fn in_words(&self, threshold: i64) -> String {
        match self.operator {
            Operator::Gt => format!("more than {threshold}"),
            Operator::Ge => format!("at least {threshold}"),
        }
    }
}

/// All that a detector may know beside the ledger. No clock: `as_of` is passed in.
#[derive(Clone, PartialEq, Debug)]
pub struct RunContext {
    /// The day the report speaks for.
    pub as_of: Day,
    /// The question.
    pub threshold: Threshold,
    /// At most so many evidence rows a finding; `None`: all.
    pub evidence_rows: Option<usize>,
    /// Columns that each source lacks.
    pub absent_columns: BTreeMap<SourceId, Vec<crate::columns::Column>>,
}

/// A detector that could not look.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NotEvaluated {
    /// Detector id, or what else could not be evaluated.
    pub what: String,
    /// Columns, files or tables that are missing.
    pub missing: Vec<String>,
}
