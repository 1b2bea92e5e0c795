//! An entity with its purchases and findings, as the report lists it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::day::{Day, Quarter};
use crate::finding::Finding;
use crate::ids::{EntityId, ItemId};

/// A number of chips: fewest, as usually sold, most.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Chips {
    /// Fewest.
    pub lo: i64,
    /// As usually sold.
    pub best: i64,
    /// Most.
    pub hi: i64,
}

impl Chips {
    /// Adds another interval end by end.
    pub fn add(&mut self, lo: i64, best: i64, hi: i64) {
        self.lo += lo;
        self.best += best;
        self.hi += hi;
    }
}

/// The purchase measures of an entity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Purchases {
    /// The headline: net acquired.
    pub acquired: Chips,
    /// Acquired as the sold-to.
    pub direct: Chips,
    /// Acquired as the named end customer.
    pub indirect: Chips,
    /// Only handled.
    pub received: Chips,
    /// Lent or on consignment.
    pub on_loan: Chips,
    /// Ordered, not goods-issued.
    pub open: Chips,
    /// Acquired before returns.
    pub gross: Chips,
    /// Returned.
    pub returned: Chips,
    /// In customs records alone.
    pub customs_only: Chips,
}

/// Net acquired chips of one model in one quarter. A large run has millions: it is small.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelQuarter {
    /// An item of the model.
    pub item: ItemId,
    /// Quarter of goods issue.
    pub quarter: Quarter,
    /// Chips.
    pub chips: Chips,
}

/// Why an entity is in the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It bought in bulk: a fact.
    Bulk,
    /// It matches indicators.
    Indicators,
    /// Both.
    Both,
    /// Neither: a near miss, or a doubt about its records.
    None,
}

/// How sure the bulk badge is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkStatus {
    /// The lowest count passes the threshold.
    Confirmed,
    /// Only the highest count does.
    Possible,
    /// Neither does.
    None,
}

/// How strong the indicators are; bulk never makes a tier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, JsonSchema)]
pub struct Tier(pub u8);

/// An entity as the report lists it.
#[derive(Clone, PartialEq, Debug)]
pub struct FlaggedEntity {
    /// Which entity.
    pub entity: EntityId,
    /// Why it is listed.
    pub basis: Basis,
    /// How sure the bulk badge is.
    pub bulk_status: BulkStatus,
    /// Tier, where indicators make one.
    pub tier: Option<Tier>,
    /// Its measures.
    pub purchases: Purchases,
    /// Net acquired by model and quarter.
    pub by_model_and_quarter: Vec<ModelQuarter>,
    /// First day of an acquisition.
    pub first_ship_date: Option<Day>,
    /// Last day of an acquisition.
    pub last_ship_date: Option<Day>,
    /// Its findings.
    pub findings: Vec<Finding>,
}
