//! What a count of chips rests on: models, and everything that had to be assumed.

use chipwatch_records::Flags;

use crate::models::ModelIndex;
use crate::slice::{Posting, Slice};
use crate::wording::count;

/// What the chips of some entries rest on.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Grounds {
    /// Their models, sorted.
    pub(crate) models: Vec<String>,
    /// What had to be assumed, in sentences.
    pub(crate) assumptions: Vec<String>,
}

/// Marks that are assumptions: the words for one line and for several.
const MARKS: [(Flags, &str, &str); 4] = [
    (
        Flags::POSSIBLE_OVERLAP,
        "line may be the same goods as a line of another level: counted twice in the higher count alone.",
        "lines may be the same goods as lines of another level: counted twice in the higher count alone.",
    ),
    (
        Flags::NO_GOODS_MOVEMENT,
        "line is ordered or billed without a known goods movement.",
        "lines are ordered or billed without a known goods movement.",
    ),
    (
        Flags::REPEATED,
        "line is repeated without a document number: counted once in the lower count, in full in the higher.",
        "lines are repeated without a document number: counted once in the lower count, in full in the higher.",
    ),
    (
        Flags::CONFLICTING,
        "line has other values in two extracts: the smallest quantity is in the lower count, the largest in the higher.",
        "lines have other values in two extracts: the smallest quantity is in the lower count, the largest in the higher.",
    ),
];

/// Collects what entries rest on; keeps its buffers from entity to entity.
#[derive(Debug)]
pub(crate) struct GroundsCollector<'l> {
    models: &'l ModelIndex,
    seen: Vec<bool>,
    unconfirmed: Vec<bool>,
}

impl<'l> GroundsCollector<'l> {
    pub(crate) fn new(slice: &'l Slice<'_>) -> Self {
        let models = slice.models();
        let none = vec![false; models.names().len()];
        Self { models, seen: none.clone(), unconfirmed: none }
    }

    pub(crate) fn collect<'e>(&mut self, entries: impl Iterator<Item = Posting<'e>>) -> Grounds {
        self.seen.fill(false);
        self.unconfirmed.fill(false);
        let mut marked = [0_u64; MARKS.len()];
        let mut price_inferred = 0;
        for entry in entries {
            let item = self.models.traits_of(entry.goods.item);
            self.seen[item.model] = true;
            self.unconfirmed[item.model] |= item.unconfirmed;
            price_inferred += u64::from(item.price_inferred);
            if entry.flags != Flags::default() {
                for (n, (mark, ..)) in marked.iter_mut().zip(MARKS) {
                    *n += u64::from(entry.flags.has(mark));
                }
            }
        }
        let mut assumptions: Vec<_> = self
            .names(&self.unconfirmed)
            .map(|model| format!("The chips of {model} rest on an unconfirmed reference row."))
            .collect();
        if price_inferred > 0 {
            let lines = count(price_inferred, "line", "lines");
            assumptions.push(format!(
                "The chips of {lines} are inferred from the price: in the higher count alone."
            ));
        }
        for (n, (_, one, many)) in marked.into_iter().zip(MARKS) {
            if n > 0 {
                assumptions.push(count(n, one, many));
            }
        }
        Grounds { models: self.names(&self.seen).map(str::to_owned).collect(), assumptions }
    }

    fn names<'s>(&'s self, chosen: &'s [bool]) -> impl Iterator<Item = &'static str> + 's {
        let names = self.models.names().iter().zip(chosen);
        names.filter(|(_, chosen)| **chosen).map(|(name, _)| *name)
    }
}
