//! X12 interchanges to text: the details of every product transfer and resale report (867) become rows, each under the
//! number of its segment, which is its line where each segment stands on a line of its own.
//!
//! There are crates that split interchanges (`edi`, `x12-stream-parser`), and none fits: one holds a whole file as a tree
//! without the places of its segments, by which a refused row is found; the other is a first version that must be told the
//! separators. What is left of the work is to split at the three separators that an interchange's own head declares.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::intake::{Form, Scratch, Text};
use crate::resale_report::{COLUMNS, ResaleReport};
use crate::row_text::RowText;

/// A segment longer than this has lost its end.
const LONGEST_SEGMENT: u64 = 1 << 16;
/// So many elements stand in the head of an interchange; the separator of components and the end of segments follow.
const HEAD_ELEMENTS: usize = 16;

/// Whether a text starts as an interchange does: `ISA`, a separator, two characters, and the separator again.
pub(crate) fn is_interchange(start: &[u8]) -> bool {
    let separator = start.get(3).filter(|byte| !byte.is_ascii_alphanumeric());
    start.starts_with(b"ISA") && separator.is_some() && start.get(6) == separator
}

/// An interchange as text.
///
/// # Errors
/// In plain words.
pub(crate) fn resale_reports(path: &Path, form: Form, scratch: &Scratch) -> Result<Text, String> {
    let mut segments = Segments::open(path).map_err(|error| error.to_string())?;
    let mut rows = SegmentRows { text: RowText::new(scratch)?, written: 0 };
    rows.text.write(COLUMNS)?;
    let mut report = ResaleReport::default();
    while let Some(number) = segments.next().map_err(|error| error.to_string())? {
        report.put(number, segments.elements(), segments.component, &mut rows)?;
    }
    report.end(segments.number + 1, &mut rows)?;
    if !report.was_seen {
        return Err(
            "the interchange holds no product transfer and resale report (867); take it out of the source"
                .into(),
        );
    }
    rows.text.finish(Form { records: Some("X12 interchange".into()), ..form }, Some(1))
}

/// Rows of text that stand where their segments do.
pub(crate) struct SegmentRows {
    text: RowText,
    written: u32,
}

impl SegmentRows {
    /// Writes the row of a segment. Segments without a row are blank lines, which nobody counts.
    pub(crate) fn write(
        &mut self,
        number: u32,
        cells: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), String> {
        while self.written + 1 < number {
            self.text.write([""])?;
            self.written += 1;
        }
        self.written += 1;
        self.text.write(cells)
    }
}

/// The segments of a file, one after the other.
struct Segments {
    input: BufReader<File>,
    segment: Vec<u8>,
    number: u32,
    element: u8,
    component: u8,
    end: u8,
}

impl Segments {
    fn open(path: &Path) -> std::io::Result<Self> {
        let mut input = BufReader::with_capacity(1 << 16, File::open(path)?);
        let mark = input.fill_buf()?.starts_with(b"\xef\xbb\xbf");
        input.seek(SeekFrom::Start(if mark { 3 } else { 0 }))?;
        Ok(Self { input, segment: Vec::new(), number: 0, element: b'*', component: b':', end: b'~' })
    }

    /// Reads the next segment: its number from 1, or `None` at the end. Every interchange of a file has its own separators.
    fn next(&mut self) -> std::io::Result<Option<u32>> {
        self.segment.clear();
        while let Some(byte) = self.input.fill_buf()?.first() {
            if !byte.is_ascii_whitespace() {
                break;
            }
            self.input.consume(1);
        }
        let buffer = self.input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if is_interchange(buffer) {
            self.read_head()?;
        } else {
            (&mut self.input).take(LONGEST_SEGMENT).read_until(self.end, &mut self.segment)?;
            if self.segment.last() == Some(&self.end) {
                self.segment.pop();
            }
        }
        Ok(Some(self.number))
    }

    /// The head ends behind its elements with the two separators that it declares.
    fn read_head(&mut self) -> std::io::Result<()> {
        let mut byte = [0];
        let mut separators = 0;
        while self.segment.len() < 400 && self.input.read(&mut byte)? == 1 {
            self.segment.push(byte[0]);
            if self.segment.len() == 4 {
                self.element = byte[0];
            }
            separators += usize::from(self.segment.len() >= 4 && byte[0] == self.element);
            if separators == HEAD_ELEMENTS {
                let mut last = [self.component, self.end];
                // A head that the file cuts off leaves the separators as they were.
                let read = self.input.read(&mut last)?;
                if read == last.len() {
                    [self.component, self.end] = last;
                }
                break;
            }
        }
        Ok(())
    }

    /// The elements of the segment, its name first; `None` where it holds bytes that are no character.
    fn elements(&self) -> Option<Vec<&str>> {
        let text = std::str::from_utf8(&self.segment).ok()?;
        Some(text.split(char::from(self.element)).map(str::trim).collect())
    }
}
