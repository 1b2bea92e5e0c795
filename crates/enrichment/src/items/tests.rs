use super::*;

fn text<'a>(part_number: &'a str, description: &'a str) -> ItemText<'a> {
    ItemText { part_number, description, hs_code: "" }
}

#[test]
fn an_override_is_found_by_part_number_before_description() {
    let rows = "part_number,description,model,chips_min,chips_max,reason\n\
                TBC-1,,H100,8,8,house number\n,Mystery Box,,0,4,asked the maker\n";
    let overrides = ItemOverrides::read("items.csv", rows).unwrap();
    assert_eq!(overrides.find(&text("tbc-1", "")).unwrap().chips_max, 8);
    assert_eq!(overrides.find(&text("", " mystery box ")).unwrap().chips_max, 4);
    assert!(overrides.find(&text("TBC-2", "")).is_none());
}

#[test]
fn a_reports_own_table_can_be_handed_back() {
    // Rows without a reason say nothing; a guarded formula is the text that it was.
    let rows = "part_number,description,model,chips_min,chips_max,reason,scope\n\
                A-1,card,H100,1,1,,in\n'-B-2,,A100,1,1,seen the box,in\nC-3,,,,,,\n";
    let overrides = ItemOverrides::read("items.csv", rows).unwrap();
    assert!(overrides.find(&text("A-1", "card")).is_none());
    assert_eq!(overrides.find(&text("-B-2", "")).unwrap().reason, "seen the box");
}

#[test]
fn a_bad_override_names_its_line() {
    let header = "part_number,description,model,chips_min,chips_max,reason\n";
    for (row, why) in
        [("A,,H100,8,1,x", "above"), ("A,,H1000,1,1,x", "no model"), (",,H100,1,1,x", "neither")]
    {
        let error = ItemOverrides::read("items.csv", &format!("{header}{row}\n")).unwrap_err().to_string();
        assert!(error.starts_with("items.csv:2:") && error.contains(why), "{error}");
    }
}

#[test]
fn a_price_falls_into_its_band_or_on_its_break() {
    let id = |index| ItemId::from_index(index).unwrap();
    let bands = PriceBands { breaks: vec![10.0, 20.0], items: (0..5).map(id).collect(), absent: id(9) };
    for (dollars, index) in [(5.0, 0), (10.0, 1), (15.0, 2), (20.0, 3), (25.0, 4)] {
        assert_eq!(bands.of(Some(dollars)), id(index), "{dollars}");
    }
    assert_eq!((bands.of(None), bands.of(Some(0.0))), (id(9), id(9)));
    assert_eq!(prices_of_bands(&[10.0, 20.0]), [5.0, 10.0, 15.0, 20.0, 41.0]);
}

#[test]
fn rates_know_the_dollar_and_what_the_pipeline_says() {
    let rates = Rates::new(&BTreeMap::from([("eur".to_owned(), 1.08)]));
    assert_eq!((rates.get("usd"), rates.get("EUR"), rates.get("")), (Some(1.0), Some(1.08), None));
}
