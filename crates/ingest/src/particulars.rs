//! The less common columns of a row: read once for each distinct combination.

use std::borrow::Cow;

use chipwatch_records::{Channel, Column, ColumnKind, DocumentStage, DocumentType};

use crate::cells::Cells;
use crate::cells::{Refusal, folded_number};
use crate::columns_plan::RowPlan;
use crate::dictionaries::Dictionaries;
use crate::layout::Codes;
use crate::part::{LocalParticulars, PARTICULAR_DATES, PARTICULAR_TEXTS, Receipt};
use crate::source::SourceSpec;

impl Dictionaries<'_> {
    pub(crate) fn read_particulars(
        &mut self,
        cells: &Cells<'_>,
        plan: &RowPlan,
        receipt: &mut Receipt,
        line: u32,
    ) -> Result<LocalParticulars, Refusal> {
        let fields = &plan.particulars;
        let mut particulars = LocalParticulars::none(self.source, self.mapping.stage);
        named(cells, fields.channel, Channel::from_name, &mut particulars.channel)?;
        named(cells, fields.stage, DocumentStage::from_name, &mut particulars.stage)?;
        let kind = |text: &str| {
            DocumentType::from_name(text)
                .or_else(|| self.source.document_types.get(&text.to_uppercase()).copied())
        };
        named(cells, fields.kind, kind, &mut particulars.kind)?;
        if let Some(kind) = self.coded_type(cells, plan, receipt) {
            particulars.kind = kind;
        }
        named(cells, fields.purpose, purpose, &mut particulars.replaces)?;
        if let Some(stage) = coded(cells, &fields.stages) {
            particulars.stage = stage;
        }
        if let Some(replaces) = coded(cells, &fields.purposes) {
            particulars.replaces = replaces;
        }
        unit_is_known(self.source, cells, fields.texts[UNIT])?;
        particulars.seller = self.seller(cells, plan);
        particulars.seller_country = self.texts.intern(cells.clean(fields.seller[3]).as_bytes()).0;
        for (index, column) in PARTICULAR_TEXTS.iter().enumerate() {
            let text = cells.clean(fields.texts[index]);
            let text = if column.kind() == ColumnKind::Identifier {
                none_if_zero(folded_number(text))
            } else if *column == Column::SerialNumbers && text.contains('\n') {
                text.lines().map(str::trim).collect::<Vec<_>>().join(";").into()
            } else {
                text.into()
            };
            particulars.texts[index] = self.texts.intern(text.as_bytes()).0;
        }
        self.read_citations(cells, plan, &mut particulars)?;
        for (index, column) in PARTICULAR_DATES.iter().enumerate() {
            if let Some(field) =
                fields.dates[index].filter(|field| is_own_date(plan, *field, index, particulars.stage))
            {
                particulars.dates[index] = self.date(cells, field, *column, receipt, line)?;
            }
        }
        for (index, party) in fields.parties.iter().enumerate() {
            let asked = self.ask_party(cells, party);
            particulars.parties[index] = self.party(asked, cells, party);
        }
        let rest: Vec<&str> = fields.rest.iter().map(|field| cells.clean(Some(*field))).collect();
        if rest.iter().any(|text| !text.is_empty()) {
            particulars.rest = self.texts.intern(rest.join("\u{1f}").as_bytes()).0;
        }
        Ok(particulars)
    }

    /// What the row takes away or replaces, once it is known what it does.
    fn read_citations(
        &mut self,
        cells: &Cells<'_>,
        plan: &RowPlan,
        particulars: &mut LocalParticulars,
    ) -> Result<(), Refusal> {
        let fields = &plan.particulars;
        if let (Some(cited), DocumentType::Cancellation) = (fields.cancels, particulars.kind) {
            let number = none_if_zero(folded_number(cells.clean(cited)));
            if number.is_empty() {
                let reason = "the row cancels a document and does not say which".into();
                return Err(Refusal { field: cited, reason });
            }
            particulars.texts[CITED] = self.texts.intern(number.as_bytes()).0;
        }
        if particulars.replaces && particulars.texts[PERIOD] == 0 {
            // Without a period it would take the place of every report that names none.
            particulars.replaces = false;
            if let (Some(field), true) = (fields.says_purpose(), self.source.replaces.is_empty()) {
                let reason = "the report replaces another one and names no period; name the old file: `replaces = [\"…\"]`";
                return Err(Refusal::at(field, reason));
            }
        }
        Ok(())
    }

    /// Who sold: the row's own word, else the source's, else the source's system.
    pub(crate) fn seller(&mut self, cells: &Cells<'_>, plan: &RowPlan) -> u32 {
        let fields = &plan.particulars.seller;
        let own = self.source.seller.as_deref().unwrap_or_default();
        let words = [cells.clean(fields[1]), cells.clean(fields[0]), own, &self.source.system];
        let seller = words.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        self.texts.intern(seller.as_bytes()).0
    }

    /// What the codes of the source's own system say; `None` where they say nothing.
    fn coded_type(&self, cells: &Cells<'_>, plan: &RowPlan, receipt: &mut Receipt) -> Option<DocumentType> {
        let mut plain = None;
        for types in &plan.particulars.types {
            let code = cells.clean(Some(types.field)).to_uppercase();
            if code.is_empty() {
                continue;
            }
            let kind = self.source.document_types.get(&code).copied().or_else(|| types.says(&code));
            match kind {
                Some(DocumentType::Sale) => plain = Some(DocumentType::Sale),
                Some(kind) => return Some(kind),
                None => drop(receipt.unknown_codes.insert((types.header.clone(), code))),
            }
        }
        plain
    }
}

/// Place of the cited document among [`PARTICULAR_TEXTS`].
const CITED: usize = 2;
/// Place of the report's period among them.
const PERIOD: usize = 4;
/// Place of the quantity's unit among them.
pub(crate) const UNIT: usize = 7;

/// What the first code says that says anything.
fn coded<T: Copy>(cells: &Cells<'_>, codes: &[Codes<T>]) -> Option<T> {
    codes.iter().find_map(|codes| {
        let code = cells.clean(Some(codes.field)).to_uppercase();
        if code.is_empty() { None } else { codes.says(&code) }
    })
}

impl LocalParticulars {
    pub(crate) fn none(source: &SourceSpec, stage: DocumentStage) -> Self {
        Self {
            channel: source.channel,
            stage,
            kind: DocumentType::Sale,
            replaces: false,
            seller: 0,
            seller_country: 0,
            parties: [0; 4],
            dates: [0; 3],
            texts: [0; PARTICULAR_TEXTS.len()],
            rest: 0,
        }
    }
}

/// Whether a date among [`PARTICULAR_DATES`] is the row's: where a field serves as several dates, the stage decides.
fn is_own_date(plan: &RowPlan, field: usize, index: usize, stage: DocumentStage) -> bool {
    let own = match PARTICULAR_DATES[index] {
        Column::OrderDate => DocumentStage::Order,
        Column::InvoiceDate => DocumentStage::Invoice,
        _ => stage,
    };
    !plan.one_date || plan.ship_date != Some(field) || stage == own
}

fn none_if_zero(number: Cow<'_, str>) -> Cow<'_, str> {
    if number == "0" { "".into() } else { number }
}

fn purpose(name: &str) -> Option<bool> {
    match name {
        "original" => Some(false),
        "replace" => Some(true),
        _ => None,
    }
}

fn named<T>(
    cells: &Cells<'_>,
    field: Option<usize>,
    read: impl Fn(&str) -> Option<T>,
    into: &mut T,
) -> Result<(), Refusal> {
    let text = cells.clean(field);
    if let (Some(field), false) = (field, text.is_empty()) {
        *into = read(text)
            .ok_or_else(|| Refusal::at(field, "not one of the values that this column can have"))?;
    }
    Ok(())
}

/// Packs of unknown size cannot be counted, and kilograms are no chips. `ST` is the piece of German SAP systems. A set
/// is one item, as it is described, unless the source says how many pieces it holds.
fn unit_is_known(source: &SourceSpec, cells: &Cells<'_>, field: Option<usize>) -> Result<(), Refusal> {
    const SINGLE: [&str; 24] = [
        "EA", "EACH", "PC", "PCS", "PCE", "PIECE", "PIECES", "ST", "STK", "NOS", "NO", "NMB", "UN", "UNT",
        "UNIT", "UNITS", "SET", "SETS", "H87", "C62", "U", "个", "台", "件",
    ];
    let unit = cells.clean(field);
    match field {
        Some(field)
            if !unit.is_empty()
                && !SINGLE.contains(&unit.to_uppercase().as_str())
                && source.pieces(unit).is_none() =>
        {
            let reason = format!(
                "not a unit of single items; if it is a pack, say in the source how many pieces one holds: \
                 `pack = {{ \"{unit}\" = … }}`"
            );
            Err(Refusal::at(field, &reason))
        }
        _ => Ok(()),
    }
}
