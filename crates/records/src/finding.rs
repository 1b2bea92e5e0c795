//! What a detector says, and what it rests on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::day::Day;
use crate::ids::{EntityId, ItemId};

/// How urgent a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A fact: bulk, or a doubt about the records.
    Info,
    /// An indicator: a reason to ask.
    Review,
    /// A reason to stop the next shipment until somebody has looked.
    Hold,
}

/// Whom a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// An entity.
    Entity(EntityId),
}

/// The time a finding is about. The rule never moves from night to night; the days may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Window {
    /// Such as `since 2020-01-01` or `90d`.
    pub rule: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

/// A fact of a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Fact {
    /// A count.
    Number(i64),
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// Whether an innocent explanation could be held against the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// The records speak for it.
    Supported,
    /// The records speak against it.
    RuledOut,
    /// The records cannot tell.
    NotCheckable,
}

/// An innocent reading of a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct InnocentExplanation {
    /// The explanation.
    pub text: String,
    /// What the records say about it.
    pub checked: Checked,
    /// Why.
    pub why: String,
}

/// What a cited line is in a finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EvidenceRole {
    /// The entity bought.
    SoldTo,
    /// The entity is the named end customer.
    EndUser,
    /// The entity received.
    ShipTo,
    /// The entity passed the goods on.
    Intermediate,
    /// The entity is the consignee of a customs line.
    Consignee,
    /// All lines that are not listed, of one model.
    Remainder,
}

impl EvidenceRole {
    /// The name in `evidence.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SoldTo => "sold_to",
            Self::EndUser => "end_user",
            Self::ShipTo => "ship_to",
            Self::Intermediate => "intermediate",
            Self::Consignee => "consignee",
            Self::Remainder => "remainder",
        }
    }
}

/// One row of evidence: a line, or the remainder of one model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// Index into `Ledger::lines`; `None` for a remainder.
    pub line: Option<u32>,
    /// The item (for a remainder: one of the model).
    pub item: ItemId,
    /// What the line is.
    pub role: EvidenceRole,
    /// Chips it adds to the finding's lo.
    pub chips_lo: i64,
    /// Chips it adds to the finding's hi.
    pub chips_hi: i64,
    /// Lines it stands for.
    pub line_count: u32,
}

/// How many entities of the same class the same detector names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct PeerRate {
    /// Entities of the class with such a finding.
    pub k: u64,
    /// Entities of the class that acquired anything in scope.
    pub n: u64,
    /// The class; `unclassified` where nobody said.
    pub class: String,
}

/// What one detector says about one subject.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Stable between runs: see [`finding_id`].
    pub id: String,
    /// Detector.
    pub detector: &'static str,
    /// Whom it is about.
    pub subject: Subject,
    /// When.
    pub window: Window,
    /// Chips, fewest.
    pub chips_lo: i64,
    /// Chips, most.
    pub chips_hi: i64,
    /// How urgent.
    pub severity: Severity,
    /// One plain sentence.
    pub sentence: String,
    /// Numbers behind the sentence.
    pub facts: BTreeMap<&'static str, Fact>,
    /// Innocent readings, each held against the records.
    pub innocent_explanations: Vec<InnocentExplanation>,
    /// What in the records speaks for the subject.
    pub exculpatory: Vec<String>,
    /// How common the finding is among its peers; filled in by `assess`.
    pub peer_rate: Option<PeerRate>,
    /// First day on which the records would have shown it.
    pub first_visible: Option<Day>,
    /// What had to be assumed.
    pub assumptions: Vec<String>,
    /// How many lines stand behind it, listed or not.
    pub evidence_lines: u64,
    /// The rows; their chips sum exactly to `chips_lo` and `chips_hi`, as long as all are there. Once they are written, the
    /// first ones stay.
    pub evidence: Vec<Evidence>,
}

/// The id of a finding: a hash of detector, subject and the window's *rule*, never of days that move every night.
#[must_use]
pub fn finding_id(detector: &str, subject_id: &str, window_rule: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [detector, subject_id, window_rule] {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    let hex = hasher.finalize().to_hex();
    format!("f-{}", &hex[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_id_depends_on_each_part_and_on_its_boundaries() {
        let id = finding_id("bulk-purchase", "e-1", "90d");
        assert_eq!(id.len(), 14);
        assert_ne!(id, finding_id("bulk-purchase", "e-1", "180d"));
        assert_ne!(finding_id("ab", "c", "d"), finding_id("a", "bc", "d"));
    }
}
