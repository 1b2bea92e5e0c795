//! Every mistake that exports are known for: what it costs, and what is said about it.

use super::{Fixture, hold};

fn bad(file: &str) -> Fixture {
    Fixture::new(&format!("mistakes/bad_{file}"), "canonical")
}

#[test]
fn tables_that_are_no_lines_of_sales() {
    let chosen = |fixture: Fixture| {
        fixture.with(|source| {
            use chipwatch_records::Column as C;
            source.columns = [
                (C::ShipDate, "MONTHYEAR"),
                (C::Quantity, "TOTAL_QUANTITY"),
                (C::Description, "PRODUCT_DESCRIPTION"),
                (C::SoldToName, "BUYER_NAME"),
            ]
            .map(|(column, header)| (column, header.to_owned()))
            .into();
        })
    };
    // Whoever names its columns by hand is told the same.
    hold([("bad_sums_by_month", chosen(bad("sums_by_month.csv")))]);
}
