//! From the tasks' dictionaries to tables of the whole run, numbered in the order of values, never of arrival.

use std::hash::Hash;

use chipwatch_records::{
    Column, Day, DocumentId, FileId, ItemAsWritten, Particulars, ParticularsId, PartyAsWritten, PartyId,
    Reject, ShipmentLine, ShipmentLines, Source, SourceId, TextId, Texts, UnitPrice, WrittenItemId,
};
use hashbrown::HashMap;

use crate::date::DateReading;
use crate::dialect::FileDialects;
use crate::intern::Interner;
use crate::number::NumberDialect;
use crate::part::{LocalParticulars, PARTICULAR_DATES, Part, RawRow};
use crate::plan::{PARTITIONS, PlannedFile};
use crate::source::SourceSpec;

/// A number of its own table for each local id, or why rows with it are refused.
type Refused = (Column, String, &'static str);

/// How the rows of one part become lines of the run.
struct PartMap {
    file: FileId,
    texts: Vec<TextId>,
    parties: Vec<Option<PartyId>>,
    items: Vec<Option<WrittenItemId>>,
    particulars: Vec<Result<Option<ParticularsId>, Refused>>,
    document_base: usize,
    dates: Vec<Result<Option<Day>, &'static str>>,
    date_texts: Vec<String>,
    quantity: NumberDialect,
    unit_price: NumberDialect,
    amount: NumberDialect,
}

/// Turns rows of numbers into shipment lines.
pub struct Resolver {
    maps: Vec<PartMap>,
    /// Header of each column, by file.
    headers: Vec<Vec<(Column, String)>>,
    paths: Vec<String>,
}

/// The rows of one partition, as the tasks left them.
pub struct RawPartition(Vec<(usize, Vec<RawRow>)>);

/// The tables of a run, and its rows by partition.
pub struct Merged {
    /// Tables.
    pub lines: ShipmentLines,
    /// Rows.
    pub partitions: Vec<RawPartition>,
    /// From rows to lines.
    pub resolver: Resolver,
}

/// Merges the parts of all trusted files.
#[must_use]
pub fn merge(
    sources: &[SourceSpec],
    files: &[PlannedFile],
    dialects: &[FileDialects],
    mut parts: Vec<Part>,
) -> Merged {
    let (texts, text_maps, systems) = merge_texts(sources, &parts);
    let mut lines = ShipmentLines {
        texts,
        sources: sources
            .iter()
            .enumerate()
            .map(|(index, source)| source_of(source, index, files))
            .collect(),
        files: files.iter().map(|file| file.input.clone()).collect(),
        ..ShipmentLines::default()
    };
    let global_party = |part: usize, local: &[u32; 6]| {
        let [number, name, address, country, parent_name, parent_country] =
            local.map(|text| text_maps[part][text as usize]);
        let system = if number.is_empty() {
            TextId::EMPTY
        } else {
            systems[parts[part].source.index()]
        };
        PartyAsWritten {
            system,
            number,
            name,
            address,
            country,
            parent_name,
            parent_country,
        }
    };
    let parties: Vec<Vec<PartyAsWritten>> = (0..parts.len())
        .map(|part| {
            parts[part]
                .parties
                .iter()
                .map(|local| global_party(part, local))
                .collect()
        })
        .collect();
    let party_maps;
    (lines.parties, party_maps) = number_by_value(&parties, PartyId::from_index);
    let items: Vec<Vec<ItemAsWritten>> = parts
        .iter()
        .zip(&text_maps)
        .map(|(part, texts)| {
            let of = |local: &[u32; 3]| local.map(|text| texts[text as usize]);
            let item = |[part_number, description, hs_code]: [TextId; 3]| ItemAsWritten {
                part_number,
                description,
                hs_code,
            };
            part.items.iter().map(|local| item(of(local))).collect()
        })
        .collect();
    let item_maps;
    (lines.items, item_maps) = number_by_value(&items, WrittenItemId::from_index);
    let mut maps = part_maps(&mut lines, dialects, &parts, text_maps, party_maps, item_maps);
    merge_particulars(&mut lines, &mut maps, &parts, dialects);
    let mut partitions: Vec<RawPartition> = (0..PARTITIONS).map(|_| RawPartition(Vec::new())).collect();
    for (index, part) in parts.iter_mut().enumerate() {
        for (partition, rows) in partitions.iter_mut().zip(std::mem::take(&mut part.rows)) {
            partition.0.push((index, rows));
        }
    }
    let headers = files.iter().map(headers_of).collect();
    let paths = files.iter().map(|file| file.input.path.clone()).collect();
    Merged {
        lines,
        partitions,
        resolver: Resolver { maps, headers, paths },
    }
}

fn headers_of(file: &PlannedFile) -> Vec<(Column, String)> {
    let header = |(column, field): (&Column, &usize)| {
        (
            *column,
            file.mapping
                .headers
                .get(*field)
                .map_or(column.name(), String::as_str)
                .to_owned(),
        )
    };
    file.mapping.fields.iter().map(header).collect()
}

fn source_of(source: &SourceSpec, index: usize, files: &[PlannedFile]) -> Source {
    let of_source = |file: &&PlannedFile| file.input.source.index() == index;
    let mut columns: Vec<Column> = files
        .iter()
        .filter(of_source)
        .flat_map(|file| file.mapping.fields.keys().copied())
        .collect();
    columns.sort_unstable();
    columns.dedup();
    Source {
        name: source.name.clone(),
        channel: source.channel,
        system: source.system.clone(),
        columns,
    }
}

fn merge_texts(sources: &[SourceSpec], parts: &[Part]) -> (Texts, Vec<Vec<TextId>>, Vec<TextId>) {
    let mut all = Interner::default();
    all.intern(b"");
    let systems: Vec<u32> = sources
        .iter()
        .map(|source| all.intern(source.system.as_bytes()).0)
        .collect();
    let arrivals: Vec<Vec<u32>> = parts
        .iter()
        .map(|part| part.texts.iter().map(|text| all.intern(text).0).collect())
        .collect();
    let values: Vec<&[u8]> = all.iter().collect();
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by_key(|id| values[*id as usize]);
    let mut rank = vec![TextId::EMPTY; order.len()];
    for (place, id) in order.iter().enumerate() {
        rank[*id as usize] = TextId(place as u32);
    }
    let sorted = order[1..]
        .iter()
        .map(|id| std::str::from_utf8(values[*id as usize]).unwrap_or_default());
    let texts = Texts::from_sorted(sorted);
    let map = |ids: &Vec<u32>| ids.iter().map(|id| rank[*id as usize]).collect();
    (
        texts,
        arrivals.iter().map(map).collect(),
        systems.iter().map(|id| rank[*id as usize]).collect(),
    )
}

/// The distinct values of all parts in their order, and for each part the number of each of its values.
fn number_by_value<T: Ord + Hash + Copy, Id>(
    parts: &[Vec<T>],
    id: fn(usize) -> Option<Id>,
) -> (Vec<T>, Vec<Vec<Option<Id>>>) {
    let mut numbers: HashMap<T, u32> = HashMap::new();
    let mut values = Vec::new();
    let arrivals: Vec<Vec<u32>> = parts
        .iter()
        .map(|part| {
            let number = |value: &T| {
                *numbers.entry(*value).or_insert_with(|| {
                    values.push(*value);
                    values.len() as u32 - 1
                })
            };
            part.iter().map(number).collect()
        })
        .collect();
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by_key(|number| values[*number as usize]);
    let mut rank = vec![0; order.len()];
    for (place, number) in order.iter().enumerate() {
        rank[*number as usize] = place;
    }
    let sorted = order.iter().map(|number| values[*number as usize]).collect();
    (
        sorted,
        arrivals
            .iter()
            .map(|part| part.iter().map(|number| id(rank[*number as usize])).collect())
            .collect(),
    )
}

fn part_maps(
    lines: &mut ShipmentLines,
    dialects: &[FileDialects],
    parts: &[Part],
    texts: Vec<Vec<TextId>>,
    parties: Vec<Vec<Option<PartyId>>>,
    items: Vec<Vec<Option<WrittenItemId>>>,
) -> Vec<PartMap> {
    let mut maps = Vec::new();
    for (((part, texts), parties), items) in parts.iter().zip(texts).zip(parties).zip(items) {
        let dialect = &dialects[part.file.index()];
        let number = |column| {
            dialect
                .numbers
                .get(&column)
                .copied()
                .unwrap_or(NumberDialect::Point)
        };
        let document_base = lines.documents.len();
        lines.documents.append(&part.documents);
        let ship = dialect.dates.get(&Column::ShipDate).copied();
        maps.push(PartMap {
            file: part.file,
            texts,
            parties,
            items,
            particulars: Vec::new(),
            document_base,
            dates: part
                .dates
                .iter()
                .map(|(_, reading)| day_of(*reading, ship))
                .collect(),
            date_texts: part.dates.iter().map(|(text, _)| text.clone()).collect(),
            quantity: number(Column::Quantity),
            unit_price: number(Column::UnitPrice),
            amount: number(Column::Amount),
        });
    }
    maps
}

fn day_of(
    reading: DateReading,
    dialect: Option<crate::date::DateDialect>,
) -> Result<Option<Day>, &'static str> {
    match reading {
        // A file whose slashes were decided may still write some dates in a form that leaves nothing open.
        DateReading::Fixed(day, _) => Ok(Some(day)),
        reading => reading.day(dialect),
    }
}

fn merge_particulars(
    lines: &mut ShipmentLines,
    maps: &mut [PartMap],
    parts: &[Part],
    dialects: &[FileDialects],
) {
    let mut all = Vec::new();
    let mut refused: Vec<Vec<Option<Refused>>> = Vec::new();
    for (part, map) in parts.iter().zip(maps.iter()) {
        let dialect = &dialects[part.file.index()];
        let (values, refusals) = part
            .particulars
            .iter()
            .map(|local| particulars_of(local, part, map, dialect))
            .unzip();
        all.push(values);
        refused.push(refusals);
    }
    let numbers;
    (lines.particulars, numbers) = number_by_value(&all, ParticularsId::from_index);
    for ((map, numbers), refused) in maps.iter_mut().zip(numbers).zip(refused) {
        map.particulars = numbers
            .into_iter()
            .zip(refused)
            .map(|(number, refusal)| refusal.map_or(Ok(number), Err))
            .collect();
    }
}

fn particulars_of(
    local: &LocalParticulars,
    part: &Part,
    map: &PartMap,
    dialects: &FileDialects,
) -> (Particulars, Option<Refused>) {
    let text = |id: u32| map.texts[id as usize];
    let party = |id: u32| id.checked_sub(1).and_then(|id| map.parties[id as usize]);
    let mut refused = None;
    let mut dates = [None; 3];
    for (index, id) in local.dates.iter().enumerate() {
        let Some(id) = id.checked_sub(1) else { continue };
        let (written, reading) = &part.dates[id as usize];
        match day_of(*reading, dialects.dates.get(&PARTICULAR_DATES[index]).copied()) {
            Ok(day) => dates[index] = day,
            Err(reason) => refused = Some((PARTICULAR_DATES[index], written.clone(), reason)),
        }
    }
    let [
        parent,
        batch,
        reference,
        po,
        period,
        eccn,
        licence,
        unit,
        serials,
        currency,
    ] = local.texts.map(text);
    let [bill_to, intermediate, forwarder, payer] = local.parties.map(party);
    let particulars = Particulars {
        source: part.source,
        channel: local.channel,
        stage: local.stage,
        kind: local.kind,
        seller: text(local.seller),
        seller_country: text(local.seller_country),
        bill_to,
        intermediate,
        forwarder,
        payer,
        parent_line_no: parent,
        batch_of_line_no: batch,
        reference_document_no: reference,
        customer_po: po,
        report_period: period,
        replaces: local.replaces,
        order_date: dates[0],
        invoice_date: dates[1],
        changed_on: dates[2],
        eccn,
        licence_no: licence,
        unit_of_measure: unit,
        serial_numbers: serials,
        currency,
        rest: text(local.rest),
    };
    (particulars, refused)
}

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
    #[must_use]
    pub fn resolve(self, resolver: &Resolver) -> Resolved {
        let mut resolved = Resolved {
            lines: Vec::with_capacity(self.rows()),
            rejects: Vec::new(),
        };
        for (part, rows) in self.0 {
            let map = &resolver.maps[part];
            for row in &rows {
                match map.line(row) {
                    Ok(line) => resolved.lines.push(line),
                    Err((column, value, reason)) => {
                        resolved
                            .rejects
                            .push(resolver.reject(map.file, row.line, column, value, reason));
                    }
                }
            }
        }
        resolved
    }
}

impl PartMap {
    fn line(&self, row: &RawRow) -> Result<ShipmentLine, Refused> {
        let quantity = row
            .quantity
            .whole(self.quantity)
            .map_err(|reason| (Column::Quantity, row.quantity.to_text(), reason))?;
        let ship_date = match row.date.checked_sub(1) {
            None => None,
            Some(id) => self.dates[id as usize]
                .map_err(|reason| (Column::ShipDate, self.date_texts[id as usize].clone(), reason))?,
        };
        let party = |id: u32| id.checked_sub(1).and_then(|id| self.parties[id as usize]);
        let too_many = || {
            (
                Column::Quantity,
                row.quantity.to_text(),
                "more distinct values than the program can number",
            )
        };
        let particulars = self.particulars[row.particulars as usize]
            .clone()?
            .ok_or_else(too_many)?;
        let document = match row.document.checked_sub(1) {
            None => None,
            Some(id) => Some(DocumentId::from_index(self.document_base + id as usize).ok_or_else(too_many)?),
        };
        Ok(ShipmentLine {
            price: self.price(row, quantity)?,
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
            line: row.line,
        })
    }

    fn price(&self, row: &RawRow, quantity: i32) -> Result<Option<UnitPrice>, Refused> {
        if row.price.is_absent() {
            return Ok(None);
        }
        let (column, dialect) = if row.price_is_amount {
            (Column::Amount, self.amount)
        } else {
            (Column::UnitPrice, self.unit_price)
        };
        let value = row.price.ten_thousandths(dialect).ok_or_else(|| {
            (
                column,
                row.price.to_text(),
                "not a number in this column's dialect",
            )
        })?;
        let unit = if row.price_is_amount {
            value / i64::from(quantity.unsigned_abs().max(1))
        } else {
            value
        };
        Ok(UnitPrice::from_ten_thousandths(unit))
    }
}

impl Resolver {
    fn reject(&self, file: FileId, line: u32, column: Column, value: String, reason: &str) -> Reject {
        let header = self.headers[file.index()]
            .iter()
            .find(|(known, _)| *known == column);
        Reject {
            file: self.paths[file.index()].clone(),
            line,
            column: header.map_or(column.name().to_owned(), |(_, header)| header.clone()),
            value,
            reason: reason.to_owned(),
        }
    }

    /// The source of a file's lines.
    #[must_use]
    pub fn files(&self) -> usize {
        self.paths.len()
    }
}

/// The source of a file.
#[must_use]
pub fn source_of_file(files: &[PlannedFile], file: FileId) -> SourceId {
    files[file.index()].input.source
}
