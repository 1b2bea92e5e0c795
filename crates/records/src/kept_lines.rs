//! The ledger's lines.

use std::ops::Index;

use crate::ledger::KeptLine;

/// Lines that detectors may cite, in the ledger's order, then open ones: those of one slice, or those of a run that are
/// cited. A line's place is its number among them.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct KeptLines {
    lines: Vec<KeptLine>,
    /// How many are not open.
    kept: usize,
}

impl KeptLines {
    /// Lines in their order, and open ones.
    #[must_use]
    pub fn new(mut lines: Vec<KeptLine>, open: &[KeptLine]) -> Self {
        let kept = lines.len();
        // A slice may be large: no more than it needs.
        lines.reserve_exact(open.len());
        lines.extend_from_slice(open);
        Self { lines, kept }
    }

    /// The lines that are not open. Their places are counted from 0.
    #[must_use]
    pub fn kept(&self) -> &[KeptLine] {
        &self.lines[..self.kept]
    }

    /// The open lines. Their places are counted from the number of the others.
    #[must_use]
    pub fn open(&self) -> &[KeptLine] {
        &self.lines[self.kept..]
    }

    /// The lines that are not open, and the open ones.
    #[must_use]
    pub fn into_parts(mut self) -> (Vec<KeptLine>, Vec<KeptLine>) {
        let open = self.lines.split_off(self.kept);
        (self.lines, open)
    }
}

impl Index<u32> for KeptLines {
    type Output = KeptLine;

    fn index(&self, place: u32) -> &KeptLine {
        &self.lines[place as usize]
    }
}

/// Picks the lines that are cited out of those of a slice, so that these need not stay.
#[derive(Debug)]
pub struct CitedLines<'l> {
    from: &'l KeptLines,
    /// For each place where its line went.
    moved: Vec<Option<u32>>,
    lines: Vec<KeptLine>,
}

impl<'l> CitedLines<'l> {
    /// Nothing is cited yet.
    #[must_use]
    pub fn new(from: &'l KeptLines) -> Self {
        Self { from, moved: vec![None; from.lines.len()], lines: Vec::new() }
    }

    /// The place among the cited lines of a line that is cited.
    pub fn cite(&mut self, place: u32) -> u32 {
        *self.moved[place as usize].get_or_insert_with(|| {
            self.lines.push(self.from[place]);
            self.lines.len() as u32 - 1
        })
    }

    /// The cited lines, and the open lines, cited or not.
    #[must_use]
    pub fn finish(self) -> KeptLines {
        KeptLines::new(self.lines, self.from.open())
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

    fn lines(numbers: std::ops::Range<u32>) -> Vec<KeptLine> {
        numbers.map(line).collect()
    }

    #[test]
    fn each_line_is_found_at_its_place_the_open_ones_behind_the_others() {
        let all = KeptLines::new(lines(0..5), &lines(5..8));
        assert!((0..8).all(|place| all[place].line.line == place));
        assert_eq!((all.kept(), all.open()), (&*lines(0..5), &*lines(5..8)));
        assert_eq!(all.into_parts(), (lines(0..5), lines(5..8)));
    }

    #[test]
    fn a_line_is_cited_once_whether_it_is_open_or_not() {
        let all = KeptLines::new(lines(0..5), &lines(5..8));
        let mut cited = CitedLines::new(&all);
        let places: Vec<u32> = [4, 1, 6, 1].into_iter().map(|place| cited.cite(place)).collect();
        assert_eq!(places, [0, 1, 2, 1]);
        let cited = cited.finish();
        assert_eq!([0, 1, 2].map(|place| cited[place].line.line), [4, 1, 6]);
        assert_eq!(cited.open(), lines(5..8));
    }
}
