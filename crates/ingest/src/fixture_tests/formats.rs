//! One file of each format. Workbooks and Parquet are those of the end-to-end tests.

use super::{Fixture, hold};

fn fixture(file: &str) -> Fixture {
    Fixture::new(&format!("formats/{file}"), "canonical")
}

fn of_end_to_end(file: &str) -> Fixture {
    Fixture::new(&format!("../../../tests/e2e/fixtures/formats/{file}"), "canonical")
}

#[test]
fn delimited_text() {
    hold([
        ("semicolons", fixture("semicolons.csv")),
        ("bars", fixture("bars.txt")),
        ("tabs", fixture("tabs.tsv")),
        ("text_named_xls", fixture("list.xls")),
        ("sap_list", Fixture::new("formats/sap_list.txt", "sap_delivery")),
    ]);
}

#[test]
fn packed_files() {
    hold([
        ("gzip", fixture("packed.csv.gz")),
        ("zstd", fixture("packed.csv.zst")),
        ("zip", fixture("packed.zip")),
    ]);
}

#[test]
fn workbooks_and_records() {
    hold([
        ("xlsx", of_end_to_end("book.xlsx")),
        ("xlsm", of_end_to_end("book.xlsm")),
        ("xlsb", of_end_to_end("book.xlsb")),
        ("xls", of_end_to_end("book.xls")),
        ("ods", of_end_to_end("book.ods")),
        ("parquet", of_end_to_end("zstd.parquet")),
        ("json_lines", fixture("lines.jsonl")),
    ]);
}

#[test]
fn units_of_packs() {
    let pack = [("PAK", 10), ("CAR", 20)];
    let pack = pack.map(|(unit, pieces)| (unit.to_owned(), std::num::NonZeroU32::new(pieces).unwrap()));
    hold([
        ("packs_told", fixture("packs.csv").with(|source| source.pack = pack.into())),
        ("packs_untold", fixture("packs.csv")),
    ]);
}

#[test]
fn ways_to_write_dates_and_numbers() {
    hold([
        ("dates", fixture("dates.csv")),
        ("numbers_point", fixture("numbers_point.csv")),
        ("numbers_comma", fixture("numbers_comma.csv")),
    ]);
}
