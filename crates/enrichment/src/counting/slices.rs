//! The shares of the lines of one slice.

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

    /// The shares that the entities of a slice have of its lines, sorted by entity and day.
    pub(super) fn rows(&self, lines: &KeptLines, slice: usize) -> Vec<SliceRow> {
        let of_slice = self.cut.entities(slice);
        let mut rows = Vec::with_capacity(lines.kept() + lines.open());
        let mut others = Vec::new();
        let mut found = Vec::new();
        for (chunk, of_chunk) in lines.chunks().iter().enumerate() {
            for (place, line) in (KeptLines::first_place(chunk)..).zip(of_chunk) {
                if !lines.is_kept(place) {
                    let share = open_share(self.parties, line);
                    others.extend(share.map(|share| self.row(&share, line, place)));
                    continue;
                }
                let buyer = buyer(self.parties, line);
                shares(&self.book.written, self.parties, line, &mut found);
                for share in found.iter().filter(|share| of_slice.contains(&share.entity.index())) {
                    if buyer == Some(share.entity) {
                        rows.push(self.row(share, line, place));
                    } else if self.notes.has_row(share, buyer) {
                        others.push(self.row(share, line, place));
                    }
                }
            }
        }
        others.sort_unstable_by_key(SliceRow::key);
        rows.append(&mut others);
        // Two runs that are sorted but for lines that add to two measures of their buyer: a merging sort knows them.
        rows.sort_by_key(SliceRow::key);
        rows
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
    fn key(&self) -> u128 {
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
