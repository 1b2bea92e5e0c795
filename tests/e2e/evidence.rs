//! The rows that prove a finding: what is not listed stands in one row a model, so that they sum exactly.

use crate::report::{Report, Row};
use crate::world::World;

/// 250 purchases of 2 cards, 10 of 8 chips, and a return of 3 cards that cites the last purchase but one.
fn many(report_table: &str) -> Report {
    let mut text = "document_type,document_no,line_no,reference_document_no,ship_date,sold_to_name,sold_to_country,part_number,quantity\n".to_owned();
    for number in 0..250 {
        let day = number % 28 + 1;
        text += &format!("sale,D{number},1,,2024-03-{day:02},Acme,US,900-21010-0000-000,2\n");
    }
    for number in 0..10 {
        text += &format!("sale,E{number},1,,2024-04-01,Acme,US,935-24287-0301-000,1\n");
    }
    text += "return,R1,1,D248,2024-05-01,Acme,US,900-21010-0000-000,3\n";
    World::new().sell_in(&text).with(report_table).report()
}

fn rows(report: &Report) -> Vec<&Row> {
    report.table("evidence").iter().filter(|row| row["detector"] == "bulk-purchase").collect()
}

#[test]
fn a_finding_lists_the_return_and_what_it_undoes_and_sums_with_its_remainder() {
    let report = many("[report]\nevidence_rows = 5");
    assert_eq!(report.chips("Acme"), (577, 577));
    let rows = rows(&report);
    let listed: Vec<&&Row> = rows.iter().filter(|row| row["role"] != "remainder").collect();
    assert_eq!(listed.len(), 5);
    assert!(listed.iter().any(|row| row["document_no"] == "R1" && row["chips_lo"] == "-3"), "{listed:?}");
    assert!(listed.iter().any(|row| row["document_no"] == "D248"), "{listed:?}");
    let models: Vec<&str> =
        rows.iter().filter(|row| row["role"] == "remainder").map(|row| row["model"].as_str()).collect();
    assert_eq!(models.len(), 2, "{models:?}");
    let lines: u64 = rows.iter().map(|row| row["line_count"].parse::<u64>().unwrap()).sum();
    assert_eq!(lines, 261);
}

#[test]
fn all_lines_are_listed_where_the_pipeline_asks_for_them() {
    let report = many("[report]\nevidence_rows = \"all\"");
    let rows = rows(&report);
    assert_eq!(rows.len(), 261);
    assert!(rows.iter().all(|row| row["role"] == "sold_to" && row["line_count"] == "1"));
}

#[test]
fn by_default_a_finding_lists_200_lines_and_report_json_20_of_them() {
    let report = many("");
    let listed = rows(&report).iter().filter(|row| row["role"] != "remainder").count();
    assert_eq!(listed, 200);
    let finding = report.findings("Acme", "bulk-purchase")[0];
    assert_eq!(finding["evidence_lines"], 261);
    assert_eq!(finding["evidence"].as_array().unwrap().len(), 20);
}

#[test]
fn a_row_of_evidence_opens_the_filing_cabinet() {
    let report = World::new()
        .sap(
            "
            VKORG_NAME;VBELN;POSNR;LFART;KUNAG;NAME_AG;LAND_AG;MATNR;ARKTX;LFIMG;WADAT_IST
            Maker One Inc;0080000001;000010;LF;1001;ACME CORP.;US;935-24287-0301-000;HGX H100;70,000;01.03.2024
            Maker One Inc;0080000002;000010;LF;1001;Acme Corp;US;900-21010-0000-000;H100 PCIE;1.000,000;02.03.2024
            ",
        )
        .report();
    let row = rows(&report)[0];
    let cells = [
        "file",
        "line",
        "document_no",
        "line_no",
        "document_stage",
        "document_type",
        "ship_date",
        "part_number",
        "model",
        "quantity",
        "chips_lo",
        "chips_hi",
        "role",
        "party_as_written",
        "party_country",
        "counterparty",
        "channel",
    ];
    assert_eq!(
        cells.map(|column| row[column].as_str()),
        [
            "sap.txt",
            "2",
            "0080000001",
            "10",
            "delivery",
            "sale",
            "2024-03-01",
            "935-24287-0301-000",
            "H100",
            "70",
            "560",
            "560",
            "sold_to",
            "ACME CORP.",
            "US",
            "Maker One Inc",
            "sell_in",
        ]
    );
}
