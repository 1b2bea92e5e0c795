//! Whether two runs of the same gave the same files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::names;
use crate::ReportError;

/// The one file that may differ between two runs of the same.
pub(super) const MANIFEST: &str = "manifest.json";

/// The first file, the manifest apart, that two runs do not share byte for byte.
pub(super) fn first_difference(standing: &Path, new: &Path) -> Result<Option<String>, ReportError> {
    let (standing_names, new_names) = (names(standing)?, names(new)?);
    for name in standing_names.union(&new_names).filter(|name| *name != MANIFEST) {
        let in_both = standing_names.contains(name) && new_names.contains(name);
        if !in_both || !equal(&standing.join(name), &new.join(name))? {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

fn equal(one: &Path, other: &Path) -> Result<bool, ReportError> {
    let open = |path: &Path| -> Result<(File, u64), ReportError> {
        let failed = |source| ReportError::io(path, source);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        Ok((file, length))
    };
    let ((mut a, a_length), (mut b, b_length)) = (open(one)?, open(other)?);
    if a_length != b_length {
        return Ok(false);
    }
    let (mut of_a, mut of_b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read_a = fill(&mut a, &mut of_a).map_err(|source| ReportError::io(one, source))?;
        let read_b = fill(&mut b, &mut of_b).map_err(|source| ReportError::io(other, source))?;
        if of_a[..read_a] != of_b[..read_b] {
            return Ok(false);
        }
        if read_a == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the file ends: one `read` may give less.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut held = 0;
    while held < buffer.len() {
        match file.read(&mut buffer[held..]) {
            Ok(0) => break,
            Ok(n) => held += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(held)
}
