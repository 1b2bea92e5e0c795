//! The nouns of chipwatch as plain data: what a shipment line is, what a reject is, what detectors see and what they say.
//!
//! No input or output, no clock, no domain rules and no data frames live here. Every other crate speaks in these types.

pub mod books;
pub mod columns;
pub mod country;
pub mod day;
pub mod documents;
pub mod finding;
pub mod flagged;
pub mod ids;
pub mod kept_lines;
pub mod ledger;
pub mod line_words;
pub mod other_tables;
pub mod rejects;
pub mod scattered;
pub mod shipment;
pub mod tables;
pub mod texts;

pub use books::{Books, Exclusion, Fate, Tally};
pub use columns::{Column, ColumnKind, Role};
pub use country::CountryCode;
pub use day::{Day, Quarter};
pub use documents::{DocumentNumbers, DocumentTable, Documents, StoredNumbers};
pub use finding::{
    Checked, Evidence, EvidenceRole, Fact, Finding, InnocentExplanation, PeerRate, Severity, Subject, Window,
    finding_id,
};
pub use flagged::{Basis, BulkStatus, Chips, FlaggedEntity, ModelQuarter, Purchases, Tier};
pub use ids::{
    DocumentId, EntityId, FileId, ItemId, ParticularsId, PartyId, SourceId, TextId, WrittenItemId,
};
pub use kept_lines::{CitedLines, KeptLines};
pub use ledger::{
    Book, CountryOf, Entity, Entry, Flags, Holding, Item, ItemTotals, KeptLine, Ledger, Measure,
    NotEvaluated, Operator, RunContext, Threshold,
};
pub use line_words::LINE_WORDS;
pub use other_tables::{InventoryRow, Licence, OtherColumn, OtherRows, OtherTable};
pub use rejects::{Reject, Rejects};
pub use scattered::Scattered;
pub use shipment::{
    Channel, DocumentStage, DocumentType, InputFile, ItemAsWritten, LineDocument, Particulars,
    PartyAsWritten, ShipmentLine, ShipmentLines, Source, UnitPrice, document_digest,
};
pub use tables::{Monthly, MonthlyRow, TableColumn, TableKind};
pub use texts::Texts;
