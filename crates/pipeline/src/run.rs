//! One run, stage by stage.

use std::collections::BTreeMap;
use std::path::Path;

use chipwatch_detection::{Assessment, assess, assess_slice};
use chipwatch_enrichment::counting::{
    Counted, Links, PartitionCount, build_slices, count_partition, ledger_slice,
};
use chipwatch_enrichment::items::{Items, classify};
use chipwatch_enrichment::parties::{self, Parties};
use chipwatch_ingest::merge::{Merged, RawPartition};
use chipwatch_ingest::{FileReading, Plan, plan, read_all};
use chipwatch_records::{
    Basis, Book, Books, BulkStatus, Channel, Chips, Column, Day, Fate, ItemTotals, KeptLine, Measure,
    NotEvaluated, RunContext, Severity, ShipmentLine, ShipmentLines, SourceId,
};
use chipwatch_report::{Formats, Published, Report, RunFolder, Summary};
use rayon::prelude::*;

use crate::as_of::latest_shipment;
use crate::bookkeeping::{ReadingSummary, add_rejects, input_stamps, summarise};
use crate::error::RunError;
use crate::file::{FormatName, Loaded};
use crate::prepare::{AsOf, InputOverride, Prepared, prepare};
use crate::stamp::{manifest, run_id};
use crate::store::MemoryStore;

/// What the caller decides about a run.
pub struct RunRequest<'a> {
    /// The pipeline.
    pub loaded: &'a Loaded,
    /// Files in place of the pipeline's.
    pub inputs: &'a [InputOverride],
    /// The pipeline's report folder.
    pub out: &'a Path,
    /// The day the report speaks for, in place of the pipeline's.
    pub as_of: Option<Day>,
    /// The day of the run, for `as_of = "today"`.
    pub today: Day,
    /// Version of the tool.
    pub tool_version: &'a str,
    /// When the run started, for the manifest.
    pub started_at: &'a str,
    /// Seconds since some fixed moment, for the manifest's durations.
    pub clock: &'a (dyn Fn() -> f64 + Sync),
}

/// Whoever watches a run.
pub trait Progress: Sync {
    /// A stage begins.
    fn stage(&self, name: &'static str);
    /// So many bytes will be read.
    fn expect_bytes(&self, bytes: u64);
    /// So many more bytes were read.
    fn read_bytes(&self, bytes: u64);
}

/// Watches nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str) {}
    fn expect_bytes(&self, _: u64) {}
    fn read_bytes(&self, _: u64) {}
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Where the report is.
    pub published: Published,
    /// What it says, in numbers.
    pub summary: Summary,
    /// The books.
    pub books: Books,
    /// Why the run cannot be trusted; empty: it can.
    pub doubts: Vec<String>,
    /// The highest severity among its findings.
    pub severity: Option<Severity>,
    /// The day it speaks for.
    pub as_of: Day,
    /// The threshold in words.
    pub threshold: String,
    /// The first of the flagged entities, for the terminal.
    pub top: Vec<TopEntity>,
}

/// A line of the terminal's summary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopEntity {
    /// Name, as hostile as it was written.
    pub name: String,
    /// Country code, or nothing.
    pub country: String,
    /// Chips.
    pub chips: Chips,
    /// How sure the bulk badge is.
    pub bulk: BulkStatus,
}

/// How many entities the terminal's summary names.
const TOP: usize = 10;

/// Times the stages and tells whoever watches.
struct Stages<'a> {
    clock: &'a (dyn Fn() -> f64 + Sync),
    progress: &'a dyn Progress,
    current: Option<(&'static str, f64)>,
    durations: BTreeMap<String, f64>,
}

impl Stages<'_> {
    fn enter(&mut self, name: &'static str) {
        self.close();
        self.progress.stage(name);
        self.current = Some((name, (self.clock)()));
        tracing::debug!(stage = name, "Stage begins.");
    }

    fn close(&mut self) {
        if let Some((name, since)) = self.current.take() {
            self.durations.insert(name.to_owned(), (self.clock)() - since);
        }
    }
}

/// Runs a pipeline from files to a published report.
///
/// # Errors
/// [`RunError`] where there is no report; a report that cannot be trusted is an [`Outcome`] with doubts.
pub fn run(request: &RunRequest<'_>, progress: &dyn Progress) -> Result<Outcome, RunError> {
    let mut stages = Stages {
        clock: request.clock,
        progress,
        current: None,
        durations: BTreeMap::new(),
    };
    stages.enter("prepare");
    let prepared = prepare(request.loaded, request.inputs)?;
    stages.enter("plan");
    let plan = plan(&prepared.sources)?;
    let id = run_id(
        request.tool_version,
        request.loaded,
        &prepared,
        &plan,
        request.as_of,
    );
    let folder = RunFolder::open(request.out, &id)?;
    stages.enter("read");
    progress.expect_bytes(plan.tasks.iter().map(|task| task.end - task.start).sum());
    let store = MemoryStore::default();
    let reading = read_all(&prepared.sources, &plan, &store, &|bytes| {
        progress.read_bytes(bytes)
    })?;
    let mut summary = summarise(&prepared, &plan, &reading.files);
    must_have_lines(&reading.files, &summary)?;
    stages.enter("resolve");
    let Merged {
        lines,
        partitions,
        resolver,
    } = reading.merged;
    let partitions = resolve_partitions(partitions, &resolver, &mut summary, &lines);
    let as_of = day_of(request, &prepared, &lines, &partitions);
    stages.enter("enrich");
    let counted = count(&prepared, &plan, lines, partitions, as_of, &mut summary);
    stages.enter("detect");
    let context = run_context(&prepared, &plan, as_of);
    let (assessment, level_totals) = detect(&prepared, &counted, &context, &mut summary);
    stages.enter("report");
    check_books(&summary, request.loaded)?;
    refuse_ratio(request.loaded, &prepared, &mut summary);
    let mut manifest = manifest(request.tool_version, request.loaded, &prepared, &id, as_of);
    let report = Told {
        request,
        prepared: &prepared,
        counted: &counted,
        context: &context,
        summary: &summary,
    };
    let written = report.write(folder.path(), &assessment, &level_totals)?;
    stages.close();
    manifest.inputs = input_stamps(&prepared, &plan, &reading.files);
    manifest.notes = std::mem::take(&mut summary.file_notes);
    manifest.content_digest.clone_from(&written.content_digest);
    manifest.counts = stage_counts(&summary.books, &counted, &assessment);
    manifest.durations = stages.durations;
    request.started_at.clone_into(&mut manifest.started_at);
    manifest.write(folder.path())?;
    let published = folder.publish(&format!("{as_of}-{}", &id[..8]), summary.doubts.is_empty())?;
    let severity = assessment
        .entities
        .iter()
        .flat_map(|entity| &entity.findings)
        .map(|finding| finding.severity)
        .max();
    Ok(Outcome {
        published,
        summary: written,
        books: summary.books,
        doubts: summary.doubts,
        severity,
        as_of,
        threshold: format!(
            "{} AI chips since {}",
            context.threshold.in_words(context.threshold.chips),
            context.threshold.since
        ),
        top: top(&assessment, &counted.book),
    })
}

fn top(assessment: &Assessment, book: &Book) -> Vec<TopEntity> {
    let flagged = assessment
        .entities
        .iter()
        .filter(|entity| entity.basis != Basis::None);
    flagged
        .take(TOP)
        .map(|flagged| {
            let entity = book.entity(flagged.entity);
            TopEntity {
                name: entity.name.clone(),
                country: entity.country.map_or_else(String::new, |code| code.to_string()),
                chips: flagged.purchases.acquired,
                bulk: flagged.bulk_status,
            }
        })
        .collect()
}

fn must_have_lines(files: &[FileReading], summary: &ReadingSummary) -> Result<(), RunError> {
    if files.iter().any(|file| file.receipt.accepted > 0) {
        return Ok(());
    }
    let mut message = format!("no line could be read from {} file(s)", files.len());
    if let Some(first) = summary.rejects.listed.first() {
        message = format!(
            "{message}: {} rows were refused, the first at {}:{} ({} `{}`: {})",
            summary.rejects.count, first.file, first.line, first.column, first.value, first.reason
        );
    }
    Err(RunError::Empty { message })
}

fn resolve_partitions(
    partitions: Vec<RawPartition>,
    resolver: &chipwatch_ingest::merge::Resolver,
    summary: &mut ReadingSummary,
    lines: &ShipmentLines,
) -> Vec<Vec<ShipmentLine>> {
    let resolved: Vec<_> = partitions
        .into_par_iter()
        .map(|partition| partition.resolve(resolver))
        .collect();
    let mut all = Vec::with_capacity(resolved.len());
    for partition in resolved {
        let refused = partition.rejects.len() as u64;
        summary.books.rows.read += refused;
        summary.books.rows.add(Fate::Rejected, refused);
        for reject in &partition.rejects {
            let file = lines.files.iter().find(|file| file.path == reject.file);
            if let Some(file) = file {
                summary.by_source[file.source.index()].1 += 1;
            }
        }
        add_rejects(&mut summary.rejects, partition.rejects, refused);
        all.push(partition.lines);
    }
    summary.rejects.listed.sort();
    all
}

fn day_of(
    request: &RunRequest<'_>,
    prepared: &Prepared,
    lines: &ShipmentLines,
    partitions: &[Vec<ShipmentLine>],
) -> Day {
    match (request.as_of, prepared.as_of) {
        (Some(day), _) | (None, AsOf::Day(day)) => day,
        (None, AsOf::Today) => request.today,
        (None, AsOf::LatestShipment) => {
            latest_shipment(lines, partitions).unwrap_or(prepared.threshold.since)
        }
    }
}

/// The ledger's lines and the tables beside them.
struct LedgerParts {
    book: Book,
    parties: Parties,
    items: Items,
    links: Links,
    /// Kept lines, then open ones.
    lines: Vec<KeptLine>,
    kept: usize,
    item_totals: Vec<ItemTotals>,
}

fn count(
    prepared: &Prepared,
    plan: &Plan,
    lines: ShipmentLines,
    partitions: Vec<Vec<ShipmentLine>>,
    as_of: Day,
    summary: &mut ReadingSummary,
) -> LedgerParts {
    let parties = parties::resolve(&lines, &prepared.register, &prepared.own_companies);
    let links = Links::gather(&lines, &partitions);
    let items = classify(
        &lines,
        &partitions,
        &prepared.items,
        &prepared.rates,
        prepared.scope,
    );
    let replaced_files: Vec<bool> = plan.files.iter().map(|file| file.replaced).collect();
    let has_ship_date: Vec<bool> = lines
        .sources
        .iter()
        .map(|source| source.columns.contains(&Column::ShipDate))
        .collect();
    let since = prepared.threshold.since;
    let context = Counted {
        lines: &lines,
        links: &links,
        items: &items,
        parties: &parties,
        as_of,
        since,
        replaced_files: &replaced_files,
        has_ship_date: &has_ship_date,
    };
    let counts: Vec<PartitionCount> = partitions
        .into_par_iter()
        .map(|partition| count_partition(&context, &partition))
        .collect();
    let mut kept = Vec::with_capacity(
        counts
            .iter()
            .map(|count| count.kept.len() + count.open.len())
            .sum(),
    );
    let mut open = Vec::new();
    let mut item_totals = vec![ItemTotals::default(); items.table.len()];
    for mut count in counts {
        summary.books.merge(&count.books);
        kept.append(&mut count.kept);
        open.append(&mut count.open);
        for (item, totals) in item_totals.iter_mut().enumerate() {
            if let Some(more) =
                chipwatch_records::ItemId::from_index(item).and_then(|id| count.items.get(&id))
            {
                totals.lines += more.lines;
                totals.quantity += more.quantity;
                totals.value_usd += more.value_usd;
            }
        }
    }
    note_doubts(&lines, &links, &parties, summary);
    let kept_lines = kept.len();
    kept.append(&mut open);
    let book = Book {
        items: items.table.clone(),
        entities: parties.entities.clone(),
        party_entities: parties.party_entities.clone(),
        party_countries: parties.party_countries.clone(),
        written: lines,
    };
    LedgerParts {
        book,
        parties,
        items,
        links,
        lines: kept,
        kept: kept_lines,
        item_totals,
    }
}

fn note_doubts(lines: &ShipmentLines, links: &Links, parties: &Parties, summary: &mut ReadingSummary) {
    for mixed in &links.mixed {
        summary.doubts.push(format!(
            "source `{}` mixes {} of the same sales without saying which belong together; map `reference_document_no` or `customer_po`, or split it",
            lines.sources[mixed.source.index()].name,
            mixed.stages.join(" and ")
        ));
    }
    for (first, second) in &links.contested {
        summary.doubts.push(format!(
            "{first} and {second} both say that they replace the same period's report; keep one"
        ));
    }
    for (system, number, names) in &parties.one_time_numbers {
        summary.notes.push(format!(
            "Customer number {number} of {system} stands for {names} names and is no identity."
        ));
    }
    if !parties.unknown_countries.is_empty() {
        let names: Vec<&str> = parties
            .unknown_countries
            .iter()
            .take(10)
            .map(String::as_str)
            .collect();
        summary.notes.push(format!(
            "{} country texts are not known: {}.",
            parties.unknown_countries.len(),
            names.join(", ")
        ));
    }
}

fn run_context(prepared: &Prepared, plan: &Plan, as_of: Day) -> RunContext {
    let mut absent_columns: BTreeMap<SourceId, Vec<Column>> = BTreeMap::new();
    for (index, _) in prepared.sources.iter().enumerate() {
        let Some(source) = SourceId::from_index(index) else {
            continue;
        };
        let has = |column: &Column| {
            plan.files
                .iter()
                .any(|file| file.input.source == source && file.mapping.fields.contains_key(column))
        };
        absent_columns.insert(
            source,
            Column::ALL
                .iter()
                .copied()
                .filter(|column| !has(column))
                .collect(),
        );
    }
    RunContext {
        as_of,
        threshold: prepared.threshold.clone(),
        evidence_rows: prepared.evidence_rows,
        absent_columns,
    }
}

fn detect(
    prepared: &Prepared,
    counted: &LedgerParts,
    context: &RunContext,
    summary: &mut ReadingSummary,
) -> (Assessment, Vec<(Channel, Chips)>) {
    let LedgerParts {
        book,
        parties,
        items,
        links,
        lines,
        kept,
        ..
    } = counted;
    let slices = build_slices(book, parties, lines, *kept, context.as_of);
    let since = context.threshold.since;
    let assessed: Vec<_> = (0..slices.len())
        .into_par_iter()
        .map(|slice| {
            let ledger = ledger_slice(&slices, slice, book, lines, &items.shapes, links, since);
            let levels = totals_by_level(&ledger);
            (assess_slice(&ledger, context, &prepared.detectors), levels)
        })
        .collect();
    let (assessed, levels): (Vec<_>, Vec<_>) = assessed.into_iter().unzip();
    let mut totals: BTreeMap<Channel, Chips> = BTreeMap::new();
    for (channel, chips) in levels.into_iter().flatten() {
        totals
            .entry(channel)
            .or_default()
            .add(chips.lo, chips.best, chips.hi);
    }
    let assessment = assess(assessed, book);
    for failure in &assessment.failures {
        summary.doubts.push(format!(
            "detector {} failed: {}",
            failure.detector, failure.message
        ));
    }
    (assessment, totals.into_iter().collect())
}

/// Chips bought at each level; levels are never added up.
fn totals_by_level(ledger: &chipwatch_records::Ledger<'_>) -> BTreeMap<Channel, Chips> {
    let mut totals: BTreeMap<Channel, Chips> = BTreeMap::new();
    for entry in ledger
        .entries
        .iter()
        .filter(|entry| matches!(entry.measure, Measure::Direct | Measure::CustomsOnly))
    {
        let channel = ledger.line(entry).channel;
        totals
            .entry(channel)
            .or_default()
            .add(entry.chips_lo, entry.chips_best, entry.chips_hi);
    }
    totals
}

fn check_books(summary: &ReadingSummary, loaded: &Loaded) -> Result<(), RunError> {
    if summary.books.foot() {
        return Ok(());
    }
    let rows = &summary.books.rows;
    Err(RunError::Internal(format!(
        "the books of {} do not foot: {} rows read, {} accounted for",
        loaded.path.display(),
        rows.read,
        rows.accounted()
    )))
}

fn refuse_ratio(loaded: &Loaded, prepared: &Prepared, summary: &mut ReadingSummary) {
    let most = loaded.file.report.max_reject_ratio;
    for (source, (read, refused)) in prepared.sources.iter().zip(&summary.by_source) {
        let ratio = *refused as f64 / (*read).max(1) as f64;
        if ratio > most {
            summary.doubts.push(format!(
                "source `{}`: {refused} of {read} rows were refused, more than max_reject_ratio = {most}; see rejects.csv, or raise it under [report]",
                source.name
            ));
        }
    }
    if summary.rejects.not_listed > 0 {
        summary.doubts.push(format!(
            "{} refused rows are not listed",
            summary.rejects.not_listed
        ));
    }
}

fn stage_counts(books: &Books, counted: &LedgerParts, assessment: &Assessment) -> BTreeMap<String, u64> {
    let count = |n: usize| n as u64;
    BTreeMap::from([
        ("rows read".to_owned(), books.rows.read),
        (
            "distinct parties".to_owned(),
            count(counted.book.written.parties.len()),
        ),
        ("entities".to_owned(), count(counted.book.entities.len())),
        ("items".to_owned(), count(counted.book.items.len())),
        ("ledger lines".to_owned(), count(counted.kept)),
        ("open lines".to_owned(), count(counted.lines.len() - counted.kept)),
        (
            "entities in the report".to_owned(),
            count(assessment.entities.len()),
        ),
    ])
}

/// All that the report tells.
struct Told<'a> {
    request: &'a RunRequest<'a>,
    prepared: &'a Prepared,
    counted: &'a LedgerParts,
    context: &'a RunContext,
    summary: &'a ReadingSummary,
}

impl Told<'_> {
    fn write(
        &self,
        folder: &Path,
        assessment: &Assessment,
        level_totals: &[(Channel, Chips)],
    ) -> Result<Summary, RunError> {
        let counted = self.counted;
        let mut not_evaluated: Vec<NotEvaluated> =
            chipwatch_detection::not_evaluated(&self.prepared.detectors, &counted.book, self.context);
        not_evaluated.extend(self.prepared.unused.iter().cloned());
        let mut notes = self.prepared.notes.clone();
        notes.extend(self.summary.notes.iter().cloned());
        let formats = &self.request.loaded.file.report.formats;
        let has = |format| formats.contains(&format);
        let report = Report {
            tool_version: self.request.tool_version,
            pipeline: &self.prepared.name,
            as_of: self.context.as_of,
            context: self.context,
            scope: self.prepared.scope.as_str(),
            books: &self.summary.books,
            book: &counted.book,
            lines: &counted.lines,
            entities: &assessment.entities,
            accounts: &assessment.accounts,
            item_totals: &counted.item_totals,
            open_lines: &counted.lines[counted.kept..],
            rejects: &self.summary.rejects,
            not_evaluated: &not_evaluated,
            notes: &notes,
            level_totals,
        };
        let formats = Formats {
            json: has(FormatName::Json),
            csv: has(FormatName::Csv),
            markdown: has(FormatName::Markdown),
        };
        Ok(report.write(folder, formats)?)
    }
}
