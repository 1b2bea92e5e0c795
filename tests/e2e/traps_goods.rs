//! What an item is, and how many chips one of it has: traps 1, 10, 11, 12, 16.

use crate::report::Report;
use crate::world::World;

/// Sales of one item each: buyer, part number, description, quantity, price in US dollars.
fn sales(rows: &[(&str, &str, &str, &str, &str)]) -> Report {
    let mut text = "ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,description,quantity,unit_price,currency\n".to_owned();
    for (number, (buyer, part, description, quantity, price)) in rows.iter().enumerate() {
        text += &format!("2024-03-01,D{number},1,{buyer},US,{part},{description},{quantity},{price},USD\n");
    }
    World::new().sell_in(&text).report()
}

#[test]
fn systems_are_counted_by_their_chips_and_not_as_units() {
    let report = sales(&[
        ("Sixty Three", "", "PE XE9680 DUAL CPU 8xH100", "63", ""),
        ("Sixty Two", "", "PE XE9680 DUAL CPU 8xH100", "62", ""),
        ("Racks", "", "GB200 NVL72 RACK", "32", ""),
    ]);
    assert_eq!(report.chips("Sixty Three"), (504, 504));
    assert_eq!(report.status("Sixty Three"), "confirmed");
    assert_eq!(report.chips("Sixty Two"), (496, 496));
    assert_eq!(report.status("Sixty Two"), "none");
    assert_eq!(report.chips("Racks"), (2_304, 2_304));
    assert_eq!(report.schedule_a(), ["Racks", "Sixty Three"]);
}

#[test]
fn a_price_lets_a_server_without_a_count_have_eight_chips_in_hi_alone() {
    // 25.4 million US dollars for 120.
    let report = sales(&[("Quell", "", "H800 SERVER MODULE", "120", "211666.67")]);
    assert_eq!(report.chips("Quell"), (120, 960));
    assert_eq!(report.status("Quell"), "possible");
    let assumptions = report.findings("Quell", "bulk-purchase")[0]["assumptions"].to_string();
    assert!(assumptions.contains("price"), "{assumptions}");
}

#[test]
fn a_price_in_another_currency_says_nothing_without_a_rate() {
    let text = "
        ship_date,sold_to_name,sold_to_country,description,quantity,unit_price,currency
        2024-03-01,Yen,JP,A10,40,1000,JPY
        2024-03-01,Euro,DE,A10,40,1000,EUR
        2024-03-01,Dollar,US,A10,40,1000,USD
    ";
    let report = World::new().sell_in(text).with("[rates]\nEUR = 1.08").report();
    let chips = ["Yen", "Euro", "Dollar"].map(|name| report.chips(name));
    assert_eq!(chips, [(0, 0), (40, 40), (40, 40)]);
}

#[test]
fn a_part_number_is_read_by_the_catalogue_and_not_by_what_stands_in_it() {
    let report = sales(&[
        ("Board", "935-24287-A800-0R0", "", "8", ""),
        ("H20 board", "935-24287-00M0-000", "", "8", ""),
        ("Superchip", "935-54094-0001-000", "", "8", ""),
        ("A10 card", "900-2G133-0020-000", "NVIDIA L40S", "8", ""),
    ]);
    let chips = ["Board", "H20 board", "Superchip", "A10 card"].map(|name| report.chips(name));
    assert_eq!(chips, [(64, 64), (64, 64), (8, 8), (8, 8)]);
    assert_eq!(report.item("935-24287-A800-0R0"), ("H100", "8", "8"));
    assert_eq!(report.item("935-24287-00M0-000"), ("H20", "8", "8"));
    assert_eq!(report.item("935-54094-0001-000"), ("GB300", "1", "1"));
    assert_eq!(report.item("900-2G133-0020-000"), ("A10", "1", "1"));
}

#[test]
fn names_that_only_look_like_chips_count_nothing() {
    let report = sales(&[
        ("Cards", "", "NVIDIA L4 24GB", "100", ""),
        ("Other cards", "", "NVIDIA L40S 48GB", "100", ""),
        ("Workstations", "", "RTX A1000", "900", ""),
        ("Power", "", "H1000 UPS", "900", ""),
        ("Bridges", "", "NVLINK BRIDGE FOR H100", "4000", "200"),
        ("Chinese", "", "80GBSXM5显卡", "7", ""),
    ]);
    assert_eq!(report.item("NVIDIA L4 24GB").0, "L4");
    assert_eq!(report.item("NVIDIA L40S 48GB").0, "L40S");
    let chips = ["Cards", "Other cards", "Chinese"].map(|name| report.chips(name).0);
    assert_eq!(chips, [100, 100, 7]);
    for name in ["Workstations", "Power", "Bridges"] {
        assert_eq!(report.chips(name), (0, 0), "{name}");
    }
    assert_eq!(report.rows("out_of_scope"), 3);
}

#[test]
fn legality_never_changes_a_count() {
    let text = "
        ship_date,sold_to_name,sold_to_country,description,quantity
        2023-03-01,Free,CN,NVIDIA A800 80GB PCIe,1000
        2023-12-01,Licence,CN,NVIDIA A800 80GB PCIe,1000
        2025-03-03,Before,CN,NVIDIA H20 96GB,600
        2025-05-05,After,CN,NVIDIA H20 96GB,600
        2024-03-03,Gamer,CN,NVIDIA GeForce RTX 4090,2000
    ";
    let report = World::new().sell_in(text).report();
    assert_eq!((report.chips("Free"), report.chips("Licence")), ((1_000, 1_000), (1_000, 1_000)));
    assert_eq!((report.chips("Before"), report.chips("After")), ((600, 600), (600, 600)));
    assert_eq!(report.chips("Gamer"), (0, 0));
    let wider = World::new().sell_in(text).with("[scope]\nclass = \"all_3a090_including_consumer\"").report();
    assert_eq!(wider.chips("Gamer"), (2_000, 2_000));
}

#[test]
fn the_parts_of_a_kit_replace_their_header() {
    let report = World::new()
        .sap(
            "
            VBELN;POSNR;UEPOS;PSTYV;KUNAG;NAME_AG;LAND_AG;MATNR;ARKTX;LFIMG;WADAT_IST
            0080000001;000010;000000;TAQ;1001;Kit Buyer;US;SYS-821GE-TNHR;8U GPU SERVER;50;01.03.2024
            0080000001;000011;000010;TAE;1001;Kit Buyer;US;935-24287-0301-000;HGX H100 8-GPU;50;01.03.2024
            0080000002;000010;000000;TAQ;1002;Header Buyer;US;SYS-821GE-TNHR;8U GPU SERVER;50;01.03.2024
            0080000002;000011;000010;TAE;1002;Header Buyer;US;MEM-DR564;64GB RDIMM DDR5;800;01.03.2024
            ",
        )
        .report();
    assert_eq!(report.chips("Kit Buyer"), (400, 400));
    assert_eq!(report.rows("kit_header"), 1);
    // A part without chips leaves the header what it is.
    assert_eq!(report.chips("Header Buyer"), (400, 400));
}

#[test]
fn a_bare_chassis_may_hold_nothing_or_all_its_slots() {
    let report = sales(&[("Barebone", "SYS-421GE-TNRT", "4U GPU SERVER", "80", "")]);
    assert_eq!(report.chips("Barebone"), (0, 800));
    assert_eq!(report.status("Barebone"), "possible");
}

#[test]
fn loose_cards_on_the_same_order_fill_the_chassis() {
    let text = "
        ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity
        2024-03-01,D1,10,Half,NL,SYS-421GE-TNRT,20
        2024-03-01,D1,20,Half,NL,900-21010-0000-000,40
        2024-03-01,D2,10,Over,NL,SYS-421GE-TNRT,2
        2024-03-01,D2,20,Over,NL,900-21010-0000-000,50
        2024-03-01,D3,10,Apart,NL,SYS-421GE-TNRT,20
        2024-03-01,D4,10,Apart,NL,900-21010-0000-000,40
    ";
    let report = World::new().sell_in(text).report();
    assert_eq!(report.chips("Half"), (40, 200));
    assert_eq!(report.chips("Over"), (50, 50));
    assert_eq!(report.chips("Apart"), (40, 240));
}

#[test]
fn the_users_register_of_items_has_the_last_word() {
    let report = World::new()
        .sell_in(
            "
            ship_date,sold_to_name,sold_to_country,part_number,description,quantity
            2024-03-01,Node Buyer,US,HOUSE-8,NODE,70
            2024-03-01,Slide Buyer,US,,SLIDES FOR 8U H100 NODE,900
            ",
        )
        .file(
            "items.csv",
            "
            part_number,description,model,chips_min,chips_max,reason
            HOUSE-8,,H100,8,8,house number
            ,SLIDES FOR 8U H100 NODE,,0,0,rails
            ",
        )
        .with("[overrides]\nitems = \"items.csv\"")
        .report();
    assert_eq!(report.chips("Node Buyer"), (560, 560));
    assert_eq!(report.chips("Slide Buyer"), (0, 0));
}

#[test]
fn a_board_without_a_count_has_as_many_chips_as_is_usual_in_best() {
    let report = sales(&[("Board Buyer", "", "HGX H100", "70", "")]);
    assert_eq!(report.chips("Board Buyer"), (280, 560));
    assert_eq!(report.listed("Board Buyer").unwrap()["chips_best"], 560);
    assert_eq!(report.status("Board Buyer"), "possible");
}

#[test]
fn a_display_card_in_a_kit_takes_nothing_from_a_server_that_holds_its_chips() {
    let report = World::new()
        .sap(
            "
            VBELN;POSNR;UEPOS;KUNAG;NAME_AG;LAND_AG;MATNR;ARKTX;LFIMG;WADAT_IST
            0080000001;000010;000000;1001;Kit Buyer;US;SYS-821GE-TNHR;8U GPU SERVER;50;01.03.2024
            0080000001;000011;000010;1001;Kit Buyer;US;;NVIDIA T4;50;01.03.2024
            ",
        )
        .report();
    assert_eq!(report.chips("Kit Buyer"), (400, 400));
}

#[test]
fn a_part_of_a_kit_that_is_split_by_batch_counts_once() {
    let report = World::new()
        .sap(
            "
            VBELN;POSNR;UEPOS;UECHA;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            0080000001;000010;000000;000000;1001;Kit Buyer;US;SYS-821GE-TNHR;50;01.03.2024
            0080000001;000011;000010;000000;1001;Kit Buyer;US;935-24287-0301-000;50;01.03.2024
            0080000001;900001;000000;000011;1001;Kit Buyer;US;935-24287-0301-000;30;01.03.2024
            0080000001;900002;000000;000011;1001;Kit Buyer;US;935-24287-0301-000;20;01.03.2024
            ",
        )
        .report();
    assert_eq!(report.chips("Kit Buyer"), (400, 400));
    assert_eq!((report.rows("kit_header"), report.rows("batch_header")), (1, 1));
}
