//! Who is who: traps 5, 13, 15.

use crate::report::Report;
use crate::world::World;

const H100: &str = "900-21010-0000-000";

/// Sales of 300 to buyers as written: number, name, country.
fn buyers(buyers: &[(&str, &str, &str)]) -> World {
    let mut text = "document_no,line_no,ship_date,sold_to_id,sold_to_name,sold_to_country,sold_to_address,part_number,quantity\n".to_owned();
    for (number, (id, name, country)) in buyers.iter().enumerate() {
        text += &format!(
            "D{number},1,2024-03-01,{id},\"{name}\",{country},\"Equinix SG3, Johor campus\",{H100},300\n"
        );
    }
    World::new().sell_in(&text)
}

fn how_many(as_written: &[(&str, &str, &str)]) -> usize {
    buyers(as_written).report().entities().len()
}

#[test]
fn one_name_in_two_countries_is_two_entities() {
    let report = buyers(&[("", "ABC Technology Ltd", "SG"), ("", "ABC Technology Limited", "HK")]).report();
    assert_eq!(report.entities(), [("ABC Technology Limited", "HK"), ("ABC Technology Ltd", "SG")]);
    assert_eq!(report.chips("ABC Technology Ltd"), (300, 300));
    assert_eq!(report.chips("ABC Technology Limited"), (300, 300));
    assert_eq!(report.schedule_a(), [""; 0]);
}

#[test]
fn hong_kong_macau_taiwan_and_china_are_four_countries() {
    let names = ["CN", "HK", "MO", "TW"].map(|country| ("", "Chip Lab", country));
    let report = buyers(&names).report();
    let countries: Vec<&str> = report.entities().iter().map(|(_, country)| *country).collect();
    assert_eq!(countries, ["CN", "HK", "MO", "TW"]);
    let report = buyers(&[("", "Chip Lab", "Chinese Taipei"), ("", "Chip Lab", "China")]).report();
    let countries: Vec<&str> = report.entities().iter().map(|(_, country)| *country).collect();
    assert_eq!(countries, ["CN", "TW"]);
}

#[test]
fn a_customer_number_is_one_with_zeros_before_it_or_a_point_behind() {
    let forms = ["0000012345", "12345", "12345.0"];
    let written = forms.map(|number| (number, "", "SG"));
    let report = buyers(&written).report();
    assert_eq!(report.entities().len(), 1);
    assert_eq!(report.table("entities")[0]["chips_lo"], "900");
    // The same number under three names, too; under four it is a one-time account.
    let named = [("12345", "Alpha", "SG"), ("0012345", "Beta", "SG"), ("12345.0", "Gamma", "SG")];
    assert_eq!(how_many(&named), 1);
    let four = [named[0], named[1], named[2], ("12345", "Delta", "SG")];
    let report = buyers(&four).report();
    assert_eq!(report.entities().len(), 4);
    assert!(report.notes().contains("12345"), "{}", report.notes());
}

#[test]
fn a_customer_number_is_a_stranger_in_another_system() {
    let text = |document: &str, name: &str| {
        format!(
            "document_no,line_no,ship_date,sold_to_id,sold_to_name,sold_to_country,part_number,quantity\n{document},1,2024-03-01,12345,{name},SG,{H100},300\n"
        )
    };
    let two = |first: &str, second: &str| {
        let keys = |system: &str| format!("layout = \"canonical\"\nsystem = \"{system}\"");
        World::new()
            .source("a", &keys(first), &[("a.csv", &text("D1", "Alpha"))])
            .source("b", &keys(second), &[("b.csv", &text("D2", "Omega"))])
            .report()
            .entities()
            .len()
    };
    assert_eq!((two("sap", "sap"), two("sap", "distributor")), (1, 2));
}

#[test]
fn case_width_punctuation_and_legal_forms_are_one_name() {
    for (first, second) in [
        ("ＨＫ　ＡＢＣ", "HK ABC"),
        ("Alpha Cloud Sdn Bhd", "ALPHA CLOUD SDN. BHD."),
        ("Alpha Cloud Pte Ltd", "Alpha Cloud (Pte.) Ltd."),
        ("Alpha Cloud Ltd", "Alpha Cloud Limited"),
        ("Alpha Cloud Ltd", "Alpha Cloud"),
        ("阿尔法有限公司", "阿尔法"),
        ("Alpha Cloud FZ-LLC", "Alpha Cloud"),
        ("Alpha Cloud L.L.C-FZ", "Alpha Cloud"),
        ("Trémarec SAS", "TREMAREC"),
    ] {
        assert_eq!(how_many(&[("", first, "SG"), ("", second, "SG")]), 1, "{first} / {second}");
    }
    for (first, second) in [("Alpha Cloud", "Alpha Clouds"), ("Alpha Cloud 1", "Alpha Cloud 2")] {
        assert_eq!(how_many(&[("", first, "SG"), ("", second, "SG")]), 2, "{first} / {second}");
    }
}

#[test]
fn names_as_written_are_kept_beside_the_entity() {
    let report = buyers(&[("", "Alpha Cloud Pte Ltd", "SG"), ("", "ALPHA CLOUD PTE. LTD.", "SG")]).report();
    let alpha = report.listed("Alpha Cloud Pte Ltd").unwrap();
    assert!(alpha["aliases"].to_string().contains("ALPHA CLOUD PTE. LTD."), "{}", alpha["aliases"]);
    let rows = report.table("parties");
    assert!(rows.len() == 2 && rows[0]["entity_id"] == rows[1]["entity_id"]);
    assert!(rows.iter().all(|row| row["why"] == "same name and country"), "{rows:?}");
}

#[test]
fn a_party_without_a_country_joins_nobody_by_name() {
    assert_eq!(how_many(&[("", "Alpha", ""), ("", "Alpha", "SG")]), 2);
}

#[test]
fn a_shared_hall_joins_nobody() {
    assert_eq!(
        how_many(&[("", "Tenant One", "SG"), ("", "Tenant Two", "SG"), ("", "Tenant Three", "SG")]),
        3
    );
}

#[test]
fn the_users_judgement_and_register_join_parties() {
    let world = || buyers(&[("", "Alpha Pte Ltd", "SG"), ("", "Omega Sdn Bhd", "MY")]);
    assert_eq!(world().report().entities().len(), 2);
    let judged = world()
        .file(
            "judgements.csv",
            "name_a,country_a,name_b,country_b,verdict,who,when,why\nAlpha,SG,Omega,MY,same,me,2026-01-01,one board\n",
        )
        .with("[overrides]\njudgements = \"judgements.csv\"")
        .report();
    assert_eq!(judged.entities().len(), 1);
    let registered: Report = world()
        .file("parties.csv", "name,country,entity\nAlpha,SG,Alpha Group\nOmega,MY,Alpha Group\n")
        .with("[overrides]\nparties = \"parties.csv\"")
        .report();
    assert_eq!(registered.chips("Alpha Group"), (600, 600));
    assert_eq!(registered.schedule_a(), ["Alpha Group"]);
}

#[test]
fn a_part_number_that_a_spreadsheet_broke_is_read_by_its_description_or_refused() {
    let report = World::new()
        .sell_in(
            "
            ship_date,sold_to_name,sold_to_country,part_number,description,quantity
            2024-03-01,Described,SG,9.00E+11,HGX H100 8-GPU,70
            2024-03-01,Bare,SG,9.00E+11,,70
            ",
        )
        .with("[report]\nmax_reject_ratio = 0.9")
        .report();
    assert_eq!(report.chips("Described"), (560, 560));
    assert_eq!(report.chips("Bare"), (0, 0));
    let [reject] = report.table("rejects") else { panic!("{:?}", report.table("rejects")) };
    assert_eq!((reject["value"].as_str(), reject["column"].as_str()), ("9.00E+11", "part_number"));
    assert!(reject["reason"].contains("spreadsheet"), "{}", reject["reason"]);
}

#[test]
fn a_lookup_names_the_end_customer_of_a_delivery() {
    let report = World::new()
        .sap(&format!(
            "VBELN;POSNR;KUNAG;NAME_AG;LAND_AG;KUNNR;NAME_WE;LAND_WE;MATNR;LFIMG;WADAT_IST
            0080018001;000010;1001;Pellworm;SG;2002;Skyharrow Freight;HK;{H100};1.064,000;01.03.2024
            0080018002;000010;1001;Pellworm;SG;2002;Skyharrow Freight;HK;{H100};2,000;01.03.2024"
        ))
        .file("users.csv", "document_no,end_user_name,end_user_country\n80018001,Skyharrow Freight,HK\n")
        .with("[[lookup]]\nfile = \"users.csv\"\non = [\"document_no\"]\nadds = [\"end_user_name\", \"end_user_country\"]")
        .report();
    assert_eq!(report.measure("Skyharrow Freight", "indirect"), (1_064, 1_064));
    assert_eq!(report.measure("Skyharrow Freight", "received"), (2, 2));
    assert_eq!(report.measure("Pellworm", "direct"), (1_066, 1_066));
}
