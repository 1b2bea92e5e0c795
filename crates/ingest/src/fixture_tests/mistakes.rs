//! Every mistake that exports are known for: what it costs, and what is said about it. `fixtures/mistakes/make_files.py`
//! writes the files that no editor can.

use chipwatch_records::Column;

use super::{Fixture, hold};
use crate::date::DateDialect;

fn bad(file: &str) -> Fixture {
    Fixture::new(&format!("mistakes/bad_{file}"), "canonical")
}

/// The fixtures of these files, each under the name of its file.
fn all(files: &[&'static str]) -> Vec<(String, Fixture)> {
    files.iter().map(|file| (named(file), bad(file))).collect()
}

fn named(file: &str) -> String {
    format!("bad_{}", file.split('.').next().unwrap())
}

#[test]
fn rows_that_are_broken() {
    hold(all(&[
        "open_quote.csv",
        "few_fields.csv",
        "mixed_line_ends.csv",
        "nul_in_cells.csv",
        "nul_behind_the_start.csv",
        "utf_8_bytes.csv",
        "shift_jis_bytes.csv",
        "utf_16_cut.csv",
        "glued.csv",
    ]));
}

#[test]
fn cells_that_cannot_be_read() {
    hold(all(&[
        "quantity.csv",
        "price.csv",
        "no_buyer.csv",
        "no_item.csv",
        "power_of_ten.csv",
        "dates.csv",
        "units.csv",
        "value.csv",
        "replacement_without_period.csv",
    ]));
    let named_file = bad("replacement_without_period.csv");
    let named_file = named_file.with(|source| source.replaces = vec!["POS_2024-03.csv".to_owned()]);
    hold([("bad_replacement_that_names_a_file", named_file)]);
}

#[test]
fn columns_that_can_be_read_two_ways() {
    hold(all(&[
        "day_order_open.csv",
        "day_order_conflict.csv",
        "decimals_open.csv",
        "decimals_conflict.csv",
    ]));
    let told_wrong = bad("day_order_told_wrong.csv").with(|source| source.date = Some(DateDialect::Mdy));
    hold([("bad_day_order_told_wrong", told_wrong)]);
}

#[test]
fn rows_that_are_no_lines() {
    hold(all(&["repeated_header.csv", "totals.csv", "only_header.csv"]));
}

#[test]
fn tables_without_what_it_takes() {
    hold(all(&["no_header.csv", "empty.csv", "no_quantity_column.csv", "twice_the_same_header.csv"]));
    hold([(
        "bad_neither_order_nor_delivery",
        Fixture::new("mistakes/bad_neither_order_nor_delivery.csv", "sap_delivery"),
    )]);
}

#[test]
fn a_table_of_sums_is_refused_though_its_columns_are_named_by_hand() {
    let columns = [
        (Column::ShipDate, "MONTHYEAR"),
        (Column::Quantity, "TOTAL_QUANTITY"),
        (Column::Description, "PRODUCT_DESCRIPTION"),
        (Column::SoldToName, "BUYER_NAME"),
    ];
    let columns = columns.map(|(column, header)| (column, header.to_owned()));
    let fixture = bad("sums_by_month.csv").with(|source| source.columns = columns.into());
    hold([("bad_sums_by_month", fixture)]);
}

#[test]
fn files_that_are_something_else() {
    hold(all(&[
        "web_page.xls",
        "mhtml.xls",
        "sylk.slk",
        "edifact.edi",
        "cut.csv.gz",
        "two_files.zip",
        "workbook.xls",
        "program.csv",
    ]));
    hold([("bad_workbook_cut", bad("workbook.xlsx"))]);
}

#[test]
fn interchanges_that_are_damaged() {
    let of = |file: &str| (named(file), Fixture::new(&format!("mistakes/bad_{file}"), "x12_867"));
    let (name, told) = of("x12_bytes.edi");
    hold([(name, told.in_encoding("utf-8"))]);
    hold([
        of("x12_without_end.edi"),
        of("x12_wrong_count.edi"),
        of("x12_without_se.edi"),
        of("x12_other_sets.edi"),
        of("x12_no_report.edi"),
        of("x12_replacement_without_period.edi"),
    ]);
}
