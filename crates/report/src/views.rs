//! The shape of `report.json`: what is told, apart from how it is kept. A change needs a new [`SCHEMA_VERSION`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use chipwatch_records::{
    Basis, Books, BulkStatus, Chips, Day, Fact, InnocentExplanation, PeerRate, Quarter, Severity, Tier,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::row::iso;

/// Version of the shape of `report.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// A day as `yyyy-mm-dd`.
#[derive(Clone, Copy, Debug)]
pub struct IsoDay(pub Day);

impl Serialize for IsoDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&iso(self.0)).unwrap_or_default())
    }
}

impl JsonSchema for IsoDay {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}

/// `report.json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportView<'a> {
    /// What was asked.
    #[serde(flatten)]
    pub head: ReportHead<'a>,
    /// Where every row went: `read` equals the sum of the others.
    pub books: &'a Books,
    /// Entities that bought in bulk, match indicators, or both; by tier, chips falling, id.
    pub entities: Vec<EntityView<'a>>,
    /// Entities in neither schedule whose gross or highest count passes the threshold, or would with their open orders.
    pub near_misses: Vec<EntityView<'a>>,
    /// Entities of which nothing is known but that their records are in doubt.
    pub record_doubts: Vec<EntityView<'a>>,
    /// What else belongs to the answer.
    #[serde(flatten)]
    pub tail: ReportTail<'a>,
    /// blake3 of this report without file, line and books.
    pub content_digest: String,
}

/// What was asked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportHead<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// Version of chipwatch.
    pub tool_version: &'a str,
    /// Name of the pipeline.
    pub pipeline: &'a str,
    /// The day the report speaks for.
    pub as_of: IsoDay,
    /// The question.
    pub threshold: ThresholdView<'a>,
    /// The class of chips that counts.
    pub scope: &'a str,
}

/// The question.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ThresholdView<'a> {
    /// Chips.
    pub chips: i64,
    /// `gt`: more than; `ge`: at least.
    pub operator: &'static str,
    /// The same in words.
    pub in_words: String,
    /// First day that counts.
    pub since: IsoDay,
    /// Only purchases of these countries; empty: all.
    pub countries: Vec<&'a str>,
    /// Which country is meant: `sold_to`, `ship_to`, `end_user`, `headquarters`.
    pub country_of: &'static str,
}

/// What else belongs to the answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportTail<'a> {
    /// Acquired chips on each level of the trade. Goods pass several levels: never add them up.
    pub level_totals: Vec<LevelTotal>,
    /// What could not be evaluated for want of a column, file or table.
    pub not_evaluated: Vec<NotEvaluatedView<'a>>,
    /// Snapshots of stock that were given, in sum; null where none was.
    pub inventory: Option<InventoryView>,
    /// Licences that were given, in the order of their values. No count depends on them.
    pub licences: Vec<LicenceView<'a>>,
    /// What no report of this kind can see.
    pub disclosures: &'a [&'a str],
    /// Remarks on this run.
    pub notes: &'a [String],
}

/// Acquired chips on one level of the trade.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LevelTotal {
    /// `sell_in`, `sell_through`, `customs`.
    pub channel: &'static str,
    /// Net acquired.
    #[serde(flatten)]
    pub chips: Chips,
}

/// Snapshots of stock in sum. They are no sales, and no count depends on them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InventoryView {
    /// Rows, those that say the same once.
    pub rows: usize,
    /// Distinct holders by their names as written, or locations where no holder is named.
    pub holders: usize,
    /// First day of a snapshot.
    pub first_day: IsoDay,
    /// Last day of a snapshot.
    pub last_day: IsoDay,
}

/// A row of a licence. What nobody said is empty or null.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LicenceView<'a> {
    /// Its number.
    pub licence_no: &'a str,
    /// Licence, exception, notification, as written.
    pub kind: &'a str,
    /// Who holds it.
    pub licensee_name: &'a str,
    /// Who may receive the goods.
    pub end_user_name: &'a str,
    /// Where they may go, as written.
    pub destination: &'a str,
    /// Model or item it covers.
    pub model: &'a str,
    /// Items that it allows.
    pub chips: Option<i32>,
    /// Whole US dollars that it allows.
    pub value_usd: Option<i64>,
    /// First day on which it is valid.
    pub valid_from: Option<IsoDay>,
    /// Last day on which it is valid.
    pub valid_to: Option<IsoDay>,
}

/// A detector that could not look.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NotEvaluatedView<'a> {
    /// Detector, or what else.
    pub what: &'a str,
    /// Columns, files or tables that are missing.
    pub missing: &'a [String],
}

/// An entity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntityView<'a> {
    /// Who it is and what it bought.
    #[serde(flatten)]
    pub head: EntityHead<'a>,
    /// What detectors say about it.
    pub findings: Vec<FindingView<'a>>,
}

/// Who an entity is and what it bought.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntityHead<'a> {
    /// Stable id.
    pub entity_id: &'a str,
    /// The name it is reported under.
    pub name: &'a str,
    /// Its other names, as written.
    pub aliases: Vec<&'a str>,
    /// Country.
    pub country: Option<&'a str>,
    /// Country of its headquarters, where the user's register says so.
    pub headquarters_country: Option<&'a str>,
    /// `distributor`, `oem`, `cloud`, …; empty where nobody said.
    pub entity_class: &'a str,
    /// Where the class comes from.
    pub entity_class_source: &'a str,
    /// Parent in the user's register.
    pub parent: &'a str,
    /// Why its names are one entity.
    pub why_one_entity: &'a str,
    /// Why it is listed.
    pub basis: Basis,
    /// How sure the bulk purchase is.
    pub bulk_status: BulkStatus,
    /// How strong the indicators are; bulk never makes a tier.
    pub tier: Option<Tier>,
    /// Net acquired, fewest.
    pub chips_lo: i64,
    /// Net acquired, as usually sold.
    pub chips_best: i64,
    /// Net acquired, most.
    pub chips_hi: i64,
    /// Acquired as the sold-to.
    pub direct: Chips,
    /// Acquired as the named end customer of another firm's purchase.
    pub indirect: Chips,
    /// Only handled: never bought.
    pub received: Chips,
    /// Lent, or on consignment.
    pub on_loan: Chips,
    /// Ordered, not goods-issued.
    pub open: Chips,
    /// Acquired before returns.
    pub gross: Chips,
    /// Returned.
    pub returned: Chips,
    /// In customs records alone.
    pub customs_only: Chips,
    /// Net acquired by model and quarter.
    pub by_model_and_quarter: Vec<ModelQuartersView>,
    /// First day of an acquisition.
    pub first_ship_date: Option<IsoDay>,
    /// Last day of an acquisition.
    pub last_ship_date: Option<IsoDay>,
}

/// Net acquired chips of one model by quarter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelQuartersView {
    /// Model.
    pub model: &'static str,
    /// For each quarter of goods issue: its name such as `2024Q3`, then chips lo, best and hi.
    pub quarters: Vec<(QuarterName, i64, i64, i64)>,
}

/// A quarter as `2024Q3`. Millions are written: no formatting, no allocation.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent, with = "String")]
pub struct QuarterName(pub Quarter);

impl Serialize for QuarterName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.0.letters()).unwrap_or_default())
    }
}

/// What one detector says about one entity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingView<'a> {
    /// All but the rows.
    #[serde(flatten)]
    pub head: FindingHead<'a>,
    /// The first rows of `evidence.csv`.
    pub evidence: Vec<EvidenceView<'a>>,
}

/// A finding without its rows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingHead<'a> {
    /// Stable between runs.
    pub finding_id: &'a str,
    /// Detector.
    pub detector: &'static str,
    /// Whom it is about: an entity id.
    pub subject: &'a str,
    /// The time it is about.
    pub window: WindowView<'a>,
    /// Chips, fewest.
    pub chips_lo: i64,
    /// Chips, most.
    pub chips_hi: i64,
    /// How urgent.
    pub severity: Severity,
    /// One plain sentence.
    pub sentence: &'a str,
    /// Numbers behind the sentence.
    pub facts: &'a BTreeMap<&'static str, Fact>,
    /// Innocent readings, each held against the records.
    pub innocent_explanations: &'a [InnocentExplanation],
    /// What in the records speaks for the entity.
    pub exculpatory: &'a [String],
    /// How common the finding is among peers.
    pub peer_rate: &'a Option<PeerRate>,
    /// First day on which the records would have shown it.
    pub first_visible: Option<IsoDay>,
    /// What had to be assumed.
    pub assumptions: &'a [String],
    /// How many lines stand behind it, listed or not.
    pub evidence_lines: u64,
}

/// The time a finding is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WindowView<'a> {
    /// Such as `since 2020-01-01`.
    pub rule: &'a str,
    /// First day.
    pub from: IsoDay,
    /// Last day.
    pub to: IsoDay,
}

/// A row of evidence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EvidenceView<'a> {
    /// Input file; null for the remainder of a model.
    pub file: Option<&'a str>,
    /// Physical line in the file; null for the remainder of a model.
    pub line: Option<u32>,
    /// What the entity is on the line.
    pub role: &'static str,
    /// Chips it adds, fewest.
    pub chips_lo: i64,
    /// Chips it adds, most.
    pub chips_hi: i64,
}
