//! Layouts: which header of a source is which canonical column, and what its document codes mean.

use std::collections::BTreeMap;

use chipwatch_records::{Column, DocumentStage, DocumentType};
use serde::Deserialize;

use crate::error::IngestError;

const CANONICAL: &str = include_str!("../layouts/canonical.toml");
const ORACLE_EBS: &str = include_str!("../layouts/oracle_ebs.toml");
const SAP_DELIVERY: &str = include_str!("../layouts/sap_delivery.toml");
/// Every layout: its name and its file. A new layout is a new file and a line here.
const FILES: &[(&str, &str)] =
    &[("canonical", CANONICAL), ("oracle_ebs", ORACLE_EBS), ("sap_delivery", SAP_DELIVERY)];

/// A layout as its file gives it.
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
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    reading: Vec<Reading>,
    #[serde(default)]
    document_type: Vec<TypeColumn>,
}

/// One of several ways to read a file, decided by the columns it has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    title: String,
    when_any: Vec<String>,
    stage: String,
    columns: BTreeMap<String, Vec<String>>,
}

/// A column whose codes say what a document does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeColumn {
    column: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
    any: Option<String>,
}

/// Codes of one field of a file.
#[derive(Clone, Debug)]
pub struct TypeCodes {
    /// The field.
    pub field: usize,
    /// Its header.
    pub header: String,
    /// Known codes, upper case.
    pub values: BTreeMap<String, DocumentType>,
    /// What any filled cell means.
    pub any: Option<DocumentType>,
}

/// A layout applied to the header of one file.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The header row.
    pub headers: Vec<String>,
    /// The field of each column that the file has.
    pub fields: BTreeMap<Column, usize>,
    /// Fields that say what a document does, the first word first.
    pub types: Vec<TypeCodes>,
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
        toml::from_str(text)
            .map_err(|error| IngestError::BrokenLayout { name: name.to_owned(), why: error.to_string() })
    }

    /// How many of the headers this layout knows: the measure by which a delimiter is chosen.
    #[must_use]
    pub fn recognised(&self, headers: &[String]) -> usize {
        if self.canonical {
            return headers.iter().filter(|header| Column::from_name(&folded(header)).is_some()).count();
        }
        let known: Vec<&String> = self
            .columns
            .values()
            .chain(self.reading.iter().flat_map(|reading| reading.columns.values()))
            .flatten()
            .collect();
        headers.iter().filter(|header| known.iter().any(|code| matches(header, code))).count()
    }

    /// Applies the layout to a header row; `chosen` are the user's own `columns = { … }`.
    ///
    /// # Errors
    /// In plain words: a column that the user names is absent, or the file's kind is a question.
    pub fn map(&self, headers: &[String], chosen: &BTreeMap<Column, String>) -> Result<Mapping, String> {
        let mut fields = BTreeMap::new();
        if self.canonical {
            for (index, header) in headers.iter().enumerate() {
                if let Some(column) = Column::from_name(&folded(header)) {
                    fields.entry(column).or_insert(index);
                }
            }
        }
        let mut stage = DocumentStage::Delivery;
        let mut groups = vec![&self.columns];
        if !self.reading.is_empty() {
            let reading = self.reading_of(headers, chosen)?;
            stage = DocumentStage::from_name(&reading.stage).ok_or("a layout names an unknown stage")?;
            groups.push(&reading.columns);
        }
        for (name, codes) in groups.into_iter().flatten() {
            let column = Column::from_name(name)
                .ok_or_else(|| format!("the layout names an unknown column {name}"))?;
            if let Some(field) = codes.iter().find_map(|code| position(headers, code)) {
                fields.insert(column, field);
            }
        }
        for (column, header) in chosen {
            let field = headers
                .iter()
                .position(|known| known == header)
                .or_else(|| position(headers, header))
                .ok_or_else(|| format!("no column `{header}` (named for {}) in the header", column.name()))?;
            fields.insert(*column, field);
        }
        Ok(Mapping { headers: headers.to_vec(), fields, types: self.types(headers)?, stage, added: 0 })
    }

    fn reading_of(&self, headers: &[String], chosen: &BTreeMap<Column, String>) -> Result<&Reading, String> {
        let has = |reading: &&Reading| reading.when_any.iter().any(|code| position(headers, code).is_some());
        if let Some(reading) = self.reading.iter().find(has) {
            return Ok(reading);
        }
        if chosen.contains_key(&Column::SoldToId) || chosen.contains_key(&Column::SoldToName) {
            return self.reading.first().ok_or_else(|| "the layout has no reading".to_owned());
        }
        let titles: Vec<&str> = self.reading.iter().map(|reading| reading.title.as_str()).collect();
        Err(format!(
            "the header does not say which kind of file this is: {}. Say it with `columns = {{ sold_to_id = \"KUNNR\" }}` \
             or `columns = {{ ship_to_id = \"KUNNR\", sold_to_name = \"…\" }}`",
            titles.join("; or ")
        ))
    }

    fn types(&self, headers: &[String]) -> Result<Vec<TypeCodes>, String> {
        let parse = |name: &str| {
            DocumentType::from_name(name)
                .ok_or_else(|| format!("the layout names an unknown document type {name}"))
        };
        let mut types = Vec::new();
        for column in &self.document_type {
            let Some(field) = position(headers, &column.column) else {
                continue;
            };
            let mut values = BTreeMap::new();
            for (code, name) in &column.values {
                values.insert(code.to_uppercase(), parse(name)?);
            }
            let any = column.any.as_deref().map(parse).transpose()?;
            types.push(TypeCodes { field, header: headers[field].clone(), values, any });
        }
        Ok(types)
    }
}

impl Mapping {
    /// What a report cannot do without, and this file lacks; in plain words.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        use Column as C;
        let mut missing = Vec::new();
        let has = |column: &C| self.fields.contains_key(column);
        let dated = has(&C::ShipDate) || (self.stage == DocumentStage::Order && has(&C::OrderDate));
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

fn folded(header: &str) -> String {
    header.trim().to_ascii_lowercase()
}

/// Whether a header is a technical name, or ends in `_` and the technical name.
fn matches(header: &str, code: &str) -> bool {
    let header = header.trim();
    if header.eq_ignore_ascii_case(code) {
        return true;
    }
    let split = header.len().checked_sub(code.len() + 1).filter(|at| header.is_char_boundary(*at));
    split.is_some_and(|at| header[at..].starts_with('_') && header[at + 1..].eq_ignore_ascii_case(code))
}

/// The field of a technical name: an exact header before one that only ends in it.
fn position(headers: &[String], code: &str) -> Option<usize> {
    headers
        .iter()
        .position(|header| header.trim().eq_ignore_ascii_case(code))
        .or_else(|| headers.iter().position(|header| matches(header, code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(layout: &str, header: &str) -> Result<Mapping, String> {
        let headers: Vec<String> = header.split(';').map(str::to_owned).collect();
        Layout::named(layout).unwrap().map(&headers, &BTreeMap::new())
    }

    #[test]
    fn every_layout_file_reads_and_names_known_columns_and_types() {
        for name in Layout::names() {
            let layout = Layout::named(name).unwrap();
            assert_eq!(layout.name, name);
            for names in layout.reading.iter().map(|reading| &reading.columns).chain([&layout.columns]) {
                assert!(names.keys().all(|column| Column::from_name(column).is_some()), "{name}");
            }
            let headers: Vec<String> =
                layout.document_type.iter().map(|types| types.column.clone()).collect();
            assert_eq!(layout.types(&headers).unwrap().len(), layout.document_type.len());
        }
        assert!(Layout::named("sap_deliveries").is_err());
    }

    #[test]
    fn in_a_delivery_kunnr_is_the_ship_to_and_kunag_the_sold_to() {
        let mapping = map("sap_delivery", "VBELN;POSNR;LFART;KUNNR;KUNAG;MATNR;LFIMG;WADAT_IST").unwrap();
        assert_eq!(mapping.fields[&Column::ShipToId], 3);
        assert_eq!(mapping.fields[&Column::SoldToId], 4);
        assert_eq!(mapping.stage, DocumentStage::Delivery);
        assert!(mapping.missing().is_empty());
    }

    #[test]
    fn in_an_order_kunnr_is_the_sold_to() {
        let mapping = map("sap_delivery", "VBELN;POSNR;AUART;KUNNR;MATNR;KWMENG;AUDAT").unwrap();
        assert_eq!(mapping.fields[&Column::SoldToId], 3);
        assert!(!mapping.fields.contains_key(&Column::ShipToId));
        assert_eq!(mapping.stage, DocumentStage::Order);
        assert!(mapping.missing().is_empty());
    }

    #[test]
    fn a_file_that_is_neither_is_a_question() {
        let error = map("sap_delivery", "VBELN;POSNR;KUNNR;MATNR;MENGE").unwrap_err();
        assert!(error.contains("KUNNR is the ship-to") && error.contains("KUNNR is the sold-to"), "{error}");
    }

    #[test]
    fn headers_may_end_in_the_technical_name() {
        let mapping = map(
            "sap_delivery",
            "Delivery_VBELN;Item_POSNR;SoldToParty_KUNAG;Material_MATNR;Qty_LFIMG;ActualGoodsMovementDate_WADAT_IST",
        )
        .unwrap();
        assert_eq!(mapping.fields[&Column::ShipDate], 5);
        assert_eq!(mapping.fields[&Column::SoldToId], 2);
        assert!(!matches("XWADAT_IST", "WADAT_IST"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mapping = map("canonical", "ship_date;part_number;sold_to_name").unwrap();
        assert_eq!(mapping.missing(), ["quantity"]);
        assert_eq!(map("canonical", "ship_date;quantity").unwrap().missing().len(), 2);
    }

    #[test]
    fn the_users_own_columns_win_and_must_exist() {
        let headers: Vec<String> = ["WADAT_IST", "Datum", "LFIMG"].map(str::to_owned).to_vec();
        let layout = Layout::named("sap_delivery").unwrap();
        let mapping =
            layout.map(&headers, &BTreeMap::from([(Column::ShipDate, "Datum".to_owned())])).unwrap();
        assert_eq!(mapping.fields[&Column::ShipDate], 1);
        let absent = BTreeMap::from([(Column::ShipDate, "Datm".to_owned())]);
        assert!(layout.map(&headers, &absent).unwrap_err().contains("Datm"));
    }
}
