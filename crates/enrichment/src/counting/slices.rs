//! The shares of all lines, cut into slices by entity.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};

use chipwatch_records::{
    Book, Channel, Chips, Day, DocumentType, EntityId, EvidenceRole, Flags, ItemId, KeptLine, KeptLines,
    Measure,
};
use rayon::prelude::*;

use super::entries::{Share, shares};
use super::links::Links;
use super::order::{SLICES, buyer, day_word, slice_of};
use super::repeats::is_return;
use crate::items::Shape;
use crate::parties::Parties;

/// What the ledger is made from.
#[derive(Clone, Copy)]
pub struct LedgerLines<'a> {
    /// The small whole tables.
    pub book: &'a Book,
    /// Entities.
    pub parties: &'a Parties,
    /// The shape of each item.
    pub shapes: &'a [Shape],
    /// What lines say about other documents.
    pub links: &'a Links,
    /// Kept lines in the order of `order_lines`, and open ones.
    pub lines: &'a KeptLines,
    /// The day the report speaks for.
    pub as_of: Day,
    /// First day that counts.
    pub since: Day,
    /// Whether goods that an entity only handled need no entry a line: half of all entries would be such. They do where
    /// the question is about some countries alone.
    pub sums_handled: bool,
}

/// A share of a line, with what slices are sorted by.
#[derive(Clone, Copy)]
pub(super) struct SliceRow {
    pub(super) entity: EntityId,
    pub(super) day: Day,
    pub(super) line: u32,
    pub(super) measure: Measure,
    pub(super) role: EvidenceRole,
    pub(super) sign: i8,
    /// What a movement needs of the line, so that lines far away in memory need not be fetched.
    pub(super) item: ItemId,
    pub(super) quantity_lo: i32,
    pub(super) quantity_hi: i32,
    pub(super) flags: Flags,
}

/// The shares of the lines by slice, not yet settled.
pub struct Slices {
    /// The rows of all lines but those that are filed under entities of their slice: these are turned into rows when it
    /// is its turn.
    others: Vec<Mutex<Vec<SliceRow>>>,
    natures: Vec<Nature>,
    handled: Vec<Handled>,
    /// The entities of each slice.
    entities: Vec<Range<usize>>,
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

/// Cuts the shares of all lines into slices.
#[must_use]
pub fn build_slices(source: &LedgerLines<'_>) -> Slices {
    let entities = source.book.entities.len();
    let mut slices = Slices {
        others: Vec::new(),
        natures: (0..entities).map(|_| Nature::default()).collect(),
        handled: (0..entities).map(|_| Handled::default()).collect(),
        entities: (0..SLICES).map(|slice| first_of(slice, entities)..first_of(slice + 1, entities)).collect(),
    };
    let mut rows = cut(source, |place, line, share| slices.take_note(source, place, line, share));
    if slices.has_sums_to_split() {
        // Something may be taken from what these entities handled: they get a row a line after all.
        rows.extend(cut(source, |place, line, share| {
            let is_own = source.lines.is_kept(place) && buyer(source.parties, line) == Some(share.entity);
            !is_own && source.may_sum(share) && !slices.natures[share.entity.index()].is_plain()
        }));
    }
    let mut others: Vec<Vec<SliceRow>> = vec![Vec::new(); SLICES];
    for rows in rows {
        for (all, mut rows) in others.iter_mut().zip(rows) {
            all.append(&mut rows);
        }
    }
    slices.others = others.into_iter().map(Mutex::new).collect();
    slices
}

/// The rows of the shares that are chosen, by chunk of lines and by slice.
fn cut(
    source: &LedgerLines<'_>,
    is_chosen: impl Fn(u32, &KeptLine, &Share) -> bool + Sync,
) -> Vec<Vec<Vec<SliceRow>>> {
    let entities = source.book.entities.len().max(1);
    let chunks = source.lines.chunks().len();
    let at_once = chunks.div_ceil(rayon::current_num_threads() * 4).max(1);
    let rows_of = |first: usize| {
        let mut rows: Vec<Vec<SliceRow>> = vec![Vec::new(); SLICES];
        each_share(source, first..chunks.min(first + at_once), |place, line, share| {
            if is_chosen(place, line, share) {
                rows[slice_of(Some(share.entity), entities)].push(SliceRow::of(source, share, line, place));
            }
        });
        rows
    };
    (0..chunks).into_par_iter().step_by(at_once).map(rows_of).collect()
}

impl LedgerLines<'_> {
    /// Whether a share is added to a sum and gets no row, where nothing is taken from its entity.
    fn may_sum(&self, share: &Share) -> bool {
        self.sums_handled && share.measure == Measure::Received
    }
}

impl SliceRow {
    /// Entity, day, the line's place (its order by value: see `order_lines`), measure, role.
    fn key(&self) -> u128 {
        (self.entity.index() as u128) << 96
            | u128::from(day_word(self.day)) << 64
            | u128::from(self.line) << 32
            | (self.measure as u128) << 8
            | self.role as u128
    }

    fn of(source: &LedgerLines<'_>, share: &Share, kept: &KeptLine, place: u32) -> Self {
        let Share { entity, measure, role, sign, hi_only } = *share;
        Self {
            entity,
            day: kept.line.ship_date.unwrap_or(source.as_of),
            line: place,
            measure,
            role,
            sign,
            item: kept.item,
            quantity_lo: if hi_only { 0 } else { kept.quantity_lo },
            quantity_hi: kept.quantity_hi,
            flags: kept.flags,
        }
    }

    /// The chips of its items, without sign.
    pub(super) fn chips(&self, book: &Book) -> Chips {
        let item = &book.items[self.item.index()];
        let (low, high) = (i64::from(self.quantity_lo), i64::from(self.quantity_hi));
        Chips {
            lo: low * i64::from(item.chips_min),
            best: low * i64::from(item.chips_typical.unwrap_or(item.chips_min)),
            hi: high * i64::from(item.chips_max),
        }
    }
}

/// Visits each share of the lines of some chunks.
fn each_share(source: &LedgerLines<'_>, chunks: Range<usize>, mut visit: impl FnMut(u32, &KeptLine, &Share)) {
    let mut found = Vec::new();
    let lines = |chunk: usize| (KeptLines::first_place(chunk)..).zip(&source.lines.chunks()[chunk]);
    for (place, line) in chunks.flat_map(lines) {
        if source.lines.is_kept(place) {
            shares(&source.book.written, source.parties, line, &mut found);
        } else {
            open_share(source.parties, line, &mut found);
        }
        found.iter().for_each(|share| visit(place, line, share));
    }
}

fn open_share(parties: &Parties, line: &KeptLine, into: &mut Vec<Share>) {
    into.clear();
    let holder = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
    let sign = if is_return(line.kind) { -1 } else { 1 };
    into.extend(holder.map(|party| Share {
        entity: parties.party_entities[party.index()],
        measure: Measure::Open,
        role: EvidenceRole::SoldTo,
        sign,
        hi_only: false,
    }));
}

/// The first entity of a slice, or of the slices behind it.
fn first_of(slice: usize, entities: usize) -> usize {
    (slice * entities).div_ceil(SLICES)
}

impl Slices {
    /// Hands out the rows of a slice in their order, once: their memory goes with them.
    pub(super) fn take(&self, source: &LedgerLines<'_>, slice: usize) -> Vec<SliceRow> {
        let mut others =
            self.others[slice].lock().map(|mut rows| std::mem::take(&mut *rows)).unwrap_or_default();
        others.sort_unstable_by_key(SliceRow::key);
        let filed = source.lines.chunks_of(slice);
        let mut rows = Vec::with_capacity(filed.len() * KeptLines::CHUNK + others.len());
        each_share(source, filed, |place, line, share| {
            if buyer(source.parties, line) == Some(share.entity) {
                rows.push(SliceRow::of(source, share, line, place));
            }
        });
        rows.append(&mut others);
        // Two runs that are sorted but for lines that add to two measures of their buyer: a merging sort knows them.
        rows.sort_by_key(SliceRow::key);
        rows
    }

    /// Whether nothing takes anything away from an entity's purchases.
    pub(super) fn is_plain(&self, entity: EntityId) -> bool {
        self.natures[entity.index()].is_plain()
    }

    /// Notes what a share says about its entity; whether it needs a row of its own, beside those that lines filed under
    /// their buyer turn into when it is their turn.
    fn take_note(&self, source: &LedgerLines<'_>, place: u32, line: &KeptLine, share: &Share) -> bool {
        let entity = share.entity.index();
        self.natures[entity].mark(share, line, source.shapes);
        if source.lines.is_kept(place) && buyer(source.parties, line) == Some(share.entity) {
            return false;
        }
        if !source.may_sum(share) {
            return true;
        }
        self.natures[entity].add(Nature::HANDLES);
        let row = SliceRow::of(source, share, line, place);
        if row.day >= source.since {
            self.handled[entity].add(row.chips(source.book));
        }
        false
    }

    /// Whether sums were made for entities that turned out not to be plain.
    fn has_sums_to_split(&self) -> bool {
        self.natures.iter().any(|nature| nature.has(Nature::HANDLES) && !nature.is_plain())
    }

    /// The sums of a slice's entities, in their order.
    pub(super) fn handled(&self, slice: usize) -> Vec<(EntityId, Chips)> {
        let of = |entity: usize| Some((EntityId::from_index(entity)?, self.handled[entity].sum()?));
        self.entities[slice]
            .clone()
            .filter(|entity| self.natures[*entity].is_plain())
            .filter_map(of)
            .collect()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.others.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.others.is_empty()
    }
}
