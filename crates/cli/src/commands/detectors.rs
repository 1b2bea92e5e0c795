//! `chipwatch detectors`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use chipwatch_detection::{all, explain};

use crate::args::DetectorsCommand;

pub(crate) fn detectors(command: &DetectorsCommand) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        DetectorsCommand::List => {
            for detector in all() {
                writeln!(out, "{:<20} {}", detector.id, summary(detector.page))?;
            }
        }
        DetectorsCommand::Explain { id } => match explain(id) {
            Some(page) => writeln!(out, "{page}")?,
            None => {
                let ids: Vec<&str> = all().iter().map(|detector| detector.id).collect();
                bail!("there is no detector `{id}`; there is {}", ids.join(", "));
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// The first sentence of a page that is no heading.
fn summary(page: &str) -> &str {
    page.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
}
