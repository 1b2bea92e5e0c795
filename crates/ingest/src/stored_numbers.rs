//! Document numbers of a part on disk: most are never asked for again, and those that are cited are read one by one.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use chipwatch_records::{DocumentNumbers, StoredNumbers};

/// Numbers that are read together. Each has its length in front.
const NUMBERS_OF_A_BLOCK: usize = 32;

#[derive(Debug)]
struct NumberFile {
    path: PathBuf,
    file: Mutex<File>,
    /// Where each block starts, and where the last one ends.
    starts: Vec<u64>,
    failed: OnceLock<String>,
}

/// Moves numbers to a file that stays open.
///
/// # Errors
/// In plain words, where it cannot be written.
pub(crate) fn store(numbers: &DocumentNumbers, path: &Path) -> Result<DocumentNumbers, String> {
    let rows = numbers.len();
    let starts = write(numbers, path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (path, failed) = (path.to_owned(), OnceLock::new());
    let at = Arc::new(NumberFile { path, file: Mutex::new(file), starts, failed });
    Ok(DocumentNumbers::Stored { rows, at })
}

fn write(numbers: &DocumentNumbers, path: &Path) -> std::io::Result<Vec<u64>> {
    let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
    let (mut starts, mut at, mut row) = (Vec::new(), 0, 0_usize);
    let mut written = Ok(());
    numbers.each(&mut |number| {
        if row.is_multiple_of(NUMBERS_OF_A_BLOCK) {
            starts.push(at);
        }
        row += 1;
        at += 4 + number.len() as u64;
        if written.is_ok() {
            let length = (number.len() as u32).to_le_bytes();
            written = file.write_all(&length).and_then(|()| file.write_all(number.as_bytes()));
        }
    });
    written?;
    starts.push(at);
    file.flush()?;
    Ok(starts)
}

impl NumberFile {
    /// The bytes of a block.
    fn block(&self, block: usize) -> Result<Vec<u8>, String> {
        let (Some(start), Some(end)) = (self.starts.get(block), self.starts.get(block + 1)) else {
            return Err(damaged());
        };
        let mut bytes = vec![0; (end - start) as usize];
        let mut file = self.file.lock().map_err(|_| "a thread failed".to_owned())?;
        file.seek(SeekFrom::Start(*start)).map_err(|error| error.to_string())?;
        file.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    fn read(&self, row: usize) -> Result<String, String> {
        let bytes = self.block(row / NUMBERS_OF_A_BLOCK)?;
        let mut rest = bytes.as_slice();
        for _ in 0..row % NUMBERS_OF_A_BLOCK {
            rest = split(rest).ok_or_else(damaged)?.1;
        }
        let (number, _) = split(rest).ok_or_else(damaged)?;
        String::from_utf8(number.to_vec()).map_err(|_| damaged())
    }

    fn read_all(&self, see: &mut dyn FnMut(&str)) -> Result<(), String> {
        for block in 0..self.starts.len().saturating_sub(1) {
            let bytes = self.block(block)?;
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (number, behind) = split(rest).ok_or_else(damaged)?;
                see(std::str::from_utf8(number).map_err(|_| damaged())?);
                rest = behind;
            }
        }
        Ok(())
    }

    /// The first reason is enough: the run ends without a report.
    fn fail(&self, why: &str) {
        let _ = self.failed.set(format!("{}: {why}", self.path.display()));
    }
}

fn damaged() -> String {
    "numbers of documents that were put aside are damaged".to_owned()
}

/// The first number and what lies behind it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

impl StoredNumbers for NumberFile {
    fn number(&self, row: usize) -> String {
        self.read(row).unwrap_or_else(|why| {
            self.fail(&why);
            String::new()
        })
    }

    fn each(&self, see: &mut dyn FnMut(&str)) {
        if let Err(why) = self.read_all(see) {
            self.fail(&why);
        }
    }

    fn failure(&self) -> Option<&str> {
        self.failed.get().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use chipwatch_records::DocumentTable;

    use super::*;

    fn stored(folder: &Path, rows: usize) -> (Vec<String>, DocumentNumbers) {
        let numbers: Vec<String> = (0..rows).map(|row| "ü".repeat(row % 7) + &row.to_string()).collect();
        let mut table = DocumentTable::default();
        for number in &numbers {
            table.push(0, number);
        }
        (numbers, store(&table.numbers, &folder.join("a.numbers")).unwrap())
    }

    #[test]
    fn every_number_comes_back_whatever_is_asked_before_it() {
        let folder = tempfile::tempdir().unwrap();
        for rows in [0, 1, 31, 32, 33, 200] {
            let (numbers, stored) = stored(folder.path(), rows);
            assert_eq!(stored.len(), rows);
            for row in (0..rows).rev() {
                assert_eq!(stored.number(row), numbers[row]);
            }
            let mut all = Vec::new();
            stored.each(&mut |number| all.push(number.to_owned()));
            assert_eq!(all, numbers);
            assert_eq!(stored.failure(), None);
        }
    }

    #[test]
    fn a_number_that_cannot_be_read_is_a_failure_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (_, stored) = stored(folder.path(), 100);
        std::fs::write(folder.path().join("a.numbers"), [0xff; 40]).unwrap();
        assert_eq!(stored.number(3), "");
        assert!(stored.failure().unwrap().contains("a.numbers"));
    }
}
