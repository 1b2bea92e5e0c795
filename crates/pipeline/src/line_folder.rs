//! The ledger's lines on disk, where they are too many for memory: a file a partition, in it the lines of each slice.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use chipwatch_enrichment::counting::LineShelf;
use chipwatch_records::{KeptLine, LINE_WORDS};
use lz4_flex::block::{compress, decompress};

/// So many lines are packed together.
const LINES_OF_A_BLOCK: usize = 16_384;

/// A folder of packed lines, which goes with it. Its files are read by the run that wrote them, and by no other.
pub(crate) struct LineFolder {
    folder: PathBuf,
    files: Mutex<Vec<LineFile>>,
    bytes: AtomicU64,
}

/// One file, and where in it the blocks of each place lie.
#[derive(Clone)]
struct LineFile {
    path: PathBuf,
    places: Vec<Vec<Block>>,
}

#[derive(Clone, Copy)]
struct Block {
    start: u64,
    bytes: usize,
    lines: usize,
}

impl LineFolder {
    /// A shelf in a new folder.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub(crate) fn create(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), files: Mutex::default(), bytes: AtomicU64::new(0) })
    }

    fn files(&self) -> Result<MutexGuard<'_, Vec<LineFile>>, String> {
        self.files.lock().map_err(|_| "a counting thread failed".to_owned())
    }

    /// The files that have lines of a place, and the blocks of these.
    fn blocks(&self, place: usize) -> Result<Vec<(PathBuf, Vec<Block>)>, String> {
        let of = |file: &LineFile| Some((file.path.clone(), file.places.get(place)?.clone()));
        Ok(self.files()?.iter().filter_map(of).filter(|(_, blocks)| !blocks.is_empty()).collect())
    }
}

impl LineShelf for LineFolder {
    fn put(&self, lines: Vec<Vec<KeptLine>>) -> Result<(), String> {
        let path = {
            let mut files = self.files()?;
            let path = self.folder.join(format!("{}.lines", files.len()));
            // Its name is taken, its places are told when they are written.
            files.push(LineFile { path: path.clone(), places: Vec::new() });
            path
        };
        let (places, bytes) = write(&path, &lines).map_err(|error| format!("{}: {error}", path.display()))?;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut files = self.files()?;
        let file = files.iter_mut().find(|file| file.path == path);
        file.ok_or("a file of lines is lost")?.places = places;
        Ok(())
    }

    fn show(&self, place: usize, see: &mut dyn FnMut(&[KeptLine])) -> Result<(), String> {
        let mut lines = Vec::new();
        for (path, blocks) in self.blocks(place)? {
            for block in blocks {
                lines.clear();
                read(&path, &[block], &mut lines)?;
                see(&lines);
            }
        }
        Ok(())
    }

    fn take(&self, place: usize) -> Result<Vec<Vec<KeptLine>>, String> {
        let read_file = |(path, blocks): (PathBuf, Vec<Block>)| {
            let mut lines = Vec::with_capacity(blocks.iter().map(|block| block.lines).sum());
            read(&path, &blocks, &mut lines)?;
            Ok(lines)
        };
        self.blocks(place)?.into_iter().map(read_file).collect()
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn clear(&self) {
        // What is left behind is swept by the next run.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Drop for LineFolder {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Writes lines by place; says where they are, and how many bytes they take.
fn write(path: &Path, lines: &[Vec<KeptLine>]) -> std::io::Result<(Vec<Vec<Block>>, u64)> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut start = 0;
    let mut columns = Vec::new();
    let mut places = Vec::with_capacity(lines.len());
    for lines in lines {
        let mut blocks = Vec::new();
        for lines in lines.chunks(LINES_OF_A_BLOCK) {
            by_column(lines, &mut columns);
            let packed = compress(&columns);
            file.write_all(&packed)?;
            blocks.push(Block { start, bytes: packed.len(), lines: lines.len() });
            start += packed.len() as u64;
        }
        places.push(blocks);
    }
    file.flush()?;
    Ok((places, start))
}

/// The words of lines, one column behind the other: values of a column are alike, and pack well.
fn by_column(lines: &[KeptLine], columns: &mut Vec<u8>) {
    columns.clear();
    columns.resize(lines.len() * LINE_WORDS * 4, 0);
    let (words, _) = columns.as_chunks_mut::<4>();
    for (row, line) in lines.iter().enumerate() {
        for (column, word) in line.words().into_iter().enumerate() {
            words[column * lines.len() + row] = word.to_le_bytes();
        }
    }
}

fn read(path: &Path, blocks: &[Block], into: &mut Vec<KeptLine>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let damaged = || format!("{}: lines that were put aside are damaged", path.display());
    let mut file = File::open(path).map_err(failed)?;
    let mut packed = Vec::new();
    for block in blocks {
        packed.resize(block.bytes, 0);
        file.seek(SeekFrom::Start(block.start)).map_err(failed)?;
        file.read_exact(&mut packed).map_err(failed)?;
        let columns = decompress(&packed, block.lines * LINE_WORDS * 4).map_err(|_| damaged())?;
        let (words, _) = columns.as_chunks::<4>();
        if words.len() != block.lines * LINE_WORDS {
            return Err(damaged());
        }
        for row in 0..block.lines {
            let word = |column: usize| u32::from_le_bytes(words[column * block.lines + row]);
            into.push(KeptLine::of_words(std::array::from_fn(word)).ok_or_else(damaged)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32) -> KeptLine {
        let mut words = [number % 5; LINE_WORDS];
        // The physical line; and the kinds, which are a sale's delivery.
        (words[14], words[18]) = (number, 0);
        KeptLine::of_words(words).unwrap()
    }

    fn lines(numbers: std::ops::Range<u32>) -> Vec<KeptLine> {
        numbers.map(line).collect()
    }

    #[test]
    fn lines_come_back_from_their_place_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let shelf = LineFolder::create(&path).unwrap();
        // More than two blocks in one place, none in another.
        let many = 2 * LINES_OF_A_BLOCK as u32 + 5;
        shelf.put(vec![lines(0..3), Vec::new(), lines(10..10 + many)]).unwrap();
        shelf.put(vec![lines(3..4)]).unwrap();
        assert!(shelf.bytes() > 0);
        let mut shown = Vec::new();
        shelf.show(2, &mut |some| shown.extend_from_slice(some)).unwrap();
        assert_eq!(shown, lines(10..10 + many));
        assert_eq!(shelf.take(0).unwrap(), [lines(0..3), lines(3..4)]);
        assert!(shelf.take(1).unwrap().is_empty() && shelf.take(3).unwrap().is_empty());
        assert_eq!(shelf.take(2).unwrap(), [lines(10..10 + many)]);
        drop(shelf);
        assert!(!path.exists());
    }

    #[test]
    fn lines_that_are_not_what_was_written_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = LineFolder::create(folder.path()).unwrap();
        shelf.put(vec![lines(0..100)]).unwrap();
        let path = folder.path().join("0.lines");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, vec![0xff; whole.len()]).unwrap();
        assert!(shelf.take(0).unwrap_err().contains("0.lines"));
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(shelf.show(0, &mut |_| ()).is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(shelf.take(0).is_err());
    }
}
