use chipwatch_records::{Checked, CountryCode, CountryOf, Flags};

use super::*;
use crate::fixture::{Sheet, day, run};

fn detect_in(sheet: &Sheet, ctx: &RunContext, parameters: &BulkPurchase) -> Vec<Finding> {
    parameters.detect(&Slice::new(&sheet.ledger()), ctx).unwrap()
}

fn detect(rows: &[Row]) -> Vec<Finding> {
    detect_in(&Sheet::new(rows), &run(), &BulkPurchase::default())
}

fn number(finding: &Finding, fact: &str) -> i64 {
    match &finding.facts[fact] {
        Fact::Number(number) => *number,
        other => panic!("{fact} is {other:?}"),
    }
}

fn text<'f>(finding: &'f Finding, fact: &str) -> &'f str {
    match &finding.facts[fact] {
        Fact::Text(text) => text,
        other => panic!("{fact} is {other:?}"),
    }
}

fn window(days: u16, chips: i64) -> BulkPurchase {
    BulkPurchase { windows: vec![WindowThreshold { days, chips }] }
}

#[test]
fn more_than_500_is_501_and_at_least_500_is_500() {
    for (operator, chips, fires) in [
        (Operator::Gt, 499, false),
        (Operator::Gt, 500, false),
        (Operator::Gt, 501, true),
        (Operator::Ge, 499, false),
        (Operator::Ge, 500, true),
        (Operator::Ge, 501, true),
    ] {
        let mut ctx = run();
        ctx.threshold.operator = operator;
        let sheet = Sheet::new(&[Row::bought("A", "2024-01-01", chips)]);
        let found = detect_in(&sheet, &ctx, &BulkPurchase::default());
        assert_eq!(!found.is_empty(), fires, "{operator:?} {chips}");
    }
}

#[test]
fn the_threshold_is_the_runs() {
    let mut ctx = run();
    ctx.threshold.chips = 10;
    ctx.threshold.since = day("2022-01-01");
    let sheet = Sheet::new(&[Row::bought("A", "2024-01-01", 11)]);
    let found = detect_in(&sheet, &ctx, &BulkPurchase::default());
    assert_eq!(found[0].window.rule, "since 2022-01-01");
    insta::assert_snapshot!(found[0].sentence, @"Bought 11 AI chips since 2022-01-01, more than 10.");
}

#[test]
fn direct_and_indirect_add_up_and_are_told_apart() {
    let found = detect(&[
        Row::bought("A", "2023-01-01", 300),
        Row::end_customer("A", "2024-01-01", 304),
        Row::bought("B", "2024-01-01", 304),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!((number(&found[0], "direct_lo"), number(&found[0], "indirect_hi")), (300, 304));
    insta::assert_snapshot!(
        found[0].sentence,
        @"Bought 604 AI chips since 2020-01-01 (300 of its own account, 304 as named end customer), more than 500."
    );
    assert_eq!(text(&found[0], "bulk_status"), "confirmed");
    assert_eq!(found[0].first_visible, Some(day("2024-01-01")));
}

#[test]
fn only_the_higher_count_makes_it_possible_and_its_crossing_is_the_higher_counts() {
    let found = detect(&[
        Row::bought("A", "2023-01-01", 100).up_to(600),
        Row::bought("A", "2024-01-01", 20).up_to(360),
    ]);
    assert_eq!(text(&found[0], "bulk_status"), "possible");
    assert_eq!(text(&found[0], "crossed_on"), "2023-01-01");
    insta::assert_snapshot!(
        found[0].sentence,
        @"Between 120 and 960 AI chips since 2020-01-01: only the higher count is more than 500."
    );
}

#[test]
fn an_unmatched_return_lowers_only_the_lower_count() {
    let found = detect(&[Row::bought("A", "2023-01-01", 520), Row::unmatched_return("A", "2023-02-01", 40)]);
    assert_eq!((found[0].chips_lo, found[0].chips_hi), (480, 520));
    assert_eq!(text(&found[0], "bulk_status"), "possible");
    assert_eq!((number(&found[0], "gross_hi"), number(&found[0], "returned_lo")), (520, 40));
}

#[test]
fn windows_count_both_ends_and_net_of_their_own_returns() {
    let found = detect(&[
        Row::bought("A", "2024-03-01", 520).undone(40),
        Row::bought("A", "2024-03-30", 10),
        Row::bought("A", "2024-03-31", 100),
        Row::returned("A", "2024-04-10", 40),
    ]);
    assert_eq!(number(&found[0], "largest_30d_lo"), 490);
    assert_eq!(number(&found[0], "largest_90d_lo"), 590);
    assert_eq!(number(&found[0], "largest_365d_hi"), 590);
}

#[test]
fn a_window_with_a_threshold_is_a_finding_of_its_own() {
    let rows = [
        Row::bought("A", "2024-01-01", 100),
        Row::bought("A", "2024-06-01", 200).undone(10),
        Row::bought("A", "2024-06-30", 100).up_to(120),
        Row::returned("A", "2024-07-30", 10),
    ];
    let sheet = Sheet::new(&rows);
    let found = detect_in(&sheet, &run(), &window(30, 289));
    assert_eq!(found.len(), 1, "the total is 390 to 410");
    assert_eq!(found[0].window.rule, "30d");
    assert_eq!((found[0].window.from, found[0].window.to), (day("2024-06-01"), day("2024-06-30")));
    assert_eq!((found[0].chips_lo, found[0].chips_hi), (290, 310));
    let chips: Vec<_> = found[0].evidence.iter().map(|row| row.chips_lo).collect();
    assert_eq!(chips, [190, 100]);
    assert_eq!(found[0].first_visible, Some(day("2024-06-30")));
    insta::assert_snapshot!(
        found[0].sentence,
        @"Bought between 290 and 310 AI chips within 30 days (2024-06-01 to 2024-06-30), more than 289."
    );
    let possible = detect_in(&sheet, &run(), &window(30, 300));
    assert_eq!(text(&possible[0], "bulk_status"), "possible");
    assert!(detect_in(&sheet, &run(), &window(30, 310)).is_empty());
    assert!(detect_in(&sheet, &run(), &window(29, 289)).is_empty());
}

#[test]
fn only_purchases_of_the_listed_countries_count() {
    let mut here = Row::bought("A", "2024-01-01", 400);
    here.countries = [Some("CN"), Some("SG"), None];
    let mut there = Row::bought("A", "2024-01-02", 300);
    there.countries = [Some("US"), Some("SG"), Some("CN")];
    let mut sheet = Sheet::new(&[here, there]);
    let mut chips = |country_of, countries: &[&str], headquarters: &str| {
        let mut ctx = run();
        ctx.threshold.chips = 10;
        ctx.threshold.country_of = country_of;
        ctx.threshold.countries =
            countries.iter().filter_map(|code| CountryCode::from_letters(code)).collect();
        sheet.book.entities[0].headquarters = CountryCode::from_letters(headquarters);
        sheet.book.entities[0].country = CountryCode::from_letters("CN");
        let found = detect_in(&sheet, &ctx, &BulkPurchase::default());
        found.first().map(|finding| finding.chips_lo)
    };
    assert_eq!(chips(CountryOf::SoldTo, &["CN"], ""), Some(400));
    assert_eq!(chips(CountryOf::SoldTo, &["CN", "US"], ""), Some(700));
    assert_eq!(chips(CountryOf::ShipTo, &["SG"], ""), Some(700));
    assert_eq!(chips(CountryOf::EndUser, &["CN"], ""), Some(300));
    assert_eq!(chips(CountryOf::Headquarters, &["CN"], ""), Some(700), "the entity's own country");
    assert_eq!(chips(CountryOf::Headquarters, &["CN"], "US"), None, "the register wins");
}

#[test]
fn the_sentence_names_the_countries_that_count() {
    let mut row = Row::bought("A", "2024-01-01", 600);
    row.countries[0] = Some("SG");
    let mut ctx = run();
    ctx.threshold.countries =
        ["SG", "CN"].iter().filter_map(|code| CountryCode::from_letters(code)).collect();
    let found = detect_in(&Sheet::new(&[row]), &ctx, &BulkPurchase::default());
    insta::assert_snapshot!(
        found[0].sentence,
        @"Bought 600 AI chips since 2020-01-01, more than 500, counting only purchases by buyers in CN, SG."
    );
}

#[test]
fn what_is_not_listed_stands_in_the_remainder() {
    let rows: Vec<_> = (0..300).map(|n| Row::bought("A", "2024-01-01", n + 1)).collect();
    let mut ctx = run();
    let sheet = Sheet::new(&rows);
    let found = detect_in(&sheet, &ctx, &BulkPurchase::default());
    assert_eq!((found[0].evidence.len(), found[0].evidence_lines), (201, 300));
    assert_eq!(found[0].evidence.iter().map(|row| row.chips_hi).sum::<i64>(), found[0].chips_hi);
    ctx.evidence_rows = None;
    assert_eq!(detect_in(&sheet, &ctx, &BulkPurchase::default())[0].evidence.len(), 300);
}

#[test]
fn assumptions_name_what_the_count_rests_on() {
    let mut guessed = Row::bought("A", "2024-01-03", 0).up_to(8).of_model("B200");
    guessed.basis = "price_inferred";
    guessed.unconfirmed = true;
    let found = detect(&[
        Row::bought("A", "2024-01-01", 600).marked(Flags::POSSIBLE_OVERLAP),
        Row::bought("A", "2024-01-02", 8).marked(Flags::NO_GOODS_MOVEMENT),
        guessed,
    ]);
    assert_eq!(found[0].facts["models"], Fact::List(vec!["B200".to_owned(), "H100 SXM".to_owned()]));
    insta::assert_snapshot!(found[0].assumptions.join("\n"), @r"
    The chips of B200 rest on an unconfirmed reference row.
    The chips of 1 line are inferred from the price: in the higher count alone.
    1 line may be the same goods as a line of another level: counted twice in the higher count alone.
    1 line is ordered or billed without a known goods movement.
    ");
}

#[test]
fn a_class_supports_the_innocent_reading_and_an_unknown_one_cannot() {
    let mut sheet = Sheet::new(&[Row::bought("A", "2024-01-01", 600)]);
    let checked = |sheet: &Sheet| -> Vec<_> {
        let found = detect_in(sheet, &run(), &BulkPurchase::default());
        found[0].innocent_explanations.iter().map(|reading| reading.checked).collect()
    };
    assert_eq!(checked(&sheet)[0], Checked::NotCheckable);
    sheet.book.entities[0].class = "distributor".to_owned();
    assert_eq!(checked(&sheet)[..2], [Checked::Supported, Checked::Supported]);
    sheet.book.entities[0].class = "university".to_owned();
    assert_eq!(checked(&sheet)[..2], [Checked::Supported, Checked::NotCheckable]);
}

#[test]
fn a_ledger_out_of_order_is_refused() {
    let mut sheet = Sheet::new(&[Row::bought("A", "2024-01-01", 600), Row::bought("A", "2024-02-01", 1)]);
    sheet.entries.reverse();
    let refused = BulkPurchase::default().detect(&Slice::new(&sheet.ledger()), &run()).unwrap_err();
    assert!(refused.to_string().contains("2024-01-01 stands after 2024-02-01"));
}

#[test]
fn missing_columns_are_named_when_every_source_lacks_them() {
    let sheet = Sheet::new(&[]);
    let mut ctx = run();
    assert!(BulkPurchase::default().missing(&sheet.book, &ctx).is_empty());
    let source = chipwatch_records::SourceId::from_index(0).unwrap();
    let absent = vec![Column::EndUserName, Column::EndUserId, Column::SoldToCountry, Column::BillToCountry];
    ctx.absent_columns.insert(source, absent);
    assert_eq!(BulkPurchase::default().missing(&sheet.book, &ctx).len(), 1);
    ctx.threshold.countries = CountryCode::from_letters("CN").into_iter().collect();
    assert_eq!(BulkPurchase::default().missing(&sheet.book, &ctx).len(), 2);
}
