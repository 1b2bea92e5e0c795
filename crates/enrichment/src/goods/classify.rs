//! From what a text says, and a price, to what an item is.

use chipwatch_reference::{Confidence, Model, Part, models};

use super::judged::{Basis, Classification, ItemKind};
use super::reading::{Holder, NamedModel, NamedSystem, Reading, VetoWord};

/// From this unit price in US dollars a veto word no longer overrules a chip (chips.md 3.3).
const VETO_BELOW: f64 = 2_000.0;
/// From this unit price in US dollars a short name such as `A10` is a chip (chips.md 3.3).
const SHORT_FROM: f64 = 1_000.0;
/// Counts that a price may be rounded to, and how far off it may be (chips.md 3.4).
const INFERRED: [u32; 5] = [1, 2, 4, 8, 72];
const TOLERANCE: f64 = 0.25;

impl Reading {
    /// Whether a unit price in US dollars could change the classification.
    #[must_use]
    pub fn price_matters(&self) -> bool {
        if self.part.is_some() || self.system.is_some_and(|system| system.catalogued) {
            return false;
        }
        let short = self.model.is_some_and(|model| model.needs_price) && self.system.is_none();
        let inferable = self.waits_for_price() && self.model.and_then(reference_price).is_some();
        short || inferable || self.veto.is_some_and(|veto| self.veto_depends_on_price(&veto))
    }

    /// The unit prices in US dollars at which the classification may change, rising. Between two neighbours, below the
    /// first and above the last it is the same at every price.
    #[must_use]
    pub fn price_breaks(&self) -> Vec<f64> {
        let mut breaks = vec![SHORT_FROM, VETO_BELOW];
        if let Some(each) = self.model.and_then(reference_price) {
            let edges =
                |count: u32| [1.0 - TOLERANCE, 1.0 + TOLERANCE].map(|edge| each * f64::from(count) * edge);
            breaks.extend(INFERRED.into_iter().flat_map(edges));
        }
        breaks.sort_by(f64::total_cmp);
        breaks.dedup();
        breaks
    }

    fn veto_depends_on_price(&self, veto: &VetoWord) -> bool {
        let chip = self.system.is_some() || self.model.is_some();
        if chip { veto.leads || veto.overrules } else { ItemKind::from(veto.kind) == ItemKind::Accessory }
    }

    /// What the item is at a unit price in US dollars; a price of nought or less is none.
    #[must_use]
    pub fn with_price(&self, unit_price_usd: Option<f64>) -> Classification {
        let price = unit_price_usd.filter(|price| price.is_finite() && *price > 0.0);
        if let Some(part) = self.part {
            return self.by_part(part);
        }
        let cheap = price.is_none_or(|price| price < VETO_BELOW);
        let Some(chip) = self.chip(price) else {
            return self.without_chip(price);
        };
        if self.system.is_some_and(|system| system.catalogued) {
            return chip;
        }
        match self.veto {
            Some(veto) if cheap && veto.leads => vetoed(&veto, &chip),
            Some(veto) if cheap && veto.overrules && !(price.is_none() && veto.comes_with) => {
                vetoed(&veto, &chip)
            }
            Some(veto) if veto.leads => Classification {
                chips_min: 0,
                chips_typical: None,
                loose_card: false,
                why: format!("{} It may be a `{}` for it: the price does not tell.", chip.why, veto.word),
                ..chip
            },
            _ => chip,
        }
    }

    /// What the text names at this price, veto words apart.
    fn chip(&self, price: Option<f64>) -> Option<Classification> {
        if let Some(system) = self.system {
            return Some(self.by_system(system));
        }
        let named = self.model?;
        if named.needs_price && price.is_none_or(|price| price < SHORT_FROM) {
            return None;
        }
        Some(match self.holder {
            Some(holder) if self.waits_for_price() => by_holder(named, holder, price),
            _ => self.by_model(named),
        })
    }

    /// A board, server or rack of a known model whose count is not said.
    fn waits_for_price(&self) -> bool {
        self.system.is_none() && self.holder.is_some() && self.model.is_some() && self.count.is_none()
    }

    fn by_part(&self, part: &'static Part) -> Classification {
        let named = self.model.filter(|named| !named.needs_price && !named.guessed);
        let model = part.model.or_else(|| named.filter(|_| part.chips_max > 0).map(|named| named.model));
        let (min, max) = (part.chips_min, part.chips_max);
        let said = self.count.or_else(|| self.system.and_then(|system| exact(&system))).or_else(|| {
            // One module of a family that is sold as boards too.
            (self.socketed && self.holder.is_none() && named.is_some()).then_some(1)
        });
        let said = said.filter(|count| min < max && (min..=max).contains(count));
        let (chips_min, chips_max) = said.map_or((min, max), |count| (count, count));
        let mut why =
            format!("The part number is catalogued as {}", subject(model, ItemKind::from(part.kind)));
        let other = named.filter(|named| part.model.is_some_and(|model| model.family != named.model.family));
        if let Some(other) = other {
            why.push_str("; the description names ");
            why.push_str(other.model.name);
            why.push_str(", the part number wins");
        }
        why.push_str(&format!(": {} a unit.", chips(chips_min, chips_max)));
        let kind = ItemKind::from(part.kind);
        Classification {
            kind,
            model,
            chips_min,
            chips_max,
            chips_typical: None,
            basis: Basis::PartNumber,
            unconfirmed: part.confidence == Confidence::Unconfirmed || model.is_some_and(is_unconfirmed),
            loose_card: kind == ItemKind::Accelerator && chips_max == 1 && model.is_none_or(fits_a_slot),
            bare_chassis: kind == ItemKind::System && chips_min == 0 && chips_max > 0,
            why,
        }
    }

    fn by_system(&self, named: NamedSystem) -> Classification {
        let system = named.row;
        let range = system.chips_min..=system.chips_max;
        let said = self.count.filter(|count| system.chips_min < system.chips_max && range.contains(count));
        let (chips_min, chips_max) =
            said.map_or((system.chips_min, system.chips_max), |count| (count, count));
        let mentioned = self.model.filter(|model| !model.needs_price).map(|named| {
            // A board that is always full holds the socketed part, whatever slots the text speaks of.
            let always_full = system.chips_min == system.chips_max;
            Some(named.model.family).filter(|_| always_full).and_then(models::model).unwrap_or(named.model)
        });
        let model = system.model.or(mentioned);
        let kind = ItemKind::from(system.kind);
        let from = if said.is_some() { ", by the description" } else { "" };
        Classification {
            kind,
            model,
            chips_min,
            chips_max,
            chips_typical: system.chips_typical.filter(|_| said.is_none()),
            basis: Basis::System,
            unconfirmed: system.confidence == Confidence::Unconfirmed || model.is_some_and(is_unconfirmed),
            loose_card: false,
            bare_chassis: kind == ItemKind::System && chips_min == 0 && chips_max > 0,
            why: format!("It is named as {}: {} a unit{from}.", system.name, chips(chips_min, chips_max)),
        }
    }

    /// One model, with or without a count.
    fn by_model(&self, named: NamedModel) -> Classification {
        let model = named.model;
        let cards = self.count.filter(|count| *count > 0).unwrap_or(1);
        let most = cards * model.packages_per_card;
        // A superchip of the Blackwell generation carries two; a text that gives no count may mean either.
        let twin = model.form == "superchip" && model.name != "GH200" && self.count.is_none();
        let (chips_min, chips_max) = if twin { (1, 2) } else { (most, most) };
        let kind = match self.holder {
            _ if cards == 1 => ItemKind::Accelerator,
            Some(Holder::Server | Holder::Rack) => ItemKind::System,
            _ => ItemKind::Board,
        };
        let mut why = if named.guessed {
            format!("Form and memory are those of {}, which the text does not name", model.name)
        } else {
            format!("The description names {}", model.name)
        };
        if let Some(other) = named.other {
            why.push_str(&format!(" and {}", other.name));
        }
        why.push_str(&format!(": {} a unit.", chips(chips_min, chips_max)));
        Classification {
            kind,
            model: Some(model),
            chips_min,
            chips_max,
            chips_typical: None,
            basis: Basis::Description,
            unconfirmed: named.guessed || is_unconfirmed(model),
            loose_card: kind == ItemKind::Accelerator
                && chips_max == 1
                && !self.socketed
                && model.in_form("PCIE").is_some(),
            bare_chassis: false,
            why,
        }
    }

    fn without_chip(&self, price: Option<f64>) -> Classification {
        let none = Classification {
            kind: ItemKind::Unknown,
            model: None,
            chips_min: 0,
            chips_max: 0,
            chips_typical: None,
            basis: Basis::NotRecognised,
            unconfirmed: false,
            why: "Neither the part number nor the description is recognised.".to_owned(),
            loose_card: false,
            bare_chassis: false,
        };
        if let Some(veto) = self.veto {
            return match price.filter(|price| *price >= VETO_BELOW) {
                Some(_) if ItemKind::from(veto.kind) == ItemKind::Accessory => Classification {
                    why: format!(
                        "The description says `{}`, at {} a unit or more.",
                        veto.word,
                        dollars(VETO_BELOW)
                    ),
                    ..none
                },
                _ => vetoed(&veto, &none),
            };
        }
        match self.model {
            Some(named) => Classification {
                why: format!("`{}` alone, cheap or without a price, is no sign of a chip.", named.model.name),
                ..none
            },
            None => none,
        }
    }
}

/// A board, server or rack without a count: the price tells it, or it stays open.
fn by_holder(named: NamedModel, holder: Holder, price: Option<f64>) -> Classification {
    let model = named.model;
    let kind = if holder == Holder::Board { ItemKind::Board } else { ItemKind::System };
    let most = if holder == Holder::Rack && model.form == "superchip" { 72 } else { 8 };
    let what = match holder {
        Holder::Board => "a board or module",
        Holder::Server => "a server",
        Holder::Rack => "a rack",
    };
    let inferred =
        price.zip(reference_price(named)).and_then(|(price, each)| Some((infer(price / each)?, each)));
    let (chips_max, basis, why) = match (inferred, price) {
        (Some((count, each)), _) => {
            let why = format!(
                "{what} of {} without a count: a unit costs about what {count} at {} each do.",
                model.name,
                dollars(each)
            );
            (count, Basis::PriceInferred, why)
        }
        (None, Some(_)) => {
            let why = format!(
                "{what} of {} without a count, and its price does not tell it: 1 to {most} chips.",
                model.name
            );
            (most, Basis::Description, why)
        }
        (None, None) => {
            let why = format!("{what} of {} without a count or a price: 1 to {most} chips.", model.name);
            (most, Basis::Description, why)
        }
    };
    Classification {
        kind,
        model: Some(model),
        chips_min: 1,
        chips_max,
        chips_typical: None,
        basis,
        unconfirmed: named.guessed || is_unconfirmed(model),
        why: capitalised(&why),
        loose_card: false,
        bare_chassis: false,
    }
}

fn vetoed(veto: &VetoWord, chip: &Classification) -> Classification {
    let of = chip.model.map_or_else(String::new, |model| format!(" beside {}", model.name));
    Classification {
        kind: ItemKind::from(veto.kind),
        model: None,
        chips_min: 0,
        chips_max: 0,
        chips_typical: None,
        basis: Basis::Veto,
        unconfirmed: veto.unconfirmed,
        why: format!("The description says `{}`{of}: no counted chip.", veto.word),
        loose_card: false,
        bare_chassis: false,
    }
}

/// The count whose chips cost what a unit costs, within the tolerance.
fn infer(ratio: f64) -> Option<u32> {
    INFERRED.into_iter().find(|count| (ratio / f64::from(*count) - 1.0).abs() <= TOLERANCE)
}

/// The observed price of one chip: the model's own or its family's.
fn reference_price(named: NamedModel) -> Option<f64> {
    let family = |model: &&Model| model.family == named.model.family;
    named
        .model
        .reference_usd_per_chip
        .or_else(|| models().iter().filter(family).find_map(|model| model.reference_usd_per_chip))
}

fn exact(named: &NamedSystem) -> Option<u32> {
    Some(named.row.chips_max).filter(|max| *max == named.row.chips_min)
}

fn is_unconfirmed(model: &Model) -> bool {
    model.confidence == Confidence::Unconfirmed
}

fn fits_a_slot(model: &Model) -> bool {
    model.form.contains("PCIe") || model.form == "NVL"
}

fn subject(model: Option<&Model>, kind: ItemKind) -> String {
    model.map_or_else(|| kind.as_str().to_owned(), |model| model.name.to_owned())
}

fn chips(min: u32, max: u32) -> String {
    match (min, max) {
        (0, 0) => "no chip".to_owned(),
        (1, 1) => "1 chip".to_owned(),
        (min, max) if min == max => format!("{max} chips"),
        (min, max) => format!("{min} to {max} chips"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whole dollars with commas.
fn dollars(amount: f64) -> String {
    let digits = format!("{amount:.0}");
    let mut text = String::from("US$");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
