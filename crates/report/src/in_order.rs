//! Rendering in parallel, writing in order, within bounded memory.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use rayon::prelude::*;

use crate::ReportError;

/// A file of the report folder that is being written.
pub(crate) struct OutFile {
    path: PathBuf,
    file: File,
}

impl OutFile {
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self, ReportError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|source| ReportError::io(&path, source))?;
        Ok(Self { path, file })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ReportError> {
        self.file.write_all(bytes).map_err(|source| ReportError::io(&self.path, source))
    }
}

/// A file of hundreds of megabytes, written by a thread of its own.
///
/// The thread sends what it has written to the disk step by step and lets the system forget it. So little is left to wait
/// for when the folder is published, the same few pages of memory serve the whole file, and a nightly run does not
/// push everything else out of the system's file cache.
pub(crate) struct LargeFile {
    path: PathBuf,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<()>>,
}

/// After so many bytes a file is sent to the disk.
const SYNC_EVERY: u64 = 16 << 20;
/// So many buffers may wait for the thread.
const WAITING: usize = 24;

impl LargeFile {
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self, ReportError> {
        let OutFile { path, file } = OutFile::create(folder, name)?;
        let (full, to_write) = sync_channel(WAITING);
        let (written, empty) = channel();
        let thread = std::thread::spawn(move || write_all(file, &to_write, &written));
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

fn write_all(mut file: File, full: &Receiver<Vec<u8>>, empty: &Sender<Vec<u8>>) -> io::Result<()> {
    let (mut at, mut synced) = (0, 0);
    for buffer in full {
        file.write_all(&buffer)?;
        at += buffer.len() as u64;
        // Nobody waits for the last buffers.
        let _ = empty.send(buffer);
        if at - synced >= SYNC_EVERY {
            file.sync_data()?;
            forget(&file, synced, at);
            synced = at;
        }
    }
    Ok(())
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

/// Renders each piece into a buffer, several at a time, and takes the buffers in the order of the pieces.
/// Buffers are used again, so memory is bounded by the number of threads and the size of a piece.
pub(crate) fn in_order<T: Sync, B: Default + Send + Sync>(
    pieces: &[T],
    render: impl Fn(&T, &mut B) + Sync,
    mut take: impl FnMut(&mut B) -> Result<(), ReportError> + Send,
) -> Result<(), ReportError> {
    let width = rayon::current_num_threads() * 8;
    let mut filling: Vec<B> = (0..width).map(|_| B::default()).collect();
    let mut rendered: Vec<B> = (0..width).map(|_| B::default()).collect();
    let mut ready = 0;
    for batch in pieces.chunks(width) {
        // The buffers of one batch are taken while those of the next are filled.
        let (taken, ()) = rayon::join(
            || rendered[..ready].iter_mut().try_for_each(&mut take),
            || filling.par_iter_mut().zip(batch).for_each(|(buffer, piece)| render(piece, buffer)),
        );
        taken?;
        std::mem::swap(&mut filling, &mut rendered);
        ready = batch.len();
    }
    rendered[..ready].iter_mut().try_for_each(take)
}

/// Writes a CSV file whose rows are rendered by their index.
pub(crate) fn write_rows(
    folder: &Path,
    name: &str,
    header: &str,
    rows: usize,
    render: impl Fn(usize, &mut Vec<u8>) + Sync,
) -> Result<(), ReportError> {
    let mut file = OutFile::create(folder, name)?;
    file.write(header.as_bytes())?;
    file.write(b"\n")?;
    in_order(
        &ranges(rows, 2_048),
        |range: &Range<usize>, buffer: &mut Vec<u8>| {
            buffer.clear();
            range.clone().for_each(|row| render(row, buffer));
        },
        |buffer| file.write(buffer),
    )
}

/// `0..len` in ranges of at most `size`.
pub(crate) fn ranges(len: usize, size: usize) -> Vec<Range<usize>> {
    (0..len).step_by(size).map(|start| start..len.min(start + size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_taken_in_their_order_whatever_the_threads() {
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let pieces = ranges(1_000, 3);
            let mut seen = Vec::new();
            pool.install(|| {
                in_order(
                    &pieces,
                    |range, buffer: &mut Vec<usize>| *buffer = range.clone().collect(),
                    |buffer| {
                        seen.extend_from_slice(buffer);
                        Ok(())
                    },
                )
            })
            .unwrap();
            assert_eq!(seen, (0..1_000).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_to_render_is_no_error() {
        in_order(&[] as &[u8], |_, _: &mut Vec<u8>| {}, |_| Ok(())).unwrap();
    }
}
