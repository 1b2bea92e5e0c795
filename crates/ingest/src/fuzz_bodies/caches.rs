//! The cache: what is read with it is what is read without, whatever stands in its files.

use std::path::{Path, PathBuf};

use super::desk::Desk;
use super::need;
use super::tables::{layout, layout_and_export};
use crate::cache::{Cache, hold_files};

const SALES: &[u8] = b"sold_to_name,part_number,quantity,ship_date,unit_price,document_no,line_no\n\
    \"Acme\nTrading, Ltd\",900-21010-0000-000,12,31/12/2024,\"1,234.50\",0077,10\n\
    Borealis Oy,900-21010-0000-000,x,31/12/2024,5,78,10\n\
    Borealis Oy,900-21010-0000-000,-3,13/01/2025,5,79,20\n\
    Total,,9,,,,\n";

/// An export, read into an empty cache and out of it. A first line may name a layout.
pub fn cached(bytes: &[u8]) {
    let (layout, export) = layout_and_export(bytes);
    let desk = Desk::new(export);
    let uncached = desk.read(desk.source(layout.clone()), None);
    for way in ["into the cache", "out of the cache"] {
        let cache = need(Cache::open(&desk.path().join("cache"), false));
        assert_eq!(desk.read(desk.source(layout.clone()), Some(&cache)), uncached, "{way}");
        assert!(cache.damaged().is_empty());
    }
}

/// Any bytes as the index, or changes of it.
pub fn cache_index(bytes: &[u8]) {
    hold_damaged(bytes, "index.json");
}

/// Any bytes as an entry, or changes of it.
pub fn cache_entry(bytes: &[u8]) {
    hold_damaged(bytes, "entry.json");
}

/// Any bytes as a file of a part, or changes of it.
pub fn cache_part(bytes: &[u8]) {
    hold_damaged(bytes, if bytes.len().is_multiple_of(2) { "rows.parquet" } else { "values.parquet" });
}

/// Any bytes as the files of a part, or changes of them, though nobody vouches for them: they are read or refused.
pub fn cache_lists(bytes: &[u8]) {
    let desk = Desk::new(SALES);
    let folder = desk.path().join("cache");
    assert!(desk.read_cached(layout("canonical"), &folder).is_some());
    let rows = file_of(&folder, "rows.parquet");
    let values = file_of(&folder, "values.parquet");
    for path in [&rows, &values] {
        let whole = need(std::fs::read(path));
        need(std::fs::write(path, damaged(&whole, bytes)));
    }
    hold_files(&rows, &values);
}

/// Damages a file of a filled cache: the run that follows reads what one without a cache does, and the next one too.
fn hold_damaged(bytes: &[u8], ending: &str) {
    let desk = Desk::new(SALES);
    let folder = desk.path().join("cache");
    let read = || desk.read_cached(layout("canonical"), &folder);
    let uncached = desk.read(desk.source(layout("canonical")), None);
    assert!(uncached.is_some() && read() == uncached);
    let path = file_of(&folder, ending);
    let whole = need(std::fs::read(&path));
    need(std::fs::write(&path, damaged(&whole, bytes)));
    assert_eq!(read(), uncached, "a damaged {}", path.display());
    assert_eq!(read(), uncached, "after a damaged {}", path.display());
}

/// The file in a folder whose path ends so.
fn file_of(folder: &Path, ending: &str) -> PathBuf {
    let mut files = walkdir::WalkDir::new(folder).into_iter().map(|found| need(found).into_path());
    let path = files.find(|path| path.to_str().is_some_and(|path| path.ends_with(ending)));
    need(path.ok_or(ending))
}

/// The bytes themselves; behind `~` they say what is changed: two bytes the place, one the new byte.
fn damaged(whole: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some(changes) = bytes.strip_prefix(b"~") else { return bytes.to_vec() };
    let mut damaged = whole.to_vec();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]])) % damaged.len();
        damaged[place] = change[2];
    }
    damaged
}
