//! What detectors ask of an item, in one small table: the items themselves are wide.

use std::collections::BTreeSet;

use chipwatch_records::{Book, Day, ItemId};

/// How an item without a model is named.
pub(crate) const UNKNOWN_MODEL: &str = "unknown";

/// Some traits of an item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemTraits {
    /// Its model: an index into [`ModelIndex::names`].
    pub(crate) model: usize,
    /// First day on which it could ship.
    pub(crate) launch: Option<Day>,
    /// Whether it rests on an unconfirmed reference row.
    pub(crate) unconfirmed: bool,
    /// Whether its chips are inferred from its price.
    pub(crate) price_inferred: bool,
    /// Whether one item is one accelerator.
    pub(crate) accelerator: bool,
}

/// The models of a book, sorted by name, and the traits of its items.
#[derive(Debug)]
pub(crate) struct ModelIndex {
    names: Vec<&'static str>,
    traits: Vec<ItemTraits>,
}

impl ModelIndex {
    pub(crate) fn new(book: &Book) -> Self {
        let name = |model: Option<&'static str>| model.unwrap_or(UNKNOWN_MODEL);
        let names: BTreeSet<_> = book.items.iter().map(|item| name(item.model)).collect();
        let names: Vec<_> = names.into_iter().collect();
        let traits = book
            .items
            .iter()
            .map(|item| ItemTraits {
                model: names.partition_point(|other| *other < name(item.model)),
                launch: item.launch,
                unconfirmed: item.unconfirmed,
                price_inferred: item.basis == "price_inferred",
                accelerator: item.kind == "accelerator",
            })
            .collect();
        Self { names, traits }
    }

    /// The models' names, sorted.
    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    pub(crate) fn traits_of(&self, item: ItemId) -> ItemTraits {
        self.traits[item.index()]
    }
}
