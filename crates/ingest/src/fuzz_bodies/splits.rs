//! Text to records and headers, held against csv-core and against the same text in two pieces.

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::need;
use crate::header::find_header;
use crate::rows::{Row, Splitter};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A record: its line and its fields; no fields where it does not end.
type Record = (u32, Option<Vec<String>>);

/// The first byte chooses a delimiter and where the text is cut in two.
fn split_first(bytes: &[u8]) -> Option<(u8, String)> {
    let (first, rest) = bytes.split_first()?;
    Some((*first, String::from_utf8_lossy(rest).into_owned()))
}

/// Delimited rows.
pub fn rows(bytes: &[u8]) {
    let Some((choice, text)) = split_first(bytes) else { return };
    let delimiter = DELIMITERS[usize::from(choice) % DELIMITERS.len()];
    let whole = records(&mut Splitter::new(delimiter), &text, &[text.len()]);
    let line_ends: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).collect();
    if let Some(cut) = line_ends.get((usize::from(choice) * line_ends.len()) >> 8) {
        let pieces = records(&mut Splitter::new(delimiter), &text, &[*cut, text.len()]);
        assert_eq!(pieces, whole, "cut behind {cut}");
    }
    // An open quote is ours alone: csv-core takes all that follows for its field.
    let fields: Option<Vec<Vec<String>>> = whole.into_iter().map(|(_, fields)| fields).collect();
    if let Some(fields) = fields {
        assert_eq!(fields, by_csv_core(&text, delimiter));
    }
}

/// All records of a text of which first so many bytes are known, then more.
fn records(splitter: &mut Splitter, text: &str, known: &[usize]) -> Vec<Record> {
    let (mut all, mut start, mut line) = (Vec::new(), 0, 1);
    for end in known {
        let is_last = *end == text.len();
        let mut rows = splitter.rows(&text[start..*end], line, is_last, usize::MAX);
        loop {
            let before = rows.position();
            match rows.next_row() {
                Ok(Some(Row::Record { line })) => {
                    let fields = (0..rows.count()).map(|field| rows.field(field).to_owned()).collect();
                    all.push((line, Some(fields)));
                }
                Ok(Some(Row::Endless { line })) => all.push((line, None)),
                Ok(None) => break,
                Err(_) => {
                    assert!(!is_last, "the end of a file is unfinished");
                    break;
                }
            }
            assert!(rows.position() > before, "a record takes no bytes");
        }
        start += rows.position();
        line = rows.line();
        let line_ends = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count();
        assert_eq!(line as usize, 1 + line_ends, "lines are counted wrong at byte {start}");
    }
    assert_eq!(start, text.len(), "bytes are left unread");
    all
}

/// What `csv-core` alone makes of a text.
pub(crate) fn by_csv_core(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    // Every field ends behind a byte of its own, or behind the last one.
    let (mut output, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 2]);
    let (mut all, mut read) = (Vec::new(), 0);
    let (mut written, mut ended) = (0, 0);
    loop {
        let (result, i, o, e) =
            reader.read_record(&text.as_bytes()[read..], &mut output[written..], &mut ends[ended..]);
        read += i;
        written += o;
        ended += e;
        if result == ReadRecordResult::Record {
            let mut start = 0;
            let field = |end: &usize| {
                let field = &output[std::mem::replace(&mut start, *end)..*end];
                need(String::from_utf8(field.to_vec()))
            };
            all.push(ends[..ended].iter().map(field).collect());
            (written, ended) = (0, 0);
        } else if result == ReadRecordResult::End {
            return all;
        }
    }
}

/// The search for a header.
pub fn header(bytes: &[u8]) {
    let Some((choice, text)) = split_first(bytes) else { return };
    let whole = choice % 2 == 0;
    // Names that somebody knows: those that begin as most of the alphabet does.
    let is_known = |name: &&String| name.bytes().next().is_some_and(|letter| letter > b'a' + choice / 16);
    let known = |names: &[String]| names.iter().filter(is_known).count();
    let Some((header, count)) = find_header(&text, whole, known) else { return };
    assert_eq!(count, known(&header.names));
    assert!(!header.names.is_empty() && header.names.iter().all(|name| name.trim() == name));
    assert!(DELIMITERS.contains(&header.delimiter));
    let (end, next_line) = header.body;
    assert!(header.line >= 1 && header.line <= next_line, "{header:?}");
    let line_ends = memchr::memchr_iter(b'\n', &text.as_bytes()[..end]).count();
    assert_eq!(next_line as usize, 1 + line_ends, "{header:?}");
    assert!(text.is_char_boundary(end) && end > 0);
}
