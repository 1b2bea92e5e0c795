#![doc = include_str!("integrity.md")]

use std::collections::BTreeMap;

use chipwatch_records::{
    Book, Column, Day, EntityId, Fact, Finding, Flags, NotEvaluated, RunContext, Window,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::detector::{DetectError, Detector, Family};
use crate::draft::draft;
use crate::evidence::{Candidate, EvidenceSelector};
use crate::example::{Example, Row};
use crate::explanations::not_checkable;
use crate::parameters::{Parameters, read};
use crate::question::{acquired, is_absent, is_return, missing};
use crate::registry::Registration;
use crate::slice::{Posting, Slice};
use crate::wording::{between, count};

/// How the registry knows it.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    page: include_str!("integrity.md"),
    parameters: || schemars::schema_for!(Integrity),
    examples,
    build: |table| Ok(Box::new(read::<Integrity>(ID, table)?)),
};

const ID: &str = "integrity";

/// Parameters of `integrity`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Integrity {
    /// Most accelerators on one line.
    max_quantity: i32,
    /// Most chips on one line.
    max_chips: i64,
    /// Days after which the defective part of a replacement should have come back.
    unreturned_days: u16,
}

impl Default for Integrity {
    fn default() -> Self {
        Self { max_quantity: 100_000, max_chips: 1_000_000, unreturned_days: 60 }
    }
}

impl Parameters for Integrity {
    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.max_quantity < 1 {
            return Err(("max_quantity", "max_quantity is at least 1".to_owned()));
        }
        if self.max_chips < 1 {
            return Err(("max_chips", "max_chips is at least 1".to_owned()));
        }
        Ok(())
    }
}

/// A kind of doubt, with its words: one line, several lines, an innocent reading.
struct Doubt {
    kind: &'static str,
    one: &'static str,
    many: &'static str,
    innocent: &'static str,
}

const REPEATED: usize = 0;
const CONFLICTING: usize = 1;
const UNMATCHED: usize = 2;
const UNRETURNED: usize = 3;
const DATE: usize = 4;
const QUANTITY: usize = 5;
const NEAR: usize = 6;

const DOUBTS: [Doubt; 7] = [
    Doubt {
        kind: "repeated-lines",
        one: "line is repeated without a document number",
        many: "lines are repeated without a document number",
        innocent: "Two equal sales on one day are two sales.",
    },
    Doubt {
        kind: "conflicting-extracts",
        one: "line has other values in another extract",
        many: "lines have other values in another extract",
        innocent: "An extract that was taken before the delivery was changed shows what was true then.",
    },
    Doubt {
        kind: "unmatched-return",
        one: "return found no purchase to take all of it from",
        many: "returns found no purchase to take all of them from",
        innocent: "The goods may have been bought before the records begin, or under another name.",
    },
    Doubt {
        kind: "unreturned-replacement",
        one: "replacement is here whose defective part has not come back",
        many: "replacements are here whose defective parts have not come back",
        innocent: "Some service contracts let the customer keep or destroy the defective part.",
    },
    Doubt {
        kind: "impossible-date",
        one: "line was shipped before the model came to market or before its own order",
        many: "lines were shipped before the model came to market or before their own order",
        innocent: "Samples ship before launch, and orders are sometimes entered after the goods have left.",
    },
    Doubt {
        kind: "impossible-quantity",
        one: "line has more items or chips than one line can have",
        many: "lines have more items or chips than one line can have",
        innocent: "A frame contract may be entered as one line.",
    },
    Doubt {
        kind: "near-repeats",
        one: "line says the same as another but for spelling, a cent or its document number",
        many: "lines say the same as one another but for spelling, a cent or their document numbers",
        innocent: "Two equal sales to one buyer on one day are two sales.",
    },
];

impl Detector for Integrity {
    fn id(&self) -> &'static str {
        ID
    }

    fn family(&self) -> Family {
        Family::Document
    }

    fn detect(&self, slice: &Slice<'_>, ctx: &RunContext) -> Result<Vec<Finding>, DetectError> {
        let mut evidence = EvidenceSelector::new(slice, ctx);
        let inspection = Inspection {
            parameters: self,
            slice,
            ctx,
            // A look-up per line that is worth nothing where no source has the column.
            reads_orders: !is_absent(slice.book(), ctx, Column::OrderDate),
        };
        let mut doubtful: [Vec<Posting<'_>>; DOUBTS.len()] = Default::default();
        let mut findings = Vec::new();
        for account in slice.accounts() {
            for entry in acquired(slice, ctx, account) {
                inspection.inspect(&entry, |kind| doubtful[kind].push(entry));
            }
            for (doubt, entries) in DOUBTS.iter().zip(&mut doubtful) {
                if !entries.is_empty() {
                    keep_each_line_once(entries);
                    findings.push(finding(doubt, account.entity, entries, &inspection, &mut evidence));
                    entries.clear();
                }
            }
        }
        Ok(findings)
    }

    fn missing(&self, book: &Book, ctx: &RunContext) -> Vec<NotEvaluated> {
        let asked = [
            ("integrity: conflicting-extracts", Column::DocumentNo),
            ("integrity: impossible-date against the order", Column::OrderDate),
        ];
        let missing = asked.into_iter().map(|(what, column)| missing(book, ctx, what, &[column]));
        missing.flatten().collect()
    }
}

struct Inspection<'l> {
    parameters: &'l Integrity,
    slice: &'l Slice<'l>,
    ctx: &'l RunContext,
    reads_orders: bool,
}

impl Inspection<'_> {
    /// Names each kind of doubt about an entry.
    fn inspect(&self, entry: &Posting<'_>, mut found: impl FnMut(usize)) {
        if entry.flags != Flags::default() {
            for (flag, kind) in [
                (Flags::REPEATED, REPEATED),
                (Flags::CONFLICTING, CONFLICTING),
                (Flags::UNMATCHED_RETURN, UNMATCHED),
                (Flags::NEAR_REPEAT, NEAR),
            ] {
                if entry.flags.has(flag) {
                    found(kind);
                }
            }
            if entry.flags.has(Flags::UNRETURNED) && self.deadline(entry.day) < self.ctx.as_of {
                found(UNRETURNED);
            }
        }
        let goods = entry.goods;
        let item = self.slice.models().traits_of(goods.item);
        if let Some(shipped) = goods.shipped {
            let is_after = |day: Option<Day>| day.is_some_and(|day| shipped < day);
            let is_before_order = || {
                let particulars = &self.slice.book().written.particulars;
                let ordered = goods.particulars.and_then(|id| particulars[id.index()].order_date);
                self.reads_orders && is_after(ordered)
            };
            if is_after(item.launch) || is_before_order() {
                found(DATE);
            }
        }
        let chips = entry.chips_hi.max(-entry.chips_lo);
        let is_too_many = item.accelerator && goods.quantity_hi > self.parameters.max_quantity;
        if is_too_many || chips > self.parameters.max_chips {
            found(QUANTITY);
        }
    }

    /// The last day on which a defective part is still in time.
    fn deadline(&self, shipped: Day) -> Day {
        shipped.plus(i32::from(self.parameters.unreturned_days))
    }
}

/// A line can stand in several entries of one entity. Entries stay in the order of the ledger.
fn keep_each_line_once(entries: &mut Vec<Posting<'_>>) {
    let mut first: Vec<_> = entries.iter().map(|entry| entry.line).enumerate().collect();
    first.sort_unstable_by_key(|(position, line)| (*line, *position));
    first.dedup_by_key(|(_, line)| *line);
    if first.len() < entries.len() {
        first.sort_unstable();
        *entries = first.iter().map(|(position, _)| entries[*position]).collect();
    }
}

fn finding(
    doubt: &Doubt,
    entity: EntityId,
    entries: &[Posting<'_>],
    inspection: &Inspection<'_>,
    evidence: &mut EvidenceSelector<'_>,
) -> Finding {
    let ctx = inspection.ctx;
    let is_unreturned = doubt.kind == DOUBTS[UNRETURNED].kind;
    // Of a replacement only those stand in doubt whose defective part has not come back.
    let chips = |entry: &Posting<'_>| {
        if is_unreturned { (entry.net_lo, entry.net_hi) } else { (entry.chips_lo, entry.chips_hi) }
    };
    let lo = entries.iter().map(|entry| chips(entry).0).sum();
    let hi = entries.iter().map(|entry| chips(entry).1).sum();
    let candidates = entries.iter().map(|entry| Candidate {
        entry: *entry,
        lo: chips(entry).0,
        hi: chips(entry).1,
        undone: is_return(entry),
    });
    let selected = evidence.select(candidates, None);
    let days = entries.iter().map(|entry| entry.day);
    let first_visible =
        if is_unreturned { days.min().map(|day| inspection.deadline(day).plus(1)) } else { days.min() };
    let window =
        Window { rule: format!("integrity:{}", doubt.kind), from: ctx.threshold.since, to: ctx.as_of };
    let lines = count(selected.lines, doubt.one, doubt.many);
    let sentence = format!("{lines}: {} AI chips.", between(lo, hi));
    let facts = BTreeMap::from([
        ("doubt", Fact::Text(doubt.kind.to_owned())),
        ("lines", Fact::Number(i64::try_from(selected.lines).unwrap_or(i64::MAX))),
    ]);
    let why = "Only the seller's documents can tell.";
    Finding {
        facts,
        innocent_explanations: vec![not_checkable(doubt.innocent, why)],
        first_visible,
        ..draft(inspection.slice.book(), ID, entity, window, (lo, hi), sentence, selected)
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::fires(
            "twelve identical lines without a document number",
            vec![Row::bought("Acme", "2023-02-01", 40).up_to(480).marked(Flags::REPEATED)],
        ),
        Example::fires(
            "a return that found no purchase",
            vec![Row::unmatched_return("Acme", "2023-02-01", 8)],
        ),
        Example::fires(
            "two lines whose documents were typed differently",
            vec![
                Row::bought("Acme", "2023-02-01", 40).marked(Flags::NEAR_REPEAT),
                Row::bought("Acme", "2023-02-01", 40).marked(Flags::NEAR_REPEAT),
            ],
        ),
        Example::is_silent("a plain purchase", vec![Row::bought("Acme", "2023-02-01", 40)]),
        Example::is_silent(
            "a return of what was bought",
            vec![Row::bought("Acme", "2023-02-01", 40).undone(8), Row::returned("Acme", "2023-03-01", 8)],
        ),
    ]
}

#[cfg(test)]
mod tests;
