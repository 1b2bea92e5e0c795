//! Byte strings to small numbers, in the order of arrival.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Distinct byte strings; the first one gets 0.
#[derive(Default)]
pub(crate) struct Interner {
    table: HashTable<Slot>,
    arena: Vec<u8>,
    ends: Vec<usize>,
}

/// What a string is told by: its length and its first 48 bytes. Most strings of an export are no longer, so that a look-up
/// touches one place in memory.
#[derive(Clone, Copy)]
struct Outline {
    words: [u64; WORDS],
    length: u32,
}

const WORDS: usize = 6;
const OUTLINED: usize = WORDS * 8;

#[derive(Clone, Copy)]
struct Slot {
    outline: Outline,
    id: u32,
}

/// A byte string where it lies. What lies behind it lets it be read in fixed steps, whatever its length.
#[derive(Clone, Copy, Default)]
pub(crate) struct Key<'k> {
    around: &'k [u8],
    start: usize,
    end: usize,
}

impl<'k> Key<'k> {
    /// The bytes of `around` from `start` to `end`.
    pub(crate) fn within(around: &'k [u8], start: usize, end: usize) -> Self {
        Self { around, start, end }
    }

    /// A byte string with nothing behind it.
    pub(crate) fn of(bytes: &'k [u8]) -> Self {
        Self::within(bytes, 0, bytes.len())
    }

    /// As text; empty where it is none.
    pub(crate) fn text(self) -> &'k str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// The bytes with zeros behind them and their number on top; `None` for more than 48.
    pub(crate) fn padded(self) -> Option<[u8; OUTLINED + 8]> {
        let length = self.end.saturating_sub(self.start);
        let mut padded = [0; OUTLINED + 8];
        let (chunks, _) = padded.as_chunks_mut::<8>();
        let words = self.words::<WORDS>().into_iter().chain([length as u64]);
        chunks.iter_mut().zip(words).for_each(|(chunk, word)| *chunk = word.to_le_bytes());
        (length <= OUTLINED).then_some(padded)
    }

    /// Its bytes alone.
    pub(crate) fn bytes(self) -> &'k [u8] {
        self.around.get(self.start..self.end).unwrap_or_default()
    }

    /// The first `8 * N` bytes, zeros behind the last one.
    fn words<const N: usize>(self) -> [u64; N] {
        let rest = self.around.get(self.start..).unwrap_or_default();
        let length = self.end.saturating_sub(self.start);
        if let Some((chunks, _)) = rest.get(..N * 8).map(<[u8]>::as_chunks::<8>)
            && let Ok(chunks) = <&[[u8; 8]; N]>::try_from(chunks)
        {
            let mut words = chunks.map(u64::from_le_bytes);
            for (place, word) in words.iter_mut().enumerate() {
                *word &= first_bytes(length.saturating_sub(place * 8));
            }
            return words;
        }
        let mut words = [0; N];
        for (word, bytes) in words.iter_mut().zip(self.bytes().chunks(8)) {
            let mut all = [0; 8];
            all[..bytes.len()].copy_from_slice(bytes);
            *word = u64::from_le_bytes(all);
        }
        words
    }
}

/// Ones over the first so many bytes of a word.
fn first_bytes(count: usize) -> u64 {
    if count >= 8 { u64::MAX } else { (1 << (8 * count)) - 1 }
}

impl Outline {
    fn of(key: Key<'_>) -> Self {
        Self { words: key.words(), length: (key.end - key.start) as u32 }
    }

    /// Whether both are the same; in words, since a call to compare 48 bytes takes longer than that.
    fn is(&self, other: &Self) -> bool {
        let differing = self.words.iter().zip(&other.words).fold(0, |bits, (a, b)| bits | (a ^ b));
        differing == 0 && self.length == other.length
    }

    /// The bytes that it does not show.
    fn rest(bytes: &[u8]) -> &[u8] {
        bytes.get(OUTLINED..).unwrap_or_default()
    }

    /// Equal for equal strings, and spread over 64 bits.
    #[inline]
    fn hash(&self, bytes: &[u8]) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        for pair in self.words.chunks(2) {
            hasher.write_u128(u128::from(pair[0]) << 64 | u128::from(pair[1]));
        }
        hasher.write_u32(self.length);
        if self.length as usize > OUTLINED {
            hasher.write(Self::rest(bytes));
        }
        hasher.finish()
    }
}

impl Interner {
    /// The number of a byte string, and whether it is new.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> (u32, bool) {
        self.intern_key(Key::of(bytes))
    }

    /// The number of a byte string in its place, and whether it is new.
    pub(crate) fn intern_key(&mut self, key: Key<'_>) -> (u32, bool) {
        let bytes = key.bytes();
        let outline = Outline::of(key);
        let hash = outline.hash(bytes);
        let (arena, ends) = (&self.arena, &self.ends);
        let is_same = |slot: &Slot| {
            slot.outline.is(&outline)
                && (bytes.len() <= OUTLINED
                    || Outline::rest(bytes_of(arena, ends, slot.id as usize)) == Outline::rest(bytes))
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

    /// How many strings there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The string of a number, where there is one.
    pub(crate) fn bytes(&self, id: usize) -> Option<&[u8]> {
        (id < self.ends.len()).then(|| bytes_of(&self.arena, &self.ends, id))
    }

    /// The strings under their numbers; none can be looked for any more. The table takes more room than the strings, and a
    /// large run has hundreds of them.
    pub(crate) fn into_texts(mut self) -> Self {
        self.table = HashTable::new();
        self.arena.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    /// A string that is valid UTF-8; empty for one that is not.
    pub(crate) fn get(&self, id: u32) -> &str {
        std::str::from_utf8(bytes_of(&self.arena, &self.ends, id as usize)).unwrap_or_default()
    }

    /// The strings one behind the other, and where each ends.
    pub(crate) fn arena(&self) -> (&[u8], &[usize]) {
        (&self.arena, &self.ends)
    }

    /// Strings that are known to be distinct, under their numbers. None of them can be looked for afterwards: there is no
    /// table.
    pub(crate) fn of_texts<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut interner = Self::default();
        for text in texts {
            interner.arena.extend_from_slice(text);
            interner.ends.push(interner.arena.len());
        }
        interner
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
    pub(crate) fn get(&self, cell: Key<'_>) -> Option<u32> {
        let key = Self::key(cell)?;
        let (known, id) = self.0[Self::slot(key)];
        (known == key).then_some(id)
    }

    /// Remembers the number of a cell of up to 15 bytes.
    pub(crate) fn put(&mut self, cell: Key<'_>, id: u32) {
        if let Some(key) = Self::key(cell) {
            self.0[Self::slot(key)] = (key, id);
        }
    }

    /// The bytes and, on top, how many they are.
    fn key(cell: Key<'_>) -> Option<u128> {
        let length = cell.end - cell.start;
        let [low, high] = cell.words();
        (length < 16).then_some(u128::from(low) | u128::from(high | (length as u64) << 56) << 64)
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
        let key = |cell: &'static str| Key::of(cell.as_bytes());
        assert_eq!(cells.get(key("")), None);
        for (id, cell) in ["", "0", "2024-01-31", "fifteen letters"].into_iter().enumerate() {
            cells.put(key(cell), id as u32);
            assert_eq!(cells.get(key(cell)), Some(id as u32));
        }
        cells.put(key("sixteen letters!"), 9);
        assert_eq!(cells.get(key("sixteen letters!")), None);
        assert_eq!(cells.get(key("2024-01-3")), None);
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
    fn a_string_is_the_same_wherever_it_lies() {
        let text: Vec<u8> = (0..120).collect();
        let (mut interner, mut cells) = (Interner::default(), ShortCells::default());
        for length in 0..60 {
            let alone = &text[7..7 + length];
            let (id, _) = interner.intern(alone);
            assert_eq!(interner.intern_key(Key::within(&text, 7, 7 + length)), (id, false));
            assert_eq!(interner.intern_key(Key::within(&text[..7 + length], 7, 7 + length)), (id, false));
            cells.put(Key::of(alone), id);
            assert_eq!(cells.get(Key::within(&text, 7, 7 + length)), (length < 16).then_some(id));
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
