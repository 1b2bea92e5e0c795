//! Sums over the entries of one entity.

use chipwatch_records::{BulkStatus, Chips, Day, Measure, Purchases, Threshold};

use crate::question::is_return;
use crate::slice::Posting;

/// The purchase measures of the entries.
///
/// `returned` is the negative of what returns add, end by end, so that acquired = gross - returned holds at each
/// end: a return that found no purchase stands in its lo and not in its hi.
pub(crate) fn purchases<'e>(entries: impl Iterator<Item = Posting<'e>>) -> Purchases {
    let mut sums = Purchases::default();
    for entry in entries {
        let (lo, best, hi) = (entry.chips_lo, entry.chips_best, entry.chips_hi);
        let measure = match entry.measure {
            Measure::Direct => &mut sums.direct,
            Measure::Indirect => &mut sums.indirect,
            Measure::Received => &mut sums.received,
            Measure::OnLoan => &mut sums.on_loan,
            Measure::Open => &mut sums.open,
            Measure::CustomsOnly => &mut sums.customs_only,
        };
        measure.add(lo, best, hi);
        if entry.measure.is_acquired() {
            sums.acquired.add(lo, best, hi);
            if is_return(&entry) {
                sums.returned.add(-lo, -best, -hi);
            } else {
                sums.gross.add(lo, best, hi);
            }
        }
    }
    sums
}

/// How sure it is that the chips pass the threshold.
pub(crate) fn bulk_status(threshold: &Threshold, acquired: Chips) -> BulkStatus {
    status_at(threshold, threshold.chips, acquired.lo, acquired.hi)
}

/// How sure it is that chips pass another threshold under the same operator.
pub(crate) fn status_at(threshold: &Threshold, chips: i64, lo: i64, hi: i64) -> BulkStatus {
    if threshold.passes_at(lo, chips) {
        BulkStatus::Confirmed
    } else if threshold.passes_at(hi, chips) {
        BulkStatus::Possible
    } else {
        BulkStatus::None
    }
}

/// The first day at whose end the running sum passes. Rows of one day have no order among themselves.
pub(crate) fn crossed_on(
    chips_by_day: impl Iterator<Item = (Day, i64)>,
    passes: impl Fn(i64) -> bool,
) -> Option<Day> {
    let mut sum = 0;
    let mut today = None;
    for (day, chips) in chips_by_day {
        if let Some(before) = today
            && before != day
            && passes(sum)
        {
            return Some(before);
        }
        sum += chips;
        today = Some(day);
    }
    today.filter(|_| passes(sum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::Row;
    use crate::fixture::{Sheet, day};
    use crate::slice::Slice;

    #[test]
    fn acquired_is_gross_less_returned_at_each_end() {
        let sheet = Sheet::new(&[
            Row::bought("A", "2024-01-01", 100).up_to(120),
            Row::end_customer("A", "2024-01-02", 50),
            Row::returned("A", "2024-02-01", 30),
            Row::unmatched_return("A", "2024-02-02", 7),
            Row::received("A", "2024-02-03", 900),
            Row::open("A", "2024-02-04", 11),
        ]);
        let ledger = sheet.ledger();
        let slice = Slice::new(&ledger);
        let sums = purchases(slice.accounts().flat_map(|account| account.postings()));
        assert_eq!((sums.acquired.lo, sums.acquired.hi), (113, 140));
        assert_eq!((sums.gross.lo, sums.gross.hi), (150, 170));
        assert_eq!((sums.returned.lo, sums.returned.hi), (37, 30));
        assert_eq!((sums.indirect.lo, sums.received.lo, sums.open.hi), (50, 900, 11));
    }

    #[test]
    fn rows_of_one_day_are_taken_together_before_the_threshold_is_asked() {
        let rows = [("2024-01-01", 600), ("2024-01-01", -200), ("2024-01-02", 150)];
        let crossed = crossed_on(rows.iter().map(|(d, n)| (day(d), *n)), |n| n > 500);
        assert_eq!(crossed, Some(day("2024-01-02")));
        assert_eq!(crossed_on(std::iter::empty(), |n| n > 500), None);
    }
}
