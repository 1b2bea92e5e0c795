//! The ledger's lines, in chunks of one size: a slice takes the room that the slice before gave back, whatever its length.

use std::ops::Index;

use crate::ledger::KeptLine;

/// A line's place is the number of its chunk and, in so many low bits, its place there.
const PLACE_BITS: u32 = 11;

/// Lines that detectors may cite, in the ledger's order, then open ones: those of one slice, or those of a run that are
/// cited. Every place is a chunk's number and a place within: places are in the order of lines.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct KeptLines {
    chunks: Vec<Vec<KeptLine>>,
    /// The first chunk of open lines.
    first_open: usize,
    kept: usize,
    open: usize,
}

impl KeptLines {
    /// So many lines fill a chunk.
    pub const CHUNK: usize = 1 << PLACE_BITS;

    /// Lines in chunks, none of which has more than [`KeptLines::CHUNK`], and open lines.
    #[must_use]
    pub fn new(mut chunks: Vec<Vec<KeptLine>>, open: &[KeptLine]) -> Self {
        let (first_open, kept) = (chunks.len(), chunks.iter().map(Vec::len).sum());
        chunks.extend(open.chunks(Self::CHUNK).map(<[KeptLine]>::to_vec));
        Self { chunks, first_open, kept, open: open.len() }
    }

    /// Place of the first line of a chunk.
    #[must_use]
    pub fn first_place(chunk: usize) -> u32 {
        (chunk << PLACE_BITS) as u32
    }

    /// All chunks, those of open lines last.
    #[must_use]
    pub fn chunks(&self) -> &[Vec<KeptLine>] {
        &self.chunks
    }

    /// Whether the line of a place is not an open one.
    #[must_use]
    pub fn is_kept(&self, place: u32) -> bool {
        (place as usize >> PLACE_BITS) < self.first_open
    }

    /// How many lines are not open.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// How many lines are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open
    }

    /// The open line of a number, counted from 0.
    #[must_use]
    pub fn open_line(&self, number: usize) -> &KeptLine {
        &self.chunks[self.first_open + number / Self::CHUNK][number % Self::CHUNK]
    }

    /// All open lines.
    pub fn open_lines(&self) -> impl Iterator<Item = &KeptLine> {
        self.chunks[self.first_open..].iter().flatten()
    }

    /// The chunks of lines that are not open, and the open lines.
    #[must_use]
    pub fn into_parts(mut self) -> (Vec<Vec<KeptLine>>, Vec<KeptLine>) {
        let open = self.chunks.split_off(self.first_open).into_iter().flatten().collect();
        (self.chunks, open)
    }
}

/// Picks the lines that are cited out of those of a slice, so that these need not stay.
#[derive(Debug)]
pub struct CitedLines<'l> {
    from: &'l KeptLines,
    /// For each place where its line went.
    moved: Vec<Option<u32>>,
    chunks: Vec<Vec<KeptLine>>,
}

impl<'l> CitedLines<'l> {
    /// Nothing is cited yet.
    #[must_use]
    pub fn new(from: &'l KeptLines) -> Self {
        Self { from, moved: vec![None; from.chunks.len() << PLACE_BITS], chunks: Vec::new() }
    }

    /// The place among the cited lines of a line that is cited.
    pub fn cite(&mut self, place: u32) -> u32 {
        *self.moved[place as usize].get_or_insert_with(|| {
            if self.chunks.last().is_none_or(|last| last.len() == KeptLines::CHUNK) {
                self.chunks.push(Vec::with_capacity(KeptLines::CHUNK));
            }
            let chunk = self.chunks.len() - 1;
            self.chunks[chunk].push(self.from[place]);
            KeptLines::first_place(chunk) + self.chunks[chunk].len() as u32 - 1
        })
    }

    /// The cited lines, and the open lines, cited or not.
    #[must_use]
    pub fn finish(self) -> KeptLines {
        let open: Vec<KeptLine> = self.from.open_lines().copied().collect();
        KeptLines::new(self.chunks, &open)
    }
}

impl Index<u32> for KeptLines {
    type Output = KeptLine;

    fn index(&self, place: u32) -> &KeptLine {
        let place = place as usize;
        &self.chunks[place >> PLACE_BITS][place % Self::CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{FileId, ItemId, ParticularsId, TextId, WrittenItemId};
    use crate::ledger::Flags;
    use crate::shipment::{Channel, DocumentStage, DocumentType, ShipmentLine};

    fn line(number: u32) -> KeptLine {
        KeptLine {
            line: ShipmentLine {
                price: None,
                sold_to: None,
                ship_to: None,
                end_user: None,
                item: WrittenItemId::from_index(0).unwrap(),
                particulars: ParticularsId::from_index(0).unwrap(),
                document: None,
                line_no: TextId(0),
                ship_date: None,
                quantity: 1,
                file: FileId::from_index(0).unwrap(),
                line: number,
            },
            item: ItemId::from_index(0).unwrap(),
            quantity_lo: 1,
            quantity_hi: 1,
            kind: DocumentType::Sale,
            stage: DocumentStage::Delivery,
            channel: Channel::SellIn,
            flags: Flags::default(),
        }
    }

    fn chunks(lines: std::ops::Range<u32>) -> Vec<Vec<KeptLine>> {
        let lines: Vec<KeptLine> = lines.map(line).collect();
        lines.chunks(KeptLines::CHUNK).map(<[KeptLine]>::to_vec).collect()
    }

    fn numbers(lines: &KeptLines) -> Vec<u32> {
        let mut numbers = Vec::new();
        for (chunk, of_chunk) in lines.chunks().iter().enumerate() {
            let places = (KeptLines::first_place(chunk)..).take(of_chunk.len());
            numbers.extend(places.map(|place| lines[place].line.line));
        }
        numbers
    }

    #[test]
    fn each_line_is_found_at_its_place_and_places_are_in_the_order_of_lines() {
        let open: Vec<KeptLine> = (5_005..9_000).map(line).collect();
        let lines = KeptLines::new(chunks(0..5_005), &open);
        assert_eq!((lines.kept(), lines.open()), (5_005, 3_995));
        assert!(lines.is_kept(5_004) && !lines.is_kept(KeptLines::first_place(3)));
        assert_eq!(numbers(&lines), (0..9_000).collect::<Vec<_>>());
        assert_eq!(lines.open_line(2_100).line.line, 7_105);
        assert_eq!(lines.open_lines().count(), 3_995);
        let (kept, open) = lines.into_parts();
        assert_eq!((kept.len(), open.len()), (3, 3_995));
    }

    #[test]
    fn a_line_is_cited_once_whether_it_is_open_or_not() {
        let lines = KeptLines::new(chunks(0..5_000), &[line(9_000), line(9_001)]);
        let mut cited = CitedLines::new(&lines);
        let open = KeptLines::first_place(3) + 1;
        let places: Vec<u32> = [4_999, 7, open, 7].into_iter().map(|place| cited.cite(place)).collect();
        assert_eq!(places, [0, 1, 2, 1]);
        let more: Vec<u32> = (100..2_500).map(|place| cited.cite(place)).collect();
        let cited = cited.finish();
        assert_eq!((cited.kept(), cited.open()), (2_403, 2));
        assert_eq!([0, 1, 2].map(|place| cited[place].line.line), [4_999, 7, 9_001]);
        assert!((100..).zip(more).all(|(number, place)| cited[place].line.line == number));
        assert_eq!(cited.open_line(0).line.line, 9_000);
    }
}
