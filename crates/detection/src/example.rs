//! Literal rows: the examples that `explain` prints and the registry test runs.

use std::fmt::Write as _;

use chipwatch_records::{Flags, Measure};

use crate::wording::range;

/// A small ledger that a detector must name, or must not.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub name: &'static str,
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether the detector, at its defaults, says something.
    pub fires: bool,
}

impl Example {
    /// An example that must fire.
    #[must_use]
    pub fn fires(name: &'static str, rows: Vec<Row>) -> Self {
        let fires = true;
        Self { name, rows, fires }
    }

    /// A counter-example.
    #[must_use]
    pub fn is_silent(name: &'static str, rows: Vec<Row>) -> Self {
        let fires = false;
        Self { name, rows, fires }
    }

    /// As Markdown for the published page.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let verdict = if self.fires { "Named" } else { "Not named" };
        let mut text = format!("{verdict}: {}\n\n", self.name);
        for row in &self.rows {
            let chips = range(row.chips_lo, row.chips_hi);
            let _ = writeln!(text, "    {} {:<22} {chips} chips", row.day, row.what.in_words());
        }
        text
    }
}

/// What happened on a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The entity bought.
    Bought,
    /// The entity is the named end customer.
    EndCustomer,
    /// The entity only received.
    Received,
    /// The entity gave back what it bought.
    Returned,
    /// The entity gave back goods of which no purchase is known.
    UnmatchedReturn,
    /// Ordered, not goods-issued.
    Open,
}

impl What {
    fn in_words(self) -> &'static str {
        match self {
            Self::Bought => "bought",
            Self::EndCustomer => "named end customer",
            Self::Received => "received",
            Self::Returned => "returned",
            Self::UnmatchedReturn => "returned, no purchase",
            Self::Open => "ordered, not shipped",
        }
    }

    /// The measure it adds to.
    #[must_use]
    pub fn measure(self) -> Measure {
        match self {
            Self::Bought | Self::Returned | Self::UnmatchedReturn => Measure::Direct,
            Self::EndCustomer => Measure::Indirect,
            Self::Received => Measure::Received,
            Self::Open => Measure::Open,
        }
    }
}

/// One ledger entry with its line, item and entity, as a literal. Chips have the sign of the ledger.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Row {
    /// Name of the entity.
    pub entity: &'static str,
    /// Day, as `yyyy-mm-dd`.
    pub day: &'static str,
    /// What happened.
    pub what: What,
    /// Chips, fewest.
    pub chips_lo: i64,
    /// Chips, most.
    pub chips_hi: i64,
    /// Chips of this purchase that came back later.
    pub undone: i64,
    /// Marks.
    pub flags: Flags,
    /// Model; empty where none was recognised.
    pub model: &'static str,
    /// Day the model came to market.
    pub launch: Option<&'static str>,
    /// Whether the model rests on an unconfirmed reference row.
    pub unconfirmed: bool,
    /// What the chips rest on.
    pub basis: &'static str,
    /// Countries of buyer, goods recipient and end customer.
    pub countries: [Option<&'static str>; 3],
    /// Day of the order.
    pub ordered: Option<&'static str>,
}

impl Row {
    fn new(entity: &'static str, day: &'static str, what: What, chips_lo: i64, chips_hi: i64) -> Self {
        Self {
            entity,
            day,
            what,
            chips_lo,
            chips_hi,
            undone: 0,
            flags: Flags::default(),
            model: "H100 SXM",
            launch: None,
            unconfirmed: false,
            basis: "part_number",
            countries: [None; 3],
            ordered: None,
        }
    }

    /// A purchase.
    #[must_use]
    pub fn bought(entity: &'static str, day: &'static str, chips: i64) -> Self {
        Self::new(entity, day, What::Bought, chips, chips)
    }

    /// A purchase by another firm that names the entity as end customer.
    #[must_use]
    pub fn end_customer(entity: &'static str, day: &'static str, chips: i64) -> Self {
        Self::new(entity, day, What::EndCustomer, chips, chips)
    }

    /// Goods the entity only received.
    #[must_use]
    pub fn received(entity: &'static str, day: &'static str, chips: i64) -> Self {
        Self::new(entity, day, What::Received, chips, chips)
    }

    /// A return of so many chips that the entity bought; mark the purchase with [`Row::undone`].
    #[must_use]
    pub fn returned(entity: &'static str, day: &'static str, chips: i64) -> Self {
        Self::new(entity, day, What::Returned, -chips, -chips)
    }

    /// A return that found no purchase.
    #[must_use]
    pub fn unmatched_return(entity: &'static str, day: &'static str, chips: i64) -> Self {
        Self::new(entity, day, What::UnmatchedReturn, -chips, 0).marked(Flags::UNMATCHED_RETURN)
    }

    /// An open order.
    #[must_use]
    pub fn open(entity: &'static str, day: &'static str, chips: i64) -> Self {
        Self::new(entity, day, What::Open, chips, chips)
    }

    /// The higher count.
    #[must_use]
    pub fn up_to(self, chips_hi: i64) -> Self {
        Self { chips_hi, ..self }
    }

    /// So many chips of this purchase came back later.
    #[must_use]
    pub fn undone(self, undone: i64) -> Self {
        Self { undone, ..self }
    }

    /// Sets a mark.
    #[must_use]
    pub fn marked(self, flags: Flags) -> Self {
        let flags = self.flags.with(flags);
        Self { flags, ..self }
    }

    /// Another model.
    #[must_use]
    pub fn of_model(self, model: &'static str) -> Self {
        Self { model, ..self }
    }

    /// The day the model came to market.
    #[must_use]
    pub fn launched(self, day: &'static str) -> Self {
        let launch = Some(day);
        Self { launch, ..self }
    }

    /// The day of the order.
    #[must_use]
    pub fn ordered(self, day: &'static str) -> Self {
        let ordered = Some(day);
        Self { ordered, ..self }
    }
}
