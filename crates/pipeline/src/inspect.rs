//! A look at exports that no pipeline describes yet: proposed sources, what reading them that way would give, and the
//! questions that only a person can answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chipwatch_detection::{build, not_evaluated};
use chipwatch_ingest::captions::Captions;
use chipwatch_ingest::date::DateDialect;
use chipwatch_ingest::inspect::{Inspection, inspect as look};
use chipwatch_ingest::intake::Scratch;
use chipwatch_ingest::layout::Layout;
use chipwatch_ingest::number::NumberDialect;
use chipwatch_ingest::{FileReading, IngestError, SourceSpec, plan, read_all};
use chipwatch_records::{
    Book, Channel, Column, Day, NotEvaluated, Reject, RunContext, Source, SourceId, Threshold,
};

use crate::error::RunError;
use crate::store::MemoryStore;

/// What was found in some files.
#[derive(Debug)]
pub struct Inspected {
    /// One source for each kind of header.
    pub sources: Vec<ProposedSource>,
    /// Files that could not be looked at, and why.
    pub failures: Vec<IngestError>,
    /// What detectors could not look at, were these all files.
    pub silenced: Vec<NotEvaluated>,
}

/// Files with one header.
#[derive(Debug)]
pub struct ProposedSource {
    /// A name from that of the first file.
    pub name: String,
    /// The files, as they were named.
    pub files: Vec<String>,
    /// What the first of them seems to be.
    pub look: Inspection,
    /// Level of the trade.
    pub channel: Channel,
    /// What reading them this way gives; nothing where they cannot be read so.
    pub trial: Option<Trial>,
}

/// What came of reading the files of a source whole.
#[derive(Debug, Default)]
pub struct Trial {
    /// Rows.
    pub rows: u64,
    /// Rows that became lines.
    pub accepted: u64,
    /// Total rows and repeated headers.
    pub passed_over: u64,
    /// Refused rows, and the first of them.
    pub rejected: u64,
    /// The first refused rows.
    pub rejects: Vec<Reject>,
    /// How numbers are written, by column.
    pub numbers: BTreeMap<Column, NumberDialect>,
    /// How dates are written, by column.
    pub dates: BTreeMap<Column, DateDialect>,
    /// What the files leave open, in plain words with the line that answers it.
    pub questions: Vec<String>,
}

impl ProposedSource {
    /// Whether a pipeline should read it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.look.is_summed_up && self.look.other.is_none() && self.look.missing.is_empty()
    }

    fn spec(&self) -> Result<SourceSpec, IngestError> {
        Ok(SourceSpec {
            patterns: self.files.clone(),
            channel: self.channel,
            columns: self.look.columns(),
            ..SourceSpec::new(&self.name, Layout::named(&self.look.layout)?)
        })
    }
}

/// Looks at files and reads those whole that can be read.
///
/// # Errors
/// [`RunError`] for a pattern without a file, or a file that cannot be read after all.
pub fn inspect(patterns: &[String]) -> Result<Inspected, RunError> {
    let captions = Captions::read()?;
    let scratch = Scratch::temporary();
    let mut inspected = Inspected { sources: Vec::new(), failures: Vec::new(), silenced: Vec::new() };
    for found in discover(patterns)? {
        match look(&found.1, &captions, &scratch) {
            Ok(looks) => {
                looks.into_iter().for_each(|look| add(&mut inspected.sources, found.0.clone(), look))
            }
            Err(failure) => inspected.failures.push(failure),
        }
    }
    try_out(&mut inspected.sources, &scratch)?;
    inspected.silenced = silenced(&inspected.sources)?;
    Ok(inspected)
}

fn discover(patterns: &[String]) -> Result<Vec<(String, PathBuf)>, RunError> {
    let layout = Layout::named("canonical")?;
    let any = SourceSpec { patterns: patterns.to_vec(), ..SourceSpec::new("inspect", layout) };
    Ok(any.discover()?.into_iter().map(|found| (found.shown, found.path)).collect())
}

fn add(sources: &mut Vec<ProposedSource>, file: String, look: Inspection) {
    let same = |source: &&mut ProposedSource| {
        source.look.headers == look.headers
            && source.look.delimiter == look.delimiter
            && source.look.trade == look.trade
            && source.look.channel == look.channel
            && source.look.columns() == look.columns()
    };
    if let Some(source) = sources.iter_mut().find(same) {
        if !source.files.contains(&file) {
            source.files.push(file);
        }
        return;
    }
    let name = name_for(&file, sources);
    let channel = look.channel.unwrap_or(Channel::SellIn);
    sources.push(ProposedSource { name, files: vec![file], look, channel, trial: None });
}

/// The file's name in small letters and hyphens, with a number where another source has it.
fn name_for(file: &str, sources: &[ProposedSource]) -> String {
    let stem =
        Path::new(file).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().to_lowercase());
    let words: Vec<&str> =
        stem.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let base = if words.is_empty() { "source".to_owned() } else { words.join("-") };
    let is_free = |name: &String| sources.iter().all(|source| source.name != *name);
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base)
}

fn try_out(sources: &mut [ProposedSource], scratch: &Scratch) -> Result<(), RunError> {
    let usable: Vec<usize> = (0..sources.len()).filter(|index| sources[*index].is_usable()).collect();
    let specs = usable.iter().map(|index| sources[*index].spec()).collect::<Result<Vec<_>, _>>()?;
    let mut plan = plan(&specs, scratch, None)?;
    let reading = read_all(&specs, &mut plan, &MemoryStore::default(), None, &|_| ())?;
    for (file, read) in plan.files.iter().zip(reading.files) {
        let Some(index) = usable.get(file.input.source.index()) else { continue };
        let source = &mut sources[*index];
        source.trial.get_or_insert_default().take_up(read, &file.mapping.fields);
    }
    Ok(())
}

impl Trial {
    fn take_up(&mut self, file: FileReading, fields: &BTreeMap<Column, usize>) {
        let FileReading { receipt, dialects } = file;
        self.rows += receipt.rows;
        self.accepted += receipt.accepted;
        self.passed_over += receipt.total_rows + receipt.repeated_headers;
        self.rejected += receipt.rejected;
        self.rejects.extend(receipt.rejects);
        self.rejects.truncate(3);
        self.numbers.extend(dialects.numbers.into_iter().filter(|(column, _)| fields.contains_key(column)));
        self.dates.extend(dialects.dates.into_iter().filter(|(column, _)| fields.contains_key(column)));
        for question in dialects.questions {
            if !self.questions.contains(&question) {
                self.questions.push(question);
            }
        }
    }
}

/// What every detector at its defaults would miss.
fn silenced(sources: &[ProposedSource]) -> Result<Vec<NotEvaluated>, RunError> {
    let detectors = build(&["all".to_owned()], &[], &BTreeMap::new())
        .map_err(|error| RunError::Internal(error.to_string()))?;
    // No detector looks at a day to say which columns it lacks.
    let day = Day::from_ymd(2020, 1, 1).ok_or_else(|| RunError::Internal("no such day".into()))?;
    let mut context = RunContext {
        as_of: day,
        threshold: Threshold {
            chips: Threshold::DEFAULT_CHIPS,
            operator: Default::default(),
            since: day,
            countries: Vec::new(),
            country_of: Default::default(),
        },
        evidence_rows: None,
        absent_columns: BTreeMap::new(),
    };
    let mut book = Book::default();
    for (index, source) in sources.iter().filter(|source| source.is_usable()).enumerate() {
        let Some(id) = SourceId::from_index(index) else { continue };
        let has = |column: &Column| {
            source
                .look
                .proposals
                .iter()
                .any(|proposal| proposal.column == *column && source.look.is_used(proposal))
        };
        let (columns, absent) = Column::ALL.iter().copied().partition(|column| has(column));
        context.absent_columns.insert(id, absent);
        let name = source.name.clone();
        book.written.sources.push(Source { name, channel: source.channel, system: String::new(), columns });
    }
    Ok(not_evaluated(&detectors, &book, &context))
}
