//! `chipwatch inspect`: what an export seems to be, and the pipeline that would read it.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use chipwatch_ingest::captions::Trade;
use chipwatch_ingest::date::DateDialect;
use chipwatch_ingest::inspect::Inspection;
use chipwatch_ingest::number::NumberDialect;
use chipwatch_ingest::other_tables::Recognised;
use chipwatch_ingest::proposal::{Basis, Proposal};
use chipwatch_pipeline::{Inspected, ProposedSource, Trial};
use chipwatch_records::{Channel, Column};
use chipwatch_report::escape::terminal;
use comfy_table::{CellAlignment, Table, presets};

use crate::args::InspectArguments;

pub(crate) fn inspect(arguments: &InspectArguments) -> Result<ExitCode> {
    let found = chipwatch_pipeline::inspect(&arguments.files)?;
    match tell(&found) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    if let Some(path) = &arguments.write {
        write(&found, path)?;
    }
    let is_whole = found.failures.is_empty() && found.sources.iter().any(ProposedSource::is_usable);
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn write(found: &Inspected, path: &PathBuf) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let Some(text) = found.pipeline_text(folder) else {
        bail!("no file can be read: no pipeline is written")
    };
    let shown = path.display();
    let mut file = std::fs::File::create_new(path)
        .with_context(|| format!("{shown} cannot be made; a file that stands there is never written over"))?;
    file.write_all(text.as_bytes()).with_context(|| format!("{shown} cannot be written"))?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\nWritten: {}. Next: chipwatch run {}",
        terminal(&shown.to_string()),
        terminal(&shown.to_string())
    )?;
    Ok(())
}

fn tell(found: &Inspected) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for source in &found.sources {
        tell_source(&mut out, source)?;
    }
    for failure in &found.failures {
        writeln!(out, "Not understood: {}\n", terminal(&failure.to_string()))?;
    }
    if !found.silenced.is_empty() && found.sources.iter().any(ProposedSource::is_usable) {
        writeln!(out, "What detectors cannot look at without further columns:")?;
        for silenced in &found.silenced {
            writeln!(out, "  {}: needs {}", silenced.what, silenced.missing.join(" or "))?;
        }
        tell_side_extracts(&mut out, found)?;
    }
    Ok(())
}

fn tell_source(out: &mut impl Write, source: &ProposedSource) -> std::io::Result<()> {
    let look = &source.look;
    for file in &source.files {
        writeln!(out, "{}", terminal(file))?;
    }
    if let Some(sheet) = &look.sheet {
        writeln!(out, "  sheet `{}`", terminal(sheet))?;
    }
    tell_form(out, look)?;
    if look.is_summed_up {
        writeln!(
            out,
            "  It has sums by month, no single shipments. It is left out: beside the lines it was made from, every chip \
             would be counted twice. Ask for the full table.\n"
        )?;
        return Ok(());
    }
    if let Some(other) = &look.other {
        return tell_other(out, look, other);
    }
    writeln!(out, "  layout {}, source `{}`, channel {}", look.layout, source.name, source.channel.as_str())?;
    writeln!(out, "{}", table(source))?;
    let unused: Vec<String> = look.unused().map(|name| terminal(name).into_owned()).collect();
    if let Some(more) = unused.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        writeln!(out, "  not used: {} and {more} more", unused[..MOST_NAMED].join(", "))?;
    } else if !unused.is_empty() {
        writeln!(out, "  not used: {}", unused.join(", "))?;
    }
    if !look.missing.is_empty() {
        writeln!(
            out,
            "  It cannot be read: no column for {}. Name it under `columns`.",
            look.missing.join(", ")
        )?;
    }
    if let Some(trial) = &source.trial {
        tell_trial(out, trial)?;
    }
    let questions = source.questions();
    if !questions.is_empty() {
        writeln!(out, "  Questions:")?;
    }
    for question in questions {
        writeln!(out, "    - {}", terminal(&question.text))?;
        for line in question.lines() {
            writeln!(out, "        {}", terminal(&line))?;
        }
    }
    writeln!(out)
}

/// What a table is that is no list of sales, and where it belongs.
fn tell_other(out: &mut impl Write, look: &Inspection, other: &Recognised) -> std::io::Result<()> {
    writeln!(
        out,
        "  It is {} (column `{}`) and no list of sales: it is no source. It belongs under [overrides]: {} = \"…\"",
        other.table.in_words(),
        terminal(&other.by),
        other.table.key()
    )?;
    for (column, field) in &other.fields {
        let examples: Vec<String> =
            look.examples(*field).into_iter().map(|cell| short(&terminal(cell))).collect();
        let header = terminal(&look.headers[*field]);
        writeln!(out, "    {} from `{header}`: {}", column.name(), examples.join(" · "))?;
    }
    writeln!(out)
}

fn tell_form(out: &mut impl Write, look: &Inspection) -> std::io::Result<()> {
    let delimiter = match look.delimiter {
        _ if look.form.encoding.is_none() || look.form.records.is_some() => String::new(),
        b'\t' => ", tabs between fields".to_owned(),
        other => format!(", `{}` between fields", char::from(other)),
    };
    let kind = match (look.channel, look.trade) {
        (Some(Channel::Customs), Some(Trade::Import)) => "; a customs table of imports",
        (Some(Channel::Customs), Some(Trade::Export)) => "; a customs table of exports",
        (Some(Channel::Customs), None) => "; a customs table",
        (Some(Channel::SellThrough), _) => "; sales of a distributor or reseller",
        _ => "",
    };
    writeln!(
        out,
        "  {}{delimiter}, header on line {}, {} columns{kind}",
        look.form.in_words(),
        look.header_line,
        look.headers.len()
    )
}

fn table(source: &ProposedSource) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header([
        "",
        "column",
        "header",
        "sure",
        "because of",
        "examples",
    ]);
    for proposal in &source.look.proposals {
        let examples: Vec<String> =
            source.look.examples(proposal.field).into_iter().map(|cell| short(&terminal(cell))).collect();
        table.add_row([
            if proposal.is_guess() { "?" } else { "" }.to_owned(),
            proposal.column.name().to_owned(),
            terminal(&source.look.headers[proposal.field]).into_owned(),
            format!("{:.0} %", proposal.confidence * 100.0),
            because(proposal).to_owned(),
            examples.join(" · "),
        ]);
    }
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn because(proposal: &Proposal) -> &'static str {
    match proposal.basis {
        Basis::Layout => "the layout",
        Basis::Caption => "a known caption",
        Basis::Words => "its words",
        Basis::Spelling => "its spelling",
    }
}

/// The first characters of a cell.
fn short(cell: &str) -> String {
    const MOST: usize = 28;
    if cell.chars().count() <= MOST {
        return cell.to_owned();
    }
    cell.chars().take(MOST - 1).chain(['…']).collect()
}

fn tell_trial(out: &mut impl Write, trial: &Trial) -> std::io::Result<()> {
    let Trial { rows, accepted, passed_over, rejected, .. } = trial;
    writeln!(
        out,
        "  read whole: {rows} rows = {accepted} accepted + {rejected} refused + {passed_over} totals and repeated headers"
    )?;
    for reject in &trial.rejects {
        let text = format!(
            "{}:{} {} `{}`: {}",
            reject.file, reject.line, reject.column, reject.value, reject.reason
        );
        writeln!(out, "    refused: {}", terminal(&text))?;
    }
    let numbers = trial.numbers.iter().map(|(column, dialect)| {
        let example = match dialect {
            NumberDialect::Point => "1,234.50",
            NumberDialect::Comma => "1.234,50",
        };
        (column, example)
    });
    let dates = trial.dates.iter().map(|(column, dialect)| {
        let example = match dialect {
            DateDialect::Iso => "2024-12-31",
            DateDialect::Dmy => "31.12.2024",
            DateDialect::Mdy => "12/31/2024",
            DateDialect::Compact => "20241231",
            DateDialect::Serial => "45657",
            DateDialect::Buddhist => "31/12/2567",
            DateDialect::Roc => "113/12/31",
            DateDialect::Era => "令和6年12月31日",
        };
        (column, example)
    });
    let all: Vec<String> =
        numbers.chain(dates).map(|(column, example)| format!("{} as {example}", column.name())).collect();
    if !all.is_empty() {
        writeln!(out, "  written {}", all.join(", "))?;
    }
    Ok(())
}

/// So many unused headers are named.
const MOST_NAMED: usize = 60;

/// Where SAP keeps what exports often leave out. Tables and fields: SAP data dictionary.
const SAP_EXTRACTS: [(Column, &str); 6] = [
    (Column::EndUserName, "VBPA with PARVW EN or ZE, joined on VBELN; names and countries in KNA1 or ADRC"),
    (Column::ShipToName, "VBPA with PARVW WE, joined on VBELN; names in KNA1 or ADRC"),
    (Column::SoldToCountry, "KNA1-LAND1, joined on KUNNR"),
    (Column::OrderDate, "VBAK-AUDAT, joined by LIPS-VGBEL"),
    (Column::SerialNumbers, "SER01 and OBJK-SERNR, joined on the delivery and its item"),
    (Column::Eccn, "/SAPSLL/MARITC, joined on MATNR"),
];

fn tell_side_extracts(out: &mut impl Write, found: &Inspected) -> std::io::Result<()> {
    let sap: Vec<&ProposedSource> = found
        .sources
        .iter()
        .filter(|source| source.is_usable() && source.look.layout.starts_with("sap_"))
        .collect();
    let lacks = |column: Column| {
        sap.iter().all(|source| source.look.proposals.iter().all(|proposal| proposal.column != column))
    };
    if sap.is_empty() {
        return writeln!(out, "  A side extract with them can be joined by a [[lookup]].");
    }
    writeln!(out, "  Side extracts that have them, to be joined by a [[lookup]]:")?;
    for (column, extract) in SAP_EXTRACTS.iter().filter(|(column, _)| lacks(*column)) {
        writeln!(out, "    {}: {extract}", column.name())?;
    }
    Ok(())
}
