//! Which field of a row feeds which part of a line, worked out once a file.

use std::collections::BTreeSet;

use chipwatch_records::{Column, DocumentStage, Role};

use crate::cells::Cells;
use crate::layout::{Codes, Mapping, TypeCodes};
use crate::part::{PARTICULAR_DATES, PARTICULAR_TEXTS};

/// Fields of a party: number, name, address, country, parent's name, parent's country.
pub(crate) type RoleFields = [Option<usize>; 6];

/// Fields by their use.
#[derive(Clone, Debug)]
pub(crate) struct RowPlan {
    pub(crate) quantity: usize,
    unsigned: Vec<(usize, BTreeSet<String>)>,
    pub(crate) ship_date: Option<usize>,
    /// As in [`Mapping`].
    pub(crate) one_date: bool,
    pub(crate) unit_price: Option<usize>,
    pub(crate) amount: Option<usize>,
    pub(crate) document: Option<usize>,
    pub(crate) line_no: Option<usize>,
    pub(crate) line_id: Option<usize>,
    pub(crate) sold_to: RoleFields,
    pub(crate) bill_to: RoleFields,
    pub(crate) has_bill_to: bool,
    pub(crate) ship_to: RoleFields,
    pub(crate) end_user: RoleFields,
    pub(crate) item: [Option<usize>; 3],
    pub(crate) particulars: ParticularFields,
}

/// Fields of the less common columns.
#[derive(Clone, Debug)]
pub(crate) struct ParticularFields {
    /// Every field that particulars depend on: their identity.
    pub(crate) all: Vec<usize>,
    pub(crate) seller: RoleFields,
    /// Bill-to, intermediate, forwarder, payer.
    pub(crate) parties: [RoleFields; 4],
    pub(crate) dates: [Option<usize>; 3],
    pub(crate) texts: [Option<usize>; PARTICULAR_TEXTS.len()],
    pub(crate) channel: Option<usize>,
    pub(crate) stage: Option<usize>,
    pub(crate) kind: Option<usize>,
    pub(crate) purpose: Option<usize>,
    pub(crate) types: Vec<TypeCodes>,
    pub(crate) stages: Vec<Codes<DocumentStage>>,
    pub(crate) purposes: Vec<Codes<bool>>,
    /// As in [`Mapping`].
    pub(crate) cancels: Option<Option<usize>>,
    /// Known columns that nothing reads yet: they only tell rows apart.
    pub(crate) rest: Vec<usize>,
}

impl RowPlan {
    pub(crate) fn new(mapping: &Mapping) -> Self {
        use Column as C;
        let field = |column: C| mapping.fields.get(&column).copied();
        let role = |role: Role| role.columns().map(|column| column.and_then(field));
        let bill_to = role(Role::BillTo);
        Self {
            quantity: field(C::Quantity).unwrap_or_default(),
            unsigned: mapping.unsigned.clone(),
            ship_date: field(C::ShipDate),
            one_date: mapping.one_date,
            unit_price: field(C::UnitPrice),
            amount: field(C::Amount),
            document: field(C::DocumentNo),
            line_no: field(C::LineNo),
            line_id: field(C::LineId),
            sold_to: role(Role::SoldTo),
            bill_to,
            has_bill_to: bill_to.iter().any(Option::is_some),
            ship_to: role(Role::ShipTo),
            end_user: role(Role::EndUser),
            item: [field(C::PartNumber), field(C::Description), field(C::HsCode)],
            particulars: ParticularFields::new(mapping),
        }
    }

    /// Whether the row's quantity is written with the sign of the stock, which says nothing of the sale.
    pub(crate) fn is_unsigned(&self, cells: &Cells<'_>) -> bool {
        self.unsigned.iter().any(|(field, codes)| codes.contains(&cells.clean(Some(*field)).to_uppercase()))
    }
}

impl ParticularFields {
    fn new(mapping: &Mapping) -> Self {
        use Column as C;
        let field = |column: C| mapping.fields.get(&column).copied();
        let role = |role: Role| role.columns().map(|column| column.and_then(field));
        let seller = role(Role::Seller);
        let mut parties = [Role::BillTo, Role::Intermediate, Role::Forwarder, Role::Payer].map(role);
        if role(Role::SoldTo).iter().all(Option::is_none) {
            // The bill-to is the buyer of every row: no second copy of it.
            parties[0] = [None; 6];
        }
        let dates = PARTICULAR_DATES.map(field);
        let texts = PARTICULAR_TEXTS.map(field);
        let single = [C::ChannelLevel, C::DocumentStage, C::DocumentType, C::ReportPurpose].map(field);
        let mut all: Vec<usize> = seller
            .iter()
            .chain(parties.iter().flatten())
            .chain(&dates)
            .chain(&texts)
            .chain(&single)
            .flatten()
            .copied()
            .chain(mapping.types.iter().map(|codes| codes.field))
            .chain(mapping.stages.iter().map(|codes| codes.field))
            .chain(mapping.purposes.iter().map(|codes| codes.field))
            .chain(mapping.cancels.flatten())
            .collect();
        let rest: Vec<usize> = REST.iter().filter_map(|column| field(*column)).collect();
        all.extend(&rest);
        all.sort_unstable();
        all.dedup();
        let [channel, stage, kind, purpose] = single;
        Self {
            all,
            seller,
            parties,
            dates,
            texts,
            channel,
            stage,
            kind,
            purpose,
            types: mapping.types.clone(),
            stages: mapping.stages.clone(),
            purposes: mapping.purposes.clone(),
            cancels: mapping.cancels,
            rest,
        }
    }
}

impl ParticularFields {
    /// The field that says whether a report replaces another.
    pub(crate) fn says_purpose(&self) -> Option<usize> {
        self.purpose.or(self.purposes.first().map(|codes| codes.field))
    }
}

const REST: [Column; 6] = [
    Column::ContactPhone,
    Column::ContactEmail,
    Column::GrossWeightKg,
    Column::PortOfLading,
    Column::PortOfUnlading,
    Column::Route,
];
