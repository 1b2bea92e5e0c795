//! Returns and the purchases they undo.

use std::collections::BTreeMap;

use chipwatch_records::{DocumentType, Flags, ItemId};
use hashbrown::HashMap;

use super::slices::{Desk, Movement};

/// Ties each return of one entity to purchases: those it cites, else the latest earlier ones of the same item, else of
/// the same model. What finds none lowers lo and best, not hi.
pub(crate) fn match_returns(desk: &Desk<'_>, movements: &mut [Movement]) {
    let is_return = |movement: &&Movement| movement.measure.is_acquired() && movement.sign < 0;
    if !movements.iter().any(|movement| is_return(&movement)) {
        mark_unreturned(desk, movements);
        return;
    }
    let index = Index::of(desk, movements);
    let mut unmatched = Vec::new();
    for place in 0..movements.len() {
        if is_return(&&movements[place]) {
            let left = match_one(desk, movements, place, &index);
            if left.lo > 0 {
                unmatched.push((place, left));
            }
        }
    }
    let mut available: i64 =
        purchases(movements).filter(|movement| !movement.before).map(|movement| movement.net_lo).sum();
    for (place, left) in unmatched {
        let movement = &mut movements[place];
        let lowered = left.lo.min(available);
        available -= lowered;
        movement.net_lo += lowered;
        movement.net_best += left.best.min(lowered);
        movement.flags = movement.flags.with(Flags::UNMATCHED_RETURN);
    }
    mark_unreturned(desk, movements);
}

fn purchases(movements: &[Movement]) -> impl Iterator<Item = &Movement> {
    movements.iter().filter(|movement| movement.measure.is_acquired() && movement.sign > 0)
}

/// A replacement whose defective part has not come back.
fn mark_unreturned(desk: &Desk<'_>, movements: &mut [Movement]) {
    for movement in movements.iter_mut() {
        let replaces = desk.kept(movement).kind == DocumentType::RmaReplacement;
        if replaces && movement.measure.is_acquired() && movement.net_hi > 0 {
            movement.flags = movement.flags.with(Flags::UNRETURNED);
        }
    }
}

/// Purchases by what a return can say about them; places are in the order of days.
struct Index<'a> {
    by_document: HashMap<u64, Vec<usize>>,
    by_item: BTreeMap<ItemId, Vec<usize>>,
    by_model: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(desk: &Desk<'a>, movements: &[Movement]) -> Self {
        let mut index =
            Self { by_document: HashMap::new(), by_item: BTreeMap::new(), by_model: BTreeMap::new() };
        for (place, movement) in movements.iter().enumerate() {
            if !movement.measure.is_acquired() || movement.sign < 0 {
                continue;
            }
            let kept = desk.kept(movement);
            let own = kept.line.document.map(|document| desk.book.written.documents.digest(document));
            for document in own.into_iter().chain(desk.links.cited(&kept.line)) {
                index.by_document.entry(document).or_default().push(place);
            }
            index.by_item.entry(kept.item).or_default().push(place);
            if let Some(model) = desk.model(movement) {
                index.by_model.entry(model).or_default().push(place);
            }
        }
        index
    }

    /// Candidates in the order in which a return is held against them.
    fn candidates(&self, desk: &Desk<'_>, movements: &[Movement], place: usize) -> Vec<usize> {
        let movement = &movements[place];
        let kept = desk.kept(movement);
        let none = Vec::new();
        let model = desk.model(movement);
        let cited = desk
            .links
            .cited(&kept.line)
            .and_then(|document| self.by_document.get(&document))
            .unwrap_or(&none);
        let cited = cited.iter().rev().filter(|purchase| {
            let other = &movements[**purchase];
            desk.kept(other).item == kept.item || (model.is_some() && desk.model(other) == model)
        });
        let earlier = |purchase: &&usize| movements[**purchase].day <= movement.day;
        let same_item = self.by_item.get(&kept.item).unwrap_or(&none).iter().rev().filter(earlier);
        let same_model = model.and_then(|model| self.by_model.get(model)).unwrap_or(&none);
        let same_model = same_model.iter().rev().filter(earlier);
        cited.chain(same_item).chain(same_model).copied().collect()
    }
}

/// Chips of a return that are still to be placed.
#[derive(Clone, Copy)]
struct Left {
    items: i64,
    lo: i64,
    best: i64,
    hi: i64,
}

/// Places one return; what it takes from purchases since the start becomes its own net.
fn match_one(desk: &Desk<'_>, movements: &mut [Movement], place: usize, index: &Index<'_>) -> Left {
    let returned = movements[place];
    let possible = returned.flags.has(Flags::POSSIBLE_OVERLAP);
    let mut left = Left { items: returned.items, lo: returned.lo, best: returned.best, hi: returned.hi };
    let (mut took_lo, mut took_best, mut took_hi) = (0, 0, 0);
    for candidate in index.candidates(desk, movements, place) {
        if left.hi <= 0 && left.lo <= 0 {
            break;
        }
        let same_item = desk.kept(&movements[candidate]).item == desk.kept(&returned).item;
        let purchase = &mut movements[candidate];
        if purchase.net_hi <= 0 && purchase.net_lo <= 0 {
            continue;
        }
        let took = take(purchase, &mut left, same_item, possible);
        if !purchase.before {
            took_lo += took.lo;
            took_best += took.best;
            took_hi += took.hi;
        }
    }
    let movement = &mut movements[place];
    (movement.net_lo, movement.net_best, movement.net_hi) = (took_lo, took_best, took_hi);
    left
}

/// Takes what it can from one purchase. A return that may be the same as one of another level lowers lo alone.
fn take(purchase: &mut Movement, left: &mut Left, same_item: bool, possible: bool) -> Left {
    let took = if same_item && purchase.items > 0 && left.items > 0 {
        let items = left.items.min(purchase.items);
        purchase.items -= items;
        // Part of each end, so that whole items leave whole chips.
        let part = |total: i64, all: i64| if items == all { total } else { total * items / all };
        let took = Left {
            items,
            lo: part(left.lo, left.items),
            best: part(left.best, left.items),
            hi: part(left.hi, left.items),
        };
        left.items -= items;
        took
    } else {
        let took = Left {
            items: 0,
            lo: left.hi.min(purchase.net_lo),
            best: left.best.min(purchase.net_best),
            hi: left.lo.min(purchase.net_hi),
        };
        left.items = if took.hi >= left.lo { 0 } else { left.items };
        took
    };
    (left.lo, left.best, left.hi) =
        ((left.lo - took.lo).max(0), (left.best - took.best).max(0), (left.hi - took.hi).max(0));
    if took.items == 0 && left.lo == 0 {
        left.hi = 0;
    }
    let took = Left {
        items: took.items,
        lo: took.lo.min(purchase.net_lo),
        best: took.best.min(purchase.net_best),
        hi: if possible { 0 } else { took.hi.min(purchase.net_hi) },
    };
    purchase.net_lo -= took.lo;
    purchase.net_best -= took.best;
    purchase.net_hi -= took.hi;
    took
}
