//! The `chipwatch` command: arguments, progress, exit codes, and the only clock of the program.

mod args;
mod commands;
mod complain;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};

/// Large runs allocate and free gigabytes in pieces of many sizes; jemalloc gives them back sooner and faults less.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    hush_guarded_readers();
    let arguments = Arguments::parse();
    start_logging(&arguments);
    let done = match arguments.command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Check(arguments) => commands::check::check(&arguments),
        Command::Inspect(arguments) => commands::inspect::inspect(&arguments),
        Command::Detectors { command } => commands::detectors::detectors(&command),
        Command::Schema { of } => commands::schema::schema(of),
    };
    match done {
        Ok(code) => code,
        Err(error) => complain::complain(&error),
    }
}

/// A panic in a guarded reader ends as an error that names the file; its own message would only frighten.
fn hush_guarded_readers() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(chipwatch_ingest::intake::GUARDED) {
            tell(panic);
        }
    }));
}

/// Logs go to standard error, so that standard output stays what the command says.
fn start_logging(arguments: &Arguments) {
    let level = match arguments.verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("CHIPWATCH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
