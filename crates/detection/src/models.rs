//! What detectors ask of an item, in one small table: the items themselves are wide.

use std::collections::BTreeSet;

use chipwatch_records::{Book, Day, Item, ItemId};

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
    /// The first item of each model.
    items: Vec<ItemId>,
    traits: Vec<ItemTraits>,
}

impl ModelIndex {
    pub(crate) fn new(book: &Book) -> Self {
        let names: BTreeSet<_> = book.items.iter().map(|item| item.model_name()).collect();
        let names: Vec<_> = names.into_iter().collect();
        let of_model = |model: &&'static str| {
            let is_of = |item: &Item| item.model_name() == *model;
            book.items.iter().position(is_of).and_then(ItemId::from_index)
        };
        let items = names.iter().filter_map(of_model).collect();
        let traits = book
            .items
            .iter()
            .map(|item| ItemTraits {
                model: names.partition_point(|other| *other < item.model_name()),
                launch: item.launch,
                unconfirmed: item.unconfirmed,
                price_inferred: item.basis == "price_inferred",
                accelerator: item.kind == "accelerator",
            })
            .collect();
        Self { names, items, traits }
    }

    /// The models' names, sorted.
    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// An item of a model, which is an index into the names.
    pub(crate) fn item_of(&self, model: usize) -> ItemId {
        self.items[model]
    }

    pub(crate) fn traits_of(&self, item: ItemId) -> ItemTraits {
        self.traits[item.index()]
    }
}
