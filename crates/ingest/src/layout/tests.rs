use super::*;

fn map(layout: &str, header: &str) -> Result<Mapping, String> {
    let headers: Vec<String> = header.split(';').map(str::to_owned).collect();
    Layout::named(layout).unwrap().map(&headers, &BTreeMap::new())
}

#[test]
fn every_layout_file_reads_and_names_known_columns_and_types() {
    for name in Layout::names() {
        let layout = Layout::named(name).unwrap();
        assert_eq!(layout.name, name);
        // Under a header of all its names every column and every code is found.
        let mut headers: Vec<String> = layout.all_names().cloned().collect();
        headers.extend(layout.reading.iter().flat_map(|reading| &reading.when_any).take(1).cloned());
        let readings = layout.reading.iter().map(|reading| &reading.columns);
        let groups = [&layout.columns, &layout.first_filled].into_iter().chain(readings);
        for column in groups.flat_map(BTreeMap::keys) {
            assert!(Column::from_name(column).is_some(), "{name}: {column}");
        }
        assert_eq!(layout.channel().is_some(), layout.channel.is_some(), "{name}");
        let mapping = layout.map(&headers, &BTreeMap::new()).unwrap();
        assert_eq!(mapping.types.len(), layout.document_type.len(), "{name}");
        assert_eq!(mapping.stages.len(), layout.document_stage.len(), "{name}");
        assert_eq!(mapping.purposes.len(), layout.report_purpose.len(), "{name}");
        // Marks that another column silences: it is among all these headers.
        let silenced = layout.no_sale.iter().filter(|marks| !marks.unless_any.is_empty()).count();
        assert_eq!(mapping.no_sale.len() + silenced, layout.no_sale.len(), "{name}");
        assert!(layout.recognised(&headers) >= layout.all_names().count(), "{name}");
    }
    assert!(Layout::named("sap_deliveries").is_err());
}

#[test]
fn in_a_delivery_kunnr_is_the_ship_to_and_kunag_the_sold_to() {
    let mapping = map("sap_delivery", "VBELN;POSNR;LFART;KUNNR;KUNAG;MATNR;LFIMG;WADAT_IST").unwrap();
    assert_eq!(mapping.fields[&Column::ShipToId], 3);
    assert_eq!(mapping.fields[&Column::SoldToId], 4);
    assert_eq!(mapping.stage, DocumentStage::Delivery);
    assert!(mapping.missing().is_empty());
}

#[test]
fn in_an_order_kunnr_is_the_sold_to() {
    let mapping = map("sap_delivery", "VBELN;POSNR;AUART;KUNNR;MATNR;KWMENG;AUDAT").unwrap();
    assert_eq!(mapping.fields[&Column::SoldToId], 3);
    assert!(!mapping.fields.contains_key(&Column::ShipToId));
    assert_eq!(mapping.stage, DocumentStage::Order);
    assert!(mapping.missing().is_empty());
}

#[test]
fn a_file_that_is_neither_is_a_question() {
    let error = map("sap_delivery", "VBELN;POSNR;KUNNR;MATNR;MENGE").unwrap_err();
    assert!(error.contains("KUNNR is the ship-to") && error.contains("KUNNR is the sold-to"), "{error}");
}

#[test]
fn headers_may_end_in_the_technical_name() {
    let mapping = map(
        "sap_delivery",
        "Delivery_VBELN;Item_POSNR;SoldToParty_KUNAG;Material_MATNR;Qty_LFIMG;ActualGoodsMovementDate_WADAT_IST",
    )
    .unwrap();
    assert_eq!(mapping.fields[&Column::ShipDate], 5);
    assert_eq!(mapping.fields[&Column::SoldToId], 2);
}

#[test]
fn what_is_missing_is_named() {
    let mapping = map("canonical", "ship_date;part_number;sold_to_name").unwrap();
    assert_eq!(mapping.missing(), ["quantity"]);
    assert_eq!(map("canonical", "ship_date;quantity").unwrap().missing().len(), 2);
}

#[test]
fn the_users_own_columns_win_and_must_exist() {
    let headers: Vec<String> = ["WADAT_IST", "Datum", "LFIMG"].map(str::to_owned).to_vec();
    let layout = Layout::named("sap_delivery").unwrap();
    let mapping = layout.map(&headers, &BTreeMap::from([(Column::ShipDate, "Datum".to_owned())])).unwrap();
    assert_eq!(mapping.fields[&Column::ShipDate], 1);
    let absent = BTreeMap::from([(Column::ShipDate, "Datm".to_owned())]);
    assert!(layout.map(&headers, &absent).unwrap_err().contains("Datm"));
}

/// Headers of a mapping by column name.
fn of(mapping: &Mapping, column: Column) -> &str {
    mapping.fields.get(&column).map_or("", |field| &mapping.headers[*field])
}

#[test]
fn german_captions_are_deliveries_and_orders_as_technical_names_are() {
    let header =
        "Lieferung;Position;Auftraggeber;Warenempfänger;Materialkurztext;LIEFERMENGE;Ist-Warenausg.datum";
    let mapping = map("sap_delivery", header).unwrap();
    assert_eq!(
        (of(&mapping, Column::SoldToId), of(&mapping, Column::ShipToId)),
        ("Auftraggeber", "Warenempfänger")
    );
    assert_eq!((mapping.stage, mapping.missing().len()), (DocumentStage::Delivery, 0));
    let mapping =
        map("sap_orders", "Auftrag;Position;Auftraggeber;Material;Auftragsmenge;Belegdatum").unwrap();
    assert_eq!(
        (of(&mapping, Column::DocumentNo), of(&mapping, Column::SoldToId)),
        ("Auftrag", "Auftraggeber")
    );
    assert_eq!((mapping.stage, mapping.missing().len()), (DocumentStage::Order, 0));
    // A planned goods issue is no ship date.
    let planned = map("sap_delivery", "VBELN;KUNAG;MATNR;LFIMG;WADAT;Goods Issue Date").unwrap();
    assert_eq!(planned.missing(), ["ship_date"]);
}

#[test]
fn sap_orders_asks_where_nothing_shows_that_these_are_orders() {
    assert!(map("sap_orders", "VBELN;POSNR;KUNNR;MATNR;LFIMG;WADAT_IST").is_err());
    let mapping = map("sap_orders", "VBELN;POSNR;KUNNR;MATNR;Order_KWMENG;AUDAT").unwrap();
    assert_eq!(of(&mapping, Column::SoldToId), "KUNNR");
    assert!(!mapping.fields.contains_key(&Column::ShipDate));
}

#[test]
fn a_bill_cites_its_delivery_and_a_cancelling_bill_the_one_it_takes_away() {
    let mapping = map("sap_billing", "VBELN;POSNR;FKART;KUNAG;KUNRG;MATNR;FKIMG;FKDAT;VGBEL;SFAKN").unwrap();
    assert_eq!(of(&mapping, Column::ReferenceDocumentNo), "VGBEL");
    assert_eq!((of(&mapping, Column::SoldToId), of(&mapping, Column::PayerId)), ("KUNAG", "KUNRG"));
    assert_eq!(mapping.cancels, Some(Some(9)));
    // Bills alone are dated by their own date.
    assert!(mapping.missing().is_empty() && !mapping.fields.contains_key(&Column::ShipDate));
    assert_eq!(mapping.stage, DocumentStage::Invoice);
    assert_eq!(map("sap_billing", "VBELN;FKART;KUNAG;MATNR;FKIMG;FKDAT").unwrap().cancels, Some(None));
}

#[test]
fn one_date_of_netsuite_is_that_of_the_rows_own_stage() {
    let header = "Date;Type;Document Number;Main Line;Name;Item;Quantity";
    let mapping = map("netsuite", header).unwrap();
    assert!(mapping.one_date && mapping.missing().is_empty());
    assert_eq!(mapping.side_fields(), [1, 3]);
    let headers: Vec<String> = header.split(';').map(str::to_owned).collect();
    let chosen = BTreeMap::from([(Column::ShipDate, "Date".to_owned())]);
    assert!(!Layout::named("netsuite").unwrap().map(&headers, &chosen).unwrap().one_date);
}

#[test]
fn marks_set_rows_aside_or_refuse_them() {
    let mapping = map("x12_867", "BPT01;PTD01;QTY01;QTY02;LIN_PART;N1_EU;DTM_LEFT").unwrap();
    let of = |marks: usize, code: &str| mapping.no_sale[marks].of(code);
    assert_eq!(
        (of(1, "32"), of(1, " 76 "), of(1, "17"), of(1, "")),
        (Marked::Sale, Marked::Sale, Marked::Aside, Marked::Sale)
    );
    let refused = |marked: Marked<'_>| matches!(marked, Marked::Refused(reason) if !reason.is_empty());
    assert!(refused(of(1, "02")) && refused(of(1, "99")) && refused(of(0, "01")) && refused(of(2, "su")));
    assert_eq!(of(2, "ZZ"), Marked::Sale);
}

#[test]
fn a_mark_of_masters_says_nothing_where_a_column_names_them() {
    let header = "Bill of Lading Number;Bill of Lading Type;Consignee;Quantity;Goods Shipped;Arrival Date";
    assert_eq!(map("bill_of_lading", header).unwrap().no_sale.len(), 1);
    let mapping = map("bill_of_lading", &format!("{header};Master B/L")).unwrap();
    assert_eq!((mapping.no_sale.len(), of(&mapping, Column::MasterDocumentNo)), (0, "Master B/L"));
}

#[test]
fn the_first_filled_column_stands_and_the_users_own_is_not_filled() {
    let header = "Invoice #;Ship Date;Invoice Date;End Customer Name;MPN;Qty";
    let mapping = map("pos_flat", header).unwrap();
    assert_eq!((of(&mapping, Column::ShipDate), mapping.fills.clone()), ("Ship Date", vec![(1, vec![2])]));
    assert!(!mapping.one_date);
    let headers: Vec<String> = header.split(';').map(str::to_owned).collect();
    let chosen = BTreeMap::from([(Column::ShipDate, "Ship Date".to_owned())]);
    assert!(Layout::named("pos_flat").unwrap().map(&headers, &chosen).unwrap().fills.is_empty());
}

#[test]
fn a_unit_that_stands_with_the_quantity_has_a_place_of_its_own() {
    let mapping =
        map("bill_of_lading", "Bill of Lading Number;Arrival Date;Consignee;Quantity;Goods Shipped").unwrap();
    assert_eq!((mapping.fields[&Column::UnitOfMeasure], mapping.added), (5, 1));
    assert_eq!(mapping.name_of(5), "unit_of_measure");
}

#[test]
fn a_customs_table_has_no_value_in_thousands_and_no_currency_of_its_invoice() {
    let header = "DATE;IMPORTER_NAME;GOODS DESCRIPTION;QUANTITY;STATISTICAL_VALUE_IN_1000_USD;INVOICE CURRENCY;STD QUANTITY";
    let mapping = map("customs_full", header).unwrap();
    assert_eq!(of(&mapping, Column::Quantity), "QUANTITY");
    assert!(!mapping.fields.contains_key(&Column::Amount) && !mapping.fields.contains_key(&Column::Currency));
}

#[test]
fn a_plain_table_of_sales_is_evidence_of_no_system() {
    let plain =
        "Date;Customer;Buyer Name;Ship-To;Bill-To;Invoice #;Ship Date;Item;Description;Quantity;Qty;Currency";
    let headers: Vec<String> = plain.split(';').map(str::to_owned).collect();
    for name in ["netsuite", "pos_flat", "x12_867", "aes_eei", "bill_of_lading", "customs_full"] {
        let layout = Layout::named(name).unwrap();
        assert!(!layout.is_evident(&Headers::new(&headers)), "{name}");
        assert!(layout.is_evident(&Headers::new(&layout.known_by[..1])), "{name}");
    }
}
