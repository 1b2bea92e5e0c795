#![doc = include_str!("bulk_purchase.md")]

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_records::{
    Book, BulkStatus, Chips, Column, Day, Entity, Fact, Finding, InnocentExplanation, NotEvaluated, Operator,
    Purchases, RunContext, Window,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::detector::{DetectError, Detector, Family};
use crate::draft::draft;
use crate::evidence::{Candidate, EvidenceSelector};
use crate::example::{Example, Row};
use crate::explanations::{not_checkable, ordinary_volume, resale};
use crate::grounds::GroundsCollector;
use crate::parameters::{Parameters, read};
use crate::question::{acquired, countries_in_words, is_return, missing, missing_countries};
use crate::registry::Registration;
use crate::slice::{Account, Slice};
use crate::totals::{bulk_status, crossed_on, purchases, status_at};
use crate::windows::{BestWindow, DailyNet, best_windows, fill_daily_net};
use crate::wording::{between, range};

/// How the registry knows it.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    page: include_str!("bulk_purchase.md"),
    parameters: || schemars::schema_for!(BulkPurchase),
    examples,
    build: |table| Ok(Box::new(read::<BulkPurchase>(ID, table)?)),
};

const ID: &str = "bulk-purchase";

/// The rolling sums that are facts of every finding.
const FACT_WINDOWS: [(u16, &str, &str); 4] = [
    (30, "largest_30d_lo", "largest_30d_hi"),
    (90, "largest_90d_lo", "largest_90d_hi"),
    (180, "largest_180d_lo", "largest_180d_hi"),
    (365, "largest_365d_lo", "largest_365d_hi"),
];

/// Parameters of `bulk-purchase`.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BulkPurchase {
    /// Rolling windows with a threshold of their own; each makes a finding beside the total's.
    windows: Vec<WindowThreshold>,
}

/// A rolling window with a threshold of its own.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WindowThreshold {
    /// Length in days, both ends counted.
    days: u16,
    /// Chips.
    chips: i64,
}

impl Parameters for BulkPurchase {
    fn check(&self) -> Result<(), (&'static str, String)> {
        let lengths: BTreeSet<_> = self.windows.iter().map(|window| window.days).collect();
        if lengths.len() < self.windows.len() {
            return Err(("windows", "two windows have the same number of days".to_owned()));
        }
        if self.windows.iter().any(|window| window.days == 0) {
            return Err(("windows", "a window has at least one day".to_owned()));
        }
        if self.windows.iter().any(|window| window.chips < 1) {
            return Err(("windows", "a window's threshold is at least one chip".to_owned()));
        }
        Ok(())
    }
}

impl Detector for BulkPurchase {
    fn id(&self) -> &'static str {
        ID
    }

    fn family(&self) -> Family {
        Family::Volume
    }

    fn detect(&self, slice: &Slice<'_>, ctx: &RunContext) -> Result<Vec<Finding>, DetectError> {
        let mut desk = Desk {
            slice,
            ctx,
            evidence: EvidenceSelector::new(slice, ctx),
            grounds: GroundsCollector::new(slice),
            days: Vec::new(),
        };
        let mut findings = Vec::new();
        for account in slice.accounts() {
            let sums = purchases(acquired(slice, ctx, account));
            let status = bulk_status(&ctx.threshold, sums.acquired);
            if status == BulkStatus::None && self.windows.is_empty() {
                continue;
            }
            fill_daily_net(&mut desk.days, slice.book(), acquired(slice, ctx, account))?;
            if status != BulkStatus::None {
                findings.push(desk.total(account, &sums, status));
            }
            for window in &self.windows {
                findings.extend(desk.window(account, *window));
            }
        }
        Ok(findings)
    }

    fn missing(&self, book: &Book, ctx: &RunContext) -> Vec<NotEvaluated> {
        missing(book, ctx, "bulk-purchase: named end customers", &[Column::EndUserName, Column::EndUserId])
            .into_iter()
            .chain(missing_countries(book, ctx, ID))
            .collect()
    }
}

/// What one pass over a slice works with; the buffers serve all entities.
struct Desk<'l> {
    slice: &'l Slice<'l>,
    ctx: &'l RunContext,
    evidence: EvidenceSelector<'l>,
    grounds: GroundsCollector<'l>,
    days: Vec<DailyNet>,
}

impl Desk<'_> {
    /// The finding on all purchases since the threshold's start.
    fn total(&mut self, account: Account<'_>, sums: &Purchases, status: BulkStatus) -> Finding {
        let (slice, ctx) = (self.slice, self.ctx);
        let entries = acquired(slice, ctx, account);
        let by_lo = status == BulkStatus::Confirmed;
        let chips_by_day = entries.clone().map(|entry| {
            let chips = if by_lo { entry.chips_lo } else { entry.chips_hi };
            (entry.day, chips)
        });
        let crossed = crossed_on(chips_by_day, |chips| ctx.threshold.passes(chips));
        let grounds = self.grounds.collect(entries.clone());
        let candidates = entries.filter_map(|entry| {
            let (lo, hi) = (entry.chips_lo, entry.chips_hi);
            let undone = is_return(&entry) || entry.net_lo < lo || entry.net_hi < hi;
            (lo != 0 || hi != 0).then_some(Candidate { entry, lo, hi, undone })
        });
        let selected = self.evidence.select(candidates, crossed);
        let window = Window {
            rule: format!("since {}", ctx.threshold.since),
            from: ctx.threshold.since,
            to: ctx.as_of,
        };
        let chips = (sums.acquired.lo, sums.acquired.hi);
        let sentence = sentence(ctx, sums, status);
        let mut facts = self.facts(sums, status, crossed);
        facts.insert("models", Fact::List(grounds.models));
        Finding {
            facts,
            innocent_explanations: innocent(slice.book().entity(account.entity)),
            first_visible: crossed,
            assumptions: grounds.assumptions,
            ..draft(slice.book(), ID, account.entity, window, chips, sentence, selected)
        }
    }

    fn facts(
        &self,
        sums: &Purchases,
        status: BulkStatus,
        crossed: Option<Day>,
    ) -> BTreeMap<&'static str, Fact> {
        let mut facts = BTreeMap::from([
            ("direct_lo", Fact::Number(sums.direct.lo)),
            ("direct_hi", Fact::Number(sums.direct.hi)),
            ("indirect_lo", Fact::Number(sums.indirect.lo)),
            ("indirect_hi", Fact::Number(sums.indirect.hi)),
            ("gross_lo", Fact::Number(sums.gross.lo)),
            ("gross_hi", Fact::Number(sums.gross.hi)),
            ("returned_lo", Fact::Number(sums.returned.lo)),
            ("returned_hi", Fact::Number(sums.returned.hi)),
        ]);
        for (length, lo, hi) in FACT_WINDOWS {
            let best = best_windows(&self.days, length);
            facts.insert(lo, Fact::Number(best.map_or(0, |best| best.lo.chips)));
            facts.insert(hi, Fact::Number(best.map_or(0, |best| best.hi.chips)));
        }
        insert_question(&mut facts, self.ctx, self.ctx.threshold.chips, status, crossed);
        facts
    }

    /// The finding on the largest sum within a rolling window, where it passes the window's own threshold.
    fn window(&mut self, account: Account<'_>, asked: WindowThreshold) -> Option<Finding> {
        let (slice, ctx) = (self.slice, self.ctx);
        let windows = best_windows(&self.days, asked.days)?;
        let status = status_at(&ctx.threshold, asked.chips, windows.lo.chips, windows.hi.chips);
        let (best, chips): (BestWindow, fn(&DailyNet) -> i64) = match status {
            BulkStatus::Confirmed => (windows.lo, |day| day.lo),
            BulkStatus::Possible => (windows.hi, |day| day.hi),
            BulkStatus::None => return None,
        };
        let is_inside = |day: Day| best.from <= day && day <= best.to;
        let days = || self.days.iter().filter(|day| is_inside(day.day));
        let (lo, hi) = (days().map(|day| day.lo).sum(), days().map(|day| day.hi).sum());
        let crossed = crossed_on(days().map(|day| (day.day, chips(day))), |chips| {
            ctx.threshold.passes_at(chips, asked.chips)
        });
        let inside = acquired(slice, ctx, account)
            .filter(|entry| is_inside(entry.day) && (entry.net_lo != 0 || entry.net_hi != 0));
        let grounds = self.grounds.collect(inside.clone());
        let candidates = inside.map(|entry| Candidate {
            entry,
            lo: entry.net_lo,
            hi: entry.net_hi,
            undone: entry.net_lo < entry.chips_lo || entry.net_hi < entry.chips_hi,
        });
        let selected = self.evidence.select(candidates, crossed);
        let window = Window {
            rule: format!("{}d", asked.days),
            from: best.from,
            // A window that began lately has not ended yet.
            to: best.to.min(ctx.as_of).max(best.from),
        };
        let sentence = window_sentence(ctx, asked, (lo, hi), &best, status);
        let mut facts = BTreeMap::from([("models", Fact::List(grounds.models))]);
        insert_question(&mut facts, ctx, asked.chips, status, crossed);
        Some(Finding {
            facts,
            innocent_explanations: innocent(slice.book().entity(account.entity)),
            first_visible: crossed,
            assumptions: grounds.assumptions,
            ..draft(slice.book(), ID, account.entity, window, (lo, hi), sentence, selected)
        })
    }
}

fn insert_question(
    facts: &mut BTreeMap<&'static str, Fact>,
    ctx: &RunContext,
    threshold: i64,
    status: BulkStatus,
    crossed: Option<Day>,
) {
    let text = |text: &str| Fact::Text(text.to_owned());
    let operator = match ctx.threshold.operator {
        Operator::Gt => "gt",
        Operator::Ge => "ge",
    };
    facts.insert("threshold", Fact::Number(threshold));
    facts.insert("operator", text(operator));
    let status = if status == BulkStatus::Confirmed { "confirmed" } else { "possible" };
    facts.insert("bulk_status", text(status));
    if let Some(day) = crossed {
        facts.insert("crossed_on", Fact::Text(day.to_string()));
    }
}

fn sentence(ctx: &RunContext, sums: &Purchases, status: BulkStatus) -> String {
    let threshold = &ctx.threshold;
    let (since, passed) = (threshold.since, threshold.in_words(threshold.chips));
    let chips = between(sums.acquired.lo, sums.acquired.hi);
    let (direct, indirect) = (sums.direct, sums.indirect);
    let has = |chips: Chips| chips.lo != 0 || chips.hi != 0;
    let split = match (has(direct), has(indirect)) {
        (true, true) => format!(
            " ({} of its own account, {} as named end customer)",
            range(direct.lo, direct.hi),
            range(indirect.lo, indirect.hi)
        ),
        (false, true) => " as named end customer".to_owned(),
        _ => String::new(),
    };
    let countries = countries_in_words(threshold);
    if status == BulkStatus::Confirmed {
        format!("Bought {chips} AI chips since {since}{split}, {passed}{countries}.")
    } else {
        let (lo, hi) = (sums.acquired.lo, sums.acquired.hi);
        format!(
            "Between {lo} and {hi} AI chips since {since}{split}{countries}: only the higher count is {passed}."
        )
    }
}

fn window_sentence(
    ctx: &RunContext,
    asked: WindowThreshold,
    (lo, hi): (i64, i64),
    best: &BestWindow,
    status: BulkStatus,
) -> String {
    let passed = ctx.threshold.in_words(asked.chips);
    let time = format!("within {} days ({} to {})", asked.days, best.from, best.to);
    let countries = countries_in_words(&ctx.threshold);
    if status == BulkStatus::Confirmed {
        format!("Bought {} AI chips {time}, {passed}{countries}.", between(lo, hi))
    } else {
        format!("Between {lo} and {hi} AI chips {time}{countries}: only the higher count is {passed}.")
    }
}

fn innocent(entity: &Entity) -> Vec<InnocentExplanation> {
    let group = match entity.parent.as_str() {
        "" => "No parent is known.".to_owned(),
        parent => {
            format!("Its parent is {parent}; how the group shares its purchases is not in the records.")
        }
    };
    vec![
        ordinary_volume(entity),
        resale(entity),
        not_checkable("One company of a group may buy for all of it.", &group),
    ]
}

fn examples() -> Vec<Example> {
    vec![
        Example::fires(
            "300 of its own account and 304 as named end customer",
            vec![Row::bought("Acme", "2023-02-01", 300), Row::end_customer("Acme", "2024-05-01", 304)],
        ),
        Example::fires(
            "only the higher count is more than 500",
            vec![Row::bought("Acme", "2023-02-01", 120).up_to(960)],
        ),
        Example::is_silent("500 is not more than 500", vec![Row::bought("Acme", "2023-02-01", 500)]),
        Example::is_silent(
            "40 of 520 came back",
            vec![Row::bought("Acme", "2023-03-01", 520).undone(40), Row::returned("Acme", "2023-04-01", 40)],
        ),
        Example::is_silent("received goods are not bought", vec![Row::received("Acme", "2023-02-01", 900)]),
    ]
}

#[cfg(test)]
mod tests;
