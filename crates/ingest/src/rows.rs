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
///
/// A record without escaped quotes is split where its delimiters are, and its fields stay where they lie. Any other one
/// is `csv-core`'s to read, whose word the tests hold this against.
pub(crate) struct Rows<'a> {
    input: &'a str,
    at: usize,
    line: u32,
    /// Whether the input's end is the file's end.
    last: bool,
    delimiter: u8,
    reader: Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// The current record, where `csv-core` had to rewrite it.
    rewritten: String,
    is_rewritten: bool,
    /// Start and end of each field, in the input or the rewritten record.
    spans: Vec<(usize, usize)>,
}

/// How far a record could be split without `csv-core`.
enum Split {
    /// To its end: the byte behind it, and its line ends.
    Whole(usize, u32),
    /// It needs `csv-core`.
    Unsure,
}

impl<'a> Rows<'a> {
    /// A reader of `input`, whose first byte is on physical line `first_line`.
    pub(crate) fn new(input: &'a str, delimiter: u8, first_line: u32, last: bool) -> Self {
        Self {
            input,
            at: 0,
            line: first_line,
            last,
            delimiter,
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            output: Vec::new(),
            ends: vec![0; 512],
            rewritten: String::new(),
            is_rewritten: false,
            spans: Vec::new(),
        }
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
        let line = self.line;
        match self.split() {
            Split::Whole(end, lines) => {
                self.is_rewritten = false;
                self.at = end;
                self.line += lines;
                Ok(Some(Row::Record { line }))
            }
            Split::Unsure => self.read_unsure(line).map(Some),
        }
    }

    /// All fields of the current record: the text they lie in, where, and whether that text is a rewritten copy.
    pub(crate) fn fields(&self) -> (&str, &[(usize, usize)], bool) {
        (if self.is_rewritten { &self.rewritten } else { self.input }, &self.spans, self.is_rewritten)
    }

    /// A field of the current record, untrimmed.
    pub(crate) fn field(&self, index: usize) -> &str {
        let (text, spans, _) = self.fields();
        spans.get(index).map_or("", |(start, end)| &text[*start..*end])
    }

    /// How many fields the current record has.
    pub(crate) fn count(&self) -> usize {
        self.spans.len()
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
        let window = &bytes[start..bytes.len().min(start + LONGEST_RECORD)];
        self.spans.clear();
        let (mut field, mut lines) = (0, 0);
        let mut hits = memchr::memchr3_iter(self.delimiter, b'"', b'\n', window);
        while let Some(at) = hits.next() {
            let (mut end, mut behind) = (at, at);
            if window[at] == b'"' {
                // A quoted field: it must start here, and its second quote must end it.
                let closing = hits.by_ref().find(|hit| {
                    lines += u32::from(window[*hit] == b'\n');
                    window[*hit] == b'"'
                });
                let (Some(closing), Some(next)) = (closing, hits.next()) else { return Split::Unsure };
                let carriage = next == closing + 2 && window[closing + 1] == b'\r' && window[next] == b'\n';
                if at != field || window[next] == b'"' || (next != closing + 1 && !carriage) {
                    return Split::Unsure;
                }
                (field, end, behind) = (at + 1, closing, next);
            } else if window[at] == b'\n' && at > field && window[at - 1] == b'\r' {
                end = at - 1;
            }
            self.spans.push((start + field, start + end));
            field = behind + 1;
            if window[behind] == b'\n' {
                return self.whole(start, behind, lines + 1);
            }
        }
        if !self.last || start + window.len() < bytes.len() {
            return Split::Unsure;
        }
        // The file's last record has no line end.
        if window.ends_with(b"\r") {
            return Split::Unsure;
        }
        self.spans.push((start + field, bytes.len()));
        self.whole(start, window.len(), lines)
    }

    /// A record that was split up to `behind`; a lone carriage return in it would be a line end to `csv-core`.
    fn whole(&mut self, start: usize, behind: usize, lines: u32) -> Split {
        let bytes = self.input.as_bytes();
        let end = start + behind;
        let text = &bytes[start..end.min(bytes.len())];
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if memchr::memchr(b'\r', text).is_some() {
            return Split::Unsure;
        }
        Split::Whole((end + 1).min(bytes.len()), lines)
    }

    /// Reads a record with `csv-core`.
    fn read_unsure(&mut self, line: u32) -> Result<Row, BadCut> {
        let start = self.at;
        let bytes = self.input.as_bytes();
        let window = &bytes[start..bytes.len().min(start + LONGEST_RECORD)];
        let cut_off = start + window.len() < bytes.len();
        self.reader.reset();
        let lines_before = self.reader.line();
        if let Some(read) = self.rewrite(window, false) {
            self.at = start + read;
            self.line += (self.reader.line() - lines_before) as u32;
            return Ok(Row::Record { line });
        }
        if !cut_off && !self.last {
            return Err(BadCut);
        }
        let quotes = memchr::memchr_iter(b'"', window).count();
        if cut_off || !quotes.is_multiple_of(2) {
            return Ok(self.resume_after_line(start, line));
        }
        // The file's last record has no line end: an empty input tells the parser so.
        self.reader.reset();
        let lines_before = self.reader.line();
        let read = self.rewrite(window, true).unwrap_or(window.len());
        self.at = start + read;
        self.line += (self.reader.line() - lines_before) as u32;
        Ok(Row::Record { line })
    }

    /// Lets `csv-core` read one record; `None` where the window ends before it does.
    fn rewrite(&mut self, window: &[u8], is_all: bool) -> Option<usize> {
        self.output.resize(window.len().max(1 << 10), 0);
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
                ReadRecordResult::InputEmpty if is_all => {}
                ReadRecordResult::InputEmpty => return None,
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        // Only quotes and line ends, all ASCII, are taken out of valid text: it stays valid.
        self.rewritten.clear();
        self.rewritten.push_str(std::str::from_utf8(&self.output[..written]).unwrap_or_default());
        self.is_rewritten = true;
        self.spans.clear();
        let mut field = 0;
        for end in &self.ends[..ended] {
            self.spans.push((field, *end));
            field = *end;
        }
        Some(read)
    }

    fn resume_after_line(&mut self, start: usize, line: u32) -> Row {
        let rest = &self.input.as_bytes()[start..];
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.at = start + length;
        self.line = line + 1;
        self.spans.clear();
        Row::OpenQuote { line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &str, last: bool) -> Result<Vec<(u32, Vec<String>)>, BadCut> {
        let mut rows = Rows::new(input, b',', 1, last);
        let mut all = Vec::new();
        while let Some(row) = rows.next_row()? {
            let (line, fields) = match row {
                Row::Record { line } => (line, rows.count()),
                Row::OpenQuote { line } => (line, 0),
            };
            all.push((line, (0..fields).map(|field| rows.field(field).to_owned()).collect()));
        }
        Ok(all)
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

    /// What `csv-core` alone makes of an input.
    fn by_csv_core(input: &str) -> Vec<Vec<String>> {
        let mut reader = ReaderBuilder::new().build();
        let (mut output, mut ends) = (vec![0; 1 << 12], vec![0; 1 << 10]);
        let (mut all, mut read) = (Vec::new(), 0);
        let (mut written, mut ended) = (0, 0);
        loop {
            let (result, i, o, e) =
                reader.read_record(&input.as_bytes()[read..], &mut output[written..], &mut ends[ended..]);
            read += i;
            written += o;
            ended += e;
            if result == ReadRecordResult::Record {
                let mut start = 0;
                let field = |end: &usize| {
                    let text = String::from_utf8(output[start..*end].to_vec()).unwrap();
                    start = *end;
                    text
                };
                all.push(ends[..ended].iter().map(field).collect());
                (written, ended) = (0, 0);
            } else if result == ReadRecordResult::End {
                return all;
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]
        #[test]
        fn records_are_those_of_csv_core_wherever_quotes_are_closed(input in "([a-zé]|,|\"|\"\"|\n|\r\n|\r| ){0,40}") {

            let ours: Vec<Vec<String>> = read(&input, true).unwrap().into_iter().map(|(_, fields)| fields).collect();
            // An open quote is ours alone: csv-core takes all that follows for its field.
            if ours.iter().any(Vec::is_empty) {
                return Ok(());
            }
            proptest::prop_assert_eq!(ours, by_csv_core(&input));
        }
    }
}
