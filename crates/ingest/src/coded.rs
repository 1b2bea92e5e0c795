//! Rows of a Parquet file by the codes of their cells: what a combination of codes came to is looked up in small tables, and
//! only a combination that is met for the first time is put together as text. Each answer is the one that
//! the text got before, so that rows, dictionaries and evidence are those of reading the text of every row.

use chipwatch_records::Column;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::cells::{Cells, Refusal, clean};
use crate::columnar::{Batch, Number};
use crate::columns_plan::RowPlan;
use crate::dictionaries::Dictionaries;
use crate::number::PackedNumber;
use crate::part::Receipt;
use crate::read_row::{RowRole, RowValues, number};

/// What codes came to.
pub(crate) struct KnownCodes {
    era: usize,
    group: usize,
    /// By field, and by code; absent for those that were not met.
    numbers: Vec<Vec<PackedNumber>>,
    ship_dates: Answers,
    line_numbers: Answers,
    item: Combinations,
    particulars: Combinations,
    /// In the order of [`RowRole::ALL`].
    parties: [Combinations; 4],
    /// Code and particulars of the document that got this id: the same document, while it is the last one.
    last_document: Option<(u32, u32, u32)>,
}

/// What each code of a column came to, where it was met.
#[derive(Default)]
struct Answers(Vec<u32>);

impl Answers {
    fn get(&self, code: u32) -> Option<u32> {
        self.0.get(code as usize)?.checked_sub(1)
    }

    fn put(&mut self, code: u32, answer: u32) {
        if self.0.len() <= code as usize {
            self.0.resize(code as usize + 1, 0);
        }
        // An answer that has no successor is asked for each time.
        self.0[code as usize] = answer.wrapping_add(1);
    }
}

/// What the codes of some fields came to.
struct Combinations {
    /// The fields, sorted.
    fields: Vec<usize>,
    /// For each field but the first one: the combinations of those so far, each under a number. It is found by the number
    /// of the fields before and the field's own code; the first field's numbers are its codes.
    numbers: Vec<HashMap<u64, u32, FixedState>>,
    answers: Answers,
    /// For each number of all fields but the last one: the last one's code that stood beside it last, and what both came
    /// to. A buyer's name mostly stands beside one country.
    last: Vec<(u32, u32)>,
}

/// What is known of a row's combination.
#[derive(Clone, Copy)]
enum Found {
    Answer(u32),
    /// Where the answer is to be put: number of the fields before the last, the last one's code, number of all.
    Place(u32, u32, u32),
    /// Some cell has no lasting code.
    Nothing,
}

impl Combinations {
    fn new(fields: impl IntoIterator<Item = usize>) -> Self {
        let mut fields: Vec<usize> = fields.into_iter().collect();
        fields.sort_unstable();
        fields.dedup();
        let numbers = fields.iter().skip(1).map(|_| HashMap::default()).collect();
        Self { fields, numbers, answers: Answers::default(), last: Vec::new() }
    }

    fn clear(&mut self) {
        self.answers.0.clear();
        self.last.clear();
        self.numbers.iter_mut().for_each(HashMap::clear);
    }

    #[inline]
    fn find(&mut self, batch: &Batch<'_>, row: usize) -> Found {
        let code = |field: &usize| batch.lasting_code(*field, row);
        let Some((first, others)) = self.fields.split_first() else { return self.answer(0, 0, 0) };
        let Some(mut number) = code(first) else { return Found::Nothing };
        let Some((last, others)) = others.split_last() else { return self.answer(0, 0, number) };
        for (field, numbers) in others.iter().zip(&mut self.numbers) {
            let Some(code) = code(field) else { return Found::Nothing };
            number = number_of(numbers, number, code);
        }
        let Some(code) = code(last) else { return Found::Nothing };
        if let Some((known, answer)) = self.last.get(number as usize)
            && *known == code
        {
            return Found::Answer(*answer);
        }
        let all = self.numbers.last_mut().map_or(0, |numbers| number_of(numbers, number, code));
        let found = self.answer(number, code, all);
        if let Found::Answer(answer) = found {
            self.stands_last(number, code, answer);
        }
        found
    }

    fn answer(&self, before: u32, code: u32, number: u32) -> Found {
        self.answers.get(number).map_or(Found::Place(before, code, number), Found::Answer)
    }

    fn put(&mut self, place: Found, answer: u32) {
        if let Found::Place(before, code, number) = place {
            self.answers.put(number, answer);
            if self.fields.len() > 1 {
                self.stands_last(before, code, answer);
            }
        }
    }

    fn stands_last(&mut self, before: u32, code: u32, answer: u32) {
        if self.last.len() <= before as usize {
            // No column has so many codes.
            self.last.resize(before as usize + 1, (u32::MAX, 0));
        }
        self.last[before as usize] = (code, answer);
    }
}

fn number_of(numbers: &mut HashMap<u64, u32, FixedState>, before: u32, code: u32) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(u64::from(before) << 32 | u64::from(code)).or_insert(next)
}

impl KnownCodes {
    pub(crate) fn new(plan: &RowPlan) -> Self {
        Self {
            era: 0,
            group: 0,
            numbers: Vec::new(),
            ship_dates: Answers::default(),
            line_numbers: Answers::default(),
            item: Combinations::new(plan.item.iter().flatten().copied()),
            particulars: Combinations::new(plan.particulars.all.iter().copied()),
            parties: RowRole::ALL.map(|role| Combinations::new(role.fields(plan).iter().flatten().copied())),
            last_document: None,
        }
    }

    /// Whether answers are kept for the codes of a field: they must mean the same for a long time.
    pub(crate) fn keeps(plan: &RowPlan, field: usize) -> bool {
        let single = [Some(plan.quantity), plan.unit_price, plan.amount, plan.ship_date, plan.line_no];
        let parties = RowRole::ALL.map(|role| *role.fields(plan));
        let all = single.iter().chain(&plan.item).chain(parties.as_flattened());
        all.flatten().chain(&plan.particulars.all).any(|known| *known == field)
    }

    /// Forgets what codes meant, where they mean something else in this batch.
    pub(crate) fn enter(&mut self, batch: &Batch<'_>) {
        if self.group != batch.group {
            self.last_document = None;
        }
        self.group = batch.group;
        if self.era == batch.era {
            return;
        }
        self.era = batch.era;
        self.numbers.clear();
        self.ship_dates.0.clear();
        self.line_numbers.0.clear();
        self.item.clear();
        self.particulars.clear();
        self.parties.iter_mut().for_each(Combinations::clear);
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
        let place = code as usize;
        let known = self.known.numbers.get(field).and_then(|numbers| numbers.get(place)).copied();
        if let Some(known) = known.filter(|known| !known.is_absent()) {
            return Ok(known);
        }
        let read = number(cells(self.batch, self.row, &[field]).get(field), field)?;
        if self.known.numbers.len() <= field {
            self.known.numbers.resize_with(field + 1, Vec::new);
        }
        let numbers = &mut self.known.numbers[field];
        if numbers.len() <= place {
            numbers.resize(place + 1, PackedNumber::ABSENT);
        }
        numbers[place] = read;
        Ok(read)
    }

    fn is_unsigned(&self) -> bool {
        // Rows of a file with such marks are read as text.
        false
    }

    fn item(&mut self, dictionaries: &mut Dictionaries<'_>) -> Result<u32, Refusal> {
        let known = &mut self.known.item;
        let found = known.find(self.batch, self.row);
        if let Found::Answer(id) = found {
            return Ok(id);
        }
        let cells = cells(self.batch, self.row, &known.fields);
        let id = dictionaries.item(&cells, &self.plan.item)?;
        known.put(found, id);
        Ok(id)
    }

    fn particulars(
        &mut self,
        dictionaries: &mut Dictionaries<'_>,
        receipt: &mut Receipt,
    ) -> Result<u32, Refusal> {
        let known = &mut self.known.particulars;
        let found = known.find(self.batch, self.row);
        if let Found::Answer(id) = found {
            return Ok(id);
        }
        let cells = cells(self.batch, self.row, &known.fields);
        let id = dictionaries.particulars(&cells, self.plan, receipt, self.line)?;
        known.put(found, id);
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
        let found = known.find(self.batch, self.row);
        if let Found::Answer(id) = found {
            return id;
        }
        let cells = cells(self.batch, self.row, &known.fields);
        let asked = dictionaries.ask_party(&cells, role.fields(self.plan));
        let id = dictionaries.marked_party(asked, &cells, role.fields(self.plan));
        known.put(found, id);
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
            let number = self.batch.text(field, self.row).map_or("", clean);
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
