//! One slice as detectors see it: the ledger, and beside each entry what they ask of its line.

use std::ops::Deref;

use chipwatch_records::{Book, Chips, Day, EntityId, Entry, Holding, ItemId, Ledger, Measure, ParticularsId};

use crate::models::ModelIndex;

/// A slice of the ledger, ready for detectors.
///
/// Lines lie scattered over the memory of the whole run. Fetching what is asked of them once, in one tight loop, is
/// several times faster than every detector following each entry to its line.
#[derive(Debug)]
pub struct Slice<'l> {
    ledger: &'l Ledger<'l>,
    models: ModelIndex,
    goods: Vec<Goods>,
}

/// What detectors ask of the line behind an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goods {
    pub(crate) item: ItemId,
    pub(crate) quantity_hi: i32,
    pub(crate) shipped: Option<Day>,
    /// `None` where nobody asks: for goods that were only handled.
    pub(crate) particulars: Option<ParticularsId>,
}

/// The entries of one entity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account<'s> {
    pub(crate) entity: EntityId,
    /// Chips that it handled beside its entries.
    pub(crate) handled: Chips,
    entries: &'s [Entry],
    goods: &'s [Goods],
}

/// An entry with its goods; reads like the entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting<'s> {
    entry: &'s Entry,
    pub(crate) goods: &'s Goods,
}

impl Deref for Posting<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.entry
    }
}

impl<'l> Slice<'l> {
    /// Makes a slice ready.
    #[must_use]
    pub fn new(ledger: &'l Ledger<'l>) -> Self {
        let goods = ledger.entries.iter().map(|entry| {
            if entry.measure == Measure::Received {
                // Half of all entries, their lines far apart: detectors ask what was acquired or is open.
                return Goods {
                    item: entry.item,
                    quantity_hi: 0,
                    shipped: Some(entry.day),
                    particulars: None,
                };
            }
            let line = ledger.line(entry);
            Goods {
                item: entry.item,
                quantity_hi: line.quantity_hi,
                shipped: line.line.ship_date,
                particulars: Some(line.line.particulars),
            }
        });
        Self { ledger, models: ModelIndex::new(ledger.book), goods: goods.collect() }
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &'l Ledger<'l> {
        self.ledger
    }

    /// The small whole tables.
    #[must_use]
    pub fn book(&self) -> &'l Book {
        self.ledger.book
    }

    pub(crate) fn models(&self) -> &ModelIndex {
        &self.models
    }

    /// The entities of the slice, in their order.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = Account<'_>> {
        let mut goods = self.goods.as_slice();
        self.ledger.subjects().map(move |holding| {
            let Holding { entity, entries, handled } = holding;
            let (mine, others) = goods.split_at(entries.len());
            goods = others;
            Account { entity, handled, entries, goods: mine }
        })
    }
}

impl<'s> Account<'s> {
    /// The entries by day. Cheap to clone: detectors walk them more than once.
    pub(crate) fn postings(&self) -> impl Iterator<Item = Posting<'s>> + Clone + use<'s> {
        let pairs = self.entries.iter().zip(self.goods);
        pairs.map(|(entry, goods)| Posting { entry, goods })
    }
}
