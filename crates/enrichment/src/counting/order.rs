//! The ledger's order of lines.

use chipwatch_records::{Day, EntityId, KeptLine, ShipmentLine, ShipmentLines};
use rayon::prelude::*;

use super::repeats::by_value;
use crate::parties::Parties;

/// Into how many slices the ledger is cut.
pub const SLICES: usize = 64;

/// Lines of one partition by the slice of their buyer.
pub struct SlicedLines(Vec<Vec<KeptLine>>);

impl Default for SlicedLines {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl SlicedLines {
    /// Room for about so many lines.
    pub(crate) fn with_capacity(lines: usize) -> Self {
        Self((0..SLICES).map(|_| Vec::with_capacity(lines / SLICES)).collect())
    }

    pub(crate) fn push(&mut self, parties: &Parties, line: KeptLine) {
        self.0[slice_of(buyer(parties, &line), parties.entities.len().max(1))].push(line);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }
}

/// Puts the kept lines of all partitions into the ledger's order: by the slice and entity of their buyer, by day, by
/// value. Lines of one entity lie together, and a line's place is an order by values that no file decides.
#[must_use]
pub fn order_lines(
    written: &ShipmentLines,
    parties: &Parties,
    partitions: Vec<SlicedLines>,
) -> Vec<KeptLine> {
    let slices: Vec<(Vec<FiledLine>, Vec<&[KeptLine]>)> = (0..SLICES)
        .into_par_iter()
        .map(|slice| {
            let lines: Vec<&[KeptLine]> =
                partitions.iter().map(|partition| partition.0[slice].as_slice()).collect();
            (order_slice(written, parties, &lines), lines)
        })
        .collect();
    // The lines are moved once, straight to their places; those of a slice lie near one another.
    let starts: Vec<usize> = slices
        .iter()
        .scan(0, |next, (order, _)| Some(std::mem::replace(next, *next + order.len())))
        .collect();
    let total = slices.iter().map(|(order, _)| order.len()).sum();
    (0..total)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|place| {
            let slice = starts.partition_point(|start| *start <= place) - 1;
            let (order, lines) = &slices[slice];
            let filed = &order[place - starts[slice]];
            lines[filed.partition as usize][filed.place as usize]
        })
        .collect()
}

/// The order of the lines of one slice.
fn order_slice(written: &ShipmentLines, parties: &Parties, partitions: &[&[KeptLine]]) -> Vec<FiledLine> {
    let mut order = Vec::with_capacity(partitions.iter().map(|lines| lines.len()).sum());
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
