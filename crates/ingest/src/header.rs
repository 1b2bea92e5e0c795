//! Where the header of a text stands, and what stands between its fields.

use crate::rows::{Row, Splitter};

/// Delimiters that exports use, the commonest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// A header is looked for among so many records: exports put titles, parameters and empty rows above it.
const LOOKED_AT: usize = 60;

/// A header row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    /// Its cells, trimmed.
    pub(crate) names: Vec<String>,
    /// What stands between fields.
    pub(crate) delimiter: u8,
    /// Physical line on which it starts.
    pub(crate) line: u32,
    /// Byte offset and physical line behind it.
    pub(crate) body: (usize, u32),
}

/// The record under the delimiter that has the most names which `known` counts: the first of equals. `whole` says that the
/// text is all of the file. Without a name that anybody knows, the first record under a comma and a count of 0.
pub(crate) fn find_header(
    body: &str,
    whole: bool,
    known: impl Fn(&[String]) -> usize,
) -> Option<(Header, usize)> {
    let mut best: Option<(Header, usize)> = None;
    for delimiter in DELIMITERS {
        let mut splitter = Splitter::new(delimiter);
        let mut rows = splitter.rows(body, 1, whole, usize::MAX);
        for _ in 0..LOOKED_AT {
            let Ok(Some(row)) = rows.next_row() else { break };
            let Row::Record { line } = row else { continue };
            let names: Vec<String> =
                (0..rows.count()).map(|field| rows.field(field).trim().to_owned()).collect();
            let count = known(&names);
            if best.as_ref().is_none_or(|(_, most)| count > *most) {
                best = Some((Header { names, delimiter, line, body: (rows.position(), rows.line()) }, count));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Vec<String>, u8, u32, usize) {
        let known =
            |names: &[String]| names.iter().filter(|name| ["qty", "item"].contains(&name.as_str())).count();
        let (header, count) = find_header(text, true, known).unwrap();
        (header.names, header.delimiter, header.line, count)
    }

    #[test]
    fn a_header_stands_on_any_line_under_any_delimiter() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(found("qty,item\n1,a\n"), (names(&["qty", "item"]), b',', 1, 2));
        let banner = "Report of sales\n\"from, to\n2024\"\n\n qty ;item;x\n1;a;b\n";
        assert_eq!(found(banner), (names(&["qty", "item", "x"]), b';', 5, 2));
        assert_eq!(found("qty\titem\nqty\titem\n"), (names(&["qty", "item"]), b'\t', 1, 2));
    }

    #[test]
    fn a_text_without_one_gives_its_first_record() {
        assert_eq!(found("a,b\n1,2\n"), (vec!["a".to_owned(), "b".to_owned()], b',', 1, 0));
        assert_eq!(find_header("", true, |_| 1), None);
    }
}
