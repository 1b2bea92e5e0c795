//! The question: how many, since when, where. Trap 6.

use crate::report::Report;
use crate::world::World;

const H100: &str = "900-21010-0000-000";

fn three_buyers() -> String {
    let mut text =
        "ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity\n".to_owned();
    for quantity in [499, 500, 501] {
        text += &format!("2024-03-01,D{quantity},1,Buyer {quantity},PL,{H100},{quantity}\n");
    }
    text
}

fn asked(threshold: &str) -> Report {
    World::new().threshold(threshold).sell_in(&three_buyers()).report()
}

#[test]
fn more_than_500_is_501_and_at_least_500_is_500() {
    assert_eq!(asked("").schedule_a(), ["Buyer 501"]);
    assert_eq!(asked("chips = 500\noperator = \"gt\"").schedule_a(), ["Buyer 501"]);
    assert_eq!(asked("chips = 500\noperator = \"ge\"").schedule_a(), ["Buyer 501", "Buyer 500"]);
    assert_eq!(asked("chips = 499\noperator = \"gt\"").schedule_a(), ["Buyer 501", "Buyer 500"]);
    assert_eq!(asked("chips = 502\noperator = \"ge\"").schedule_a(), [""; 0]);
}

#[test]
fn the_question_stands_in_the_report() {
    let report = asked("chips = 500\noperator = \"ge\"");
    assert_eq!(report.json["threshold"]["chips"], 500);
    assert_eq!(report.json["threshold"]["operator"], "ge");
    assert!(report.markdown.contains("500"), "the page does not say what was asked");
}

#[test]
fn the_last_day_of_2019_is_out_and_the_first_of_2020_is_in() {
    let report = World::new()
        .sell_in(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2019-12-31,D1,1,Old,PL,Tesla V100 32GB,600
            2020-01-01,D2,1,New,PL,Tesla V100 32GB,600
            ",
        )
        .report();
    assert_eq!((report.chips("Old"), report.chips("New")), ((0, 0), (600, 600)));
    assert_eq!(report.rows("before_since"), 1);
    assert_eq!(report.schedule_a(), ["New"]);
}

#[test]
fn the_day_of_the_report_is_in_and_the_next_one_out() {
    let text = "
        ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity
        2024-06-30,D1,1,In,PL,900-21010-0000-000,600
        2024-07-01,D2,1,Out,PL,900-21010-0000-000,600
    ";
    let report = World::new().on_day("2024-06-30").sell_in(text).report();
    assert_eq!((report.chips("In"), report.chips("Out")), ((600, 600), (0, 0)));
    assert_eq!(report.rows("after_as_of"), 1);
    let option = World::new().sell_in(text).argument("--as-of").argument("2024-06-30").report();
    assert_eq!(option.rows("after_as_of"), 1);
}

#[test]
fn a_mistyped_year_is_after_the_latest_shipment() {
    let mut text =
        "ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity\n".to_owned();
    for number in 0..1_100 {
        text += &format!("2025-05-{:02},D{number},1,Buyer,PL,{H100},1\n", number % 28 + 1);
    }
    text += &format!("2052-06-01,D9999,1,Typed,PL,{H100},600\n");
    let report = World::new().on_day("latest-shipment").sell_in(&text).report();
    assert_eq!(report.json["as_of"], "2025-05-28");
    assert_eq!((report.chips("Buyer"), report.chips("Typed")), ((1_100, 1_100), (0, 0)));
    assert_eq!(report.rows("after_as_of"), 1);
}

#[test]
fn an_interval_across_the_threshold_is_possible() {
    // 61 servers of 8 for certain; 3 chassis of up to 8 on top.
    let report = World::new()
        .sell_in(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2024-03-01,D1,1,Range,PL,DGX H100 640GB 8xH100,61
            2024-03-02,D2,1,Range,PL,SR675 V3,3
            ",
        )
        .report();
    assert_eq!(report.chips("Range"), (488, 512));
    assert_eq!(report.status("Range"), "possible");
    assert_eq!(report.near_misses(), [""; 0]);
}

#[test]
fn countries_are_those_of_the_party_that_the_pipeline_names() {
    let text = format!(
        "ship_date,document_no,line_no,sold_to_name,sold_to_country,ship_to_name,ship_to_country,end_user_name,end_user_country,part_number,quantity
        2024-03-01,D1,1,Seven,SG,Depot,MO,Last,HK,{H100},600
        2024-03-01,D2,1,Island,TW,Hall,TW,Chip Lab,CN,{H100},600"
    );
    let ask = |country: &str, of: &str| {
        let threshold = format!("countries = [\"{country}\"]\ncountry_of = \"{of}\"");
        let report = World::new().threshold(&threshold).sell_in(&text).report();
        let mut names: Vec<String> = report.schedule_a().into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(ask("SG", "sold_to"), ["Last", "Seven"]);
    assert_eq!(ask("CN", "sold_to"), [""; 0]);
    assert_eq!(ask("TW", "sold_to"), ["Chip Lab", "Island"]);
    assert_eq!(ask("MO", "ship_to"), ["Last", "Seven"]);
    assert_eq!(ask("HK", "ship_to"), [""; 0]);
    assert_eq!(ask("HK", "end_user"), ["Last", "Seven"]);
    assert_eq!(ask("CN", "end_user"), ["Chip Lab", "Island"]);
    assert_eq!(ask("CN", "headquarters"), ["Chip Lab"]);
    assert_eq!(ask("HK", "headquarters"), ["Last"]);
}

#[test]
fn a_window_with_its_own_threshold_is_a_finding_of_its_own() {
    let report = World::new()
        .sell_in(&format!(
            "ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity
            2024-01-01,D1,1,Quick,PL,{H100},150
            2024-03-30,D2,1,Quick,PL,{H100},150
            2024-01-01,D3,1,Slow,PL,{H100},150
            2024-03-31,D4,1,Slow,PL,{H100},150"
        ))
        .with("[detect.bulk-purchase]\nwindows = [{ days = 90, chips = 250 }]")
        .report();
    let found = report.findings("Quick", "bulk-purchase");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0]["chips_lo"].as_i64(), found[0]["window"]["rule"].as_str()),
        (Some(300), Some("90d"))
    );
    assert!(report.findings("Slow", "bulk-purchase").is_empty());
}
