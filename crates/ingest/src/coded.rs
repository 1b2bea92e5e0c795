//! Rows of a Parquet file by the codes of their cells: what a combination of codes came to is looked up in small tables of a
//! row group, and only a combination that is met for the first time is put together as text. Each answer is the one that
//! the text got before, so that rows, dictionaries and evidence are those of reading the text of every row.

use chipwatch_records::Column;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::cells::Cells;
use crate::cells::Refusal;
use crate::columnar::{Batch, Number};
use crate::columns_plan::RowPlan;
use crate::dictionaries::Dictionaries;
use crate::number::PackedNumber;
use crate::part::Receipt;
use crate::read_row::{RowRole, RowValues, number};

/// What codes of a row group came to.
pub(crate) struct KnownCodes {
    /// The row group.
    group: Option<usize>,
    /// By field.
    numbers: Vec<Answers<PackedNumber>>,
    ship_dates: Answers<u32>,
    line_numbers: Answers<u32>,
    item: Combinations,
    particulars: Combinations,
    /// In the order of [`RowRole::ALL`].
    parties: [Combinations; 4],
    /// Code and particulars of the document that got this id: the same document, while it is the last one.
    last_document: Option<(u32, u32, u32)>,
}

/// What each code of a column came to, where it was met.
struct Answers<T>(Vec<Option<T>>);

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Answers<T> {
    fn get(&self, code: u32) -> Option<T> {
        self.0.get(code as usize).copied().flatten()
    }

    fn put(&mut self, code: u32, answer: T) {
        if self.0.len() <= code as usize {
            self.0.resize(code as usize + 1, None);
        }
        self.0[code as usize] = Some(answer);
    }
}

/// What the codes of some fields came to. Each combination has a number, made from that of the fields before the last and
/// the last one's code.
struct Combinations {
    /// The fields, sorted.
    fields: Vec<usize>,
    /// For each field but the first one.
    steps: Vec<Step>,
    answers: Answers<u32>,
}

#[derive(Default)]
struct Step {
    numbers: HashMap<u64, u32, FixedState>,
    /// For each number of the fields before: the code that stood beside it last, and what both came to. A buyer's name
    /// mostly stands beside one country.
    last: Answers<(u32, u32)>,
}

impl Step {
    fn number(&mut self, before: u32, code: u32) -> u32 {
        if let Some((known, number)) = self.last.get(before)
            && known == code
        {
            return number;
        }
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(u64::from(before) << 32 | u64::from(code)).or_insert(next);
        self.last.put(before, (code, number));
        number
    }
}

impl Combinations {
    fn new(fields: impl IntoIterator<Item = usize>) -> Self {
        let mut fields: Vec<usize> = fields.into_iter().collect();
        fields.sort_unstable();
        fields.dedup();
        let steps = fields.iter().skip(1).map(|_| Step::default()).collect();
        Self { fields, steps, answers: Answers::default() }
    }

    fn clear(&mut self) {
        self.answers.0.clear();
        for step in &mut self.steps {
            step.numbers.clear();
            step.last.0.clear();
        }
    }

    /// The number of a row's combination; `None` where some cell has no lasting code.
    fn number(&mut self, batch: &Batch<'_>, row: usize) -> Option<u32> {
        let Some((first, others)) = self.fields.split_first() else { return Some(0) };
        let mut number = batch.lasting_code(*first, row)?;
        for (field, step) in others.iter().zip(&mut self.steps) {
            number = step.number(number, batch.lasting_code(*field, row)?);
        }
        Some(number)
    }
}

impl KnownCodes {
    pub(crate) fn new(plan: &RowPlan) -> Self {
        Self {
            group: None,
            numbers: Vec::new(),
            ship_dates: Answers::default(),
            line_numbers: Answers::default(),
            item: Combinations::new(plan.item.iter().flatten().copied()),
            particulars: Combinations::new(plan.particulars.all.iter().copied()),
            parties: RowRole::ALL.map(|role| Combinations::new(role.fields(plan).iter().flatten().copied())),
            last_document: None,
        }
    }

    /// Forgets what the codes of another row group meant.
    pub(crate) fn enter(&mut self, group: usize) {
        if self.group == Some(group) {
            return;
        }
        self.group = Some(group);
        self.numbers.clear();
        self.ship_dates.0.clear();
        self.line_numbers.0.clear();
        self.item.clear();
        self.particulars.clear();
        self.parties.iter_mut().for_each(Combinations::clear);
        self.last_document = None;
    }
}

/// A row of a batch about whose texts nothing is odd, in a file whose rows nothing is added to.
pub(crate) struct CodedRow<'r, 'b> {
    pub(crate) batch: &'r mut Batch<'b>,
    pub(crate) known: &'r mut KnownCodes,
    pub(crate) plan: &'r RowPlan,
    pub(crate) row: usize,
    pub(crate) line: u32,
}

/// The cells of some fields of a row.
fn cells<'c>(batch: &'c mut Batch<'_>, row: usize, fields: &[usize]) -> Cells<'c> {
    // A plain batch has no cell that is no text.
    let (text, spans) = batch.cells(row, fields).unwrap_or_default();
    Cells { text, spans, is_rewritten: false, overlay: &[] }
}

impl RowValues for CodedRow<'_, '_> {
    fn number(&mut self, field: usize) -> Result<PackedNumber, Refusal> {
        let Some(code) = self.batch.lasting_code(field, self.row) else {
            let packed = match self.batch.number(field, self.row) {
                Some(Number::Whole(value)) => PackedNumber::of_whole(value),
                Some(Number::Double(value)) => PackedNumber::of_double(value),
                None => None,
            };
            let by_text = || number(cells(self.batch, self.row, &[field]).get(field), field);
            return packed.map_or_else(by_text, Ok);
        };
        if let Some(known) = self.known.numbers.get(field).and_then(|numbers| numbers.get(code)) {
            return Ok(known);
        }
        let read = number(cells(self.batch, self.row, &[field]).get(field), field)?;
        if self.known.numbers.len() <= field {
            self.known.numbers.resize_with(field + 1, Answers::default);
        }
        self.known.numbers[field].put(code, read);
        Ok(read)
    }

    fn is_unsigned(&self) -> bool {
        // Rows of a file with such marks are read as text.
        false
    }

    fn item(&mut self, dictionaries: &mut Dictionaries<'_>) -> Result<u32, Refusal> {
        let known = &mut self.known.item;
        let number = known.number(self.batch, self.row);
        if let Some(id) = number.and_then(|number| known.answers.get(number)) {
            return Ok(id);
        }
        let cells = cells(self.batch, self.row, &known.fields);
        let id = dictionaries.item(&cells, &self.plan.item)?;
        number.into_iter().for_each(|number| known.answers.put(number, id));
        Ok(id)
    }

    fn particulars(
        &mut self,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal> {
        let known = &mut self.known.particulars;
        let number = known.number(self.batch, self.row);
        if let Some(id) = number.and_then(|number| known.answers.get(number)) {
            return Ok(id);
        }
        let cells = cells(self.batch, self.row, &known.fields);
        let id = dictionaries.particulars(&cells, self.plan, receipt, self.line)?;
        number.into_iter().for_each(|number| known.answers.put(number, id));
        Ok(id)
    }

    fn ship_date(
        &mut self,
        field: usize,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal> {
        let code = self.batch.lasting_code(field, self.row);
        if let Some(id) = code.and_then(|code| self.known.ship_dates.get(code)) {
            return Ok(id);
        }
        let cells = cells(self.batch, self.row, &[field]);
        let id = dictionaries.date(&cells, field, Column::ShipDate, receipt, self.line)?;
        code.into_iter().for_each(|code| self.known.ship_dates.put(code, id));
        Ok(id)
    }

    fn party(&mut self, role: RowRole, dictionaries: &mut Dictionaries<'_>) -> u32 {
        let known = &mut self.known.parties[role as usize];
        if known.fields.is_empty() {
            return 0;
        }
        let number = known.number(self.batch, self.row);
        if let Some(id) = number.and_then(|number| known.answers.get(number)) {
            return id;
        }
        let cells = cells(self.batch, self.row, &known.fields);
        let id = dictionaries.marked_party(&cells, role.fields(self.plan));
        number.into_iter().for_each(|number| known.answers.put(number, id));
        id
    }

    fn document(&mut self, particulars: u32, dictionaries: &mut Dictionaries<'_>) -> (u32, u32) {
        let plan = self.plan;
        let code = |field: Option<usize>| field.map(|field| self.batch.lasting_code(field, self.row));
        let document = code(plan.document).flatten();
        let line_no = code(plan.line_no).flatten();
        let known_line = match plan.line_no {
            Some(_) => line_no.and_then(|code| self.known.line_numbers.get(code)),
            None => Some(Dictionaries::NO_TEXT),
        };
        // A row's own name for itself may stand for its document or its line.
        if let (Some(line), Some(field), None) = (known_line, plan.document, plan.line_id) {
            let last = dictionaries.last_document();
            if let Some(code) = document
                && self.known.last_document == Some((code, particulars, last))
            {
                return (last, line);
            }
            let cells = cells(self.batch, self.row, &[field]);
            let number = cells.clean(Some(field));
            if !number.is_empty() {
                let id = dictionaries.document_of(number, particulars);
                self.known.last_document = document.map(|code| (code, particulars, id));
                return (id, line);
            }
        }
        let mut fields: Vec<usize> =
            [plan.document, plan.line_no, plan.line_id].into_iter().flatten().collect();
        fields.sort_unstable();
        fields.dedup();
        let cells = cells(self.batch, self.row, &fields);
        let has_own = plan.line_id.is_none() && !cells.clean(plan.document).is_empty();
        let ids = dictionaries.document(&cells, plan, particulars);
        if has_own {
            line_no.into_iter().for_each(|code| self.known.line_numbers.put(code, ids.1));
        }
        ids
    }

    fn see_number(&mut self, column: Column, number: PackedNumber, field: usize, receipt: &mut Receipt) {
        if !receipt.evidence.has_seen(column, number) {
            let cells = cells(self.batch, self.row, &[field]);
            receipt.evidence.see_number(column, number, self.line, cells.get(field));
        }
    }
}
