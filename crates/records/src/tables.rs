//! Tables that are asked for by column: each column is declared once, with its kind and meaning.

use crate::country::CountryCode;
use crate::shipment::Channel;

/// What a column of a table holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
}

/// A column of a declared table.
pub trait TableColumn: Copy {
    /// Every column, in order.
    fn all() -> &'static [Self];
    /// Its name in files and frames.
    fn name(self) -> &'static str;
    /// What it holds.
    fn kind(self) -> TableKind;
    /// What it means.
    fn doc(self) -> &'static str;
}

macro_rules! table {
    ($(#[$doc:meta])* $table:ident { $($variant:ident $name:literal $kind:ident $about:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum $table { $(#[doc = $about] $variant),* }

        impl TableColumn for $table {
            fn all() -> &'static [Self] {
                &[$(Self::$variant),*]
            }
            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
            fn kind(self) -> TableKind {
                match self { $(Self::$variant => TableKind::$kind),* }
            }
            fn doc(self) -> &'static str {
                match self { $(Self::$variant => $about),* }
            }
        }
    };
}

table! {
    /// Columns of the monthly series: chips bought by month, level of the trade, buyer's country and model.
    Monthly {
        Month "month" Integer "Year and month of the goods issue, as 202403.";
        Level "channel" Text "Level of the trade; levels are never added up.";
        Country "country" Text "The buyer's country; empty where it is not known.";
        Model "model" Text "Model.";
        Buyers "buyers" Integer "Distinct buyers.";
        ChipsLo "chips_lo" Integer "Net chips bought as the sold-to, fewest.";
        ChipsHi "chips_hi" Integer "Net chips bought as the sold-to, most.";
    }
}

/// A row of the monthly series.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct MonthlyRow {
    /// Year and month, as 202403.
    pub month: i32,
    /// Level of the trade.
    pub channel: Channel,
    /// The buyer's country.
    pub country: Option<CountryCode>,
    /// Model; empty where an item names none.
    pub model: String,
    /// Distinct buyers.
    pub buyers: i64,
    /// Net chips, fewest.
    pub chips_lo: i64,
    /// Net chips, most.
    pub chips_hi: i64,
}
