//! The day a report speaks for, where the pipeline leaves it to the data.

use std::collections::BTreeMap;

use chipwatch_records::{Day, ShipmentLines};

/// A gap of more days than this sets the lines behind it apart.
const GAP_DAYS: i32 = 180;
/// Behind the gap lies less than one line in so many: typing errors such as 2052 for 2025.
const ONE_IN: u64 = 1_000;

/// The last ship date before a gap behind which hardly any line lies; `None` where no line is dated.
pub(crate) fn latest_shipment(lines: &ShipmentLines, days: &BTreeMap<Day, u64>) -> Option<Day> {
    let ordered = || lines.particulars.iter().filter_map(|particulars| particulars.order_date).max();
    last_before_gap(days).or_else(ordered)
}

fn last_before_gap(days: &BTreeMap<Day, u64>) -> Option<Day> {
    let total: u64 = days.values().sum();
    let mut behind = 0;
    let mut best = days.keys().next_back().copied();
    let mut later: Option<Day> = None;
    for (day, count) in days.iter().rev() {
        if let Some(later) = later
            && later.number() - day.number() > GAP_DAYS
            && behind * ONE_IN < total
        {
            best = Some(*day);
        }
        behind += count;
        later = Some(*day);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(counts: &[(&str, u64)]) -> BTreeMap<Day, u64> {
        counts.iter().map(|(day, count)| (Day::parse_iso(day).unwrap(), *count)).collect()
    }

    #[test]
    fn a_typed_year_does_not_move_the_day_the_report_speaks_for() {
        let typed = days(&[("2025-01-01", 5_000), ("2025-06-01", 5_000), ("2052-06-01", 3)]);
        assert_eq!(last_before_gap(&typed), Day::parse_iso("2025-06-01"));
    }

    #[test]
    fn many_lines_behind_a_gap_are_shipments() {
        let pause = days(&[("2024-01-01", 500), ("2025-06-01", 10)]);
        assert_eq!(last_before_gap(&pause), Day::parse_iso("2025-06-01"));
        assert_eq!(last_before_gap(&days(&[])), None);
    }
}
