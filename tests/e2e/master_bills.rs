//! Master bills and the house bills that describe the same goods.

use crate::report::Report;
use crate::world::World;

const KEYS: &str = "layout = \"bill_of_lading\"";
const HEADER: &str = "Bill of Lading Number,Bill of Lading Type,Master Bill of Lading Number,Arrival Date,Consignee,Consignee Country,Shipper,Quantity,Goods Shipped";

/// A row of chips: number, mark, master, consignee, quantity.
fn bill([number, mark, master, consignee, quantity]: [&str; 5]) -> String {
    format!(
        "{number},{mark},{master},2024-03-31,{consignee},US,Ship of {consignee},{quantity} PCS,NVIDIA H100 PCIe 80GB"
    )
}

fn report(files: &[&[[&str; 5]]]) -> Report {
    let texts: Vec<String> = files
        .iter()
        .map(|rows| {
            let rows: Vec<String> = rows.iter().map(|row| bill(*row)).collect();
            format!("{HEADER}\n{}\n", rows.join("\n"))
        })
        .collect();
    let names = ["a.csv", "b.csv"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    World::new().source("bol", KEYS, &files).report()
}

fn customs(report: &Report, name: &str) -> i64 {
    let (lo, hi) = report.measure(name, "customs_only");
    assert_eq!(lo, hi);
    lo
}

const MASTER: [&str; 5] = ["MAEU0001", "Master", "", "Big Forwarder Inc", "500"];
const ONE: [&str; 5] = ["HOUS1", "House", "maeu0001", "Fabled Compute", "300"];
const TWO: [&str; 5] = ["HOUS2", "House", "MAEU0001", "Quiet Compute", "200"];

#[test]
fn house_bills_count_and_their_master_is_set_aside() {
    for files in [&[&[MASTER, ONE, TWO][..]][..], &[&[TWO, MASTER], &[ONE]]] {
        let report = report(files);
        assert_eq!((customs(&report, "Fabled Compute"), customs(&report, "Quiet Compute")), (300, 200));
        assert_eq!(customs(&report, "Big Forwarder Inc"), 0);
        assert_eq!((report.rows("master_bill"), report.rows("counted"), report.rows("total_row")), (1, 2, 0));
    }
}

#[test]
fn a_master_without_house_bills_counts_and_so_does_one_that_names_itself() {
    let alone = report(&[&[MASTER, ["HOUS9", "House", "MAEU0009", "Fabled Compute", "1"]]]);
    assert_eq!((customs(&alone, "Big Forwarder Inc"), alone.rows("master_bill")), (500, 0));
    let own = report(&[&[["MAEU0001", "Master", "MAEU0001", "Big Forwarder Inc", "500"]]]);
    assert_eq!((customs(&own, "Big Forwarder Inc"), own.rows("master_bill")), (500, 0));
    // A bill without a number of its own is the master's.
    let unnamed = report(&[&[["", "", "MAEU0001", "Big Forwarder Inc", "500"], ONE]]);
    assert_eq!((customs(&unnamed, "Big Forwarder Inc"), customs(&unnamed, "Fabled Compute")), (0, 300));
    assert_eq!(unnamed.rows("master_bill"), 1);
}

#[test]
fn a_house_bill_that_is_refused_takes_nothing_from_its_master() {
    let rows = [MASTER, ["HOUS1", "House", "MAEU0001", "Fabled Compute", "many"]];
    let texts: Vec<String> = rows.iter().map(|row| bill(*row)).collect();
    let text = format!("{HEADER}\n{}\n", texts.join("\n"));
    let world = World::new().source("bol", KEYS, &[("a.csv", &text)]);
    let report = world.with("[report]\nmax_reject_ratio = 0.9").report();
    assert_eq!((customs(&report, "Big Forwarder Inc"), report.rows("rejected")), (500, 1));
}

#[test]
fn without_a_column_of_masters_the_mark_decides() {
    let text = "Bill of Lading Number,Bill of Lading Type,Arrival Date,Consignee,Consignee Country,Quantity,Goods Shipped
        MAEU0001,Master,2024-03-31,Big Forwarder Inc,US,500 PCS,NVIDIA H100 PCIe 80GB
        HOUS1,House,2024-03-31,Fabled Compute,US,300 PCS,NVIDIA H100 PCIe 80GB";
    let report = World::new().source("bol", KEYS, &[("a.csv", text)]).report();
    assert_eq!((customs(&report, "Big Forwarder Inc"), customs(&report, "Fabled Compute")), (0, 300));
    assert_eq!((report.rows("master_bill"), report.rows("total_row")), (0, 1));
}

#[test]
fn a_number_of_another_level_of_the_trade_is_no_master() {
    let text = format!("{HEADER}\n{}\n", bill(["HOUS1", "House", "M1", "Fabled Compute", "300"]));
    let report = World::new()
        .source("bol", KEYS, &[("a.csv", &text)])
        .sell_in(
            "ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2024-03-01,M1,1,Buyer,US,NVIDIA H100 PCIe 80GB,600",
        )
        .report();
    assert_eq!((report.chips("Buyer"), report.rows("master_bill")), ((600, 600), 0));
}
