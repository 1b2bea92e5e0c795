//! From rows of numbers to typed shipment lines, once the dialects of their columns are known.

use chipwatch_records::{
    Column, Day, DocumentId, FileId, LineDocument, ParticularsId, PartyId, Reject, ShipmentLine, TextId,
    UnitPrice, WrittenItemId,
};

use prefetch_index::prefetch_index;

use crate::error::IngestError;
use crate::number::{NumberDialect, PackedNumber};
use crate::part::RawRow;
use crate::spill::RowSource;

/// The digests of so many rows further on are fetched while one is typed.
const FETCHED_AHEAD: usize = 16;

/// A number of its own table for each local id, or why rows with it are refused.
pub(crate) type Refused = (Column, String, &'static str);

/// How the rows of one part become lines of the run.
pub(crate) struct PartMap {
    pub(crate) file: FileId,
    pub(crate) first_line: u32,
    pub(crate) texts: Vec<TextId>,
    pub(crate) parties: Vec<Option<PartyId>>,
    pub(crate) items: Vec<Option<WrittenItemId>>,
    pub(crate) particulars: Vec<Result<Option<ParticularsId>, Refused>>,
    /// Pieces in one of what the quantity counts, by particulars; empty where every one is a piece.
    pub(crate) pieces: Vec<u32>,
    /// Digest of each document, and the row of the first among those of the run.
    pub(crate) digests: Vec<u64>,
    pub(crate) document_base: usize,
    pub(crate) dates: Vec<Result<Option<Day>, &'static str>>,
    pub(crate) date_texts: Vec<String>,
    pub(crate) quantity: NumberDialect,
    pub(crate) unit_price: NumberDialect,
    pub(crate) amount: NumberDialect,
}

/// Turns rows of numbers into shipment lines.
pub struct Resolver {
    pub(crate) maps: Vec<PartMap>,
    /// Header of each column, by file.
    pub(crate) headers: Vec<Vec<(Column, String)>>,
    pub(crate) paths: Vec<String>,
}

/// The rows of one partition, as the tasks left them.
pub struct RawPartition(pub(crate) Vec<(usize, RowSource)>);

/// The lines of one partition, and the rows that could not become lines after all.
#[derive(Default)]
pub struct Resolved {
    /// Accepted lines, in the order of files and lines.
    pub lines: Vec<ShipmentLine>,
    /// Rows refused once their column's dialect was known.
    pub rejects: Vec<Reject>,
}

impl RawPartition {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.iter().map(|(_, rows)| rows.len()).sum()
    }

    /// Types the rows of this partition; its memory is freed part by part.
    ///
    /// # Errors
    /// [`IngestError`] where spilled rows cannot be read back.
    pub fn resolve(self, resolver: &Resolver) -> Result<Resolved, IngestError> {
        let mut resolved = Resolved { lines: Vec::with_capacity(self.rows()), rejects: Vec::new() };
        for (part, rows) in self.0 {
            let map = &resolver.maps[part];
            let path = || resolver.paths[map.file.index()].clone().into();
            let rows = rows.load().map_err(|why| IngestError::NotUnderstood { path: path(), why })?;
            for (place, row) in rows.iter().enumerate() {
                // Rows of a partition lie far apart in their file, and so do their documents.
                if let Some(later) = rows.get(place + FETCHED_AHEAD) {
                    prefetch_index(&map.digests, later.document as usize);
                }
                match map.line(row) {
                    Ok(line) => resolved.lines.push(line),
                    Err((column, value, reason)) => {
                        let line = map.first_line + row.line;
                        resolved.rejects.push(resolver.reject(map.file, line, column, value, reason));
                    }
                }
            }
        }
        Ok(resolved)
    }
}

impl PartMap {
    fn line(&self, row: &RawRow) -> Result<ShipmentLine, Refused> {
        let number = PackedNumber::from_words(row.quantity);
        let pieces = self.pieces.get(row.particulars as usize).copied().unwrap_or(1);
        let quantity = number
            .pieces(self.quantity, pieces)
            .map_err(|reason| (Column::Quantity, number.to_text(), reason))?;
        let ship_date = match row.date.checked_sub(1) {
            None => None,
            Some(id) => self.dates[id as usize]
                .map_err(|reason| (Column::ShipDate, self.date_texts[id as usize].clone(), reason))?,
        };
        let party = |id: u32| id.checked_sub(1).and_then(|id| self.parties[id as usize]);
        let too_many =
            || (Column::Quantity, number.to_text(), "more distinct values than the program can number");
        let particulars = self.particulars[row.particulars as usize].clone()?.ok_or_else(too_many)?;
        let document = match row.document.checked_sub(1) {
            None => None,
            Some(row) => {
                let id = DocumentId::from_index(self.document_base + row as usize).ok_or_else(too_many)?;
                Some(LineDocument::new(self.digests[row as usize], id))
            }
        };
        Ok(ShipmentLine {
            price: self.price(row, quantity, pieces)?,
            sold_to: party(row.sold_to),
            ship_to: party(row.ship_to),
            end_user: party(row.end_user),
            item: self.items[row.item as usize].ok_or_else(too_many)?,
            particulars,
            document,
            line_no: self.texts[row.line_no as usize],
            ship_date,
            quantity,
            file: self.file,
            line: self.first_line + row.line,
        })
    }

    /// The price of one piece.
    fn price(&self, row: &RawRow, quantity: i32, pieces: u32) -> Result<Option<UnitPrice>, Refused> {
        let (price, is_amount) = PackedNumber::from_words(row.price).split_mark();
        if price.is_absent() {
            return Ok(None);
        }
        let (column, dialect) =
            if is_amount { (Column::Amount, self.amount) } else { (Column::UnitPrice, self.unit_price) };
        let value = price
            .ten_thousandths(dialect)
            .ok_or_else(|| (column, price.to_text(), "not a number in this column's dialect"))?;
        let shared_by = if is_amount { quantity.unsigned_abs().max(1) } else { pieces };
        Ok(UnitPrice::from_ten_thousandths(value / i64::from(shared_by)))
    }
}

impl Resolver {
    fn reject(&self, file: FileId, line: u32, column: Column, value: String, reason: &str) -> Reject {
        let header = self.headers[file.index()].iter().find(|(known, _)| *known == column);
        Reject {
            file: self.paths[file.index()].clone(),
            line,
            column: header.map_or(column.name().to_owned(), |(_, header)| header.clone()),
            value,
            reason: reason.to_owned(),
        }
    }
}
