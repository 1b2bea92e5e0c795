#![doc = include_str!("open_order_hold.md")]

use std::collections::BTreeMap;

use chipwatch_records::{Book, Fact, Finding, Measure, NotEvaluated, Purchases, RunContext, Window};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::detector::{DetectError, Detector, Family};
use crate::draft::draft;
use crate::evidence::{Candidate, EvidenceSelector};
use crate::example::{Example, Row};
use crate::explanations::{not_checkable, ordinary_volume};
use crate::parameters::{Parameters, read};
use crate::question::{counted, countries_in_words, missing_countries};
use crate::registry::Registration;
use crate::slice::{Account, Posting, Slice};
use crate::totals::{crossed_on, purchases};
use crate::wording::{between, range};

/// How the registry knows it.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    page: include_str!("open_order_hold.md"),
    parameters: || schemars::schema_for!(OpenOrderHold),
    examples,
    build: |table| Ok(Box::new(read::<OpenOrderHold>(ID, table)?)),
};

/// `assess` raises its findings for entities with a tier.
pub(crate) const ID: &str = "open-order-hold";

/// `open-order-hold` has no parameters.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OpenOrderHold {}

impl Parameters for OpenOrderHold {
    fn check(&self) -> Result<(), (&'static str, String)> {
        Ok(())
    }
}

impl Detector for OpenOrderHold {
    fn id(&self) -> &'static str {
        ID
    }

    fn family(&self) -> Family {
        Family::Volume
    }

    fn detect(&self, slice: &Slice<'_>, ctx: &RunContext) -> Result<Vec<Finding>, DetectError> {
        let mut evidence = EvidenceSelector::new(slice, ctx);
        let mut findings = Vec::new();
        for account in slice.accounts() {
            let sums = purchases(counted(slice, ctx, account));
            if sums.open.hi > 0 && ctx.threshold.passes(sums.acquired.hi + sums.open.hi) {
                findings.push(finding(slice, ctx, account, &sums, &mut evidence));
            }
        }
        Ok(findings)
    }

    fn missing(&self, book: &Book, ctx: &RunContext) -> Vec<NotEvaluated> {
        missing_countries(book, ctx, ID).into_iter().collect()
    }
}

fn finding(
    slice: &Slice<'_>,
    ctx: &RunContext,
    account: Account<'_>,
    sums: &Purchases,
    evidence: &mut EvidenceSelector<'_>,
) -> Finding {
    let adds = |entry: &Posting<'_>| entry.measure.is_acquired() || entry.measure == Measure::Open;
    let chips_by_day = counted(slice, ctx, account).filter(adds).map(|entry| (entry.day, entry.chips_hi));
    let crossed = crossed_on(chips_by_day, |chips| ctx.threshold.passes(chips));
    let open = counted(slice, ctx, account).filter(|entry| entry.measure == Measure::Open);
    let first_order = open.clone().map(|entry| entry.day).next();
    let selected = evidence.select(
        open.map(|entry| Candidate { entry, lo: entry.chips_lo, hi: entry.chips_hi, undone: false }),
        crossed,
    );
    let subject = slice.book().entity(account.entity);
    let window = Window { rule: "open".to_owned(), from: ctx.threshold.since, to: ctx.as_of };
    let chips = (sums.open.lo, sums.open.hi);
    let settled = "The records end before it is settled.";
    Finding {
        facts: BTreeMap::from([
            ("open_lo", Fact::Number(sums.open.lo)),
            ("open_hi", Fact::Number(sums.open.hi)),
            ("acquired_lo", Fact::Number(sums.acquired.lo)),
            ("acquired_hi", Fact::Number(sums.acquired.hi)),
        ]),
        innocent_explanations: vec![
            ordinary_volume(subject),
            not_checkable("An order may still be changed or cancelled.", settled),
        ],
        // Before its first open order there was nothing to hold.
        first_visible: crossed.max(first_order),
        ..draft(slice.book(), ID, account.entity, window, chips, sentence(ctx, sums), selected)
    }
}

fn sentence(ctx: &RunContext, sums: &Purchases) -> String {
    let threshold = &ctx.threshold;
    let on_order = between(sums.open.lo, sums.open.hi);
    let acquired = range(sums.acquired.lo, sums.acquired.hi);
    let since = threshold.since;
    let passed = threshold.in_words(threshold.chips);
    let countries = countries_in_words(threshold);
    let most = sums.acquired.hi + sums.open.hi;
    format!(
        "Has {on_order} AI chips on order that have not left; with the {acquired} acquired since {since} \
         that may be {most}, {passed}{countries}."
    )
}

fn examples() -> Vec<Example> {
    vec![
        Example::fires(
            "480 bought, 64 on order",
            vec![Row::bought("Acme", "2026-02-01", 480), Row::open("Acme", "2026-09-01", 64)],
        ),
        Example::is_silent(
            "480 bought, 20 on order: 500 is not more than 500",
            vec![Row::bought("Acme", "2026-02-01", 480), Row::open("Acme", "2026-09-01", 20)],
        ),
        Example::is_silent("800 bought, nothing on order", vec![Row::bought("Acme", "2026-02-01", 800)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Sheet, day, run};

    fn detect(rows: &[Row]) -> Vec<Finding> {
        let sheet = Sheet::new(rows);
        OpenOrderHold {}.detect(&Slice::new(&sheet.ledger()), &run()).unwrap()
    }

    #[test]
    fn purchases_and_orders_together_pass_only_above_500() {
        for (open, fires) in [(19, false), (20, false), (21, true)] {
            let rows = [Row::bought("A", "2026-01-01", 480), Row::open("A", "2026-09-01", open)];
            assert_eq!(!detect(&rows).is_empty(), fires, "{open}");
        }
    }

    #[test]
    fn the_finding_is_about_the_open_chips_alone() {
        let rows = [
            Row::bought("A", "2026-01-01", 700),
            Row::open("A", "2026-09-01", 8).up_to(16),
            Row::open("A", "2026-09-02", 4),
        ];
        let found = detect(&rows);
        assert_eq!((found[0].chips_lo, found[0].chips_hi, found[0].evidence.len()), (12, 20, 2));
        assert_eq!(found[0].first_visible, Some(day("2026-09-01")));
        insta::assert_snapshot!(
            found[0].sentence,
            @"Has between 12 and 20 AI chips on order that have not left; with the 700 acquired since 2020-01-01 that may be 720, more than 500."
        );
    }
}
