//! Delimited text to records, strictly: each with its physical line, each with all its fields, nothing skipped unseen.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::marks::find_marks;

/// A record longer than this has lost its closing quote.
pub(crate) const LONGEST_RECORD: usize = 1 << 20;

/// What stands at one place of the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Row {
    /// A record; its fields are in the reader.
    Record {
        /// Physical line on which it starts.
        line: u32,
    },
    /// A record that starts on this line and does not end within [`LONGEST_RECORD`], or within the file, or within its own
    /// row: as a rule a quote that is never closed. Reading goes on with the next line.
    Endless {
        /// Physical line on which it starts.
        line: u32,
    },
}

/// The record at the reader's position does not end with the text: more of the file is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unfinished;

/// Splits text into records; its buffers serve one text after the other.
///
/// A record without escaped quotes is split where its delimiters are, and its fields stay where they lie. Any other one
/// is `csv-core`'s to read, whose word the tests hold this against.
pub(crate) struct Splitter {
    delimiter: u8,
    reader: Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// The current record, where `csv-core` had to rewrite it.
    rewritten: String,
    /// Start and end of each field, in the text or the rewritten record.
    spans: Vec<Span>,
    /// Where delimiters, quotes and line ends are in the text.
    marks: Vec<u32>,
    /// Whether the text before ended within a line that is to be passed over.
    skips_line: bool,
}

/// Start and end of a field.
pub(crate) type Span = (u32, u32);

/// The records of one text, whose first byte starts a record.
pub(crate) struct Rows<'s> {
    splitter: &'s mut Splitter,
    input: &'s str,
    at: usize,
    line: u32,
    /// Whether the input's end is the file's end.
    last: bool,
    /// Records that start behind this byte are not read.
    stop: usize,
    next_mark: usize,
    is_rewritten: bool,
    /// Where the current record starts.
    start: usize,
}

/// How far a record could be split without `csv-core`.
enum Split {
    /// To its end: the byte behind it, the mark behind it, its line ends.
    Whole(usize, usize, u32),
    /// It needs `csv-core`.
    Unsure,
}

impl Splitter {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            output: Vec::new(),
            ends: vec![0; 512],
            rewritten: String::new(),
            spans: Vec::new(),
            marks: Vec::new(),
            skips_line: false,
        }
    }

    /// Whether the text so far ended within a line that is passed over.
    pub(crate) fn passes_over_line(&self) -> bool {
        self.skips_line
    }

    /// The records of a text of less than four gigabytes that start up to the byte `stop`; the text's first byte is on
    /// physical line `first_line`.
    pub(crate) fn rows<'s>(
        &'s mut self,
        input: &'s str,
        first_line: u32,
        last: bool,
        stop: usize,
    ) -> Rows<'s> {
        find_marks(input.as_bytes(), self.delimiter, &mut self.marks);
        Rows {
            splitter: self,
            input,
            at: 0,
            line: first_line,
            last,
            stop,
            next_mark: 0,
            is_rewritten: false,
            start: 0,
        }
    }
}

impl Rows<'_> {
    /// The next record; `None` where the text ends, or where the next record starts behind `stop`.
    ///
    /// # Errors
    /// [`Unfinished`] where the text ends inside a record and is not the end of the file.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, Unfinished> {
        if self.splitter.skips_line {
            self.pass_over_line();
        }
        self.skip_blank_lines();
        if self.at >= self.input.len() || self.at > self.stop {
            return Ok(None);
        }
        let line = self.line;
        self.start = self.at;
        match self.split() {
            Split::Whole(end, next_mark, lines) => {
                self.is_rewritten = false;
                self.at = end;
                self.next_mark = next_mark;
                self.line += lines;
                Ok(Some(Row::Record { line }))
            }
            Split::Unsure => self.read_unsure(line).map(Some),
        }
    }

    /// All fields of the current record: the text they lie in, where, and whether that text is a rewritten copy.
    pub(crate) fn fields(&self) -> (&str, &[Span], bool) {
        let text = if self.is_rewritten { &self.splitter.rewritten } else { self.input };
        (text, &self.splitter.spans, self.is_rewritten)
    }

    /// A field of the current record, untrimmed.
    pub(crate) fn field(&self, index: usize) -> &str {
        let (text, spans, _) = self.fields();
        spans.get(index).map_or("", |(start, end)| &text[*start as usize..*end as usize])
    }

    /// How many fields the current record has.
    pub(crate) fn count(&self) -> usize {
        self.splitter.spans.len()
    }

    /// Where the current record starts.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Bytes read so far.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The physical line on which the next record starts, blank lines apart.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    fn skip_blank_lines(&mut self) {
        while let Some(byte @ (b'\r' | b'\n')) = self.input.as_bytes().get(self.at) {
            self.line += u32::from(*byte == b'\n');
            self.at += 1;
        }
    }

    /// Splits the record at `self.at` where that needs no rewriting.
    fn split(&mut self) -> Split {
        let start = self.at;
        let bytes = self.input.as_bytes();
        let Splitter { spans, marks, delimiter, .. } = &mut *self.splitter;
        let mark_at = |cursor: usize| marks.get(cursor).map(|mark| *mark as usize);
        let mut cursor = self.next_mark;
        // Marks that csv-core or a blank line went over.
        while mark_at(cursor).is_some_and(|mark| mark < start) {
            cursor += 1;
        }
        spans.clear();
        let (mut field, mut lines) = (start, 0);
        while let Some(mut mark) = mark_at(cursor) {
            cursor += 1;
            let mut end = mark;
            if bytes[mark] == b'"' {
                // A quoted field: it must start here, and its second quote must end it.
                let mut closing = None;
                while let (None, Some(mark)) = (closing, mark_at(cursor)) {
                    cursor += 1;
                    lines += u32::from(bytes[mark] == b'\n');
                    closing = (bytes[mark] == b'"').then_some(mark);
                }
                let (Some(closing), true) = (closing, mark == field) else { return Split::Unsure };
                if mark_at(cursor) != Some(closing + 1) {
                    return Split::Unsure;
                }
                cursor += 1;
                (field, end, mark) = (field + 1, closing, closing + 1);
            }
            match bytes[mark] {
                byte if byte == *delimiter => {
                    spans.push((field as u32, end as u32));
                    field = mark + 1;
                    continue;
                }
                b'\n' => {}
                // A lone carriage return would be a line end to `csv-core`.
                b'\r' if mark_at(cursor) == Some(mark + 1) && bytes[mark + 1] == b'\n' => {
                    cursor += 1;
                    mark += 1;
                }
                _ => return Split::Unsure,
            }
            if mark - start > LONGEST_RECORD {
                return Split::Unsure;
            }
            spans.push((field as u32, end as u32));
            return Split::Whole(mark + 1, cursor, lines + 1);
        }
        if !self.last || bytes.len() - start > LONGEST_RECORD {
            return Split::Unsure;
        }
        // The file's last record has no line end.
        spans.push((field as u32, bytes.len() as u32));
        Split::Whole(bytes.len(), cursor, lines)
    }

    /// Reads a record with `csv-core`.
    fn read_unsure(&mut self, line: u32) -> Result<Row, Unfinished> {
        let start = self.at;
        let bytes = self.input.as_bytes();
        let window = &bytes[start..bytes.len().min(start + LONGEST_RECORD)];
        let cut_off = start + window.len() < bytes.len();
        if let Some((read, lines)) = self.rewrite(window, false) {
            if lines > 1 && is_closed_by_another_row(&window[..read], self.splitter.delimiter) {
                return Ok(self.lost_quote(line));
            }
            self.at = start + read;
            self.line += lines;
            return Ok(Row::Record { line });
        }
        if !cut_off && !self.last {
            return Err(Unfinished);
        }
        let quotes = memchr::memchr_iter(b'"', window).count();
        if cut_off || !quotes.is_multiple_of(2) || is_closed_by_another_row(window, self.splitter.delimiter) {
            return Ok(self.lost_quote(line));
        }
        // The file's last record has no line end: an empty input tells the parser so.
        let (read, lines) = self.rewrite(window, true).unwrap_or((window.len(), 0));
        self.at = start + read;
        self.line += lines;
        Ok(Row::Record { line })
    }

    /// A record whose quote is never closed: it costs its first line alone.
    fn lost_quote(&mut self, line: u32) -> Row {
        self.splitter.spans.clear();
        self.pass_over_line();
        Row::Endless { line }
    }

    /// Lets `csv-core` read one record: its bytes and line ends, or `None` where the window ends before it does.
    fn rewrite(&mut self, window: &[u8], is_all: bool) -> Option<(usize, u32)> {
        let Splitter { reader, output, ends, rewritten, spans, .. } = &mut *self.splitter;
        reader.reset();
        let lines_before = reader.line();
        output.resize(window.len().max(1 << 10), 0);
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let (result, taken, put, fields) =
                reader.read_record(&window[read..], &mut output[written..], &mut ends[ended..]);
            read += taken;
            written += put;
            ended += fields;
            match result {
                ReadRecordResult::OutputFull => output.resize(output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::InputEmpty if is_all => {}
                ReadRecordResult::InputEmpty => return None,
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        // Only quotes and line ends, all ASCII, are taken out of valid text: it stays valid.
        rewritten.clear();
        rewritten.push_str(std::str::from_utf8(&output[..written]).unwrap_or_default());
        self.is_rewritten = true;
        spans.clear();
        let mut field = 0;
        for end in &ends[..ended] {
            spans.push((field, *end as u32));
            field = *end as u32;
        }
        Some((read, (reader.line() - lines_before) as u32))
    }

    /// Goes behind the next line end, which may lie in the next text.
    fn pass_over_line(&mut self) {
        let rest = &self.input.as_bytes()[self.at..];
        let line_end = memchr::memchr(b'\n', rest);
        self.at += line_end.map_or(rest.len(), |at| at + 1);
        self.line += u32::from(line_end.is_some());
        self.splitter.skips_line = line_end.is_none();
    }
}

/// Whether a quoted field goes over a line end to a quote with text behind it. That quote opened or stood within a field
/// of another row: the one in front was never closed, and would swallow rows that nobody misses.
fn is_closed_by_another_row(record: &[u8], delimiter: u8) -> bool {
    let (mut in_quotes, mut starts_field, mut over_line_end) = (false, true, false);
    let mut at = 0;
    while let Some(byte) = record.get(at) {
        at += 1;
        if !in_quotes {
            (in_quotes, over_line_end) = (*byte == b'"' && starts_field, false);
            starts_field = *byte == delimiter || matches!(byte, b'\n' | b'\r');
            continue;
        }
        over_line_end |= *byte == b'\n';
        if *byte == b'"' {
            match record.get(at) {
                Some(b'"') => at += 1,
                Some(next) if *next != delimiter && !matches!(next, b'\n' | b'\r') => {
                    if over_line_end {
                        return true;
                    }
                    in_quotes = false;
                }
                _ => in_quotes = false,
            }
        }
    }
    false
}

#[cfg(test)]
mod tests;
