//! What lies at somebody's place: stock on loan or consignment, goods received. What leaves must have come.

use chipwatch_records::Measure;

use super::settle::Movement;

/// Chips, fewest, as usually sold and most.
type Stock = [i64; 3];

/// Lets what leaves take away no more than what came before it. What came before the threshold's start leaves first
/// and counts in neither direction; what the records never saw come takes nothing away.
pub(crate) fn settle_balances(movements: &mut [Movement]) {
    for measure in [Measure::OnLoan, Measure::Received] {
        let leaves = |movement: &Movement| movement.measure == measure && movement.sign < 0;
        if !movements.iter().any(leaves) {
            continue;
        }
        let (mut early, mut stock): (Stock, Stock) = ([0; 3], [0; 3]);
        for day in movements.chunk_by_mut(|a, b| a.day == b.day) {
            for movement in day.iter().filter(|movement| movement.measure == measure && movement.sign > 0) {
                let into = if movement.before { &mut early } else { &mut stock };
                for (have, came) in into.iter_mut().zip([movement.lo, movement.best, movement.hi]) {
                    *have += came;
                }
            }
            for movement in day.iter_mut().filter(|movement| leaves(movement)) {
                let left = take(&mut early, [movement.lo, movement.best, movement.hi]);
                let wanted = left;
                let left = take(&mut stock, left);
                movement.lo = wanted[0] - left[0];
                movement.best = wanted[1] - left[1];
                movement.hi = wanted[2] - left[2];
            }
        }
    }
}

/// Takes what can be had; what is left to take comes back.
fn take(stock: &mut Stock, mut wanted: Stock) -> Stock {
    for (have, want) in stock.iter_mut().zip(&mut wanted) {
        let taken = (*want).min(*have);
        *have -= taken;
        *want -= taken;
    }
    wanted
}
