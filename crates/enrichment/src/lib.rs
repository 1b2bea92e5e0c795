//! From shipment lines to the ledger: what the items are, who the parties are, what counts as a purchase.

pub mod counting;
mod error;
pub mod frames;
pub mod goods;
pub mod items;
pub mod parties;

pub use error::OverrideError;
