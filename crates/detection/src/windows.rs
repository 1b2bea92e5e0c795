//! Rolling sums over days.

use chipwatch_records::{Book, Day, Entry};

use crate::detector::DetectError;

/// Net chips bought on one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DailyNet {
    pub(crate) day: Day,
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

/// Sums net purchases by day into `days`, which is emptied first and kept between entities.
pub(crate) fn fill_daily_net<'e>(
    days: &mut Vec<DailyNet>,
    book: &Book,
    entries: impl Iterator<Item = &'e Entry>,
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
                lo: entry.net_lo,
                hi: entry.net_hi,
            }),
        }
    }
    Ok(())
}

/// The best window of `length` days, both ends counted; of equal ones the earliest. Net chips are never negative.
pub(crate) fn best_window(
    days: &[DailyNet],
    length: u16,
    chips: impl Fn(&DailyNet) -> i64,
) -> Option<BestWindow> {
    let mut best: Option<BestWindow> = None;
    let mut sum = 0;
    let mut end = 0;
    for start in days {
        let to = start.day.plus(i32::from(length) - 1);
        while let Some(next) = days.get(end).filter(|next| next.day <= to) {
            sum += chips(next);
            end += 1;
        }
        if best.is_none_or(|best| sum > best.chips) {
            best = Some(BestWindow {
                from: start.day,
                to,
                chips: sum,
            });
        }
        sum -= chips(start);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::day;

    fn days(rows: &[(&str, i64)]) -> Vec<DailyNet> {
        rows.iter()
            .map(|(text, chips)| DailyNet {
                day: day(text),
                lo: *chips,
                hi: 2 * chips,
            })
            .collect()
    }

    #[test]
    fn a_window_of_thirty_days_counts_both_ends() {
        let inside = days(&[("2024-03-01", 10), ("2024-03-30", 20)]);
        let outside = days(&[("2024-03-01", 10), ("2024-03-31", 20)]);
        assert_eq!(best_window(&inside, 30, |d| d.lo).map(|w| w.chips), Some(30));
        assert_eq!(best_window(&outside, 30, |d| d.lo).map(|w| w.chips), Some(20));
        assert_eq!(
            best_window(&inside, 30, |d| d.hi).map(|w| w.to),
            Some(day("2024-03-30"))
        );
    }

    #[test]
    fn of_equal_windows_the_earliest_is_named_and_an_empty_ledger_has_none() {
        let rows = days(&[("2024-01-01", 5), ("2024-06-01", 5)]);
        assert_eq!(
            best_window(&rows, 1, |d| d.lo).map(|w| w.from),
            Some(day("2024-01-01"))
        );
        assert_eq!(best_window(&[], 30, |d| d.lo), None);
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
                    DailyNet { day: at, lo: *chips, hi: *chips }
                })
                .collect();
            let slow = rows.iter().map(|start| {
                let to = start.day.plus(i32::from(length) - 1);
                rows.iter().filter(|d| d.day >= start.day && d.day <= to).map(|d| d.lo).sum::<i64>()
            });
            proptest::prop_assert_eq!(best_window(&rows, length, |d| d.lo).map(|w| w.chips), slow.max());
        }
    }
}
