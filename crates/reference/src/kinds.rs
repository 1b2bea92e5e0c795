//! What a row of the tables says an item is, and how sure the row is.

use std::fmt;

/// What kind of goods a row describes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// An accelerator card or module.
    Accelerator,
    /// A board that carries accelerators.
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
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Accelerator,
        Self::Board,
        Self::System,
        Self::Spare,
        Self::Support,
        Self::Networking,
        Self::Accessory,
        Self::Other,
    ];

    /// The word the tables and the reports use.
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
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a published source was read for a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// A published source was read.
    Confirmed,
    /// From memory of the trade, an estimate or an analogy: to be confirmed.
    Unconfirmed,
}

impl Confidence {
    /// The word the tables use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Confirmed, Self::Unconfirmed].into_iter().find(|confidence| confidence.as_str() == text)
    }
}
