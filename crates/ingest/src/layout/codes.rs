//! Columns of codes in a layout: what a document does, what step of a sale it is, which rows are no sale at all.

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_records::DocumentType;
use serde::Deserialize;

use super::headers::Headers;
use crate::cells::clean;

/// One name, or several of which a file has one.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }

    fn field(&self, headers: &Headers) -> Option<usize> {
        self.names().iter().find_map(|name| headers.find(name))
    }
}

/// A column whose codes say something about a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeColumn {
    pub(super) column: OneOrMany,
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    /// What any filled cell means.
    pub(super) any: Option<String>,
    /// Codes of documents that are written with the sign of the stock and not of the sale.
    #[serde(default)]
    pub(super) unsigned: BTreeSet<String>,
}

/// A column whose codes mark rows that are no lines of a sale.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoSaleColumn {
    pub(super) column: OneOrMany,
    /// Codes of rows that are set aside: totals, stock, documents that sell nothing.
    #[serde(default)]
    pub(super) aside: BTreeSet<String>,
    /// Codes of rows that are refused, each with the reason.
    #[serde(default)]
    pub(super) refused: BTreeMap<String, String>,
    /// Where `other` stands: the codes of sales and returns.
    #[serde(default)]
    pub(super) sale: BTreeSet<String>,
    /// Why rows of any other code are refused.
    pub(super) other: Option<String>,
    /// Where a file has one of these columns, they say better which rows are no sale, and the codes say nothing.
    #[serde(default)]
    pub(super) unless_any: Vec<String>,
}

/// Codes of one field of a file.
#[derive(Clone, Debug)]
pub struct Codes<T> {
    /// The field.
    pub field: usize,
    /// Its header.
    pub header: String,
    /// Known codes, upper case.
    pub values: BTreeMap<String, T>,
    /// What any filled cell means.
    pub any: Option<T>,
}

/// Codes that say what a document does.
pub type TypeCodes = Codes<DocumentType>;

impl<T: Copy> Codes<T> {
    /// What an upper-case code says.
    pub(crate) fn says(&self, code: &str) -> Option<T> {
        self.values.get(code).copied().or(self.any)
    }
}

/// Marks of one field of a file: which rows are no lines of a sale. Codes are upper case.
#[derive(Clone, Debug)]
pub struct NoSale {
    pub(crate) field: usize,
    aside: BTreeSet<String>,
    refused: BTreeMap<String, String>,
    sale: BTreeSet<String>,
    other: Option<String>,
}

/// What a mark makes of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Marked<'m> {
    /// It is read.
    Sale,
    /// It is counted with the totals.
    Aside,
    /// It is refused, for this reason.
    Refused(&'m str),
}

impl NoSale {
    /// What a cell of the field makes of its row; an empty one says nothing.
    pub(crate) fn of(&self, cell: &str) -> Marked<'_> {
        let code = clean(cell).to_uppercase();
        if code.is_empty() || self.sale.contains(&code) {
            Marked::Sale
        } else if self.aside.contains(&code) {
            Marked::Aside
        } else {
            let reason = self.refused.get(&code).or(self.other.as_ref());
            reason.map_or(Marked::Sale, |reason| Marked::Refused(reason))
        }
    }
}

/// The columns of codes that a file has; `parse` knows what a word of the layout means.
pub(super) fn codes<T: Copy>(
    columns: &[CodeColumn],
    names: &[String],
    headers: &Headers,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Codes<T>>, String> {
    let parse =
        |word: &str| parse(word).ok_or_else(|| format!("the layout says `{word}`, which is no such word"));
    let mut found = Vec::new();
    for column in columns {
        let Some(field) = column.column.field(headers) else { continue };
        let mut values = BTreeMap::new();
        for (code, word) in &column.values {
            values.insert(code.to_uppercase(), parse(word)?);
        }
        let any = column.any.as_deref().map(parse).transpose()?;
        found.push(Codes { field, header: names[field].clone(), values, any });
    }
    Ok(found)
}

/// Fields with codes under which the sign of a quantity says nothing, and those codes.
pub(super) fn unsigned(columns: &[CodeColumn], headers: &Headers) -> Vec<(usize, BTreeSet<String>)> {
    let of_column = |column: &CodeColumn| Some((column.column.field(headers)?, upper(&column.unsigned)));
    columns.iter().filter(|column| !column.unsigned.is_empty()).filter_map(of_column).collect()
}

/// The marks that a file has.
pub(super) fn no_sale(columns: &[NoSaleColumn], headers: &Headers) -> Vec<NoSale> {
    let of_column = |column: &NoSaleColumn| {
        Some(NoSale {
            field: column.column.field(headers)?,
            aside: upper(&column.aside),
            refused: column
                .refused
                .iter()
                .map(|(code, reason)| (code.to_uppercase(), reason.clone()))
                .collect(),
            sale: upper(&column.sale),
            other: column.other.clone(),
        })
    };
    let says = |column: &&NoSaleColumn| headers.find_all(&column.unless_any).is_empty();
    columns.iter().filter(says).filter_map(of_column).collect()
}

fn upper(codes: &BTreeSet<String>) -> BTreeSet<String> {
    codes.iter().map(|code| code.to_uppercase()).collect()
}
