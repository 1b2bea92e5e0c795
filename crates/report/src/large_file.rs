//! Files of hundreds of megabytes.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use crate::ReportError;

/// A large file, written by a thread of its own past the system's file cache.
///
/// The bytes go from one small buffer straight to the disk. So nothing is left to wait for when the folder is published,
/// no memory is filled page by page with what nobody reads soon, and a nightly run does not push everything else out of
/// the file cache. Where the file system cannot do that, the file is sent to the disk step by step and then forgotten.
pub(crate) struct LargeFile {
    path: PathBuf,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<()>>,
}

/// So many buffers may wait for the thread.
const WAITING: usize = 24;

impl LargeFile {
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self, ReportError> {
        let path = folder.join(name);
        let disk = Disk::create(&path).map_err(|source| ReportError::io(&path, source))?;
        let (full, to_write) = sync_channel(WAITING);
        let (written, empty) = channel();
        let thread = std::thread::spawn(move || write_all(disk, &to_write, &written));
        Ok(Self { path, full, empty, thread })
    }

    /// Hands the bytes of a buffer over; the buffer is empty afterwards.
    pub(crate) fn put(&mut self, bytes: &mut Vec<u8>) {
        let mut empty = self.empty.try_recv().unwrap_or_default();
        empty.clear();
        // A thread that has ended met an error, which `finish` tells.
        let _ = self.full.send(std::mem::replace(bytes, empty));
    }

    /// Waits for the last byte.
    ///
    /// # Errors
    /// What the thread met.
    pub(crate) fn finish(self) -> Result<(), ReportError> {
        let Self { path, full, thread, .. } = self;
        drop(full);
        let ended = thread.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread ended early")));
        ended.map_err(|source| ReportError::io(&path, source))
    }
}

fn write_all(mut disk: Disk, full: &Receiver<Vec<u8>>, empty: &Sender<Vec<u8>>) -> io::Result<()> {
    let mut staged = Staged::new();
    for buffer in full {
        let mut rest = buffer.as_slice();
        while !rest.is_empty() {
            rest = staged.take(rest);
            if staged.is_full() {
                disk.write(staged.bytes())?;
                staged.length = 0;
            }
        }
        // Nobody waits for the last buffers.
        let _ = empty.send(buffer);
    }
    disk.finish(staged.bytes())
}

/// Bytes gathered where and as the disk wants them: at a whole block, and whole blocks of them.
struct Staged {
    bytes: Vec<u8>,
    start: usize,
    length: usize,
}

impl Staged {
    /// The blocks of the usual disks are this long, or divide it.
    const BLOCK: usize = 4_096;
    const LENGTH: usize = 4 << 20;

    fn new() -> Self {
        let bytes = vec![0; Self::LENGTH + Self::BLOCK];
        let start = bytes.as_ptr().align_offset(Self::BLOCK).min(Self::BLOCK);
        Self { bytes, start, length: 0 }
    }

    /// Takes what there is room for, and hands back the rest.
    fn take<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (taken, rest) = bytes.split_at(bytes.len().min(Self::LENGTH - self.length));
        let at = self.start + self.length;
        self.bytes[at..at + taken.len()].copy_from_slice(taken);
        self.length += taken.len();
        rest
    }

    fn is_full(&self) -> bool {
        self.length == Self::LENGTH
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }
}

/// A file, and how it is written.
struct Disk {
    file: File,
    /// Whether writing goes past the file cache.
    is_direct: bool,
    at: u64,
    synced: u64,
}

impl Disk {
    /// After so many bytes a file that goes through the cache is sent to the disk.
    const SYNC_EVERY: u64 = 16 << 20;

    fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path)?;
        let is_direct = set_direct(&file, true);
        Ok(Self { file, is_direct, at: 0, synced: 0 })
    }

    /// Writes whole blocks.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.file.write_all(bytes) {
            // The file system took the wish, and cannot fulfil it.
            Err(error) if self.is_direct && self.at == 0 && error.kind() == ErrorKind::InvalidInput => {
                self.go_through_cache()?;
                self.file.rewind()?;
                self.file.write_all(bytes)?;
            }
            written => written?,
        }
        self.at += bytes.len() as u64;
        if !self.is_direct && self.at - self.synced >= Self::SYNC_EVERY {
            self.file.sync_data()?;
            forget(&self.file, self.synced, self.at);
            self.synced = self.at;
        }
        Ok(())
    }

    /// Writes what is left, of any length.
    fn finish(mut self, bytes: &[u8]) -> io::Result<()> {
        self.go_through_cache()?;
        self.file.write_all(bytes)
    }

    fn go_through_cache(&mut self) -> io::Result<()> {
        if self.is_direct && !set_direct(&self.file, false) {
            return Err(io::Error::other("the file cannot be written through the system's cache"));
        }
        self.is_direct = false;
        Ok(())
    }
}

/// Whether a file now does as it is told.
#[cfg(target_os = "linux")]
fn set_direct(file: &File, direct: bool) -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let Ok(mut flags) = fcntl_getfl(file) else { return false };
    flags.set(OFlags::DIRECT, direct);
    fcntl_setfl(file, flags).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn set_direct(_: &File, direct: bool) -> bool {
    !direct
}

/// Lets the system's file cache forget a range that is on the disk.
#[cfg(target_os = "linux")]
fn forget(file: &File, from: u64, to: u64) {
    // A wish: where it is not granted, the pages stay until the system needs them.
    let length = std::num::NonZeroU64::new(to - from);
    let _ = rustix::fs::fadvise(file, from, length, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn forget(_: &File, _: u64, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of pieces of awkward lengths, with and without the system's cache.
    fn written(folder: &Path, pieces: &[Vec<u8>], direct: bool) -> Vec<u8> {
        let path = folder.join("large");
        let mut disk = Disk::create(&path).unwrap();
        if !direct {
            disk.go_through_cache().unwrap();
        }
        let (full, to_write) = channel();
        let (emptied, _empty) = channel();
        pieces.iter().for_each(|piece| full.send(piece.clone()).unwrap());
        drop(full);
        write_all(disk, &to_write, &emptied).unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn every_byte_arrives_once_and_in_order_past_the_cache_or_through_it() {
        let folder = tempfile::tempdir().unwrap();
        let lengths = [0, 1, 4_095, 4_096, Staged::LENGTH - 1, Staged::LENGTH, 3, 2 * Staged::LENGTH + 5];
        let piece = |(seed, length): (usize, usize)| (0..length).map(|at| (at * 31 + seed) as u8).collect();
        let pieces: Vec<Vec<u8>> = (1..).zip(lengths).map(piece).collect();
        for direct in [true, false] {
            assert!(written(folder.path(), &pieces, direct) == pieces.concat(), "direct: {direct}");
            assert!(written(folder.path(), &[], direct).is_empty());
        }
    }
}
