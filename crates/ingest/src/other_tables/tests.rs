use super::*;

fn recognised(headers: &[&str]) -> Option<(OtherTable, String)> {
    recognised_with(headers, &[])
}

fn recognised_with(headers: &[&str], chosen: &[(Column, &str)]) -> Option<(OtherTable, String)> {
    let sales = Captions::read().unwrap();
    let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    let chosen = chosen.iter().map(|(column, header)| (*column, (*header).to_owned())).collect();
    let found = sales.others().recognise(&sales, &headers, &chosen)?;
    Some((found.table, found.by))
}

#[test]
fn stock_is_known_by_what_is_on_hand_and_nobody_who_buys() {
    let stock = |by: &str| Some((OtherTable::Inventory, by.to_owned()));
    assert_eq!(
        recognised(&["Distributor Name", "Snapshot Date", "MPN", "Qty On Hand"]),
        stock("Qty On Hand")
    );
    assert_eq!(recognised(&["Werk", "Lagerort", "Material", "Frei verwendbar"]), stock("Frei verwendbar"));
    assert_eq!(recognised(&["WERKS", "LGORT", "MATNR", "LABST"]), stock("LABST"));
    assert_eq!(recognised(&["Warehouse", "SKU", "QtyOnHand", "As Of"]), stock("QtyOnHand"));
    // A plain quantity and a plain date are a sale that lacks its buyer.
    assert_eq!(recognised(&["Distributor", "Date", "Part Number", "Quantity"]), None);
    // A report of sales may say what is left.
    assert_eq!(recognised(&["Date", "End Customer", "Part Number", "Qty Sold", "On Hand"]), None);
    assert_eq!(recognised(&["Ship Date", "Part Number", "Qty Sold", "On Hand"]), None);
}

#[test]
fn licences_are_known_by_their_number_and_what_they_allow_until_when() {
    let licences = |by: &str| Some((OtherTable::Licences, by.to_owned()));
    assert_eq!(
        recognised(&[
            "Licence No",
            "Licensee",
            "Item",
            "Authorised Quantity",
            "Date of Issue",
            "Expiry Date"
        ]),
        licences("Authorised Quantity")
    );
    assert_eq!(recognised(&["License Number", "Consignee", "Valid Until"]), licences("Valid Until"));
    let own = ["licence_no", "kind", "model", "chips", "value_usd", "valid_from", "valid_to"];
    assert_eq!(recognised(&own), licences("valid_to"));
    // Exports cite licences.
    assert_eq!(
        recognised(&["Invoice No", "Ship Date", "Consignee", "Qty", "License No", "Expiry Date"]),
        None
    );
    assert_eq!(recognised(&["License No", "Consignee", "Qty", "Item"]), None);
}

#[test]
fn the_users_word_for_a_column_of_sales_wins() {
    let headers = ["Abnehmer X", "Artikel", "Bestand", "Tag"];
    assert!(recognised(&headers).is_some());
    assert_eq!(recognised_with(&headers, &[(Column::SoldToName, "Abnehmer X")]), None);
}

#[test]
fn each_caption_of_a_table_means_one_column() {
    let sales = Captions::read().unwrap();
    for (table, known) in &sales.others().0 {
        let mut seen = BTreeMap::new();
        assert_eq!(known.captions.len(), table.columns().len());
        for (column, captions) in &known.captions {
            for words in captions.keys() {
                assert_eq!(seen.insert(words, column), None, "{}: {words}", table.key());
            }
        }
    }
}
