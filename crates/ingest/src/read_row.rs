//! One row to numbers, or a refusal: in which order its values are looked at, and what a line must have.

use chipwatch_records::Column;

use crate::cells::Cells;
use crate::cells::{Refusal, clean};
use crate::columns_plan::{RoleFields, RowPlan};
use crate::dictionaries::{AskedParty, Dictionaries, named, unmarked};
use crate::number::PackedNumber;
use crate::part::{RawRow, Receipt};

/// A role of a party that every row is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RowRole {
    SoldTo,
    ShipTo,
    EndUser,
    BillTo,
}

impl RowRole {
    pub(crate) const ALL: [Self; 4] = [Self::SoldTo, Self::ShipTo, Self::EndUser, Self::BillTo];

    pub(crate) fn fields(self, plan: &RowPlan) -> &RoleFields {
        match self {
            Self::SoldTo => &plan.sold_to,
            Self::ShipTo => &plan.ship_to,
            Self::EndUser => &plan.end_user,
            Self::BillTo => &plan.bill_to,
        }
    }
}

/// A row's values, looked up by its text or by what tells it as well.
pub(crate) trait RowValues {
    /// The number in a field, absent where the cell is empty.
    fn number(&mut self, field: usize) -> Result<PackedNumber, Refusal>;

    /// Whether the quantity's sign says nothing of the sale.
    fn is_unsigned(&self) -> bool;

    /// Id of the item, from 0.
    fn item(&mut self, dictionaries: &mut Dictionaries<'_>) -> Result<u32, Refusal>;

    /// Id of the less common columns, from 0.
    fn particulars(
        &mut self,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal>;

    /// Id of the ship date in a field, from 1; 0 for a null date.
    fn ship_date(
        &mut self,
        field: usize,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal>;

    /// Says which parties will be asked for: what tells them may lie far away.
    fn ask_parties(&mut self, _: &mut Dictionaries<'_>) {}

    /// Id of a party as [`Dictionaries::marked_party`] has it.
    fn party(&mut self, role: RowRole, dictionaries: &mut Dictionaries<'_>) -> u32;

    /// Ids of the document, from 1 (0: none), and of the line number.
    fn document(&mut self, particulars: u32, dictionaries: &mut Dictionaries<'_>) -> (u32, u32);

    /// Puts what a field's number says of its column into the receipt.
    fn see_number(&mut self, column: Column, number: PackedNumber, field: usize, receipt: &mut Receipt);
}

/// A row, and the partition of its line.
pub(crate) fn read_row(
    plan: &RowPlan,
    dictionaries: &mut Dictionaries<'_>,
    receipt: &mut Receipt,
    values: &mut impl RowValues,
    line: u32,
) -> Result<(RawRow, usize), Refusal> {
    values.ask_parties(dictionaries);
    let mut quantity = values.number(plan.quantity)?;
    if quantity.is_absent() {
        return Err(Refusal::at(plan.quantity, "the quantity is empty"));
    }
    if values.is_unsigned() {
        quantity = quantity.magnitude();
    }
    let (price, price_field, price_is_amount) = price(plan, values)?;
    let item = values.item(dictionaries)?;
    let particulars = values.particulars(dictionaries, receipt)?;
    let date = match plan.ship_date {
        Some(field) if !plan.one_date || dictionaries.is_delivery(particulars) => {
            values.ship_date(field, dictionaries, receipt)?
        }
        _ => 0,
    };
    let (document, line_no) = values.document(particulars, dictionaries);
    // What was asked for first is looked at last: it may still be on its way from memory.
    let mut sold_to = named(values.party(RowRole::SoldTo, dictionaries));
    let ship_to = unmarked(values.party(RowRole::ShipTo, dictionaries));
    let end_user = named(values.party(RowRole::EndUser, dictionaries));
    if sold_to == 0 && plan.has_bill_to {
        sold_to = named(values.party(RowRole::BillTo, dictionaries));
        receipt.bill_to_for_sold_to += u64::from(sold_to != 0);
    }
    if sold_to == 0 && ship_to == 0 && end_user == 0 {
        return Err(Refusal {
            field: plan.sold_to[1],
            reason: "the row names no buyer, recipient or end user".into(),
        });
    }
    dictionaries.count_date(date);
    values.see_number(Column::Quantity, quantity, plan.quantity, receipt);
    if let Some(field) = price_field {
        let column = if price_is_amount { Column::Amount } else { Column::UnitPrice };
        values.see_number(column, price, field, receipt);
    }
    let partition = dictionaries.partition(document, [sold_to, ship_to, end_user], item);
    let row = RawRow {
        quantity: quantity.words(),
        price: if price_is_amount { price.of_line() } else { price }.words(),
        sold_to,
        ship_to,
        end_user,
        item,
        particulars,
        date,
        document,
        line_no,
        line,
    };
    Ok((row, partition))
}

fn price(
    plan: &RowPlan,
    values: &mut impl RowValues,
) -> Result<(PackedNumber, Option<usize>, bool), Refusal> {
    for (field, is_amount) in [(plan.unit_price, false), (plan.amount, true)] {
        let Some(field) = field else { continue };
        let price = values.number(field)?;
        if !price.is_absent() {
            return Ok((price, Some(field), is_amount));
        }
    }
    Ok((PackedNumber::ABSENT, None, false))
}

/// The number in a cell of a field.
pub(crate) fn number(cell: &str, field: usize) -> Result<PackedNumber, Refusal> {
    match PackedNumber::pack(cell.as_bytes()) {
        Ok(number) => Ok(number),
        Err(_) if matches!(clean(cell), "" | "-") => Ok(PackedNumber::ABSENT),
        Err(reason) => Err(Refusal::at(field, reason)),
    }
}

/// A row as text.
pub(crate) struct TextRow<'r> {
    cells: Cells<'r>,
    plan: &'r RowPlan,
    line: u32,
    /// The parties of the first three roles, once they are asked for.
    asked: [AskedParty; 3],
}

impl<'r> TextRow<'r> {
    /// A row of these cells on a line.
    pub(crate) fn new(cells: Cells<'r>, plan: &'r RowPlan, line: u32) -> Self {
        Self { cells, plan, line, asked: [AskedParty::default(); 3] }
    }
}

impl RowValues for TextRow<'_> {
    fn number(&mut self, field: usize) -> Result<PackedNumber, Refusal> {
        number(self.cells.get(field), field)
    }

    fn is_unsigned(&self) -> bool {
        self.plan.is_unsigned(&self.cells)
    }

    fn item(&mut self, dictionaries: &mut Dictionaries<'_>) -> Result<u32, Refusal> {
        dictionaries.item(&self.cells, &self.plan.item)
    }

    fn particulars(
        &mut self,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal> {
        dictionaries.particulars(&self.cells, self.plan, receipt, self.line)
    }

    fn ship_date(
        &mut self,
        field: usize,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal> {
        dictionaries.date(&self.cells, field, Column::ShipDate, receipt, self.line)
    }

    fn ask_parties(&mut self, dictionaries: &mut Dictionaries<'_>) {
        let ask = |role: RowRole| dictionaries.ask_party(&self.cells, role.fields(self.plan));
        self.asked = [RowRole::SoldTo, RowRole::ShipTo, RowRole::EndUser].map(ask);
    }

    fn party(&mut self, role: RowRole, dictionaries: &mut Dictionaries<'_>) -> u32 {
        let fields = role.fields(self.plan);
        let asked = match role {
            RowRole::SoldTo => self.asked[0],
            RowRole::ShipTo => self.asked[1],
            RowRole::EndUser => self.asked[2],
            RowRole::BillTo => dictionaries.ask_party(&self.cells, fields),
        };
        dictionaries.marked_party(asked, &self.cells, fields)
    }

    fn document(&mut self, particulars: u32, dictionaries: &mut Dictionaries<'_>) -> (u32, u32) {
        dictionaries.document(&self.cells, self.plan, particulars)
    }

    fn see_number(&mut self, column: Column, number: PackedNumber, field: usize, receipt: &mut Receipt) {
        receipt.evidence.see_number(column, number, self.line, self.cells.get(field));
    }
}
