//! What the user knows about parties: the register (`overrides/parties.csv`) and judgements.

use std::collections::BTreeMap;

use chipwatch_names::{fold, fold_number};
use chipwatch_records::CountryCode;
use chipwatch_reference::country;
use serde::Deserialize;

use crate::error::OverrideError;

/// A row of `overrides/parties.csv`; what is absent is empty.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct RegisterRow {
    /// Folded name.
    pub name: String,
    /// Country.
    pub country: Option<CountryCode>,
    /// Customer number.
    pub number: String,
    /// The entity this party belongs to.
    pub entity: String,
    /// `distributor`, `oem`, `university`, ….
    pub class: String,
    /// Parent company.
    pub parent: String,
    /// Country of the headquarters.
    pub headquarters: Option<CountryCode>,
    /// Where this is from.
    pub source: String,
}

/// Whether two names are one party.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One entity.
    Same,
    /// Two entities.
    Different,
    /// Two entities of one group.
    Group,
}

/// A row of `overrides/judgements.csv`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// Folded name of one party.
    pub name_a: String,
    /// Its country.
    pub country_a: Option<CountryCode>,
    /// Folded name of the other.
    pub name_b: String,
    /// Its country.
    pub country_b: Option<CountryCode>,
    /// What was found.
    pub verdict: Verdict,
}

/// What the user knows about parties.
#[derive(Clone, Default, Debug)]
pub struct Register {
    rows: Vec<RegisterRow>,
    by_name: BTreeMap<(String, Option<CountryCode>), usize>,
    by_number: BTreeMap<String, usize>,
    /// Judged pairs.
    pub judgements: Vec<Judgement>,
}

#[derive(Deserialize)]
struct PartyRow {
    #[serde(default)]
    name: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    party_id: String,
    #[serde(default)]
    entity: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    headquarters: String,
    #[serde(default)]
    source: String,
}

#[derive(Deserialize)]
struct JudgementRow {
    name_a: String,
    country_a: String,
    name_b: String,
    country_b: String,
    verdict: Verdict,
}

impl Register {
    /// Reads the rows of `overrides/parties.csv`.
    ///
    /// # Errors
    /// [`OverrideError`] with the line of a row that cannot be read.
    pub fn add_parties(&mut self, file: &str, text: &str) -> Result<(), OverrideError> {
        for (line, row) in OverrideError::rows::<PartyRow>(file, text)? {
            let (name, number) = (fold(&row.name).key, fold_number(&row.party_id));
            if name.is_empty() && number.is_empty() {
                return Err(OverrideError::new(file, line, "the row has neither name nor party_id"));
            }
            let code = |text: &str, column: &str| match (text.trim(), country(text)) {
                ("", _) => Ok(None),
                (text, None) => {
                    Err(OverrideError::new(file, line, &format!("`{text}` in {column} is no country")))
                }
                (_, code) => Ok(code),
            };
            let (country, headquarters) =
                (code(&row.country, "country")?, code(&row.headquarters, "headquarters")?);
            let index = self.rows.len();
            if !name.is_empty() {
                self.by_name.entry((name.clone(), country)).or_insert(index);
            } else {
                self.by_number.entry(number.clone()).or_insert(index);
            }
            let source = if row.source.is_empty() { file.to_owned() } else { row.source };
            let (entity, class, parent) = (row.entity, row.class, row.parent);
            self.rows.push(RegisterRow {
                name,
                country,
                number,
                entity,
                class,
                parent,
                headquarters,
                source,
            });
        }
        Ok(())
    }

    /// Reads the rows of `overrides/judgements.csv`.
    ///
    /// # Errors
    /// [`OverrideError`] with the line of a row that cannot be read.
    pub fn add_judgements(&mut self, file: &str, text: &str) -> Result<(), OverrideError> {
        for (_, row) in OverrideError::rows::<JudgementRow>(file, text)? {
            self.judgements.push(Judgement {
                name_a: fold(&row.name_a).key,
                country_a: country(&row.country_a),
                name_b: fold(&row.name_b).key,
                country_b: country(&row.country_b),
                verdict: row.verdict,
            });
        }
        Ok(())
    }

    /// The row about a party: by folded name and country, else by number where the row has no name.
    #[must_use]
    pub fn find(&self, name: &str, country: Option<CountryCode>, number: &str) -> Option<&RegisterRow> {
        let by_name = || self.by_name.get(&(name.to_owned(), country));
        let by_number = || {
            if number.is_empty() { None } else { self.by_number.get(number) }
        };
        if self.rows.is_empty() {
            return None;
        }
        by_name().or_else(by_number).map(|index| &self.rows[*index])
    }
}
