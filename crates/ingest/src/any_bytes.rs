//! Whatever bytes a file has, looking at it and planning to read it end with an answer: a proposal or a reason.

use std::path::Path;

use proptest::prelude::*;

use crate::captions::Captions;
use crate::date::DateReading;
use crate::inspect::inspect;
use crate::intake::Scratch;
use crate::layout::Layout;
use crate::plan::plan;
use crate::proposal::{propose, trade_of};
use crate::source::SourceSpec;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/e2e/fixtures/formats");

/// Looks at a file of these bytes and plans to read it; both must return.
fn look_and_plan(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    let scratch = Scratch::new(folder.path().join("copies"));
    drop(inspect(&path, &Captions::read().unwrap(), &scratch));
    for layout in ["canonical", "x12_867"] {
        let source = SourceSpec::new("s", Layout::named(layout).unwrap());
        let source = SourceSpec { patterns: vec!["file".into()], base: folder.path().to_owned(), ..source };
        drop(plan(&[source], &scratch, None));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut files: Vec<_> =
        std::fs::read_dir(Path::new(FIXTURES)).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let text = "Invented;2024\n\nship_date;quantity;part_number;sold_to_name\n31.12.2024;1.200,5-;\"900-1\n2\";Müller\n";
    seeds.push(text.into());
    seeds.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    seeds.push(zstd::encode_all(text.as_bytes(), 1).unwrap());
    seeds.push(b"{\"quantity\": 1, \"ship_date\": \"2024-01-01\"}\n{\"a\": [1, {\"b\": null}]}\n".to_vec());
    seeds.push(include_bytes!("../fixtures/layouts/x12_867.edi").to_vec());
    seeds.push(include_bytes!("../fixtures/layouts/x12_867_replacement.edi").to_vec());
    seeds
}

fn cases(local: u32) -> ProptestConfig {
    ProptestConfig { cases: local, failure_persistence: None, ..Default::default() }
}

proptest! {
    #![proptest_config(cases(128))]
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        look_and_plan(&bytes);
    }

    #[test]
    fn damaged_files_are_answered(
        seed in 0_usize..14,
        cut in any::<proptest::sample::Index>(),
        is_cut in any::<bool>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[seed % seeds.len()].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        look_and_plan(&bytes);
    }

    #[test]
    fn any_headers_and_cells_are_answered(
        headers in proptest::collection::vec("\\PC{0,24}", 0..8),
        cells in proptest::collection::vec("\\PC{0,16}", 0..8),
        name in "\\PC{0,24}",
    ) {
        let captions = Captions::read().unwrap();
        let trade = trade_of(&captions, &name, &headers);
        let proposals = propose(&captions, &headers, trade, std::slice::from_ref(&cells));
        for proposal in proposals {
            prop_assert!(proposal.field < headers.len());
            prop_assert!((0.0..=1.0).contains(&proposal.confidence));
        }
        for cell in cells {
            let _ = DateReading::read(&cell);
        }
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
