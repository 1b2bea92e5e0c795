//! The same sale typed twice: spelling, padding, a cent, a document number. Nothing is dropped, no count changes.

use crate::report::Report;
use crate::world::World;

const KEYS: &str = "layout = \"canonical\"\nchannel = \"sell_in\"";
const HEADER: &str = "seller_name,document_no,line_no,customer_po,ship_date,sold_to_name,sold_to_country,part_number,description,quantity,unit_price,currency,serial_numbers";
/// Seller, document, item, order, buyer, part, description, price, serial numbers.
const ROW: [&str; 9] =
    ["Maker One Inc", "INV-00123", "10", "PO1", "Fenni Ltd", "900-21010-0000-000", "H100", "25000.00", ""];

/// A row of 300 H100 with some of its cells changed.
fn row(changes: &[(usize, &str)]) -> String {
    let mut cells = ROW;
    for (place, cell) in changes {
        cells[*place] = cell;
    }
    let [seller, document, item, order, buyer, part, description, price, serials] = cells;
    format!(
        "{seller},{document},{item},{order},2024-05-28,{buyer},AU,{part},{description},300,{price},USD,{serials}"
    )
}

fn report(sources: &[&[String]]) -> Report {
    let mut world = World::new();
    for (index, rows) in sources.iter().enumerate() {
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        world = world.source(&format!("s{index}"), KEYS, &[(&format!("s{index}.csv"), &text)]);
    }
    world.report()
}

/// The doubts about a row and its changed copy in one file; both count.
fn doubts(first: &[(usize, &str)], second: &[(usize, &str)]) -> Vec<String> {
    let report = report(&[&[row(first), row(second)]]);
    assert_eq!(report.chips("Fenni Ltd"), (600, 600), "{first:?} {second:?}");
    assert_eq!(report.rows("counted"), 2);
    report.doubts("Fenni Ltd").into_iter().map(str::to_owned).collect()
}

#[test]
fn a_document_that_was_typed_again_is_a_doubt_and_counts_all_the_same() {
    for change in [(1, "INV 123"), (1, "inv-O0123"), (0, "MAKER ONE INC.")] {
        assert_eq!(doubts(&[], &[change, (4, "FENNI  LIMITED")]), ["near-repeats"], "{change:?}");
    }
    assert_eq!(doubts(&[], &[(1, "INV 123"), (5, "900 21010 0000 000"), (6, "h100")]), ["near-repeats"]);
    assert_eq!(doubts(&[], &[(1, "INV 123"), (7, "25000.01")]), ["near-repeats"]);
    // Other documents, items, prices are other sales.
    assert_eq!(doubts(&[], &[(1, "INV-00124")]), [""; 0]);
    assert_eq!(doubts(&[], &[(1, "INV 123"), (2, "20")]), [""; 0]);
    assert_eq!(doubts(&[], &[(1, "INV 123"), (7, "25000.02")]), [""; 0]);
    assert_eq!(doubts(&[], &[(1, "INV 123"), (0, "Maker Two Inc")]), [""; 0]);
}

#[test]
fn rows_without_a_document_are_compared_by_all_they_say() {
    let nameless = [(1, ""), (2, "")];
    let with = |change: (usize, &'static str)| [nameless[0], nameless[1], change];
    assert_eq!(doubts(&nameless, &with((4, "FENNI LTD."))), ["near-repeats"]);
    assert_eq!(doubts(&nameless, &with((7, "25000.01"))), ["near-repeats"]);
    assert_eq!(doubts(&nameless, &with((3, "PO2"))), [""; 0]);
}

#[test]
fn units_of_the_same_serial_numbers_do_not_leave_twice_on_one_day() {
    assert_eq!(doubts(&[(8, "S1;S2")], &[(1, "X9"), (8, "s1; s2")]), ["near-repeats"]);
    assert_eq!(doubts(&[(8, "S1;S2")], &[(1, "X9"), (8, "S3;S4")]), [""; 0]);
}

#[test]
fn one_order_in_two_systems_may_be_one_sale_and_in_one_system_is_parts() {
    let (first, second) = (row(&[]), row(&[(1, "80001")]));
    let two = report(&[std::slice::from_ref(&first), std::slice::from_ref(&second)]);
    assert_eq!((two.doubts("Fenni Ltd"), two.chips("Fenni Ltd")), (vec!["near-repeats"], (600, 600)));
    assert_eq!(report(&[&[first, second]]).doubts("Fenni Ltd"), [""; 0]);
}

#[test]
fn every_such_row_is_cited_whatever_the_order_of_rows_and_the_cut_into_files() {
    let rows = [row(&[]), row(&[(1, "INV 123")]), row(&[(1, "inv123"), (4, "FENNI LTD")]), row(&[(1, "Z9")])];
    let whole = report(&[&rows]);
    let finding = &whole.findings("Fenni Ltd", "integrity")[0];
    assert_eq!(
        (&finding["evidence_lines"], &finding["chips_lo"], &finding["chips_hi"]),
        (&3.into(), &900.into(), &900.into())
    );
    let lines: Vec<&str> = whole
        .table("evidence")
        .iter()
        .filter(|row| row["detector"] == "integrity")
        .map(|row| row["line"].as_str())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(!lines.contains(&"5"), "{lines:?}");
    let mut turned = rows.clone();
    turned.reverse();
    let texts = turned.each_ref().map(|row| format!("{HEADER}\n{row}\n"));
    let names = ["a.csv", "b.csv", "c.csv", "d.csv"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    let cut = World::new().source("s0", KEYS, &files).report();
    assert_eq!(cut.json["content_digest"], whole.json["content_digest"]);
}
