//! The parts that all findings share.

use std::collections::BTreeMap;

use chipwatch_records::{Book, EntityId, Finding, Severity, Subject, Window, finding_id};

use crate::evidence::Selected;

/// A finding of severity info on an entity, without facts, first day and innocent readings.
pub(crate) fn draft(
    book: &Book,
    detector: &'static str,
    entity: EntityId,
    window: Window,
    (chips_lo, chips_hi): (i64, i64),
    sentence: String,
    evidence: Selected,
) -> Finding {
    Finding {
        id: finding_id(detector, &book.entity(entity).id, &window.rule),
        detector,
        subject: Subject::Entity(entity),
        window,
        chips_lo,
        chips_hi,
        severity: Severity::Info,
        sentence,
        facts: BTreeMap::new(),
        innocent_explanations: Vec::new(),
        exculpatory: Vec::new(),
        peer_rate: None,
        first_visible: None,
        assumptions: Vec::new(),
        evidence_lines: evidence.lines,
        evidence: evidence.rows,
    }
}
