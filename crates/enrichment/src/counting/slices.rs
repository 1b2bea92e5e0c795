//! The ledger, one slice at a time: all shares of some entities, settled within each entity.

use std::sync::Mutex;

use chipwatch_records::{
    Book, Channel, Day, DocumentType, EntityId, Entry, EvidenceRole, Flags, Item, ItemId, KeptLine, Ledger,
    Measure, ShipmentLines, WrittenItemId,
};
use rayon::prelude::*;

use super::balances::settle_balances;
use super::entries::{Share, shares};
use super::fill::fill_chassis;
use super::links::Links;
use super::overlap::settle_levels;
use super::repeats::{by_value, is_return};
use super::returns::match_returns;
use crate::items::Shape;
use crate::parties::Parties;

/// Into how many slices the ledger is cut.
pub const SLICES: usize = 64;

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

/// The rows of the ledger by slice, not yet settled.
pub struct Slices {
    rows: Vec<Mutex<Vec<SliceRow>>>,
}

/// Puts the kept lines of all partitions into the ledger's order: by the slice and entity of their buyer, by day, by
/// value. Lines of one entity lie together, and a line's place is an order by values that no file decides.
#[must_use]
pub fn order_lines(
    written: &ShipmentLines,
    parties: &Parties,
    partitions: Vec<Vec<KeptLine>>,
) -> Vec<KeptLine> {
    let entities = parties.entities.len().max(1);
    let buckets: Vec<Vec<Vec<KeptLine>>> = partitions
        .into_par_iter()
        .map(|lines| {
            let mut buckets: Vec<Vec<KeptLine>> = vec![Vec::new(); SLICES];
            for line in lines {
                buckets[slice_of(buyer(parties, &line), entities)].push(line);
            }
            buckets
        })
        .collect();
    let sorted: Vec<Vec<KeptLine>> = (0..SLICES)
        .into_par_iter()
        .map(|slice| {
            let line = |filed: &FiledLine| &buckets[filed.bucket as usize][slice][filed.place as usize];
            let mut order: Vec<FiledLine> = Vec::new();
            for (bucket, lines) in buckets.iter().enumerate() {
                order.extend(lines[slice].iter().enumerate().map(|(place, line)| FiledLine {
                    buyer: buyer(parties, line),
                    day: line.line.ship_date,
                    item: line.line.item,
                    bucket: bucket as u32,
                    place: place as u32,
                }));
            }
            // The item follows the day in `by_value`: few lines must be looked at for the rest.
            order.sort_unstable_by(|a, b| {
                (a.buyer, a.day, a.item)
                    .cmp(&(b.buyer, b.day, b.item))
                    .then_with(|| by_value(written, &line(a).line, &line(b).line))
            });
            order.iter().map(|filed| *line(filed)).collect()
        })
        .collect();
    drop(buckets);
    let mut all = Vec::with_capacity(sorted.iter().map(Vec::len).sum());
    for lines in sorted {
        all.extend_from_slice(&lines);
    }
    all
}

/// Where a line waits for its place, and what decides that first.
struct FiledLine {
    buyer: Option<EntityId>,
    day: Option<Day>,
    item: WrittenItemId,
    bucket: u32,
    place: u32,
}

/// The entity under which a line is filed: the buyer, else the end user, else the recipient.
fn buyer(parties: &Parties, line: &KeptLine) -> Option<EntityId> {
    let party = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
    party.map(|party| parties.party_entities[party.index()])
}

fn slice_of(entity: Option<EntityId>, entities: usize) -> usize {
    entity.map_or(0, |entity| entity.index() * SLICES / entities)
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
    let cut: Vec<Vec<Vec<SliceRow>>> = lines
        .par_chunks(chunk)
        .enumerate()
        .map(|(index, lines)| {
            let mut slices: Vec<Vec<SliceRow>> = vec![Vec::new(); SLICES];
            let mut found = Vec::new();
            for (offset, line) in lines.iter().enumerate() {
                let place = index * chunk + offset;
                if place < kept {
                    shares(&book.written, parties, line, &mut found);
                } else {
                    open_share(parties, line, &mut found);
                }
                let day = line.line.ship_date.unwrap_or(as_of);
                for share in &found {
                    slices[slice_of(Some(share.entity), entities)].push(SliceRow::of(
                        share,
                        line,
                        shapes,
                        place as u32,
                        day,
                    ));
                }
            }
            slices
        })
        .collect();
    let mut rows: Vec<Vec<SliceRow>> = (0..SLICES).map(|_| Vec::new()).collect();
    for slices in cut {
        for (all, mut slice) in rows.iter_mut().zip(slices) {
            all.append(&mut slice);
        }
    }
    Slices { rows: rows.into_iter().map(Mutex::new).collect() }
}

impl SliceRow {
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
    /// Hands out the rows of a slice, once: their memory goes with them.
    fn take(&self, slice: usize) -> Vec<SliceRow> {
        self.rows[slice].lock().map(|mut rows| std::mem::take(&mut *rows)).unwrap_or_default()
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
    let mut rows = slices.take(slice);
    // The place of a line is its order by value (see `order_lines`), so purchases come in their order already, and a
    // stable sort makes use of that.
    rows.sort_by_key(|row| (row.entity, row.day, row.line, row.measure, row.role));
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
