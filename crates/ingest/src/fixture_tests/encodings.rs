//! One table in every encoding that is read. `fixtures/encodings/make_files.py` writes the files.

use super::{Fixture, hold};

fn fixture(file: &str) -> Fixture {
    Fixture::new(&format!("encodings/{file}"), "canonical")
}

#[test]
fn encodings_are_told_by_the_bytes() {
    hold([
        ("utf_8", fixture("utf_8.csv")),
        ("utf_8_mark", fixture("utf_8_mark.csv")),
        ("utf_16le_mark", fixture("utf_16le_mark.csv")),
        ("utf_16le", fixture("utf_16le.csv")),
        ("utf_16be_mark", fixture("utf_16be_mark.csv")),
        ("utf_16be", fixture("utf_16be.csv")),
        ("windows_1252", fixture("windows_1252.csv")),
        ("windows_1251", fixture("windows_1251.csv")),
        ("gb18030", fixture("gb18030.csv")),
        ("big5", fixture("big5.csv")),
        ("shift_jis", fixture("shift_jis.csv")),
        ("euc_kr", fixture("euc_kr.csv")),
    ]);
}

#[test]
fn the_users_word_on_the_encoding_wins() {
    hold([
        ("short_guessed", fixture("windows_1251_short.csv")),
        ("short_told", fixture("windows_1251_short.csv").in_encoding("windows-1251")),
    ]);
}
