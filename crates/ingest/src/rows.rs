//! Delimited text to records, strictly: each with its physical line, each with all its fields, nothing skipped unseen.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// A record longer than this has lost its closing quote.
const LONGEST_RECORD: usize = 1 << 20;

/// What stands at one place of the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Row {
    /// A record; its fields are in the reader.
    Record {
        /// Physical line on which it starts.
        line: u32,
    },
    /// A quote that is opened on this line and never closed; reading goes on with the next line.
    OpenQuote {
        /// Physical line of the quote.
        line: u32,
    },
}

/// The range does not end where a record ends: it was cut on a wrong guess about quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BadCut;

/// Reads the records of a byte range that starts with a record.
pub(crate) struct Rows<'a> {
    input: &'a [u8],
    at: usize,
    line: u32,
    /// Whether the input's end is the file's end.
    last: bool,
    reader: Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    text_length: usize,
}

impl<'a> Rows<'a> {
    /// A reader of `input`, whose first byte is on physical line `first_line`.
    pub(crate) fn new(input: &'a [u8], delimiter: u8, first_line: u32, last: bool) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (output, ends) = (vec![0; 1 << 16], vec![0; 512]);
        Self { input, at: 0, line: first_line, last, reader, output, ends, fields: 0, text_length: 0 }
    }

    /// The next record; `None` at the end of the range.
    ///
    /// # Errors
    /// [`BadCut`] where the range ends inside a record and is not the end of the file.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, BadCut> {
        self.skip_blank_lines();
        if self.at >= self.input.len() {
            return Ok(None);
        }
        let (start, line) = (self.at, self.line);
        let window = &self.input[start..self.input.len().min(start + LONGEST_RECORD)];
        let cut_off = start + window.len() < self.input.len();
        let lines_before = self.reader.line();
        let complete = self.read_one(window);
        if complete {
            self.line += (self.reader.line() - lines_before) as u32;
            return Ok(Some(Row::Record { line }));
        }
        if !cut_off && !self.last {
            return Err(BadCut);
        }
        let quotes = memchr::memchr_iter(b'"', window).count();
        if cut_off || !quotes.is_multiple_of(2) {
            return Ok(Some(self.resume_after_line(start, line)));
        }
        // The file's last record has no line end: an empty input tells the parser so.
        self.finish_last(window.len());
        self.line += (self.reader.line() - lines_before) as u32;
        Ok(Some(Row::Record { line }))
    }

    /// A field of the current record, untrimmed.
    pub(crate) fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.output[start..self.ends[index]]
    }

    /// Ends of the fields in [`Rows::text`].
    pub(crate) fn ends(&self) -> &[usize] {
        &self.ends[..self.fields]
    }

    /// How many fields the current record has.
    pub(crate) fn fields(&self) -> usize {
        self.fields
    }

    /// All fields of the current record, end to end.
    pub(crate) fn text(&self) -> &[u8] {
        &self.output[..self.text_length]
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
        while let Some(byte @ (b'\r' | b'\n')) = self.input.get(self.at) {
            self.line += u32::from(*byte == b'\n');
            self.at += 1;
        }
    }

    /// Whether a whole record could be read from `window`.
    fn read_one(&mut self, window: &[u8]) -> bool {
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let (result, input, output, ends) = self.reader.read_record(
                &window[read..],
                &mut self.output[written..],
                &mut self.ends[ended..],
            );
            read += input;
            written += output;
            ended += ends;
            match result {
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.at += read;
                    (self.fields, self.text_length) = (ended, written);
                    return true;
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    (self.fields, self.text_length) = (ended, written);
                    return false;
                }
            }
        }
    }

    fn finish_last(&mut self, consumed: usize) {
        let (mut written, mut ended) = (self.text_length, self.fields);
        loop {
            let (result, _, output, ends) =
                self.reader.read_record(&[], &mut self.output[written..], &mut self.ends[ended..]);
            written += output;
            ended += ends;
            match result {
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                _ => break,
            }
        }
        self.at += consumed;
        (self.fields, self.text_length) = (ended, written);
    }

    fn resume_after_line(&mut self, start: usize, line: u32) -> Row {
        let rest = &self.input[start..];
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.at = start + length;
        self.line = line + 1;
        self.reader.reset();
        Row::OpenQuote { line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &str, last: bool) -> Result<Vec<(u32, Vec<String>)>, BadCut> {
        let mut rows = Rows::new(input.as_bytes(), b',', 1, last);
        let mut all = Vec::new();
        while let Some(row) = rows.next_row()? {
            let (line, fields) = match row {
                Row::Record { line } => (line, (0..rows.fields()).collect()),
                Row::OpenQuote { line } => (line, Vec::new()),
            };
            all.push((line, fields.iter().map(|f: &usize| text(rows.field(*f))).collect()));
        }
        Ok(all)
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn row(line: u32, fields: &[&str]) -> (u32, Vec<String>) {
        (line, fields.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn lines_are_physical_even_behind_quoted_line_ends_and_blank_lines() {
        let rows = read("a,b\n\n\"x\ny\",2\r\n\r\nc,d\n", true).unwrap();
        assert_eq!(rows, [row(1, &["a", "b"]), row(3, &["x\ny", "2"]), row(6, &["c", "d"])]);
    }

    #[test]
    fn short_and_long_rows_keep_their_fields() {
        let rows = read("a\nb,c,d\n\"q\"\"q\",", true).unwrap();
        assert_eq!(rows, [row(1, &["a"]), row(2, &["b", "c", "d"]), row(3, &["q\"q", ""])]);
    }

    #[test]
    fn an_open_quote_costs_one_line() {
        let rows = read("a,b\n\"open,c\nd,e\nf,g\n", true).unwrap();
        assert_eq!(rows, [row(1, &["a", "b"]), row(2, &[]), row(3, &["d", "e"]), row(4, &["f", "g"])]);
    }

    #[test]
    fn a_range_that_ends_inside_a_record_is_a_bad_cut() {
        assert_eq!(read("a,b\nc,\"d\n", false), Err(BadCut));
        assert_eq!(read("a,b\nc,d", false), Err(BadCut));
        assert_eq!(read("a,b\nc,d\n", false).unwrap().len(), 2);
        assert_eq!(read("a,b\r\nc,d\r\n", false).unwrap().len(), 2);
    }

    #[test]
    fn wide_and_long_records_grow_the_buffers() {
        let wide = vec!["x"; 3_000].join(",");
        let long = "y".repeat(200_000);
        let rows = read(&format!("{wide}\n{long}\n"), true).unwrap();
        assert_eq!(rows[0].1.len(), 3_000);
        assert_eq!(rows[1].1[0].len(), 200_000);
    }
}
