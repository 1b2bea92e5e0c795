//! The first bytes of a file, in which its header stands.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// So many bytes are looked at.
const HEAD: usize = 1 << 20;

/// Reads the first bytes of a text of so many bytes.
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
