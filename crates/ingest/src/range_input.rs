//! A range of a file, block by block: each block is hashed and split while it lies in the processor's cache.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use crate::range_hash::{RangeHash, RangeHasher};
use crate::rows::LONGEST_RECORD;

/// So many bytes are read at once.
const BLOCK: usize = 64 << 10;
/// Behind the range's end only the rest of its last record is wanted.
const BLOCK_BEHIND: usize = 16 << 10;

/// The bytes of a range, and as many behind it as its last record needs.
pub(crate) struct RangeInput {
    file: File,
    hasher: RangeHasher,
    buffer: Vec<u8>,
    /// How much of the buffer is filled.
    held: usize,
    /// Where in the file the buffer's first byte stands.
    base: u64,
    range: Range<u64>,
    ended: bool,
}

/// Text of the same length as the bytes it was made of.
pub(crate) struct BlockText<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Places of bytes that are no UTF-8, for which question marks stand, and of NUL bytes.
    pub(crate) invalid: Vec<usize>,
}

impl RangeInput {
    /// Opens a range of a file that has `length` bytes.
    pub(crate) fn open(path: &Path, range: Range<u64>, length: u64) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(range.start))?;
        let hasher = RangeHasher::new(range.start, range == (0..length));
        let buffer = vec![0; BLOCK + (BLOCK >> 2)];
        Ok(Self { file, hasher, buffer, held: 0, base: range.start, range, ended: false })
    }

    /// Drops the first `used` bytes and reads on.
    pub(crate) fn advance(&mut self, used: usize) -> std::io::Result<()> {
        self.buffer.copy_within(used..self.held, 0);
        self.held -= used;
        self.base += used as u64;
        let at = self.base + self.held as u64;
        let left = usize::try_from(self.range.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = if left > 0 { left.min(BLOCK) } else { BLOCK_BEHIND };
        if self.buffer.len() < self.held + wanted {
            self.buffer.resize((self.held + wanted).next_power_of_two(), 0);
        }
        let target = &mut self.buffer[self.held..self.held + wanted];
        let mut filled = 0;
        while filled < target.len() {
            match self.file.read(&mut target[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        if left > 0 {
            self.hasher.update(&target[..filled]);
        }
        self.ended = filled < wanted;
        self.held += filled;
        Ok(())
    }

    /// What is held of the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.held]
    }

    /// Where in the file the first byte held stands.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// Whether the file ends with what is held.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Where in what is held the range ends: records that start behind it are another range's. `None` where all do.
    pub(crate) fn stop(&self) -> Option<usize> {
        let left = self.range.end.checked_sub(self.base)?;
        Some(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// What can be split: whole lines, unless the file ends or a line is longer than any record can be.
    pub(crate) fn text(&self) -> BlockText<'_> {
        let held = self.bytes();
        let lines = if self.ended { Some(held.len()) } else { memchr::memrchr(b'\n', held).map(|at| at + 1) };
        let is_too_long = held.len() > 2 * LONGEST_RECORD;
        BlockText::of(&held[..lines.unwrap_or(if is_too_long { last_character(held) } else { 0 })])
    }

    /// Goes behind the first line end and the blank lines that follow it: where a record starts, if that line end is not
    /// within quotes.
    pub(crate) fn pass_first_line_end(&mut self) -> std::io::Result<()> {
        let mut passed = false;
        while !self.ended || self.held > 0 {
            if !passed {
                let line_end = memchr::memchr(b'\n', self.bytes());
                passed = line_end.is_some();
                self.drop_front(line_end.map_or(self.held, |at| at + 1));
            }
            if passed {
                let blank = self.bytes().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                self.drop_front(blank);
                if self.held > 0 {
                    return Ok(());
                }
            }
            if !self.ended {
                self.advance(0)?;
            }
        }
        Ok(())
    }

    /// Goes to a byte of the file behind those dropped so far.
    pub(crate) fn pass_to(&mut self, offset: u64) -> std::io::Result<()> {
        while self.base < offset && (self.held > 0 || !self.ended) {
            let wanted = usize::try_from(offset - self.base).unwrap_or(usize::MAX);
            self.drop_front(wanted.min(self.held));
            if self.held == 0 && !self.ended {
                self.advance(0)?;
            }
        }
        Ok(())
    }

    fn drop_front(&mut self, bytes: usize) {
        self.buffer.copy_within(bytes..self.held, 0);
        self.held -= bytes;
        self.base += bytes as u64;
    }

    /// The hash of the range; whatever of it was not read is read now.
    pub(crate) fn hash(mut self) -> std::io::Result<RangeHash> {
        while !self.ended && self.base + (self.held as u64) < self.range.end {
            self.advance(self.held)?;
        }
        Ok(self.hasher.finish())
    }
}

/// Behind the last whole character: a block may cut one in two.
fn last_character(bytes: &[u8]) -> usize {
    let tail = bytes.iter().rev().take(4).take_while(|byte| **byte & 0xc0 == 0x80).count();
    bytes.len().saturating_sub(tail + 1)
}

impl<'a> BlockText<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self { text: Cow::Borrowed(text), invalid: memchr::memchr_iter(0, bytes).collect() };
        }
        let mut text = String::with_capacity(bytes.len());
        let mut invalid = Vec::new();
        for chunk in bytes.utf8_chunks() {
            invalid.extend(memchr::memchr_iter(0, chunk.valid().as_bytes()).map(|place| text.len() + place));
            text.push_str(chunk.valid());
            invalid.extend(text.len()..text.len() + chunk.invalid().len());
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
        Self { text: Cow::Owned(text), invalid }
    }

    /// Whether some bytes of a range are no UTF-8, or NUL.
    pub(crate) fn is_invalid(&self, range: Range<usize>) -> bool {
        let first = self.invalid.partition_point(|place| *place < range.start);
        self.invalid.get(first).is_some_and(|place| *place < range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_keep_their_places() {
        let block = BlockText::of(b"a\xffb\xe4\xb8\nok");
        assert_eq!((&*block.text, block.text.len()), ("a?b??\nok", 8));
        assert!(BlockText::of(b"a\0b").is_invalid(0..3) && BlockText::of(b"a\xff\0b").is_invalid(2..3));
        assert!(block.is_invalid(0..5) && !block.is_invalid(5..8) && !block.is_invalid(2..3));
    }

    #[test]
    fn a_range_is_read_from_line_end_to_line_end_and_hashed_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.csv");
        let text = "a,b\n1,2\n\n\r\n3,4\n".repeat(300);
        std::fs::write(&path, &text).unwrap();
        let length = text.len() as u64;
        let mut input = RangeInput::open(&path, 1_024..2_048, length).unwrap();
        input.advance(0).unwrap();
        input.pass_first_line_end().unwrap();
        let start = input.base() as usize;
        assert!(text[..start].ends_with('\n') && !text[start..].starts_with(['\r', '\n']));
        assert!(start > 1_024 && start < 1_024 + 16);
        assert_eq!(input.stop(), Some(2_048 - start));
        input.pass_to(1_500).unwrap();
        assert_eq!(input.base(), 1_500);
        assert!(matches!(input.hash().unwrap(), RangeHash::Subtree(_)));
        let whole = RangeInput::open(&path, 0..length, length).unwrap().hash().unwrap();
        assert!(matches!(whole, RangeHash::Whole(hash) if hash == blake3::hash(text.as_bytes())));
    }
}
