//! `chipwatch run`.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use chipwatch_pipeline::{CacheUse, Outcome, RunError, RunRequest, default_out, load};
use chipwatch_records::{BulkStatus, Day, Severity};
use chipwatch_report::escape::terminal;
use comfy_table::{CellAlignment, Table, presets};

use crate::args::{RunArguments, SeverityName};
use crate::complain::not_trustworthy;
use crate::progress::Bar;

pub(crate) fn run(arguments: &RunArguments) -> Result<ExitCode> {
    if let Some(jobs) = arguments.jobs {
        if jobs == 0 {
            bail!("--jobs must be at least 1");
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build_global()
            .context("the threads cannot be started")?;
    }
    let as_of = arguments.as_of.as_deref().map(day).transpose()?;
    let loaded = load(&arguments.pipeline).map_err(RunError::from)?;
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&loaded.name()));
    let cache = arguments.cache.clone().unwrap_or_else(|| out.join(".cache"));
    let cache = CacheUse { folder: &cache, rehash: arguments.rehash };
    let (today, started_at) = now()?;
    let start = Instant::now();
    let clock = move || start.elapsed().as_secs_f64();
    let request = RunRequest {
        loaded: &loaded,
        inputs: &super::inputs(&arguments.input),
        out: &out,
        cache: (!arguments.no_cache).then_some(cache),
        spills: arguments.spill,
        as_of,
        today,
        tool_version: env!("CARGO_PKG_VERSION"),
        started_at: &started_at,
        clock: &clock,
    };
    let bar = Bar::new(arguments.quiet);
    let outcome = chipwatch_pipeline::run(&request, &bar);
    bar.finish();
    let mut outcome = outcome?;
    std::mem::forget(outcome.held.take());
    if !arguments.quiet {
        // Whoever reads the summary may stop reading; the report stands, and the exit code speaks of the run.
        match tell(&outcome) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
    }
    if !outcome.doubts.is_empty() {
        warn(&outcome)?;
        return Ok(not_trustworthy());
    }
    let reached = arguments.fail_on.is_some_and(|severity| outcome.severity >= Some(severity.into()));
    Ok(if reached { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Info => Self::Info,
            SeverityName::Review => Self::Review,
            SeverityName::Hold => Self::Hold,
        }
    }
}

fn day(text: &str) -> Result<Day> {
    Day::parse_iso(text).with_context(|| format!("--as-of {text}: write the day as yyyy-mm-dd"))
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the program")]
fn now() -> Result<(Day, String)> {
    let now = chrono::Local::now();
    let today = Day::from_date(now.date_naive()).context("the clock stands before the year 1")?;
    Ok((today, now.format("%Y-%m-%dT%H:%M:%S%:z").to_string()))
}

fn tell(outcome: &Outcome) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let rows = &outcome.books.rows;
    let excluded: u64 = rows.excluded.values().sum();
    writeln!(
        out,
        "{} rows read = {} counted + {excluded} excluded + {} rejected + {} duplicate + {} superseded + {} quarantined",
        rows.read, rows.counted, rows.rejected, rows.duplicate, rows.superseded, rows.quarantined
    )?;
    writeln!(
        out,
        "As of {}: {} entities bought {}; {} more may have; {} match indicators; {} near misses.",
        outcome.as_of,
        outcome.summary.bulk_confirmed,
        outcome.threshold,
        outcome.summary.bulk_possible,
        outcome.summary.indicators,
        outcome.summary.near_misses
    )?;
    if !outcome.top.is_empty() {
        writeln!(out, "{}", table(outcome))?;
    }
    writeln!(out, "Report: {}", terminal(&outcome.published.path.display().to_string()))
}

fn table(outcome: &Outcome) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header(["#", "entity", "country", "chips lo", "best", "hi", "bulk"]);
    for (rank, top) in outcome.top.iter().enumerate() {
        let bulk = match top.bulk {
            BulkStatus::Confirmed => "confirmed",
            BulkStatus::Possible => "possible",
            BulkStatus::None => "-",
        };
        table.add_row([
            (rank + 1).to_string(),
            terminal(&top.name).into_owned(),
            top.country.clone(),
            top.chips.lo.to_string(),
            top.chips.best.to_string(),
            top.chips.hi.to_string(),
            bulk.to_owned(),
        ]);
    }
    for column in [0, 3, 4, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn warn(outcome: &Outcome) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    writeln!(err, "error (input): the report is a draft, and `latest` stays where it was, because")?;
    for doubt in &outcome.doubts {
        writeln!(err, "  - {}", terminal(doubt))?;
    }
    writeln!(err, "  see {}", terminal(&outcome.published.path.display().to_string()))
}
