use chipwatch_records::{PartyAsWritten, TextId, Texts};

use super::*;

/// Lines whose parties are (system, number, name, country).
fn lines(parties: &[[&str; 4]]) -> ShipmentLines {
    let texts: BTreeSet<&str> = parties.iter().flatten().copied().filter(|text| !text.is_empty()).collect();
    let texts = Texts::from_sorted(texts);
    let id = |text: &str| texts.find(text).unwrap_or(TextId::EMPTY);
    let parties = parties
        .iter()
        .map(|[system, number, name, country]| PartyAsWritten {
            system: id(system),
            number: id(number),
            name: id(name),
            country: id(country),
            ..PartyAsWritten::default()
        })
        .collect();
    ShipmentLines { texts, parties, ..ShipmentLines::default() }
}

fn entities(parties: &[[&str; 4]]) -> Vec<usize> {
    let resolved = resolve(&lines(parties), &Register::default(), &[]);
    resolved.party_entities.iter().map(|entity| entity.index()).collect()
}

#[test]
fn the_same_number_joins_within_its_system_only() {
    let joined = entities(&[
        ["sap", "12345", "Alpha", "SG"],
        ["sap", "12345", "Alfa", "MY"],
        ["pos", "12345", "Beta", "SG"],
    ]);
    assert_eq!(joined[0], joined[1]);
    assert_ne!(joined[0], joined[2]);
}

#[test]
fn the_same_folded_name_joins_within_its_country_only() {
    let joined = entities(&[
        ["", "", "ABC Technology Ltd", "SG"],
        ["", "", "ABC TECHNOLOGY LIMITED", "Singapore"],
        ["", "", "ABC Technology Limited", "HK"],
    ]);
    assert_eq!(joined[0], joined[1]);
    assert_ne!(joined[0], joined[2]);
}

#[test]
fn a_party_without_a_country_joins_nobody_by_name() {
    let joined = entities(&[["", "", "ABC Technology Ltd", ""], ["", "", "ABC Technology Ltd", "SG"]]);
    assert_ne!(joined[0], joined[1]);
}

#[test]
fn a_number_with_more_than_three_names_is_no_identity_and_is_listed() {
    let cash = [["sap", "9", "Alpha", "SG"], ["sap", "9", "Beta", "SG"], ["sap", "9", "Gamma", "SG"]];
    let few = resolve(&lines(&cash), &Register::default(), &[]);
    assert_eq!(few.entities.len(), 1);
    let mut many = cash.to_vec();
    many.push(["sap", "9", "Delta", "SG"]);
    let many = resolve(&lines(&many), &Register::default(), &[]);
    assert_eq!(many.entities.len(), 4);
    assert_eq!(many.one_time_numbers, [("sap".to_owned(), "9".to_owned(), 4)]);
}

#[test]
fn the_register_joins_names_and_gives_class_and_headquarters() {
    let mut register = Register::default();
    let rows = "name,country,entity,class,headquarters,source\nLBK Horizon Ltd,HK,Lumbrick,distributor,CN,site\nLumbrick Pte Ltd,SG,Lumbrick,,,\n";
    register.add_parties("parties.csv", rows).unwrap();
    let lines = lines(&[["", "", "LBK Horizon Limited", "HK"], ["", "", "Lumbrick Pte. Ltd.", "SG"]]);
    let resolved = resolve(&lines, &register, &[]);
    assert_eq!(resolved.entities.len(), 1);
    let entity = &resolved.entities[0];
    assert_eq!((entity.name.as_str(), entity.class.as_str()), ("Lumbrick", "distributor"));
    assert_eq!(entity.headquarters.map(|code| code.to_string()), Some("CN".to_owned()));
    assert!(
        register
            .add_parties("parties.csv", "name,country\nA,Ruritania\n")
            .unwrap_err()
            .to_string()
            .contains(":2:")
    );
}

#[test]
fn judgements_join_what_nothing_else_would() {
    let mut register = Register::default();
    let text = "name_a,country_a,name_b,country_b,verdict,who,when,why\nAlpha Ltd,SG,Alfa Sdn Bhd,MY,same,me,2026-01-01,one owner\n";
    register.add_judgements("judgements.csv", text).unwrap();
    let resolved =
        resolve(&lines(&[["", "", "Alpha Ltd", "SG"], ["", "", "Alfa Sdn Bhd", "MY"]]), &register, &[]);
    assert_eq!(resolved.entities.len(), 1);
}

#[test]
fn ids_come_from_keys_and_not_from_the_order_of_parties() {
    let (a, b) = (["sap", "7", "Alpha Ltd", "SG"], ["", "", "Beta GmbH", "DE"]);
    let forward = resolve(&lines(&[a, b]), &Register::default(), &[]);
    let backward = resolve(&lines(&[b, a]), &Register::default(), &[]);
    let ids = |parties: &Parties| parties.entities.iter().map(|entity| entity.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&forward), ids(&backward));
    assert!(ids(&forward)[0].starts_with("e-") && ids(&forward)[0].len() == 14);
}

#[test]
fn own_companies_are_known_by_their_folded_names() {
    let resolved = resolve(
        &lines(&[["", "", "MAKER ONE SINGAPORE PTE LTD", "SG"]]),
        &Register::default(),
        &["Maker One Singapore Pte. Ltd.".to_owned()],
    );
    assert!(resolved.entities[0].own);
}
