//! Rolling sums over days.

use chipwatch_records::{Book, Day};

use crate::detector::DetectError;
use crate::slice::Posting;

/// Net chips bought on one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DailyNet {
    pub(crate) day: Day,
    /// The day's number: windows compare very many.
    number: i32,
    pub(crate) lo: i64,
    pub(crate) hi: i64,
}

/// The window with the largest sum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BestWindow {
    /// Its first day: one with a purchase.
    pub(crate) from: Day,
    /// Its last day, counted too.
    pub(crate) to: Day,
    /// The sum.
    pub(crate) chips: i64,
}

/// The windows with the largest sums of lo and of hi.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BestWindows {
    pub(crate) lo: BestWindow,
    pub(crate) hi: BestWindow,
}

/// Sums net purchases by day into `days`, which is emptied first and kept between entities.
pub(crate) fn fill_daily_net<'e>(
    days: &mut Vec<DailyNet>,
    book: &Book,
    entries: impl Iterator<Item = Posting<'e>>,
) -> Result<(), DetectError> {
    days.clear();
    for entry in entries {
        match days.last_mut() {
            Some(last) if last.day == entry.day => {
                last.lo += entry.net_lo;
                last.hi += entry.net_hi;
            }
            Some(last) if last.day > entry.day => {
                return Err(DetectError::NotSorted {
                    entity: book.entity(entry.entity).id.clone(),
                    before: last.day,
                    day: entry.day,
                });
            }
            _ => days.push(DailyNet {
                day: entry.day,
                number: entry.day.number(),
                lo: entry.net_lo,
                hi: entry.net_hi,
            }),
        }
    }
    Ok(())
}

/// The best windows of `length` days by lo and by hi, both ends counted; of equal ones the earliest.
/// Net chips are never negative, so a best window starts on a day with a purchase.
pub(crate) fn best_windows(days: &[DailyNet], length: u16) -> Option<BestWindows> {
    let mut sum = (0, 0);
    let (mut best_lo, mut best_hi) = (None, None);
    let mut end = 0;
    for (start, first) in days.iter().enumerate() {
        let after = first.number + i32::from(length);
        while let Some(next) = days.get(end).filter(|next| next.number < after) {
            sum = (sum.0 + next.lo, sum.1 + next.hi);
            end += 1;
        }
        keep_larger(&mut best_lo, start, sum.0);
        keep_larger(&mut best_hi, start, sum.1);
        sum = (sum.0 - first.lo, sum.1 - first.hi);
    }
    let window = |(start, chips): (usize, i64)| {
        let from = days[start].day;
        let to = from.plus(i32::from(length) - 1);
        BestWindow { from, to, chips }
    };
    Some(BestWindows { lo: window(best_lo?), hi: window(best_hi?) })
}

fn keep_larger(best: &mut Option<(usize, i64)>, start: usize, chips: i64) {
    if best.is_none_or(|(_, most)| chips > most) {
        *best = Some((start, chips));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::day;

    fn net(day: Day, lo: i64, hi: i64) -> DailyNet {
        let number = day.number();
        DailyNet { day, number, lo, hi }
    }

    fn days(rows: &[(&str, i64)]) -> Vec<DailyNet> {
        rows.iter().map(|(text, chips)| net(day(text), *chips, 2 * chips)).collect()
    }

    #[test]
    fn a_window_of_thirty_days_counts_both_ends() {
        let inside = days(&[("2024-03-01", 10), ("2024-03-30", 20)]);
        let best = best_windows(&inside, 30).unwrap();
        assert_eq!((best.lo.chips, best.hi.chips), (30, 60));
        assert_eq!((best.lo.from, best.lo.to), (day("2024-03-01"), day("2024-03-30")));
        let outside = days(&[("2024-03-01", 10), ("2024-03-31", 20)]);
        assert_eq!(best_windows(&outside, 30).unwrap().lo.chips, 20);
    }

    #[test]
    fn of_equal_windows_the_earliest_is_named_and_an_empty_ledger_has_none() {
        let rows = days(&[("2024-01-01", 5), ("2024-06-01", 5)]);
        assert_eq!(best_windows(&rows, 1).unwrap().lo.from, day("2024-01-01"));
        assert_eq!(best_windows(&[], 30), None);
    }

    #[test]
    fn lo_and_hi_may_have_different_best_windows() {
        let rows = [net(day("2024-01-01"), 5, 6), net(day("2024-06-01"), 1, 9)];
        let best = best_windows(&rows, 30).unwrap();
        assert_eq!((best.lo.from, best.hi.from), (day("2024-01-01"), day("2024-06-01")));
    }

    proptest::proptest! {
        #[test]
        fn two_pointers_agree_with_trying_every_window(
            steps in proptest::collection::vec((1_i32..40, 0_i64..50), 0..40),
            length in 1_u16..200,
        ) {
            let mut at = day("2020-01-01");
            let rows: Vec<_> = steps
                .iter()
                .map(|(gap, chips)| {
                    at = at.plus(*gap);
                    net(at, *chips, *chips)
                })
                .collect();
            let slow = rows.iter().map(|start| {
                let to = start.day.plus(i32::from(length) - 1);
                rows.iter().filter(|d| d.day >= start.day && d.day <= to).map(|d| d.lo).sum::<i64>()
            });
            proptest::prop_assert_eq!(best_windows(&rows, length).map(|best| best.lo.chips), slow.max());
        }
    }
}
