//! One message for whoever must act: what, where, and what to do.

use std::io::Write;
use std::process::ExitCode;

use chipwatch_pipeline::RunError;
use chipwatch_report::escape::terminal;

/// Not finished, or not trustworthy.
const NOT_FINISHED: u8 = 2;

/// Prints an error and gives its exit code.
pub(crate) fn complain(error: &anyhow::Error) -> ExitCode {
    let (who, hint) = match error.downcast_ref::<RunError>() {
        Some(RunError::Pipeline(fault)) => ("pipeline", fault.hint.clone()),
        Some(RunError::Input(_) | RunError::Empty { .. }) => ("input", None),
        Some(RunError::Override(_)) => ("override", None),
        Some(RunError::Report(_)) => ("report folder", None),
        Some(RunError::Internal(_)) => {
            ("chipwatch", Some("this is a fault of the program; please report it".to_owned()))
        }
        None => ("usage", None),
    };
    let mut err = std::io::stderr().lock();
    // A closed standard error leaves nobody to tell; the exit code still says it.
    let _ = writeln!(err, "error ({who}): {}", terminal(&format!("{error:#}")));
    if let Some(hint) = hint {
        let _ = writeln!(err, "  hint: {}", terminal(&hint));
    }
    ExitCode::from(NOT_FINISHED)
}

/// The exit code of a run that cannot be trusted.
pub(crate) fn not_trustworthy() -> ExitCode {
    ExitCode::from(NOT_FINISHED)
}
