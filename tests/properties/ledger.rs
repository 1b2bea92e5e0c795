//! What one more sale and the splitting of a line may do to counts and flags.

use std::collections::BTreeMap;

use chipwatch_records::{BulkStatus, Flags};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::chain::{Settled, settle};
use crate::lines::{Line, config, with_sale};

fn flags(settled: &Settled) -> BTreeMap<&str, BulkStatus> {
    settled.flagged.iter().map(|entity| (entity.id.as_str(), entity.judged.bulk_status)).collect()
}

/// Confirmed, possible, none: the order of the badge.
fn is_at_least(after: BulkStatus, before: BulkStatus) -> bool {
    after <= before
}

/// One line in two of the same document, day and total.
fn split(line: &Line, first: i32) -> [Line; 2] {
    let first = first.rem_euclid(line.quantity - 1) + 1;
    let second = Line { line_no: line.line_no + 10, quantity: line.quantity - first, ..line.clone() };
    [Line { quantity: first, ..line.clone() }, second]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn one_more_plain_sale_never_removes_a_bulk_flag((lines, sale) in with_sale(false)) {
        let before = settle(&lines);
        let mut more = lines.clone();
        more.push(sale);
        let after = settle(&more);
        let flags_after = flags(&after);
        for (entity, status) in flags(&before).into_iter().filter(|(_, status)| *status != BulkStatus::None) {
            let now = flags_after.get(entity).copied().unwrap_or(BulkStatus::None);
            prop_assert!(is_at_least(now, status), "{}: {:?} became {:?}", entity, status, now);
        }
    }

    #[test]
    fn one_more_plain_sale_never_lowers_a_count((lines, sale) in with_sale(false)) {
        let before = settle(&lines);
        let mut more = lines.clone();
        more.push(sale);
        let after: BTreeMap<String, _> = settle(&more).accounts.into_iter().collect();
        for (entity, sums) in &before.accounts {
            let now = after[entity].acquired;
            prop_assert!(now.lo >= sums.acquired.lo, "{} {:?} {:?}", entity, sums.acquired, now);
            prop_assert!(now.hi >= sums.acquired.hi, "{} {:?} {:?}", entity, sums.acquired, now);
        }
    }

    #[test]
    fn splitting_a_line_with_its_own_document_changes_no_count_flag_or_rank(
        (lines, sale) in with_sale(true), first in any::<i32>(), at in any::<prop::sample::Index>(),
    ) {
        let sale = Line { quantity: sale.quantity.max(2), ..sale };
        let at = at.index(lines.len() + 1);
        let mut whole = lines.clone();
        whole.insert(at, sale.clone());
        let mut halves = lines;
        halves.splice(at..at, split(&sale, first));
        let (one, two) = (settle(&whole), settle(&halves));
        prop_assert_eq!(one.standings(), two.standings());
    }
}

/// What the cases must reach, or the properties above say nothing.
#[test]
fn the_cases_reach_every_rule_that_may_break() {
    let mut runner = TestRunner::new(config());
    let mut marks = Flags::default();
    let mut seen: BTreeMap<BulkStatus, usize> = BTreeMap::new();
    for _ in 0..config().cases {
        let (lines, _) = with_sale(true).new_tree(&mut runner).unwrap().current();
        let settled = settle(&lines);
        for entry in &settled.entries {
            marks = marks.with(entry.entry.flags);
        }
        for status in flags(&settled).into_values() {
            *seen.entry(status).or_default() += 1;
        }
    }
    for mark in [
        Flags::REPEATED,
        Flags::CONFLICTING,
        Flags::UNMATCHED_RETURN,
        Flags::UNRETURNED,
        Flags::POSSIBLE_OVERLAP,
        Flags::SAME_UNITS,
        Flags::NO_GOODS_MOVEMENT,
    ] {
        assert!(marks.has(mark), "{mark:?}");
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}
