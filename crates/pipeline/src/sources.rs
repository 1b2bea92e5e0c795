//! The `[[source]]` and `[[lookup]]` tables of a pipeline, understood.

use std::collections::BTreeMap;

use chipwatch_ingest::intake::encoding;
use chipwatch_ingest::layout::Layout;
use chipwatch_ingest::lookup::Lookup;
use chipwatch_ingest::{IngestError, SourceSpec};
use chipwatch_records::{Channel, Column, DocumentType};

use crate::error::{PipelineError, RunError};
use crate::file::{ChannelName, Loaded, SourceTable};
use crate::prepare::{HashedFile, InputOverride, fault, unknown};

/// Encodings for a did-you-mean; any label of the WHATWG standard is taken.
const ENCODINGS: [&str; 9] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1252",
    "windows-1251",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-kr",
];

fn columns(loaded: &Loaded, names: &[String]) -> Result<Vec<Column>, PipelineError> {
    let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    names
        .iter()
        .map(|name| Column::from_name(name).ok_or_else(|| unknown(loaded, "column", name, &known)))
        .collect()
}

fn column_map(
    loaded: &Loaded,
    map: &BTreeMap<String, String>,
) -> Result<BTreeMap<Column, String>, PipelineError> {
    let names: Vec<String> = map.keys().cloned().collect();
    Ok(columns(loaded, &names)?.into_iter().zip(map.values().cloned()).collect())
}

pub(crate) fn lookups(
    loaded: &Loaded,
    files: &mut Vec<HashedFile>,
) -> Result<Vec<(Lookup, Vec<String>)>, RunError> {
    let mut all = Vec::new();
    for table in &loaded.file.lookup {
        let (on, adds) = (columns(loaded, &table.on)?, columns(loaded, &table.adds)?);
        let path = loaded.base().join(&table.file);
        let lookup = Lookup::read(&path, &table.file, &on, &adds, &column_map(loaded, &table.columns)?)?;
        files.push(HashedFile { name: table.file.clone(), blake3: lookup.blake3.clone() });
        all.push((lookup, table.sources.clone()));
    }
    Ok(all)
}

pub(crate) fn sources(
    loaded: &Loaded,
    lookups: &[(Lookup, Vec<String>)],
    inputs: &[InputOverride],
) -> Result<Vec<SourceSpec>, RunError> {
    if loaded.file.source.is_empty() {
        return Err(fault(
            loaded,
            "source",
            "the pipeline has no [[source]]".into(),
            "add one, with `files` and `layout`",
        )
        .into());
    }
    let mut specs = Vec::new();
    for (index, table) in loaded.file.source.iter().enumerate() {
        specs.push(source(loaded, table, index, lookups)?);
    }
    let names: Vec<String> = specs.iter().map(|spec: &SourceSpec| spec.name.clone()).collect();
    if let Some(double) = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
        return Err(fault(
            loaded,
            double.1,
            format!("two sources are named `{}`", double.1),
            "give each its own `name`",
        )
        .into());
    }
    let mut replaced = vec![false; specs.len()];
    for input in inputs {
        let index = match &input.source {
            Some(name) => names
                .iter()
                .position(|known| known == name)
                .ok_or_else(|| PipelineError::unknown(&loaded.path, "", "source", name, &names))?,
            None if specs.len() == 1 => 0,
            None => {
                let hint = format!("say --input NAME=GLOB with one of {}", names.join(", "));
                return Err(fault(
                    loaded,
                    "[[source]]",
                    "--input without a name needs a pipeline with one source".into(),
                    &hint,
                )
                .into());
            }
        };
        if !replaced[index] {
            specs[index].patterns.clear();
            replaced[index] = true;
        }
        specs[index].base = std::path::PathBuf::from(".");
        specs[index].patterns.push(input.pattern.clone());
    }
    if let Some(empty) = specs.iter().find(|spec| spec.patterns.is_empty()) {
        let message = format!("source `{}` names no files", empty.name);
        return Err(fault(loaded, "[[source]]", message, "add `files = [\"…\"]` or say --input GLOB").into());
    }
    Ok(specs)
}

fn source(
    loaded: &Loaded,
    table: &SourceTable,
    index: usize,
    lookups: &[(Lookup, Vec<String>)],
) -> Result<SourceSpec, RunError> {
    let name = table.name.clone().unwrap_or_else(|| format!("source{}", index + 1));
    let layout = Layout::named(&table.layout).map_err(|error| match error {
        IngestError::UnknownLayout { name, known } => {
            RunError::from(unknown(loaded, "layout", &name, &known))
        }
        other => RunError::Input(other),
    })?;
    let encoding = match table.encoding.as_deref() {
        Some(name) => Some(encoding(name).ok_or_else(|| unknown(loaded, "encoding", name, &ENCODINGS))?),
        None => None,
    };
    let mut document_types = BTreeMap::new();
    let known: Vec<&str> = DocumentType::ALL.iter().map(|kind| kind.as_str()).collect();
    for (code, kind) in &table.document_types {
        let kind =
            DocumentType::from_name(kind).ok_or_else(|| unknown(loaded, "document type", kind, &known))?;
        document_types.insert(code.to_uppercase(), kind);
    }
    let mine = |sources: &Vec<String>| sources.is_empty() || sources.contains(&name);
    Ok(SourceSpec {
        patterns: table.files.clone(),
        base: loaded.base(),
        channel: match table.channel {
            Some(ChannelName::SellIn) => Channel::SellIn,
            Some(ChannelName::SellThrough) => Channel::SellThrough,
            Some(ChannelName::Customs) => Channel::Customs,
            None => layout.channel().unwrap_or(Channel::SellIn),
        },
        layout,
        seller: table.seller.clone(),
        system: table.system.clone().unwrap_or_else(|| name.clone()),
        encoding,
        number: table.number,
        date: table.date,
        columns: column_map(loaded, &table.columns)?,
        document_types,
        pack: table.pack.iter().map(|(unit, pieces)| (unit.to_uppercase(), *pieces)).collect(),
        replaces: table.replaces.clone(),
        lookups: lookups
            .iter()
            .filter(|(_, sources)| mine(sources))
            .map(|(lookup, _)| lookup.clone())
            .collect(),
        name,
    })
}
