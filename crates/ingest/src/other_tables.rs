//! Tables that are no lists of sales, and how they are known by their headers: stock on hand, and licences.

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_records::{Column, OtherColumn, OtherTable};
use serde::Deserialize;

use crate::captions::Captions;
use crate::header::{Header, find_header};
use crate::proposal::sure_columns;

mod cells;
pub mod read;
mod typed;

const FILE: &str = include_str!("../layouts/other_tables.toml");

/// The dictionary of such tables.
#[derive(Clone, Default, Debug)]
pub(crate) struct OtherCaptions(BTreeMap<OtherTable, Known>);

/// What is known of one table.
#[derive(Clone, Debug)]
struct Known {
    /// Of each group one column must be there.
    needs: Vec<Vec<OtherColumn>>,
    /// Columns of sales that such a table has not.
    unless: BTreeSet<Column>,
    /// Each caption of each column by its words, with its rank, and whether it is a telling one.
    captions: BTreeMap<OtherColumn, BTreeMap<String, (usize, bool)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    needs: Vec<Vec<String>>,
    unless: Vec<String>,
    columns: BTreeMap<String, Lists>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[serde(default)]
    telling: Vec<String>,
    captions: Vec<String>,
}

/// What a header shows to be no list of sales.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recognised {
    /// What it is.
    pub table: OtherTable,
    /// The header by which it is known.
    pub by: String,
    /// The field of each column that it has.
    pub fields: BTreeMap<OtherColumn, usize>,
}

impl OtherCaptions {
    /// Reads the dictionary; `sales` cuts headers into words.
    ///
    /// # Errors
    /// In plain words, for a fault of its file.
    pub(crate) fn read(sales: &Captions) -> Result<Self, String> {
        let file: BTreeMap<String, Entry> = toml::from_str(FILE).map_err(|error| error.to_string())?;
        let mut all = BTreeMap::new();
        for (key, entry) in file {
            let table = OtherTable::ALL.iter().find(|table| table.key() == key);
            let table = *table.ok_or_else(|| format!("no table is named {key}"))?;
            all.insert(table, entry.into_known(table, sales)?);
        }
        Ok(Self(all))
    }

    /// What kind of table a header is of, where it is no list of sales; `chosen` are columns of sales that the user names.
    pub(crate) fn recognise(
        &self,
        sales: &Captions,
        headers: &[String],
        chosen: &BTreeMap<Column, String>,
    ) -> Option<Recognised> {
        self.0.keys().find_map(|table| self.recognise_as(*table, sales, headers, chosen))
    }

    fn recognise_as(
        &self,
        table: OtherTable,
        sales: &Captions,
        headers: &[String],
        chosen: &BTreeMap<Column, String>,
    ) -> Option<Recognised> {
        let known = &self.0[&table];
        let fields = self.fields(table, sales, headers, &BTreeMap::new());
        let has = |group: &Vec<OtherColumn>| group.iter().any(|column| fields.contains_key(column));
        if !known.needs.iter().all(has) || chosen.keys().any(|column| known.unless.contains(column)) {
            return None;
        }
        let tells = |(column, field): (&OtherColumn, &usize)| {
            let (_, is_telling) = known.captions[column].get(&meaning(sales, &headers[*field]))?;
            (*is_telling && known.needs.iter().any(|group| group.contains(column))).then_some(*field)
        };
        let by = fields.iter().find_map(tells)?;
        let own: BTreeSet<usize> = fields.values().copied().collect();
        let is_of_sales = |(field, header): (usize, &String)| {
            !own.contains(&field)
                && sure_columns(sales, header).iter().any(|column| known.unless.contains(column))
        };
        if headers.iter().enumerate().any(is_of_sales) {
            return None;
        }
        Some(Recognised { table, by: headers[by].clone(), fields })
    }

    /// What kind of table stands somewhere near the start of a text, where it is no list of sales; and its header.
    pub(crate) fn recognise_text(
        &self,
        sales: &Captions,
        text: &str,
        is_whole: bool,
        chosen: &BTreeMap<Column, String>,
    ) -> Option<(Header, Recognised)> {
        let known = |names: &[String]| {
            let of_table = |table: &OtherTable| self.fields(*table, sales, names, &BTreeMap::new()).len();
            self.0.keys().map(of_table).max().unwrap_or_default()
        };
        let (header, _) = find_header(text, is_whole, known)?;
        let found = self.recognise(sales, &header.names, chosen)?;
        Some((header, found))
    }

    /// The field of each column of a table: as the user says, else by its best caption.
    pub(crate) fn fields(
        &self,
        table: OtherTable,
        sales: &Captions,
        headers: &[String],
        chosen: &BTreeMap<OtherColumn, String>,
    ) -> BTreeMap<OtherColumn, usize> {
        // A header longer than this is a sentence.
        let words: Vec<String> = headers
            .iter()
            .map(|header| if header.len() < 80 { meaning(sales, header) } else { String::new() })
            .collect();
        let mut fields = BTreeMap::new();
        for (column, captions) in &self.0[&table].captions {
            if let Some(header) = chosen.get(column) {
                let is_it = |other: &String| other.trim().eq_ignore_ascii_case(header.trim());
                fields.extend(headers.iter().position(is_it).map(|field| (*column, field)));
                continue;
            }
            let ranked = words.iter().enumerate().filter_map(|(field, words)| {
                let (rank, _) = captions.get(words)?;
                Some((*rank, field))
            });
            if let Some((_, field)) = ranked.min() {
                fields.insert(*column, field);
            }
        }
        fields
    }
}

impl Entry {
    fn into_known(self, table: OtherTable, sales: &Captions) -> Result<Known, String> {
        let column = |name: &String| {
            let known = table.columns().iter().find(|column| column.name() == name);
            known.copied().ok_or_else(|| format!("{} has no column {name}", table.key()))
        };
        let mut captions = BTreeMap::new();
        for (name, lists) in &self.columns {
            let mut ranked = BTreeMap::new();
            let telling = lists.telling.iter().map(|caption| (caption, true));
            let own = column(name)?.name().to_owned();
            let plain = std::iter::once(&own).chain(&lists.captions).map(|caption| (caption, false));
            for (rank, (caption, is_telling)) in telling.chain(plain).enumerate() {
                ranked.entry(meaning(sales, caption)).or_insert((rank, is_telling));
            }
            captions.insert(column(name)?, ranked);
        }
        let group = |group: &Vec<String>| group.iter().map(column).collect::<Result<Vec<_>, _>>();
        let of_sales =
            |name: &String| Column::from_name(name).ok_or_else(|| format!("no column is named {name}"));
        Ok(Known {
            needs: self.needs.iter().map(group).collect::<Result<_, _>>()?,
            unless: self.unless.iter().map(of_sales).collect::<Result<_, _>>()?,
            captions,
        })
    }
}

/// The words of a header that say something.
fn meaning(sales: &Captions, header: &str) -> String {
    let words = sales.words(header);
    if words.meaning.is_empty() { words.all.join(" ") } else { words.meaning.join(" ") }
}

impl Recognised {
    /// Why a run does not read such a file as sales, and what to do.
    #[must_use]
    pub fn refusal(&self) -> String {
        let Self { table, by, .. } = self;
        let (what, key) = (table.in_words(), table.key());
        format!(
            "it is {what} (column `{by}`) and no list of sales: nobody bought what stands in it. Take this file out of the \
             source and give it under [overrides]: `{key} = \"…\"`; if its rows are sales all the same, take the column \
             `{by}` out of it"
        )
    }
}

#[cfg(test)]
mod tests;
