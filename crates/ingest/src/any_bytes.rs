//! Whatever bytes come, they are answered: the bodies of the fuzz targets over the seeds under `fuzz/`, over damaged seeds
//! and over proptest's bytes.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestError, TestRunner};

use crate::captions::Captions;
use crate::date::DateReading;
use crate::fuzz_bodies::{BODIES, Body};
use crate::proposal::{propose, trade_of};

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The seeds of a target by their names. Links lead to fixtures of other tests.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz_folder().join("seeds").join(target);
    let found = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = found.map(|found| found.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    let seed = |path: PathBuf| (path.display().to_string(), std::fs::read(&path).unwrap());
    paths.into_iter().map(seed).collect()
}

fn cases(number: u32) -> ProptestConfig {
    ProptestConfig { cases: number, failure_persistence: None, ..Default::default() }
}

/// Runs a body over cases of a strategy; the panic says the target and its bytes.
fn run(target: &str, body: Body, number: u32, bytes: impl Strategy<Value = Vec<u8>>) {
    let outcome = TestRunner::new(cases(number)).run(&bytes, |bytes| {
        body(&bytes);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => panic!("{target}: {why}: b\"{}\"", bytes.escape_ascii()),
        Err(other) => panic!("{target}: {other}"),
    }
}

/// A seed with some bytes changed, and perhaps cut off.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<Index>(), any::<u8>()), 0..12);
    (any::<Index>(), changes, any::<bool>(), any::<Index>()).prop_map(move |(seed, changes, is_cut, cut)| {
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for (place, byte) in changes {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
        }
        if is_cut && !bytes.is_empty() {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

/// Each body over its seeds, over so many damaged ones, and over as many that are made up.
fn hold(target: &str, number: u32) {
    let (_, body) = BODIES.iter().find(|(name, _)| *name == target).unwrap();
    let seeds = seeds(target);
    for (name, seed) in &seeds {
        let held = std::panic::catch_unwind(|| body(seed));
        assert!(held.is_ok(), "{name}");
    }
    run(target, *body, number, damaged(seeds.into_iter().map(|(_, seed)| seed).collect()));
    run(target, *body, number, proptest::collection::vec(any::<u8>(), 0..600));
}

/// A test for each target, so that they run side by side and a failure says which.
macro_rules! targets {
    ($($target:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($target)),*];
        mod holds {
            $(#[test]
            fn $target() {
                super::hold(stringify!($target), 64);
            })*
        }
    };
}

targets! {
    number date rows header table encodings packed json_lines parquet x12 workbook lookup proposal
    cached cache_index cache_entry cache_part cache_lists
}

#[test]
fn every_body_has_its_target_its_seeds_and_its_test() {
    let names: Vec<&str> = BODIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, TESTED);
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let in_folder = |folder: &str| {
        let found = std::fs::read_dir(fuzz_folder().join(folder)).unwrap().map(|found| found.unwrap().path());
        sorted(found.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect())
    };
    let names = sorted(names.iter().map(ToString::to_string).collect());
    assert_eq!(in_folder("fuzz_targets"), names);
    assert_eq!(in_folder("seeds"), names);
    let manifest: toml::Table =
        toml::from_str(&std::fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap()).unwrap();
    let declared = manifest["bin"].as_array().unwrap();
    let declared = declared.iter().map(|target| target["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sorted(declared), names);
}

proptest! {
    #![proptest_config(cases(128))]
    #[test]
    fn any_headers_and_cells_are_answered(
        headers in proptest::collection::vec("\\PC{0,24}", 0..8),
        cells in proptest::collection::vec("\\PC{0,16}", 0..8),
        name in "\\PC{0,24}",
    ) {
        let captions = Captions::embedded().unwrap();
        let trade = trade_of(captions, &name, &headers);
        for proposal in propose(captions, &headers, trade, std::slice::from_ref(&cells)) {
            prop_assert!(proposal.field < headers.len());
            prop_assert!((0.0..=1.0).contains(&proposal.confidence));
        }
    }

    #[test]
    fn any_cells_are_answered(cell in "\\PC{0,16}") {
        crate::fuzz_bodies::date(cell.as_bytes());
        crate::fuzz_bodies::number(cell.as_bytes());
    }

    #[test]
    fn a_day_reads_back_in_every_calendar(number in -25_000_i32..47_482) {
        let date = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Duration::days(i64::from(number));
        let (year, month, day) = {
            use chrono::Datelike;
            (date.year(), date.month(), date.day())
        };
        let mut texts = vec![
            format!("{year}年{month}月{day}日"),
            format!("{year}년 {month}월 {day}일"),
            format!("{day:02}/{month:02}/{}", year + 543),
        ];
        if year >= 2020 {
            texts.push(format!("令和{}年{month}月{day}日", year - 2018));
        }
        if (2011..2100).contains(&year) {
            texts.push(format!("{}/{month:02}/{day:02}", year - 1911));
        }
        for text in texts {
            let read = DateReading::read(&text).unwrap().day(None).unwrap().unwrap();
            prop_assert_eq!(read.to_string(), date.to_string(), "{}", text);
        }
    }
}
