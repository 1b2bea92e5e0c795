//! Exports that are no delimited text in UTF-8: what they are copied to, and what is read of that.

use encoding_rs::Encoding;

use super::desk::Desk;
use super::need;
use super::tables::{hold_export, layout, layout_and_export};
use crate::intake::{encoding, texts};

/// A decoder gets so many bytes at once: longer texts are cut between them.
const DECODED_AT_ONCE: usize = 1 << 16;

/// A text in some encoding. A first line may name one; else it is told by the bytes.
pub fn encodings(bytes: &[u8]) {
    let line_end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let label = std::str::from_utf8(&bytes[..line_end]).ok();
    let told = label.and_then(encoding);
    let export = if told.is_some() { &bytes[bytes.len().min(line_end + 1)..] } else { bytes };
    hold_decoded(export, told);
    if let (Some(told), 1..) = (told, export.len()) {
        // The same again and again, so that characters lie across the borders of what is decoded at once.
        let times = DECODED_AT_ONCE / export.len() + 2;
        hold_decoded(&export.repeat(times)[..DECODED_AT_ONCE + export.len()], Some(told));
    }
    if told.is_none() {
        drop(hold_export(export, &layout("canonical")));
    }
}

/// The copy has the characters that the decoder finds, and one byte that is none for each fault.
fn hold_decoded(export: &[u8], told: Option<&'static Encoding>) {
    let desk = Desk::new(export);
    let scratch = desk.scratch();
    let Ok(texts) = texts(&desk.export(), told, &scratch) else { return };
    let [text] = texts.as_slice() else { return };
    let (Some(label), None, None) = (&text.form.encoding, &text.form.packed, &text.form.records) else {
        return;
    };
    let copy = need(std::fs::read(&text.path));
    assert_eq!(copy.len() as u64, text.bytes);
    if !text.is_copy {
        assert_eq!(copy, export);
        return;
    }
    let decoder = need(encoding(label).ok_or(label));
    let (expected, _) = decoder.decode_with_bom_removal(export);
    assert!(String::from_utf8_lossy(&copy) == expected, "decoded otherwise as {label}");
}

/// A packed export: gzip, zstd or zip.
pub fn packed(bytes: &[u8]) {
    drop(hold_export(bytes, &layout("canonical")));
}

/// JSON lines. A first line may name a layout.
pub fn json_lines(bytes: &[u8]) {
    let (layout, export) = layout_and_export(bytes);
    let Some(seen) = hold_export(export, &layout) else { return };
    if export.starts_with(b"{") {
        let filled = export.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        assert!(seen.rows() <= filled.count() as u64, "more rows than lines");
    }
}

/// A Parquet file.
pub fn parquet(bytes: &[u8]) {
    drop(hold_export(bytes, &layout("canonical")));
}

/// An X12 interchange.
pub fn x12(bytes: &[u8]) {
    drop(hold_export(bytes, &layout("x12_867")));
}

/// A workbook.
pub fn workbook(bytes: &[u8]) {
    drop(hold_export(bytes, &layout("canonical")));
}
