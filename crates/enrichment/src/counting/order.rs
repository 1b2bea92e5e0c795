//! The ledger's order of lines.

use chipwatch_records::{Day, EntityId, Flags, KeptLine, KeptLines, Scattered, ShipmentLine, ShipmentLines};
use rayon::prelude::*;

use super::near_repeats::NearRepeats;
use super::repeats::by_value;
use crate::parties::Parties;

/// Into how many slices the ledger is cut.
pub const SLICES: usize = 64;

/// Lines of one partition by the slice of their buyer.
#[derive(Default)]
pub struct SlicedLines(Vec<Vec<KeptLine>>);

/// Lines of one partition on their way there.
pub(crate) struct Slicing(Scattered<KeptLine>);

impl Slicing {
    /// Room for about so many lines.
    pub(crate) fn new(lines: usize) -> Self {
        Self(Scattered::new(SLICES, lines / SLICES))
    }

    pub(crate) fn push(&mut self, parties: &Parties, line: KeptLine) {
        self.0.push(slice_of(buyer(parties, &line), parties.entities.len().max(1)), line);
    }

    pub(crate) fn finish(self) -> SlicedLines {
        SlicedLines(self.0.into_places())
    }
}

/// Puts the lines of all partitions into the ledger's order: by the slice and entity of their buyer, by day, by value.
/// Lines of one entity lie together, and a line's place is an order by values that no file decides. Where lines lie side by
/// side that may be one sale typed twice, they are marked.
#[must_use]
pub fn order_lines(
    written: &ShipmentLines,
    parties: &Parties,
    kept: Vec<SlicedLines>,
    open: Vec<SlicedLines>,
) -> KeptLines {
    let near = NearRepeats::new(written, parties);
    let kept = order_slices(written, parties, kept, Some(&near));
    let open: Vec<KeptLine> =
        order_slices(written, parties, open, None).into_iter().flatten().flatten().collect();
    KeptLines::new(kept, &open)
}

/// The lines of each slice in their order, in chunks. What a slice's lines lay in is given back when they are moved.
fn order_slices(
    written: &ShipmentLines,
    parties: &Parties,
    partitions: Vec<SlicedLines>,
    near: Option<&NearRepeats<'_>>,
) -> Vec<Vec<Vec<KeptLine>>> {
    let mut slices: Vec<Vec<Vec<KeptLine>>> = (0..SLICES).map(|_| Vec::new()).collect();
    for partition in partitions {
        for (slice, lines) in slices.iter_mut().zip(partition.0) {
            slice.push(lines);
        }
    }
    slices
        .into_par_iter()
        .map(|lines| {
            let order = order_slice(written, parties, &lines);
            let line = |filed: &FiledLine| lines[filed.partition as usize][filed.place as usize];
            let mut chunks: Vec<Vec<KeptLine>> =
                order.chunks(KeptLines::CHUNK).map(|filed| filed.iter().map(line).collect()).collect();
            let at = |place: u32| (place as usize / KeptLines::CHUNK, place as usize % KeptLines::CHUNK);
            let firsts = order.iter().map(|filed| filed.first);
            let found = near.map(|near| near.find(firsts, |place| &chunks[at(place).0][at(place).1]));
            for place in found.into_iter().flatten() {
                let flags = &mut chunks[at(place).0][at(place).1].flags;
                *flags = flags.with(Flags::NEAR_REPEAT);
            }
            chunks
        })
        .collect()
}

/// The order of the lines of one slice.
fn order_slice(written: &ShipmentLines, parties: &Parties, partitions: &[Vec<KeptLine>]) -> Vec<FiledLine> {
    let mut order = Vec::with_capacity(partitions.iter().map(Vec::len).sum());
    for (partition, lines) in partitions.iter().enumerate() {
        order.extend(lines.iter().enumerate().map(|(place, line)| FiledLine {
            first: first_words(buyer(parties, line), &line.line),
            partition: partition as u32,
            place: place as u32,
        }));
    }
    let line = |filed: &FiledLine| &partitions[filed.partition as usize][filed.place as usize];
    order.sort_unstable_by(|a, b| {
        a.first.cmp(&b.first).then_with(|| by_value(written, &line(a).line, &line(b).line))
    });
    order
}

/// Where a line waits for its place, and what decides that first.
#[derive(Clone, Copy)]
struct FiledLine {
    first: [u64; 2],
    partition: u32,
    place: u32,
}

/// Buyer, then what `by_value` compares first: day, item, quantity. Few lines must be looked at for the rest.
fn first_words(buyer: Option<EntityId>, line: &ShipmentLine) -> [u64; 2] {
    let buyer = buyer.map_or(0, |entity| entity.index() as u64 + 1);
    let day = line.ship_date.map_or(0, |day| u64::from(day_word(day)));
    // A signed quantity in the order of unsigned words.
    let quantity = line.quantity.cast_unsigned() ^ (1 << 31);
    [buyer << 32 | day, (line.item.index() as u64) << 32 | u64::from(quantity)]
}

/// A day as an unsigned word in the order of days: all days of exports lie behind the year 1900.
pub(crate) fn day_word(day: Day) -> u32 {
    day.number().cast_unsigned() ^ (1 << 31)
}

/// The entity under which a line is filed: the buyer, else the end user, else the recipient.
pub(crate) fn buyer(parties: &Parties, line: &KeptLine) -> Option<EntityId> {
    let party = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
    party.map(|party| parties.party_entities[party.index()])
}

pub(crate) fn slice_of(entity: Option<EntityId>, entities: usize) -> usize {
    entity.map_or(0, |entity| entity.index() * SLICES / entities)
}
