//! Why a run did not come to a report, sorted by who must act.

use std::path::{Path, PathBuf};

use chipwatch_ingest::IngestError;
use chipwatch_report::ReportError;

/// A fault of the pipeline file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PipelineError {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl std::fmt::Display for PipelineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.line.map_or(String::new(), |line| format!(":{line}"));
        write!(f, "{}{line}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for PipelineError {}

impl PipelineError {
    pub(crate) fn new(path: &Path, line: Option<usize>, message: String) -> Self {
        Self { path: path.to_owned(), line, message, hint: None }
    }

    pub(crate) fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// An unknown word with the known ones: the nearest becomes a did-you-mean.
    pub(crate) fn unknown(path: &Path, text: &str, what: &str, word: &str, known: &[String]) -> Self {
        Self {
            path: path.to_owned(),
            line: line_of(text, word),
            message: format!("unknown {what} `{word}`"),
            hint: Some(suggest(word, known)),
        }
    }
}

/// Why a run did not come to a report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The pipeline file must be changed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The inputs must be changed.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// A file the user keeps must be changed.
    #[error(transparent)]
    Override(#[from] chipwatch_enrichment::OverrideError),
    /// Nothing could be read.
    #[error("{message}")]
    Empty {
        /// What was read, and why nothing of it could be used.
        message: String,
    },
    /// The report folder must be changed, or another run waited for.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The program is wrong.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Makes an error of the TOML reader one that names the line and, for an unknown key, the nearest known one.
pub(crate) fn locate(path: &Path, text: &str, error: &toml::de::Error) -> PipelineError {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let message = error.message().to_owned();
    let words: Vec<String> = message
        .split('`')
        .enumerate()
        .filter(|(index, _)| index % 2 == 1)
        .map(|(_, word)| word.to_owned())
        .collect();
    if let (true, [unknown, known @ ..]) = (message.starts_with("unknown "), words.as_slice()) {
        let what = if message.starts_with("unknown field") { "key" } else { "value" };
        return PipelineError {
            path: path.to_owned(),
            line,
            message: format!("unknown {what} `{unknown}`"),
            hint: Some(suggest(unknown, known)),
        };
    }
    PipelineError { path: path.to_owned(), line, message, hint: None }
}

/// The first line on which a word stands.
pub(crate) fn line_of(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(word)).map(|index| index + 1)
}

fn suggest(word: &str, known: &[String]) -> String {
    let nearest = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
    let list = || known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    match nearest {
        Some((score, candidate)) if score > 0.75 => format!("did you mean `{candidate}`?"),
        Some(_) => format!("there is {}", list()),
        None => "there is none to choose from".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_key() {
        let text = "version = 1\n[threshold]\nchps = 500\n";
        let error = toml::from_str::<crate::file::PipelineFile>(text).unwrap_err();
        let located = locate(Path::new("p.toml"), text, &error);
        assert_eq!(located.line, Some(3));
        assert_eq!(located.to_string(), "p.toml:3: unknown key `chps`");
        assert_eq!(located.hint.as_deref(), Some("did you mean `chips`?"));
    }
}
