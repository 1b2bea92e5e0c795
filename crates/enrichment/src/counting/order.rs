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
    let mut lines = in_order(parties, filed.kept);
    let firsts = lines.iter().map(|line| first_words(buyer(parties, line), &line.line));
    for place in near.find(firsts, |place| &lines[place as usize]) {
        let flags = &mut lines[place as usize].flags;
        *flags = flags.with(Flags::NEAR_REPEAT);
    }
    KeptLines::new(lines, &in_order(parties, filed.open))
}

/// The lines of all partitions in their order. The slice of a large buyer fills much memory: what is no longer needed is
/// given back before the next thing is made.
fn in_order(parties: &Parties, partitions: Vec<Vec<KeptLine>>) -> Vec<KeptLine> {
    let order = order_of(parties, &partitions);
    let places: Vec<[u32; 2]> = order.iter().map(|filed| [filed.partition, filed.place]).collect();
    drop(order);
    places.iter().map(|[partition, place]| partitions[*partition as usize][*place as usize]).collect()
}

fn order_of(parties: &Parties, partitions: &[Vec<KeptLine>]) -> Vec<FiledLine> {
    let mut order = Vec::with_capacity(partitions.iter().map(Vec::len).sum());
    for (partition, lines) in (0..).zip(partitions) {
        order.extend((0..).zip(lines).map(|(place, line)| FiledLine {
            first: first_words(buyer(parties, line), &line.line),
            partition,
            place,
        }));
    }
    // In two steps: comparing two words is so short that it is done without a jump.
    order.sort_unstable_by_key(|filed| u128::from(filed.first[0]) << 64 | u128::from(filed.first[1]));
    let line = |filed: &FiledLine| &partitions[filed.partition as usize][filed.place as usize].line;
    for equal in order.chunk_by_mut(|a, b| a.first == b.first).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by(|a, b| by_value_then_place(line(a), line(b)));
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
