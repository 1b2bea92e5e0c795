//! Arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Turns sales exports into a report of the entities that bought AI chips in bulk, with the rows that prove it.
#[derive(Parser, Debug)]
#[command(name = "chipwatch", version, about)]
pub(crate) struct Arguments {
    /// Say more on standard error; twice for every stage.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run a pipeline and write its report.
    Run(RunArguments),
    /// Understand a pipeline without reading data.
    Check(CheckArguments),
    /// Look at exports that no pipeline describes yet, and propose one.
    Inspect(InspectArguments),
    /// What chipwatch looks for.
    Detectors {
        #[command(subcommand)]
        command: DetectorsCommand,
    },
    /// Print a JSON schema.
    Schema {
        /// Of what.
        of: SchemaOf,
    },
}

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,
    /// Files to read in place of the pipeline's: GLOB for its only source, NAME=GLOB for one of several.
    #[arg(long, value_name = "GLOB")]
    pub(crate) input: Vec<String>,
    /// The pipeline's report folder [default: reports/<pipeline>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The day the report speaks for, as yyyy-mm-dd.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Threads [default: one a core].
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// Exit with 1 where a finding of this severity or above exists.
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<SeverityName>,
    /// Where what was read is kept for the next run [default: .cache in the report folder].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(crate) cache: Option<PathBuf>,
    /// Read every file, and keep nothing for the next run.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Hash every file, whatever the time says at which it was written.
    #[arg(long)]
    pub(crate) rehash: bool,
    /// Let lines wait on disk, in the report folder, although the inputs are small: less memory, more time.
    #[arg(long)]
    pub(crate) spill: bool,
    /// Print nothing but problems.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,
    /// Files in place of the pipeline's, as for `run`.
    #[arg(long, value_name = "GLOB")]
    pub(crate) input: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    /// The files: paths or patterns.
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    /// Write a pipeline that reads them. A file that stands there is not written over.
    #[arg(long, value_name = "PIPELINE")]
    pub(crate) write: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum DetectorsCommand {
    /// Every detector in a line.
    List,
    /// The page of one detector.
    Explain {
        /// Its id.
        id: String,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum SchemaOf {
    /// `report.json`.
    Report,
    /// Pipeline files.
    Pipeline,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum SeverityName {
    Info,
    Review,
    Hold,
}
