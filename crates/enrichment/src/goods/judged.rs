//! What is said about an item.

use std::fmt;

use chipwatch_reference::{Kind, Model};

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ItemKind {
    /// An accelerator card or module.
    Accelerator,
    /// A board that carries accelerators, or several of them sold as one.
    Board,
    /// A server, a station or a rack.
    System,
    /// A replacement or spare part.
    Spare,
    /// Support, licence, warranty or another service.
    Support,
    /// A network card, a switch, optics.
    Networking,
    /// A cable, a bracket, a heat sink and the like.
    Accessory,
    /// Something else that is known to hold no chip.
    Other,
    /// Nothing was recognised.
    Unknown,
}

impl ItemKind {
    /// The word reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accelerator => "accelerator",
            Self::Board => "board",
            Self::System => "system",
            Self::Spare => "spare",
            Self::Support => "support",
            Self::Networking => "networking",
            Self::Accessory => "accessory",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Kind> for ItemKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Accelerator => Self::Accelerator,
            Kind::Board => Self::Board,
            Kind::System => Self::System,
            Kind::Spare => Self::Spare,
            Kind::Support => Self::Support,
            Kind::Networking => Self::Networking,
            Kind::Accessory => Self::Accessory,
            Kind::Other => Self::Other,
        }
    }
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a classification rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Basis {
    /// The part number stands in the catalogue.
    PartNumber,
    /// A system was named, by its part number or in the description.
    System,
    /// The description names a model.
    Description,
    /// The description names a model and the price tells the count. The count goes to the upper bound only.
    PriceInferred,
    /// A word says it is no accelerator.
    Veto,
    /// Nothing was recognised.
    NotRecognised,
}

impl Basis {
    /// The word reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PartNumber => "part_number",
            Self::System => "system",
            Self::Description => "description",
            Self::PriceInferred => "price_inferred",
            Self::Veto => "veto",
            Self::NotRecognised => "not_recognised",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an item is, and how many chips one unit of it holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Classification {
    /// What it is.
    pub kind: ItemKind,
    /// The model of its chips, where one was recognised.
    pub model: Option<&'static Model>,
    /// Fewest chips in one unit.
    pub chips_min: u32,
    /// Most chips in one unit.
    pub chips_max: u32,
    /// Chips in one unit as usually sold, where a reference row says so.
    pub chips_typical: Option<u32>,
    /// What this rests on.
    pub basis: Basis,
    /// Whether it rests on a reference row that nobody could confirm.
    pub unconfirmed: bool,
    /// Why, in one sentence.
    pub why: String,
    /// A single accelerator that could fill a PCIe chassis.
    pub loose_card: bool,
    /// A chassis that may hold no chip at all.
    pub bare_chassis: bool,
}
