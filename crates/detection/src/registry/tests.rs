use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::fixture::{Sheet, run};
use crate::slice::Slice;

const HEADINGS: [&str; 6] =
    ["What it looks for", "Why it matters", "Evidence", "Parameters", "Innocent explanations", "References"];

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn tables(text: &str) -> BTreeMap<String, toml::Value> {
    toml::from_str(text).unwrap()
}

fn error(select: &[&str], ignore: &[&str], params: &str) -> ConfigError {
    match build(&texts(select), &texts(ignore), &tables(params)) {
        Ok(_) => panic!("this must be refused"),
        Err(error) => error,
    }
}

/// The names of the files under `src/detectors` with an extension.
fn files(extension: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detectors");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|other| other == extension))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_file_is_listed_and_every_id_is_a_file_and_a_page() {
    let listed: BTreeSet<_> = all().iter().map(|detector| detector.id.replace('-', "_")).collect();
    assert_eq!(listed.len(), all().len(), "ids are unique");
    assert_eq!(files("rs"), listed);
    assert_eq!(files("md"), listed);
}

#[test]
fn ids_are_kebab_case_and_are_those_of_the_built_detectors() {
    for registered in all() {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(registered.id.chars().all(letters), "{}", registered.id);
        assert!(
            !registered.id.starts_with('-') && !registered.id.ends_with('-') && !registered.id.contains("--")
        );
        assert_eq!((registered.build)(None).unwrap().id(), registered.id);
    }
}

#[test]
fn retired_ids_point_at_detectors_that_exist_and_are_not_in_use() {
    for (old, successors) in RETIRED {
        assert!(registration(old).is_none(), "{old}");
        assert!(successors.iter().all(|id| registration(id).is_some()), "{old}");
    }
}

#[test]
fn every_page_has_the_fixed_headings_in_order_and_names_every_parameter() {
    for registered in all() {
        let headings: Vec<_> = registered.page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{}", registered.id);
        let schema = (registered.parameters)().to_value();
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        for (name, property) in &properties {
            assert!(registered.page.contains(&format!("`{name}`")), "{}: {name}", registered.id);
            assert!(property["description"].is_string(), "{}: {name}", registered.id);
        }
    }
}

#[test]
fn examples_fire_and_counter_examples_do_not() {
    for registered in all() {
        let detector = (registered.build)(None).unwrap();
        let examples = (registered.examples)();
        assert!(examples.iter().any(|example| example.fires), "{}", registered.id);
        assert!(examples.iter().any(|example| !example.fires), "{}", registered.id);
        for example in examples {
            let sheet = Sheet::new(&example.rows);
            let findings = detector.detect(&Slice::new(&sheet.ledger()), &run()).unwrap();
            assert_eq!(!findings.is_empty(), example.fires, "{}: {}", registered.id, example.name);
        }
    }
}

#[test]
fn an_empty_ledger_has_no_findings() {
    let sheet = Sheet::new(&[]);
    for registered in all() {
        let detector = (registered.build)(None).unwrap();
        assert_eq!(detector.detect(&Slice::new(&sheet.ledger()), &run()).unwrap(), []);
    }
}

#[test]
fn findings_keep_what_every_finding_promises() {
    for registered in all() {
        let detector = (registered.build)(None).unwrap();
        for example in (registered.examples)() {
            let sheet = Sheet::new(&example.rows);
            for finding in detector.detect(&Slice::new(&sheet.ledger()), &run()).unwrap() {
                let sum = |chips: fn(&chipwatch_records::Evidence) -> i64| {
                    finding.evidence.iter().map(chips).sum::<i64>()
                };
                assert_eq!(sum(|row| row.chips_lo), finding.chips_lo, "{}", example.name);
                assert_eq!(sum(|row| row.chips_hi), finding.chips_hi, "{}", example.name);
                assert_eq!(finding.detector, registered.id);
                assert_eq!(finding.severity, chipwatch_records::Severity::Info);
                assert!(!finding.innocent_explanations.is_empty(), "people are named");
                assert!(finding.sentence.ends_with('.'));
                for word in ["flagged", "smuggl"] {
                    assert!(!finding.sentence.contains(word), "{}", finding.sentence);
                }
            }
        }
    }
}

#[test]
fn all_selects_every_detector_and_ignore_takes_some_away() {
    let ids = |select: &[&str], ignore: &[&str]| -> Vec<_> {
        let built = build(&texts(select), &texts(ignore), &BTreeMap::new()).unwrap();
        built.iter().map(|detector| detector.id()).collect()
    };
    assert_eq!(ids(&["all"], &[]), ["bulk-purchase", "integrity", "open-order-hold"]);
    assert_eq!(ids(&["all"], &["integrity"]), ["bulk-purchase", "open-order-hold"]);
    assert_eq!(ids(&["integrity", "bulk-purchase"], &[]), ["bulk-purchase", "integrity"]);
    assert_eq!(error(&[], &[], ""), ConfigError::NothingSelected);
    assert_eq!(error(&["integrity"], &["integrity"], ""), ConfigError::NothingSelected);
}

#[test]
fn unknown_ids_are_refused_wherever_they_stand() {
    let expected = ConfigError::UnknownDetector {
        key: "bulk-purchse".to_owned(),
        candidates: texts(&["bulk-purchase", "integrity", "open-order-hold"]),
    };
    assert_eq!(error(&["bulk-purchse"], &[], ""), expected);
    assert_eq!(error(&["all"], &["bulk-purchse"], ""), expected);
    assert_eq!(error(&["all"], &[], "[bulk-purchse]"), expected);
}

#[test]
fn unknown_parameters_are_named_with_their_candidates_at_any_depth() {
    let refused = error(&["all"], &[], "[bulk-purchase]\nwindow = []");
    assert_eq!(
        refused,
        ConfigError::UnknownParameter {
            detector: "bulk-purchase".to_owned(),
            key: "window".to_owned(),
            candidates: texts(&["windows"]),
        }
    );
    let refused = error(&["integrity"], &[], "[bulk-purchase]\nwindows = [{ day = 90, chips = 250 }]");
    assert_eq!(
        refused,
        ConfigError::UnknownParameter {
            detector: "bulk-purchase".to_owned(),
            key: "day".to_owned(),
            candidates: texts(&["chips", "days"]),
        }
    );
}

#[test]
fn impossible_values_are_refused() {
    for (params, word) in [
        ("[bulk-purchase]\nwindows = [{ days = 0, chips = 250 }]", "windows"),
        ("[bulk-purchase]\nwindows = [{ days = 90, chips = -1 }]", "windows"),
        ("[bulk-purchase]\nwindows = [{ days = 90, chips = 1 }, { days = 90, chips = 2 }]", "windows"),
        ("[bulk-purchase]\nwindows = [{ days = 90 }]", "chips"),
        ("[integrity]\nmax_quantity = 0", "max_quantity"),
        ("[integrity]\nmax_chips = 0", "max_chips"),
        ("[integrity]\nunreturned_days = -1", "unreturned_days"),
        ("[integrity]\nmax_quantity = \"many\"", "max_quantity"),
        ("integrity = 3", "integrity"),
    ] {
        let refused = error(&["all"], &[], params);
        assert!(matches!(refused, ConfigError::InvalidParameter { .. }), "{params}: {refused:?}");
        assert!(format!("{refused} {refused:?}").contains(word), "{params}: {refused}");
    }
}

#[test]
fn explain_prints_the_page_and_the_examples() {
    let page = explain("bulk-purchase").unwrap();
    assert!(page.starts_with("# bulk-purchase"));
    assert!(page.contains("## Examples") && page.contains("Not named: "));
    assert_eq!(explain("no-such"), None);
}
