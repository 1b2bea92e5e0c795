//! What a pipeline says about one source of files.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use chipwatch_records::{Channel, Column, DocumentType};

use crate::date::DateDialect;
use crate::layout::Layout;
use crate::lookup::Lookup;
use crate::number::NumberDialect;

/// A `[[source]]`, resolved.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// Name, for messages and `--input name=…`.
    pub name: String,
    /// Globs, relative to `base`.
    pub patterns: Vec<String>,
    /// The folder that globs are relative to.
    pub base: PathBuf,
    /// How its files are read.
    pub layout: Layout,
    /// Level of its lines that do not say.
    pub channel: Channel,
    /// Who sells, where the file does not say.
    pub seller: Option<String>,
    /// The system within which customer numbers are unique.
    pub system: String,
    /// Encoding of its texts, where the user knows.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Number dialect, where the user knows.
    pub number: Option<NumberDialect>,
    /// Date dialect, where the user knows.
    pub date: Option<DateDialect>,
    /// The user's own headers.
    pub columns: BTreeMap<Column, String>,
    /// Codes of the user's own system, and what they mean.
    pub document_types: BTreeMap<String, DocumentType>,
    /// Pieces in one pack, by the unit of the quantity, upper case.
    pub pack: BTreeMap<String, NonZeroU32>,
    /// Files whose lines this source's files replace.
    pub replaces: Vec<String>,
    /// Side extracts.
    pub lookups: Vec<Lookup>,
}

/// An input file: its path, and how the user wrote it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FoundFile {
    /// As the glob gave it, with `/`.
    pub shown: String,
    /// Where it is.
    pub path: PathBuf,
}

impl SourceSpec {
    /// A source of the maker's own sales that says its name and layout, and nothing else: no files yet, paths relative to
    /// the working folder.
    #[must_use]
    pub fn new(name: &str, layout: Layout) -> Self {
        Self {
            name: name.to_owned(),
            patterns: Vec::new(),
            base: PathBuf::from("."),
            layout,
            channel: Channel::SellIn,
            seller: None,
            system: name.to_owned(),
            encoding: None,
            number: None,
            date: None,
            columns: BTreeMap::new(),
            document_types: BTreeMap::new(),
            pack: BTreeMap::new(),
            replaces: Vec::new(),
            lookups: Vec::new(),
        }
    }

    /// Pieces in one unit of a quantity, where the source says so.
    #[must_use]
    pub fn pieces(&self, unit: &str) -> Option<NonZeroU32> {
        if self.pack.is_empty() { None } else { self.pack.get(&unit.to_uppercase()).copied() }
    }

    /// The files of this source, sorted by their shown path, each once.
    ///
    /// # Errors
    /// [`crate::IngestError`] for a pattern that is none or matches nothing.
    pub fn discover(&self) -> Result<Vec<FoundFile>, crate::IngestError> {
        let mut found = Vec::new();
        for pattern in &self.patterns {
            found.extend(self.expand(pattern)?);
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn expand(&self, pattern: &str) -> Result<Vec<FoundFile>, crate::IngestError> {
        let no_file =
            || crate::IngestError::NoFile { source_name: self.name.clone(), pattern: pattern.to_owned() };
        // A file may be named as a pattern is written: `prices [1].csv`.
        let path = self.base.join(pattern);
        if path.is_file() {
            return Ok(vec![FoundFile { shown: slashes(pattern), path }]);
        }
        if !pattern.contains(['*', '?', '[', '{']) {
            return Err(no_file());
        }
        let bad = |error: globset::Error| crate::IngestError::BadPattern {
            source_name: self.name.clone(),
            pattern: pattern.to_owned(),
            why: error.to_string(),
        };
        let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build().map_err(bad)?;
        let matcher = glob.compile_matcher();
        let literal = literal_folder(pattern);
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(self.base.join(&literal)).follow_links(true) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.pass_or_fail(error, pattern, &matcher)?;
                    continue;
                }
            };
            let Some(shown) = shown_path(entry.path(), &self.base, pattern) else {
                continue;
            };
            if entry.file_type().is_file() && matcher.is_match(&shown) {
                found.push(FoundFile { shown, path: entry.path().to_owned() });
            }
        }
        if found.is_empty() { Err(no_file()) } else { Ok(found) }
    }

    /// A folder that may not be entered could hold files of the source, and a file that the pattern means is there or is
    /// not: neither is passed over in silence. A dead link beside them is nobody's business.
    fn pass_or_fail(
        &self,
        error: walkdir::Error,
        pattern: &str,
        matcher: &globset::GlobMatcher,
    ) -> Result<(), crate::IngestError> {
        let is_missing = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        let path = error.path().unwrap_or(&self.base).to_owned();
        let is_meant = shown_path(&path, &self.base, pattern).is_some_and(|shown| matcher.is_match(shown));
        if is_missing && !is_meant {
            return Ok(());
        }
        Err(crate::IngestError::Unreadable { path, why: error.to_string() })
    }
}

/// The folder in front of a pattern's first wildcard.
fn literal_folder(pattern: &str) -> String {
    let wildcard = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    pattern[..wildcard].rfind('/').map_or(String::new(), |slash| pattern[..=slash].to_owned())
}

fn shown_path(path: &Path, base: &Path, pattern: &str) -> Option<String> {
    let relative = if Path::new(pattern).is_absolute() { path } else { path.strip_prefix(base).ok()? };
    relative.to_str().map(slashes)
}

fn slashes(path: &str) -> String {
    path.replace('\\', "/")
}

/// A source of canonical files in the working folder, for tests.
#[cfg(test)]
pub(crate) fn source() -> SourceSpec {
    SourceSpec::new("s", Layout::named("canonical").unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_dead_link_is_an_error_where_the_pattern_means_it_and_nothing_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.csv"), "x").unwrap();
        let source =
            SourceSpec { base: folder.path().to_owned(), patterns: vec!["*.csv".to_owned()], ..source() };
        std::os::unix::fs::symlink("nowhere", at("notes.txt")).unwrap();
        assert_eq!(source.discover().unwrap().len(), 1);
        std::os::unix::fs::symlink("nowhere", at("b.csv")).unwrap();
        let error = source.discover().unwrap_err().to_string();
        assert!(error.contains("b.csv") && error.contains("cannot be read"), "{error}");
    }
}
