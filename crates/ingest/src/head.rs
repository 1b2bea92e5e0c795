//! The first bytes of a text, and the header in them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::header::{Header, find_header};
use crate::source::SourceSpec;

/// The header stands in the first bytes of a file, of which so many are looked at.
pub(crate) const HEAD: usize = 1 << 20;

/// Reads the head of a text of so many bytes.
///
/// # Errors
/// Where the file cannot be read.
pub(crate) fn read_head(path: &Path, bytes: u64) -> std::io::Result<Head> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(Head { whole: head.len() as u64 == bytes, bytes: head })
}

/// The first bytes of a file.
pub(crate) struct Head {
    pub(crate) bytes: Vec<u8>,
    /// Whether they are all of it.
    pub(crate) whole: bool,
}

impl Head {
    /// Its text behind a byte order mark, up to what the end cuts off.
    ///
    /// # Errors
    /// In plain words, where it is no UTF-8 text.
    pub(crate) fn text(&self) -> Result<&str, String> {
        let start = &self.bytes[..self.bytes.len().min(512)];
        if start.trim_ascii_start().starts_with(b"<") || start.starts_with(b"MIME-Version") {
            return Err(
                "the file is a web page, whatever its name says; save it as CSV or as a workbook".into()
            );
        }
        for (opening, what) in [
            (&b"ID;P"[..], "a SYLK sheet"),
            (b"UNA:+", "an EDIFACT interchange"),
            (b"UNB+", "an EDIFACT interchange"),
        ] {
            if start.starts_with(opening) {
                return Err(format!(
                    "the file is {what}, which is not read; export it as CSV or as a workbook"
                ));
            }
        }
        if start.contains(&0) {
            return Err("the file is no text; export it as CSV or as a workbook".into());
        }
        Ok(readable(&self.bytes[self.mark()..]))
    }

    /// Bytes of its byte order mark.
    pub(crate) fn mark(&self) -> usize {
        if self.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
    }
}

/// The text in front of the first byte that is not UTF-8, or that the end of the head cuts off.
fn readable(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Finds the header row whose names the layout and the user know best.
pub(crate) fn read_header(source: &SourceSpec, head: &Head) -> Result<Header, String> {
    let body = head.text()?;
    let known = |names: &[String]| known_names(source, names);
    let (mut header, count) =
        find_header(body, head.whole, known).ok_or("the first line cannot be read as a header")?;
    if count == 0 {
        let shown: Vec<String> = header.names.iter().take(20).map(|name| format!("`{name}`")).collect();
        return Err(format!(
            "no line near its start is a header of layout `{}`; the first line is {}. `chipwatch inspect FILE` proposes a mapping",
            source.layout.name,
            shown.join(", ")
        ));
    }
    header.body.0 += head.mark();
    Ok(header)
}

/// How many of these names the layout or the user knows.
pub(crate) fn known_names(source: &SourceSpec, names: &[String]) -> usize {
    let is_chosen = |name: &&String| source.columns.values().any(|chosen| chosen == *name);
    source.layout.recognised(names) + names.iter().filter(is_chosen).count()
}
