//! Small cases that the properties once found broken.

use chipwatch_records::{Channel, Chips};

use crate::chain::settle;
use crate::lines::Line;

const CARD: usize = 0;
const MODULE: usize = 2;
const BOARD_OF_EIGHT: usize = 3;

/// A sale of the maker to the first party on a day since 2020-01-01.
fn sale(document: u16, day: i32, item: usize, quantity: i32) -> Line {
    Line {
        channel: Channel::SellIn,
        document: Some(document),
        line_no: 10,
        parent: None,
        reference: None,
        order: None,
        kind: "",
        stage: "",
        day: Some(day),
        changed: None,
        sold_to: Some(0),
        ship_to: None,
        end_user: None,
        item,
        quantity,
        serial: None,
    }
}

fn returned(document: u16, day: i32, item: usize, quantity: i32) -> Line {
    Line { kind: "return", ..sale(document, day, item, quantity) }
}

/// What the only entity acquired.
fn acquired(lines: &[Line]) -> (i64, i64, i64) {
    let accounts = settle(lines).accounts;
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    let Chips { lo, best, hi } = accounts[0].1.acquired;
    (lo, best, hi)
}

/// Counted as certain, it left a higher count below the lower one.
#[test]
fn a_return_that_is_only_ordered_may_lower_lo_and_not_hi() {
    let ordered = Line { stage: "order", order: Some(1), ..returned(2, 5, CARD, 3) };
    assert_eq!(acquired(&[sale(1, 0, CARD, 10), ordered]), (7, 10, 10));
}

/// It used up the sales that a later return without a purchase lowers.
#[test]
fn a_return_from_before_2020_takes_nothing_from_sales_since() {
    let before = returned(1, -1, CARD, 7);
    let lines = [before, sale(2, 10, CARD, 2), returned(3, 0, CARD, 2)];
    assert_eq!(acquired(&lines), (0, 0, 2));
    assert_eq!(acquired(&lines[..2]), (2, 2, 2));
}

/// It lost the units that one extract has and the other has not.
#[test]
fn a_return_takes_from_other_sales_what_a_contradictory_one_may_not_have() {
    let lines = [sale(1, 0, CARD, 10), sale(2, 5, CARD, 1), sale(2, 5, CARD, 3), returned(3, 9, CARD, 3)];
    assert_eq!(acquired(&lines), (8, 8, 10));
}

/// A sale of 2019 at the other level made a sale of 2020 an interval.
#[test]
fn a_sale_from_before_2020_is_no_second_sight_of_a_sale_since() {
    let through = Line { channel: Channel::SellThrough, ..sale(1, 0, BOARD_OF_EIGHT, 3) };
    assert_eq!(acquired(&[through.clone(), sale(2, -1, BOARD_OF_EIGHT, 3)]), (24, 24, 24));
    assert_eq!(acquired(&[through, sale(2, 1, BOARD_OF_EIGHT, 3)]), (24, 24, 48));
}

/// Modules that come back break a board: how the boards were spread over lines decided which of them was broken.
#[test]
fn modules_and_boards_that_come_back_take_the_same_chips_however_lines_are_cut() {
    let back = [returned(1, 39, MODULE, 33), returned(2, 46, BOARD_OF_EIGHT, 4)];
    for cut in 1..9 {
        let rest = Line { line_no: 20, ..sale(9, 0, BOARD_OF_EIGHT, 9 - cut) };
        let lines = [back.to_vec(), vec![sale(9, 0, BOARD_OF_EIGHT, cut), rest]].concat();
        assert_eq!(acquired(&lines), (7, 7, 7), "{cut}");
    }
}

/// Padding of the buyer's number sent equal lines apart before they were held against one another.
#[test]
fn lines_without_a_document_repeat_one_another_however_the_buyers_number_is_padded() {
    let nameless = Line { document: None, ..sale(1, 0, CARD, 10) };
    let padded = Line { sold_to: Some(1), ..nameless.clone() };
    assert_eq!(acquired(&[nameless, padded]), (10, 10, 20));
}

/// One more sale, seen a month later at the other level, drew a return away from the sale of 2019 that it undoes.
#[test]
fn of_one_sale_seen_at_two_levels_the_later_day_counts() {
    let through = Line { channel: Channel::SellThrough, ..sale(1, 40, CARD, 8) };
    let mut lines = vec![sale(2, -5, CARD, 3), returned(3, 10, CARD, 3), through];
    assert_eq!(acquired(&lines), (8, 8, 8));
    lines.push(sale(4, 5, CARD, 8));
    assert_eq!(acquired(&lines), (8, 8, 13));
}
