//! Where a unit price, a veto word or a second cue decides.

use super::tests::{at, told};
use super::{Basis, ItemKind, ItemText, read_item};

#[test]
fn short_names_need_a_second_cue() {
    for (description, hs_code, price, chips) in [
        ("A10", "", None, 0),
        ("A10", "", Some(999.0), 0),
        ("A10", "", Some(1_000.0), 1),
        ("A10", "8471.80", None, 1),
        ("A10", "84733020", None, 1),
        ("A10", "4802", Some(5.0), 0),
        ("A10 GDDR6", "", None, 1),
        ("A2 GPU", "", None, 1),
        ("Tesla T4", "", None, 1),
        ("A40 48GB", "", None, 1),
        ("A30 24 GB", "", None, 1),
        ("L4显卡", "", None, 1),
    ] {
        let reading = read_item(&ItemText { part_number: "", description, hs_code });
        assert_eq!(reading.with_price(price).chips_max, chips, "{description} {hs_code} {price:?}");
    }
}

#[test]
fn veto_words() {
    for (description, price, chips) in [
        ("NVLINK BRIDGE FOR H100", None, 0),
        ("NVLINK BRIDGE FOR H100", Some(200.0), 0),
        ("DGX H100 + 3Y SUPPORT", Some(300_000.0), 8),
        ("DGX H100 + 3Y SUPPORT", None, 8),
        ("HGX H100 8-GPU, 5Y WARRANTY", None, 8),
        ("SUPPORT RENEWAL FOR DGX H100", None, 0),
        ("3Y SUPPORT DGX H100", Some(1_500.0), 0),
        ("H100 HEATSINK", Some(80.0), 0),
        ("H100 PCIe WITH BRACKET", None, 1),
        ("H100 PCIe BRACKET", None, 0),
        ("H100 PCIe BRACKET", Some(28_000.0), 1),
        ("H100散热器", None, 0),
        ("H100 电源线", Some(20.0), 0),
        ("NVAIE H100 5Y", None, 0),
        ("FAN MODULE FOR HGX H100 8-GPU", None, 0),
        ("H100 RISER CABLE", Some(1_999.99), 0),
        ("H100 RISER CABLE", Some(2_000.0), 1),
    ] {
        let found = at("", description, price);
        assert_eq!(found.chips_max, chips, "{description} {price:?}: {}", found.why);
    }
    let found = told("NVLINK BRIDGE FOR H100");
    assert_eq!((found.kind, found.basis), (ItemKind::Accessory, Basis::Veto));
    assert_eq!(told("H100 LICENSE").kind, ItemKind::Support);
    assert_eq!(told("GEFORCE RTX 4070 SUPER").kind, ItemKind::Other);
    // At a chip's price it may be either.
    let found = at("", "SUPPORT FOR DGX H100", Some(30_000.0));
    assert_eq!((found.chips_min, found.chips_max, found.bare_chassis), (0, 8, false));
    // A catalogued part is never vetoed.
    assert_eq!(at("900-21010-0000-000", "H100 WITH CABLE", Some(10.0)).chips_max, 1);
    assert_eq!(at("SYS-821GE-TNHR", "server, riser, cable", None).chips_max, 8);
    // A cable at the price of a chip is not taken at its word.
    assert_eq!(at("", "COPPER CABLE", Some(25_000.0)).kind, ItemKind::Unknown);
    assert_eq!(at("", "COPPER CABLE", Some(25.0)).kind, ItemKind::Accessory);
}

#[test]
fn prices_infer_counts() {
    // Trap 1: 120 for US$25.4 million.
    let found = at("", "H800 SERVER MODULE", Some(25_400_000.0 / 120.0));
    assert_eq!((found.chips_min, found.chips_max, found.basis), (1, 8, Basis::PriceInferred));
    assert_eq!(
        found.why,
        "A server of H800 without a count: a unit costs about what 8 at US$26,500 each do."
    );
    for (price, max, basis) in [
        (Some(33_800.0), 1, Basis::PriceInferred),
        (Some(67_600.0), 2, Basis::PriceInferred),
        (Some(33_800.0 * 10.0), 8, Basis::PriceInferred),
        (Some(33_800.0 * 10.1), 8, Basis::Description),
        (Some(33_800.0 * 2.6), 8, Basis::Description),
        (None, 8, Basis::Description),
        (Some(0.0), 8, Basis::Description),
    ] {
        let found = at("", "H100 GPU server", price);
        assert_eq!((found.chips_min, found.chips_max, found.basis), (1, max, basis), "{price:?}");
    }
    assert_eq!(told("GB300 rack").chips_max, 72);
}

#[test]
fn price_matters_only_where_it_can() {
    let matters = |part_number, description| {
        read_item(&ItemText { part_number, description, hs_code: "" }).price_matters()
    };
    for (part, description) in [
        ("", "H800 SERVER MODULE"),
        ("", "A10"),
        ("", "H100 CABLE"),
        ("", "DGX H100 + 3Y SUPPORT"),
        ("", "DAC cable"),
    ] {
        assert!(matters(part, description), "{description}");
    }
    for (part, description) in [
        ("", "NVIDIA H100"),
        ("900-21010-0000-000", "H100 cable"),
        ("", "thing"),
        ("SYS-821GE-TNHR", "cable"),
        ("", "NVIDIA A10"),
        ("", "8x H100 server"),
    ] {
        assert!(!matters(part, description), "{part} {description}");
        let reading = read_item(&ItemText { part_number: part, description, hs_code: "" });
        let free = reading.with_price(None);
        assert!(
            [1.0, 999.0, 1_500.0, 40_000.0, 270_000.0]
                .into_iter()
                .all(|price| reading.with_price(Some(price)) == free)
        );
    }
}

#[test]
fn between_two_breaks_a_price_changes_nothing() {
    for description in [
        "H800 SERVER MODULE",
        "H100 GPU server",
        "A10",
        "NVLINK BRIDGE FOR H100",
        "DAC cable 400G",
        "GB300 rack",
    ] {
        let reading = read_item(&ItemText { part_number: "", description, hs_code: "" });
        let mut edges = vec![0.0];
        edges.extend(reading.price_breaks());
        edges.push(1e9);
        for band in edges.windows(2) {
            let inside = |part: f64| reading.with_price(Some(band[0] + (band[1] - band[0]) * part));
            let middle = inside(0.5);
            for part in [0.001, 0.25, 0.75, 0.999] {
                assert_eq!(inside(part), middle, "{description} between {} and {}", band[0], band[1]);
            }
        }
    }
}
