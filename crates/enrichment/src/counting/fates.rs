//! Where each line of a partition ends: in the ledger, or in the books for one reason.

use chipwatch_records::{
    Books, Day, DocumentStage, DocumentType, Exclusion, Fate, Flags, ItemId, ItemTotals, KeptLine,
    LineDocument, Particulars, PartyId, ShipmentLine, ShipmentLines,
};
use hashbrown::{HashMap, HashSet};

use super::filing::{Filing, SliceCut, SlicedLines};
use super::links::Links;
use super::notes::EntityNotes;
use super::repeats::{Standing, comes_back, settle};
use crate::items::Items;
use crate::parties::Parties;

/// What counting needs to know beside the lines.
pub struct Counted<'a> {
    /// Tables of the lines.
    pub lines: &'a ShipmentLines,
    /// What lines say about other documents.
    pub links: &'a Links,
    /// Classified items.
    pub items: &'a Items,
    /// Entities.
    pub parties: &'a Parties,
    /// What is noted of each entity.
    pub notes: &'a EntityNotes,
    /// How they are cut into slices.
    pub cut: SliceCut,
    /// The day the report speaks for.
    pub as_of: Day,
    /// First day that counts.
    pub since: Day,
    /// By source: whether its files have a column for the goods issue.
    pub has_ship_date: &'a [bool],
}

/// What a partition adds to the run.
#[derive(Default)]
pub struct PartitionCount {
    /// Its part of the books.
    pub books: Books,
    /// Lines for the ledger; those before the threshold's start take up returns and nothing else.
    pub lines: SlicedLines,
    /// Sums by classified item.
    pub items: Vec<ItemTotals>,
}

/// The sums of those who received the goods are fetched so many lines ahead.
const FETCHED_AHEAD: usize = 8;

/// Gives each line of a partition its place.
#[must_use]
pub fn count_partition(context: &Counted<'_>, partition: &[ShipmentLine]) -> PartitionCount {
    let lines = context.lines;
    let standings = settle(lines, partition, |line| early_fate(context, line));
    let headers = Headers::of(context, partition, &standings);
    let mut count = PartitionCount {
        items: vec![ItemTotals::default(); context.items.table.len()],
        ..PartitionCount::default()
    };
    let mut filing = Filing::new(context, partition.len() / 2);
    let mut tallies = FateTallies::default();
    for (index, (line, standing)) in partition.iter().zip(standings).enumerate() {
        if let Some(receiver) = partition.get(index + FETCHED_AHEAD).and_then(|later| later.ship_to) {
            context.notes.fetch(context.parties.party_entities[receiver.index()]);
        }
        let units = u64::from(line.quantity.unsigned_abs());
        let Some(item) = context.items.of(line) else {
            tallies.add(Fate::Quarantined, units);
            continue;
        };
        let fate = place(context, line, item, standing, &headers, &mut filing);
        tallies.add(fate, units);
        if !matches!(fate, Fate::Duplicate | Fate::Superseded | Fate::Quarantined) {
            let totals = &mut count.items[item.index()];
            totals.lines += 1;
            totals.quantity += i64::from(line.quantity);
            totals.value_usd += context.items.value_usd(line).unwrap_or(0.0).round() as i64;
        }
    }
    tallies.into_books(&mut count.books);
    count.lines = filing.finish();
    count
}

/// Rows and items by fate, in a short list: two or three fates make up nearly all lines.
#[derive(Default)]
struct FateTallies(Vec<(Fate, u64, u64)>);

impl FateTallies {
    fn add(&mut self, fate: Fate, units: u64) {
        match self.0.iter_mut().find(|(known, ..)| *known == fate) {
            Some((_, rows, items)) => {
                *rows += 1;
                *items += units;
            }
            None => self.0.push((fate, 1, units)),
        }
    }

    fn into_books(self, books: &mut Books) {
        for (fate, rows, items) in self.0 {
            books.rows.read += rows;
            books.units.read += items;
            books.rows.add(fate, rows);
            books.units.add(fate, items);
        }
    }
}

/// What takes a line out before it is held against others.
fn early_fate(context: &Counted<'_>, line: &ShipmentLine) -> Option<Fate> {
    if context.links.is_untrusted(context.lines, line) {
        return Some(Fate::Quarantined);
    }
    context.links.is_replaced(context.lines, line).then_some(Fate::Superseded)
}

/// What a line does once its sign is read.
pub(crate) fn kind_of(particulars: &Particulars, line: &ShipmentLine) -> DocumentType {
    use DocumentType as T;
    if line.quantity >= 0 {
        return particulars.kind;
    }
    match particulars.kind {
        T::Sale | T::FreeOfCharge | T::RmaReplacement | T::Lease => T::Return,
        T::Loan => T::LoanReturn,
        T::ConsignmentFillup => T::ConsignmentPickup,
        T::ConsignmentIssue => T::ConsignmentReturn,
        other => other,
    }
}

fn place(
    context: &Counted<'_>,
    line: &ShipmentLine,
    item: ItemId,
    standing: Standing,
    headers: &Headers,
    filing: &mut Filing<'_>,
) -> Fate {
    if let Some(fate) = standing.fate {
        return fate;
    }
    let particulars = context.lines.particulars_of(line);
    let kind = kind_of(particulars, line);
    if let Some(reason) = by_document(context, line, kind).or_else(|| headers.reason(context, line, item)) {
        return Fate::Excluded(reason);
    }
    let known = &context.items.table[item.index()];
    if !known.in_scope {
        return Fate::Excluded(Exclusion::OutOfScope);
    }
    let mut kept = KeptLine {
        line: *line,
        item,
        quantity_lo: standing.lo,
        quantity_hi: standing.hi,
        kind,
        stage: particulars.stage,
        channel: particulars.channel,
        flags: standing.flags,
    };
    if let Some(reason) = by_stage(context, particulars, &mut kept) {
        // What is still to come back is no order: it is in the books, and not on the hold list.
        if reason == Exclusion::Open && !comes_back(kind) {
            filing.keep_open(kept);
        }
        return Fate::Excluded(reason);
    }
    match kept.line.ship_date {
        Some(day) if day > context.as_of => Fate::Excluded(Exclusion::AfterAsOf),
        Some(day) if day < context.since => {
            filing.keep(kept);
            Fate::Excluded(Exclusion::BeforeSince)
        }
        _ => {
            filing.keep(kept);
            Fate::Counted
        }
    }
}

/// Documents that move no goods to a buyer.
fn by_document(context: &Counted<'_>, line: &ShipmentLine, kind: DocumentType) -> Option<Exclusion> {
    let own = |party: Option<PartyId>| party.is_some_and(|party| context.parties.is_own(party));
    match kind {
        DocumentType::StockTransfer => Some(Exclusion::StockTransfer),
        DocumentType::Intercompany => Some(Exclusion::OwnCompany),
        DocumentType::ValueAdjustment => Some(Exclusion::ValueOnly),
        DocumentType::RejectedItem => Some(Exclusion::RejectedItem),
        DocumentType::Cancellation => Some(Exclusion::Cancellation),
        _ if context.links.is_cancelled(line) => Some(Exclusion::Cancelled),
        _ if context.links.is_master(context.lines, line) => Some(Exclusion::MasterBill),
        _ if own(line.sold_to.or(line.end_user).or(line.ship_to)) => Some(Exclusion::OwnCompany),
        _ if line.quantity == 0 => Some(Exclusion::ZeroQuantity),
        _ => None,
    }
}

/// Goods movement counts; an invoice only without one, an order only to the higher count.
fn by_stage(context: &Counted<'_>, particulars: &Particulars, kept: &mut KeptLine) -> Option<Exclusion> {
    let only_on_paper = |kept: &mut KeptLine, day: Option<Day>| {
        kept.quantity_lo = 0;
        kept.flags = kept.flags.with(Flags::NO_GOODS_MOVEMENT);
        kept.line.ship_date = day;
        day.is_none().then_some(Exclusion::Open)
    };
    let has_ship_date = context.has_ship_date.get(particulars.source.index()).copied().unwrap_or(true);
    match (particulars.stage, context.links.delivery_of(context.lines, &kept.line)) {
        (DocumentStage::Delivery, _) => kept.line.ship_date.is_none().then_some(Exclusion::Open),
        (DocumentStage::Invoice, Some(true)) | (DocumentStage::Order, Some(_)) => Some(Exclusion::OtherStage),
        (DocumentStage::Invoice, delivery) => match kept.line.ship_date {
            Some(_) if delivery.is_none() => None,
            day => only_on_paper(kept, day.or(particulars.invoice_date)),
        },
        (DocumentStage::Order, None) if has_ship_date && kept.line.ship_date.is_none() => {
            Some(Exclusion::Open)
        }
        (DocumentStage::Order, None) => {
            let day = kept.line.ship_date.or(particulars.order_date);
            only_on_paper(kept, day)
        }
    }
}

/// Lines whose parts stand beside them: kit headers and batch-split items.
struct Headers {
    /// Header of a kit with chip-bearing parts, and whether one of the parts is in scope.
    kits: HashMap<(u64, u32), bool>,
    batches: HashSet<(u64, u32)>,
}

impl Headers {
    fn of(context: &Counted<'_>, partition: &[ShipmentLine], standings: &[Standing]) -> Self {
        let mut headers = Self { kits: HashMap::new(), batches: HashSet::new() };
        for (line, standing) in partition.iter().zip(standings) {
            let particulars = context.lines.particulars_of(line);
            let (parent, batch) = (particulars.parent_line_no, particulars.batch_of_line_no);
            if (parent.is_empty() && batch.is_empty()) || standing.fate.is_some() {
                continue;
            }
            let Some(document) = line.document.map(LineDocument::digest) else {
                continue;
            };
            if !batch.is_empty() {
                headers.batches.insert((document, batch.0));
            }
            let part = context.items.of(line).map(|item| &context.items.table[item.index()]);
            if let Some(part) = part.filter(|part| !parent.is_empty() && part.chips_max > 0) {
                *headers.kits.entry((document, parent.0)).or_default() |= part.in_scope;
            }
        }
        headers
    }

    /// Why a header does not count. A display card of a kit fills a bare chassis, but takes nothing from a server that
    /// holds chips for certain.
    fn reason(&self, context: &Counted<'_>, line: &ShipmentLine, item: ItemId) -> Option<Exclusion> {
        if self.kits.is_empty() && self.batches.is_empty() {
            return None;
        }
        let document = line.document.map(LineDocument::digest)?;
        let key = (document, line.line_no.0);
        if self.batches.contains(&key) {
            return Some(Exclusion::BatchHeader);
        }
        let holds_chips = context.items.table[item.index()].chips_min > 0;
        let part_in_scope = *self.kits.get(&key)?;
        (part_in_scope || !holds_chips).then_some(Exclusion::KitHeader)
    }
}
