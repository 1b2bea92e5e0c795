//! A pipeline file for what `inspect` found.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use chipwatch_records::{Channel, Column};

use crate::inspect::{Inspected, ProposedSource};

impl Inspected {
    /// The text of a pipeline file that stands in `folder`, with every question as a comment. Nothing, where no file can
    /// be read.
    #[must_use]
    pub fn pipeline_text(&self, folder: &Path) -> Option<String> {
        let mut text = "# Proposed by `chipwatch inspect`. Read it, and answer what is asked, before you rely on a report made with it.\nversion = 1\n".to_owned();
        let usable: Vec<&ProposedSource> = self.sources.iter().filter(|source| source.is_usable()).collect();
        for source in &usable {
            source.write(folder, &mut text);
        }
        self.write_others(folder, &mut text);
        let is_left_out = |source: &&ProposedSource| !source.is_usable() && source.look.other.is_none();
        for source in self.sources.iter().filter(is_left_out) {
            let why = if source.look.is_summed_up {
                "it has sums by month, no single shipments".to_owned()
            } else {
                format!("no column for {}", source.look.missing.join(", "))
            };
            let one_line = |text: String| text.replace(|letter: char| letter.is_control(), " ");
            text.push_str(&format!(
                "\n{}\n",
                one_line(format!("# left out: {}: {why}", source.files.join(", ")))
            ));
        }
        text.push_str("\n[detect]\nselect = [\"all\"]\n");
        (!usable.is_empty()).then_some(text)
    }

    /// Tables that are no sales, under their keys.
    fn write_others(&self, folder: &Path, text: &mut String) {
        let mut keys = BTreeMap::new();
        for source in &self.sources {
            if let Some(other) = &source.look.other {
                let files = source.files.iter().map(|file| quoted(&relative(folder, Path::new(file))));
                keys.entry(other.table).or_insert_with(Vec::new).extend(files);
            }
        }
        if !keys.is_empty() {
            text.push_str("\n[overrides]\n");
        }
        for (table, mut files) in keys {
            files.dedup();
            text.push_str(&format!("{} = [{}]\n", table.key(), files.join(", ")));
        }
    }
}

impl ProposedSource {
    fn write(&self, folder: &Path, text: &mut String) {
        let files: Vec<String> =
            self.files.iter().map(|file| quoted(&relative(folder, Path::new(file)))).collect();
        text.push_str(&format!(
            "\n[[source]]\nname = {}\nfiles = [{}]\nlayout = {}\nchannel = {}\n",
            quoted(&self.name),
            files.join(", "),
            quoted(&self.look.layout),
            quoted(self.channel.as_str()),
        ));
        let questions = self.questions();
        let (of_columns, of_source): (Vec<_>, Vec<_>) = questions
            .iter()
            .partition(|question| matches!(question.answer, Answer::Column(..) | Answer::Codes(..)));
        of_source.into_iter().for_each(|question| question.write(text));
        let columns = self.look.columns();
        if !columns.is_empty() || !of_columns.is_empty() {
            text.push_str("[source.columns]\n");
        }
        for (column, header) in columns {
            text.push_str(&format!("{} = {}\n", column.name(), quoted(&header)));
        }
        of_columns.into_iter().for_each(|question| question.write(text));
    }

    /// What only a person can answer: what was assumed, and the line that says otherwise.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        // A comment is one line, whatever a header holds.
        let mut ask = |text: String, answer: Answer| {
            questions.push(Question { text: text.replace(|letter: char| letter.is_control(), " "), answer });
        };
        if self.look.channel.is_none() {
            ask(
                "Whose sales are these? The maker's own are taken for granted; for sales of a distributor or reseller say:".into(),
                Answer::Source("channel = \"sell_through\"".into()),
            );
        }
        if let Some(encoding) = self.look.form.encoding.as_deref().filter(|name| !name.starts_with("UTF-")) {
            ask(
                format!("The letters look like {encoding}. If names come out garbled, name the right one:"),
                Answer::Source(format!("encoding = {}", quoted(&encoding.to_lowercase()))),
            );
        }
        for proposal in self.look.proposals.iter().filter(|proposal| proposal.is_guess()) {
            let header = &self.look.headers[proposal.field];
            let what = if self.look.is_used(proposal) { "is taken for" } else { "is not used; it may be" };
            ask(
                format!("Column {} {what} {}. Right would be:", quoted(header), proposal.column.name()),
                Answer::Column(proposal.column, header.clone()),
            );
        }
        if self.look.channel != Some(Channel::Customs) {
            for (header, values) in self.look.codes() {
                let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
                let shown: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                ask(
                    format!(
                        "Column {} says {}. Every row counts as a sale until you say which are returns, transfers or bills:",
                        quoted(header),
                        shown.join(", ")
                    ),
                    Answer::Codes(header.to_owned(), values),
                );
            }
        }
        for question in self.trial.iter().flat_map(|trial| &trial.questions) {
            ask(question.clone(), Answer::InText);
        }
        questions
    }
}

/// What could not be decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// The question, in one line.
    pub text: String,
    /// What to write.
    pub answer: Answer,
}

/// Where in a source the answer to a question goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A line of the source.
    Source(String),
    /// A column of the file, under `[source.columns]`.
    Column(Column, String),
    /// A column of codes, and what stands in it, under `[source.document_types]`.
    Codes(String, Vec<String>),
    /// The question says it.
    InText,
}

impl Question {
    /// The lines of the pipeline that answer it.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match &self.answer {
            Answer::Source(line) => vec![line.clone()],
            Answer::Column(column, header) => {
                vec!["[source.columns]".into(), format!("{} = {}", column.name(), quoted(header))]
            }
            Answer::Codes(header, values) => {
                let mut lines = vec![
                    "[source.columns]".into(),
                    format!("{} = {}", Column::DocumentType.name(), quoted(header)),
                    "[source.document_types]".into(),
                ];
                lines.extend(values.iter().map(|value| format!("{} = \"sale\"", quoted(value))));
                lines
            }
            Answer::InText => Vec::new(),
        }
    }

    fn write(&self, text: &mut String) {
        text.push_str(&format!("# ? {}\n", self.text));
        for line in self.lines().into_iter().filter(|line| line != "[source.columns]") {
            text.push_str(&format!("# {line}\n"));
        }
    }
}

/// A TOML string on one line. JSON escapes what TOML must have escaped, in the same way, but for the character DEL.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A path as seen from a folder, where both are relative or both absolute; else the path itself.
fn relative(folder: &Path, path: &Path) -> String {
    let parts = |path: &Path| -> Vec<PathBuf> {
        path.components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| part.as_os_str().into())
            .collect()
    };
    let goes_up = |path: &Path| path.components().any(|part| part == Component::ParentDir);
    if folder.is_absolute() != path.is_absolute() || goes_up(folder) {
        return path.to_string_lossy().replace('\\', "/");
    }
    let (from, to) = (parts(folder), parts(path));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut steps = vec!["..".to_owned(); from.len() - common];
    steps.extend(to[common..].iter().map(|part| part.to_string_lossy().into_owned()));
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_one_line_that_toml_reads_back() {
        for text in [
            "plain",
            "a \"b\" 'c' \\",
            "two\nlines\r\n",
            "\u{0}\u{1b}[31m\u{7f}\u{85}",
            "\u{1f4a9} 数量",
            "]\n[report]",
        ] {
            let line = quoted(text);
            assert_eq!(line.lines().count(), 1);
            let table: toml::Table = format!("a = {line}").parse().unwrap();
            assert_eq!(table["a"].as_str(), Some(text));
        }
    }

    #[test]
    fn files_are_named_as_seen_from_the_pipeline() {
        let from = |folder: &str, path: &str| relative(Path::new(folder), Path::new(path));
        assert_eq!(from("pipelines", "exports/a.csv"), "../exports/a.csv");
        assert_eq!(from("", "exports/a.csv"), "exports/a.csv");
        assert_eq!(from(".", "./exports/a.csv"), "exports/a.csv");
        assert_eq!(from("work", "work/a.csv"), "a.csv");
        assert_eq!(from("/work/pipelines", "/data/a.csv"), "../../data/a.csv");
        assert_eq!(from("pipelines", "/data/a.csv"), "/data/a.csv");
    }
}
