//! The shares of the lines of one slice.

use std::ops::Range;

use chipwatch_records::{
    Book, Chips, Day, EntityId, EvidenceRole, Flags, Item, ItemId, KeptLine, KeptLines, Measure,
};

use super::entries::{Share, open_share, shares};
use super::filing::{FiledSlice, SliceCut, buyer};
use super::links::Links;
use super::near_repeats::NearRepeats;
use super::notes::EntityNotes;
use super::order::{day_word, order_lines};
use crate::items::Shape;
use crate::parties::Parties;

/// What the ledger is made from, beside its lines.
pub struct LedgerDesk<'a> {
    pub(super) book: &'a Book,
    pub(super) parties: &'a Parties,
    pub(super) shapes: &'a [Shape],
    pub(super) links: &'a Links,
    pub(super) notes: &'a EntityNotes,
    cut: SliceCut,
    pub(super) as_of: Day,
    pub(super) since: Day,
    near: NearRepeats<'a>,
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

impl<'a> LedgerDesk<'a> {
    /// A desk for a run whose partitions are all counted. `as_of` is the day the report speaks for, `since` the first that
    /// counts.
    #[must_use]
    pub fn new(
        book: &'a Book,
        parties: &'a Parties,
        (shapes, links): (&'a [Shape], &'a Links),
        (notes, cut): (&'a EntityNotes, SliceCut),
        (since, as_of): (Day, Day),
    ) -> Self {
        let near = NearRepeats::new(&book.written, parties);
        Self { book, parties, shapes, links, notes, cut, as_of, since, near }
    }

    /// The lines of a slice in the ledger's order.
    #[must_use]
    pub fn lines(&self, filed: FiledSlice) -> KeptLines {
        order_lines(self.parties, &self.near, filed)
    }

    /// The shares of a slice's lines that its entities have otherwise than as their buyers, and those of open lines, sorted by
    /// entity and day.
    pub(super) fn other_rows(&self, lines: &KeptLines, slice: usize) -> Vec<SliceRow> {
        let of_slice = self.cut.entities(slice);
        let (mut others, mut found) = (Vec::new(), Vec::new());
        for (place, line) in (0..).zip(lines.kept()) {
            let buyer = buyer(self.parties, line);
            shares(&self.book.written, self.parties, line, &mut found);
            let is_other = |share: &&Share| {
                buyer != Some(share.entity)
                    && of_slice.contains(&share.entity.index())
                    && self.notes.has_row(share, buyer)
            };
            others.extend(found.iter().filter(is_other).map(|share| self.row(share, line, place)));
        }
        for (place, line) in (lines.kept().len() as u32..).zip(lines.open()) {
            let share = open_share(self.parties, line);
            others.extend(share.map(|share| self.row(&share, line, place)));
        }
        others.sort_unstable_by_key(SliceRow::key);
        others
    }

    /// The shares that the buyer of lines has of them, in their order. The first line has this place.
    pub(super) fn own_rows(
        &self,
        entity: EntityId,
        (first, lines): (u32, &[KeptLine]),
        mut visit: impl FnMut(SliceRow),
    ) {
        let mut found = Vec::new();
        for (place, line) in (first..).zip(lines) {
            shares(&self.book.written, self.parties, line, &mut found);
            // At most two of a buyer, in the order of measures.
            found
                .iter()
                .filter(|share| share.entity == entity)
                .for_each(|share| visit(self.row(share, line, place)));
        }
    }

    /// The entity of a slice that bought a line; `None` for a line that is there for another's sake.
    pub(super) fn buyer_in(&self, slice: &Range<usize>, line: &KeptLine) -> Option<EntityId> {
        buyer(self.parties, line).filter(|entity| slice.contains(&entity.index()))
    }

    /// The entities of a slice.
    pub(super) fn entities(&self, slice: usize) -> Range<usize> {
        self.cut.entities(slice)
    }

    fn row(&self, share: &Share, kept: &KeptLine, place: u32) -> SliceRow {
        let Share { entity, measure, role, sign, hi_only } = *share;
        // Repeats are looked for among a buyer's lines: a slice that only handled some of them may not have them all.
        let unasked = if measure == Measure::Received { Flags::NEAR_REPEAT } else { Flags::default() };
        SliceRow {
            entity,
            day: kept.line.ship_date.unwrap_or(self.as_of),
            line: place,
            measure,
            role,
            sign,
            item: kept.item,
            quantity_lo: if hi_only { 0 } else { kept.quantity_lo },
            quantity_hi: kept.quantity_hi,
            flags: kept.flags.without(unasked),
        }
    }

    /// The sums of what a slice's entities only handled, in their order.
    pub(super) fn handled(&self, slice: usize) -> Vec<(EntityId, Chips)> {
        let of = |entity: usize| {
            let entity = EntityId::from_index(entity)?;
            Some((entity, self.notes.handled(entity)?))
        };
        self.cut.entities(slice).filter_map(of).collect()
    }
}

impl SliceRow {
    /// Entity, day, the line's place (its order by value: see `order_lines`), measure, role.
    pub(super) fn key(&self) -> u128 {
        (self.entity.index() as u128) << 96
            | u128::from(day_word(self.day)) << 64
            | u128::from(self.line) << 32
            | (self.measure as u128) << 8
            | self.role as u128
    }

    /// The chips of its items, without sign.
    pub(super) fn chips(&self, book: &Book) -> Chips {
        chips_of(&book.items[self.item.index()], self.quantity_lo, self.quantity_hi)
    }
}

/// The chips of an item times a fewest and a most.
pub(super) fn chips_of(item: &Item, quantity_lo: i32, quantity_hi: i32) -> Chips {
    let (low, high) = (i64::from(quantity_lo), i64::from(quantity_hi));
    Chips {
        lo: low * i64::from(item.chips_min),
        best: low * i64::from(item.chips_typical.unwrap_or(item.chips_min)),
        hi: high * i64::from(item.chips_max),
    }
}
