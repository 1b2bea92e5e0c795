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
                    first: first_words(buyer(parties, line), &line.line),
                    bucket: bucket as u32,
                    place: place as u32,
                }));
            }
            order.sort_unstable_by(|a, b| {
                a.first.cmp(&b.first).then_with(|| by_value(written, &line(a).line, &line(b).line))
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
    first: u128,
    bucket: u32,
    place: u32,
}

/// Buyer, then what `by_value` compares first: day, item, quantity. Few lines must be looked at for the rest.
fn first_words(buyer: Option<EntityId>, line: &ShipmentLine) -> u128 {
    let buyer = buyer.map_or(0, |entity| entity.index() as u128 + 1);
    let day = line.ship_date.map_or(0, |day| day_word(day) as u128 + 1);
    // A signed quantity in the order of unsigned words.
    let quantity = line.quantity.cast_unsigned() ^ (1 << 31);
    buyer << 96 | day << 64 | (line.item.index() as u128) << 32 | u128::from(quantity)
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
