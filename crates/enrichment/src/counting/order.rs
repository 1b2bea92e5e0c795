//! The ledger's order of lines.

use chipwatch_records::{Day, EntityId, Flags, KeptLine, KeptLines, ShipmentLine};

use super::filing::{FiledSlice, buyer};
use super::near_repeats::NearRepeats;
use super::repeats::by_value_then_place;
use crate::parties::Parties;

/// The lines of a slice in the ledger's order: by buyer, by day, by value. Lines of one entity lie together, and a line's
/// place is an order by values that no file decides. Where lines lie side by side that may be one sale typed twice, they are
/// marked.
pub(super) fn order_lines(parties: &Parties, near: &NearRepeats<'_>, filed: FiledSlice) -> KeptLines {
    let order = order_slice(parties, &filed.kept);
    let mut chunks: Vec<Vec<KeptLine>> =
        order.chunks(KeptLines::CHUNK).map(|places| gather(&filed.kept, places)).collect();
    // What they lay in is given back: the next slice takes it.
    drop(filed.kept);
    let at = |place: u32| (place as usize / KeptLines::CHUNK, place as usize % KeptLines::CHUNK);
    let firsts = order.iter().map(|filed| filed.first);
    for place in near.find(firsts, |place| &chunks[at(place).0][at(place).1]) {
        let flags = &mut chunks[at(place).0][at(place).1].flags;
        *flags = flags.with(Flags::NEAR_REPEAT);
    }
    let open = gather(&filed.open, &order_slice(parties, &filed.open));
    KeptLines::new(chunks, &open)
}

fn gather(lines: &[Vec<KeptLine>], places: &[FiledLine]) -> Vec<KeptLine> {
    places.iter().map(|filed| lines[filed.partition as usize][filed.place as usize]).collect()
}

/// The order of the lines of one slice.
fn order_slice(parties: &Parties, partitions: &[Vec<KeptLine>]) -> Vec<FiledLine> {
    let mut order = Vec::with_capacity(partitions.iter().map(Vec::len).sum());
    for (partition, lines) in partitions.iter().enumerate() {
        order.extend(lines.iter().enumerate().map(|(place, line)| FiledLine {
            first: first_words(buyer(parties, line), &line.line),
            partition: partition as u32,
            place: place as u32,
        }));
    }
    let line = |filed: &FiledLine| &partitions[filed.partition as usize][filed.place as usize];
    // In two steps: comparing two words is so short that it is done without a jump.
    order.sort_unstable_by_key(|filed| u128::from(filed.first[0]) << 64 | u128::from(filed.first[1]));
    for equal in order.chunk_by_mut(|a, b| a.first == b.first).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by(|a, b| by_value_then_place(&line(a).line, &line(b).line));
    }
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
