//! Every distinct item once: what it is and how many chips one of it has.

use std::collections::BTreeMap;

use chipwatch_records::{Day, Item, ItemAsWritten, ItemId, ShipmentLine, ShipmentLines, WrittenItemId};
use chipwatch_reference::{Model, Scope, model};
use rayon::prelude::*;
use serde::Deserialize;

use crate::error::OverrideError;
use crate::goods::{Classification, ItemText, Reading, read_item};

/// What the user says about items: `overrides/items.csv`.
#[derive(Clone, Default, Debug)]
pub struct ItemOverrides {
    by_part: BTreeMap<String, ItemOverride>,
    by_description: BTreeMap<String, ItemOverride>,
}

#[derive(Clone, Debug)]
struct ItemOverride {
    model: Option<&'static Model>,
    chips_min: u32,
    chips_max: u32,
    reason: String,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    part_number: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    model: String,
    chips_min: Option<u32>,
    chips_max: Option<u32>,
    #[serde(default)]
    reason: String,
}

impl ItemOverrides {
    /// Reads `overrides/items.csv`. Rows whose model and chips are empty say nothing: the file may be a filled-in
    /// `items.csv` of a report.
    ///
    /// # Errors
    /// [`OverrideError`] with the line of a row that cannot be read.
    pub fn read(file: &str, text: &str) -> Result<Self, OverrideError> {
        let mut overrides = Self::default();
        for (line, row) in OverrideError::rows::<Row>(file, text)? {
            let (Some(chips_min), Some(chips_max)) = (row.chips_min, row.chips_max) else {
                continue;
            };
            if row.reason.is_empty() {
                // Rows of a report that nobody touched have no reason: what the program found stays what it found.
                continue;
            }
            if chips_min > chips_max {
                return Err(OverrideError::new(file, line, "chips_min is above chips_max"));
            }
            let known = model(&row.model);
            if known.is_none() && !row.model.is_empty() && chips_max > 0 {
                return Err(OverrideError::new(
                    file,
                    line,
                    &format!("`{}` is no model of the reference table", row.model),
                ));
            }
            let entry = ItemOverride { model: known, chips_min, chips_max, reason: row.reason };
            match (normal(&row.part_number), normal(&row.description)) {
                (part, _) if !part.is_empty() => drop(overrides.by_part.insert(part, entry)),
                (_, text) if !text.is_empty() => drop(overrides.by_description.insert(text, entry)),
                _ => {
                    return Err(OverrideError::new(
                        file,
                        line,
                        "the row has neither part_number nor description",
                    ));
                }
            }
        }
        Ok(overrides)
    }

    fn find(&self, item: &ItemText<'_>) -> Option<&ItemOverride> {
        if self.by_part.is_empty() && self.by_description.is_empty() {
            return None;
        }
        let part = self.by_part.get(&normal(item.part_number));
        part.or_else(|| self.by_description.get(&normal(item.description)))
    }
}

/// Folds case and space. A report writes `'` before a text that a spreadsheet would take for a formula; handed back, the
/// text is what it was.
fn normal(text: &str) -> String {
    let text = text.trim();
    let formula = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    formula.unwrap_or(text).to_uppercase()
}

/// US dollars for one unit of a currency.
#[derive(Clone, Debug)]
pub struct Rates(BTreeMap<String, f64>);

impl Default for Rates {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

impl Rates {
    /// Rates by currency code; the dollar is always there.
    #[must_use]
    pub fn new(rates: &BTreeMap<String, f64>) -> Self {
        let mut all: BTreeMap<String, f64> =
            rates.iter().map(|(code, rate)| (code.to_uppercase(), *rate)).collect();
        all.insert("USD".to_owned(), 1.0);
        Self(all)
    }

    /// The rate of a currency as written; `None` where there is none.
    #[must_use]
    pub fn get(&self, currency: &str) -> Option<f64> {
        self.0.get(currency).or_else(|| self.0.get(&currency.to_uppercase())).copied()
    }
}

/// How a written item is told: its text says it all, or the line's price has a word.
enum Way {
    Settled(ItemId),
    ByPrice(usize),
}

/// The classified items, and how lines find theirs.
pub struct Items {
    /// Classified items.
    pub table: Vec<Item>,
    /// For each item: whether it is one card that could fill a chassis, and whether it is a bare chassis.
    pub shapes: Vec<Shape>,
    ways: Vec<Way>,
    by_price: Vec<PriceBands>,
    rates: Vec<Option<f64>>,
}

/// Which part an item can play in a chassis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// One card or module.
    LooseCard,
    /// A chassis with slots that may be empty.
    BareChassis,
    /// Anything else.
    Other,
}

/// What the texts of the items say, prices apart.
pub struct ItemReadings<'a> {
    texts: Vec<ItemText<'a>>,
    readings: Vec<Reading>,
    overrides: &'a ItemOverrides,
}

impl<'a> ItemReadings<'a> {
    /// Reads the distinct items of the lines.
    #[must_use]
    pub fn of(lines: &'a ShipmentLines, overrides: &'a ItemOverrides) -> Self {
        let text = |item: &ItemAsWritten| ItemText {
            part_number: lines.text(item.part_number),
            description: lines.text(item.description),
            hs_code: lines.text(item.hs_code),
        };
        let texts: Vec<ItemText<'_>> = lines.items.iter().map(text).collect();
        let readings: Vec<Reading> = texts.par_iter().map(read_item).collect();
        Self { texts, readings, overrides }
    }

    /// Classifies the items under a scope.
    #[must_use]
    pub fn classify(&self, lines: &ShipmentLines, rates: &Rates, scope: Scope) -> Items {
        let rates: Vec<Option<f64>> =
            lines.particulars.iter().map(|particulars| rates.get(lines.text(particulars.currency))).collect();
        let mut items =
            Items { table: Vec::new(), shapes: Vec::new(), ways: Vec::new(), by_price: Vec::new(), rates };
        for (index, (text, reading)) in self.texts.iter().zip(&self.readings).enumerate() {
            let Some(written) = WrittenItemId::from_index(index) else { continue };
            if let Some(found) = self.overrides.find(text) {
                items.settle(overridden(written, found, scope), Shape::Other);
            } else if reading.price_matters() {
                items.by_price(written, reading, scope);
            } else {
                let classification = reading.with_price(None);
                items.settle(item_of(written, &classification, scope), shape_of(&classification));
            }
        }
        items
    }
}

/// Classifies the items of the lines under a scope.
#[must_use]
pub fn classify(lines: &ShipmentLines, overrides: &ItemOverrides, rates: &Rates, scope: Scope) -> Items {
    ItemReadings::of(lines, overrides).classify(lines, rates, scope)
}

/// What an item is at each price in US dollars: below, at and between the prices at which that changes.
struct PriceBands {
    breaks: Vec<f64>,
    /// For `n` breaks: below the first, at it, between it and the second, …, above the last.
    items: Vec<ItemId>,
    /// Without a price.
    absent: ItemId,
}

impl PriceBands {
    fn of(&self, dollars: Option<f64>) -> ItemId {
        let Some(dollars) = dollars.filter(|dollars| *dollars > 0.0) else { return self.absent };
        let band = match self.breaks.binary_search_by(|at| at.total_cmp(&dollars)) {
            Ok(at) => at * 2 + 1,
            Err(at) => at * 2,
        };
        self.items.get(band).copied().unwrap_or(self.absent)
    }
}

/// A price inside each band.
fn prices_of_bands(breaks: &[f64]) -> Vec<f64> {
    let mut prices = Vec::with_capacity(breaks.len() * 2 + 1);
    let mut below = 0.0;
    for at in breaks {
        prices.extend([f64::midpoint(below, *at), *at]);
        below = *at;
    }
    prices.push(below * 2.0 + 1.0);
    prices
}

impl Items {
    fn push(&mut self, item: Item, shape: Shape) -> Option<ItemId> {
        let id = ItemId::from_index(self.table.len());
        self.table.push(item);
        self.shapes.push(shape);
        id
    }

    fn settle(&mut self, item: Item, shape: Shape) {
        if let Some(id) = self.push(item, shape) {
            self.ways.push(Way::Settled(id));
        }
    }

    fn by_price(&mut self, written: WrittenItemId, reading: &Reading, scope: Scope) {
        let mut variants: Vec<(Classification, ItemId)> = Vec::new();
        let mut item_at = |items: &mut Self, dollars: Option<f64>| {
            let classification = reading.with_price(dollars);
            if let Some((_, id)) = variants.iter().find(|(known, _)| *known == classification) {
                return Some(*id);
            }
            let id = items.push(item_of(written, &classification, scope), shape_of(&classification))?;
            variants.push((classification, id));
            Some(id)
        };
        let breaks = reading.price_breaks();
        let absent = item_at(self, None);
        let items: Option<Vec<ItemId>> =
            prices_of_bands(&breaks).into_iter().map(|dollars| item_at(self, Some(dollars))).collect();
        if let (Some(items), Some(absent)) = (items, absent) {
            self.ways.push(Way::ByPrice(self.by_price.len()));
            self.by_price.push(PriceBands { breaks, items, absent });
        }
    }

    /// The classified item of a line.
    #[must_use]
    pub fn of(&self, line: &ShipmentLine) -> Option<ItemId> {
        match &self.ways[line.item.index()] {
            Way::Settled(id) => Some(*id),
            Way::ByPrice(index) => {
                let rate = self.rates[line.particulars.index()];
                let dollars = line.price.zip(rate).map(|(price, rate)| price.as_f64() * rate);
                Some(self.by_price[*index].of(dollars))
            }
        }
    }

    /// What a line is worth in US dollars, where its price and rate are known.
    #[must_use]
    pub fn value_usd(&self, line: &ShipmentLine) -> Option<f64> {
        let rate = self.rates[line.particulars.index()]?;
        Some(line.price?.as_f64() * rate * f64::from(line.quantity))
    }
}

fn shape_of(classification: &Classification) -> Shape {
    match (classification.bare_chassis, classification.loose_card) {
        (true, _) => Shape::BareChassis,
        (_, true) => Shape::LooseCard,
        _ => Shape::Other,
    }
}

fn item_of(written: WrittenItemId, classification: &Classification, scope: Scope) -> Item {
    let in_scope = match classification.model {
        Some(model) => scope.contains(model),
        // A chassis names no model, yet its slots may hold chips of the scope.
        None => classification.chips_max > 0,
    };
    Item {
        written,
        model: classification.model.map(|model| model.name),
        kind: classification.kind.as_str(),
        chips_min: classification.chips_min,
        chips_typical: classification.chips_typical,
        chips_max: classification.chips_max,
        basis: classification.basis.as_str(),
        in_scope: in_scope && classification.chips_max > 0,
        unconfirmed: classification.unconfirmed,
        launch: classification.model.and_then(launch),
        why: classification.why.clone(),
    }
}

fn launch(model: &Model) -> Option<Day> {
    Day::parse_iso(&format!("{}-01", model.launch))
}

fn overridden(written: WrittenItemId, entry: &ItemOverride, scope: Scope) -> Item {
    Item {
        written,
        model: entry.model.map(|model| model.name),
        kind: "override",
        chips_min: entry.chips_min,
        chips_typical: None,
        chips_max: entry.chips_max,
        basis: "override",
        in_scope: entry.chips_max > 0 && entry.model.is_none_or(|model| scope.contains(model)),
        unconfirmed: false,
        launch: entry.model.and_then(launch),
        why: format!("The user's register says so: {}", entry.reason),
    }
}

#[cfg(test)]
mod tests;
