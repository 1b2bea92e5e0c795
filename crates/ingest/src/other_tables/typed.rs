//! From the cells of one row to a row of its table.

use std::collections::BTreeMap;

use chipwatch_records::{Day, InventoryRow, Licence, OtherColumn};

use super::cells::Dialects;
use super::read::OtherSpec;
use crate::cells::{clean, is_damaged, is_total_word};

/// Why a row is refused: the column, where it is one, and the reason.
pub(super) type Refusal = (Option<OtherColumn>, &'static str);

/// A row whose columns' dialects are known.
pub(super) struct TypedCells<'a> {
    pub(super) spec: &'a OtherSpec,
    pub(super) dialects: &'a Dialects,
    pub(super) fields: &'a BTreeMap<OtherColumn, usize>,
    pub(super) cells: &'a [String],
}

impl TypedCells<'_> {
    fn text(&self, column: OtherColumn) -> &str {
        self.fields.get(&column).map_or("", |field| clean(&self.cells[*field]))
    }

    fn day(&self, column: OtherColumn) -> Result<Option<Day>, Refusal> {
        self.dialects.day(column, self.text(column)).map_err(|reason| (Some(column), reason))
    }

    fn quantity(&self, column: OtherColumn) -> Result<Option<i32>, Refusal> {
        self.dialects.quantity(column, self.text(column)).map_err(|reason| (Some(column), reason))
    }

    /// The row of a snapshot of stock.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(super) fn inventory(&self, file: &str, line: u32) -> Result<InventoryRow, Refusal> {
        use OtherColumn as C;
        let (part_number, description) = (self.text(C::PartNumber), self.text(C::Description));
        if part_number.is_empty() && description.is_empty() {
            return Err((Some(C::PartNumber), "the row has neither part number nor description"));
        }
        if description.is_empty() && is_damaged(part_number) {
            let reason =
                "a spreadsheet turned the part number into a power of ten, and there is no description";
            return Err((Some(C::PartNumber), reason));
        }
        let on = self.day(C::On)?.or(self.spec.on);
        let quantity = self.quantity(C::Quantity)?;
        let told = self.spec.holder.as_deref().unwrap_or_default();
        let holder = Some(self.text(C::HolderName)).filter(|name| !name.is_empty()).unwrap_or(told);
        if holder.is_empty() && self.text(C::Location).is_empty() {
            return Err((Some(C::HolderName), "the row names neither holder nor location"));
        }
        Ok(InventoryRow {
            holder: holder.to_owned(),
            country: self.text(C::HolderCountry).to_owned(),
            location: self.text(C::Location).to_owned(),
            on: on.ok_or((Some(C::On), "the row names no day"))?,
            part_number: part_number.to_owned(),
            description: description.to_owned(),
            quantity: quantity.ok_or((Some(C::Quantity), "the quantity is empty"))?,
            file: file.to_owned(),
            line,
        })
    }

    /// The row of a table of licences.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(super) fn licence(&self, file: &str, line: u32) -> Result<Licence, Refusal> {
        use OtherColumn as C;
        let text = |column: C| self.text(column).to_owned();
        let number = text(C::LicenceNo);
        if number.is_empty() {
            return Err((Some(C::LicenceNo), "the row has no number of a licence"));
        }
        let chips = self.quantity(C::Chips)?;
        if chips.is_some_and(|chips| chips < 0) {
            return Err((Some(C::Chips), "a licence allows no negative quantity"));
        }
        let value = self.dialects.money(C::ValueUsd, self.text(C::ValueUsd));
        let value_usd = value.map_err(|reason| (Some(C::ValueUsd), reason))?;
        let (valid_from, valid_to) = (self.day(C::ValidFrom)?, self.day(C::ValidTo)?);
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to < from
        {
            return Err((Some(C::ValidTo), "the licence ends before it begins"));
        }
        Ok(Licence {
            number,
            kind: text(C::LicenceKind),
            licensee: text(C::LicenseeName),
            end_user: text(C::EndUserName),
            destination: text(C::Destination),
            model: text(C::Model),
            chips,
            value_usd,
            valid_from,
            valid_to,
            file: file.to_owned(),
            line,
        })
    }

    /// A total names itself in its first filled cell, or has quantities and nothing else.
    pub(super) fn is_total(&self) -> bool {
        let numbers = [OtherColumn::Quantity, OtherColumn::Chips, OtherColumn::ValueUsd];
        let numbers = numbers.map(|column| self.fields.get(&column).copied());
        let mut filled = (0..self.cells.len()).filter(|field| !clean(&self.cells[*field]).is_empty());
        let Some(first) = filled.next() else { return false };
        is_total_word(clean(&self.cells[first]))
            || (numbers.contains(&Some(first)) && filled.all(|field| numbers.contains(&Some(field))))
    }
}
