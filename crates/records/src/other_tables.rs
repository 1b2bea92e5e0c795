//! Tables that a user keeps beside the sales: stock on hand, and licences. They are no sales and add to no count.

use crate::columns::columns;
use crate::day::Day;

/// A table that is no list of sales.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OtherTable {
    /// What somebody had in stock on a day.
    Inventory,
    /// Export licences and what they allow.
    Licences,
}

columns! {
    /// A column of such a table.
    OtherColumn:
    HolderName "holder_name" Text "Who has the stock.";
    HolderCountry "country" Text "Country of the holder or the location.";
    Location "location" Text "Plant, warehouse or branch.";
    On "on" Date "Day of the snapshot.";
    PartNumber "part_number" Text "Manufacturer's part number.";
    Description "description" Text "Text of the item.";
    Quantity "quantity" Quantity "Items on hand; negative as some systems book them.";
    LicenceNo "licence_no" Text "Number of the licence.";
    LicenceKind "kind" Text "Licence, exception, notification, as the table says it.";
    LicenseeName "licensee_name" Text "Who holds the licence.";
    EndUserName "end_user_name" Text "Who may receive the goods.";
    Destination "destination" Text "Country or countries it is for.";
    Model "model" Text "Model or item it covers.";
    Chips "chips" Quantity "Items that it allows; empty: not said.";
    ValueUsd "value_usd" Money "Value that it allows, in US dollars.";
    ValidFrom "valid_from" Date "First day on which it is valid; empty: not said.";
    ValidTo "valid_to" Date "Last day on which it is valid; empty: not said.";
}

impl OtherTable {
    /// Both of them.
    pub const ALL: &[Self] = &[Self::Inventory, Self::Licences];

    /// Its key under `[overrides]` of a pipeline.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Licences => "licences",
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Inventory => "a snapshot of stock",
            Self::Licences => "a table of licences",
        }
    }

    /// The columns that it can have.
    #[must_use]
    pub fn columns(self) -> &'static [OtherColumn] {
        use OtherColumn as C;
        match self {
            Self::Inventory => &[
                C::HolderName,
                C::HolderCountry,
                C::Location,
                C::On,
                C::PartNumber,
                C::Description,
                C::Quantity,
            ],
            Self::Licences => &[
                C::LicenceNo,
                C::LicenceKind,
                C::LicenseeName,
                C::EndUserName,
                C::Destination,
                C::Model,
                C::Chips,
                C::ValueUsd,
                C::ValidFrom,
                C::ValidTo,
            ],
        }
    }

    /// The columns without which it says nothing: of each group one must be there.
    #[must_use]
    pub fn required(self) -> &'static [&'static [OtherColumn]] {
        use OtherColumn as C;
        match self {
            Self::Inventory => {
                &[&[C::On], &[C::Quantity], &[C::PartNumber, C::Description], &[C::HolderName, C::Location]]
            }
            Self::Licences => &[&[C::LicenceNo], &[C::ValidTo, C::Chips, C::ValueUsd]],
        }
    }
}

/// What one holder had of one item on one day. Texts are as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct InventoryRow {
    /// Who has the stock; empty where only the location is said.
    pub holder: String,
    /// Country of the holder or the location; empty where nothing is said.
    pub country: String,
    /// Plant, warehouse or branch; empty where nothing is said.
    pub location: String,
    /// Day of the snapshot.
    pub on: Day,
    /// Part number; empty only where there is a description.
    pub part_number: String,
    /// Text of the item.
    pub description: String,
    /// Items on hand.
    pub quantity: i32,
    /// The file, as the pipeline gives it.
    pub file: String,
    /// The physical line in that file, from 1.
    pub line: u32,
}

/// One row of a licence: a licence for several items has several. Texts are as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Licence {
    /// Its number.
    pub number: String,
    /// Licence, exception, notification; empty where nothing is said.
    pub kind: String,
    /// Who holds it.
    pub licensee: String,
    /// Who may receive the goods.
    pub end_user: String,
    /// Where they may go.
    pub destination: String,
    /// Model or item it covers.
    pub model: String,
    /// Items that it allows; `None` where nothing is said.
    pub chips: Option<i32>,
    /// Whole US dollars that it allows; `None` where nothing is said.
    pub value_usd: Option<i64>,
    /// First day on which it is valid; `None` where nothing is said.
    pub valid_from: Option<Day>,
    /// Last day on which it is valid; `None` where nothing is said.
    pub valid_to: Option<Day>,
    /// The file, as the pipeline gives it.
    pub file: String,
    /// The physical line in that file, from 1.
    pub line: u32,
}

/// The rows of all such tables of a run, each table in the order of its values.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OtherRows {
    /// Stock on hand.
    pub inventory: Vec<InventoryRow>,
    /// Licences.
    pub licences: Vec<Licence>,
}

impl InventoryRow {
    /// Whether another row says the same, wherever it stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let place = |row: &Self| Self { file: String::new(), line: 0, ..row.clone() };
        place(self) == place(other)
    }
}

impl Licence {
    /// Whether another row says the same, wherever it stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let place = |row: &Self| Self { file: String::new(), line: 0, ..row.clone() };
        place(self) == place(other)
    }
}

impl OtherRows {
    /// Puts each table in the order of its values and drops rows that say what the one in front of them says, first by
    /// file and line; returns how many went.
    pub fn settle(&mut self) -> [(OtherTable, u64); 2] {
        let before = [self.inventory.len(), self.licences.len()];
        self.inventory.sort_unstable();
        self.inventory.dedup_by(|row, first| row.says_the_same(first));
        self.licences.sort_unstable();
        self.licences.dedup_by(|row, first| row.says_the_same(first));
        let after = [self.inventory.len(), self.licences.len()];
        [
            (OtherTable::Inventory, (before[0] - after[0]) as u64),
            (OtherTable::Licences, (before[1] - after[1]) as u64),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn stock(holder: &str, quantity: i32, line: u32) -> InventoryRow {
        InventoryRow {
            holder: holder.to_owned(),
            country: String::new(),
            location: String::new(),
            on: Day::from_ymd(2026, 9, 30).unwrap(),
            part_number: "X-1".to_owned(),
            description: String::new(),
            quantity,
            file: "a.csv".to_owned(),
            line,
        }
    }

    #[test]
    fn rows_that_say_the_same_stand_once_and_the_first_of_them_stays() {
        let rows = |order: [usize; 4]| {
            let all = [stock("B", 5, 3), stock("A", 5, 4), stock("A", 5, 2), stock("A", 6, 5)];
            let mut rows =
                OtherRows { inventory: order.map(|index| all[index].clone()).to_vec(), ..Default::default() };
            assert_eq!(rows.settle(), [(OtherTable::Inventory, 1), (OtherTable::Licences, 0)]);
            rows
        };
        let settled = rows([0, 1, 2, 3]);
        assert_eq!(settled.inventory.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5, 3]);
        assert_eq!(rows([3, 2, 1, 0]), settled);
    }

    #[test]
    fn what_a_table_requires_is_among_its_columns_and_names_are_unique() {
        let names: BTreeSet<_> = OtherColumn::ALL.iter().map(|column| column.name()).collect();
        assert_eq!(names.len(), OtherColumn::ALL.len());
        for table in OtherTable::ALL {
            for group in table.required() {
                assert!(group.iter().all(|column| table.columns().contains(column)));
            }
        }
    }
}
