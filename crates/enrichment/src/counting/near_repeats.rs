//! Rows that may be one sale typed twice: they say the same but for spelling, padding, a cent of the price or the number of
//! their document. Nothing is dropped and no count changes: such lines are marked, and `integrity` tells of them.
//!
//! Lines are compared within one buyer, day, item and quantity, where the ledger's order has them side by side; there by
//! keys of what they say. A key never knows the file: a file that is cut in two says the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use chipwatch_names::fold;
use chipwatch_records::{EntityId, KeptLine, PartyId, ShipmentLines, SourceId, UnitPrice};
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::parties::Parties;

/// Prices this far apart, in ten-thousandths, are one price rounded twice: a cent.
const A_CENT: i64 = 100;

/// Finds such lines.
pub(super) struct NearRepeats<'a> {
    written: &'a ShipmentLines,
    parties: &'a Parties,
    /// For each written item the first one that is spelled the same but for case, space and punctuation.
    spelled: Vec<u32>,
    /// Whether any item has two spellings.
    has_spellings: bool,
}

/// A line of a slice in its order: its place, buyer and day, item and quantity.
pub(super) struct Placed {
    pub(super) place: u32,
    pub(super) first: [u64; 2],
}

/// One way in which a line may be the same sale as another.
struct Key {
    hash: u64,
    price: Option<i64>,
    /// Set where only lines of two sources can be one sale.
    source: Option<SourceId>,
    place: u32,
}

impl<'a> NearRepeats<'a> {
    pub(super) fn new(written: &'a ShipmentLines, parties: &'a Parties) -> Self {
        let spelling = |(index, item): (usize, &chipwatch_records::ItemAsWritten)| {
            let text = if item.part_number.is_empty() { item.description } else { item.part_number };
            (hash_of(&(item.part_number.is_empty(), letters(written.text(text)))), index as u32)
        };
        let mut spellings: Vec<(u64, u32)> = written.items.par_iter().enumerate().map(spelling).collect();
        spellings.sort_unstable();
        let mut spelled = vec![0; spellings.len()];
        for same in spellings.chunk_by(|a, b| a.0 == b.0) {
            same.iter().for_each(|(_, item)| spelled[*item as usize] = same[0].1);
        }
        let has_spellings = spelled.iter().enumerate().any(|(item, first)| item as u32 != *first);
        Self { written, parties, spelled, has_spellings }
    }

    /// The places of such lines among the lines of a slice in their order; `line` is the line of a place.
    pub(super) fn find<'l>(
        &self,
        order: impl Iterator<Item = [u64; 2]>,
        line: impl Fn(u32) -> &'l KeptLine,
    ) -> Vec<u32> {
        let mut found = Vec::new();
        let mut run: Vec<Placed> = Vec::new();
        for (place, first) in (0_u32..).zip(order) {
            if run.last().is_some_and(|last| last.first[0] != first[0]) {
                self.find_in_run(&mut run, &line, &mut found);
                run.clear();
            }
            run.push(Placed { place, first });
        }
        self.find_in_run(&mut run, &line, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Lines of one buyer and day.
    fn find_in_run<'l>(&self, run: &mut [Placed], line: &impl Fn(u32) -> &'l KeptLine, found: &mut Vec<u32>) {
        if run.len() < 2 {
            return;
        }
        if self.has_spellings {
            for placed in run.iter_mut() {
                let item = u64::from(self.spelled[(placed.first[1] >> 32) as usize]);
                placed.first[1] = item << 32 | placed.first[1] & u64::from(u32::MAX);
            }
            run.sort_unstable_by_key(|placed| (placed.first[1], placed.place));
        }
        for same in run.chunk_by(|a, b| a.first[1] == b.first[1]).filter(|same| same.len() > 1) {
            // Prices part most lines, and are at hand: only what they leave together is worth its keys.
            let price = |placed: &Placed| line(placed.place).line.price.map(UnitPrice::ten_thousandths);
            let mut prices: Vec<(Option<i64>, u32)> =
                same.iter().map(|placed| (price(placed), placed.place)).collect();
            prices.sort_unstable();
            let mut keys = Vec::new();
            for close in prices.chunk_by(|a, b| is_close(a.0, b.0)).filter(|close| close.len() > 1) {
                close.iter().for_each(|(_, place)| self.keys(*place, line(*place), &mut keys));
            }
            // The order of values decides which prices are neighbours.
            keys.sort_unstable_by_key(|key| (key.hash, key.price, key.place));
            for close in keys.chunk_by(|a, b| a.hash == b.hash && is_close(a.price, b.price)) {
                let source = close[0].source;
                let is_apart = source.is_none() || close.iter().any(|key| key.source != source);
                if close.len() > 1 && is_apart {
                    found.extend(close.iter().map(|key| key.place));
                }
            }
        }
    }

    /// What makes a line the same sale as another of the same buyer, day, item and quantity: its document and item, or all
    /// that is known of it where it names none; its serial numbers; in two systems its order.
    fn keys(&self, place: u32, kept: &KeptLine, into: &mut Vec<Key>) {
        let (line, written) = (&kept.line, self.written);
        let particulars = written.particulars_of(line);
        let entity = |party: Option<PartyId>| -> Option<EntityId> {
            party.map(|party| self.parties.party_entities[party.index()])
        };
        let base = (
            (kept.kind, kept.stage, kept.channel),
            fold(written.text(particulars.seller)).key,
            [line.sold_to, line.ship_to, line.end_user].map(entity),
            written.text(particulars.currency).to_uppercase(),
        );
        let price = line.price.map(UnitPrice::ten_thousandths);
        let mut add = |way: u8, what: u64, source: Option<SourceId>| {
            into.push(Key { hash: hash_of(&(&base, way, what)), price, source, place });
        };
        let details = || {
            hash_of(&(
                [particulars.customer_po, particulars.licence_no, particulars.rest]
                    .map(|text| letters(written.text(text))),
                (particulars.reference_document_no, entity(particulars.bill_to)),
                (particulars.order_date, particulars.invoice_date),
            ))
        };
        match line.document {
            Some(document) => {
                let number = number_as_typed(&written.documents.number(document.id()));
                let of_row = if line.line_no.is_empty() { details() } else { u64::from(line.line_no.0) };
                add(0, hash_of(&(number, line.line_no.is_empty(), of_row)), None);
            }
            None => add(1, hash_of(&(line.line_no, details())), None),
        }
        if !particulars.serial_numbers.is_empty() {
            add(2, hash_of(&letters(written.text(particulars.serial_numbers))), None);
        }
        if !particulars.customer_po.is_empty() {
            // One order in equal parts on one day is the rule in one system, and a copy in two.
            let order = number_as_typed(written.text(particulars.customer_po));
            add(3, hash_of(&order), Some(particulars.source));
        }
    }
}

/// Two prices that rounding may have made of one; two lines without a price have none to differ in.
fn is_close(a: Option<i64>, b: Option<i64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(b) <= A_CENT.unsigned_abs(),
        (a, b) => a == b,
    }
}

/// The same in every process: no seed.
fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Letters and digits in upper case, one spelling a character; nothing of what stands between them.
fn letters(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    }
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// A number of a document as it may be typed again: without padding, without what stands between its parts, and with one
/// sign for the letters and digits that look alike.
fn number_as_typed(number: &str) -> String {
    let mut typed = String::new();
    let mut is_padding = true;
    for letter in number.nfkc() {
        if !letter.is_alphanumeric() {
            // Padding is known by what stands in front of it: a letter, or nothing of the same part.
            is_padding = true;
            continue;
        }
        for upper in letter.to_uppercase() {
            let sign = match upper {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if sign == '0' && is_padding {
                continue;
            }
            is_padding = !sign.is_ascii_digit();
            typed.push(sign);
        }
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_were_typed_again_are_one() {
        for same in [
            ["INV-00123", "inv 123"],
            ["INV00123", "INV/123"],
            ["0080000001", "80000001"],
            ["D-1O7", "D-107"],
            ["１２３", "123"],
            ["A1I", "A-11"],
        ] {
            assert_eq!(number_as_typed(same[0]), number_as_typed(same[1]), "{same:?}");
        }
        for other in [["INV-123", "INV-124"], ["INV-123", "INV-132"], ["80000001", "80000010"], ["A1", "B1"]]
        {
            assert_ne!(number_as_typed(other[0]), number_as_typed(other[1]), "{other:?}");
        }
    }

    #[test]
    fn a_cent_is_close_and_two_are_not() {
        assert!(is_close(Some(10_000), Some(10_100)));
        assert!(!is_close(Some(10_000), Some(10_101)));
        assert!(is_close(None, None));
        assert!(!is_close(None, Some(0)));
    }
}
