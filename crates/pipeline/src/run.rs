//! One run, stage by stage.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chipwatch_detection::{Assessment, assess, assess_slice};
use chipwatch_enrichment::counting::LedgerDesk;
use chipwatch_enrichment::frames::{MonthlyPart, monthly_series};
use chipwatch_ingest::cache::Cache;
use chipwatch_ingest::intake::Scratch;
use chipwatch_ingest::merge::Merged;
use chipwatch_ingest::{FileReading, Plan, Reading, Store, plan, read_all};
use chipwatch_records::{Books, Channel, Chips, Column, Day, Measure, MonthlyRow, RunContext, SourceId};
use chipwatch_report::{EVIDENCE_ROWS, EvidenceFile, RunFolder};
use rayon::prelude::*;

use crate::as_of::latest_shipment;
use crate::bookkeeping::{ReadingSummary, input_stamps, summarise};
use crate::count::{LedgerParts, count};
use crate::error::RunError;
use crate::file::{FormatName, Loaded};
use crate::other_files::book_others;
use crate::outcome::{CacheUse, Outcome, Progress, RunRequest, top};
use crate::prepare::{AsOf, Prepared, prepare};
use crate::stamp::{manifest, run_id};
use crate::store::{SPILL_LINES_ABOVE, beside, is_large, store_for};
use crate::told::Told;

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
    let mut stages = Stages { clock: request.clock, progress, current: None, durations: BTreeMap::new() };
    stages.enter("prepare");
    let prepared = prepare(request.loaded, request.inputs)?;
    let ReadInputs { folder, plan, reading, spills, held } =
        read_inputs(request, &prepared, progress, &mut stages)?;
    // Only now is every input's hash known.
    let id = run_id(request.tool_version, request.loaded, &prepared, &plan, request.as_of);
    let mut summary = summarise(&prepared, &plan, &reading.files);
    must_have_lines(&reading.files, &summary)?;
    book_others(&prepared.others, request.loaded.file.report.max_reject_ratio, &mut summary);
    stages.enter("count");
    let as_of = day_of(request, &prepared, &reading.merged);
    let counted = count(&prepared, &plan, reading.merged, (as_of, spills, folder.path()), &mut summary)?;
    stages.enter("detect");
    let context = run_context(&prepared, &plan, as_of);
    let has_tables = request.loaded.file.report.formats.contains(&FormatName::Csv);
    let evidence = has_tables.then(|| EvidenceFile::create(folder.path(), &counted.book)).transpose()?;
    let Detected { assessment, level_totals, monthly } =
        detect(&prepared, &counted, &context, evidence, &mut summary)?;
    stages.enter("report");
    check_books(&summary, request.loaded)?;
    refuse_ratio(request.loaded, &prepared, &mut summary);
    let mut manifest = manifest(request.tool_version, request.loaded, &prepared, &id, as_of);
    let report =
        Told { request, prepared: &prepared, counted: &counted, context: &context, summary: &summary };
    let written = report.write(folder.path(), &assessment, &level_totals, &monthly)?;
    stages.close();
    if let Some(why) = counted.book.written.documents.failure() {
        return Err(RunError::Internal(why.to_owned()));
    }
    // Numbers of documents were read from there until now.
    drop(held);
    manifest.inputs = input_stamps(&prepared, &plan, &reading.files);
    manifest.notes = std::mem::take(&mut summary.file_notes);
    manifest.content_digest.clone_from(&written.content_digest);
    manifest.counts = stage_counts(&summary.books, &counted, &assessment);
    manifest.durations = stages.durations;
    request.started_at.clone_into(&mut manifest.started_at);
    manifest.write(folder.path())?;
    let published = folder.publish(&format!("{as_of}-{}", &id[..8]), summary.doubts.is_empty())?;
    let severity =
        assessment.entities.iter().flat_map(|entity| &entity.findings).map(|finding| finding.severity).max();
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
        held: Some(Box::new((assessment, counted))),
    })
}

/// What was read, and where.
struct ReadInputs {
    folder: RunFolder,
    plan: Plan,
    reading: Reading,
    /// Whether lines wait on disk.
    spills: bool,
    /// Rows may lie in either until they are counted, and document numbers until they are told.
    held: (Box<dyn Store>, Option<Cache>),
}

fn read_inputs(
    request: &RunRequest<'_>,
    prepared: &Prepared,
    progress: &dyn Progress,
    stages: &mut Stages<'_>,
) -> Result<ReadInputs, RunError> {
    stages.enter("plan");
    let folder = RunFolder::open(request.out)?;
    let scratch = Scratch::new(beside(folder.path(), "texts"));
    let cache = open_cache(request);
    let mut plan = plan(&prepared.sources, &scratch, cache.as_ref())?;
    for damaged in cache.iter().flat_map(Cache::damaged) {
        tracing::warn!("What the cache has of {damaged}; the file is read anew.");
    }
    stages.enter("read");
    progress.expect_bytes(plan.tasks.iter().map(|task| task.bytes).sum());
    let spills = request.spills || is_large(&plan);
    let store = store_for(spills, folder.path())?;
    let reading = read_all(&prepared.sources, &mut plan, store.as_ref(), cache.as_ref(), &|bytes| {
        progress.read_bytes(bytes);
    })?;
    if let Some(why) = &reading.not_kept {
        tracing::warn!("The parts of this run are not cached: {why}");
    }
    let lines: u64 = reading.files.iter().map(|file| file.receipt.accepted).sum();
    let spills = spills || lines > SPILL_LINES_ABOVE;
    Ok(ReadInputs { folder, plan, reading, spills, held: (store, cache) })
}

/// The cache, where there is to be one. A run without it is slower and no worse.
fn open_cache(request: &RunRequest<'_>) -> Option<Cache> {
    let CacheUse { folder, rehash } = request.cache?;
    Cache::open(folder, rehash).inspect_err(|why| tracing::warn!("This run goes without {why}")).ok()
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
    message += "; correct the export, or the layout and columns of its source";
    Err(RunError::Empty { message })
}

fn day_of(request: &RunRequest<'_>, prepared: &Prepared, merged: &Merged) -> Day {
    match (request.as_of, prepared.as_of) {
        (Some(day), _) | (None, AsOf::Day(day)) => day,
        (None, AsOf::Today) => request.today,
        (None, AsOf::LatestShipment) => {
            latest_shipment(&merged.lines, &merged.ship_days).unwrap_or(prepared.threshold.since)
        }
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
        absent_columns.insert(source, Column::ALL.iter().copied().filter(|column| !has(column)).collect());
    }
    RunContext {
        as_of,
        threshold: prepared.threshold.clone(),
        evidence_rows: prepared.evidence_rows,
        absent_columns,
    }
}

/// Slices with more lines are settled one at a time. One entity may have a twentieth of all lines, and its slice is held in
/// memory whole: some 200 bytes a line.
const HEAVY_SLICE: usize = 500_000;

/// What the slices of the ledger came to.
struct Detected {
    assessment: Assessment,
    level_totals: Vec<(Channel, Chips)>,
    monthly: Vec<MonthlyRow>,
}

fn detect(
    prepared: &Prepared,
    counted: &LedgerParts,
    context: &RunContext,
    evidence: Option<EvidenceFile<'_>>,
    summary: &mut ReadingSummary,
) -> Result<Detected, RunError> {
    let LedgerParts { book, parties, items, links, notes, cut, lines, .. } = counted;
    let days = (context.threshold.since, context.as_of);
    let desk = LedgerDesk::new(book, parties, (&items.shapes, links), (notes, *cut), days);
    let heavy = Mutex::new(());
    // One slice after the other is handed out: evidence is written in their order, and must not wait for long.
    let mut assessed: Vec<_> = (0..cut.slices())
        .par_bridge()
        .map(|slice| {
            // Nothing below waits for another slice: whoever holds this comes to an end.
            let _alone = (lines.lines_of(slice) > HEAVY_SLICE).then(|| heavy.lock());
            let lines = desk.lines(lines.take(slice)?);
            let ledger = desk.ledger(&lines, slice);
            let sums = (totals_by_level(&ledger), MonthlyPart::of(&ledger));
            let mut assessed = assess_slice(&ledger, context, &prepared.detectors);
            evidence.iter().for_each(|file| file.put(slice, &assessed.entities, &lines));
            assessed.let_go(&lines, EVIDENCE_ROWS);
            Ok((slice, assessed, sums))
        })
        .collect::<Result<_, String>>()
        .map_err(RunError::Internal)?;
    lines.clear();
    evidence.map_or(Ok(()), EvidenceFile::finish)?;
    assessed.sort_by_key(|(slice, ..)| *slice);
    let (assessed, sums): (Vec<_>, Vec<_>) =
        assessed.into_iter().map(|(_, assessed, sums)| (assessed, sums)).unzip();
    let (levels, months): (Vec<_>, Vec<_>) = sums.into_iter().unzip();
    let mut totals: BTreeMap<Channel, Chips> = BTreeMap::new();
    for (channel, chips) in levels.into_iter().flatten() {
        totals.entry(channel).or_default().add(chips.lo, chips.best, chips.hi);
    }
    let (assessment, monthly) = rayon::join(|| assess(assessed, book), || monthly_series(months));
    let monthly = monthly.map_err(|error| RunError::Internal(error.to_string()))?;
    for failure in &assessment.failures {
        summary.doubts.push(format!("detector {} failed: {}", failure.detector, failure.message));
    }
    Ok(Detected { assessment, level_totals: totals.into_iter().collect(), monthly })
}

/// Chips bought at each level; levels are never added up.
fn totals_by_level(ledger: &chipwatch_records::Ledger<'_>) -> BTreeMap<Channel, Chips> {
    let mut totals: BTreeMap<Channel, Chips> = BTreeMap::new();
    for entry in
        ledger.entries.iter().filter(|entry| matches!(entry.measure, Measure::Direct | Measure::CustomsOnly))
    {
        let channel = ledger.line(entry).channel;
        totals.entry(channel).or_default().add(entry.chips_lo, entry.chips_best, entry.chips_hi);
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
        summary.doubts.push(format!("{} refused rows are not listed", summary.rejects.not_listed));
    }
}

fn stage_counts(books: &Books, counted: &LedgerParts, assessment: &Assessment) -> BTreeMap<String, u64> {
    let count = |n: usize| n as u64;
    BTreeMap::from([
        ("bytes of ledger lines on disk".to_owned(), counted.lines.bytes_on_disk()),
        ("rows read".to_owned(), books.rows.read),
        ("distinct parties".to_owned(), count(counted.book.written.parties.len())),
        ("entities".to_owned(), count(counted.book.entities.len())),
        ("items".to_owned(), count(counted.book.items.len())),
        ("ledger lines".to_owned(), count(counted.lines.kept())),
        ("open lines".to_owned(), count(counted.lines.open())),
        ("entities in the report".to_owned(), count(assessment.entities.len())),
    ])
}
