//! The ledger, one slice at a time: all shares of some entities, settled within each entity.

use std::sync::Mutex;

use chipwatch_records::{
    Book, Channel, Day, DocumentType, EntityId, Entry, EvidenceRole, Flags, Item, ItemId, KeptLine, Ledger,
    Measure,
};
use rayon::prelude::*;

use super::balances::settle_balances;
use super::entries::{Share, shares};
use super::fill::fill_chassis;
use super::links::Links;
use super::order::{SLICES, buyer, day_word, slice_of};
use super::overlap::settle_levels;
use super::repeats::is_return;
use super::returns::match_returns;
use crate::items::Shape;
use crate::parties::Parties;

/// A share of a line, with what slices are sorted by.
#[derive(Clone, Copy)]
struct SliceRow {
    entity: EntityId,
    day: Day,
    line: u32,
    measure: Measure,
    role: EvidenceRole,
    sign: i8,
    /// Whether nothing can take anything from it: see [`is_plain`].
    is_plain: bool,
    through: bool,
    /// What a movement needs of the line, so that lines far away in memory need not be fetched.
    item: ItemId,
    quantity_lo: i32,
    quantity_hi: i32,
    flags: Flags,
}

/// The rows of one slice: those of the lines' own buyers, which come in their order, and all others.
#[derive(Default)]
struct SliceRows {
    filed: Vec<SliceRow>,
    others: Vec<SliceRow>,
}

/// The rows of the ledger by slice, not yet settled.
pub struct Slices {
    rows: Vec<Mutex<SliceRows>>,
}

/// Cuts the kept and open lines into slices; `open` lines stand behind `kept` in the ledger's lines.
#[must_use]
pub fn build_slices(
    book: &Book,
    parties: &Parties,
    shapes: &[Shape],
    lines: &[KeptLine],
    kept: usize,
    as_of: Day,
) -> Slices {
    let entities = book.entities.len().max(1);
    let chunk = lines.len().div_ceil(rayon::current_num_threads() * 4).max(1);
    let cut: Vec<Vec<SliceRows>> = lines
        .par_chunks(chunk)
        .enumerate()
        .map(|(index, lines)| {
            let mut slices: Vec<SliceRows> = (0..SLICES).map(|_| SliceRows::default()).collect();
            let mut found = Vec::new();
            for (offset, line) in lines.iter().enumerate() {
                let place = index * chunk + offset;
                if place < kept {
                    shares(&book.written, parties, line, &mut found);
                } else {
                    open_share(parties, line, &mut found);
                }
                let day = line.line.ship_date.unwrap_or(as_of);
                let filed = buyer(parties, line).filter(|_| place < kept);
                for share in &found {
                    let rows = &mut slices[slice_of(Some(share.entity), entities)];
                    let rows = if filed == Some(share.entity) { &mut rows.filed } else { &mut rows.others };
                    rows.push(SliceRow::of(share, line, shapes, place as u32, day));
                }
            }
            slices
        })
        .collect();
    let mut rows: Vec<SliceRows> = (0..SLICES).map(|_| SliceRows::default()).collect();
    for slices in cut {
        for (all, mut slice) in rows.iter_mut().zip(slices) {
            all.filed.append(&mut slice.filed);
            all.others.append(&mut slice.others);
        }
    }
    Slices { rows: rows.into_iter().map(Mutex::new).collect() }
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

    fn of(share: &Share, kept: &KeptLine, shapes: &[Shape], line: u32, day: Day) -> Self {
        let Share { entity, measure, role, sign, hi_only } = *share;
        Self {
            entity,
            day,
            line,
            measure,
            role,
            sign,
            is_plain: sign > 0
                && kept.kind != DocumentType::RmaReplacement
                && shapes[kept.item.index()] != Shape::BareChassis,
            through: kept.channel == Channel::SellThrough,
            item: kept.item,
            quantity_lo: if hi_only { 0 } else { kept.quantity_lo },
            quantity_hi: kept.quantity_hi,
            flags: kept.flags,
        }
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

impl Slices {
    /// Hands out the rows of a slice in their order, once: their memory goes with them.
    fn take(&self, slice: usize) -> Vec<SliceRow> {
        let SliceRows { mut filed, mut others } =
            self.rows[slice].lock().map(|mut rows| std::mem::take(&mut *rows)).unwrap_or_default();
        // Filed rows come sorted but for lines that add to two measures of their buyer.
        filed.sort_by_key(SliceRow::key);
        others.sort_unstable_by_key(SliceRow::key);
        let mut rows = Vec::with_capacity(filed.len() + others.len());
        let mut others = others.into_iter().peekable();
        for row in filed {
            while let Some(other) = others.next_if(|other| other.key() < row.key()) {
                rows.push(other);
            }
            rows.push(row);
        }
        rows.extend(others);
        rows
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

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

/// Sorts and settles one slice.
#[must_use]
pub fn ledger_slice<'a>(
    slices: &Slices,
    slice: usize,
    book: &'a Book,
    lines: &'a [KeptLine],
    shapes: &[Shape],
    links: &Links,
    since: Day,
) -> Ledger<'a> {
    let rows = slices.take(slice);
    let mut entries = Vec::with_capacity(rows.len());
    let desk = Desk { book, lines, shapes, links };
    let mut movements: Vec<Movement> = Vec::new();
    for rows in rows.chunk_by(|a, b| a.entity == b.entity) {
        movements.clear();
        movements.extend(rows.iter().map(|row| desk.movement(row, since)));
        if !is_plain(rows) {
            desk.settle(&mut movements);
        }
        entries.extend(
            movements
                .iter()
                .filter(|movement| !movement.before)
                .map(|movement| desk.entry(rows[0].entity, movement)),
        );
    }
    Ledger { entries, lines, book }
}

/// Whether nothing takes anything away from an entity: no return, chassis or replacement, and one level of the trade.
/// Most entities are so.
fn is_plain(rows: &[SliceRow]) -> bool {
    rows.iter().all(|row| row.is_plain && row.through == rows[0].through)
}

/// Where an entity's movements are settled.
pub(crate) struct Desk<'a> {
    pub(crate) book: &'a Book,
    pub(crate) lines: &'a [KeptLine],
    pub(crate) shapes: &'a [Shape],
    pub(crate) links: &'a Links,
}

impl Desk<'_> {
    pub(crate) fn kept(&self, movement: &Movement) -> &KeptLine {
        &self.lines[movement.line as usize]
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
        let item = &self.book.items[row.item.index()];
        let (low, high) = (i64::from(row.quantity_lo), i64::from(row.quantity_hi));
        let (lo, hi) = (low * i64::from(item.chips_min), high * i64::from(item.chips_max));
        let best = low * i64::from(item.chips_typical.unwrap_or(item.chips_min));
        Movement {
            line: row.line,
            item: row.item,
            day: row.day,
            measure: row.measure,
            role: row.role,
            sign: row.sign,
            flags: row.flags,
            before: row.day < since,
            items_lo: low,
            items_hi: high,
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
