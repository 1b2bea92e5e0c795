//! A progress bar on a terminal; nothing in a pipe.

use std::io::IsTerminal;

use chipwatch_pipeline::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar, hidden where standard error is no terminal or the user wants quiet.
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{msg:8} {wide_bar} {bytes}/{total_bytes}");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn stage(&self, name: &'static str) {
        self.0.set_message(name);
    }

    fn expect_bytes(&self, bytes: u64) {
        self.0.set_length(bytes);
    }

    fn read_bytes(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}
