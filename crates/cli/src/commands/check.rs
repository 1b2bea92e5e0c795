//! `chipwatch check`: understands a pipeline without reading data.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use chipwatch_pipeline::{RunError, load, prepare};

use crate::args::CheckArguments;

pub(crate) fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let loaded = load(&arguments.pipeline).map_err(RunError::from)?;
    let prepared = prepare(&loaded, &super::inputs(&arguments.input))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}: understood", arguments.pipeline.display())?;
    for source in &prepared.sources {
        writeln!(
            out,
            "  source {}: layout {}, {}, {}",
            source.name,
            source.layout.name,
            source.channel.as_str(),
            source.patterns.join(", ")
        )?;
    }
    let threshold = &prepared.threshold;
    writeln!(
        out,
        "  {} chips since {}, scope {}",
        threshold.in_words(threshold.chips),
        threshold.since,
        prepared.scope.as_str()
    )?;
    let detectors: Vec<&str> = prepared.detectors.iter().map(|detector| detector.id()).collect();
    writeln!(out, "  detectors: {}", detectors.join(", "))?;
    for file in &prepared.others.files {
        let what = file.table.map_or("", |table| table.in_words());
        writeln!(out, "  {}: {what}, {} rows, {} refused", file.path, file.rows, file.rejected)?;
    }
    for unused in &prepared.unused {
        writeln!(out, "  not used: {}: {}", unused.what, unused.missing.join(", "))?;
    }
    Ok(ExitCode::SUCCESS)
}
