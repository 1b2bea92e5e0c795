//! Returns and the purchases they undo.

use std::collections::BTreeMap;

use chipwatch_records::{DocumentType, Flags, TextId};
use hashbrown::HashMap;

use super::slices::{Desk, Movement};

/// A way to read the records where they leave something open. Purchases and returns are held against one another
/// anew under each, so that every count is that of one possible world.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Fewest bought, most come back: what is left is lo.
    Lo,
    /// As usually sold.
    Best,
    /// Most bought, fewest come back: what is left is hi.
    Hi,
    /// Most bought, most come back: a return that finds no purchase here finds none at all.
    Found,
}

/// Ties each return of one entity to purchases: those it cites, else the latest earlier ones of the same item, else of
/// the same model. What finds none lowers lo and best, not hi.
pub(crate) fn match_returns(desk: &Desk<'_>, movements: &mut [Movement]) {
    if movements.iter().any(is_return) {
        let index = Index::of(desk, movements);
        let [lo, best, hi, found] = [Reading::Lo, Reading::Best, Reading::Hi, Reading::Found]
            .map(|reading| place_all(desk, movements, &index, reading));
        for (place, movement) in movements.iter_mut().enumerate() {
            if movement.measure.is_acquired() {
                (movement.net_lo, movement.net_best, movement.net_hi) =
                    (lo[place].result(movement), best[place].result(movement), hi[place].result(movement));
            }
        }
        lower_by_unmatched(desk, movements, &found, &hi);
    }
    mark_unreturned(desk, movements);
}

fn is_return(movement: &Movement) -> bool {
    movement.measure.is_acquired() && movement.sign < 0
}

fn is_purchase(movement: &Movement) -> bool {
    movement.measure.is_acquired() && movement.sign > 0
}

/// What found no purchase may be a return of any: it lowers lo and best, but never below nothing.
fn lower_by_unmatched(desk: &Desk<'_>, movements: &mut [Movement], found: &[Stock], certain: &[Stock]) {
    let since = |movement: &&Movement| is_purchase(movement) && !movement.before;
    let (mut lo, mut best) = (0, 0);
    for movement in movements.iter().filter(since) {
        (lo, best) = (lo + movement.net_lo, best + movement.net_best);
    }
    for (place, movement) in movements.iter_mut().enumerate() {
        if !is_return(movement) || movement.before || found[place].items == 0 {
            continue;
        }
        let each = i64::from(desk.item(movement).chips_min);
        let lowered = |left: Stock, most: i64| left.chips.min(left.items * each).min(most);
        let (from_lo, from_best) = (lowered(found[place], lo), lowered(certain[place], best));
        (lo, best) = (lo - from_lo, best - from_best);
        (movement.net_lo, movement.net_best) = (movement.net_lo + from_lo, movement.net_best + from_best);
        movement.flags = movement.flags.with(Flags::UNMATCHED_RETURN);
    }
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

/// What is left of a purchase, or of a return to be placed, under one reading.
#[derive(Clone, Copy)]
struct Stock {
    items: i64,
    chips: i64,
    /// Chips in one item.
    each: i64,
    /// Of a return: chips taken from purchases since the threshold's start.
    taken: i64,
}

impl Stock {
    fn of(desk: &Desk<'_>, movement: &Movement, reading: Reading) -> Self {
        let item = desk.item(movement);
        let (min, max) = (i64::from(item.chips_min), i64::from(item.chips_max));
        let typical = i64::from(item.chips_typical.unwrap_or(item.chips_min));
        let Movement { items_lo, items_hi, lo, best, hi, .. } = *movement;
        let (items, chips, each) = match (reading, movement.sign > 0) {
            (Reading::Lo, true) => (items_lo, lo, min),
            (Reading::Lo, false) => (items_hi, hi, max),
            (Reading::Best, _) => (items_lo, best, typical),
            (Reading::Hi, true) | (Reading::Found, true) => (items_hi, hi, max),
            (Reading::Hi, false) => (items_lo, lo, min),
            // An item that may hold no chip at all has found its purchase with the first one.
            (Reading::Found, false) => (items_hi, items_hi * min.max(1), min.max(1)),
        };
        Self { items, chips, each, taken: 0 }
    }

    /// Of a purchase: its chips less its returns. Of a return: what it takes away.
    fn result(&self, movement: &Movement) -> i64 {
        if movement.sign > 0 { self.chips } else { self.taken }
    }

    /// Takes whole items of the same kind from a purchase: quantities are netted before they are multiplied.
    fn take_items(&mut self, purchase: &mut Self) -> i64 {
        let items = self.items.min(purchase.items);
        let all = items == purchase.items;
        let chips = if all { purchase.chips } else { purchase.chips.min(items * purchase.each) };
        (purchase.items, purchase.chips) = (purchase.items - items, purchase.chips - chips);
        self.items -= items;
        self.chips = self.chips.min(self.items * self.each);
        chips
    }

    /// Takes chips from a purchase of another item of the same model.
    fn take_chips(&mut self, purchase: &mut Self) -> i64 {
        let chips = self.chips.min(purchase.chips);
        self.give_up(chips);
        purchase.give_up(chips);
        chips
    }

    fn give_up(&mut self, chips: i64) {
        self.chips -= chips;
        if self.each > 0 {
            self.items = self.items.min((self.chips + self.each - 1) / self.each);
        }
    }
}

/// Places all returns under one reading, the earliest first.
fn place_all(desk: &Desk<'_>, movements: &[Movement], index: &Index<'_>, reading: Reading) -> Vec<Stock> {
    let mut stocks: Vec<Stock> =
        movements.iter().map(|movement| Stock::of(desk, movement, reading)).collect();
    for (place, returned) in movements.iter().enumerate().filter(|(_, movement)| is_return(movement)) {
        let mut left = stocks[place];
        for candidate in index.candidates(desk, movements, place) {
            if left.items <= 0 {
                break;
            }
            let purchase = &movements[candidate];
            // What came back before the threshold's start was bought before it.
            if returned.before && !purchase.before {
                continue;
            }
            let same_item = item_key(desk, purchase) == item_key(desk, returned);
            let stock = &mut stocks[candidate];
            let chips = if same_item { left.take_items(stock) } else { left.take_chips(stock) };
            left.taken += if purchase.before { 0 } else { chips };
        }
        stocks[place] = left;
    }
    stocks
}

/// What makes two items one: the part number, else the description, and the chips. Prices and texts of a return often
/// differ from those of the sale.
type ItemKey = (TextId, u32, Option<u32>, u32);

fn item_key(desk: &Desk<'_>, movement: &Movement) -> ItemKey {
    let item = desk.item(movement);
    let written = &desk.book.written.items[item.written.index()];
    let name = if written.part_number.is_empty() { written.description } else { written.part_number };
    (name, item.chips_min, item.chips_typical, item.chips_max)
}

/// Purchases by what a return can say about them; places are in the order of days.
struct Index<'a> {
    by_document: HashMap<u64, Vec<usize>>,
    by_item: BTreeMap<ItemKey, Vec<usize>>,
    by_model: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(desk: &Desk<'a>, movements: &[Movement]) -> Self {
        let mut index =
            Self { by_document: HashMap::new(), by_item: BTreeMap::new(), by_model: BTreeMap::new() };
        for (place, movement) in movements.iter().enumerate().filter(|(_, movement)| is_purchase(movement)) {
            let kept = desk.kept(movement);
            let own = kept.line.document.map(|document| desk.book.written.documents.digest(document));
            for document in own.into_iter().chain(desk.links.cited(&kept.line)) {
                index.by_document.entry(document).or_default().push(place);
            }
            index.by_item.entry(item_key(desk, movement)).or_default().push(place);
            if let Some(model) = desk.model(movement) {
                index.by_model.entry(model).or_default().push(place);
            }
        }
        index
    }

    /// Candidates in the order in which a return is held against them.
    fn candidates(
        &self,
        desk: &Desk<'_>,
        movements: &[Movement],
        place: usize,
    ) -> impl Iterator<Item = usize> {
        let returned = &movements[place];
        let (item, model) = (item_key(desk, returned), desk.model(returned));
        let cited = desk.links.cited(&desk.kept(returned).line);
        let cited = cited.and_then(|document| self.by_document.get(&document)).map_or(&[][..], Vec::as_slice);
        let is_alike = move |purchase: &&usize| {
            let other = &movements[**purchase];
            item_key(desk, other) == item || (model.is_some() && desk.model(other) == model)
        };
        let same_item = earlier(movements, self.by_item.get(&item), returned);
        let same_model = earlier(movements, model.and_then(|model| self.by_model.get(model)), returned);
        cited.iter().rev().filter(is_alike).chain(same_item).chain(same_model).copied()
    }
}

/// The purchases up to the day of a return, the latest first.
fn earlier<'p>(
    movements: &[Movement],
    purchases: Option<&'p Vec<usize>>,
    returned: &Movement,
) -> impl Iterator<Item = &'p usize> {
    let purchases = purchases.map_or(&[][..], Vec::as_slice);
    let end = purchases.partition_point(|purchase| movements[*purchase].day <= returned.day);
    purchases[..end].iter().rev()
}
