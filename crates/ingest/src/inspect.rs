//! A look at an export that nobody has described yet: where its header stands, and what its columns probably are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chipwatch_records::Column;

use crate::captions::{Captions, Trade};
use crate::error::IngestError;
use crate::header::{Header, find_header};
use crate::layout::{Layout, Mapping};
use crate::plan::{Head, read_head};
use crate::proposal::{Basis, Proposal, count_known, is_summed_up, propose, trade_of};
use crate::rows::{Row, Splitter};

/// So many rows are looked at for examples and for cells that speak against a column.
const SAMPLED: usize = 200;

/// What a file seems to be.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Where it is.
    pub path: PathBuf,
    /// Size in bytes.
    pub bytes: u64,
    /// What stands between fields.
    pub delimiter: u8,
    /// Physical line of the header.
    pub header_line: u32,
    /// The header.
    pub headers: Vec<String>,
    /// The first rows.
    pub samples: Vec<Vec<String>>,
    /// Name of the layout that fits.
    pub layout: String,
    /// What the layout and the dictionary make of the headers, in the order of columns.
    pub proposals: Vec<Proposal>,
    /// Direction of trade, where it seems to be a customs table that says so.
    pub trade: Option<Trade>,
    /// Whether it seems to be a customs table.
    pub is_customs: bool,
    /// Whether it has sums by month in place of lines.
    pub is_summed_up: bool,
    /// What a run cannot do without and the file lacks.
    pub missing: Vec<String>,
}

/// Looks at the start of a file.
///
/// # Errors
/// [`IngestError`] where it cannot be read, or is no delimited text with a header.
pub fn inspect(path: &Path, captions: &Captions) -> Result<Inspection, IngestError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: path.to_owned(), why: error.to_string() };
    let not_understood = |why: String| IngestError::NotUnderstood { path: path.to_owned(), why };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    let head = read_head(path, bytes).map_err(unreadable)?;
    let text = head.text().map_err(not_understood)?;
    let layouts = all_layouts()?;
    let known = |names: &[String]| {
        let by_layouts = layouts.iter().map(|layout| layout.recognised(names));
        by_layouts.chain([count_known(captions, names)]).max().unwrap_or_default()
    };
    let (header, count) =
        find_header(text, head.whole, known).ok_or_else(|| not_understood("the file is empty".into()))?;
    if count < 2 {
        let shown: Vec<String> = header.names.iter().take(20).map(|name| format!("`{name}`")).collect();
        return Err(not_understood(format!(
            "no line near its start looks like a header; the first line is {}",
            shown.join(", ")
        )));
    }
    let samples = samples(&head, text, &header);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let trade = trade_of(captions, name, &header.names);
    let (layout, proposals) = choose(captions, &layouts, &header.names, trade, &samples)?;
    let missing = mapping_of(&layout, &header.names, &proposals).map_err(not_understood)?.missing();
    Ok(Inspection {
        path: path.to_owned(),
        bytes,
        delimiter: header.delimiter,
        header_line: header.line,
        samples,
        layout: layout.name,
        proposals,
        trade,
        is_customs: is_customs(captions, &header.names),
        is_summed_up: is_summed_up(captions, &header.names),
        missing,
        headers: header.names,
    })
}

impl Inspection {
    /// The headers that the layout does not find by itself: what a source must say under `columns`. Guesses are left to a
    /// person, except where a run cannot do without the column.
    #[must_use]
    pub fn columns(&self) -> BTreeMap<Column, String> {
        let needed = [Column::Quantity, Column::ShipDate];
        let chosen = |proposal: &&Proposal| {
            !self.is_of_layout(proposal) && (!proposal.is_guess() || needed.contains(&proposal.column))
        };
        let named = |proposal: &Proposal| (proposal.column, self.headers[proposal.field].clone());
        self.proposals.iter().filter(chosen).map(named).collect()
    }

    /// Whether the layout finds this column without being told.
    #[must_use]
    pub fn is_of_layout(&self, proposal: &Proposal) -> bool {
        self.proposals.iter().any(|other| other == proposal) && proposal.basis == Basis::Layout
    }

    /// Up to three different values of a field, as written.
    #[must_use]
    pub fn examples(&self, field: usize) -> Vec<&str> {
        let mut examples: Vec<&str> = Vec::new();
        for cell in self.samples.iter().filter_map(|row| row.get(field)).map(|cell| cell.trim()) {
            if !cell.is_empty() && !examples.contains(&cell) {
                examples.push(cell);
            }
            if examples.len() == 3 {
                break;
            }
        }
        examples
    }

    /// Headers that nothing is made of.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let is_used = |field: usize| self.proposals.iter().any(|proposal| proposal.field == field);
        self.headers
            .iter()
            .enumerate()
            .filter(move |(field, _)| !is_used(*field))
            .map(|(_, name)| name.as_str())
    }
}

fn all_layouts() -> Result<Vec<Layout>, IngestError> {
    Layout::names().into_iter().map(Layout::named).collect()
}

fn samples(head: &Head, text: &str, header: &Header) -> Vec<Vec<String>> {
    let mut splitter = Splitter::new(header.delimiter);
    let mut rows = splitter.rows(&text[header.body.0..], header.body.1, head.whole, usize::MAX);
    let mut samples = Vec::new();
    while let (Ok(Some(row)), true) = (rows.next_row(), samples.len() < SAMPLED) {
        if matches!(row, Row::Record { .. }) && rows.count() == header.names.len() {
            samples.push((0..rows.count()).map(|field| rows.field(field).to_owned()).collect());
        }
    }
    samples
}

/// A layout of a system where the file has all that it needs under it; else the canonical one with named columns.
fn choose(
    captions: &Captions,
    layouts: &[Layout],
    headers: &[String],
    trade: Option<Trade>,
    samples: &[Vec<String>],
) -> Result<(Layout, Vec<Proposal>), IngestError> {
    let proposals = propose(captions, headers, trade, samples);
    let none = BTreeMap::new();
    let fits =
        |layout: &&Layout| layout.map(headers, &none).is_ok_and(|mapping| mapping.missing().is_empty());
    let layout = match layouts.iter().filter(fits).max_by_key(|layout| layout.recognised(headers)) {
        Some(layout) => layout.clone(),
        None => Layout::named("canonical")?,
    };
    let Ok(mapping) = layout.map(headers, &none) else { return Ok((layout, proposals)) };
    let mut all: Vec<Proposal> = mapping
        .fields
        .iter()
        .map(|(column, field)| Proposal {
            column: *column,
            field: *field,
            confidence: 1.0,
            basis: Basis::Layout,
        })
        .collect();
    let taken = |proposal: &Proposal, all: &[Proposal]| {
        all.iter().any(|own| own.column == proposal.column || own.field == proposal.field)
            || mapping.types.iter().any(|types| types.field == proposal.field)
    };
    for proposal in proposals {
        if !taken(&proposal, &all) {
            all.push(proposal);
        }
    }
    all.sort_by_key(|proposal| proposal.column);
    Ok((layout, all))
}

fn mapping_of(layout: &Layout, headers: &[String], proposals: &[Proposal]) -> Result<Mapping, String> {
    let chosen = proposals
        .iter()
        .filter(|proposal| proposal.basis != Basis::Layout)
        .map(|proposal| (proposal.column, headers[proposal.field].clone()))
        .collect();
    layout.map(headers, &chosen)
}

/// Customs tables speak of importers and exporters, declarations and origins; sales exports do not.
fn is_customs(captions: &Captions, headers: &[String]) -> bool {
    const WORDS: [&str; 13] = [
        "importer",
        "exporter",
        "declaration",
        "customs",
        "consignee",
        "shipper",
        "lading",
        "imp",
        "exp",
        "cif",
        "fob",
        "origin",
        "boe",
    ];
    let words: Vec<String> = headers.iter().flat_map(|header| captions.words(header).all).collect();
    WORDS.iter().filter(|word| words.iter().any(|known| known == *word)).count() >= 2
}
