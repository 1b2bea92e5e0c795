//! Tables that are no sales: stock on hand, and licences.

use std::fs;

use assert_cmd::Command;

use crate::world::World;

const STOCK: &str = "Distributor Name;Snapshot Date;MPN;Qty On Hand
    Fabled Distribution BV;30.09.2026;900-21010-0000-000;1.058,000
    Fabled Distribution BV;31.08.2026;900-21010-0000-000;40
    Fabled Distribution BV;31.08.2026;900-21010-0000-000;40
    Fabled Distribution BV;30.09.2026;900-21010-0000-000;many
    Summe;;;1.138,000";
const LICENCES: &str = "Licence No,Licensee,End User,Destination,Item,Authorised Quantity,Expiry Date
    D123,Maker One Inc,Quiet Compute Ltd,SG,H20,1200,2027-07-31
    D124,Maker One Inc,Quiet Compute Ltd,SG,H20,300,2027-07-31";
const SALES: &str = "ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
    2024-03-01,D1,1,Buyer,US,NVIDIA H100 PCIe 80GB,600";

#[test]
fn stock_and_licences_are_read_as_what_they_are_and_count_for_nothing() {
    let world = World::new()
        .sell_in(SALES)
        .file("stock.csv", STOCK)
        .file("licences.csv", LICENCES)
        .with("[overrides]\ninventory = \"stock.csv\"\nlicences = [\"licences.csv\"]\n[report]\nmax_reject_ratio = 0.5");
    let report = world.report();
    assert_eq!(report.entities(), [("Buyer", "US")]);
    assert_eq!(report.chips("Buyer"), (600, 600));
    assert_eq!((report.rows("read"), report.rows("counted")), (8, 1));
    assert_eq!((report.rows("inventory"), report.rows("licence")), (2, 2));
    assert_eq!((report.rows("duplicate"), report.rows("rejected"), report.rows("total_row")), (1, 1, 1));
    let inventory = &report.json["inventory"];
    assert_eq!(inventory["rows"], 2);
    assert_eq!(inventory["first_day"], "2026-08-31");
    assert_eq!(inventory["last_day"], "2026-09-30");
    let licence = &report.json["licences"][0];
    assert_eq!(licence["licence_no"], "D123");
    assert_eq!(licence["licensee_name"], "Maker One Inc");
    assert_eq!(licence["chips"], 1_200);
    assert_eq!(licence["valid_to"], "2027-07-31");
    let [reject] = report.table("rejects") else { panic!("{:?}", report.table("rejects")) };
    let cells = ["file", "line", "column", "value"].map(|column| reject[column].as_str());
    assert_eq!(cells, ["stock.csv", "5", "Qty On Hand", "many"]);
    let manifest: serde_json::Value = serde_json::from_str(&report.text("manifest.json")).unwrap();
    let listed: Vec<&str> =
        manifest["lists"].as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap()).collect();
    assert_eq!(listed, ["stock.csv", "licences.csv"]);
    for text in ["## Stock on hand", "2 rows of 1 holder, 2026-08-31 to 2026-09-30", "## Licences", "D124"] {
        assert!(report.markdown.contains(text), "{text}");
    }
}

#[test]
fn a_run_that_is_given_such_a_table_as_sales_says_what_it_is_and_where_it_belongs() {
    let run = |text: &str, keys: &str| World::new().source("maker", keys, &[("t.csv", text)]).run();
    for keys in ["layout = \"canonical\"", "layout = \"pos_flat\"", "layout = \"sap_delivery\""] {
        run(STOCK, keys).must_fail(&["t.csv", "a snapshot of stock (column `Qty On Hand`)", "inventory = "]);
        run(LICENCES, keys).must_fail(&["t.csv", "a table of licences", "licences = "]);
    }
    // Even where every column of a sale could be filled.
    let keys = "layout = \"canonical\"\ncolumns = { quantity = \"Authorised Quantity\", end_user_name = \"End User\", description = \"Item\" }";
    run(LICENCES, keys).must_fail(&["a table of licences"]);
    let titled = format!("Stock report of September\n\n{STOCK}");
    run(&titled, "layout = \"pos_flat\"").must_fail(&["a snapshot of stock"]);
}

#[test]
fn a_table_that_can_be_read_two_ways_waits_for_an_answer() {
    let open = "holder_name,on,part_number,quantity
        Fabled,2026-09-30,900-1,\"1.000\"";
    let world = |overrides: &str| World::new().sell_in(SALES).file("stock.csv", open).with(overrides);
    let ran = world("[overrides]\ninventory = \"stock.csv\"").run();
    ran.must_fail(&["stock.csv", "`1.000` on line 2", "number = \"point\"", "draft"]);
    assert_eq!(ran.draft().rows("quarantined"), 1);
    let told = world("[overrides]\ninventory = { files = [\"*ock.csv\"], number = \"comma\" }").report();
    assert_eq!((told.rows("inventory"), told.rows("quarantined")), (1, 0));
    world("[overrides]\ninventory = \"gone.csv\"").run().must_fail(&["gone.csv", "no such file"]);
    let unknown = world("[overrides]\ninventory = { files = [\"stock.csv\"], nmber = \"comma\" }").run();
    unknown.must_fail(&["unknown key `nmber`", "did you mean `number`?"]);
}

#[test]
fn inspect_proposes_their_keys_and_no_source() {
    let world = World::new().file("sales.csv", SALES).file("stock.csv", STOCK).file("permits.csv", LICENCES);
    let folder = world.path("");
    let output = Command::cargo_bin("chipwatch")
        .unwrap()
        .current_dir(&folder)
        .args(["inspect", "sales.csv", "stock.csv", "permits.csv", "--write", "mine.toml"])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    for text in [
        "It is a snapshot of stock (column `Qty On Hand`) and no list of sales",
        "inventory = ",
        "part_number from `MPN`: 900-21010-0000-000",
        "It is a table of licences",
    ] {
        assert!(told.contains(text), "no `{text}` in\n{told}");
    }
    let text = fs::read_to_string(folder.join("mine.toml")).unwrap();
    let file: toml::Table = text.parse().unwrap();
    assert_eq!(file["source"].as_array().unwrap().len(), 1, "{text}");
    assert_eq!(file["overrides"]["inventory"][0].as_str(), Some("stock.csv"));
    assert_eq!(file["overrides"]["licences"][0].as_str(), Some("permits.csv"));
}
