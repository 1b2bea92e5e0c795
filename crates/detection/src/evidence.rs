//! Which lines a finding lists. Whatever is not listed stands in one remainder row per model,
//! so that the rows of a finding always sum exactly to its chips.

use chipwatch_records::{Day, Evidence, EvidenceRole, ItemId, RunContext};

use crate::models::ModelIndex;
use crate::slice::{Posting, Slice};

/// An entry that stands behind a finding, with the chips it adds to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'e> {
    pub(crate) entry: Posting<'e>,
    pub(crate) lo: i64,
    pub(crate) hi: i64,
    /// A return, or a purchase part of which came back: listed before anything else.
    pub(crate) undone: bool,
}

/// The rows of a finding and how many lines stand behind them.
#[derive(Clone, Default, Debug)]
pub(crate) struct Selected {
    pub(crate) rows: Vec<Evidence>,
    pub(crate) lines: u64,
}

#[derive(Clone, Copy, Default)]
struct Remainder {
    item: Option<ItemId>,
    lo: i64,
    hi: i64,
    lines: u32,
}

/// Chooses evidence; keeps its buffers from finding to finding, because a slice has very many.
pub(crate) struct EvidenceSelector<'l> {
    models: &'l ModelIndex,
    limit: usize,
    listed: Vec<bool>,
    late: Vec<(i64, usize)>,
    remainders: Vec<Remainder>,
}

impl<'l> EvidenceSelector<'l> {
    pub(crate) fn new(slice: &'l Slice<'_>, ctx: &RunContext) -> Self {
        let models = slice.models();
        Self {
            models,
            limit: ctx.evidence_rows.unwrap_or(usize::MAX),
            listed: Vec::new(),
            late: Vec::new(),
            remainders: vec![Remainder::default(); models.names().len()],
        }
    }

    /// Lists the candidates in their order; where there are too many: what was undone, then up to the crossing by
    /// day, then the largest.
    pub(crate) fn select<'e>(
        &mut self,
        candidates: impl Iterator<Item = Candidate<'e>> + Clone,
        crossing: Option<Day>,
    ) -> Selected {
        let lines = candidates.clone().count();
        let listed = lines.min(self.limit);
        if listed < lines {
            self.choose(candidates.clone(), lines, crossing);
        }
        let mut rows = Vec::with_capacity(listed);
        for (position, candidate) in candidates.enumerate() {
            if listed == lines || self.listed[position] {
                rows.push(self.row(&candidate));
            } else {
                self.put_aside(&candidate);
            }
        }
        if listed < lines {
            self.drain_remainders(&mut rows);
        }
        Selected { rows, lines: lines as u64 }
    }

    fn choose<'e>(
        &mut self,
        candidates: impl Iterator<Item = Candidate<'e>> + Clone,
        lines: usize,
        crossing: Option<Day>,
    ) {
        self.listed.clear();
        self.listed.resize(lines, false);
        self.late.clear();
        let mut room = self.limit;
        for (position, candidate) in candidates.clone().enumerate() {
            if room > 0 && candidate.undone {
                self.listed[position] = true;
                room -= 1;
            }
        }
        for (position, candidate) in candidates.enumerate() {
            if room == 0 {
                break;
            }
            if candidate.undone {
                continue;
            }
            if crossing.is_some_and(|crossing| candidate.entry.day <= crossing) {
                self.listed[position] = true;
                room -= 1;
            } else {
                // Falling chips, then rising position: the order of the ledger settles ties.
                let size = candidate.hi.abs().max(candidate.lo.abs());
                self.late.push((-size, position));
            }
        }
        // Too many late ones: a selection, not a sort, finds the largest.
        if room > 0 && room < self.late.len() {
            self.late.select_nth_unstable(room - 1);
        }
        for (_, position) in self.late.iter().take(room) {
            self.listed[*position] = true;
        }
    }

    fn row(&self, candidate: &Candidate<'_>) -> Evidence {
        Evidence {
            line: Some(candidate.entry.line),
            item: candidate.entry.goods.item,
            role: candidate.entry.role,
            chips_lo: candidate.lo,
            chips_hi: candidate.hi,
            line_count: 1,
        }
    }

    fn put_aside(&mut self, candidate: &Candidate<'_>) {
        let item = candidate.entry.goods.item;
        let remainder = &mut self.remainders[self.models.traits_of(item).model];
        remainder.item = Some(remainder.item.map_or(item, |other| other.min(item)));
        remainder.lo += candidate.lo;
        remainder.hi += candidate.hi;
        remainder.lines += 1;
    }

    fn drain_remainders(&mut self, rows: &mut Vec<Evidence>) {
        for remainder in &mut self.remainders {
            let Remainder { item, lo, hi, lines } = std::mem::take(remainder);
            if let Some(item) = item {
                rows.push(Evidence {
                    line: None,
                    item,
                    role: EvidenceRole::Remainder,
                    chips_lo: lo,
                    chips_hi: hi,
                    line_count: lines,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::example::Row;
    use crate::fixture::{Sheet, day, run};
    use crate::slice::Account;

    fn select(rows: &[Row], limit: usize, crossing: Option<&str>) -> Selected {
        let sheet = Sheet::new(rows);
        let ledger = sheet.ledger();
        let slice = Slice::new(&ledger);
        let mut ctx = run();
        ctx.evidence_rows = Some(limit);
        let mut selector = EvidenceSelector::new(&slice, &ctx);
        let account = slice.accounts().next();
        let candidates = account.iter().flat_map(Account::postings).map(|entry| Candidate {
            entry,
            lo: entry.chips_lo,
            hi: entry.chips_hi,
            undone: entry.chips_lo < 0 || entry.net_lo < entry.chips_lo,
        });
        selector.select(candidates, crossing.map(day))
    }

    fn lines(selected: &Selected) -> Vec<Option<u32>> {
        selected.rows.iter().map(|row| row.line).collect()
    }

    #[test]
    fn returns_and_what_they_undo_come_first_then_the_days_to_the_crossing_then_the_largest() {
        let rows = [
            Row::bought("A", "2024-01-01", 10),
            Row::bought("A", "2024-01-02", 20),
            Row::bought("A", "2024-01-03", 30).undone(5),
            Row::bought("A", "2024-01-04", 1),
            Row::bought("A", "2024-01-05", 90),
            Row::bought("A", "2024-01-06", 80),
            Row::returned("A", "2024-01-07", 5),
        ];
        let at = Some("2024-01-02");
        assert_eq!(lines(&select(&rows, 7, at)).len(), 7);
        assert_eq!(lines(&select(&rows, 1, at)), [Some(2), None]);
        assert_eq!(lines(&select(&rows, 3, at)), [Some(0), Some(2), Some(6), None]);
        assert_eq!(lines(&select(&rows, 5, at)), [Some(0), Some(1), Some(2), Some(4), Some(6), None]);
    }

    #[test]
    fn there_is_one_remainder_row_per_model_in_the_order_of_names() {
        let rows = [
            Row::bought("A", "2024-01-01", 10).of_model("H200"),
            Row::bought("A", "2024-01-02", 20),
            Row::bought("A", "2024-01-03", 30),
            Row::bought("A", "2024-01-04", 40).of_model(""),
        ];
        let selected = select(&rows, 0, None);
        let sums: Vec<_> = selected.rows.iter().map(|row| (row.line_count, row.chips_lo)).collect();
        assert_eq!(sums, [(2, 50), (1, 10), (1, 40)]);
        assert_eq!(selected.lines, 4);
    }

    proptest! {
        #[test]
        fn the_rows_always_sum_to_all_chips_and_all_lines(
            chips in proptest::collection::vec((0_i32..60, -50_i64..500, 0_i64..50, 0_usize..3), 0..60),
            limit in 0_usize..70,
            crossing in 0_i32..60,
        ) {
            let models = ["A100", "H100 SXM", ""];
            let rows: Vec<_> = chips
                .iter()
                .map(|(_, lo, more, model)| Row::bought("A", "2024-01-01", *lo).up_to(lo + more).of_model(models[*model]))
                .collect();
            let mut sheet = Sheet::new(&rows);
            for (entry, (after, ..)) in sheet.entries.iter_mut().zip(&chips) {
                entry.day = entry.day.plus(*after);
            }
            sheet.entries.sort_by_key(|entry| entry.day);
            let ledger = sheet.ledger();
            let slice = Slice::new(&ledger);
            let account = slice.accounts().next();
            let mut ctx = run();
            ctx.evidence_rows = Some(limit);
            let mut selector = EvidenceSelector::new(&slice, &ctx);
            let candidates = account.iter().flat_map(Account::postings).map(|entry| Candidate {
                entry, lo: entry.chips_lo, hi: entry.chips_hi, undone: entry.chips_lo < 0,
            });
            let crossing = Some(day("2024-01-01").plus(crossing));
            let first = selector.select(candidates.clone(), crossing);
            let listed = first.rows.iter().filter(|row| row.line.is_some()).count();
            prop_assert_eq!(listed, limit.min(rows.len()));
            prop_assert_eq!(first.rows.iter().map(|r| r.chips_lo).sum::<i64>(), rows.iter().map(|r| r.chips_lo).sum::<i64>());
            prop_assert_eq!(first.rows.iter().map(|r| r.chips_hi).sum::<i64>(), rows.iter().map(|r| r.chips_hi).sum::<i64>());
            prop_assert_eq!(first.rows.iter().map(|r| r.line_count as usize).sum::<usize>(), rows.len());
            // Nothing is left over in the buffers.
            let second = selector.select(candidates, crossing);
            prop_assert_eq!(first.rows, second.rows);
        }
    }
}
