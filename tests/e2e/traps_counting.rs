//! Levels of the trade, ways to buy, cancellations, batches: traps 2, 17, 18, 20, 22, 23.

use crate::world::World;

#[test]
fn sell_in_and_sell_through_of_the_same_cards_count_for_each_buyer_and_once_in_the_total() {
    let report = World::new()
        .sell_in(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity,serial_numbers
            2024-02-01,M1,1,DistiA GmbH,DE,NVIDIA H100 PCIe 80GB,600,S1;S2
            ",
        )
        .sell_through(
            "
            ship_date,document_no,line_no,seller_name,sold_to_name,sold_to_country,description,quantity,serial_numbers
            2024-03-01,P1,1,DistiA GmbH,BuyerX Ltd,GB,NVIDIA H100 PCIe 80GB,600,S1;S2
            ",
        )
        .class("distributor", &[("DistiA GmbH", "DE")])
        .report();
    assert_eq!(report.chips("DistiA GmbH"), (600, 600));
    assert_eq!(report.chips("BuyerX Ltd"), (600, 600));
    assert_eq!(report.listed("DistiA GmbH").unwrap()["entity_class"], "distributor");
    // One level at a time: nobody adds 600 and 600.
    let levels: Vec<i64> = report.json["level_totals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| level["lo"].as_i64().unwrap())
        .collect();
    assert_eq!(levels, [600, 600]);
}

#[test]
fn a_reseller_and_its_named_customer_each_count_their_own_hop() {
    let report = World::new()
        .sell_through(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,end_user_name,end_user_country,description,quantity
            2024-03-01,P1,1,Reseller R,US,Customer E,US,NVIDIA H100 PCIe 80GB,40
            ",
        )
        .report();
    assert_eq!(report.measure("Reseller R", "direct"), (40, 40));
    assert_eq!(report.measure("Customer E", "indirect"), (40, 40));
    assert_eq!(report.measure("Customer E", "direct"), (0, 0));
}

#[test]
fn chips_bought_direct_and_through_a_reseller_in_different_sales_add_up() {
    let report = World::new()
        .sell_in(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2024-03-01,M1,1,Fenni Institute,AU,NVIDIA A100 80GB PCIe,300
            ",
        )
        .sell_through(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,end_user_name,end_user_country,description,quantity
            2024-06-01,P1,1,Cool Systems,AU,FENNI INSTITUTE,AU,DGX H100 640GB 8xH100,38
            ",
        )
        .report();
    assert_eq!(report.chips("Fenni Institute"), (604, 604));
    assert_eq!(report.measure("Fenni Institute", "direct"), (300, 300));
    assert_eq!(report.measure("Fenni Institute", "indirect"), (304, 304));
    assert_eq!(report.status("Fenni Institute"), "confirmed");
}

/// A sale to Fenni at the maker's and one at a distributor's, the latter of that day and quantity.
fn two_levels(day: &str, quantity: &str, order: &str) -> (i64, i64) {
    let report = World::new()
        .sell_in(&format!(
            "ship_date,document_no,line_no,customer_po,sold_to_name,sold_to_country,description,quantity
            2024-03-01,M1,1,{order},Fenni,AU,NVIDIA H100 PCIe 80GB,300"
        ))
        .sell_through(&format!(
            "ship_date,document_no,line_no,customer_po,sold_to_name,sold_to_country,description,quantity
            {day},P1,1,{order},Fenni,AU,NVIDIA H100 PCIe 80GB,{quantity}"
        ))
        .report();
    report.chips("Fenni")
}

#[test]
fn equal_quantities_at_two_levels_within_45_days_may_be_one_sale() {
    assert_eq!(two_levels("2024-03-21", "300", ""), (300, 600));
    assert_eq!(two_levels("2024-04-15", "300", ""), (300, 600));
    assert_eq!(two_levels("2024-04-16", "300", ""), (600, 600));
    assert_eq!(two_levels("2024-03-21", "301", ""), (601, 601));
}

#[test]
fn a_shared_order_number_makes_two_levels_one_sale() {
    assert_eq!(two_levels("2024-03-21", "300", "PO-1"), (300, 300));
    assert_eq!(two_levels("2024-12-21", "300", "PO-1"), (300, 300));
}

#[test]
fn possible_overlaps_pair_one_to_one() {
    let report = World::new()
        .sell_in(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2024-03-01,M1,1,Fenni,AU,NVIDIA H100 PCIe 80GB,100
            ",
        )
        .sell_through(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2024-03-05,P1,1,Fenni,AU,NVIDIA H100 PCIe 80GB,100
            2024-03-06,P2,1,Fenni,AU,NVIDIA H100 PCIe 80GB,100
            ",
        )
        .report();
    assert_eq!(report.chips("Fenni"), (200, 300));
}

#[test]
fn a_sale_that_is_cancelled_and_billed_again_counts_once() {
    let report = World::new()
        .sell_in(
            "
            document_stage,document_type,document_no,line_no,reference_document_no,ship_date,invoice_date,sold_to_name,sold_to_country,description,quantity
            invoice,sale,I1,1,,2024-03-01,2024-03-01,Zarno AG,DE,NVIDIA H100 PCIe 80GB,520
            invoice,cancellation,I2,1,I1,2024-03-05,2024-03-05,Zarno AG,DE,NVIDIA H100 PCIe 80GB,520
            invoice,sale,I3,1,,2024-03-06,2024-03-06,Zarno AG,DE,NVIDIA H100 PCIe 80GB,520
            ",
        )
        .report();
    assert_eq!(report.chips("Zarno AG"), (520, 520));
    assert_eq!(report.gross_and_returned("Zarno AG"), (520, 0));
    assert_eq!((report.rows("cancelled"), report.rows("cancellation")), (1, 1));
}

#[test]
fn a_cancellation_takes_away_exactly_the_document_that_it_cites() {
    let report = World::new()
        .sell_in(
            "
            document_type,document_no,line_no,reference_document_no,ship_date,sold_to_name,sold_to_country,description,quantity
            sale,D1,1,,2024-03-01,Zarno AG,DE,NVIDIA H100 PCIe 80GB,520
            sale,D2,1,,2024-03-02,Zarno AG,DE,NVIDIA H100 PCIe 80GB,520
            cancellation,D3,1,D1,2024-03-05,Zarno AG,DE,NVIDIA H100 PCIe 80GB,-100
            cancellation,D4,1,,2024-03-05,Zarno AG,DE,NVIDIA H100 PCIe 80GB,77
            ",
        )
        .report();
    assert_eq!(report.chips("Zarno AG"), (520, 520));
}

#[test]
fn batches_of_a_delivery_item_and_their_header_count_once() {
    let report = World::new()
        .sap(
            "
            VBELN;POSNR;UECHA;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;WADAT_IST
            0080000001;000010;000000;1001;Fenni;AU;900-21010-0000-000;100;01.03.2024
            0080000001;900001;000010;1001;Fenni;AU;900-21010-0000-000;60;01.03.2024
            0080000001;900002;000010;1001;Fenni;AU;900-21010-0000-000;40;01.03.2024
            ",
        )
        .report();
    assert_eq!(report.chips("Fenni"), (100, 100));
    assert_eq!(report.rows("batch_header"), 1);
}

#[test]
fn received_is_not_bought() {
    let mut text = "ship_date,document_no,line_no,sold_to_name,sold_to_country,ship_to_name,ship_to_country,end_user_name,end_user_country,description,quantity\n".to_owned();
    for (number, quantity) in [200, 210, 220, 230, 240, 240, 250, 250, 260].iter().enumerate() {
        text += &format!(
            "2024-03-01,D{number},1,Buyer {number},SG,Velmo Logistics,SG,Buyer {number},SG,NVIDIA L40S 48GB,{quantity}\n"
        );
    }
    let report = World::new().sell_in(&text).report();
    assert_eq!(report.measure("Velmo Logistics", "received"), (2_100, 2_100));
    assert_eq!(report.chips("Velmo Logistics"), (0, 0));
    assert_eq!(report.chips("Buyer 8"), (260, 260));
    assert_eq!(report.schedule_a(), [""; 0]);
}

#[test]
fn an_open_delivery_is_on_the_hold_list_and_not_counted() {
    let report = World::new()
        .sap(
            "
            VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;MATNR;LFIMG;ERDAT;WADAT_IST
            0080000001;000010;1001;Coral LLC;US;900-21010-0000-000;480;01.03.2024;05.03.2024
            0080000002;000010;1001;Coral LLC;US;900-21010-0000-000;48;01.09.2026;00.00.0000
            ",
        )
        .report();
    assert_eq!(report.chips("Coral LLC"), (480, 480));
    assert_eq!(report.measure("Coral LLC", "open"), (48, 48));
    assert_eq!((report.rows("open"), report.rows("rejected")), (1, 0));
    let open = &report.table("open_orders")[0];
    assert_eq!((open["document_no"].as_str(), open["chips_lo"].as_str()), ("0080000002", "48"));
    assert_eq!(report.findings("Coral LLC", "open-order-hold").len(), 1);
}

#[test]
fn customs_lines_are_never_summed_with_sales() {
    let report = World::new()
        .sell_in(
            "
            ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity
            2024-03-01,M1,1,Vetra Pharma,IN,NVIDIA H100 PCIe 80GB,600
            ",
        )
        .customs(
            "
            ship_date,document_no,line_no,seller_name,sold_to_name,sold_to_country,description,quantity
            2024-05-01,C1,1,Vetra Pharma,Zimo OOO,RU,NVIDIA H100 PCIe 80GB,400
            2024-05-01,C2,1,Somebody,Vetra Pharma,IN,NVIDIA H100 PCIe 80GB,70
            ",
        )
        .report();
    assert_eq!(report.chips("Vetra Pharma"), (600, 600));
    assert_eq!(report.measure("Vetra Pharma", "customs_only"), (70, 70));
    assert_eq!(report.chips("Zimo OOO"), (0, 0));
    assert_eq!(report.measure("Zimo OOO", "customs_only"), (400, 400));
}
