//! The ledger's order of lines.

use chipwatch_records::{Day, EntityId, KeptLine, ShipmentLine, ShipmentLines};
use rayon::prelude::*;

use super::repeats::by_value;
use crate::parties::Parties;

/// Into how many slices the ledger is cut.
pub const SLICES: usize = 64;

/// Puts the kept lines of all partitions into the ledger's order: by the slice and entity of their buyer, by day, by
/// value. Lines of one entity lie together, and a line's place is an order by values that no file decides.
#[must_use]
pub fn order_lines(
    written: &ShipmentLines,
    parties: &Parties,
    partitions: Vec<Vec<KeptLine>>,
) -> Vec<KeptLine> {
    let entities = parties.entities.len().max(1);
    let filed: Vec<Vec<Vec<FiledLine>>> = partitions
        .par_iter()
        .enumerate()
        .map(|(partition, lines)| {
            let mut slices: Vec<Vec<FiledLine>> = vec![Vec::new(); SLICES];
            for (place, line) in lines.iter().enumerate() {
                let buyer = buyer(parties, line);
                slices[slice_of(buyer, entities)].push(FiledLine {
                    first: first_words(buyer, &line.line),
                    partition: partition as u32,
                    place: place as u32,
                });
            }
            slices
        })
        .collect();
    let line = |filed: &FiledLine| &partitions[filed.partition as usize][filed.place as usize];
    let orders: Vec<Vec<FiledLine>> = by_slice(filed)
        .into_par_iter()
        .map(|parts| {
            let mut order = parts.concat();
            drop(parts);
            order.sort_unstable_by(|a, b| {
                a.first.cmp(&b.first).then_with(|| by_value(written, &line(a).line, &line(b).line))
            });
            order
        })
        .collect();
    // The lines are moved once, straight to their places.
    let starts: Vec<usize> =
        orders.iter().scan(0, |next, order| Some(std::mem::replace(next, *next + order.len()))).collect();
    let total = orders.iter().map(Vec::len).sum();
    (0..total)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|place| {
            let slice = starts.partition_point(|start| *start <= place) - 1;
            *line(&orders[slice][place - starts[slice]])
        })
        .collect()
}

/// From slices by partition to partitions by slice.
fn by_slice(partitions: Vec<Vec<Vec<FiledLine>>>) -> Vec<Vec<Vec<FiledLine>>> {
    let mut slices: Vec<Vec<Vec<FiledLine>>> = (0..SLICES).map(|_| Vec::new()).collect();
    for partition in partitions {
        for (all, part) in slices.iter_mut().zip(partition) {
            all.push(part);
        }
    }
    slices
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
