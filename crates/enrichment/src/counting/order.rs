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
    let mut lines = in_one(filed.kept);
    let order = order_slice(parties, &mut lines);
    let firsts = order.iter().map(|filed| filed.first);
    for place in near.find(firsts, |place| &lines[place as usize]) {
        let flags = &mut lines[place as usize].flags;
        *flags = flags.with(Flags::NEAR_REPEAT);
    }
    drop(order);
    let mut open = in_one(filed.open);
    order_slice(parties, &mut open);
    KeptLines::new(lines, &open)
}

/// The lines of all partitions. Each piece is given back when it is moved: the slice of a large buyer is held once.
fn in_one(pieces: Vec<Vec<KeptLine>>) -> Vec<KeptLine> {
    let mut lines = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
    pieces.into_iter().for_each(|piece| lines.extend(piece));
    lines
}

/// Puts lines in their order, where they lie.
fn order_slice(parties: &Parties, lines: &mut [KeptLine]) -> Vec<FiledLine> {
    let filed = |(place, line): (usize, &KeptLine)| FiledLine {
        first: first_words(buyer(parties, line), &line.line),
        place: place as u32,
    };
    let mut order: Vec<FiledLine> = lines.iter().enumerate().map(filed).collect();
    // In two steps: comparing two words is so short that it is done without a jump.
    order.sort_unstable_by_key(|filed| u128::from(filed.first[0]) << 64 | u128::from(filed.first[1]));
    let line = |filed: &FiledLine| &lines[filed.place as usize].line;
    for equal in order.chunk_by_mut(|a, b| a.first == b.first).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by(|a, b| by_value_then_place(line(a), line(b)));
    }
    move_to(lines, &mut order);
    order
}

/// Moves each line to where the order has it, in rings: the line that lies there goes where it belongs, and so on.
fn move_to(lines: &mut [KeptLine], order: &mut [FiledLine]) {
    for start in 0..lines.len() {
        let first = lines[start];
        let mut place = start;
        loop {
            let from = order[place].place as usize;
            order[place].place = place as u32;
            // A line that was moved before is a ring of its own.
            if from == start {
                lines[place] = first;
                break;
            }
            lines[place] = lines[from];
            place = from;
        }
    }
}

/// Where a line waits for its place, and what decides that first.
#[derive(Clone, Copy)]
struct FiledLine {
    first: [u64; 2],
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
