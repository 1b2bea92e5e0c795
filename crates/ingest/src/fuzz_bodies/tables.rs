//! Whole exports: looked at, planned and read under a layout, with a look-up, and as `inspect` proposes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chipwatch_records::Column;

use super::desk::{Desk, Seen};
use super::need;
use crate::captions::Captions;
use crate::header::find_header;
use crate::inspect::{Inspection, inspect};
use crate::layout::Layout;
use crate::lookup::Lookup;

/// Ranges must be at least so long; shorter exports are repeated until they have some.
const SHORTEST_RANGE: usize = 1_024;

fn layouts() -> &'static [Layout] {
    static LAYOUTS: OnceLock<Vec<Layout>> = OnceLock::new();
    LAYOUTS.get_or_init(|| Layout::names().into_iter().map(|name| need(Layout::named(name))).collect())
}

/// The layout of this name.
pub(super) fn layout(name: &str) -> Layout {
    need(layouts().iter().find(|layout| layout.name == name).cloned().ok_or(name))
}

/// The layout that a first line names, and what follows it; without such a line the layout that knows the most headers.
pub(super) fn layout_and_export(bytes: &[u8]) -> (Layout, &[u8]) {
    let line_end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    if let Some(layout) = layouts().iter().find(|layout| layout.name.as_bytes() == &bytes[..line_end]) {
        return (layout.clone(), &bytes[bytes.len().min(line_end + 1)..]);
    }
    let text = String::from_utf8_lossy(bytes);
    let known = |names: &[String]| layouts().iter().map(|layout| layout.recognised(names)).max();
    let header = find_header(&text, true, |names| known(names).unwrap_or_default());
    let names = header.map(|(header, _)| header.names).unwrap_or_default();
    let best = layouts().iter().rev().max_by_key(|layout| layout.recognised(&names));
    (best.cloned().unwrap_or_else(|| layout("canonical")), bytes)
}

/// An export under a layout. A first line may name one; else the one is taken that knows most of the headers.
pub fn table(bytes: &[u8]) {
    let (layout, export) = layout_and_export(bytes);
    drop(hold_export(export, &layout));
    if (1..SHORTEST_RANGE).contains(&export.len()) {
        hold_export(&export.repeat(3 * SHORTEST_RANGE / export.len() + 1), &layout);
    }
}

/// What is read of an export, the same in ranges of any length.
pub(super) fn hold_export(export: &[u8], layout: &Layout) -> Option<Seen> {
    let desk = Desk::new(export);
    let seen = desk.read_in_ranges(desk.source(layout.clone()), &[1 << 20, 1_024, 2_048])?;
    let blake3 = blake3::hash(export).to_hex();
    assert!(seen.hashes().all(|hash| hash == blake3.as_str()), "the hash of the file");
    Some(seen)
}

/// A look-up. Its key is the document number; a table of all its keys is read with it.
pub fn lookup(bytes: &[u8]) {
    const SALES: &[u8] = b"document_no,part_number,quantity,ship_date,sold_to_name,end_user_name\n\
        80001,900-1-2,1,2024-01-02,Acme,\n0080002,900-1-2,2,2024-01-02,Acme,\n1,900-1-2,3,2024-01-02,Acme,Own\n";
    let desk = Desk::new(SALES);
    let path = desk.path().join("side");
    need(std::fs::write(&path, bytes));
    let adds = [Column::EndUserName, Column::EndUserCountry];
    let Ok(lookup) = Lookup::read(&path, "side", &[Column::DocumentNo], &adds, &BTreeMap::new()) else {
        return;
    };
    assert_eq!(lookup.blake3, blake3::hash(bytes).to_hex().as_str());
    for key in &lookup.conflicting {
        let number = key.trim_end_matches('\u{1f}');
        assert_eq!(lookup.find([(Column::DocumentNo, number)].into_iter()), None, "{key:?}");
    }
    let mut source = desk.source(layout("canonical"));
    source.lookups.push(lookup);
    let seen = desk.read_in_ranges(source, &[1 << 20]);
    assert!(seen.is_some_and(|seen| seen.rows() == 3));
}

/// What `inspect` proposes for an export, and a run as it proposes.
pub fn proposal(bytes: &[u8]) {
    let desk = Desk::new(bytes);
    let Ok(inspections) = inspect(&desk.export(), need(Captions::embedded()), &desk.scratch()) else {
        return;
    };
    assert!(!inspections.is_empty());
    for look in &inspections {
        hold_inspection(look);
    }
    let [look] = inspections.as_slice() else { return };
    let mut source = desk.source(layout(&look.layout));
    source.columns = look.columns();
    let seen = desk.read_in_ranges(source, &[1 << 20]);
    let lacks_nothing = look.missing.is_empty() && !look.is_summed_up;
    assert!(seen.is_some() || !lacks_nothing, "a run refuses what is proposed: {look:?}");
}

fn hold_inspection(look: &Inspection) {
    let width = look.headers.len();
    let mut columns = Vec::new();
    for proposal in &look.proposals {
        assert!(proposal.field < width);
        assert!((0.0..=1.0).contains(&proposal.confidence));
        assert!(look.examples(proposal.field).len() <= 3);
        columns.push(proposal.column);
    }
    assert!(columns.is_sorted_by(|a, b| a < b), "a column is proposed twice");
    assert!(look.samples.iter().all(|row| row.len() == width));
    assert!(look.side_fields.iter().all(|field| *field < width));
    assert!(look.codes().all(|(_, values)| !values.is_empty()));
    assert!(look.unused().count() <= width);
    assert!(look.header_line > 0 && !look.form.in_words().is_empty());
}
