//! One or more files of each layout.

use super::{Fixture, hold};
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
fn files_of_customs() {
    hold([
        ("aes_eei", Fixture::new("layouts/aes_eei.csv", "aes_eei")),
        ("bill_of_lading", with_points(Fixture::new("layouts/bill_of_lading.csv", "bill_of_lading"))),
        ("customs_full_import", Fixture::new("layouts/customs_full_import.csv", "customs_full")),
        ("customs_full_transit", Fixture::new("layouts/customs_full_transit.csv", "customs_full")),
        ("customs_short", Fixture::new("layouts/customs_short.csv", "customs_short")),
    ]);
}
