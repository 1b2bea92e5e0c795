//! From shipment lines to the ledger: each line once, on the measure where it belongs (`reports.md` §8.3 of the design).
//!
//! Two steps. By partition, where each document stands together: replaced reports, repeats and versions of one item,
//! batch splits, kits, stages, cancellations. Then in the ledger's order: rows that may be one sale typed twice are marked.
//! Then by entity: levels that overlap, chassis and the cards that fill
//! them, returns and the purchases they undo, stock on loan.

mod balances;
mod entries;
mod fates;
mod filing;
mod fill;
mod links;
mod near_repeats;
mod notes;
mod order;
mod overlap;
mod repeats;
mod returns;
mod settle;
mod slices;

pub use fates::{Counted, PartitionCount, count_partition};
pub use filing::{FiledLines, FiledSlice, LineShelf, MemoryShelf, SliceCut, SlicedLines};
pub use links::{Links, MixedSource};
pub use notes::EntityNotes;
pub use slices::LedgerDesk;
