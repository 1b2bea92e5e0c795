//! What is noted of each entity while partitions are counted, before any slice is settled.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};

use chipwatch_records::{Channel, Chips, Day, DocumentType, EntityId, Item, KeptLine, Measure};

use prefetch_index::prefetch_index;

use super::entries::Share;
use super::slices::chips_of;
use crate::items::Shape;

/// What must be known of all entities before the first slice can be settled. Notes can be taken in any order and by any
/// number of threads.
pub struct EntityNotes {
    /// Whether goods that an entity only handled need no entry a line: half of all entries would be such. They do where
    /// the question is about some countries alone.
    sums_handled: bool,
    natures: Vec<Nature>,
    handled: Vec<Handled>,
}

/// Whether anything can take something away from an entity's purchases.
#[derive(Default)]
struct Nature(AtomicU8);

impl Nature {
    /// A return, a chassis that cards fill, a replacement.
    const SETTLES: u8 = 1;
    const SELL_THROUGH: u8 = 2;
    const OTHER_LEVELS: u8 = 4;
    /// Goods that it only handled were summed.
    const HANDLES: u8 = 8;

    fn mark(&self, share: &Share, kept: &KeptLine, shapes: &[Shape]) {
        let settles = share.sign < 0
            || kept.kind == DocumentType::RmaReplacement
            || shapes[kept.item.index()] == Shape::BareChassis;
        let level =
            if kept.channel == Channel::SellThrough { Self::SELL_THROUGH } else { Self::OTHER_LEVELS };
        self.add(level | (u8::from(settles) * Self::SETTLES));
    }

    fn add(&self, bits: u8) {
        if !self.has(bits) {
            self.0.fetch_or(bits, Ordering::Relaxed);
        }
    }

    fn has(&self, bits: u8) -> bool {
        self.0.load(Ordering::Relaxed) & bits == bits
    }

    /// No return, chassis or replacement, and one level of the trade: so are most entities.
    fn is_plain(&self) -> bool {
        !self.has(Self::SETTLES) && !self.has(Self::SELL_THROUGH | Self::OTHER_LEVELS)
    }
}

/// Sums of goods that an entity only handled. Whole numbers add up to the same in any order.
#[derive(Default)]
struct Handled {
    /// Whether there is any: goods without chips are handled too.
    any: AtomicBool,
    lo: AtomicI64,
    /// What best and hi are above lo: for most goods nothing, and threads need not wait for one another to add that.
    best_above: AtomicI64,
    hi_above: AtomicI64,
}

impl Handled {
    fn add(&self, chips: Chips) {
        if !self.any.load(Ordering::Relaxed) {
            self.any.store(true, Ordering::Relaxed);
        }
        let (best, hi) = (chips.best - chips.lo, chips.hi - chips.lo);
        for (sum, chips) in [(&self.lo, chips.lo), (&self.best_above, best), (&self.hi_above, hi)] {
            if chips != 0 {
                sum.fetch_add(chips, Ordering::Relaxed);
            }
        }
    }

    fn sum(&self) -> Option<Chips> {
        let read = |value: &AtomicI64| value.load(Ordering::Relaxed);
        let lo = read(&self.lo);
        let chips = Chips { lo, best: lo + read(&self.best_above), hi: lo + read(&self.hi_above) };
        self.any.load(Ordering::Relaxed).then_some(chips)
    }
}

impl EntityNotes {
    /// Nothing is known yet of so many entities.
    #[must_use]
    pub fn new(entities: usize, sums_handled: bool) -> Self {
        Self {
            sums_handled,
            natures: (0..entities).map(|_| Nature::default()).collect(),
            handled: (0..entities).map(|_| Handled::default()).collect(),
        }
    }

    /// Notes what a share of a line that is filed under `buyer` says about its entity; whether it needs a row of its own.
    pub(super) fn take(
        &self,
        share: &Share,
        line: &KeptLine,
        buyer: Option<EntityId>,
        (items, shapes): (&[Item], &[Shape]),
        since: Day,
    ) -> bool {
        let entity = share.entity.index();
        self.natures[entity].mark(share, line, shapes);
        if !self.may_sum(share, buyer) {
            return true;
        }
        self.natures[entity].add(Nature::HANDLES);
        if line.line.ship_date.is_none_or(|day| day >= since) {
            let low = if share.hi_only { 0 } else { line.quantity_lo };
            self.handled[entity].add(chips_of(&items[line.item.index()], low, line.quantity_hi));
        }
        false
    }

    /// Has the sum of an entity fetched from memory.
    pub(super) fn fetch(&self, entity: EntityId) {
        prefetch_index(&self.handled, entity.index());
    }

    /// Whether a share is added to a sum and gets no row, where nothing is taken from its entity.
    pub(super) fn may_sum(&self, share: &Share, buyer: Option<EntityId>) -> bool {
        self.sums_handled && share.measure == Measure::Received && buyer != Some(share.entity)
    }

    /// Whether a share is a row, once all notes are taken.
    pub(super) fn has_row(&self, share: &Share, buyer: Option<EntityId>) -> bool {
        !self.may_sum(share, buyer) || !self.is_plain(share.entity)
    }

    /// Whether nothing takes anything away from an entity's purchases.
    pub(super) fn is_plain(&self, entity: EntityId) -> bool {
        self.natures[entity.index()].is_plain()
    }

    /// Whether sums were made for entities that turned out not to be plain.
    pub(super) fn has_sums_to_split(&self) -> bool {
        self.natures.iter().any(|nature| nature.has(Nature::HANDLES) && !nature.is_plain())
    }

    /// The sum of what an entity only handled, where it was summed.
    pub(super) fn handled(&self, entity: EntityId) -> Option<Chips> {
        self.handled[entity.index()].sum().filter(|_| self.is_plain(entity))
    }
}
