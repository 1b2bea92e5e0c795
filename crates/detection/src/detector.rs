//! What every detector is.

use chipwatch_records::{Book, Day, Finding, NotEvaluated, RunContext};

use crate::slice::Slice;

/// A detector with its parameters. Pure: equal ledgers and contexts give equal findings.
pub trait Detector: Send + Sync {
    /// The name users know it by: kebab-case, equal to the file's.
    fn id(&self) -> &'static str;

    /// The kind of evidence it brings. A tier counts families, not detectors.
    fn family(&self) -> Family;

    /// Looks at one slice. Subjects are those of the slice.
    ///
    /// # Errors
    /// When the ledger does not keep its promises: nothing may be concluded from it then.
    fn detect(&self, slice: &Slice<'_>, ctx: &RunContext) -> Result<Vec<Finding>, DetectError>;

    /// What it cannot look at because no source has the columns.
    fn missing(&self, _book: &Book, _ctx: &RunContext) -> Vec<NotEvaluated> {
        Vec::new()
    }
}

/// A family of evidence. Findings of one family may share a cause, those of two are independent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Family {
    /// How much was bought: a fact, never a tier.
    Volume,
    /// The legal status of a shipment or a party.
    Legal,
    /// How purchases are cut up.
    Structure,
    /// Where goods went on.
    Flow,
    /// When purchases were made.
    Timing,
    /// Who the buyer is.
    Profile,
    /// Whom the buyer is linked to.
    Network,
    /// What the documents say of themselves.
    Document,
}

/// Why a detector gave up. It is named in the report, and the run is not trustworthy.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DetectError {
    /// The ledger is not sorted by day.
    #[error("the ledger entries of {entity} are not sorted by day: {day} stands after {before}")]
    NotSorted {
        /// Id of the entity.
        entity: String,
        /// The day before it in the ledger.
        before: Day,
        /// The day that is out of order.
        day: Day,
    },
}
