//! The books of a run: every row that was read ends in exactly one place.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// Why a row that could be read adds to no purchase.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// No actual goods issue: in `open_orders.csv`.
    Open,
    /// Between plants of the seller.
    StockTransfer,
    /// Sold to or by the exporter's own companies to one another.
    OwnCompany,
    /// A credit or debit of money alone.
    ValueOnly,
    /// Not an AI chip of the pipeline's scope.
    OutOfScope,
    /// Shipped before the threshold's start; it only takes up later returns of it.
    BeforeSince,
    /// Dated after `as_of`.
    AfterAsOf,
    /// Cancelled by a later document.
    Cancelled,
    /// The document that cancels.
    Cancellation,
    /// The header of a kit whose chip-bearing parts are listed.
    KitHeader,
    /// The header of a delivery item that is split by batch.
    BatchHeader,
    /// An order or invoice of goods whose delivery is there.
    OtherStage,
    /// A total, sub-total or footer.
    TotalRow,
    /// The header once more.
    RepeatedHeader,
    /// A quantity of zero.
    ZeroQuantity,
    /// Rejected by the seller before delivery (SAP ABGRU).
    RejectedItem,
    /// A master bill whose house bills are there: they describe the same goods.
    MasterBill,
    /// Stock on hand: no sale.
    Inventory,
    /// A licence: no sale.
    Licence,
}

/// Where one row ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fate {
    /// It adds to a measure of an entity.
    Counted,
    /// It adds to nothing, for a reason.
    Excluded(Exclusion),
    /// It could not be read.
    Rejected,
    /// It repeats another row of the same document item, or of a file that was given twice.
    Duplicate,
    /// A newer report or version took its place.
    Superseded,
    /// Its file or source cannot be trusted as a whole.
    Quarantined,
}

/// Rows, or the items on them.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Tally {
    /// All that was read.
    pub read: u64,
    /// Added to a measure.
    pub counted: u64,
    /// Added to none, by reason.
    pub excluded: BTreeMap<Exclusion, u64>,
    /// Could not be read.
    pub rejected: u64,
    /// Repeats of rows counted elsewhere.
    pub duplicate: u64,
    /// Replaced by a newer report or version.
    pub superseded: u64,
    /// In files or sources that cannot be trusted.
    pub quarantined: u64,
}

impl Tally {
    /// Books `n` under one fate.
    pub fn add(&mut self, fate: Fate, n: u64) {
        match fate {
            Fate::Counted => self.counted += n,
            Fate::Excluded(why) => *self.excluded.entry(why).or_default() += n,
            Fate::Rejected => self.rejected += n,
            Fate::Duplicate => self.duplicate += n,
            Fate::Superseded => self.superseded += n,
            Fate::Quarantined => self.quarantined += n,
        }
    }

    /// The right-hand side of the books.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        self.counted
            + self.excluded.values().sum::<u64>()
            + self.rejected
            + self.duplicate
            + self.superseded
            + self.quarantined
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.counted += other.counted;
        for (why, n) in &other.excluded {
            *self.excluded.entry(*why).or_default() += n;
        }
        self.rejected += other.rejected;
        self.duplicate += other.duplicate;
        self.superseded += other.superseded;
        self.quarantined += other.quarantined;
    }
}

/// The books of a run. Both sides must be equal; a difference is a fault of the program.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Books {
    /// Rows of the input files.
    pub rows: Tally,
    /// Items (quantities without sign) on the rows whose quantity could be read; rejected and quarantined rows carry none.
    pub units: Tally,
}

impl Books {
    /// Books one row with its items.
    pub fn add(&mut self, fate: Fate, units: u64) {
        self.rows.add(fate, 1);
        self.units.add(fate, units);
    }

    /// Adds other books.
    pub fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        self.units.merge(&other.units);
    }

    /// Whether both sides are equal, in rows and in items.
    #[must_use]
    pub fn foot(&self) -> bool {
        self.rows.read == self.rows.accounted() && self.units.read == self.units.accounted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_foot_only_when_every_row_is_accounted_for() {
        let mut books = Books::default();
        books.rows.read = 2;
        books.units.read = 12;
        books.add(Fate::Counted, 8);
        assert!(!books.foot());
        books.add(Fate::Excluded(Exclusion::Open), 4);
        assert!(books.foot());
    }
}
