//! Layouts: which header of a source is which canonical column, and what its document codes mean.

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_records::{Channel, Column, DocumentStage, DocumentType};
use serde::Deserialize;

use crate::error::IngestError;

mod codes;
mod headers;

pub(crate) use codes::Marked;
use codes::{CodeColumn, NoSaleColumn};
pub use codes::{Codes, NoSale, TypeCodes};
use headers::Names;
pub(crate) use headers::{Folded, Headers};

/// Every layout: its name and its file. A new layout is a new file and a line here.
const FILES: &[(&str, &str)] = &[
    ("aes_eei", include_str!("../layouts/aes_eei.toml")),
    ("bill_of_lading", include_str!("../layouts/bill_of_lading.toml")),
    ("canonical", include_str!("../layouts/canonical.toml")),
    ("customs_full", include_str!("../layouts/customs_full.toml")),
    ("customs_short", include_str!("../layouts/customs_short.toml")),
    ("netsuite", include_str!("../layouts/netsuite.toml")),
    ("oracle_ebs", include_str!("../layouts/oracle_ebs.toml")),
    ("pos_flat", include_str!("../layouts/pos_flat.toml")),
    ("sap_billing", include_str!("../layouts/sap_billing.toml")),
    ("sap_delivery", include_str!("../layouts/sap_delivery.toml")),
    ("sap_orders", include_str!("../layouts/sap_orders.toml")),
    ("x12_867", include_str!("../layouts/x12_867.toml")),
];

/// A layout as its file gives it; CONTRIBUTING.md says what each key means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Name, as pipelines spell it.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// Whether headers are the canonical names themselves.
    #[serde(default)]
    canonical: bool,
    /// Whether its rows are sums and no lines: no run reads it.
    #[serde(default)]
    pub(crate) summed_up: bool,
    /// Whether a quantity is written with its unit in one cell.
    #[serde(default)]
    unit_in_quantity: bool,
    /// Level of the trade that such files are of, for `inspect`: a run goes by what its pipeline says.
    channel: Option<String>,
    /// Names of which a file must have one before `inspect` believes in the layout; none: any file that has what it takes.
    #[serde(default)]
    known_by: Vec<String>,
    /// What stands between the names of a group and of what belongs to it, in names of parties and items.
    hierarchy: Option<String>,
    /// Step of the sale of its rows; default: delivery.
    stage: Option<String>,
    #[serde(default)]
    columns: ColumnNames,
    /// As `columns`; of several columns that a file has, each row's first filled cell stands.
    #[serde(default)]
    first_filled: ColumnNames,
    /// The column of a cancellation that names the document it cancels.
    #[serde(default)]
    cancels: Vec<String>,
    #[serde(default)]
    reading: Vec<Reading>,
    #[serde(default)]
    document_type: Vec<CodeColumn>,
    #[serde(default)]
    document_stage: Vec<CodeColumn>,
    #[serde(default)]
    report_purpose: Vec<CodeColumn>,
    #[serde(default)]
    no_sale: Vec<NoSaleColumn>,
    #[serde(skip)]
    names: Names,
}

/// Names of headers by canonical column.
type ColumnNames = BTreeMap<String, Vec<String>>;

/// One of several ways to read a file, decided by the columns it has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    title: String,
    when_any: Vec<String>,
    stage: String,
    columns: ColumnNames,
}

/// A layout applied to the header of one file.
#[derive(Clone, Default, Debug)]
pub struct Mapping {
    /// The header row.
    pub headers: Vec<String>,
    /// The field of each column that the file has.
    pub fields: BTreeMap<Column, usize>,
    /// Fields that say what a document does, the first word first.
    pub types: Vec<TypeCodes>,
    /// Fields that say what step of a sale a document is.
    pub stages: Vec<Codes<DocumentStage>>,
    /// Fields that say whether a report replaces another (`true`).
    pub purposes: Vec<Codes<bool>>,
    /// Fields whose marks say that a row is no line of a sale.
    pub no_sale: Vec<NoSale>,
    /// Fields with codes, upper case, under which the sign of the quantity says nothing.
    pub unsigned: Vec<(usize, BTreeSet<String>)>,
    /// Fields that fill empty cells of another one, in their order.
    pub fills: Vec<(usize, Vec<usize>)>,
    /// Whether one field is the ship date and the order or invoice date too: it is that of the stage that the row names.
    pub one_date: bool,
    /// Whether a quantity is written with its unit, which then has a place behind the file's own fields.
    pub unit_in_quantity: bool,
    /// What stands between the names of a group and of what belongs to it.
    pub hierarchy: Option<String>,
    /// Whether a cancellation cites a column of its own, and which field that is.
    pub cancels: Option<Option<usize>>,
    /// Stage of the lines that do not say.
    pub stage: DocumentStage,
    /// Columns that look-ups put behind the file's own fields.
    pub added: usize,
}

impl Layout {
    /// Names of all layouts.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        FILES.iter().map(|(name, _)| *name).collect()
    }

    /// The layout of a name.
    ///
    /// # Errors
    /// [`IngestError::UnknownLayout`], or [`IngestError::BrokenLayout`] for a fault of its file.
    pub fn named(name: &str) -> Result<Self, IngestError> {
        let unknown = || IngestError::UnknownLayout { name: name.to_owned(), known: Self::names() };
        let (_, text) = FILES.iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
        let broken = |error: toml::de::Error| IngestError::BrokenLayout {
            name: name.to_owned(),
            why: error.to_string(),
        };
        let mut layout: Self = toml::from_str(text).map_err(broken)?;
        layout.names = Names::new(layout.all_names());
        Ok(layout)
    }

    fn all_names(&self) -> impl Iterator<Item = &String> {
        let readings = self.reading.iter().map(|reading| &reading.columns);
        let columns = [&self.columns, &self.first_filled].into_iter().chain(readings);
        let codes = self.document_type.iter().chain(&self.document_stage).chain(&self.report_purpose);
        let codes = codes.map(|codes| &codes.column).chain(self.no_sale.iter().map(|marks| &marks.column));
        columns.flat_map(BTreeMap::values).flatten().chain(codes.flat_map(|column| column.names()))
    }

    /// Level of the trade that files of this layout are of, where it is always the same.
    #[must_use]
    pub fn channel(&self) -> Option<Channel> {
        self.channel.as_deref().and_then(Channel::from_name)
    }

    /// Whether a file shows by its headers that it is of this layout, and not only a table that it could read.
    pub(crate) fn is_evident(&self, headers: &Headers) -> bool {
        self.known_by.is_empty() || !headers.find_all(&self.known_by).is_empty()
    }

    /// How many of the headers this layout knows: the measure by which a delimiter is chosen.
    #[must_use]
    pub fn recognised(&self, headers: &[String]) -> usize {
        self.recognised_among(&headers.iter().map(Folded::new).collect::<Vec<_>>())
    }

    /// As [`Self::recognised`], of headers that were folded for several layouts.
    pub(crate) fn recognised_among(&self, headers: &[Folded<'_>]) -> usize {
        let is_known = |header: &&Folded<'_>| {
            if self.canonical { canonical_column(header.header).is_some() } else { self.names.has(header) }
        };
        headers.iter().filter(is_known).count()
    }

    /// Applies the layout to a header row; `chosen` are the user's own `columns = { … }`.
    ///
    /// # Errors
    /// In plain words: a column that the user names is absent, or the file's kind is a question.
    pub fn map(&self, headers: &[String], chosen: &BTreeMap<Column, String>) -> Result<Mapping, String> {
        self.map_among(headers, &Headers::new(headers), chosen)
    }

    /// As [`Self::map`], of headers that were made ready for several layouts.
    pub(crate) fn map_among(
        &self,
        names: &[String],
        headers: &Headers,
        chosen: &BTreeMap<Column, String>,
    ) -> Result<Mapping, String> {
        let reading = self.reading_of(headers, chosen)?;
        let stage = reading.map(|reading| &reading.stage).or(self.stage.as_ref());
        let stage = match stage {
            Some(stage) => DocumentStage::from_name(stage).ok_or("a layout names an unknown stage")?,
            None => DocumentStage::Delivery,
        };
        let purpose = |word: &str| match word {
            "original" => Some(false),
            "replace" => Some(true),
            _ => None,
        };
        let mut mapping = Mapping {
            headers: names.to_vec(),
            types: codes::codes(&self.document_type, names, headers, DocumentType::from_name)?,
            stages: codes::codes(&self.document_stage, names, headers, DocumentStage::from_name)?,
            purposes: codes::codes(&self.report_purpose, names, headers, purpose)?,
            no_sale: codes::no_sale(&self.no_sale, headers),
            unsigned: codes::unsigned(&self.document_type, headers),
            cancels: (!self.cancels.is_empty()).then(|| headers.find_all(&self.cancels).first().copied()),
            hierarchy: self.hierarchy.clone(),
            stage,
            ..Mapping::default()
        };
        if self.canonical {
            for (field, header) in names.iter().enumerate() {
                if let Some(column) = canonical_column(header) {
                    mapping.fields.entry(column).or_insert(field);
                }
            }
        }
        self.find_columns(reading, headers, chosen, &mut mapping)?;
        for (column, header) in chosen {
            let field = names
                .iter()
                .position(|known| known == header)
                .or_else(|| headers.find_code(header))
                .ok_or_else(|| format!("no column `{header}` (named for {}) in the header", column.name()))?;
            mapping.fields.insert(*column, field);
        }
        if self.unit_in_quantity && !mapping.fields.contains_key(&Column::UnitOfMeasure) {
            mapping.unit_in_quantity = true;
            mapping.fields.insert(Column::UnitOfMeasure, names.len());
            mapping.added = 1;
        }
        let ship_date = mapping.fields.get(&Column::ShipDate);
        mapping.one_date = !mapping.stages.is_empty()
            && !chosen.contains_key(&Column::ShipDate)
            && ship_date.is_some()
            && [Column::OrderDate, Column::InvoiceDate]
                .iter()
                .any(|date| mapping.fields.get(date) == ship_date);
        Ok(mapping)
    }

    /// The columns that the layout finds. What the user chose needs no other column to fill it.
    fn find_columns(
        &self,
        reading: Option<&Reading>,
        headers: &Headers,
        chosen: &BTreeMap<Column, String>,
        mapping: &mut Mapping,
    ) -> Result<(), String> {
        let column_of = |name: &str| {
            Column::from_name(name).ok_or_else(|| format!("the layout names an unknown column {name}"))
        };
        let groups = [Some(&self.columns), reading.map(|reading| &reading.columns)];
        for (name, names) in groups.into_iter().flatten().flatten() {
            if let Some(field) = names.iter().find_map(|name| headers.find(name)) {
                mapping.fields.insert(column_of(name)?, field);
            }
        }
        for (name, names) in &self.first_filled {
            let column = column_of(name)?;
            let fields = headers.find_all(names);
            let Some((first, others)) = fields.split_first() else { continue };
            mapping.fields.insert(column, *first);
            if !others.is_empty() && !chosen.contains_key(&column) {
                mapping.fills.push((*first, others.to_vec()));
            }
        }
        Ok(())
    }

    fn reading_of(
        &self,
        headers: &Headers,
        chosen: &BTreeMap<Column, String>,
    ) -> Result<Option<&Reading>, String> {
        let has = |reading: &&Reading| reading.when_any.iter().any(|name| headers.find(name).is_some());
        let told = chosen.contains_key(&Column::SoldToId) || chosen.contains_key(&Column::SoldToName);
        if let Some(reading) = self.reading.iter().find(has) {
            return Ok(Some(reading));
        }
        if self.reading.is_empty() || told {
            return Ok(self.reading.first());
        }
        let titles: Vec<&str> = self.reading.iter().map(|reading| reading.title.as_str()).collect();
        Err(format!(
            "the header does not say which kind of file this is: {}. Say it with `columns = {{ sold_to_id = \"KUNNR\" }}` \
             or `columns = {{ ship_to_id = \"KUNNR\", sold_to_name = \"…\" }}`",
            titles.join("; or ")
        ))
    }
}

impl Mapping {
    /// Fields that are read though they are no column: codes, marks, and what fills empty cells.
    #[must_use]
    pub fn side_fields(&self) -> Vec<usize> {
        let mut fields: Vec<usize> = self.types.iter().map(|codes| codes.field).collect();
        fields.extend(self.stages.iter().map(|codes| codes.field));
        fields.extend(self.purposes.iter().map(|codes| codes.field));
        fields.extend(self.no_sale.iter().map(|marks| marks.field));
        fields.extend(self.fills.iter().flat_map(|(_, fields)| fields));
        fields.extend(self.cancels.flatten());
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Columns whose header stands more than once, each as a plain sentence: the first of them is read.
    #[must_use]
    pub fn repeated(&self) -> Vec<String> {
        let is_repeated = |header: &str| {
            self.headers.iter().filter(|other| other.trim().eq_ignore_ascii_case(header.trim())).count() > 1
        };
        let mut repeated = Vec::new();
        for (column, field) in &self.fields {
            if let Some(header) = self.headers.get(*field).filter(|header| is_repeated(header)) {
                let column = column.name();
                repeated
                    .push(format!("the header has `{header}` more than once; the first is read as {column}"));
            }
        }
        repeated
    }

    /// The header of a field, or the name of the column that was put behind the file's own fields.
    pub(crate) fn name_of(&self, field: usize) -> String {
        let added = || self.fields.iter().find(|(_, known)| **known == field);
        let name = self.headers.get(field).cloned();
        name.or_else(|| added().map(|(column, _)| column.name().to_owned())).unwrap_or_default()
    }

    /// What a report cannot do without, and this file lacks; in plain words.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        use Column as C;
        let mut missing = Vec::new();
        let has = |column: &C| self.fields.contains_key(column);
        let dated = has(&C::ShipDate)
            || match self.stage {
                DocumentStage::Order => has(&C::OrderDate),
                DocumentStage::Invoice => has(&C::InvoiceDate),
                DocumentStage::Delivery => false,
            };
        if !dated {
            missing.push(C::ShipDate.name().to_owned());
        }
        if !has(&C::Quantity) {
            missing.push(C::Quantity.name().to_owned());
        }
        if ![C::PartNumber, C::Description].iter().any(has) {
            missing.push(format!("{} or {}", C::PartNumber.name(), C::Description.name()));
        }
        let buyers = [
            C::SoldToName,
            C::ShipToName,
            C::EndUserName,
            C::BillToName,
            C::SoldToId,
            C::ShipToId,
            C::EndUserId,
        ];
        if !buyers.iter().any(has) {
            missing.push(format!(
                "{}, {} or {}",
                C::SoldToName.name(),
                C::ShipToName.name(),
                C::EndUserName.name()
            ));
        }
        missing
    }
}

fn canonical_column(header: &str) -> Option<Column> {
    Column::from_name(&header.trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
