//! Bare chassis and the loose cards on the same order: the cards fill the slots, they are not added to them.

use std::collections::BTreeMap;

use chipwatch_records::{LineDocument, Measure};

use super::settle::{Desk, Movement};
use crate::items::Shape;

/// Takes the cards of an order out of the higher count of its chassis: hi is `max(slots, cards)`, not the sum.
pub(crate) fn fill_chassis(desk: &Desk<'_>, movements: &mut [Movement]) {
    let mut orders: BTreeMap<(Measure, u64), (i64, Vec<usize>)> = BTreeMap::new();
    for (index, movement) in movements.iter().enumerate().filter(|(_, movement)| movement.sign > 0) {
        let Some(order) = order_of(desk, movement) else {
            continue;
        };
        let (cards, chassis) = orders.entry((movement.measure, order)).or_default();
        match desk.shape(movement) {
            Shape::LooseCard => *cards += movement.hi,
            Shape::BareChassis => chassis.push(index),
            Shape::Other => {}
        }
    }
    for (mut cards, chassis) in orders.into_values() {
        for index in chassis {
            let movement = &mut movements[index];
            let filled = cards.min(movement.hi);
            cards -= filled;
            movement.hi -= filled;
            movement.net_hi = movement.hi;
        }
    }
}

/// The order a line belongs to: the document it cites, else its own.
fn order_of(desk: &Desk<'_>, movement: &Movement) -> Option<u64> {
    let line = &desk.kept(movement).line;
    desk.links.cited(line).or_else(|| line.document.map(LineDocument::digest))
}
