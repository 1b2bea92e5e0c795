//! Byte strings to small numbers, in the order of arrival.

use hashbrown::HashTable;
use rapidhash::v3::rapidhash_v3;

/// Distinct byte strings; the first one gets 0.
#[derive(Default)]
pub(crate) struct Interner {
    table: HashTable<Slot>,
    arena: Vec<u8>,
    ends: Vec<usize>,
}

/// Where a string lies, beside its number, so that a look-up touches the table and the arena and nothing else.
#[derive(Clone, Copy)]
struct Slot {
    start: usize,
    length: u32,
    id: u32,
}

impl Slot {
    fn bytes(self, arena: &[u8]) -> &[u8] {
        &arena[self.start..self.start + self.length as usize]
    }
}

impl Interner {
    /// The number of a byte string, and whether it is new.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> (u32, bool) {
        let hash = rapidhash_v3(bytes);
        let arena = &self.arena;
        let found =
            self.table.find(hash, |slot| slot.length as usize == bytes.len() && slot.bytes(arena) == bytes);
        if let Some(slot) = found {
            return (slot.id, false);
        }
        let slot = Slot { start: self.arena.len(), length: bytes.len() as u32, id: self.ends.len() as u32 };
        self.arena.extend_from_slice(bytes);
        self.ends.push(self.arena.len());
        let arena = &self.arena;
        self.table.insert_unique(hash, slot, |slot| rapidhash_v3(slot.bytes(arena)));
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

#[cfg(test)]
mod tests {
    use super::*;

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
