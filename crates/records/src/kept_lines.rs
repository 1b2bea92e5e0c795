//! The ledger's lines, in chunks of one size.
//!
//! Lines wait by slice and partition before they are put in order, and fill most of a large run's memory. In chunks, the
//! order of one slice takes the room that the slice before gave back; in one piece it would need all of it once more.

use std::ops::{Index, Range};

use crate::ledger::KeptLine;

/// A line's place is the number of its chunk and, in so many low bits, its place there.
const PLACE_BITS: u32 = 11;

/// The lines that detectors may cite, by slice and in the ledger's order, then the open ones. Every place is a chunk's
/// number and a place within: places are in the order of lines, but not every number is one.
#[derive(Clone, Default, Debug)]
pub struct KeptLines {
    chunks: Vec<Vec<KeptLine>>,
    /// Chunks of each slice.
    slices: Vec<Range<usize>>,
    kept: usize,
    open: usize,
}

impl KeptLines {
    /// So many lines fill a chunk.
    pub const CHUNK: usize = 1 << PLACE_BITS;

    /// Lines by slice, each cut into chunks of which all but the last are full; and open lines.
    #[must_use]
    pub fn new(slices: Vec<Vec<Vec<KeptLine>>>, open: &[KeptLine]) -> Self {
        let mut lines = Self { open: open.len(), ..Self::default() };
        for chunks in slices {
            lines.kept += chunks.iter().map(Vec::len).sum::<usize>();
            lines.slices.push(lines.chunks.len()..lines.chunks.len() + chunks.len());
            lines.chunks.extend(chunks);
        }
        lines.chunks.extend(open.chunks(Self::CHUNK).map(<[KeptLine]>::to_vec));
        lines
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

    /// Numbers of the chunks of a slice.
    #[must_use]
    pub fn chunks_of(&self, slice: usize) -> Range<usize> {
        self.slices.get(slice).cloned().unwrap_or_default()
    }

    /// Whether the line of a place is not an open one.
    #[must_use]
    pub fn is_kept(&self, place: u32) -> bool {
        (place as usize >> PLACE_BITS) < self.first_open()
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
        &self.chunks[self.first_open() + number / Self::CHUNK][number % Self::CHUNK]
    }

    /// All open lines.
    pub fn open_lines(&self) -> impl Iterator<Item = &KeptLine> {
        self.chunks[self.first_open()..].iter().flatten()
    }

    fn first_open(&self) -> usize {
        self.slices.last().map_or(0, |slice| slice.end)
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

    #[test]
    fn each_line_is_found_at_its_place_and_places_are_in_the_order_of_lines() {
        let open: Vec<KeptLine> = (5_005..9_000).map(line).collect();
        let lines = KeptLines::new(vec![chunks(0..5_000), Vec::new(), chunks(5_000..5_005)], &open);
        assert_eq!((lines.kept(), lines.open()), (5_005, 3_995));
        assert_eq!([0, 1, 2].map(|slice| lines.chunks_of(slice)), [0..3, 3..3, 3..4]);
        let mut numbers = Vec::new();
        for (chunk, of_chunk) in lines.chunks().iter().enumerate() {
            for place in (KeptLines::first_place(chunk)..).take(of_chunk.len()) {
                assert_eq!(lines.is_kept(place), lines[place].line.line < 5_005);
                numbers.push(lines[place].line.line);
            }
        }
        assert_eq!(numbers, (0..9_000).collect::<Vec<_>>());
        assert_eq!(lines.open_line(2_100).line.line, 7_105);
        assert_eq!(lines.open_lines().count(), 3_995);
    }
}
