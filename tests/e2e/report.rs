//! A finished report, read back, with what every report must keep checked at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;
use tempfile::TempDir;

/// A row of a table, by column.
pub(crate) type Row = BTreeMap<String, String>;

/// A report folder.
pub(crate) struct Report {
    folder: PathBuf,
    pub(crate) json: Value,
    tables: BTreeMap<String, Vec<Row>>,
    pub(crate) markdown: String,
    /// Keeps the folder.
    _world: Option<Rc<TempDir>>,
}

impl Report {
    /// Reads a report folder. Its books must foot, and the rows of each finding sum to its counts.
    pub(crate) fn read(folder: &Path, world: Option<&Rc<TempDir>>) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let names = [
            "bulk_purchasers",
            "flagged_entities",
            "evidence",
            "items",
            "parties",
            "open_orders",
            "rejects",
            "entities",
        ];
        let tables = names.map(|name| (name.to_owned(), read_table(&text(&format!("{name}.csv")))));
        let report = Self {
            folder: folder.to_owned(),
            json: serde_json::from_str(&text("report.json")).unwrap(),
            tables: BTreeMap::from(tables),
            markdown: text("report.md"),
            _world: world.cloned(),
        };
        report.books_must_foot();
        report.evidence_must_sum();
        report.words_must_be_plain();
        report
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file as written.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// The rows of a table.
    pub(crate) fn table(&self, name: &str) -> &[Row] {
        &self.tables[name]
    }

    fn entity_row(&self, name: &str) -> Option<&Row> {
        let rows: Vec<&Row> = self.table("entities").iter().filter(|row| row["name"] == name).collect();
        assert!(rows.len() < 2, "{name} is {} entities", rows.len());
        rows.first().copied()
    }

    fn number(&self, name: &str, column: &str) -> i64 {
        self.entity_row(name).map_or(0, |row| row[column].parse().unwrap())
    }

    /// Net acquired chips, lo and hi.
    pub(crate) fn chips(&self, name: &str) -> (i64, i64) {
        let (lo, best, hi) =
            (self.number(name, "chips_lo"), self.number(name, "chips_best"), self.number(name, "chips_hi"));
        assert!(lo <= best && best <= hi, "{name}: {lo} {best} {hi}");
        (lo, hi)
    }

    /// Lo and hi of `direct`, `indirect`, `received`, `on_loan`, `open` or `customs_only`.
    pub(crate) fn measure(&self, name: &str, measure: &str) -> (i64, i64) {
        (self.number(name, &format!("{measure}_lo")), self.number(name, &format!("{measure}_hi")))
    }

    /// Acquired before returns, and returned.
    pub(crate) fn gross_and_returned(&self, name: &str) -> (i64, i64) {
        (self.number(name, "gross"), self.number(name, "returned"))
    }

    /// Names of all entities with a measure, sorted.
    pub(crate) fn entities(&self) -> Vec<(&str, &str)> {
        let mut names: Vec<(&str, &str)> = self
            .table("entities")
            .iter()
            .map(|row| (row["name"].as_str(), row["country"].as_str()))
            .collect();
        names.sort_unstable();
        names
    }

    /// What `report.json` says about an entity, in whichever list.
    pub(crate) fn listed(&self, name: &str) -> Option<&Value> {
        ["entities", "near_misses", "record_doubts"]
            .iter()
            .flat_map(|list| self.json[*list].as_array().unwrap())
            .find(|entity| entity["name"] == name)
    }

    /// `confirmed`, `possible` or `none`.
    pub(crate) fn status(&self, name: &str) -> &str {
        self.listed(name).map_or("none", |entity| entity["bulk_status"].as_str().unwrap())
    }

    /// Names on Schedule A, in the order of ranks.
    pub(crate) fn schedule_a(&self) -> Vec<&str> {
        self.table("bulk_purchasers").iter().map(|row| row["name"].as_str()).collect()
    }

    /// Names of near misses.
    pub(crate) fn near_misses(&self) -> Vec<&str> {
        let misses = self.json["near_misses"].as_array().unwrap();
        misses.iter().map(|entity| entity["name"].as_str().unwrap()).collect()
    }

    /// The findings of one detector about an entity.
    pub(crate) fn findings(&self, name: &str, detector: &str) -> Vec<&Value> {
        let findings = self.listed(name).map(|entity| entity["findings"].as_array().unwrap());
        findings.into_iter().flatten().filter(|finding| finding["detector"] == detector).collect()
    }

    /// Kinds of doubt about an entity's records.
    pub(crate) fn doubts(&self, name: &str) -> Vec<&str> {
        let findings = self.findings(name, "integrity");
        findings.iter().map(|finding| finding["facts"]["doubt"].as_str().unwrap()).collect()
    }

    /// A fact of an entity's bulk finding.
    pub(crate) fn fact(&self, name: &str, fact: &str) -> i64 {
        self.findings(name, "bulk-purchase")[0]["facts"][fact].as_i64().unwrap()
    }

    /// Rows in the books: `counted`, `duplicate`, or a reason of exclusion.
    pub(crate) fn rows(&self, place: &str) -> u64 {
        let rows = &self.json["books"]["rows"];
        rows[place].as_u64().or_else(|| rows["excluded"][place].as_u64()).unwrap_or(0)
    }

    /// What an item was taken for, by part number or description: model, fewest, most chips.
    pub(crate) fn item(&self, text: &str) -> (&str, &str, &str) {
        let is_it = |row: &&Row| row["part_number"] == text || row["description"] == text;
        let row = self.table("items").iter().find(is_it).unwrap_or_else(|| panic!("no item {text}"));
        (&row["model"], &row["chips_min"], &row["chips_max"])
    }

    /// Notes of the report, one a line.
    pub(crate) fn notes(&self) -> String {
        let notes = self.json["notes"].as_array().unwrap();
        notes.iter().map(|note| format!("{}\n", note.as_str().unwrap())).collect()
    }

    fn books_must_foot(&self) {
        for tally in ["rows", "units"] {
            let tally = &self.json["books"][tally];
            let number = |value: &Value| value.as_u64().unwrap();
            let excluded: u64 = tally["excluded"].as_object().unwrap().values().map(number).sum();
            let places = ["counted", "rejected", "duplicate", "superseded", "quarantined"];
            let placed: u64 = places.iter().map(|place| number(&tally[*place])).sum();
            assert_eq!(number(&tally["read"]), placed + excluded, "{tally}");
        }
    }

    fn evidence_must_sum(&self) {
        let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for row in self.table("evidence") {
            let sum = sums.entry(&row["finding_id"]).or_default();
            sum.0 += row["chips_lo"].parse::<i64>().unwrap();
            sum.1 += row["chips_hi"].parse::<i64>().unwrap();
        }
        let lists =
            ["entities", "near_misses", "record_doubts"].map(|list| self.json[list].as_array().unwrap());
        let mut findings = 0;
        for finding in lists.into_iter().flatten().flat_map(|e| e["findings"].as_array().unwrap()) {
            let counts = (finding["chips_lo"].as_i64().unwrap(), finding["chips_hi"].as_i64().unwrap());
            let id = finding["finding_id"].as_str().unwrap();
            assert_eq!(sums.get(id), Some(&counts), "{}", finding["sentence"]);
            findings += 1;
        }
        assert_eq!(findings, sums.len(), "evidence of findings that nobody lists");
    }

    fn words_must_be_plain(&self) {
        for text in [self.markdown.as_str(), &self.json.to_string()] {
            let text = text.to_lowercase();
            assert!(!text.contains("smuggl"), "a word that accuses");
        }
    }
}

fn read_table(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}
