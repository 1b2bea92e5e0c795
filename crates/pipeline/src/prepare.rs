//! From the pipeline file to everything a run needs: sources, look-ups, overrides, detectors. Reads no data.

use std::path::Path;

use chipwatch_detection::{ConfigError, Detector};
use chipwatch_enrichment::items::{ItemOverrides, Rates};
use chipwatch_enrichment::parties::Register;
use chipwatch_ingest::lookup::Lookup;
use chipwatch_ingest::other_tables::read::OtherReading;
use chipwatch_ingest::{IngestError, SourceSpec};
use chipwatch_records::{CountryCode, CountryOf, Day, NotEvaluated, Operator, Threshold};
use chipwatch_reference::{Scope, country};

use crate::error::{PipelineError, RunError, line_of};
use crate::file::{CountryOfName, EvidenceRows, Loaded, OperatorName};
use crate::other_files::other_tables;
use crate::sources::{lookups, sources};

/// The day a report speaks for, as the pipeline says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsOf {
    /// This day.
    Day(Day),
    /// The last ship date that is not far behind all others.
    LatestShipment,
    /// The day of the run.
    Today,
}

/// A file of the user or the program that a result depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HashedFile {
    /// As the pipeline names it.
    pub name: String,
    /// blake3 of its bytes.
    pub blake3: String,
}

/// A pipeline whose every word is understood.
pub struct Prepared {
    /// Name of the pipeline.
    pub name: String,
    /// Sources.
    pub sources: Vec<SourceSpec>,
    /// The day the report speaks for.
    pub as_of: AsOf,
    /// The question.
    pub threshold: Threshold,
    /// What counts.
    pub scope: Scope,
    /// What the user says about items.
    pub items: ItemOverrides,
    /// What the user says about parties.
    pub register: Register,
    /// The exporter's own companies.
    pub own_companies: Vec<String>,
    /// Dollars for a unit.
    pub rates: Rates,
    /// Detectors with their parameters.
    pub detectors: Vec<Box<dyn Detector>>,
    /// Files of the user that were read.
    pub files: Vec<HashedFile>,
    /// What the pipeline names and this version does not use.
    pub unused: Vec<NotEvaluated>,
    /// Lines of evidence a finding lists.
    pub evidence_rows: Option<usize>,
    /// Keys of look-ups that add nothing, as sentences.
    pub notes: Vec<String>,
    /// Tables that are no sales: stock and licences.
    pub others: OtherReading,
}

/// A file pattern from the command line: for a source by name, or for the only one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputOverride {
    /// The source; `None`: the only one.
    pub source: Option<String>,
    /// The pattern, relative to the working folder.
    pub pattern: String,
}

/// Understands a pipeline.
///
/// # Errors
/// [`RunError`] for a word nobody knows, or a file that cannot be read.
pub fn prepare(loaded: &Loaded, inputs: &[InputOverride]) -> Result<Prepared, RunError> {
    chipwatch_reference::check_tables().map_err(|error| RunError::Internal(error.to_string()))?;
    chipwatch_names::check_tables().map_err(|error| RunError::Internal(error.to_string()))?;
    if loaded.file.version != 1 {
        let message = format!("version {} is not known", loaded.file.version);
        return Err(fault(loaded, "version", message, "this program reads version 1").into());
    }
    let mut files = Vec::new();
    let lookups = lookups(loaded, &mut files)?;
    let mut register = Register::default();
    let mut items = ItemOverrides::default();
    let overrides = &loaded.file.overrides;
    if let Some(name) = &overrides.items {
        items = ItemOverrides::read(name, &read_kept(loaded, name, &mut files)?)?;
    }
    if let Some(name) = &overrides.parties {
        register.add_parties(name, &read_kept(loaded, name, &mut files)?)?;
    }
    if let Some(name) = &overrides.judgements {
        register.add_judgements(name, &read_kept(loaded, name, &mut files)?)?;
    }
    let others = other_tables(loaded, &mut files)?;
    let notes = lookups.iter().flat_map(|(lookup, _)| lookup_notes(lookup)).collect();
    Ok(Prepared {
        name: loaded.name(),
        sources: sources(loaded, &lookups, inputs)?,
        as_of: as_of(loaded)?,
        threshold: threshold(loaded)?,
        scope: scope(loaded)?,
        items,
        register,
        own_companies: loaded.file.own_companies.names.clone(),
        rates: Rates::new(&loaded.file.rates),
        detectors: detectors(loaded)?,
        files,
        unused: unused(loaded),
        evidence_rows: evidence_rows(loaded)?,
        notes,
        others,
    })
}

pub(crate) fn fault(loaded: &Loaded, word: &str, message: String, hint: &str) -> PipelineError {
    PipelineError::new(&loaded.path, line_of(&loaded.text, word), message).hint(hint)
}

pub(crate) fn unknown(loaded: &Loaded, what: &str, word: &str, known: &[&str]) -> PipelineError {
    let known: Vec<String> = known.iter().map(|word| (*word).to_owned()).collect();
    PipelineError::unknown(&loaded.path, &loaded.text, what, word, &known)
}

fn lookup_notes(lookup: &Lookup) -> Vec<String> {
    if lookup.conflicting.is_empty() {
        return Vec::new();
    }
    let keys: Vec<String> = lookup
        .conflicting
        .iter()
        .take(10)
        .map(|key| format!("`{}`", key.trim_end_matches('\u{1f}').replace('\u{1f}', " / ")))
        .collect();
    vec![format!(
        "Look-up {}: {} key(s) have two different rows and add nothing: {}.",
        lookup.shown,
        lookup.conflicting.len(),
        keys.join(", ")
    )]
}

fn read_kept(loaded: &Loaded, name: &str, files: &mut Vec<HashedFile>) -> Result<String, RunError> {
    let path = loaded.base().join(name);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| IngestError::Unreadable { path: path.clone(), why: error.to_string() })?;
    files.push(HashedFile {
        name: name.to_owned(),
        blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
    });
    Ok(text)
}

fn as_of(loaded: &Loaded) -> Result<AsOf, PipelineError> {
    match loaded.file.as_of.as_str() {
        "latest-shipment" => Ok(AsOf::LatestShipment),
        "today" => Ok(AsOf::Today),
        text => Day::parse_iso(text).map(AsOf::Day).ok_or_else(|| {
            let hint = "write a date as yyyy-mm-dd, `latest-shipment` or `today`";
            fault(loaded, "as_of", format!("`{text}` is no day"), hint)
        }),
    }
}

fn threshold(loaded: &Loaded) -> Result<Threshold, PipelineError> {
    let table = &loaded.file.threshold;
    let since = Day::parse_iso(&table.since).ok_or_else(|| {
        fault(loaded, "since", format!("`{}` is no day", table.since), "write it as yyyy-mm-dd")
    })?;
    if table.chips < 1 {
        return Err(fault(
            loaded,
            "chips",
            format!("a threshold of {} chips", table.chips),
            "write a number above 0",
        ));
    }
    let code = |text: &String| -> Result<CountryCode, PipelineError> {
        country(text).ok_or_else(|| {
            fault(loaded, text, format!("`{text}` is no country"), "use ISO 3166 codes such as `SG`")
        })
    };
    Ok(Threshold {
        chips: table.chips,
        operator: match table.operator {
            OperatorName::Gt => Operator::Gt,
            OperatorName::Ge => Operator::Ge,
        },
        since,
        countries: table.countries.iter().map(code).collect::<Result<_, _>>()?,
        country_of: match table.country_of {
            CountryOfName::SoldTo => CountryOf::SoldTo,
            CountryOfName::ShipTo => CountryOf::ShipTo,
            CountryOfName::EndUser => CountryOf::EndUser,
            CountryOfName::Headquarters => CountryOf::Headquarters,
        },
    })
}

fn scope(loaded: &Loaded) -> Result<Scope, PipelineError> {
    let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let class = &loaded.file.scope.class;
    class.parse().map_err(|_| unknown(loaded, "scope", class, &known))
}

fn detectors(loaded: &Loaded) -> Result<Vec<Box<dyn Detector>>, PipelineError> {
    let detect = &loaded.file.detect;
    chipwatch_detection::build(&detect.select, &detect.ignore, &detect.parameters).map_err(|error| {
        match &error {
            ConfigError::UnknownDetector { key, candidates }
            | ConfigError::RetiredDetector { key, candidates } => PipelineError {
                message: error.to_string(),
                ..PipelineError::unknown(&loaded.path, &loaded.text, "detector", key, candidates)
            },
            ConfigError::UnknownParameter { key, candidates, .. } => PipelineError {
                message: error.to_string(),
                ..PipelineError::unknown(&loaded.path, &loaded.text, "key", key, candidates)
            },
            ConfigError::InvalidParameter { key, .. } => {
                fault(loaded, key, error.to_string(), "see `chipwatch detectors explain`")
            }
            ConfigError::NothingSelected => {
                fault(loaded, "[detect]", error.to_string(), "select at least one detector")
            }
        }
    })
}

fn evidence_rows(loaded: &Loaded) -> Result<Option<usize>, PipelineError> {
    match &loaded.file.report.evidence_rows {
        EvidenceRows::Number(rows) => Ok(Some(*rows)),
        EvidenceRows::Word(word) if word == "all" => Ok(None),
        EvidenceRows::Word(word) => Err(unknown(loaded, "number of evidence rows", word, &["all"])),
    }
}

fn unused(loaded: &Loaded) -> Vec<NotEvaluated> {
    let file = &loaded.file;
    let named: [(&str, Vec<&String>); 3] = [
        ("overrides.links", file.overrides.links.iter().collect()),
        ("lists", file.lists.files.iter().collect()),
        ("reference.tables", file.reference.tables.iter().collect()),
    ];
    let mut unused = Vec::new();
    for (what, names) in named {
        if !names.is_empty() {
            let names: Vec<String> =
                names.into_iter().map(|name| format!("{name} (not read by this version)")).collect();
            unused.push(NotEvaluated { what: what.to_owned(), missing: names });
        }
    }
    unused
}

/// The path of an output folder that nobody named.
#[must_use]
pub fn default_out(name: &str) -> std::path::PathBuf {
    Path::new("reports").join(name)
}
