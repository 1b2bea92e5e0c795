//! The hash of a file from the hashes of its ranges: BLAKE3 is a tree, so each range can be hashed where it is read.

use blake3::hazmat::{ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

/// Hashes one range of a file.
pub(crate) struct RangeHasher {
    hasher: blake3::Hasher,
    is_whole: bool,
}

/// What a range adds to the hash of its file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RangeHash {
    /// The range is the file.
    Whole(blake3::Hash),
    /// A subtree.
    Subtree(ChainingValue),
}

impl RangeHasher {
    /// A hasher of the range that starts at `start`; all ranges but the last have the same length, a power of two of at
    /// least 1,024 bytes.
    pub(crate) fn new(start: u64, is_whole: bool) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(start);
        Self { hasher, is_whole }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    pub(crate) fn finish(&self) -> RangeHash {
        if self.is_whole {
            RangeHash::Whole(self.hasher.finalize())
        } else {
            RangeHash::Subtree(self.hasher.finalize_non_root())
        }
    }
}

/// The hash of the file whose ranges these are, in their order; `None` for no range.
pub(crate) fn combine(ranges: &[RangeHash]) -> Option<blake3::Hash> {
    match ranges {
        [] => None,
        [RangeHash::Whole(hash)] => Some(*hash),
        [_] => None,
        ranges => {
            let (left, right) = ranges.split_at(left_of(ranges.len()));
            Some(merge_subtrees_root(&subtree(left)?, &subtree(right)?, Mode::Hash))
        }
    }
}

/// The left subtree is the largest whole one that leaves something to the right.
fn left_of(ranges: usize) -> usize {
    ranges.next_power_of_two() / 2
}

fn subtree(ranges: &[RangeHash]) -> Option<ChainingValue> {
    match ranges {
        [RangeHash::Subtree(value)] => Some(*value),
        [] | [RangeHash::Whole(_)] => None,
        ranges => {
            let (left, right) = ranges.split_at(left_of(ranges.len()));
            Some(merge_subtrees_non_root(&subtree(left)?, &subtree(right)?, Mode::Hash))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_the_ranges_is_that_of_the_file() {
        const RANGE: usize = 2_048;
        for length in [1, 1_024, 2_048, 2_049, 4_096, 4_097, 6_144, 9_000, 20_480, 33_000] {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let ranges: Vec<RangeHash> = bytes
                .chunks(RANGE)
                .enumerate()
                .map(|(index, range)| {
                    let mut hasher = RangeHasher::new((index * RANGE) as u64, length <= RANGE);
                    range.chunks(700).for_each(|piece| hasher.update(piece));
                    hasher.finish()
                })
                .collect();
            assert_eq!(combine(&ranges), Some(blake3::hash(&bytes)), "{length} bytes");
        }
        assert_eq!(combine(&[]), None);
    }
}
