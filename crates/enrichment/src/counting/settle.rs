//! The ledger, one slice at a time: all shares of some entities, settled within each entity.

use chipwatch_records::{
    Book, Chips, Day, EntityId, Entry, EvidenceRole, Flags, Item, ItemId, KeptLine, KeptLines, Ledger,
    Measure,
};

use super::balances::settle_balances;
use super::fill::fill_chassis;
use super::links::Links;
use super::overlap::settle_levels;
use super::returns::match_returns;
use super::slices::{LedgerDesk, SliceRow};
use crate::items::Shape;

/// A share while its entity is settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movement {
    pub(crate) line: u32,
    pub(crate) item: ItemId,
    pub(crate) day: Day,
    pub(crate) measure: Measure,
    pub(crate) role: EvidenceRole,
    pub(crate) sign: i8,
    pub(crate) flags: Flags,
    /// Before the threshold's start: it takes up returns and is not listed.
    pub(crate) before: bool,
    /// Items, fewest and most.
    pub(crate) items_lo: i64,
    pub(crate) items_hi: i64,
    /// Chips without sign.
    pub(crate) lo: i64,
    pub(crate) best: i64,
    pub(crate) hi: i64,
    /// A purchase less its returns.
    pub(crate) net_lo: i64,
    pub(crate) net_best: i64,
    pub(crate) net_hi: i64,
}

impl LedgerDesk<'_> {
    /// Settles one slice, entity by entity.
    #[must_use]
    pub fn ledger<'l>(&'l self, lines: &'l KeptLines, slice: usize) -> Ledger<'l> {
        let of_slice = self.entities(slice);
        let others = self.other_rows(lines, slice);
        let desk = Desk { book: self.book, lines, shapes: self.shapes, links: self.links };
        let mut entries = Vec::with_capacity(lines.kept().len() + others.len());
        let (mut bought, mut others) = (lines.kept(), others.as_slice());
        let mut buffers = Buffers::default();
        loop {
            // What entities of other slices bought is there for the sake of a share.
            let buyer = bought.first().map(|line| self.buyer_in(&of_slice, line));
            if buyer == Some(None) {
                bought = &bought[1..];
                continue;
            }
            let other = others.first().map(|row| row.entity);
            let Some(entity) = buyer.flatten().into_iter().chain(other).min() else { break };
            let is_own = |line: &KeptLine| self.buyer_in(&of_slice, line) == Some(entity);
            let own = bought.iter().take_while(|line| is_own(line)).count();
            let (own, rest) = bought.split_at(own);
            let first = (lines.kept().len() - bought.len()) as u32;
            let (theirs, behind) = others.split_at(others.partition_point(|row| row.entity == entity));
            self.settle_entity(&desk, entity, ((first, own), theirs), &mut buffers, &mut entries);
            (bought, others) = (rest, behind);
        }
        Ledger { entries, handled: self.handled(slice), lines, book: self.book }
    }

    fn settle_entity(
        &self,
        desk: &Desk<'_>,
        entity: EntityId,
        (own, others): ((u32, &[KeptLine]), &[SliceRow]),
        Buffers { rows, movements }: &mut Buffers,
        entries: &mut Vec<Entry>,
    ) {
        let mut counted = |row: &SliceRow| {
            if row.day >= self.since {
                entries.push(desk.entry(entity, &desk.movement(row, self.since)));
            }
        };
        let is_plain = self.notes.is_plain(entity);
        if is_plain && others.is_empty() {
            // So are most: their lines lie in the order of their rows.
            return self.own_rows(entity, own, |row| counted(&row));
        }
        rows.clear();
        self.own_rows(entity, own, |row| rows.push(row));
        rows.extend_from_slice(others);
        rows.sort_by_key(SliceRow::key);
        if is_plain {
            return rows.iter().for_each(counted);
        }
        movements.clear();
        movements.extend(rows.iter().map(|row| desk.movement(row, self.since)));
        desk.settle(movements);
        let listed = movements.iter().filter(|movement| !movement.before);
        entries.extend(listed.map(|movement| desk.entry(entity, movement)));
    }
}

/// Room for one entity after the other.
#[derive(Default)]
struct Buffers {
    rows: Vec<SliceRow>,
    movements: Vec<Movement>,
}

/// Where an entity's movements are settled.
pub(crate) struct Desk<'a> {
    pub(crate) book: &'a Book,
    pub(crate) lines: &'a KeptLines,
    pub(crate) shapes: &'a [Shape],
    pub(crate) links: &'a Links,
}

impl Desk<'_> {
    pub(crate) fn kept(&self, movement: &Movement) -> &KeptLine {
        &self.lines[movement.line]
    }

    pub(crate) fn item(&self, movement: &Movement) -> &Item {
        &self.book.items[movement.item.index()]
    }

    /// The model of a movement: what "the same class of part" means.
    pub(crate) fn model(&self, movement: &Movement) -> Option<&'static str> {
        self.item(movement).model
    }

    pub(crate) fn shape(&self, movement: &Movement) -> Shape {
        self.shapes[movement.item.index()]
    }

    fn movement(&self, row: &SliceRow, since: Day) -> Movement {
        let Chips { lo, best, hi } = row.chips(self.book);
        Movement {
            line: row.line,
            item: row.item,
            day: row.day,
            measure: row.measure,
            role: row.role,
            sign: row.sign,
            flags: row.flags,
            before: row.day < since,
            items_lo: i64::from(row.quantity_lo),
            items_hi: i64::from(row.quantity_hi),
            lo,
            best,
            hi,
            net_lo: lo,
            net_best: best,
            net_hi: hi,
        }
    }

    fn settle(&self, movements: &mut [Movement]) {
        if movements.iter().any(|movement| self.shape(movement) == Shape::BareChassis) {
            fill_chassis(self, movements);
        }
        settle_levels(self, movements);
        match_returns(self, movements);
        settle_balances(movements);
    }

    fn entry(&self, entity: EntityId, movement: &Movement) -> Entry {
        let Movement { line, day, measure, role, flags, .. } = *movement;
        let sign = i64::from(movement.sign);
        let acquired_return = sign < 0 && measure.is_acquired();
        let (net_lo, net_hi) = if sign < 0 { (0, 0) } else { (movement.net_lo, movement.net_hi) };
        let (lo, best, hi) = if acquired_return {
            // `match_returns` left here what the return really takes away.
            (movement.net_lo, movement.net_best, movement.net_hi)
        } else {
            (movement.lo, movement.best, movement.hi)
        };
        Entry {
            entity,
            item: movement.item,
            day,
            measure,
            role,
            flags,
            line,
            chips_lo: sign * lo,
            chips_best: sign * best,
            chips_hi: sign * hi,
            net_lo,
            net_hi,
        }
    }
}
