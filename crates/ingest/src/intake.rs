//! From a file as it comes to delimited text in UTF-8: unpacked, decoded, sheet by sheet. A file that is such a text
//! already is read where it lies; any other is copied once.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::compound_file;
use crate::head::HEAD;
use crate::records_text;
use crate::workbook;
use crate::x12;

/// So many bytes at the start of a text tell its encoding.
const LOOKED_AT: u64 = 1 << 20;
/// A packed file may unpack to so many bytes, or to so many times its size: beyond both it is no export but a trap.
const UNPACKED: u64 = 1 << 30;
const TIMES: u64 = 200;

/// A folder for copies; it goes with the value.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    next: AtomicUsize,
}

impl Scratch {
    /// Copies will go into this folder, which is made when the first one does.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, next: AtomicUsize::new(0) }
    }

    /// A folder of its own among the system's temporary files.
    #[must_use]
    pub fn temporary() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::new(std::env::temp_dir().join(format!("chipwatch-{}-{count}", std::process::id())))
    }

    /// A new file, and where it is.
    pub(crate) fn file(&self) -> io::Result<(PathBuf, BufWriter<File>)> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(format!("{}.txt", self.next.fetch_add(1, Ordering::Relaxed)));
        let file = File::create_new(&path)?;
        Ok((path, BufWriter::with_capacity(1 << 16, file)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in a folder that the next run sweeps.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// What a file was before it was text in UTF-8.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// How it is packed: `gzip`, `zstd`, `zip`.
    pub packed: Option<Cow<'static, str>>,
    /// Encoding by its name in the WHATWG standard; none for sheets and Parquet.
    pub encoding: Option<Cow<'static, str>>,
    /// What holds its values by name: `JSON lines`, `Parquet`, `X12 interchange`.
    pub records: Option<Cow<'static, str>>,
}

impl Form {
    /// Whether it was delimited text in UTF-8 already.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.packed.is_none() && self.records.is_none() && self.encoding.as_deref() == Some(UTF_8.name())
    }

    /// For people: `delimited text in UTF-16LE, packed with gzip`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let what = match (self.records.as_deref(), self.encoding.as_deref()) {
            (Some(records), _) => records.to_owned(),
            (None, Some(encoding)) => format!("delimited text in {encoding}"),
            (None, None) => "a sheet of a workbook".to_owned(),
        };
        self.packed.as_ref().map_or(what.clone(), |packed| format!("{what}, packed with {packed}"))
    }
}

/// The encoding of a label of the WHATWG standard: `utf-16le`, `cp1251`, `gb18030`.
#[must_use]
pub fn encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// A text that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// The sheet, where the file is a workbook of several.
    pub(crate) sheet: Option<String>,
    pub(crate) form: Form,
    /// Whether it is a copy.
    pub(crate) is_copy: bool,
    /// The number of the row behind the header, where that is none of the file's lines.
    pub(crate) first_row: Option<u32>,
}

/// Name of the threads in which other people's readers read: a damaged file makes some of them panic, which is no fault of
/// this program and is told as one of the file.
pub const GUARDED: &str = "guarded reader";

/// Runs a reader that may panic in a thread of its own.
pub(crate) fn guarded<T: Send>(
    what: &str,
    read: impl FnOnce() -> Result<T, String> + Send,
) -> Result<T, String> {
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name(GUARDED.to_owned()).spawn_scoped(scope, read);
        let reader = reader.map_err(|error| error.to_string())?;
        reader.join().unwrap_or_else(|_| Err(format!("the {what} is damaged")))
    })
}

/// The texts of a file; one, except for workbooks. `encoding` is the user's word, which wins.
///
/// # Errors
/// In plain words.
pub(crate) fn texts(
    path: &Path,
    encoding: Option<&'static Encoding>,
    scratch: &Scratch,
) -> Result<Vec<Text>, String> {
    let mut texts = unpacked_texts(path, encoding, scratch)?;
    for text in &mut texts {
        if text.form.encoding.is_none() {
            continue;
        }
        let start = start_of(&text.path).map_err(|error| error.to_string())?;
        // A CSV header never starts with a brace.
        if start.starts_with(b"{") {
            *text = records_text::json_lines(&text.path, text.form.clone(), scratch)?;
        } else if x12::is_interchange(&start) {
            *text = x12::resale_reports(&text.path, text.form.clone(), scratch)?;
        }
    }
    Ok(texts)
}

/// The texts of a file as [`texts`] has them, of which no more than the start will be looked at.
///
/// # Errors
/// In plain words.
pub(crate) fn starts_of_texts(path: &Path, scratch: &Scratch) -> Result<Vec<Text>, String> {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    if read.is_ok() && magic == *b"PAR1" {
        let start = || records_text::start_of_parquet(path, scratch, HEAD);
        return Ok(vec![guarded("Parquet file", start)?]);
    }
    texts(path, None, scratch)
}

/// The first characters of a text.
fn start_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(256).read_to_end(&mut start)?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    Ok(start.trim_ascii_start().to_vec())
}

fn unpacked_texts(
    path: &Path,
    encoding: Option<&'static Encoding>,
    scratch: &Scratch,
) -> Result<Vec<Text>, String> {
    let words = |error: io::Error| error.to_string();
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(words)?);
    let bytes = file.get_ref().metadata().map_err(words)?.len();
    let magic: Vec<u8> = file.fill_buf().map_err(words)?.iter().take(8).copied().collect();
    let limit = UNPACKED.max(bytes.saturating_mul(TIMES));
    let unpacked = |reader: &mut dyn Read, packed| {
        let text = copy(Limited { reader, left: limit }, encoding, scratch)
            .map_err(|why| format!("it cannot be unpacked ({packed}): {why}"))?;
        Ok(vec![Text { form: Form { packed: Some(Cow::Borrowed(packed)), ..text.form }, ..text }])
    };
    if magic.starts_with(&[0x1f, 0x8b]) {
        return unpacked(&mut flate2::bufread::MultiGzDecoder::new(file), "gzip");
    }
    if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return unpacked(&mut zstd::Decoder::with_buffer(file).map_err(words)?, "zstd");
    }
    if magic.starts_with(b"PK\x03\x04") {
        let damaged = |error| format!("the workbook or archive is damaged ({error}); export it again");
        let mut archive = zip::ZipArchive::new(file).map_err(damaged)?;
        if let Some(kind) = workbook::kind_of(&archive) {
            let unpacked: u64 =
                archive.decompressed_size().map_or(u64::MAX, |size| u64::try_from(size).unwrap_or(u64::MAX));
            if unpacked > limit {
                return Err(too_large());
            }
            return guarded("workbook", || workbook::texts(path, kind, scratch));
        }
        let member = only_member(&archive)?;
        return unpacked(&mut archive.by_index(member).map_err(|error| error.to_string())?, "zip");
    }
    if magic.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        compound_file::check(path)?;
        return guarded("workbook", || workbook::texts(path, workbook::Kind::Xls, scratch));
    }
    if magic.starts_with(b"PAR1") {
        return guarded("Parquet file", || Ok(vec![records_text::parquet(path, scratch)?]));
    }
    let mut head = Vec::new();
    file.by_ref().take(LOOKED_AT).read_to_end(&mut head).map_err(words)?;
    let known = encoding_of(&head, encoding);
    if known == UTF_8 {
        let form = Form { packed: None, encoding: Some(Cow::Borrowed(UTF_8.name())), records: None };
        return Ok(vec![Text {
            path: path.to_owned(),
            bytes,
            sheet: None,
            form,
            is_copy: false,
            first_row: None,
        }]);
    }
    Ok(vec![decode(Cursor::new(head).chain(file), known, scratch)?])
}

/// Finds the encoding of a stream and copies it as UTF-8.
fn copy(
    mut reader: impl Read,
    encoding: Option<&'static Encoding>,
    scratch: &Scratch,
) -> Result<Text, String> {
    let mut head = Vec::new();
    reader.by_ref().take(LOOKED_AT).read_to_end(&mut head).map_err(|error| error.to_string())?;
    let encoding = encoding_of(&head, encoding);
    decode(Cursor::new(head).chain(reader), encoding, scratch)
}

/// The user's word, else the byte order mark, else the pattern of zeros, else UTF-8 where the start is valid, else the
/// likeliest by its letters.
fn encoding_of(head: &[u8], told: Option<&'static Encoding>) -> &'static Encoding {
    if let Some(encoding) = told.or_else(|| Encoding::for_bom(head).map(|(encoding, _)| encoding)) {
        return encoding;
    }
    let start = &head[..head.len().min(512)];
    let zeros = |of: usize| start.iter().skip(of).step_by(2).filter(|byte| **byte == 0).count();
    // Every second byte of Latin text in UTF-16 is a zero.
    let many = start.len() / 5;
    if zeros(1) > many.max(1) && zeros(0) == 0 {
        return UTF_16LE;
    }
    if zeros(0) > many.max(1) && zeros(1) == 0 {
        return UTF_16BE;
    }
    match std::str::from_utf8(head) {
        Ok(_) => return UTF_8,
        // The head may end within a character.
        Err(error) if error.error_len().is_none() => return UTF_8,
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, true);
    match detector.guess(None, Utf8Detection::Deny) {
        // The larger set of the same characters.
        encoding if encoding == GBK => GB18030,
        encoding => encoding,
    }
}

/// A byte that no UTF-8 text has: it stands for what the encoding does not have, so that its row is refused.
const NO_CHARACTER: u8 = 0xff;

fn decode(mut reader: impl Read, encoding: &'static Encoding, scratch: &Scratch) -> Result<Text, String> {
    let words = |error: io::Error| error.to_string();
    let (path, mut file) = scratch.file().map_err(words)?;
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut input, mut output) = (vec![0; 1 << 16], vec![0; 1 << 18]);
    loop {
        let filled = fill(&mut reader, &mut input).map_err(words)?;
        let is_last = filled < input.len();
        let mut at = 0;
        loop {
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(&input[at..filled], &mut output, is_last);
            file.write_all(&output[..written]).map_err(words)?;
            at += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => file.write_all(&[NO_CHARACTER]).map_err(words)?,
            }
        }
        if is_last {
            break;
        }
    }
    let file = file.into_inner().map_err(|error| error.to_string())?;
    let bytes = file.metadata().map_err(words)?.len();
    let form = Form { packed: None, encoding: Some(Cow::Borrowed(encoding.name())), records: None };
    Ok(Text { path, bytes, sheet: None, form, is_copy: true, first_row: None })
}

/// Reads until the buffer is full or the stream ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The one file in an archive: its index.
fn only_member(archive: &zip::ZipArchive<BufReader<File>>) -> Result<usize, String> {
    let is_file = |index: &usize| {
        archive.name_for_index(*index).is_some_and(|name| name.is_ok_and(|name| !name.ends_with('/')))
    };
    let files: Vec<usize> = (0..archive.len()).filter(is_file).collect();
    match files.as_slice() {
        [only] => Ok(*only),
        several => {
            Err(format!("the archive holds {} files; unpack it, or pack each file alone", several.len()))
        }
    }
}

fn too_large() -> String {
    format!(
        "it unpacks to more than {TIMES} times its size and {UNPACKED} bytes: unpack it yourself if you trust it"
    )
}

/// A stream that may not unpack to more than so many bytes.
struct Limited<'r> {
    reader: &'r mut dyn Read,
    left: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(too_large()))?;
        Ok(read)
    }
}
