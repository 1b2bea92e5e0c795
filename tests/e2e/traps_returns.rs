//! What comes back: traps 3, 4, 19, and the rule that a return undoes what it cites.

use crate::report::Report;
use crate::world::World;

/// Rows of one buyer: document type, document, cited document, day, quantity, part number.
fn rows(rows: &[(&str, &str, &str, &str, &str, &str)]) -> Report {
    World::new().sell_in(&canonical(rows)).report()
}

fn canonical(rows: &[(&str, &str, &str, &str, &str, &str)]) -> String {
    let mut text = "document_type,document_no,line_no,reference_document_no,ship_date,sold_to_name,sold_to_country,quantity,part_number\n".to_owned();
    for (kind, document, cited, day, quantity, part) in rows {
        text += &format!("{kind},{document},1,{cited},{day},Pelha Bank,GB,{quantity},{part}\n");
    }
    text
}

const H100: &str = "900-21010-0000-000";
const A100: &str = "900-21001-0020-000";
const V100: &str = "900-2G500-0000-000";

#[test]
fn a_canonical_return_subtracts_once_with_either_sign() {
    for (kind, quantity) in [("return", "40"), ("return", "-40"), ("sale", "-40")] {
        let report = rows(&[
            ("sale", "D1", "", "2024-03-01", "520", H100),
            (kind, "D2", "D1", "2024-04-01", quantity, H100),
        ]);
        assert_eq!(report.chips("Pelha Bank"), (480, 480), "{kind} {quantity}");
        assert_eq!(report.gross_and_returned("Pelha Bank"), (520, 40), "{kind} {quantity}");
        assert_eq!(report.status("Pelha Bank"), "none");
        assert_eq!(report.near_misses(), ["Pelha Bank"]);
    }
}

#[test]
fn a_sap_return_subtracts_once_with_either_sign() {
    for (kind, quantity) in [("LR", "40,000"), ("LR", "40,000-"), ("LF", "40,000-")] {
        let report = World::new()
            .sap(&format!(
                "VBELN;POSNR;LFART;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
                0080000001;000010;LF;1001;Pelha Bank;GB;{H100};1.520,000;01.03.2024
                0084000002;000010;{kind};1001;Pelha Bank;GB;{H100};{quantity};01.04.2024"
            ))
            .report();
        assert_eq!(report.chips("Pelha Bank"), (1_480, 1_480), "{kind} {quantity}");
    }
}

#[test]
fn a_sap_return_order_subtracts_even_with_a_positive_quantity() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;AUART;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            0080000001;000010;OR;1001;Pelha Bank;GB;{H100};1.520,000;01.03.2024
            0084000002;000010;RE;1001;Pelha Bank;GB;{H100};40,000;01.04.2024"
        ))
        .report();
    assert_eq!(report.chips("Pelha Bank"), (1_480, 1_480));
}

#[test]
fn the_same_return_in_sap_and_in_a_point_of_sale_report_subtracts_once() {
    let world = |order: &str, day: &str| {
        World::new()
            .sap(&format!(
                "VBELN;POSNR;LFART;VGBEL;BSTKD;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
                0080000001;000010;LF;;P-1;1001;Pelha Bank;GB;{H100};1.520,000;01.03.2024
                0084000002;000010;LR;0080000001;{order};1001;Pelha Bank;GB;{H100};40,000-;01.04.2024"
            ))
            .sell_through(&format!(
                "document_type,document_no,line_no,customer_po,ship_date,sold_to_name,sold_to_country,part_number,quantity
                return,P9,1,{order},{day},Pelha Bank,GB,{H100},40"
            ))
            .report()
            .chips("Pelha Bank")
    };
    // Linked by an order: one return.
    assert_eq!(world("RMA-7", "2024-04-03"), (1_480, 1_480));
    // Not linked, the same quantity two days later: one return in hi, two in lo.
    assert_eq!(world("", "2024-04-03"), (1_440, 1_480));
    // Not linked, months later: two returns.
    assert_eq!(world("", "2024-09-03"), (1_440, 1_440));
}

#[test]
fn advance_replacements_are_netted_by_the_parts_that_came_back() {
    let report = World::new()
        .sell_in(&format!(
            "document_type,document_no,line_no,reference_document_no,ship_date,sold_to_name,sold_to_country,part_number,quantity,unit_price
            sale,D1,1,,2024-03-01,Kestro University,NL,{H100},496,27000
            rma_replacement,R1,1,,2024-06-01,Kestro University,NL,965-2G520-0000-000,10,0
            return,R2,1,R1,2024-06-20,Kestro University,NL,965-2G520-0000-000,8,0"
        ))
        .report();
    assert_eq!(report.chips("Kestro University"), (498, 498));
    assert_eq!(report.gross_and_returned("Kestro University"), (506, 8));
    assert_eq!(report.near_misses(), ["Kestro University"]);
    assert_eq!(report.doubts("Kestro University"), ["unreturned-replacement"]);
    let unreturned = report.findings("Kestro University", "integrity")[0];
    assert_eq!((unreturned["chips_lo"].as_i64(), unreturned["chips_hi"].as_i64()), (Some(2), Some(2)));
}

#[test]
fn a_defective_part_that_cites_its_purchase_comes_off_the_count() {
    let report = rows(&[
        ("sale", "D1", "", "2024-03-01", "496", H100),
        ("rma_replacement", "R1", "", "2024-06-01", "10", H100),
        ("return", "R2", "D1", "2024-06-20", "8", H100),
    ]);
    assert_eq!(report.chips("Pelha Bank"), (498, 498));
}

#[test]
fn free_goods_are_goods_with_a_price_of_zero() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;AUART;PSTYV;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;NETPR;WAERK;WADAT_IST
            0080000001;000010;OR;TAN;1001;Free Labs;US;{H100};1.000,000;27.000,00;USD;01.03.2024
            0080000001;000020;OR;TANN;1001;Free Labs;US;{H100};10,000;0,00;USD;01.03.2024
            0080000002;000010;FD;KLN;1001;Free Labs;US;{H100};5,000;0,00;USD;01.03.2024"
        ))
        .report();
    assert_eq!(report.chips("Free Labs"), (1_015, 1_015));
}

#[test]
fn a_return_of_a_purchase_from_before_2020_does_not_subtract() {
    for cited in ["D0", ""] {
        let report = rows(&[
            ("sale", "D0", "", "2019-11-19", "60", V100),
            ("return", "D9", cited, "2020-02-11", "12", V100),
            ("sale", "D1", "", "2020-03-01", "499", V100),
        ]);
        assert_eq!(report.chips("Pelha Bank"), (499, 499), "{cited}");
        assert_eq!(report.gross_and_returned("Pelha Bank"), (499, 0), "{cited}");
        assert_eq!(report.doubts("Pelha Bank"), [""; 0], "{cited}");
        assert_eq!(report.rows("before_since"), 1);
    }
}

#[test]
fn a_return_undoes_the_purchase_it_cites_and_not_the_latest() {
    let report = World::new()
        .threshold("chips = 250")
        .sell_in(&canonical(&[
            ("sale", "D1", "", "2023-01-10", "300", H100),
            ("sale", "D2", "", "2024-06-10", "300", H100),
            ("return", "D3", "D1", "2024-06-20", "100", H100),
        ]))
        .report();
    assert_eq!(report.chips("Pelha Bank"), (500, 500));
    // Its own window shows it: 200 are left of the first sale, 300 of the second.
    assert_eq!(report.fact("Pelha Bank", "largest_30d_lo"), 300);
}

#[test]
fn a_return_that_found_no_purchase_lowers_lo_and_not_hi() {
    let report = rows(&[
        ("sale", "D1", "", "2024-03-01", "520", H100),
        ("return", "D2", "", "2024-04-01", "40", A100),
    ]);
    assert_eq!(report.chips("Pelha Bank"), (480, 520));
    assert_eq!(report.status("Pelha Bank"), "possible");
    assert_eq!(report.doubts("Pelha Bank"), ["unmatched-return"]);
}

#[test]
fn a_return_before_every_purchase_found_none() {
    let report = rows(&[
        ("return", "D2", "", "2024-02-01", "40", H100),
        ("sale", "D1", "", "2024-03-01", "520", H100),
    ]);
    assert_eq!(report.chips("Pelha Bank"), (480, 520));
    assert_eq!(report.doubts("Pelha Bank"), ["unmatched-return"]);
}

#[test]
fn more_returned_than_bought_is_never_below_zero() {
    let report = rows(&[
        ("sale", "D1", "", "2024-03-01", "20", H100),
        ("return", "D2", "D1", "2024-04-01", "50", H100),
    ]);
    assert_eq!(report.chips("Pelha Bank"), (0, 0));
    assert_eq!(report.doubts("Pelha Bank"), ["unmatched-return"]);
}

#[test]
fn a_return_of_another_item_of_the_same_model_finds_its_purchase() {
    let report = rows(&[
        ("sale", "D1", "", "2024-03-01", "65", "935-24287-0301-000"),
        ("return", "D2", "", "2024-04-01", "40", "965-2G520-0000-000"),
    ]);
    assert_eq!(report.item("965-2G520-0000-000").0, report.item("935-24287-0301-000").0);
    assert_eq!(report.chips("Pelha Bank"), (480, 480));
}

#[test]
fn rolling_windows_net_only_their_own_purchases() {
    let report = World::new()
        .threshold("chips = 400")
        .sell_in(&canonical(&[
            ("sale", "D1", "", "2024-03-15", "520", H100),
            ("return", "D2", "D1", "2024-04-20", "40", H100),
        ]))
        .report();
    for window in ["30d", "90d", "180d", "365d"] {
        assert_eq!(report.fact("Pelha Bank", &format!("largest_{window}_lo")), 480, "{window}");
        assert_eq!(report.fact("Pelha Bank", &format!("largest_{window}_hi")), 480, "{window}");
    }
}

#[test]
fn a_credit_of_money_moves_no_units() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;AUART;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            0080000001;000010;OR;1001;Pelha Bank;GB;{H100};1.520,000;01.03.2024
            0084000002;000010;CR;1001;Pelha Bank;GB;{H100};40,000-;01.04.2024"
        ))
        .sell_through(&format!(
            "document_type,document_no,line_no,ship_date,sold_to_name,sold_to_country,part_number,quantity
            value_adjustment,V1,1,2024-04-01,Pelha Bank,GB,{H100},-40"
        ))
        .report();
    assert_eq!(report.chips("Pelha Bank"), (1_520, 1_520));
    assert_eq!(report.rows("value_only"), 2);
}

/// A purchase and the return of it, each as (quantity, part number, description, price).
fn bought_and_returned(bought: [&str; 4], returned: [&str; 4]) -> (i64, i64) {
    let mut text = "document_type,document_no,line_no,ship_date,sold_to_name,sold_to_country,quantity,part_number,description,unit_price,currency\n".to_owned();
    for (kind, day, cells) in [("sale", "2024-03-01", bought), ("return", "2024-04-01", returned)] {
        text += &format!("{kind},{kind},1,{day},Pelha Bank,GB,{},USD\n", cells.join(","));
    }
    World::new().sell_in(&text).report().chips("Pelha Bank")
}

#[test]
fn quantities_are_netted_before_they_are_multiplied() {
    let module = ["120", "", "H800 SERVER MODULE", "211666.67"];
    assert_eq!(bought_and_returned(module, ["20", "", "H800 SERVER MODULE", "211666.67"]), (100, 800));
    // A return often has no price, or another text.
    assert_eq!(bought_and_returned(module, ["20", "", "H800 SERVER MODULE", ""]), (100, 800));
    let chassis = ["80", "SYS-421GE-TNRT", "4U GPU SERVER", ""];
    assert_eq!(bought_and_returned(chassis, ["10", "SYS-421GE-TNRT", "4U GPU SERVER", ""]), (0, 700));
    assert_eq!(bought_and_returned(chassis, ["10", "SYS-421GE-TNRT", "RMA 4U SERVER", ""]), (0, 700));
    assert_eq!(bought_and_returned(chassis, ["80", "SYS-421GE-TNRT", "4U GPU SERVER", ""]), (0, 0));
    let board = ["70", "", "HGX H100", ""];
    assert_eq!(bought_and_returned(board, ["10", "", "HGX H100", ""]), (240, 480));
}
