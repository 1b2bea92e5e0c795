//! Byte strings to small numbers, in the order of arrival.

use hashbrown::HashTable;
use rapidhash::v3::rapidhash_v3;

/// Distinct byte strings; the first one gets 0.
#[derive(Default)]
pub(crate) struct Interner {
    table: HashTable<u32>,
    arena: Vec<u8>,
    ends: Vec<usize>,
}

impl Interner {
    /// The number of a byte string, and whether it is new.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> (u32, bool) {
        let hash = rapidhash_v3(bytes);
        let (arena, ends) = (&self.arena, &self.ends);
        let found = self.table.find(hash, |&id| bytes_of(arena, ends, id as usize) == bytes);
        if let Some(id) = found {
            return (*id, false);
        }
        let id = self.ends.len() as u32;
        self.arena.extend_from_slice(bytes);
        self.ends.push(self.arena.len());
        let (arena, ends) = (&self.arena, &self.ends);
        self.table.insert_unique(hash, id, |&id| rapidhash_v3(bytes_of(arena, ends, id as usize)));
        (id, true)
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
