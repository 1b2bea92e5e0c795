//! What an item is and how many chips one unit holds, from its part number, its description and, last, its price.
//!
//! The catalogue of part numbers comes first, then systems, then the words of the description. A part number is never
//! cut into words: `-A800-` inside one is no model (chips.md 3.0, traps 11 and 16).

mod classify;
mod counts;
mod judged;
mod mentions;
mod reading;
mod words;

#[cfg(test)]
mod price_tests;
#[cfg(test)]
mod tests;

pub use judged::{Basis, Classification, ItemKind};
pub use reading::{ItemText, Reading, read_item};
