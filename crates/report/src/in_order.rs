//! Rendering in parallel, writing in order, within bounded memory.

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

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
