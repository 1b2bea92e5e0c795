//! `chipwatch schema`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

use crate::args::SchemaOf;

pub(crate) fn schema(of: SchemaOf) -> Result<ExitCode> {
    let schema = match of {
        SchemaOf::Report => chipwatch_report::report_schema(),
        SchemaOf::Pipeline => chipwatch_pipeline::pipeline_schema(),
    };
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
