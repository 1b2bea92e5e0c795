//! A folder with inputs, a pipeline and its reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::rc::Rc;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::report::Report;

/// What a test writes before it runs the program.
pub(crate) struct World {
    folder: Rc<TempDir>,
    threshold: String,
    as_of: String,
    sources: String,
    tables: String,
    arguments: Vec<String>,
}

impl World {
    /// More than 500 chips since 2020-01-01, as of 2026-10-31, from no source yet.
    pub(crate) fn new() -> Self {
        Self {
            folder: Rc::new(tempfile::tempdir().unwrap()),
            threshold: String::new(),
            as_of: "2026-10-31".to_owned(),
            sources: String::new(),
            tables: String::new(),
            arguments: Vec::new(),
        }
    }

    /// Lines of `[threshold]`.
    pub(crate) fn threshold(mut self, lines: &str) -> Self {
        self.threshold = lines.to_owned();
        self
    }

    /// The day that the report speaks for.
    pub(crate) fn on_day(mut self, day: &str) -> Self {
        self.as_of = day.to_owned();
        self
    }

    /// The maker's own sales, canonical layout. Lines of a text may be indented.
    pub(crate) fn sell_in(self, text: &str) -> Self {
        self.canonical("maker", "sell_in", text)
    }

    /// A distributor's point of sale, canonical layout.
    pub(crate) fn sell_through(self, text: &str) -> Self {
        self.canonical("pos", "sell_through", text)
    }

    /// Customs records, canonical layout.
    pub(crate) fn customs(self, text: &str) -> Self {
        self.canonical("customs", "customs", text)
    }

    /// The maker's SAP export.
    pub(crate) fn sap(self, text: &str) -> Self {
        let keys = "layout = \"sap_delivery\"\nchannel = \"sell_in\"";
        self.source("sap", keys, &[("sap.txt", text)])
    }

    fn canonical(self, name: &str, channel: &str, text: &str) -> Self {
        let keys = format!("layout = \"canonical\"\nchannel = \"{channel}\"\nseller = \"Seller {name}\"");
        self.source(name, &keys, &[(&format!("{name}.csv"), text)])
    }

    /// A source of several files with its own keys.
    pub(crate) fn source(mut self, name: &str, keys: &str, files: &[(&str, &str)]) -> Self {
        for (file, text) in files {
            self.write(file, unindented(text));
        }
        let files: Vec<String> = files.iter().map(|(file, _)| format!("\"{file}\"")).collect();
        let files = files.join(", ");
        self.sources += &format!("\n[[source]]\nname = \"{name}\"\nfiles = [{files}]\n{keys}\n");
        self
    }

    /// A file beside the pipeline, such as an override.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        self.write(name, unindented(text));
        self
    }

    /// Further tables of the pipeline.
    pub(crate) fn with(mut self, toml: &str) -> Self {
        self.tables += &format!("\n{}", unindented(toml));
        self
    }

    /// A class of firm for some names, in the register.
    pub(crate) fn class(self, class: &str, names: &[(&str, &str)]) -> Self {
        let rows: Vec<String> =
            names.iter().map(|(name, country)| format!("{name},{country},{class}\n")).collect();
        self.write("parties.csv", format!("name,country,class\n{}", rows.concat()));
        self.with("[overrides]\nparties = \"parties.csv\"")
    }

    /// An argument of `chipwatch run`.
    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// A path within the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The report folder.
    pub(crate) fn out(&self) -> PathBuf {
        self.path("out")
    }

    /// The pipeline file, written.
    pub(crate) fn pipeline(&self) -> PathBuf {
        let threshold = if self.threshold.is_empty() {
            String::new()
        } else {
            format!("\n[threshold]\n{}\n", self.threshold)
        };
        let (as_of, sources, tables) = (&self.as_of, &self.sources, &self.tables);
        let path = self.path("test.toml");
        fs::write(&path, format!("version = 1\nas_of = \"{as_of}\"\n{threshold}{sources}{tables}")).unwrap();
        path
    }

    /// Runs the pipeline.
    pub(crate) fn run(&self) -> Ran {
        let mut command = Command::cargo_bin("chipwatch").unwrap();
        command.arg("run").arg(self.pipeline()).arg("--out").arg(self.out());
        self.ran(command.args(&self.arguments).output().unwrap())
    }

    /// What a process of this world left.
    pub(crate) fn ran(&self, output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            out: self.out(),
            folder: Rc::clone(&self.folder),
        }
    }

    /// Runs the pipeline, which must end well, and reads its report. A second run, whose lines wait on disk, must say the
    /// same: the program itself holds it against the report that stands, byte for byte.
    pub(crate) fn report(&self) -> Report {
        let ran = self.run();
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
        let report = ran.latest();
        let mut command = Command::cargo_bin("chipwatch").unwrap();
        command.arg("run").arg(self.pipeline()).arg("--out").arg(self.out()).args(["--no-cache", "--spill"]);
        let others = self.arguments.iter().filter(|argument| *argument != "--no-cache");
        let spilled = self.ran(command.args(others).output().unwrap());
        assert_eq!((spilled.code, spilled.stderr.as_str()), (0, ""), "{}", spilled.stdout);
        report
    }
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) out: PathBuf,
    folder: Rc<TempDir>,
}

impl Ran {
    /// The report that `latest` names.
    pub(crate) fn latest(&self) -> Report {
        Report::read(&self.out.join("latest"), Some(&self.folder))
    }

    /// The only draft.
    pub(crate) fn draft(&self) -> Report {
        let drafts: Vec<String> =
            folder_names(&self.out).into_iter().filter(|name| name.ends_with(".draft")).collect();
        assert_eq!(drafts.len(), 1, "{drafts:?}");
        Report::read(&self.out.join(&drafts[0]), Some(&self.folder))
    }

    /// The run must have ended with 2 and one message that has all these words; no report may stand.
    pub(crate) fn must_fail(&self, words: &[&str]) {
        assert_eq!(self.code, 2, "{}\n{}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no `{word}` in\n{}", self.stderr);
        }
        let errors = self.stderr.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{}", self.stderr);
        assert!(!self.out.join("latest").exists(), "latest moved");
    }
}

/// Names in a folder, sorted; none where it is not there.
pub(crate) fn folder_names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A text without the indentation it has in a test.
fn unindented(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let mut lines: String = text.lines().map(|line| format!("{}\n", line.trim_start_matches(' '))).collect();
    while lines.ends_with("\n\n") {
        lines.pop();
    }
    lines
}
