//! The container of old workbooks (`.xls`): a file of sectors, and a table that says which sector follows which.
//!
//! calamine follows a chain of sectors that goes round in a circle until the memory is full, and that no thread of its own
//! can catch. The crate `cfb` would refuse such a file, and with it many that Excel opens: it is strict about all the rest.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

const HEADER: usize = 512;
/// Numbers from here on are marks and name no sector.
const MARKS: u32 = 0xffff_fffa;

/// Refuses a container of which a chain of sectors never ends. What else is wrong with it is calamine's to say.
///
/// # Errors
/// In plain words.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    match table(path) {
        Ok(table) if goes_round(&table) => {
            Err("the workbook is damaged (its sectors follow one another in a circle); export it again"
                .to_owned())
        }
        _ => Ok(()),
    }
}

/// By sector, the one that follows it.
fn table(path: &Path) -> std::io::Result<Vec<u32>> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut header = [0; HEADER];
    file.read_exact(&mut header)?;
    let size = if header[30] == 12 { 4_096 } else { 512 };
    let most = bytes / size as u64;
    let mut sector = |number: u32| {
        let mut sector = Vec::new();
        file.seek(SeekFrom::Start((u64::from(number) + 1) * size as u64))?;
        file.by_ref().take(size as u64).read_to_end(&mut sector)?;
        Ok::<Vec<u32>, std::io::Error>(words(&sector).collect())
    };
    // The header names the first sectors of the table; a chain of sectors names the others, each at its end the next.
    let mut places: Vec<u32> = words(&header[76..]).collect();
    let mut next = words(&header[68..72]).next().unwrap_or(MARKS);
    let mut followed = 0;
    while next < MARKS && followed <= most {
        places.extend(sector(next)?);
        next = places.pop().unwrap_or(MARKS);
        followed += 1;
    }
    let mut table = Vec::new();
    // No honest table has more sectors than the file.
    for place in places.into_iter().filter(|place| *place < MARKS).take(usize::try_from(most).unwrap_or(0)) {
        table.extend(sector(place)?);
    }
    Ok(table)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word))
}

/// Whether a chain comes back to a sector that it went through.
fn goes_round(table: &[u32]) -> bool {
    // By sector, the start of the walk that came by first; each sector is gone through once.
    let mut seen = vec![usize::MAX; table.len()];
    for start in 0..table.len() {
        let mut at = start;
        while let Some(by) = seen.get_mut(at) {
            if *by != usize::MAX {
                if *by == start {
                    return true;
                }
                break;
            }
            *by = start;
            at = table[at] as usize;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_sectors_is_found_wherever_it_starts() {
        let end = u32::MAX - 1;
        for table in [&[][..], &[end], &[1, 2, end], &[end, 0, 0, 2], &[7, end]] {
            assert!(!goes_round(table), "{table:?}");
        }
        for table in [&[0][..], &[1, 0], &[end, 3, 1, 2], &[1, 2, 1]] {
            assert!(goes_round(table), "{table:?}");
        }
    }

    #[test]
    fn a_workbook_that_goes_round_is_refused_and_a_sound_one_is_not() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert_eq!(check(&root.join("tests/e2e/fixtures/formats/book.xls")), Ok(()));
        let why = check(&root.join("fuzz/seeds/workbook/circle.xls")).unwrap_err();
        assert!(why.contains("in a circle"), "{why}");
    }
}
