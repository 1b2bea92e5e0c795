//! The same units seen at two levels of the trade: counted once where records link them, an interval where they might be.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chipwatch_records::{Channel, Flags, LineDocument};
use hashbrown::{HashMap, HashSet};

use super::settle::{Desk, Movement};

/// Two sales of the same party, model and quantity within so many days may be one, seen twice.
const POSSIBLE_DAYS: i32 = 45;

/// Settles the acquired movements of one entity at sell-in and sell-through, purchases and returns apart.
pub(crate) fn settle_levels(desk: &Desk<'_>, movements: &mut [Movement]) {
    let level = |movement: &Movement| desk.kept(movement).channel;
    let acquired = |movement: &&Movement| movement.measure.is_acquired();
    let has = |channel: Channel| movements.iter().filter(acquired).any(|movement| level(movement) == channel);
    if !has(Channel::SellIn) || !has(Channel::SellThrough) {
        return;
    }
    let mut groups: BTreeMap<(i8, Option<&str>), Vec<usize>> = BTreeMap::new();
    for (index, movement) in
        movements.iter().enumerate().filter(|(_, movement)| movement.measure.is_acquired())
    {
        groups.entry((movement.sign, desk.model(movement))).or_default().push(index);
    }
    for members in groups.into_values() {
        let linked = settle_linked(desk, movements, &members);
        // What was sold before the threshold's start takes up returns and nothing else.
        let is_open = |member: &usize| !linked.contains(member) && !movements[*member].before;
        let rest: Vec<usize> = members.into_iter().filter(is_open).collect();
        settle_possible(desk, movements, &rest);
    }
}

/// Lines that share an order, a document or a serial number: of each such set the level that saw more stands.
fn settle_linked(desk: &Desk<'_>, movements: &mut [Movement], members: &[usize]) -> HashSet<usize> {
    let mut root: Vec<usize> = (0..members.len()).collect();
    let mut holders: HashMap<String, usize> = HashMap::new();
    for (place, member) in members.iter().enumerate() {
        for key in link_keys(desk, &movements[*member]) {
            let holder = *holders.entry(key).or_insert(place);
            let (a, b) = (find(&root, holder), find(&root, place));
            root[a.max(b)] = a.min(b);
        }
    }
    let mut sets: BTreeMap<usize, [Vec<usize>; 2]> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        let through = desk.kept(&movements[*member]).channel == Channel::SellThrough;
        sets.entry(find(&root, place)).or_default()[usize::from(through)].push(*member);
    }
    let mut linked = HashSet::new();
    for [sell_in, sell_through] in sets.into_values() {
        if sell_in.is_empty() || sell_through.is_empty() {
            continue;
        }
        let sum = |side: &[usize]| {
            side.iter()
                .fold((0, 0), |(lo, hi), member| (lo + movements[*member].lo, hi + movements[*member].hi))
        };
        let (first, second) = (sum(&sell_in), sum(&sell_through));
        let (kept, hidden) =
            if first >= second { (&sell_in, &sell_through) } else { (&sell_through, &sell_in) };
        hide(
            movements,
            hidden,
            (first.1 - second.1).abs() * i64::from((first >= second) != (first.1 >= second.1)),
        );
        for member in kept {
            movements[*member].flags = movements[*member].flags.with(Flags::SAME_UNITS);
        }
        linked.extend(sell_in.iter().chain(&sell_through));
    }
    linked
}

fn find(root: &[usize], mut place: usize) -> usize {
    while root[place] != place {
        place = root[place];
    }
    place
}

/// Takes the weaker side out of all counts, but for what its higher count exceeds the other's.
fn hide(movements: &mut [Movement], hidden: &[usize], mut excess: i64) {
    for member in hidden {
        let movement = &mut movements[*member];
        let left = excess.min(movement.hi);
        excess -= left;
        // As many items as the chips that are left need.
        let items = (movement.items_hi * left + movement.hi - 1) / movement.hi.max(1);
        (movement.items_lo, movement.items_hi) = (0, items.max(0));
        (movement.lo, movement.best, movement.hi) = (0, 0, left);
        (movement.net_lo, movement.net_best, movement.net_hi) = (0, 0, left);
        movement.flags = movement.flags.with(Flags::SAME_UNITS);
    }
}

/// What ties a line to the same units at another level.
fn link_keys(desk: &Desk<'_>, movement: &Movement) -> Vec<String> {
    let written = &desk.book.written;
    let kept = desk.kept(movement);
    let particulars = written.particulars_of(&kept.line);
    let mut keys = Vec::new();
    if !particulars.customer_po.is_empty() {
        keys.push(format!("order {}", written.text(particulars.customer_po)));
    }
    // Document numbers of two sellers may be equal by chance: a link needs one to cite the other's.
    let number =
        kept.line.document.map_or_else(Cow::default, |document| written.documents.number(document.id()));
    let number = number.trim_start_matches('0');
    let cited = written.text(particulars.reference_document_no);
    match kept.channel {
        Channel::SellIn if !number.is_empty() => keys.push(format!("document {number}")),
        Channel::SellThrough if !cited.is_empty() => keys.push(format!("document {cited}")),
        _ => {}
    }
    let serials = written.text(particulars.serial_numbers);
    keys.extend(
        serials
            .split(';')
            .map(str::trim)
            .filter(|serial| !serial.is_empty())
            .map(|serial| format!("serial {serial}")),
    );
    keys
}

/// Lines of one document and day, which may be one sale seen at another level.
struct Parcel {
    members: Vec<usize>,
    day: i32,
    chips: (i64, i64),
    through: bool,
}

/// Equal quantities near in time: once in lo and best, twice in hi. Pairs are one to one, the nearest first.
fn settle_possible(desk: &Desk<'_>, movements: &mut [Movement], members: &[usize]) {
    let parcels = parcels(desk, movements, members);
    // Parcels lie in the order of days, and so do those of one quantity.
    let mut sold_through: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (index, parcel) in parcels.iter().enumerate().filter(|(_, parcel)| parcel.through) {
        sold_through.entry(parcel.chips).or_default().push(index);
    }
    let mut pairs: Vec<(i32, usize, usize)> = Vec::new();
    for (a, sell_in) in parcels.iter().enumerate().filter(|(_, parcel)| !parcel.through) {
        let alike = sold_through.get(&sell_in.chips).map_or(&[][..], Vec::as_slice);
        let first = alike.partition_point(|b| parcels[*b].day < sell_in.day - POSSIBLE_DAYS);
        let near = alike[first..].iter().take_while(|b| parcels[**b].day <= sell_in.day + POSSIBLE_DAYS);
        pairs.extend(near.map(|b| ((sell_in.day - parcels[*b].day).abs(), a, *b)));
    }
    pairs.sort_unstable();
    let mut taken = vec![false; parcels.len()];
    for (_, a, b) in pairs {
        if taken[a] || taken[b] {
            continue;
        }
        (taken[a], taken[b]) = (true, true);
        // The later one stands: what came back before it was no part of it.
        let hidden = if parcels[b].day > parcels[a].day { a } else { b };
        for member in &parcels[hidden].members {
            let movement = &mut movements[*member];
            (movement.items_lo, movement.lo, movement.best) = (0, 0, 0);
            (movement.net_lo, movement.net_best) = (0, 0);
            movement.flags = movement.flags.with(Flags::POSSIBLE_OVERLAP);
        }
    }
}

/// Movements in their order, joined where they stand in one document on one day.
fn parcels(desk: &Desk<'_>, movements: &[Movement], members: &[usize]) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    let mut by_document: HashMap<(u64, i32, bool), usize> = HashMap::new();
    for member in members {
        let movement = &movements[*member];
        let kept = desk.kept(movement);
        let (day, through) = (movement.day.number(), kept.channel == Channel::SellThrough);
        let document = kept.line.document.map(LineDocument::digest);
        let known = document.and_then(|document| by_document.get(&(document, day, through)).copied());
        let index = known.unwrap_or(parcels.len());
        if known.is_none() {
            parcels.push(Parcel { members: Vec::new(), day, chips: (0, 0), through });
            if let Some(document) = document {
                by_document.insert((document, day, through), index);
            }
        }
        let parcel = &mut parcels[index];
        parcel.members.push(*member);
        parcel.chips = (parcel.chips.0 + movement.lo, parcel.chips.1 + movement.hi);
    }
    parcels
}
