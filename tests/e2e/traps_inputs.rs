//! How files write numbers, dates and totals: traps 7, 8, 14.

use crate::report::Report;
use crate::world::World;

const HEADER: &str = "ship_date;document_no;line_no;sold_to_name;sold_to_country;description;quantity;amount";
const KEYS: &str = "layout = \"canonical\"";

/// Three quantities that read two ways, in a file with these dates and amounts.
fn ambiguous(date: &str, amount: &str) -> String {
    format!(
        "{HEADER}
        {date};D1;1;One;US;NVIDIA H100 PCIe 80GB;1.000;{amount}
        {date};D2;1;Two;US;NVIDIA H100 PCIe 80GB;250;{amount}
        {date};D3;1;Three;US;NVIDIA H100 PCIe 80GB;12.500;{amount}"
    )
}

fn read(files: &[(&str, &str)]) -> World {
    World::new().source("maker", KEYS, files)
}

#[test]
fn a_file_with_decimal_commas_groups_its_thousands_with_points() {
    let report = read(&[("de.csv", &ambiguous("31.03.2024", "1.234,56"))]).report();
    let chips = ["One", "Two", "Three"].map(|name| report.chips(name));
    assert_eq!(chips, [(1_000, 1_000), (250, 250), (12_500, 12_500)]);
    assert_eq!(report.rows("rejected"), 0);
}

#[test]
fn the_same_cells_in_a_file_with_decimal_points_are_one_250_and_a_reject() {
    let world = read(&[("us.csv", &ambiguous("2024-03-31", "1,234.56"))]);
    let report = world.with("[report]\nmax_reject_ratio = 0.5").report();
    let chips = ["One", "Two", "Three"].map(|name| report.chips(name));
    assert_eq!(chips, [(1, 1), (250, 250), (0, 0)]);
    let [reject] = report.table("rejects") else { panic!("{:?}", report.table("rejects")) };
    let cells = ["line", "column", "value"].map(|column| reject[column].as_str());
    assert_eq!(cells, ["4", "quantity", "12.500"]);
    assert!(reject["reason"].contains("whole"), "{}", reject["reason"]);
    assert!(reject["file"].ends_with("us.csv"));
}

#[test]
fn a_file_that_nothing_decides_is_quarantined_with_a_cell_and_the_others_are_finished() {
    let open = "document_no,line_no,ship_date,sold_to_name,sold_to_country,description,quantity
        D1,1,2024-03-31,One,US,NVIDIA H100 PCIe 80GB,\"1.000\"
        D2,1,2024-03-31,Two,US,NVIDIA H100 PCIe 80GB,250";
    let plain = "document_no,line_no,ship_date,sold_to_name,sold_to_country,description,quantity
        E1,1,2024-03-31,Other,US,NVIDIA H100 PCIe 80GB,600";
    let ran = read(&[("open.csv", open), ("plain.csv", plain)]).run();
    ran.must_fail(&["open.csv", "quantity", "`1.000` on line 2", "number = \"point\"", "draft"]);
    let draft = ran.draft();
    assert_eq!(draft.chips("Other"), (600, 600));
    assert_eq!(draft.chips("Two"), (0, 0));
    assert_eq!((draft.rows("quarantined"), draft.rows("counted")), (2, 1));
}

#[test]
fn a_sibling_file_decides_and_the_manifest_says_so() {
    let open = "document_no;line_no;ship_date;sold_to_name;sold_to_country;description;quantity
        D1;1;2024-03-31;One;US;NVIDIA H100 PCIe 80GB;1.000";
    let decided = "document_no;line_no;ship_date;sold_to_name;sold_to_country;description;quantity
        E1;1;2024-03-31;Two;US;NVIDIA H100 PCIe 80GB;1.240,000";
    let report = read(&[("open.csv", open), ("decided.csv", decided)]).report();
    assert_eq!((report.chips("One"), report.chips("Two")), ((1_000, 1_000), (1_240, 1_240)));
    let manifest = report.text("manifest.json");
    assert!(manifest.contains("as the source's other files are written"), "{manifest}");
}

#[test]
fn the_pipeline_can_say_how_numbers_are_written() {
    let open = "document_no;line_no;ship_date;sold_to_name;sold_to_country;description;quantity
        D1;1;2024-03-31;One;US;NVIDIA H100 PCIe 80GB;1.000";
    let chips = |number: &str| {
        let keys = format!("{KEYS}\nnumber = \"{number}\"");
        World::new().source("maker", &keys, &[("a.csv", open)]).report().chips("One")
    };
    assert_eq!((chips("comma"), chips("point")), ((1_000, 1_000), (1, 1)));
}

/// Two sales of 300 and 301 on these days, as one file; the quarters of the buyer's chips.
fn quarters(world: World) -> Vec<String> {
    let report = world.report();
    let models = report.listed("Buyer").unwrap()["by_model_and_quarter"].as_array().unwrap();
    let quarters = models[0]["quarters"].as_array().unwrap();
    quarters.iter().map(|row| format!("{} {}", row[0].as_str().unwrap(), row[1])).collect()
}

fn dated(first: &str, second: &str) -> String {
    format!(
        "document_no;line_no;ship_date;sold_to_name;sold_to_country;description;quantity
        D1;1;{first};Buyer;US;NVIDIA H100 PCIe 80GB;300
        D2;1;{second};Buyer;US;NVIDIA H100 PCIe 80GB;301"
    )
}

#[test]
fn one_day_above_twelve_decides_day_and_month_for_the_column() {
    let of = |first, second| quarters(read(&[("a.csv", &dated(first, second))]));
    // 3 April, and not 4 March.
    assert_eq!(of("03/04/2025", "25/04/2025"), ["2025Q2 601"]);
    assert_eq!(of("03/04/2025", "04/25/2025"), ["2025Q1 300", "2025Q2 301"]);
    assert_eq!(of("03.04.2025", "04.04.2025"), ["2025Q2 601"]);
    assert_eq!(of("20250403", "2025-04-04"), ["2025Q2 601"]);
}

#[test]
fn a_column_of_days_that_read_two_ways_is_quarantined_unless_a_sibling_or_the_pipeline_decides() {
    let open = dated("03/04/2025", "05/04/2025");
    let ran = read(&[("open.csv", &open)]).run();
    ran.must_fail(&["open.csv", "ship_date", "`03/04/2025` on line 2", "date = \"dmy\""]);
    let sibling = "document_no;line_no;ship_date;sold_to_name;sold_to_country;description;quantity
        E1;1;25/04/2025;Other;US;NVIDIA H100 PCIe 80GB;5";
    let world = read(&[("open.csv", &open), ("sibling.csv", sibling)]);
    assert_eq!(quarters(world), ["2025Q2 601"]);
    let keys = format!("{KEYS}\ndate = \"mdy\"");
    let world = World::new().source("maker", &keys, &[("open.csv", &open)]);
    assert_eq!(quarters(world), ["2025Q1 300", "2025Q2 301"]);
}

#[test]
fn null_dates_mean_open_and_impossible_dates_are_rejects() {
    let row = |number: usize, date: &str| {
        format!("{number};000010;1001;Buyer;US;NVIDIA H100 PCIe 80GB;{number},000;{date}\n")
    };
    let mut text = "VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;ARKTX;LFIMG;WADAT_IST\n".to_owned();
    for (number, date) in
        [(1, "00.00.0000"), (2, ""), (4, "NULL"), (8, "00000000"), (16, "31.02.2024"), (32, "1.3.2024")]
    {
        text += &row(number, date);
    }
    text += "64;000010;1001;Buyer;US;NVIDIA H100 PCIe 80GB;1.064,000;29.02.2024\n";
    let report = World::new().sap(&text).with("[report]\nmax_reject_ratio = 0.5").report();
    assert_eq!(report.measure("Buyer", "open"), (15, 15));
    assert_eq!(report.chips("Buyer"), (1_096, 1_096));
    let rejects: Vec<&str> = report.table("rejects").iter().map(|row| row["value"].as_str()).collect();
    assert_eq!(rejects, ["31.02.2024"]);
    assert_eq!(report.table("rejects")[0]["column"], "WADAT_IST");
}

#[test]
fn total_rows_and_repeated_headers_are_no_lines() {
    let report = World::new()
        .sap(
            "
            VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            0080000001;000010;1001;Buyer;US;900-21010-0000-000;1.000,000;01.03.2024
            *;;;;;;1.000,000;
            VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            0080000002;000010;1001;Buyer;US;900-21010-0000-000;50,000;01.03.2024
            Gesamt;;;;;;1.050,000;
            Gesamt 1.050,000
            ",
        )
        .report();
    assert_eq!(report.chips("Buyer"), (1_050, 1_050));
    assert_eq!((report.rows("total_row"), report.rows("repeated_header")), (3, 1));
    assert_eq!((report.rows("read"), report.rows("rejected")), (6, 0));
}

#[test]
fn a_firm_whose_name_begins_with_total_is_a_firm() {
    let report = World::new()
        .sell_in(
            "
            sold_to_name,sold_to_country,ship_date,description,quantity
            Total Compute GmbH,DE,2024-03-01,NVIDIA H100 PCIe 80GB,600
            Total,,,,600
            ",
        )
        .report();
    assert_eq!(report.chips("Total Compute GmbH"), (600, 600));
    assert_eq!(report.rows("total_row"), 1);
}

#[test]
fn headers_of_sap_may_be_labels_that_end_in_the_technical_name() {
    let text = "DeliveryDocument_VBELN\tItem_POSNR\tSoldToParty_KUNAG\tName_NAME_AG\tCountry_LAND_AG\tMaterial_MATNR\tDeliveredQuantity_LFIMG\tActualGoodsMovementDate_WADAT_IST
        0080000001\t000010\t1001\tBuyer\tUS\t900-21010-0000-000\t1.200,000\t01.03.2024";
    assert_eq!(World::new().sap(text).report().chips("Buyer"), (1_200, 1_200));
}

#[test]
fn a_ragged_or_broken_row_costs_itself_alone() {
    let report = World::new()
        .sell_in(
            "
            ship_date,sold_to_name,sold_to_country,description,quantity
            2024-03-01,Before,US,NVIDIA H100 PCIe 80GB,600
            2024-03-01,Short,US,600
            2024-03-01,\"Open quote,US,NVIDIA H100 PCIe 80GB,600
            2024-03-01,Packs,US,NVIDIA H100 PCIe 80GB,six
            2024-03-01,After,US,NVIDIA H100 PCIe 80GB,601
            ",
        )
        .with("[report]\nmax_reject_ratio = 0.9")
        .report();
    assert_eq!(report.entities(), [("After", "US"), ("Before", "US")]);
    let lines: Vec<&str> = report.table("rejects").iter().map(|row| row["line"].as_str()).collect();
    assert_eq!(lines, ["3", "4", "5"]);
    let row = report.table("evidence").iter().find(|row| row["party_as_written"] == "After").unwrap();
    assert_eq!(row["line"], "6");
}

#[test]
fn a_quantity_in_packs_is_refused_and_not_taken_for_pieces() {
    let report = World::new()
        .sell_in(
            "
            ship_date,sold_to_name,sold_to_country,description,quantity,unit_of_measure
            2024-03-01,Pieces,US,NVIDIA H100 PCIe 80GB,600,EA
            2024-03-01,Packs,US,NVIDIA H100 PCIe 80GB,60,PAK
            2024-03-01,Trays,US,NVIDIA H100 PCIe 80GB,60,TRAY10
            ",
        )
        .with("[report]\nmax_reject_ratio = 0.9")
        .report();
    assert_eq!(report.entities(), [("Pieces", "US")]);
    assert_eq!(report.rows("rejected"), 2);
}

#[test]
fn a_source_says_how_many_pieces_a_pack_holds() {
    let text =
        "document_no,line_no,ship_date,sold_to_name,sold_to_country,description,quantity,unit_of_measure
        D1,1,2024-03-01,Pieces,US,NVIDIA H100 PCIe 80GB,600,EA
        D2,1,2024-03-01,Packs,US,NVIDIA H100 PCIe 80GB,60,PAK";
    let keys = "layout = \"canonical\"\npack = { pak = 10 }";
    let report = World::new().source("maker", keys, &[("a.csv", text)]).report();
    assert_eq!((report.chips("Pieces"), report.chips("Packs")), ((600, 600), (600, 600)));
    assert_eq!(report.rows("rejected"), 0);
}

#[test]
fn a_run_refuses_a_table_of_sums_by_month() {
    let text = "EXPORTER_NAME,IMPORTER_NAME,HS_CODE,TOTALVALUEUSD,TOTALQUANTITY,%GTTOTALVALUE,MONTHYEAR
        Invented Export Co,Vaporware Pvt Ltd,847330,1500030,60,1.5,Mar-2024";
    let keys = "layout = \"customs_short\"\nchannel = \"customs\"";
    let ran = World::new().source("customs", keys, &[("short.csv", text)]).run();
    ran.must_fail(&["short.csv", "sums by month", "Ask for the full table"]);
}

/// Used by the tests above and the ones beside them: a report without any entity is still a report.
#[test]
fn a_run_without_one_chip_is_a_report_without_entities() {
    let report: Report = World::new()
        .sell_in(
            "
            ship_date,sold_to_name,sold_to_country,description,quantity
            2024-03-01,Cables,US,DAC cable 400G,600
            ",
        )
        .report();
    assert_eq!(report.entities(), []);
    assert_eq!(report.rows("out_of_scope"), 1);
}

#[test]
fn a_mark_in_front_carriage_returns_and_line_ends_in_cells_change_nothing_but_the_line() {
    let world = World::new().source("maker", KEYS, &[("a.csv", "")]);
    let text = "\u{feff}ship_date,sold_to_name,sold_to_country,sold_to_address,description,quantity\r\n\
        2024-03-01,First,US,\"1 Road\r\nTown\",NVIDIA H100 PCIe 80GB,600\r\n\r\n\
        2024-03-01,Second,US,\"say \"\"hi\"\", Town\",NVIDIA H100 PCIe 80GB,601";
    world.write("a.csv", text);
    let report = world.report();
    assert_eq!((report.chips("First"), report.chips("Second")), ((600, 600), (601, 601)));
    let mut lines: Vec<&str> = report.table("evidence").iter().map(|row| row["line"].as_str()).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["2", "5"]);
}

#[test]
fn a_layout_of_one_level_of_the_trade_needs_no_channel() {
    let text = "Distributor Name,Reseller Name,Reseller Country,Invoice #,Invoice Date,MPN,Qty\n\
        Fabled Distribution BV,Moonbeam Resale Ltd,GB,INV-1,2024-05-02,900-21010-0000-000,600\n";
    let channel = |keys: &str| {
        let report = World::new().source("pos", keys, &[("pos.csv", text)]).report();
        assert_eq!(report.chips("Moonbeam Resale Ltd"), (600, 600));
        report.table("evidence")[0]["channel"].clone()
    };
    assert_eq!(channel("layout = \"pos_flat\""), "sell_through");
    assert_eq!(channel("layout = \"pos_flat\"\nchannel = \"sell_in\""), "sell_in");
}
