//! One or more files of each layout.

use super::{Fixture, hold};
use crate::captions::Captions;
use crate::inspect::inspect;
use crate::intake::Scratch;
use crate::number::NumberDialect;

fn with_points(fixture: Fixture) -> Fixture {
    fixture.with(|source| source.number = Some(NumberDialect::Point))
}

#[test]
fn files_of_sap() {
    hold([
        ("sap_delivery_technical", Fixture::new("layouts/sap_delivery_technical.txt", "sap_delivery")),
        ("sap_delivery_labels", Fixture::new("layouts/sap_delivery_labels.tsv", "sap_delivery")),
        ("sap_delivery_german", Fixture::new("layouts/sap_delivery_german.csv", "sap_delivery")),
        ("sap_delivery_english", Fixture::new("layouts/sap_delivery_english.csv", "sap_delivery")),
        ("sap_orders", Fixture::new("layouts/sap_orders.csv", "sap_orders")),
        ("sap_billing", Fixture::new("layouts/sap_billing.csv", "sap_billing")),
    ]);
}

#[test]
fn files_of_other_systems_and_of_distributors() {
    hold([
        ("canonical", Fixture::new("layouts/canonical.csv", "canonical")),
        ("oracle_ebs", Fixture::new("layouts/oracle_ebs.csv", "oracle_ebs")),
        ("netsuite", Fixture::new("layouts/netsuite.csv", "netsuite")),
        ("pos_flat", Fixture::new("layouts/pos_flat.csv", "pos_flat")),
        ("x12_867", Fixture::new("layouts/x12_867.edi", "x12_867")),
        ("x12_867_replacement", Fixture::new("layouts/x12_867_replacement.edi", "x12_867")),
        ("x12_867_flat", Fixture::new("layouts/x12_867_flat.csv", "x12_867")),
    ]);
}

#[test]
fn an_interchange_is_read_by_the_separators_that_it_declares() {
    let interchange = || Fixture::new("layouts/x12_867.edi", "x12_867");
    let text = std::fs::read_to_string(interchange().path).unwrap();
    let told = interchange().told();
    for [element, component, end] in [
        ["|", ":", "'"],
        ["\u{1d}", "\u{1f}", "\u{1c}"],
        ["*", ">", "\n"],
        ["*", ">", "\r\n"],
        ["^", "~", "!\n\n"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let other =
            text.replace("~\n", "END").replace('*', element).replace('>', component).replace("END", end);
        let mut fixture = interchange();
        fixture.path = folder.path().join("x12_867.edi");
        std::fs::write(&fixture.path, other).unwrap();
        assert_eq!(fixture.told(), told, "{element:?} {end:?}");
    }
}

#[test]
fn files_of_customs() {
    hold([
        ("aes_eei", Fixture::new("layouts/aes_eei.csv", "aes_eei")),
        ("bill_of_lading", with_points(Fixture::new("layouts/bill_of_lading.csv", "bill_of_lading"))),
        ("customs_full_import", Fixture::new("layouts/customs_full_import.csv", "customs_full")),
        ("customs_full_transit", Fixture::new("layouts/customs_full_transit.csv", "customs_full")),
        ("customs_short", Fixture::new("layouts/customs_short.csv", "customs_short")),
    ]);
}

/// A stranger who asks `inspect` gets the layout that the file was written for.
#[test]
fn inspect_believes_in_the_right_layout() {
    let captions = Captions::read().unwrap();
    let mut told = String::new();
    for file in [
        "sap_delivery_technical.txt",
        "sap_delivery_labels.tsv",
        "sap_delivery_german.csv",
        "sap_delivery_english.csv",
        "sap_orders.csv",
        "sap_billing.csv",
        "canonical.csv",
        "oracle_ebs.csv",
        "netsuite.csv",
        "pos_flat.csv",
        "x12_867.edi",
        "x12_867_flat.csv",
        "aes_eei.csv",
        "bill_of_lading.csv",
        "customs_full_import.csv",
        "customs_full_transit.csv",
        "customs_short.csv",
    ] {
        let path = Fixture::new(&format!("layouts/{file}"), "canonical").path;
        let look = inspect(&path, &captions, &Scratch::temporary()).unwrap().remove(0);
        assert!(look.proposals.iter().all(|proposal| proposal.field < look.headers.len()), "{file}");
        let sums = if look.is_summed_up { ", sums" } else { "" };
        let channel = look.channel.map_or("", |channel| channel.as_str());
        let columns = look.columns();
        let columns: Vec<String> =
            columns.iter().map(|(column, header)| format!("{} = {header}", column.name())).collect();
        told += &format!("{file}: {} {channel}{sums}; {}\n", look.layout, columns.join(", "));
    }
    insta::assert_snapshot!("inspected_layouts", told);
}
