//! Byte strings to small numbers, in the order of arrival.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Distinct byte strings; the first one gets 0.
#[derive(Default)]
pub(crate) struct Interner {
    table: HashTable<Slot>,
    arena: Vec<u8>,
    ends: Vec<usize>,
}

/// What a string is told by: its length, its first and its last 16 bytes. Up to 32 bytes that is all of it, so that most
/// look-ups touch one place in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Outline {
    ends: [u64; 4],
    length: u32,
}

#[derive(Clone, Copy)]
struct Slot {
    outline: Outline,
    id: u32,
}

impl Outline {
    fn of(bytes: &[u8]) -> Self {
        let length = bytes.len() as u32;
        let halves = |bytes: &[u8; 16]| {
            let both = u128::from_le_bytes(*bytes);
            [both as u64, (both >> 64) as u64]
        };
        let ([a, b], [c, d]) = match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(head), Some(tail)) => (halves(head), halves(tail)),
            _ => (short(bytes), [0, 0]),
        };
        Self { ends: [a, b, c, d], length }
    }

    /// The bytes that are in neither end.
    fn middle(bytes: &[u8]) -> &[u8] {
        bytes.get(16..bytes.len().saturating_sub(16)).unwrap_or_default()
    }

    /// Equal for equal strings, and spread over 64 bits.
    #[inline]
    fn hash(&self, bytes: &[u8]) -> u64 {
        let state = FixedState::default();
        let middle = Self::middle(bytes);
        if middle.is_empty() { state.hash_one(self) } else { state.hash_one((self, middle)) }
    }
}

/// Fewer than 16 bytes as two words; with the length beside them, no two strings share them.
fn short(bytes: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [u64::from_le_bytes(*first), u64::from_le_bytes(*last)];
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))];
    }
    [bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0]
}

impl Interner {
    /// The number of a byte string, and whether it is new.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> (u32, bool) {
        let outline = Outline::of(bytes);
        let hash = outline.hash(bytes);
        let (arena, ends) = (&self.arena, &self.ends);
        let is_same = |slot: &Slot| {
            slot.outline == outline
                && (bytes.len() <= 32
                    || Outline::middle(bytes_of(arena, ends, slot.id as usize)) == Outline::middle(bytes))
        };
        if let Some(slot) = self.table.find(hash, is_same) {
            return (slot.id, false);
        }
        let slot = Slot { outline, id: self.ends.len() as u32 };
        self.arena.extend_from_slice(bytes);
        self.ends.push(self.arena.len());
        let (arena, ends) = (&self.arena, &self.ends);
        let hash_of = |slot: &Slot| slot.outline.hash(bytes_of(arena, ends, slot.id as usize));
        self.table.insert_unique(hash, slot, hash_of);
        (slot.id, true)
    }

    /// A string that is valid UTF-8; empty for one that is not.
    pub(crate) fn get(&self, id: u32) -> &str {
        std::str::from_utf8(bytes_of(&self.arena, &self.ends, id as usize)).unwrap_or_default()
    }

    /// The strings, in the order of arrival.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|id| bytes_of(&self.arena, &self.ends, id))
    }
}

fn bytes_of<'a>(arena: &'a [u8], ends: &[usize], id: usize) -> &'a [u8] {
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &arena[start..ends[id]]
}

/// A small table in front of an interner: what short cells came to, found without hashing or comparing bytes.
pub(crate) struct ShortCells(Vec<(u128, u32)>);

impl Default for ShortCells {
    fn default() -> Self {
        Self(vec![(u128::MAX, 0); Self::SLOTS])
    }
}

impl ShortCells {
    const SLOTS: usize = 4096;

    /// The number that was put for a cell, where it is still there.
    pub(crate) fn get(&self, cell: &str) -> Option<u32> {
        let key = Self::key(cell)?;
        let (known, id) = self.0[Self::slot(key)];
        (known == key).then_some(id)
    }

    /// Remembers the number of a cell of up to 15 bytes.
    pub(crate) fn put(&mut self, cell: &str, id: u32) {
        if let Some(key) = Self::key(cell) {
            self.0[Self::slot(key)] = (key, id);
        }
    }

    /// The bytes and, on top, how many they are.
    fn key(cell: &str) -> Option<u128> {
        let mut bytes = [0; 16];
        bytes.get_mut(..cell.len())?.copy_from_slice(cell.as_bytes());
        (cell.len() < 16).then(|| {
            bytes[15] = cell.len() as u8;
            u128::from_le_bytes(bytes)
        })
    }

    fn slot(key: u128) -> usize {
        let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 52) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_cells_are_found_until_another_takes_their_place() {
        let mut cells = ShortCells::default();
        assert_eq!(cells.get(""), None);
        for (id, cell) in ["", "0", "2024-01-31", "fifteen letters"].into_iter().enumerate() {
            cells.put(cell, id as u32);
            assert_eq!(cells.get(cell), Some(id as u32));
        }
        cells.put("sixteen letters!", 9);
        assert_eq!(cells.get("sixteen letters!"), None);
        assert_eq!(cells.get("2024-01-3"), None);
    }

    #[test]
    fn strings_that_share_their_ends_are_told_apart() {
        let mut interner = Interner::default();
        let mut known = std::collections::BTreeMap::new();
        for length in 0..80 {
            for place in 0..=length {
                let mut bytes = vec![0_u8; length];
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = 1;
                }
                let next = known.len() as u32;
                let id = *known.entry(bytes.clone()).or_insert(next);
                assert_eq!(interner.intern(&bytes).0, id, "{bytes:?}");
            }
        }
    }

    #[test]
    fn equal_bytes_get_one_number() {
        let mut interner = Interner::default();
        assert_eq!(interner.intern(b"a"), (0, true));
        assert_eq!(interner.intern(b""), (1, true));
        assert_eq!(interner.intern(b"a"), (0, false));
        for n in 0..5_000_u32 {
            assert!(interner.intern(&n.to_le_bytes()).1);
        }
        assert_eq!(interner.intern(&77_u32.to_le_bytes()), (79, false));
        assert_eq!(interner.iter().count(), 5_002);
        assert_eq!(interner.iter().nth(1), Some(b"".as_slice()));
    }
}
