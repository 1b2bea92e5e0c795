//! Byte strings to numbers, without keeping the strings.
//!
//! A row names two parties among tens of thousands. A table of their texts does not fit into the fast memory of a processor,
//! and waiting for the slow one was a tenth of a run. So 96 bits of a hash are kept of each string, and its place is fetched
//! as soon as the row is split: by the time its number is asked for, it is there.

use std::hash::{BuildHasher, RandomState};

use prefetch_index::prefetch_index;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::intern::Key;

/// Numbers by the fingerprints of byte strings.
///
/// Two strings with one fingerprint would be one party. Among a million strings that happens by chance with a probability
/// below 10⁻¹⁶, and nobody can choose a name that does: the seed is another in each run, and no result depends on it.
pub(crate) struct Fingerprints {
    seed: u64,
    /// A power of two of slots, at most two thirds of them filled. A string stands in the first free one from its place on.
    slots: Vec<Slot>,
    filled: usize,
}

/// 16 bytes: four of them share the piece of memory that is fetched at once.
#[derive(Clone, Copy)]
struct Slot {
    print: Fingerprint,
    number: u32,
}

/// The fingerprint of a byte string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fingerprint([u32; 3]);

/// The number of a slot that is free.
const FREE: u32 = u32::MAX;

impl Default for Fingerprints {
    fn default() -> Self {
        Self { seed: RandomState::new().hash_one(0), slots: Self::free(1 << 10), filled: 0 }
    }
}

impl Fingerprints {
    fn free(slots: usize) -> Vec<Slot> {
        vec![Slot { print: Fingerprint([0; 3]), number: FREE }; slots]
    }

    /// The fingerprint of a string, whose place is fetched meanwhile.
    pub(crate) fn print(&self, key: Key<'_>) -> Fingerprint {
        // Hashing a fixed length is quicker than asking for each key how long it is.
        let hash = match key.padded() {
            Some(padded) => xxh3_128_with_seed(&padded, self.seed),
            None => xxh3_128_with_seed(key.bytes(), !self.seed),
        };
        let print = Fingerprint([hash as u32, (hash >> 32) as u32, (hash >> 64) as u32]);
        prefetch_index(&self.slots, self.place(print));
        print
    }

    /// Where the search for a string starts.
    fn place(&self, Fingerprint([low, ..]): Fingerprint) -> usize {
        low as usize & (self.slots.len() - 1)
    }

    /// The slot of a string, or the free one that would be its own.
    fn find(&self, print: Fingerprint) -> usize {
        let mut place = self.place(print);
        loop {
            let slot = &self.slots[place];
            if slot.print == print || slot.number == FREE {
                return place;
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// The number that was put for a string.
    pub(crate) fn get(&self, print: Fingerprint) -> Option<u32> {
        let number = self.slots[self.find(print)].number;
        (number != FREE).then_some(number)
    }

    /// Remembers the number of a string.
    pub(crate) fn put(&mut self, print: Fingerprint, number: u32) {
        if self.filled * 3 >= self.slots.len() * 2 {
            let more = Self::free(self.slots.len() * 2);
            for slot in
                std::mem::replace(&mut self.slots, more).into_iter().filter(|slot| slot.number != FREE)
            {
                let place = self.find(slot.print);
                self.slots[place] = slot;
            }
        }
        let place = self.find(print);
        self.slots[place] = Slot { print, number };
        self.filled += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_string_has_its_own_number_wherever_it_lies() {
        let mut prints = Fingerprints::default();
        let text: Vec<u8> = (0..120).collect();
        let mut number = 0;
        // Zeros at the end, and what only length tells apart.
        let zeros = vec![0_u8; 80];
        for bytes in [&text, &zeros] {
            for length in 0..70 {
                let alone = prints.print(Key::of(&bytes[7..7 + length]));
                assert_eq!(alone, prints.print(Key::within(bytes, 7, 7 + length)));
                if length == 0 && number > 0 {
                    assert_eq!(prints.get(alone), Some(0));
                    continue;
                }
                assert_eq!(prints.get(alone), None, "{length} of {bytes:?}");
                prints.put(alone, number);
                number += 1;
            }
        }
        let found = |bytes: &[u8], length: usize| prints.get(prints.print(Key::of(&bytes[7..7 + length])));
        assert_eq!((found(&text, 69), found(&zeros, 1), found(&zeros, 69)), (Some(69), Some(70), Some(138)));
    }

    #[test]
    fn numbers_stay_when_the_table_grows() {
        let mut prints = Fingerprints::default();
        let key = |number: u32| number.to_le_bytes();
        for number in 0..5_000 {
            let print = prints.print(Key::of(&key(number)));
            assert_eq!(prints.get(print), None);
            prints.put(print, number);
        }
        assert!((0..5_000).all(|number| prints.get(prints.print(Key::of(&key(number)))) == Some(number)));
    }
}
