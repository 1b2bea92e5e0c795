//! Files under `[overrides]` that are no sales: snapshots of stock, and licences.

use std::collections::BTreeMap;
use std::fmt;

use chipwatch_ingest::date::DateDialect;
use chipwatch_ingest::number::NumberDialect;
use chipwatch_ingest::other_tables::read::{OtherFile, OtherReading, OtherSpec, read_others};
use chipwatch_records::{Day, Exclusion, Fate, OtherColumn, OtherTable};
use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::bookkeeping::{ReadingSummary, add_rejects};
use crate::error::{PipelineError, RunError};
use crate::file::Loaded;
use crate::prepare::{HashedFile, fault, unknown};

/// A file pattern, several, or a table with what the files do not say.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OtherFiles {
    /// One pattern.
    One(String),
    /// Several patterns.
    Many(Vec<String>),
    /// Patterns, and how the files are read.
    Table(OtherFilesTable),
}

/// Files that are no sales, and how they are read.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherFilesTable {
    /// File patterns.
    pub files: Vec<String>,
    /// Number dialect of all of them: `point` or `comma`.
    pub number: Option<NumberDialect>,
    /// Date dialect of all of them: `iso`, `dmy`, `mdy` or `compact`.
    pub date: Option<DateDialect>,
    /// The files' own headers, by column.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Who has the stock, where the files do not say.
    pub holder: Option<String>,
    /// Day of the snapshot, where the files do not say.
    pub on: Option<String>,
}

// By hand: serde's own untagged reading forgets which key is wrong, and where it stands.
impl<'de> Deserialize<'de> for OtherFiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Files;

        impl<'de> Visitor<'de> for Files {
            type Value = OtherFiles;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file pattern, a list of them, or a table with `files`")
            }

            fn visit_str<E>(self, pattern: &str) -> Result<OtherFiles, E> {
                Ok(OtherFiles::One(pattern.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, patterns: A) -> Result<OtherFiles, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(patterns)).map(OtherFiles::Many)
            }

            fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<OtherFiles, A::Error> {
                OtherFilesTable::deserialize(MapAccessDeserializer::new(table)).map(OtherFiles::Table)
            }
        }

        deserializer.deserialize_any(Files)
    }
}

/// Reads the files under `[overrides]` that are no sales, and notes their hashes.
pub(crate) fn other_tables(loaded: &Loaded, files: &mut Vec<HashedFile>) -> Result<OtherReading, RunError> {
    let overrides = &loaded.file.overrides;
    let named = [(OtherTable::Inventory, &overrides.inventory), (OtherTable::Licences, &overrides.licences)];
    let mut specs = Vec::new();
    for (table, given) in named {
        if let Some(given) = given {
            specs.push(spec(loaded, table, given)?);
        }
    }
    let reading = read_others(&specs)?;
    for file in &reading.files {
        files.push(HashedFile { name: file.path.clone(), blake3: file.blake3.clone() });
    }
    Ok(reading)
}

fn spec(loaded: &Loaded, table: OtherTable, given: &OtherFiles) -> Result<OtherSpec, PipelineError> {
    let plain = OtherSpec {
        table,
        patterns: Vec::new(),
        base: loaded.base(),
        number: None,
        date: None,
        columns: BTreeMap::new(),
        holder: None,
        on: None,
    };
    let given = match given {
        OtherFiles::One(pattern) => return Ok(OtherSpec { patterns: vec![pattern.clone()], ..plain }),
        OtherFiles::Many(patterns) => return Ok(OtherSpec { patterns: patterns.clone(), ..plain }),
        OtherFiles::Table(given) => given,
    };
    let known: Vec<&str> = table.columns().iter().map(|column| column.name()).collect();
    let column = |name: &String| -> Result<OtherColumn, PipelineError> {
        let column = table.columns().iter().find(|column| column.name() == name);
        column.copied().ok_or_else(|| unknown(loaded, "column", name, &known))
    };
    let mut columns = BTreeMap::new();
    for (name, header) in &given.columns {
        columns.insert(column(name)?, header.clone());
    }
    let day = |text: &String| {
        Day::parse_iso(text)
            .ok_or_else(|| fault(loaded, text, format!("`{text}` is no day"), "write it as yyyy-mm-dd"))
    };
    Ok(OtherSpec {
        patterns: given.files.clone(),
        number: given.number,
        date: given.date,
        columns,
        holder: given.holder.clone(),
        on: given.on.as_ref().map(day).transpose()?,
        ..plain
    })
}

/// Books the rows of such files: read, refused, or set aside as what they are.
pub(crate) fn book_others(reading: &OtherReading, most_refused: f64, summary: &mut ReadingSummary) {
    for file in &reading.files {
        book_file(file, most_refused, summary);
    }
    for (table, repeated) in &reading.repeated {
        // They were booked with their files, as rows that were read.
        let rows = &mut summary.books.rows;
        if let (1.., Some(read)) = (*repeated, rows.excluded.get_mut(&exclusion(*table))) {
            *read -= repeated;
            rows.duplicate += repeated;
        }
    }
}

fn exclusion(table: OtherTable) -> Exclusion {
    match table {
        OtherTable::Inventory => Exclusion::Inventory,
        OtherTable::Licences => Exclusion::Licence,
    }
}

fn book_file(file: &OtherFile, most_refused: f64, summary: &mut ReadingSummary) {
    let rows = &mut summary.books.rows;
    rows.read += file.rows;
    if let Some(original) = &file.same_as {
        rows.add(Fate::Duplicate, file.rows);
        summary.notes.push(format!("{} has the same bytes as {original}: dropped whole.", file.path));
        return;
    }
    let fates = [
        (Fate::Excluded(Exclusion::TotalRow), file.total_rows),
        (Fate::Excluded(Exclusion::RepeatedHeader), file.repeated_headers),
        (Fate::Rejected, file.rejected),
    ];
    let of_table = file.table.map_or(Fate::Quarantined, |table| Fate::Excluded(exclusion(table)));
    let accepted = if file.questions.is_empty() { of_table } else { Fate::Quarantined };
    for (fate, count) in fates.into_iter().chain([(accepted, file.accepted)]).filter(|(_, count)| *count > 0)
    {
        rows.add(fate, count);
    }
    add_rejects(&mut summary.rejects, file.rejects.clone(), file.rejected);
    if file.rows == 0 {
        summary.notes.push(format!("{} has a header and no rows.", file.path));
    }
    summary.notes.extend(file.left_out.iter().map(|why| format!("{} was not read: {why}", file.path)));
    summary.doubts.extend(file.questions.iter().map(|question| format!("{}: {question}", file.path)));
    if file.rejected as f64 > most_refused * file.rows as f64 {
        summary.doubts.push(format!(
            "{}: {} of {} rows were refused, more than max_reject_ratio = {most_refused}; see rejects.csv, or raise it under [report]",
            file.path, file.rejected, file.rows
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::file::PipelineFile;

    use super::*;

    fn inventory(value: &str) -> Result<Option<OtherFiles>, String> {
        let text = format!("version = 1\n[overrides]\ninventory = {value}\n");
        let file = toml::from_str::<PipelineFile>(&text);
        file.map(|file| file.overrides.inventory).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn files_are_named_in_three_ways() {
        let patterns = |value: &str| match inventory(value).unwrap().unwrap() {
            OtherFiles::One(pattern) => vec![pattern],
            OtherFiles::Many(patterns) => patterns,
            OtherFiles::Table(table) => table.files,
        };
        assert_eq!(patterns("\"a.csv\""), ["a.csv"]);
        assert_eq!(patterns("[\"a.csv\", \"b.csv\"]"), ["a.csv", "b.csv"]);
        assert_eq!(patterns("{ files = [\"a.csv\"], number = \"comma\" }"), ["a.csv"]);
        let unknown = inventory("{ files = [\"a.csv\"], nmber = \"comma\" }").unwrap_err();
        assert!(unknown.starts_with("unknown field `nmber`"), "{unknown}");
        assert!(inventory("5").unwrap_err().contains("a file pattern"));
    }
}
