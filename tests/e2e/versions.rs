//! The same thing seen twice: repeats, overlapping extracts, replaced reports, stages. Traps 14 and 21.

use crate::report::Report;
use crate::world::World;

const H100: &str = "900-21010-0000-000";
const SAP: &str = "layout = \"sap_delivery\"\nchannel = \"sell_in\"";
const POS: &str = "layout = \"canonical\"\nchannel = \"sell_through\"\nseller = \"DistiA\"";

/// Two monthly SAP extracts, each of rows (document, item, quantity, changed on, goods issue).
fn extracts(may: &[[&str; 5]], june: &[[&str; 5]]) -> Report {
    let text = |rows: &[[&str; 5]]| {
        let mut text = "VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;AEDAT;WADAT_IST\n".to_owned();
        for [document, item, quantity, changed, issued] in rows {
            text += &format!("{document};{item};1001;Fenni;AU;{H100};{quantity};{changed};{issued}\n");
        }
        text
    };
    let (may, june) = (text(may), text(june));
    World::new().source("sap", SAP, &[("may.txt", &may), ("june.txt", &june)]).report()
}

#[test]
fn the_same_delivery_item_in_two_extracts_counts_once() {
    let row = ["0080000001", "000010", "520", "", "28.05.2024"];
    let more = ["0080000002", "000010", "30", "", "02.06.2024"];
    let report = extracts(&[row], &[row, more]);
    assert_eq!(report.chips("Fenni"), (550, 550));
    assert_eq!((report.rows("counted"), report.rows("duplicate")), (2, 1));
    assert_eq!(report.doubts("Fenni"), [""; 0]);
}

#[test]
fn a_row_with_its_goods_issue_replaces_the_open_one() {
    let report = extracts(
        &[["0080000001", "000010", "520", "", "00.00.0000"]],
        &[["0080000001", "000010", "520", "", "02.06.2024"]],
    );
    assert_eq!(report.chips("Fenni"), (520, 520));
    assert_eq!(report.measure("Fenni", "open"), (0, 0));
    assert_eq!(report.rows("superseded"), 1);
}

#[test]
fn of_two_versions_the_one_changed_last_stands() {
    let report = extracts(
        &[["0080000001", "000010", "520", "29.05.2024", "28.05.2024"]],
        &[["0080000001", "000010", "480", "01.06.2024", "28.05.2024"]],
    );
    assert_eq!(report.chips("Fenni"), (480, 480));
    assert_eq!(report.rows("superseded"), 1);
}

#[test]
fn versions_that_nothing_orders_make_an_interval_and_a_doubt() {
    let report = extracts(
        &[["0080000001", "000010", "520", "", "28.05.2024"]],
        &[["0080000001", "000010", "480", "", "28.05.2024"]],
    );
    assert_eq!(report.chips("Fenni"), (480, 520));
    assert_eq!(report.status("Fenni"), "possible");
    assert_eq!(report.doubts("Fenni"), ["conflicting-extracts"]);
    assert_eq!(report.rows("rejected"), 0);
}

#[test]
fn one_document_item_on_two_ship_dates_is_two_partial_deliveries() {
    let report = extracts(
        &[["0080000001", "000010", "300", "", "28.05.2024"]],
        &[["0080000001", "000010", "220", "", "02.06.2024"]],
    );
    assert_eq!(report.chips("Fenni"), (520, 520));
    assert_eq!(report.doubts("Fenni"), [""; 0]);
}

#[test]
fn equal_document_numbers_of_two_sellers_are_two_documents() {
    let text = format!(
        "seller_name,document_no,line_no,ship_date,sold_to_name,sold_to_country,part_number,quantity
        DistiA,1,1,2024-05-28,Fenni,AU,{H100},300
        DistiB,1,1,2024-05-28,Fenni,AU,{H100},300"
    );
    assert_eq!(World::new().sell_in(&text).report().chips("Fenni"), (600, 600));
}

#[test]
fn equal_lines_without_a_document_number_are_one_in_lo_and_all_in_hi() {
    let header = "ship_date,sold_to_name,sold_to_country,part_number,quantity";
    let row = format!("2024-05-28,Fenni,AU,{H100},200");
    let report = World::new()
        .source(
            "maker",
            "layout = \"canonical\"",
            &[
                ("a.csv", &format!("{header}\n{row}\n{row}\n")),
                ("b.csv", &format!("{header}\n{row}\n2024-05-29,Other,AU,{H100},7\n")),
            ],
        )
        .report();
    assert_eq!(report.chips("Fenni"), (200, 600));
    assert_eq!(report.doubts("Fenni"), ["repeated-lines"]);
    assert_eq!(report.rows("duplicate"), 2);
}

#[test]
fn a_file_that_is_byte_for_byte_another_is_dropped_whole() {
    let text = format!(
        "ship_date,sold_to_name,sold_to_country,part_number,quantity\n2024-05-28,Fenni,AU,{H100},400\n"
    );
    let report = World::new()
        .source("maker", "layout = \"canonical\"", &[("a.csv", &text), ("copy.csv", &text)])
        .report();
    assert_eq!(report.chips("Fenni"), (400, 400));
    assert_eq!((report.rows("read"), report.rows("duplicate")), (2, 1));
    assert_eq!(report.doubts("Fenni"), [""; 0]);
    assert!(report.text("manifest.json").contains("the same bytes as"), "the manifest does not say so");
}

/// Rows of a distributor's report of May: purpose, document, buyer, quantity.
fn report_of_may(rows: &[[&str; 4]]) -> String {
    let mut text = "report_period,report_purpose,document_no,line_no,ship_date,sold_to_name,sold_to_country,part_number,quantity\n".to_owned();
    for [purpose, document, buyer, quantity] in rows {
        text += &format!("2024-05,{purpose},{document},1,2024-05-20,{buyer},AU,{H100},{quantity}\n");
    }
    text
}

#[test]
fn a_report_sent_again_to_replace_the_period_supersedes_the_first() {
    let first = report_of_may(&[["original", "A1", "Fenni", "300"], ["original", "A2", "Gone", "300"]]);
    let second = report_of_may(&[["replace", "A1", "Fenni", "280"], ["replace", "A3", "New", "40"]]);
    let april = report_of_may(&[["original", "A0", "Fenni", "5"]]).replace("2024-05", "2024-04");
    let files = [("m5.csv", first.as_str()), ("m5_v2.csv", &second), ("m4.csv", &april)];
    let report = World::new().source("pos", POS, &files).report();
    assert_eq!(report.chips("Fenni"), (285, 285));
    assert_eq!((report.chips("New"), report.chips("Gone")), ((40, 40), (0, 0)));
    assert_eq!(report.rows("superseded"), 2);
}

#[test]
fn two_replacements_of_one_period_are_a_question_and_not_a_guess() {
    let second = report_of_may(&[["replace", "A1", "Fenni", "280"]]);
    let third = report_of_may(&[["replace", "A1", "Fenni", "290"]]);
    let ran = World::new().source("pos", POS, &[("m5_v2.csv", &second), ("m5_v3.csv", &third)]).run();
    ran.must_fail(&["m5_v2.csv", "m5_v3.csv", "keep one"]);
    assert_eq!(ran.draft().rows("quarantined"), 2);
}

#[test]
fn a_source_can_say_which_file_it_replaces() {
    let line = |document: &str, quantity: &str| {
        format!(
            "document_no,line_no,ship_date,sold_to_name,sold_to_country,part_number,quantity\n{document},1,2024-05-20,Fenni,AU,{H100},{quantity}\n"
        )
    };
    let keys = format!("{POS}\nreplaces = [\"POS_2024-05.csv\"]");
    let report = World::new()
        .source("pos", POS, &[("POS_2024-05.csv", &line("A1", "300"))])
        .source("pos2", &keys, &[("POS_2024-05_v2.csv", &line("B1", "280"))])
        .report();
    assert_eq!(report.chips("Fenni"), (280, 280));
    assert_eq!(report.rows("superseded"), 1);
}

/// One sale as rows of (stage, document, cited document, customer's order, ship date, quantity).
fn stages(rows: &[[&str; 6]]) -> World {
    let mut text = "document_stage,document_no,line_no,reference_document_no,customer_po,order_date,invoice_date,ship_date,sold_to_name,sold_to_country,part_number,quantity\n".to_owned();
    for [stage, document, cited, order, day, quantity] in rows {
        text += &format!(
            "{stage},{document},1,{cited},{order},2024-05-01,2024-05-25,{day},Fenni,AU,{H100},{quantity}\n"
        );
    }
    World::new().sell_in(&text)
}

#[test]
fn of_order_delivery_and_invoice_the_delivery_counts() {
    for (order, cited) in [("PO-1", ""), ("", "O1")] {
        let report = stages(&[
            ["order", "O1", "", order, "", "600"],
            ["delivery", "D1", cited, order, "2024-05-20", "550"],
            ["invoice", "I1", "D1", order, "2024-05-20", "550"],
        ])
        .report();
        assert_eq!(report.chips("Fenni"), (550, 550), "{order}{cited}");
        assert_eq!(report.rows("other_stage"), 2, "{order}{cited}");
    }
}

#[test]
fn an_invoice_counts_where_no_delivery_is_there_and_to_hi_alone_without_goods_issue() {
    let shipped = stages(&[["invoice", "I1", "", "PO-1", "2024-05-20", "550"]]).report();
    assert_eq!(shipped.chips("Fenni"), (550, 550));
    let held = stages(&[["invoice", "I1", "", "PO-1", "", "550"]]).report();
    assert_eq!(held.chips("Fenni"), (0, 550));
    assert_eq!(held.status("Fenni"), "possible");
    let open_delivery = stages(&[
        ["delivery", "D1", "", "PO-1", "", "550"],
        ["invoice", "I1", "D1", "PO-1", "2024-05-20", "550"],
    ])
    .report();
    assert_eq!(open_delivery.chips("Fenni"), (0, 550));
    assert_eq!(open_delivery.measure("Fenni", "open"), (550, 550));
}

#[test]
fn an_order_that_is_not_delivered_is_open() {
    let report =
        stages(&[["order", "O1", "", "PO-1", "", "600"], ["delivery", "D2", "", "PO-2", "2024-05-20", "10"]])
            .report();
    assert_eq!(report.chips("Fenni"), (10, 10));
    assert_eq!(report.measure("Fenni", "open"), (600, 600));
}

#[test]
fn a_source_that_mixes_stages_without_links_is_refused() {
    let ran = stages(&[
        ["delivery", "D1", "", "", "2024-05-20", "550"],
        ["invoice", "I1", "", "", "2024-05-20", "550"],
    ])
    .run();
    ran.must_fail(&["maker", "mixes delivery and invoice", "reference_document_no", "customer_po"]);
    let draft = ran.draft();
    assert_eq!((draft.rows("quarantined"), draft.rows("counted")), (2, 0));
}

#[test]
fn a_report_replaces_its_own_sellers_period_alone() {
    let text = |seller: &str, purpose: &str, document: &str, quantity: &str| {
        format!(
            "seller_name,report_period,report_purpose,document_no,line_no,ship_date,sold_to_name,sold_to_country,part_number,quantity\n{seller},2024-05,{purpose},{document},1,2024-05-20,Fenni,AU,{H100},{quantity}\n"
        )
    };
    let files = [
        ("a.csv", text("DistiA", "original", "A1", "300")),
        ("a_v2.csv", text("DistiA", "replace", "A1", "280")),
        ("b.csv", text("DistiB", "original", "B1", "50")),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let report = World::new().source("pos", POS, &files).report();
    assert_eq!(report.chips("Fenni"), (330, 330));
}

#[test]
fn a_cancellation_in_a_report_that_was_replaced_cancels_nothing() {
    let text = |purpose: &str, rows: &str| {
        let header = "report_period,report_purpose,document_type,document_no,line_no,reference_document_no,ship_date,sold_to_name,sold_to_country,part_number,quantity";
        let sale = format!("2024-05,{purpose},sale,A1,1,,2024-05-20,Fenni,AU,{H100},300");
        format!("{header}\n{sale}\n{rows}")
    };
    let cancelled = format!("2024-05,original,cancellation,A2,1,A1,2024-05-21,Fenni,AU,{H100},300\n");
    let first = text("original", &cancelled);
    assert_eq!(World::new().source("pos", POS, &[("m5.csv", &first)]).report().chips("Fenni"), (0, 0));
    let files = [("m5.csv", first.as_str()), ("m5_v2.csv", &text("replace", ""))];
    assert_eq!(World::new().source("pos", POS, &files).report().chips("Fenni"), (300, 300));
    let keys = format!("{POS}\nreplaces = [\"m5.csv\"]");
    let report = World::new()
        .source("pos", POS, &[("m5.csv", &first)])
        .source("again", &keys, &[("again.csv", &text("original", ""))])
        .report();
    assert_eq!(report.chips("Fenni"), (300, 300));
}

#[test]
fn an_order_and_its_delivery_in_two_sources_of_one_system_are_one_sale() {
    let keys = "layout = \"sap_delivery\"\nsystem = \"sap\"";
    let orders = format!(
        "VBELN;POSNR;AUART;AUDAT;KUNNR;NAME_AG;LAND_AG;MATNR;KWMENG
        45001;000010;OR;01.02.2024;1001;Fenni;AU;{H100};1.600,000
        45002;000010;OR;01.02.2024;1001;Fenni;AU;{H100};1.300,000"
    );
    let deliveries = format!(
        "VBELN;POSNR;LFART;VGBEL;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
        80001;000010;LF;0000045001;1001;Fenni;AU;{H100};1.550,000;01.03.2024"
    );
    let report = World::new()
        .source("orders", keys, &[("vbak.txt", &orders)])
        .source("deliveries", keys, &[("likp.txt", &deliveries)])
        .report();
    assert_eq!(report.chips("Fenni"), (1_550, 2_850));
    assert_eq!(report.rows("other_stage"), 1);
}
