//! Every distinct item once: what it is and how many chips one of it has.

use std::collections::BTreeMap;

use chipwatch_records::{
    Day, Item, ItemAsWritten, ItemId, ShipmentLine, ShipmentLines, UnitPrice, WrittenItemId,
};
use chipwatch_reference::{Model, Scope, model};
use hashbrown::HashMap;
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

fn normal(text: &str) -> String {
    text.trim().to_uppercase()
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
    by_price: Vec<HashMap<Option<UnitPrice>, HashMap<u64, ItemId>>>,
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
    /// Whether a line's price has a word in what the item is.
    matters: Vec<bool>,
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
        let matter = |(text, reading): (&ItemText<'_>, &Reading)| {
            overrides.find(text).is_none() && reading.price_matters()
        };
        let matters = texts.iter().zip(&readings).map(matter).collect();
        Self { texts, readings, matters, overrides }
    }

    /// Whether [`ItemReadings::classify`] must see the lines for their prices.
    #[must_use]
    pub fn need_lines(&self) -> bool {
        self.matters.contains(&true)
    }

    /// Classifies the items under a scope; `partitions` may be empty where no line is needed.
    #[must_use]
    pub fn classify(
        &self,
        lines: &ShipmentLines,
        partitions: &[Vec<ShipmentLine>],
        rates: &Rates,
        scope: Scope,
    ) -> Items {
        let rates: Vec<Option<f64>> =
            lines.particulars.iter().map(|particulars| rates.get(lines.text(particulars.currency))).collect();
        let mut items =
            Items { table: Vec::new(), shapes: Vec::new(), ways: Vec::new(), by_price: Vec::new(), rates };
        let mut prices = prices_that_matter(partitions, &self.matters, &items.rates);
        for (index, (text, reading)) in self.texts.iter().zip(&self.readings).enumerate() {
            let Some(written) = WrittenItemId::from_index(index) else { continue };
            if let Some(found) = self.overrides.find(text) {
                items.settle(overridden(written, found, scope), Shape::Other);
            } else if self.matters[index] {
                items.by_price(written, reading, prices.remove(&index).unwrap_or_default(), scope);
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
pub fn classify(
    lines: &ShipmentLines,
    partitions: &[Vec<ShipmentLine>],
    overrides: &ItemOverrides,
    rates: &Rates,
    scope: Scope,
) -> Items {
    ItemReadings::of(lines, overrides).classify(lines, partitions, rates, scope)
}

/// A price in its currency, and the dollars for a unit of that.
type Priced = (Option<UnitPrice>, Option<f64>);
/// The distinct prices of items, by their place.
type PricesByItem = BTreeMap<usize, Vec<Priced>>;

/// The distinct prices of each item that needs one: sorted, so that ids do not depend on the order of lines.
fn prices_that_matter(
    partitions: &[Vec<ShipmentLine>],
    matters: &[bool],
    rates: &[Option<f64>],
) -> PricesByItem {
    let mut all: PricesByItem = BTreeMap::new();
    if !matters.contains(&true) {
        return all;
    }
    let seen: Vec<Vec<(usize, Priced)>> = partitions
        .par_iter()
        .map(|lines| {
            let needed = lines.iter().filter(|line| matters[line.item.index()]);
            let mut seen: Vec<(usize, Priced)> = needed
                .map(|line| (line.item.index(), (line.price, rates[line.particulars.index()])))
                .collect();
            seen.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| order(&a.1, &b.1)));
            seen.dedup();
            seen
        })
        .collect();
    for (item, priced) in seen.into_iter().flatten() {
        all.entry(item).or_default().push(priced);
    }
    for prices in all.values_mut() {
        prices.sort_by(order);
        prices.dedup();
    }
    all
}

fn order(a: &Priced, b: &Priced) -> std::cmp::Ordering {
    a.0.cmp(&b.0).then_with(|| a.1.unwrap_or(-1.0).total_cmp(&b.1.unwrap_or(-1.0)))
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

    fn by_price(&mut self, written: WrittenItemId, reading: &Reading, prices: Vec<Priced>, scope: Scope) {
        let mut variants: Vec<(Classification, Option<ItemId>)> = Vec::new();
        let mut found: HashMap<Option<UnitPrice>, HashMap<u64, ItemId>> = HashMap::new();
        for (price, rate) in prices {
            let dollars = price.zip(rate).map(|(price, rate)| price.as_f64() * rate);
            let classification = reading.with_price(dollars);
            let known = variants.iter().find(|(other, _)| same(other, &classification)).map(|(_, id)| *id);
            let id = known.unwrap_or_else(|| {
                let id = self.push(item_of(written, &classification, scope), shape_of(&classification));
                variants.push((classification, id));
                id
            });
            if let Some(id) = id {
                found.entry(price).or_default().insert(rate.unwrap_or(-1.0).to_bits(), id);
            }
        }
        if variants.is_empty() {
            // An item of the dictionaries whose every row was refused: it is listed, no line asks for it.
            let classification = reading.with_price(None);
            self.push(item_of(written, &classification, scope), shape_of(&classification));
        }
        self.ways.push(Way::ByPrice(self.by_price.len()));
        self.by_price.push(found);
    }

    /// The classified item of a line.
    #[must_use]
    pub fn of(&self, line: &ShipmentLine) -> Option<ItemId> {
        match &self.ways[line.item.index()] {
            Way::Settled(id) => Some(*id),
            Way::ByPrice(index) => {
                let rate = self.rates[line.particulars.index()].unwrap_or(-1.0).to_bits();
                self.by_price[*index].get(&line.price)?.get(&rate).copied()
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

/// Whether two prices lead to one item; the words may differ.
fn same(a: &Classification, b: &Classification) -> bool {
    (a.kind, a.chips_min, a.chips_max, a.chips_typical, a.basis)
        == (b.kind, b.chips_min, b.chips_max, b.chips_typical, b.basis)
        && a.model.map(|model| model.name) == b.model.map(|model| model.name)
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
