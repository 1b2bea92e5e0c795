//! Which measure a line adds to: the rows of the counting table that no trap covers.

use crate::report::Report;
use crate::world::World;

const H100: &str = "900-21010-0000-000";

/// Lines of Glass KK: document type, day, quantity.
fn glass(lines: &[(&str, &str, &str)]) -> Report {
    let mut text =
        "document_type,document_no,line_no,ship_date,sold_to_name,sold_to_country,part_number,quantity\n"
            .to_owned();
    for (number, (kind, day, quantity)) in lines.iter().enumerate() {
        text += &format!("{kind},D{number},1,{day},Glass KK,JP,{H100},{quantity}\n");
    }
    World::new().sell_in(&text).report()
}

#[test]
fn consignment_counts_when_it_is_issued() {
    let report = glass(&[
        ("consignment_fillup", "2024-01-10", "600"),
        ("consignment_issue", "2024-02-10", "430"),
        ("consignment_pickup", "2024-03-10", "100"),
        ("consignment_return", "2024-04-10", "20"),
        ("loan", "2024-05-10", "16"),
    ]);
    assert_eq!(report.chips("Glass KK"), (410, 410));
    // 600 - 430 - 100 + 20 of consignment stock, and the loan.
    assert_eq!(report.measure("Glass KK", "on_loan"), (106, 106));
    assert_eq!(report.status("Glass KK"), "none");
}

#[test]
fn consignment_codes_of_sap_are_known() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;AUART;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            1;000010;KB;1001;Glass KK;JP;{H100};1.600,000;10.01.2024
            2;000010;KE;1001;Glass KK;JP;{H100};430,000;10.02.2024
            3;000010;KA;1001;Glass KK;JP;{H100};100,000;10.03.2024
            4;000010;KR;1001;Glass KK;JP;{H100};20,000;10.04.2024"
        ))
        .report();
    assert_eq!(report.chips("Glass KK"), (410, 410));
    assert_eq!(report.measure("Glass KK", "on_loan"), (1_090, 1_090));
}

#[test]
fn a_loan_is_not_bought_until_it_is_sold() {
    let report = glass(&[
        ("loan", "2024-01-10", "600"),
        ("loan_return", "2024-02-10", "50"),
        ("loan", "2024-02-20", "-30"),
    ]);
    assert_eq!(report.chips("Glass KK"), (0, 0));
    assert_eq!(report.measure("Glass KK", "on_loan"), (520, 520));
    assert_eq!(report.schedule_a(), [""; 0]);
}

#[test]
fn a_lease_is_bought_by_the_lessor_and_indirectly_by_the_lessee() {
    let report = World::new()
        .sell_in(&format!(
            "document_type,document_no,line_no,ship_date,sold_to_name,sold_to_country,end_user_name,end_user_country,part_number,quantity
            lease,D1,1,2024-01-10,Meran Leasing,FR,Lessee One,FR,{H100},400
            lease,D2,1,2024-01-10,Meran Leasing,FR,Lessee Two,FR,{H100},240
            lease,D3,1,2024-01-10,Renter SA,FR,,,{H100},70"
        ))
        .report();
    assert_eq!(report.measure("Meran Leasing", "direct"), (640, 640));
    assert_eq!(report.measure("Lessee One", "indirect"), (400, 400));
    assert_eq!(report.measure("Lessee Two", "indirect"), (240, 240));
    assert_eq!(report.schedule_a(), ["Meran Leasing"]);
    // Nobody but the renter is named: the seller keeps the title.
    assert_eq!(report.chips("Renter SA"), (0, 0));
    assert_eq!(report.measure("Renter SA", "on_loan"), (70, 70));
}

#[test]
fn what_the_exporters_own_companies_buy_is_own_stock() {
    let report = World::new()
        .sell_in(&format!(
            "document_type,document_no,line_no,ship_date,sold_to_name,sold_to_country,ship_to_name,ship_to_country,part_number,quantity
            sale,D1,1,2024-01-10,MAKER ONE (SINGAPORE) PTE. LTD.,SG,,,{H100},900
            intercompany,D2,1,2024-01-10,Sister Co,US,,,{H100},900
            stock_transfer,D3,1,2024-01-10,Plant 2,US,,,{H100},900
            sale,D4,1,2024-01-10,Real Buyer,US,Maker One Singapore Pte Ltd,SG,{H100},600"
        ))
        .with("[own_companies]\nnames = [\"Maker One Singapore Pte Ltd\"]")
        .report();
    assert_eq!((report.rows("own_company"), report.rows("stock_transfer")), (2, 1));
    assert_eq!(report.chips("Real Buyer"), (600, 600));
    assert_eq!(report.schedule_a(), ["Real Buyer"]);
}

#[test]
fn a_stock_transfer_of_sap_is_no_sale() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;LFART;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            1;000010;NL;1001;Plant 2;US;{H100};1.600,000;10.01.2024
            2;000010;LF;1002;Buyer;US;{H100};1.100,000;10.01.2024"
        ))
        .report();
    assert_eq!(report.entities(), [("Buyer", "US")]);
    assert_eq!(report.rows("stock_transfer"), 1);
}

#[test]
fn a_drop_shipment_without_a_named_customer_may_be_the_receivers() {
    let text = format!(
        "document_no,line_no,ship_date,sold_to_name,sold_to_country,ship_to_name,ship_to_country,end_user_name,end_user_country,part_number,quantity
        D1,1,2024-01-10,Reseller R,US,Receiver E,US,,,{H100},40
        D2,1,2024-01-10,Maker of Servers,US,Factory F,MX,,,{H100},50
        D3,1,2024-01-10,Reseller R,US,Depot D,US,Customer C,US,{H100},60"
    );
    let report = World::new().sell_in(&text).class("reseller", &[("Reseller R", "US")]).report();
    assert_eq!(report.chips("Reseller R"), (100, 100));
    assert_eq!(report.chips("Receiver E"), (0, 40));
    assert_eq!(report.measure("Factory F", "received"), (50, 50));
    assert_eq!(report.chips("Factory F"), (0, 0));
    assert_eq!((report.chips("Customer C"), report.measure("Depot D", "received")), ((60, 60), (60, 60)));
}

#[test]
fn a_drop_shipment_that_a_point_of_sale_line_names_is_certain_and_counted_once() {
    let report = World::new()
        .sell_in(&format!(
            "document_no,line_no,customer_po,ship_date,sold_to_name,sold_to_country,ship_to_name,ship_to_country,part_number,quantity
            D1,1,CAS-1,2024-01-10,Reseller R,US,Receiver E,US,{H100},40"
        ))
        .sell_through(&format!(
            "document_no,line_no,customer_po,ship_date,sold_to_name,sold_to_country,end_user_name,end_user_country,part_number,quantity
            P1,1,CAS-1,2024-01-12,Receiver E,US,Receiver E,US,{H100},40"
        ))
        .class("reseller", &[("Reseller R", "US")])
        .report();
    assert_eq!(report.chips("Receiver E"), (40, 40));
    assert_eq!(report.chips("Reseller R"), (40, 40));
}

#[test]
fn kunnr_of_a_delivery_is_the_ship_to_and_kunag_the_sold_to() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;KUNNR;NAME_WE;LAND_WE;MATNR;LFIMG;WADAT_IST
            1;000010;1001;Bracken Inc;US;2002;Solvan SA de CV;MX;{H100};1.200,000;10.01.2024"
        ))
        .report();
    assert_eq!(report.measure("Bracken Inc", "direct"), (1_200, 1_200));
    assert_eq!(report.measure("Solvan SA de CV", "received"), (1_200, 1_200));
    assert_eq!(report.schedule_a(), ["Bracken Inc"]);
    let number = |name: &str| {
        let row = report.table("parties").iter().find(|row| row["name"] == name).unwrap();
        row["party_id"].clone()
    };
    assert_eq!((number("Bracken Inc"), number("Solvan SA de CV")), ("1001".into(), "2002".into()));
}

#[test]
fn kunnr_of_an_order_is_the_sold_to_and_an_order_counts_to_hi_alone() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;AUART;AUDAT;KUNNR;NAME_AG;LAND_AG;KUNWE;NAME_WE;LAND_WE;MATNR;KWMENG
            1;000010;OR;10.01.2024;1001;Bracken Inc;US;2002;Solvan SA de CV;MX;{H100};1.200,000"
        ))
        .report();
    assert_eq!(report.measure("Bracken Inc", "direct"), (0, 1_200));
    assert_eq!(report.measure("Solvan SA de CV", "received"), (0, 1_200));
    assert_eq!(report.status("Bracken Inc"), "possible");
    let numbers: Vec<&str> = report.table("parties").iter().map(|row| row["party_id"].as_str()).collect();
    assert_eq!(numbers, ["1001", "2002"]);
}

#[test]
fn a_rejected_order_item_counts_nothing() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;AUART;ABGRU;AUDAT;KUNNR;NAME_AG;LAND_AG;MATNR;KWMENG
            1;000010;OR;;10.01.2024;1001;Bracken Inc;US;{H100};1.200,000
            1;000020;OR;Z1;10.01.2024;1001;Bracken Inc;US;{H100};1.700,000"
        ))
        .report();
    assert_eq!(report.chips("Bracken Inc"), (0, 1_200));
    assert_eq!(report.rows("rejected_item"), 1);
}

#[test]
fn the_bill_to_stands_for_an_absent_buyer_and_the_report_says_so() {
    let report = World::new()
        .sell_in(&format!(
            "ship_date,bill_to_name,bill_to_country,ship_to_name,ship_to_country,part_number,quantity
            2024-01-10,Billing Hub,SG,Data Hall,US,{H100},600"
        ))
        .report();
    assert_eq!(report.measure("Billing Hub", "direct"), (600, 600));
    assert_eq!(report.measure("Data Hall", "received"), (600, 600));
    assert!(report.notes().contains("invoice recipient"), "{}", report.notes());
}

#[test]
fn a_billing_hub_is_no_indicator() {
    let report = World::new()
        .sell_in(&format!(
            "ship_date,sold_to_name,sold_to_country,bill_to_name,bill_to_country,ship_to_name,ship_to_country,end_user_name,end_user_country,part_number,quantity
            2024-01-10,Hyper Inc,US,Hyper Asia,SG,Hyper Inc,US,Hyper Inc,US,{H100},9000"
        ))
        .report();
    let hyper = report.listed("Hyper Inc").unwrap();
    assert_eq!((hyper["basis"].as_str(), hyper["tier"].as_i64()), (Some("bulk"), None));
    assert_eq!(report.chips("Hyper Inc"), (9_000, 9_000));
    assert_eq!(report.chips("Hyper Asia"), (0, 0));
}

#[test]
fn what_lies_on_loan_is_never_below_nothing() {
    let only_issued = glass(&[("consignment_issue", "2024-02-10", "430")]);
    assert_eq!(
        (only_issued.chips("Glass KK"), only_issued.measure("Glass KK", "on_loan")),
        ((430, 430), (0, 0))
    );
    // Stock from before 2020 leaves first, and counts in neither direction.
    let early = glass(&[
        ("consignment_fillup", "2019-12-01", "100"),
        ("consignment_fillup", "2024-01-01", "50"),
        ("consignment_issue", "2024-02-10", "120"),
    ]);
    assert_eq!((early.chips("Glass KK"), early.measure("Glass KK", "on_loan")), ((120, 120), (30, 30)));
}

#[test]
fn a_rental_that_ends_comes_off_the_loan() {
    let report = glass(&[("lease", "2024-01-10", "70"), ("lease", "2024-06-10", "-40")]);
    assert_eq!((report.chips("Glass KK"), report.measure("Glass KK", "on_loan")), ((0, 0), (30, 30)));
    assert_eq!(report.doubts("Glass KK"), [""; 0]);
}

#[test]
fn a_return_by_way_of_somebody_takes_nothing_from_what_he_never_received() {
    let report = World::new()
        .sell_in(&format!(
            "document_type,document_no,line_no,reference_document_no,ship_date,sold_to_name,sold_to_country,ship_to_name,ship_to_country,part_number,quantity
            sale,D1,1,,2024-01-10,Buyer,US,Hall,US,{H100},400
            return,D2,1,D1,2024-02-10,Buyer,US,Hall,US,{H100},100
            return,D3,1,D1,2024-02-11,Buyer,US,Depot,US,{H100},7"
        ))
        .report();
    assert_eq!(report.chips("Buyer"), (293, 293));
    assert_eq!(report.measure("Hall", "received"), (300, 300));
    assert_eq!(report.measure("Depot", "received"), (0, 0));
}

#[test]
fn a_return_that_has_not_arrived_is_no_order() {
    let report = glass(&[("sale", "2024-01-10", "80"), ("return", "", "10"), ("sale", "", "30")]);
    assert_eq!(report.chips("Glass KK"), (80, 80));
    assert_eq!(report.measure("Glass KK", "open"), (30, 30));
    assert_eq!((report.table("open_orders").len(), report.rows("open")), (1, 2));
}

#[test]
fn goods_only_handled_have_their_fewest_usual_and_most_chips() {
    let report = World::new()
        .sell_in(&format!(
            "ship_date,sold_to_name,sold_to_country,ship_to_name,ship_to_country,part_number,description,quantity
            2024-01-10,Hall,US,,,{H100},,600
            2024-01-11,Buyer,US,Hall,US,,HGX A100,3
            2024-01-12,Other,US,Hall,US,,HGX A100,2"
        ))
        .report();
    assert_eq!(report.measure("Hall", "received"), (5 * 4, 5 * 16));
    // Schedule A shows them as usually sold.
    let hall = report.table("bulk_purchasers").iter().find(|row| row["name"] == "Hall").unwrap();
    assert_eq!(hall["received"], "40");
}
