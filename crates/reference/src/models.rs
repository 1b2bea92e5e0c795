//! Accelerator models (`models.tsv`; chips.md 3.0 and 3.1, NVIDIA's export table of 2026-07-31, Epoch AI).

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::folding::words;
use crate::kinds::Confidence;
use crate::table::{Row, TableError, rows};

/// File name of the table.
pub const FILE: &str = "models.tsv";
/// The table as embedded.
pub const TEXT: &str = include_str!("../tables/models.tsv");
const COLUMNS: &[&str] = &[
    "name",
    "family",
    "aliases",
    "vendor",
    "launch",
    "tops_by_bits",
    "tpp",
    "die_mm2",
    "performance_density",
    "bandwidth_gbs",
    "form",
    "class",
    "generation",
    "listed_class",
    "consumer",
    "reference_usd_per_chip",
    "packages_per_card",
    "confidence",
    "source",
];

/// A model of accelerator.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// Its name, as reports write it. `H100`, `H800` and `H200` are the SXM parts, also where a text leaves the form open.
    pub name: &'static str,
    /// The family, one for all forms: `H100` for H100 SXM, PCIe and NVL.
    pub family: &'static str,
    /// Other names, as words in capitals.
    pub aliases: Vec<&'static str>,
    /// Its maker.
    pub vendor: &'static str,
    /// The earliest month in which it can have shipped, `YYYY-MM`; empty where unknown.
    pub launch: &'static str,
    /// Dense tera-operations a second by width of the operands in bits.
    pub tops_by_bits: Vec<(u32, f64)>,
    /// Total processing performance: the maker's own figure where it publishes one, else recomputed.
    pub tpp: Option<f64>,
    /// Die area in square millimetres.
    pub die_mm2: Option<f64>,
    /// Performance density, recomputed from operations, width and area.
    pub performance_density: Option<f64>,
    /// Memory bandwidth in gigabytes a second.
    pub bandwidth_gbs: Option<f64>,
    /// `SXM5`, `PCIe`, `NVL`, `OAM`, ….
    pub form: &'static str,
    /// What it is sold for.
    pub class: ModelClass,
    /// `hopper`, `blackwell`, `ampere`, ….
    pub generation: &'static str,
    /// Where the current text lists it, in words: `3A090.a.1`, `not 3A090`, `out (Note 2)`, ….
    pub listed_class: &'static str,
    /// Whether it is a card for players.
    pub consumer: bool,
    /// Observed US$ for one chip inside a board or a server (chips.md 3.4).
    pub reference_usd_per_chip: Option<f64>,
    /// Accelerator packages on one card.
    pub packages_per_card: u32,
    /// How sure the row is.
    pub confidence: Confidence,
    /// Where the row is from.
    pub source: &'static str,
}

/// What a model is sold for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ModelClass {
    /// Sold for data centres, TPP of 1,600 or more.
    DatacentreAccelerator,
    /// A workstation card or desk-side system.
    Workstation,
    /// A card for players.
    Consumer,
    /// Anything else: smaller data-centre cards among them.
    Other,
}

impl ModelClass {
    /// The word the tables and pipelines use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DatacentreAccelerator => "datacentre_accelerator",
            Self::Workstation => "workstation",
            Self::Consumer => "consumer",
            Self::Other => "other",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::DatacentreAccelerator, Self::Workstation, Self::Consumer, Self::Other]
            .into_iter()
            .find(|class| class.as_str() == text)
    }
}

/// Which models are counted (reports.md §8.3, *Scope*).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Scope {
    /// Accelerators sold for data centres, whatever the law said on the day.
    #[default]
    DatacentreAccelerator,
    /// Models that a rule or a letter ever named, cards for players left out.
    ListedEver,
    /// Data-centre accelerators of the Hopper and Blackwell generations.
    HopperBlackwell,
    /// Every model whose figures are those of 3A090, cards for players included.
    All3a090IncludingConsumer,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [
        Self::DatacentreAccelerator,
        Self::ListedEver,
        Self::HopperBlackwell,
        Self::All3a090IncludingConsumer,
    ];

    /// The word pipelines use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DatacentreAccelerator => "datacentre_accelerator",
            Self::ListedEver => "listed_ever",
            Self::HopperBlackwell => "hopper_blackwell",
            Self::All3a090IncludingConsumer => "all_3a090_including_consumer",
        }
    }

    /// Whether a model counts under this scope.
    #[must_use]
    pub fn contains(self, model: &Model) -> bool {
        let datacentre = model.class == ModelClass::DatacentreAccelerator;
        let listed = model.listed_class.starts_with("3A090") || model.listed_class.starts_with("4A090");
        match self {
            Self::DatacentreAccelerator => datacentre,
            Self::ListedEver => !model.consumer && (listed || model.listed_class.starts_with("letter")),
            Self::HopperBlackwell => datacentre && ["hopper", "blackwell"].contains(&model.generation),
            Self::All3a090IncludingConsumer => listed,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no scope.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is no scope: datacentre_accelerator, listed_ever, hopper_blackwell or all_3a090_including_consumer"
)]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

impl Model {
    /// Total processing performance from operations and widths: the largest product (15 CFR 774, 3A090 Note 2).
    #[must_use]
    pub fn recomputed_tpp(&self) -> Option<f64> {
        self.tops_by_bits.iter().map(|(bits, tops)| f64::from(*bits) * tops).max_by(f64::total_cmp)
    }

    /// Performance density from operations, widths and die area.
    #[must_use]
    pub fn recomputed_density(&self) -> Option<f64> {
        Some(self.recomputed_tpp()? / self.die_mm2?)
    }

    /// The model of the same family in another form: `H100` and `PCIE` give `H100 PCIe`.
    #[must_use]
    pub fn in_form(&self, form: &str) -> Option<&'static Self> {
        models().iter().find(|other| {
            other.family == self.family && other.form.split('/').any(|own| own.eq_ignore_ascii_case(form))
        })
    }
}

static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| parse(TEXT).unwrap_or_default());

static BY_NAME: LazyLock<HashMap<String, &'static Model>> = LazyLock::new(|| {
    let names = models().iter().flat_map(|model| names_of(model).map(move |name| (name, model)));
    names.collect()
});

/// Every model, in the order of the table.
#[must_use]
pub fn models() -> &'static [Model] {
    &MODELS
}

/// The model of a name or alias; case and punctuation do not matter.
#[must_use]
pub fn model(name: &str) -> Option<&'static Model> {
    model_in_words(&words(name))
}

/// The model of a name or alias that is written as words in capitals already.
#[must_use]
pub fn model_in_words(name: &str) -> Option<&'static Model> {
    BY_NAME.get(name).copied()
}

fn names_of(model: &Model) -> impl Iterator<Item = String> {
    std::iter::once(words(model.name)).chain(model.aliases.iter().map(|alias| (*alias).to_owned()))
}

pub(crate) fn parse(text: &'static str) -> Result<Vec<Model>, TableError> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut models = Vec::new();
    for row in rows(FILE, text, COLUMNS)? {
        let model = parse_row(&row)?;
        for name in names_of(&model) {
            if taken.insert(name.clone(), row.line).is_some() {
                return Err(row.repeated(&name));
            }
        }
        models.push(model);
    }
    Ok(models)
}

fn parse_row(row: &Row) -> Result<Model, TableError> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    let aliases = row.list("aliases");
    if aliases.iter().any(|alias| words(alias) != *alias) {
        return Err(row.wrong("aliases"));
    }
    Ok(Model {
        name: row.filled("name")?,
        family: row.filled("family")?,
        aliases,
        vendor: row.filled("vendor")?,
        launch: row.read("launch", month)?,
        tops_by_bits: row.optional("tops_by_bits", tops_by_bits)?.unwrap_or_default(),
        tpp: row.optional("tpp", number)?,
        die_mm2: row.optional("die_mm2", number)?,
        performance_density: row.optional("performance_density", number)?,
        bandwidth_gbs: row.optional("bandwidth_gbs", number)?,
        form: row.filled("form")?,
        class: row.read("class", ModelClass::parse)?,
        generation: row.filled("generation")?,
        listed_class: row.filled("listed_class")?,
        consumer: row.read("consumer", |text| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })?,
        reference_usd_per_chip: row.optional("reference_usd_per_chip", number)?,
        packages_per_card: row
            .read("packages_per_card", |text| text.parse().ok().filter(|count| *count > 0))?,
        confidence: row.read("confidence", Confidence::parse)?,
        source: row.filled("source")?,
    })
}

fn month(text: &'static str) -> Option<&'static str> {
    if text.is_empty() {
        return Some(text);
    }
    let (year, month) = text.split_once('-')?;
    let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
    (text.len() == 7 && year >= 2000 && (1..=12).contains(&month)).then_some(text)
}

fn tops_by_bits(text: &'static str) -> Option<Vec<(u32, f64)>> {
    let figure = |part: &str| {
        let (bits, tops) = part.split_once("b:")?;
        Some((bits.parse().ok()?, tops.parse().ok()?))
    };
    text.split(';').map(figure).collect()
}
