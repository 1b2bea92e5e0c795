//! A look at an export that nobody has described yet: where its header stands, and what its columns probably are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chipwatch_records::{Channel, Column};

use crate::captions::{Captions, Trade};
use crate::error::IngestError;
use crate::head::{Head, read_head};
use crate::header::{Header, find_header};
use crate::intake::{Form, Scratch, Text, starts_of_texts};
use crate::layout::{Folded, Headers, Layout, Mapping};
use crate::other_tables::Recognised;
use crate::proposal::{Basis, Proposal, count_known, is_summed_up, propose, trade_of};
use crate::rows::{Row, Splitter};

/// So many rows are looked at for examples and for cells that speak against a column.
const SAMPLED: usize = 200;

/// A column of codes has at most so many different ones.
const MOST_CODES: usize = 12;

/// What a file seems to be.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Where it is.
    pub path: PathBuf,
    /// What it was before it was text in UTF-8.
    pub form: Form,
    /// The sheet, where the file is a workbook of several.
    pub sheet: Option<String>,
    /// Bytes of the text; of a Parquet file, of the first rows as text.
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
    /// Guesses without which the file could not be read.
    pub needed_guesses: BTreeSet<Column>,
    /// Fields that are read though they are no column: codes, marks, and what fills empty cells.
    pub side_fields: Vec<usize>,
    /// Direction of trade, where it seems to be a customs table that says so.
    pub trade: Option<Trade>,
    /// Level of the trade that names and headers speak of; none where they do not.
    pub channel: Option<Channel>,
    /// Whether it has sums by month in place of lines.
    pub is_summed_up: bool,
    /// What it is, where it is no list of sales.
    pub other: Option<Recognised>,
    /// What a run cannot do without and the file lacks.
    pub missing: Vec<String>,
}

/// Looks at the start of a file, or of each sheet of a workbook. Sheets without a header are left out.
///
/// # Errors
/// [`IngestError`] where it cannot be read, or is no delimited text with a header.
pub fn inspect(path: &Path, captions: &Captions, scratch: &Scratch) -> Result<Vec<Inspection>, IngestError> {
    let not_understood = |why: String| IngestError::NotUnderstood { path: path.to_owned(), why };
    let texts = starts_of_texts(path, scratch).map_err(not_understood)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for text in texts {
        match inspect_text(path, text, captions) {
            Ok(inspection) => found.push(inspection),
            Err(error) => failures.push(error),
        }
    }
    match failures.into_iter().next() {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

fn inspect_text(path: &Path, text: Text, captions: &Captions) -> Result<Inspection, IngestError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: path.to_owned(), why: error.to_string() };
    let not_understood = |why: String| IngestError::NotUnderstood { path: path.to_owned(), why };
    let head = read_head(&text.path, text.bytes).map_err(unreadable)?;
    let Text { bytes, sheet, form, .. } = text;
    let text = head.text().map_err(not_understood)?;
    let layouts = all_layouts()?;
    let known = |names: &[String]| {
        let folded: Vec<Folded<'_>> = names.iter().map(Folded::new).collect();
        let by_layouts = layouts.iter().map(|layout| layout.recognised_among(&folded));
        by_layouts.chain([count_known(captions, names)]).max().unwrap_or_default()
    };
    let (mut header, count) =
        find_header(text, head.whole, known).ok_or_else(|| not_understood("the file is empty".into()))?;
    let other = other_table(captions, text, head.whole, &mut header);
    if count < 2 && other.is_none() {
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
    let (mapping, needed_guesses) = mapping_of(&layout, &header.names, &proposals).map_err(not_understood)?;
    Ok(Inspection {
        path: path.to_owned(),
        form,
        sheet,
        bytes,
        delimiter: header.delimiter,
        header_line: header.line,
        samples,
        proposals,
        trade,
        channel: layout.channel().or_else(|| channel_of(captions, name, &header.names)),
        layout: layout.name,
        is_summed_up: is_summed_up(captions, &header.names),
        other,
        missing: mapping.missing(),
        needed_guesses,
        side_fields: mapping.side_fields(),
        headers: header.names,
    })
}

/// What a text is, where it is no list of sales; its header may stand on another line than one of sales would.
fn other_table(captions: &Captions, text: &str, is_whole: bool, header: &mut Header) -> Option<Recognised> {
    let (none, others) = (BTreeMap::new(), captions.others());
    if let Some(other) = others.recognise(captions, &header.names, &none) {
        return Some(other);
    }
    let (found, other) = others.recognise_text(captions, text, is_whole, &none)?;
    *header = found;
    Some(other)
}

impl Inspection {
    /// The headers that the layout does not find by itself: what a source must say under `columns`. Guesses are left to a
    /// person, except where a run cannot do without the column.
    #[must_use]
    pub fn columns(&self) -> BTreeMap<Column, String> {
        let chosen = |proposal: &&Proposal| proposal.basis != Basis::Layout && self.is_used(proposal);
        let named = |proposal: &Proposal| (proposal.column, self.headers[proposal.field].clone());
        self.proposals.iter().filter(chosen).map(named).collect()
    }

    /// Whether a run would read this column.
    #[must_use]
    pub fn is_used(&self, proposal: &Proposal) -> bool {
        !proposal.is_guess() || self.needed_guesses.contains(&proposal.column)
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

    /// Unused fields that seem to say what a row is: a type, a status, a category, with few different values.
    pub fn codes(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        const WORDS: [&str; 6] = ["type", "status", "category", "movement", "reason", "typ"];
        let is_code = |header: &str| {
            let words = header.to_lowercase();
            words.split(|letter: char| !letter.is_alphanumeric()).any(|word| WORDS.contains(&word))
        };
        self.unused().filter(move |header| is_code(header)).filter_map(|header| {
            let field = self.headers.iter().position(|known| known == header)?;
            let mut values: Vec<&str> = self.samples.iter().map(|row| row[field].trim()).collect();
            values.sort_unstable();
            values.dedup();
            values.retain(|value| !value.is_empty());
            (1..=MOST_CODES).contains(&values.len()).then_some((header, values))
        })
    }

    /// Headers that nothing is made of.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let is_used = |field: usize| {
            self.proposals.iter().any(|proposal| proposal.field == field) || self.side_fields.contains(&field)
        };
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
    let found = Headers::new(headers);
    let fits = |layout: &&Layout| {
        !layout.summed_up
            && layout.is_evident(&found)
            && layout.map_among(headers, &found, &none).is_ok_and(|mapping| mapping.missing().is_empty())
    };
    let layout = match layouts.iter().filter(fits).max_by_key(|layout| layout.recognised(headers)) {
        Some(layout) => layout.clone(),
        None => Layout::named("canonical")?,
    };
    let Ok(mapping) = layout.map(headers, &none) else { return Ok((layout, proposals)) };
    let mut all: Vec<Proposal> = mapping
        .fields
        .iter()
        // A unit that stands with its quantity has no header.
        .filter(|(_, field)| **field < headers.len())
        .map(|(column, field)| Proposal {
            column: *column,
            field: *field,
            confidence: 1.0,
            basis: Basis::Layout,
        })
        .collect();
    let side_fields = mapping.side_fields();
    let taken = |proposal: &Proposal, all: &[Proposal]| {
        all.iter().any(|own| own.column == proposal.column || own.field == proposal.field)
            || side_fields.contains(&proposal.field)
    };
    for proposal in proposals {
        if !taken(&proposal, &all) {
            all.push(proposal);
        }
    }
    all.sort_by_key(|proposal| proposal.column);
    Ok((layout, all))
}

/// What the layout makes of the header with all likely proposals, and with as few guesses as it takes.
fn mapping_of(
    layout: &Layout,
    headers: &[String],
    proposals: &[Proposal],
) -> Result<(Mapping, BTreeSet<Column>), String> {
    let own = proposals.iter().filter(|proposal| proposal.basis != Basis::Layout);
    let (mut guesses, likely): (Vec<&Proposal>, Vec<&Proposal>) =
        own.partition(|proposal| proposal.is_guess());
    let named = |proposal: &Proposal| (proposal.column, headers[proposal.field].clone());
    let mut chosen: BTreeMap<Column, String> = likely.into_iter().map(named).collect();
    let mut mapping = layout.map(headers, &chosen)?;
    let mut needed = BTreeSet::new();
    guesses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    for guess in guesses {
        let missing = mapping.missing().len();
        if missing == 0 {
            break;
        }
        let (column, header) = named(guess);
        chosen.insert(column, header);
        let with = layout.map(headers, &chosen)?;
        if with.missing().len() < missing {
            mapping = with;
            needed.insert(column);
        } else {
            chosen.remove(&column);
        }
    }
    Ok((mapping, needed))
}

/// Customs tables speak of importers and exporters, declarations and origins; reports of distributors name them.
fn channel_of(captions: &Captions, file_name: &str, headers: &[String]) -> Option<Channel> {
    const CUSTOMS: [&str; 13] = [
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
    const DISTRIBUTION: [&str; 6] = ["distributor", "distributors", "disti", "reseller", "resale", "pos"];
    let name = captions.words(file_name).all;
    let words: Vec<String> = headers.iter().flat_map(|header| captions.words(header).all).collect();
    let count = |of: &[&str]| of.iter().filter(|word| words.iter().any(|known| known == *word)).count();
    let is_named = |of: &[&str]| of.iter().any(|word| name.iter().any(|known| known == word));
    if is_named(&["customs", "panjiva"]) || count(&CUSTOMS) >= 2 {
        Some(Channel::Customs)
    } else if is_named(&DISTRIBUTION) || count(&DISTRIBUTION) >= 1 {
        Some(Channel::SellThrough)
    } else {
        None
    }
}
