use super::*;
use crate::fixture::{Sheet, day, run};

fn detect_with(rows: &[Row], parameters: &Integrity) -> Vec<Finding> {
    let sheet = Sheet::new(rows);
    parameters.detect(&Slice::new(&sheet.ledger()), &run()).unwrap()
}

fn rules(rows: &[Row]) -> Vec<String> {
    let found = detect_with(rows, &Integrity::default());
    found.into_iter().map(|finding| finding.window.rule).collect()
}

fn plain() -> Row {
    Row::bought("A", "2024-03-01", 8)
}

#[test]
fn each_mark_is_a_finding_of_its_own() {
    for (flag, kind) in [
        (Flags::REPEATED, "integrity:repeated-lines"),
        (Flags::CONFLICTING, "integrity:conflicting-extracts"),
        (Flags::UNMATCHED_RETURN, "integrity:unmatched-return"),
        (Flags::UNRETURNED, "integrity:unreturned-replacement"),
        (Flags::NEAR_REPEAT, "integrity:near-repeats"),
    ] {
        assert_eq!(rules(&[plain().marked(flag)]), [kind]);
    }
    let both = Flags::REPEATED.with(Flags::CONFLICTING);
    assert_eq!(rules(&[plain().marked(both)]).len(), 2);
    assert!(rules(&[plain().marked(Flags::POSSIBLE_OVERLAP)]).is_empty());
}

#[test]
fn a_defective_part_has_sixty_days_to_come_back() {
    let late = |shipped| rules(&[Row::bought("A", shipped, 1).marked(Flags::UNRETURNED)]);
    assert!(late("2026-09-01").is_empty(), "60 days before as_of");
    assert_eq!(late("2026-08-31").len(), 1, "61 days");
    let patient = Integrity { unreturned_days: 61, ..Integrity::default() };
    let rows = [Row::bought("A", "2026-08-31", 1).marked(Flags::UNRETURNED)];
    assert!(detect_with(&rows, &patient).is_empty());
    let found = detect_with(&rows, &Integrity::default());
    assert_eq!(found[0].first_visible, Some(day("2026-10-31")));
}

#[test]
fn nothing_ships_before_its_launch_or_its_order() {
    assert!(rules(&[plain().launched("2024-03-01").ordered("2024-03-01")]).is_empty());
    assert_eq!(rules(&[plain().launched("2024-03-02")]), ["integrity:impossible-date"]);
    assert_eq!(rules(&[plain().ordered("2024-03-02")]), ["integrity:impossible-date"]);
}

#[test]
fn a_line_has_at_most_so_many_items_and_chips() {
    assert!(rules(&[Row::bought("A", "2024-03-01", 100_000)]).is_empty());
    assert_eq!(rules(&[Row::bought("A", "2024-03-01", 100_001)]), ["integrity:impossible-quantity"]);
    let narrow = Integrity { max_quantity: 10, ..Integrity::default() };
    assert_eq!(detect_with(&[Row::bought("A", "2024-03-01", 11)], &narrow).len(), 1);
    let few_chips = Integrity { max_chips: 10, ..Integrity::default() };
    assert_eq!(detect_with(&[Row::bought("A", "2024-03-01", 11)], &few_chips).len(), 1);
    assert!(detect_with(&[Row::bought("A", "2024-03-01", 10)], &few_chips).is_empty());
}

#[test]
fn a_line_in_two_entries_of_one_entity_counts_once() {
    let mut sheet = Sheet::new(&[plain().marked(Flags::REPEATED)]);
    let mut again = sheet.entries[0];
    again.measure = chipwatch_records::Measure::Indirect;
    sheet.entries.push(again);
    let found = Integrity::default().detect(&Slice::new(&sheet.ledger()), &run()).unwrap();
    assert_eq!((found[0].chips_lo, found[0].evidence_lines), (8, 1));
}

#[test]
fn only_what_was_acquired_is_in_doubt() {
    assert!(rules(&[Row::received("A", "2024-03-01", 8).marked(Flags::REPEATED)]).is_empty());
}

#[test]
fn the_sentence_says_how_many_lines_and_chips() {
    let rows = [plain().up_to(80).marked(Flags::REPEATED), plain().marked(Flags::REPEATED)];
    let found = detect_with(&rows, &Integrity::default());
    insta::assert_snapshot!(
        found[0].sentence,
        @"2 lines are repeated without a document number: between 16 and 88 AI chips."
    );
}

#[test]
fn without_an_order_date_in_any_source_that_check_is_named_as_not_made() {
    let sheet = Sheet::new(&[plain().ordered("2024-03-02")]);
    let mut ctx = run();
    let source = chipwatch_records::SourceId::from_index(0).unwrap();
    ctx.absent_columns.insert(source, vec![Column::OrderDate]);
    let missing = Integrity::default().missing(&sheet.book, &ctx);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].missing, ["order_date"]);
    assert!(Integrity::default().missing(&sheet.book, &run()).is_empty());
}
