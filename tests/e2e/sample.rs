//! The sample data's cast: what `sample_data/expected.csv` says of each of them, the report says too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;

use crate::report::{Report, Row};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The report folder of one run for all tests of this file.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::cargo_bin("chipwatch").unwrap();
        command.arg("run").arg(root().join("pipelines/sample.toml")).arg("--out").arg(folder.path());
        command.assert().success().stderr("");
        folder
    });
    folder.path()
}

fn report() -> Report {
    Report::read(&folder().join("latest"), None)
}

fn expected() -> Vec<Row> {
    let rows = csv::Reader::from_path(root().join("sample_data/expected.csv"));
    rows.unwrap().deserialize().map(|row| row.unwrap()).collect()
}

/// A hostile name as the tables show it.
fn inert(name: &str) -> String {
    let name = name.replace('\u{1b}', "\\u{1b}");
    if name.starts_with('=') { format!("'{name}") } else { name }
}

fn number(row: &Row, column: &str) -> i64 {
    row[column].parse().unwrap()
}

#[test]
fn every_member_of_the_cast_has_the_measures_it_should_have() {
    let report = report();
    let mut found: BTreeMap<(&str, &str), &Row> = BTreeMap::new();
    for row in report.table("entities") {
        assert!(found.insert((&row["name"], &row["country"]), row).is_none(), "{row:?}");
    }
    let expected = expected();
    assert_eq!(expected.len(), 63);
    for row in &expected {
        let name = inert(&row["name"]);
        let seen = |column: &str| {
            let row = found.get(&(name.as_str(), row["country"].as_str()));
            row.map_or(0, |row| number(row, column))
        };
        let pairs = [
            ("chips_lo", "chips_lo"),
            ("chips_best", "chips_best"),
            ("chips_hi", "chips_hi"),
            ("direct", "direct_lo"),
            ("indirect", "indirect_lo"),
            ("received", "received_lo"),
            ("on_loan", "on_loan_lo"),
            ("gross", "gross"),
            ("returned", "returned"),
            ("customs_only", "customs_only_lo"),
        ];
        for (column, in_report) in pairs {
            assert_eq!(seen(in_report), number(row, column), "{name}: {column}");
        }
    }
}

#[test]
fn nobody_around_the_cast_has_more_than_56_chips_under_any_reading() {
    let cast: Vec<String> = expected().iter().map(|row| inert(&row["name"])).collect();
    let report = report();
    let others = report.table("entities").iter().filter(|row| !cast.contains(&row["name"]));
    let mut count = 0;
    for row in others {
        assert!(number(row, "chips_hi") <= 56, "{row:?}");
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn the_badge_and_schedule_a_are_those_of_the_cast() {
    let report = report();
    let mut schedule = Vec::new();
    for row in &expected() {
        assert_eq!(report.status(&row["name"]), row["bulk_status"], "{}", row["name"]);
        if row["bulk_status"] != "none" {
            schedule.push(row["name"].clone());
        }
    }
    let mut listed = report.schedule_a();
    listed.sort_unstable();
    schedule.sort();
    assert_eq!(listed, schedule);
    assert_eq!(schedule.len(), 14);
    assert!(report.json["entities"].as_array().unwrap().iter().all(|entity| entity["tier"].is_null()));
}

#[test]
fn near_misses_are_those_whose_gross_passes() {
    let mut misses: Vec<String> = report().near_misses().into_iter().map(str::to_owned).collect();
    misses.sort();
    let mut above: Vec<String> = expected()
        .iter()
        .filter(|row| row["bulk_status"] == "none" && number(row, "gross") > 500)
        .map(|row| row["name"].clone())
        .collect();
    above.sort();
    assert_eq!(misses, above);
    assert_eq!(misses.len(), 6);
}

#[test]
fn the_books_of_the_sample_are_what_its_readme_says() {
    let report = report();
    assert_eq!(report.rows("read"), 908 + 1_173 + 161 + 2);
    assert_eq!(report.rows("inventory"), 2);
    assert_eq!((report.rows("rejected"), report.rows("duplicate")), (4, 1));
    assert_eq!((report.rows("total_row"), report.rows("quarantined")), (3, 0));
    let mut values: Vec<&str> = report.table("rejects").iter().map(|row| row["value"].as_str()).collect();
    values.sort_unstable();
    assert_eq!(values, ["2,500", "2.5", "2025-13-04", "31.02.2025"]);
}

#[test]
fn the_doubts_about_the_samples_records_are_the_two_replacements_of_kestrovane() {
    let report = report();
    assert_eq!(report.doubts("Kestrovane University"), ["unreturned-replacement"]);
    for row in expected().iter().filter(|row| row["name"] != "Kestrovane University") {
        assert_eq!(report.doubts(&row["name"]), [""; 0], "{}", row["name"]);
    }
}

#[test]
fn aliases_and_the_class_of_the_cast_are_told() {
    let report = report();
    let institute = report.listed("Fennimarch Institute").unwrap();
    assert!(institute["aliases"].to_string().contains("FENNIMARCH INSTITUTE"), "{}", institute["aliases"]);
    assert_eq!(institute["entity_class"], "university");
    let oribanda = report.listed("Oribanda Digital Pte Ltd").unwrap();
    assert_eq!(oribanda["headquarters_country"], "CN");
}

#[test]
fn the_stock_of_the_sample_is_told_and_counts_for_nothing() {
    let inventory = &report().json["inventory"];
    assert_eq!((&inventory["rows"], &inventory["holders"]), (&2.into(), &2.into()));
    assert_eq!(
        (&inventory["first_day"], &inventory["last_day"]),
        (&"2026-09-30".into(), &"2026-09-30".into())
    );
}
