//! Returns and the purchases they undo.

use std::collections::BTreeMap;

use chipwatch_records::{DocumentType, Flags, LineDocument, TextId};
use hashbrown::HashMap;

use super::settle::{Desk, Movement};

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
                    (lo.chips[place], best.chips[place], hi.chips[place]);
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
fn lower_by_unmatched(desk: &Desk<'_>, movements: &mut [Movement], found: &Placed, certain: &Placed) {
    let since = |movement: &&Movement| is_purchase(movement) && !movement.before;
    let (mut lo, mut best) = (0, 0);
    for movement in movements.iter().filter(since) {
        (lo, best) = (lo + movement.net_lo, best + movement.net_best);
    }
    for (place, movement) in movements.iter_mut().enumerate() {
        if !is_return(movement) || movement.before {
            continue;
        }
        let item = desk.item(movement);
        let (each, most) = (i64::from(item.chips_min), i64::from(item.chips_max));
        if found.left[place].chips(most) == 0 {
            continue;
        }
        let (from_lo, from_best) =
            (found.left[place].chips(each).min(lo), certain.left[place].chips(each).min(best));
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

/// What can still be taken from a purchase under one reading.
#[derive(Clone, Copy)]
struct Stock {
    /// Chips that its items may hold; its items, where they hold none.
    room: i64,
    /// Chips, fewer than that where loose cards fill a chassis.
    chips: i64,
}

/// What is still to be placed of a return under one reading: parts of an item, so fine that neither of the two rates
/// below leaves a remainder and it does not matter over how many lines a purchase is spread.
#[derive(Clone, Copy)]
struct Left {
    parts: i128,
    /// Chips that an item takes from a purchase of the same item: quantities are netted before they are multiplied.
    own: i128,
    /// Chips that an item takes from a purchase of another item of the same model.
    other: i128,
}

impl Left {
    const NOTHING: Self = Self { parts: 0, own: 1, other: 0 };

    fn new(items: i64, own: i64, other: i64) -> Self {
        let left = Self { parts: 0, own: i128::from(own.max(1)), other: i128::from(other) };
        Self { parts: i128::from(items) * left.parts_of_item(), ..left }
    }

    fn parts_of_item(&self) -> i128 {
        self.own * self.other.max(1)
    }

    /// What is left, in chips at a rate.
    fn chips(&self, each: i64) -> i64 {
        i64::try_from(self.parts * i128::from(each) / self.parts_of_item()).unwrap_or(i64::MAX)
    }

    fn take_same_item(&mut self, purchase: &mut Stock) -> i64 {
        let parts_of_chip = self.other.max(1);
        let taken = purchase.room.min(i64::try_from(self.parts / parts_of_chip).unwrap_or(i64::MAX));
        self.parts -= i128::from(taken) * parts_of_chip;
        purchase.take(taken)
    }

    fn take_same_model(&mut self, purchase: &mut Stock) -> i64 {
        if self.other == 0 {
            return 0;
        }
        let taken = purchase.chips.min(i64::try_from(self.parts / self.own).unwrap_or(i64::MAX));
        self.parts -= i128::from(taken) * self.own;
        purchase.take(taken)
    }
}

impl Stock {
    fn take(&mut self, room: i64) -> i64 {
        let chips = room.min(self.chips);
        (self.room, self.chips) = (self.room - room, self.chips - chips);
        chips
    }
}

/// All returns of an entity, placed under one reading; by movement.
struct Placed {
    /// Of a purchase: its chips less its returns. Of a return: what it takes from purchases since the threshold's start.
    chips: Vec<i64>,
    left: Vec<Left>,
}

impl Reading {
    fn stock(self, desk: &Desk<'_>, movement: &Movement) -> Stock {
        let Movement { items_lo, items_hi, lo, best, hi, .. } = *movement;
        let (items, chips) = match self {
            Self::Lo => (items_lo, lo),
            Self::Best => (items_lo, best),
            Self::Hi | Self::Found => (items_hi, hi),
        };
        Stock { room: items * self.own(desk, movement).max(1), chips }
    }

    fn left(self, desk: &Desk<'_>, movement: &Movement) -> Left {
        let item = desk.item(movement);
        let (min, max) = (i64::from(item.chips_min), i64::from(item.chips_max));
        let own = self.own(desk, movement);
        match self {
            Self::Lo => Left::new(movement.items_hi, own, max),
            Self::Best => Left::new(movement.items_lo, own, own),
            Self::Hi => Left::new(movement.items_lo, own, min),
            // An item that may hold no chip at all has found its purchase with the first one.
            Self::Found => Left::new(movement.items_hi, own, min.max(1)),
        }
    }

    /// Chips in an item that was bought.
    fn own(self, desk: &Desk<'_>, movement: &Movement) -> i64 {
        let item = desk.item(movement);
        i64::from(match self {
            Self::Lo => item.chips_min,
            Self::Best => item.chips_typical.unwrap_or(item.chips_min),
            Self::Hi | Self::Found => item.chips_max,
        })
    }
}

/// Places all returns under one reading, the earliest first.
fn place_all(desk: &Desk<'_>, movements: &[Movement], index: &Index<'_>, reading: Reading) -> Placed {
    let mut stocks: Vec<Stock> = movements.iter().map(|movement| reading.stock(desk, movement)).collect();
    let mut placed = Placed { chips: Vec::new(), left: vec![Left::NOTHING; movements.len()] };
    let mut taken = vec![0; movements.len()];
    for (place, returned) in movements.iter().enumerate().filter(|(_, movement)| is_return(movement)) {
        let mut left = reading.left(desk, returned);
        for candidate in index.candidates(desk, movements, place) {
            if left.parts <= 0 {
                break;
            }
            let purchase = &movements[candidate];
            // What came back before the threshold's start was bought before it.
            if returned.before && !purchase.before {
                continue;
            }
            let same_item = item_key(desk, purchase) == item_key(desk, returned);
            let stock = &mut stocks[candidate];
            let chips = if same_item { left.take_same_item(stock) } else { left.take_same_model(stock) };
            taken[place] += if purchase.before { 0 } else { chips };
        }
        placed.left[place] = left;
    }
    let chips = |(place, movement): (usize, &Movement)| {
        if movement.sign > 0 { stocks[place].chips } else { taken[place] }
    };
    placed.chips = movements.iter().enumerate().map(chips).collect();
    placed
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
            let own = kept.line.document.map(LineDocument::digest);
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
