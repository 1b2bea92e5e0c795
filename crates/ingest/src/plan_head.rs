//! The first line of a file: what stands between its fields.

use crate::rows::{Row, Splitter};

/// Delimiters that exports use, the commonest first.
pub(crate) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The delimiter under which the first line has most names that `known` counts.
pub(crate) fn sniff_delimiter(body: &str, known: impl Fn(&[String]) -> usize) -> u8 {
    let mut best = (0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let count = known(&first_line(body, delimiter));
        if count > best.0 {
            best = (count, delimiter);
        }
    }
    best.1
}

/// The names on the first line under a delimiter.
pub(crate) fn first_line(body: &str, delimiter: u8) -> Vec<String> {
    let mut splitter = Splitter::new(delimiter);
    let mut rows = splitter.rows(body, 1, true, usize::MAX);
    match rows.next_row() {
        Ok(Some(Row::Record { .. })) => {
            let name = |field| rows.field(field).trim().to_owned();
            (0..rows.count()).map(name).collect()
        }
        _ => Vec::new(),
    }
}
