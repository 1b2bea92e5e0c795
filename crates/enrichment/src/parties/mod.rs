//! Who the parties are: names as written become entities, by certain evidence alone.
//!
//! Parties join by the same customer number in one system, by the same folded name and country, or because the
//! user's register says so. A number with many names is no identity; a party without a country joins nobody by name.

mod register;

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_names::fold;
use chipwatch_records::{CountryCode, Entity, EntityId, PartyId, ShipmentLines};
use chipwatch_reference::country;
use hashbrown::HashMap;

pub use register::{Judgement, Register, RegisterRow, Verdict};

/// A customer number with more distinct names than this is a one-time account.
const MOST_NAMES_OF_A_NUMBER: usize = 3;

/// The entities of a run.
#[derive(Clone, Default, Debug)]
pub struct Parties {
    /// Entities, in the order of their smallest keys.
    pub entities: Vec<Entity>,
    /// Entity of each party as written.
    pub party_entities: Vec<EntityId>,
    /// Country of each party as written.
    pub party_countries: Vec<Option<CountryCode>>,
    /// Customer numbers that are no identity: system, number, how many names.
    pub one_time_numbers: Vec<(String, String, usize)>,
    /// Country texts that nobody knows.
    pub unknown_countries: BTreeSet<String>,
    /// What every line asks of its entities: beside them, a few bytes each, because the entities themselves lie too far
    /// apart in memory to be looked at line by line.
    marks: Vec<Marks>,
}

/// What counting asks of an entity.
#[derive(Clone, Copy, Default, Debug)]
struct Marks {
    own: bool,
    resells: bool,
}

/// Classes whose sales go on to somebody else.
const RESELLERS: [&str; 2] = ["reseller", "distributor"];

impl Parties {
    /// Whether a party is one of the exporter's own companies.
    #[must_use]
    pub fn is_own(&self, party: PartyId) -> bool {
        self.marks[self.party_entities[party.index()].index()].own
    }

    /// Whether the user's register says that an entity sells on what it buys.
    #[must_use]
    pub fn resells(&self, entity: EntityId) -> bool {
        self.marks[entity.index()].resells
    }
}

/// Folded name and country of each party as written.
struct Folded {
    name: String,
    country: Option<CountryCode>,
    raw_country: String,
}

/// Joins the parties of the lines into entities.
#[must_use]
pub fn resolve(lines: &ShipmentLines, register: &Register, own_companies: &[String]) -> Parties {
    let folded: Vec<Folded> = lines.parties.iter().map(|party| folded(lines, party)).collect();
    let one_time = one_time_numbers(lines, &folded);
    let keys: Vec<Vec<(String, &'static str)>> =
        (0..folded.len()).map(|party| keys_of(lines, party, &folded[party], &one_time, register)).collect();
    let mut sets = Sets::new(folded.len());
    let mut holders: HashMap<&str, usize> = HashMap::new();
    for (party, keys) in keys.iter().enumerate() {
        for (key, _) in keys {
            let holder = *holders.entry(key).or_insert(party);
            sets.join(holder, party);
        }
    }
    join_judged(&mut sets, &folded, register);
    let own: BTreeSet<String> = own_companies.iter().map(|name| fold(name).key).collect();
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for party in 0..folded.len() {
        members.entry(sets.root(party)).or_default().push(party);
    }
    let mut built: Vec<(String, Entity)> = members
        .into_values()
        .map(|parties| entity(lines, &folded, &keys, register, &own, &parties))
        .collect();
    built.sort_by(|a, b| a.0.cmp(&b.0));
    let mut result = Parties {
        party_countries: folded.iter().map(|party| party.country).collect(),
        one_time_numbers: one_time
            .into_iter()
            .map(|((system, number), names)| (system, number, names))
            .collect(),
        unknown_countries: folded
            .iter()
            .filter(|party| party.country.is_none() && !party.raw_country.is_empty())
            .map(|party| party.raw_country.clone())
            .collect(),
        ..Parties::default()
    };
    let mut entity_of: Vec<Option<EntityId>> = vec![None; folded.len()];
    for (index, (_, entity)) in built.into_iter().enumerate() {
        for party in &entity.parties {
            entity_of[party.index()] = EntityId::from_index(index);
        }
        let resells = RESELLERS.contains(&entity.class.as_str());
        result.marks.push(Marks { own: entity.own, resells });
        result.entities.push(entity);
    }
    result.party_entities = entity_of.into_iter().flatten().collect();
    result
}

fn folded(lines: &ShipmentLines, party: &chipwatch_records::PartyAsWritten) -> Folded {
    let raw_country = lines.text(party.country).to_owned();
    Folded { name: fold(lines.text(party.name)).key, country: country(&raw_country), raw_country }
}

/// Numbers that stand for many names: cash sales and other one-time accounts.
fn one_time_numbers(lines: &ShipmentLines, folded: &[Folded]) -> BTreeMap<(String, String), usize> {
    let mut names: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (party, folded) in lines.parties.iter().zip(folded) {
        if !party.number.is_empty() && !folded.name.is_empty() {
            names
                .entry((lines.text(party.system), lines.text(party.number)))
                .or_default()
                .insert(&folded.name);
        }
    }
    names
        .into_iter()
        .filter(|(_, names)| names.len() > MOST_NAMES_OF_A_NUMBER)
        .map(|((system, number), names)| ((system.to_owned(), number.to_owned()), names.len()))
        .collect()
}

/// Everything that says who a party is, and in which words. Never empty.
fn keys_of(
    lines: &ShipmentLines,
    party: usize,
    folded: &Folded,
    one_time: &BTreeMap<(String, String), usize>,
    register: &Register,
) -> Vec<(String, &'static str)> {
    let written = &lines.parties[party];
    let mut keys = Vec::new();
    let number = (lines.text(written.system).to_owned(), lines.text(written.number).to_owned());
    if !number.1.is_empty() && !one_time.contains_key(&number) {
        keys.push((
            format!("number\u{1f}{}\u{1f}{}", number.0, number.1),
            "same customer number in one system",
        ));
    }
    if let (Some(country), false) = (folded.country, folded.name.is_empty()) {
        keys.push((format!("name\u{1f}{}\u{1f}{country}", folded.name), "same name and country"));
    }
    if let Some(row) = register.find(&folded.name, folded.country, &number.1)
        && !row.entity.is_empty()
    {
        keys.push((
            format!("register\u{1f}{}", fold(&row.entity).key),
            "named as one entity in the register",
        ));
    }
    if keys.is_empty() {
        let text = [written.name, written.address, written.country, written.number].map(|id| lines.text(id));
        keys.push((format!("written\u{1f}{}", text.join("\u{1f}")), "as written"));
    }
    keys
}

fn join_judged(sets: &mut Sets, folded: &[Folded], register: &Register) {
    for judgement in register.judgements.iter().filter(|judgement| judgement.verdict == Verdict::Same) {
        let find = |name: &str, country: Option<CountryCode>| {
            folded.iter().position(|party| party.name == name && party.country == country)
        };
        if let (Some(a), Some(b)) =
            (find(&judgement.name_a, judgement.country_a), find(&judgement.name_b, judgement.country_b))
        {
            sets.join(a, b);
        }
    }
}

fn entity(
    lines: &ShipmentLines,
    folded: &[Folded],
    keys: &[Vec<(String, &'static str)>],
    register: &Register,
    own: &BTreeSet<String>,
    parties: &[usize],
) -> (String, Entity) {
    let smallest =
        parties.iter().flat_map(|party| &keys[*party]).map(|(key, _)| key).min().cloned().unwrap_or_default();
    let reasons: BTreeSet<&str> =
        parties.iter().flat_map(|party| &keys[*party]).map(|(_, why)| *why).collect();
    let row = parties.iter().find_map(|party| {
        let number = lines.text(lines.parties[*party].number);
        register.find(&folded[*party].name, folded[*party].country, number)
    });
    let mut name = row.map(|row| row.entity.clone()).unwrap_or_default();
    if name.is_empty() {
        name = shown_name(lines, parties);
    }
    let mut countries: BTreeMap<CountryCode, usize> = BTreeMap::new();
    for country in parties.iter().filter_map(|party| folded[*party].country) {
        *countries.entry(country).or_default() += 1;
    }
    let country = countries
        .iter()
        .max_by_key(|(code, count)| (**count, std::cmp::Reverse(**code)))
        .map(|(code, _)| *code);
    let class = row.map(|row| row.class.clone()).unwrap_or_default();
    let class_source = match row {
        Some(row) if !class.is_empty() => format!("the register ({})", row.source),
        _ => String::new(),
    };
    let entity = Entity {
        id: format!("e-{}", &blake3::hash(smallest.as_bytes()).to_hex()[..12]),
        name,
        parties: parties.iter().filter_map(|party| PartyId::from_index(*party)).collect(),
        country,
        headquarters: row.and_then(|row| row.headquarters),
        class,
        class_source,
        parent: row.map(|row| row.parent.clone()).unwrap_or_default(),
        own: parties.iter().any(|party| own.contains(&folded[*party].name)),
        why: if parties.len() == 1 {
            "one party as written".to_owned()
        } else {
            reasons.into_iter().collect::<Vec<_>>().join("; ")
        },
    };
    (smallest, entity)
}

/// The alias that says most: with small letters before capitals alone, then the longest, then the first in order.
fn shown_name(lines: &ShipmentLines, parties: &[usize]) -> String {
    let names: BTreeSet<&str> = parties.iter().map(|party| lines.text(lines.parties[*party].name)).collect();
    let best = names.iter().filter(|name| !name.is_empty()).max_by_key(|name| {
        (name.chars().any(char::is_lowercase), name.chars().count(), std::cmp::Reverse(**name))
    });
    match best {
        Some(name) => (*name).to_owned(),
        None => parties.first().map_or(String::new(), |party| {
            let written = &lines.parties[*party];
            format!("customer {} of {}", lines.text(written.number), lines.text(written.system))
        }),
    }
}

/// Disjoint sets of parties.
struct Sets(Vec<usize>);

impl Sets {
    fn new(length: usize) -> Self {
        Self((0..length).collect())
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.0[member] != member {
            self.0[member] = self.0[self.0[member]];
            member = self.0[member];
        }
        member
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests;
