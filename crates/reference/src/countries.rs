//! Countries of ISO 3166-1 and the spellings trade data has for them (`countries.tsv`; sources in the table).

use std::collections::HashMap;
use std::sync::LazyLock;

use chipwatch_records::CountryCode;

use crate::folding::folded;
use crate::kinds::Confidence;
use crate::table::{TableError, rows};

/// File name of the table.
pub const FILE: &str = "countries.tsv";
/// The table as embedded.
pub const TEXT: &str = include_str!("../tables/countries.tsv");
const COLUMNS: &[&str] = &["alpha2", "alpha3", "name", "aliases", "confidence", "source"];

/// A country or territory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2 code.
    pub code: CountryCode,
    /// ISO 3166-1 alpha-3 code.
    pub alpha3: &'static str,
    /// English short name.
    pub name: &'static str,
    /// Other spellings.
    pub aliases: Vec<&'static str>,
    /// How sure the row is.
    pub confidence: Confidence,
    /// Where the row is from.
    pub source: &'static str,
}

#[derive(Default)]
struct Countries {
    all: Vec<Country>,
    by_name: HashMap<String, CountryCode>,
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| parse_all(TEXT).unwrap_or_default());

/// Every country, by alpha-2 code.
#[must_use]
pub fn countries() -> &'static [Country] {
    &COUNTRIES.all
}

/// The country that a text names: alpha-2, alpha-3, name or alias; case, accents and punctuation do not matter.
/// Taiwan under any of its names is `TW`, never `CN`.
#[must_use]
pub fn country(text: &str) -> Option<CountryCode> {
    COUNTRIES.by_name.get(&folded(text)).copied()
}

/// The English short name of a code.
#[must_use]
pub fn country_name(code: CountryCode) -> Option<&'static str> {
    let all = countries();
    all.binary_search_by(|country| country.code.cmp(&code)).ok().map(|index| all[index].name)
}

pub(crate) fn parse(text: &'static str) -> Result<Vec<Country>, TableError> {
    parse_all(text).map(|countries| countries.all)
}

fn parse_all(text: &'static str) -> Result<Countries, TableError> {
    let mut countries = Countries::default();
    for row in rows(FILE, text, COLUMNS)? {
        let country = Country {
            code: row.read("alpha2", CountryCode::from_letters)?,
            alpha3: row.read("alpha3", |text| (text.len() == 3).then_some(text))?,
            name: row.filled("name")?,
            aliases: row.list("aliases"),
            confidence: row.read("confidence", Confidence::parse)?,
            source: row.filled("source")?,
        };
        if countries.all.last().is_some_and(|last| last.code >= country.code) {
            return Err(row.repeated(country.code.as_str()));
        }
        let spellings = [country.code.as_str(), country.alpha3, country.name];
        for spelling in spellings.iter().chain(&country.aliases) {
            let before = countries.by_name.insert(folded(spelling), country.code);
            if before.is_some_and(|code| code != country.code) {
                return Err(row.repeated(spelling));
            }
        }
        countries.all.push(country);
    }
    Ok(countries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_trade_data() {
        for (text, code) in [
            (" sg ", "SG"),
            ("SGP", "SG"),
            ("Singapur", "SG"),
            ("Hong Kong SAR", "HK"),
            ("China, Hong Kong SAR", "HK"),
            ("Korea, Republic of", "KR"),
            ("KOREA", "KR"),
            ("Chinese Taipei", "TW"),
            ("Taiwan, Province of China", "TW"),
            ("Taiwan, China", "TW"),
            ("U.A.E.", "AE"),
            ("Viet Nam", "VN"),
            ("Vietnam", "VN"),
            ("PRC", "CN"),
            ("P.R. China", "CN"),
            ("China", "CN"),
            ("Macau", "MO"),
            ("Deutschland", "DE"),
            ("Türkei", "TR"),
            ("Turkiye", "TR"),
            ("TURKEY", "TR"),
            ("UK", "GB"),
            ("The Netherlands", "NL"),
            ("Côte d’Ivoire", "CI"),
            ("COTE D'IVOIRE", "CI"),
            ("Ｓｉｎｇａｐｏｒｅ", "SG"),
            ("中国", "CN"),
            ("台灣", "TW"),
            ("香港", "HK"),
            ("대한민국", "KR"),
            ("United States of America", "US"),
            ("Russian Federation", "RU"),
            ("Österreich", "AT"),
            ("Korea (South)", "KR"),
        ] {
            assert_eq!(country(text).map(|code| code.to_string()).as_deref(), Some(code), "{text}");
        }
        for text in ["", "-", "Atlantis", "Republic of China", "EU", "ZZ", "C"] {
            assert_eq!(country(text), None, "{text}");
        }
    }

    #[test]
    fn the_table_is_complete() {
        assert_eq!(countries().len(), 250, "249 codes of ISO 3166-1 and XK");
        let code = country("TW").unwrap();
        assert_eq!(country_name(code), Some("Taiwan"));
    }
}
