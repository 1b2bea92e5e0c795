//! A kept line as plain words, for whoever keeps lines elsewhere than in memory.

use crate::day::Day;
use crate::ids::{DocumentId, FileId, ItemId, ParticularsId, PartyId, TextId, WrittenItemId};
use crate::ledger::{Flags, KeptLine};
use crate::shipment::{Channel, DocumentStage, DocumentType, LineDocument, ShipmentLine, UnitPrice};

/// So many words are a line.
pub const LINE_WORDS: usize = 19;

/// 0 stands for none.
macro_rules! optional {
    ($id:ty) => {
        (
            |id: Option<$id>| id.map_or(0, |id| id.index() as u32 + 1),
            |word: u32| word.checked_sub(1).and_then(|index| <$id>::from_index(index as usize)),
        )
    };
}

fn halves(long: u64) -> [u32; 2] {
    [long as u32, (long >> 32) as u32]
}

fn long(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// Days of exports lie behind the year 1900: no word of a day is 0.
const DAY_ZERO: i32 = 1 << 20;

impl KeptLine {
    /// The line in words.
    #[must_use]
    pub fn words(&self) -> [u32; LINE_WORDS] {
        let ShipmentLine { price, sold_to, ship_to, end_user, item, particulars, .. } = self.line;
        let ShipmentLine { document, line_no, ship_date, quantity, file, line, .. } = self.line;
        let (party, _) = optional!(PartyId);
        let price = halves(price.map_or(0, |price| price.ten_thousandths().cast_unsigned() + 1));
        let digest = halves(document.map_or(0, LineDocument::digest));
        let kinds = [self.kind as u8, self.stage as u8, self.channel as u8, self.flags.bits()];
        [
            price[0],
            price[1],
            party(sold_to),
            party(ship_to),
            party(end_user),
            item.index() as u32,
            particulars.index() as u32,
            digest[0],
            digest[1],
            optional!(DocumentId).0(document.map(LineDocument::id)),
            line_no.0,
            ship_date.map_or(0, |day| (day.number() + DAY_ZERO).cast_unsigned()),
            quantity.cast_unsigned(),
            file.index() as u32,
            line,
            self.item.index() as u32,
            self.quantity_lo.cast_unsigned(),
            self.quantity_hi.cast_unsigned(),
            u32::from_le_bytes(kinds),
        ]
    }

    /// The line that words say; `None` where they say none.
    #[must_use]
    pub fn of_words(words: [u32; LINE_WORDS]) -> Option<Self> {
        let [price_low, price_high, sold_to, ship_to, end_user, written, particulars, rest @ ..] = words;
        let [digest_low, digest_high, document, line_no, day, quantity, file, line, rest @ ..] = rest;
        let [item, quantity_lo, quantity_hi, kinds] = rest;
        let (_, party) = optional!(PartyId);
        let price = match long(price_low, price_high).checked_sub(1) {
            Some(price) => Some(UnitPrice::from_ten_thousandths(price.cast_signed())?),
            None => None,
        };
        let digest = long(digest_low, digest_high);
        let [kind, stage, channel, flags] = kinds.to_le_bytes();
        let ship_date = if day == 0 {
            None
        } else {
            let first = Day::from_ymd(1970, 1, 1)?;
            Some(first.plus(day.cast_signed() - DAY_ZERO))
        };
        Some(Self {
            line: ShipmentLine {
                price,
                sold_to: party(sold_to),
                ship_to: party(ship_to),
                end_user: party(end_user),
                item: WrittenItemId::from_index(written as usize)?,
                particulars: ParticularsId::from_index(particulars as usize)?,
                document: optional!(DocumentId).1(document).map(|id| LineDocument::new(digest, id)),
                line_no: TextId(line_no),
                ship_date,
                quantity: quantity.cast_signed(),
                file: FileId::from_index(file as usize)?,
                line,
            },
            item: ItemId::from_index(item as usize)?,
            quantity_lo: quantity_lo.cast_signed(),
            quantity_hi: quantity_hi.cast_signed(),
            kind: *DocumentType::ALL.get(usize::from(kind))?,
            stage: *DocumentStage::ALL.get(usize::from(stage))?,
            channel: *Channel::ALL.get(usize::from(channel))?,
            flags: Flags::of_bits(flags),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u32) -> KeptLine {
        let some = |id: u32| (n % 3 != id % 3).then_some(n as usize * 7 + id as usize);
        let id = DocumentId::from_index(n as usize).unwrap();
        KeptLine {
            line: ShipmentLine {
                price: n
                    .is_multiple_of(2)
                    .then(|| UnitPrice::from_ten_thousandths(i64::from(n) << 33).unwrap()),
                sold_to: some(0).and_then(PartyId::from_index),
                ship_to: some(1).and_then(PartyId::from_index),
                end_user: some(2).and_then(PartyId::from_index),
                item: WrittenItemId::from_index(n as usize).unwrap(),
                particulars: ParticularsId::from_index(3).unwrap(),
                document: (!n.is_multiple_of(5)).then(|| LineDocument::new(u64::from(n) << 40 | 9, id)),
                line_no: TextId(n + 1),
                ship_date: (!n.is_multiple_of(4))
                    .then(|| Day::from_ymd(1900, 1, 1).unwrap().plus(n as i32 * 500)),
                quantity: 5 - n as i32,
                file: FileId::from_index(1).unwrap(),
                line: u32::MAX - n,
            },
            item: ItemId::from_index(0).unwrap(),
            quantity_lo: -3,
            quantity_hi: i32::MAX,
            kind: DocumentType::ALL[n as usize % DocumentType::ALL.len()],
            stage: DocumentStage::ALL[n as usize % 3],
            channel: Channel::ALL[n as usize % 3],
            flags: Flags::of_bits(n as u8),
        }
    }

    #[test]
    fn every_line_comes_back_as_it_was() {
        for n in 0..200 {
            assert_eq!(KeptLine::of_words(line(n).words()), Some(line(n)));
        }
        for (kinds, of) in DocumentType::ALL.iter().enumerate() {
            assert_eq!(*of as usize, kinds);
        }
    }

    #[test]
    fn words_that_say_no_line_are_none() {
        let mut words = line(1).words();
        words[LINE_WORDS - 1] = u32::MAX;
        assert_eq!(KeptLine::of_words(words), None);
    }
}
