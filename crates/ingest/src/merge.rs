//! From the tasks' dictionaries to tables of the whole run, numbered in the order of values, never of arrival.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::num::NonZeroU32;

use chipwatch_records::{
    Column, Day, DocumentTable, ItemAsWritten, Particulars, ParticularsId, PartyAsWritten, PartyId,
    ShipmentLines, Source, TextId, Texts, WrittenItemId,
};
use hashbrown::HashMap;

use crate::date::DateReading;
use crate::dialect::FileDialects;
use crate::intern::Interner;
use crate::number::NumberDialect;
use crate::part::{LocalItem, LocalParticulars, LocalParty, PARTICULAR_DATES, Part};
use crate::particulars::UNIT;
use crate::plan::{PARTITIONS, PlannedFile};
use crate::resolve::{PartMap, RawPartition, Refused, Resolver};
use crate::source::SourceSpec;

/// The tables of a run, and its rows by partition.
pub struct Merged {
    /// Tables.
    pub lines: ShipmentLines,
    /// Rows.
    pub partitions: Vec<RawPartition>,
    /// From rows to lines.
    pub resolver: Resolver,
    /// How many rows have each ship date.
    pub ship_days: BTreeMap<Day, u64>,
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
    let ((parties, party_maps), (items, item_maps)) =
        rayon::join(|| merge_parties(&parts, &text_maps, &systems), || merge_items(&parts, &text_maps));
    let mut lines = ShipmentLines {
        texts,
        parties,
        items,
        sources: sources.iter().enumerate().map(|(index, source)| source_of(source, index, files)).collect(),
        files: files.iter().map(|file| file.input.clone()).collect(),
        ..ShipmentLines::default()
    };
    let mut maps = part_maps(sources, dialects, &parts, text_maps, party_maps, item_maps);
    for (map, part) in maps.iter_mut().zip(&mut parts) {
        let DocumentTable { digests, numbers } = std::mem::take(&mut part.documents);
        (map.digests, map.document_base) = (digests, lines.documents.append(numbers));
    }
    merge_particulars(&mut lines, &mut maps, &parts, dialects);
    let mut partitions: Vec<RawPartition> = (0..PARTITIONS).map(|_| RawPartition(Vec::new())).collect();
    for (index, part) in parts.iter_mut().enumerate() {
        for (partition, rows) in partitions.iter_mut().zip(std::mem::take(&mut part.rows)) {
            partition.0.push((index, rows));
        }
    }
    let headers = files.iter().map(headers_of).collect();
    let paths = files.iter().map(|file| file.input.path.clone()).collect();
    let ship_days = ship_days(&maps, &parts);
    Merged { lines, partitions, resolver: Resolver { maps, headers, paths }, ship_days }
}

fn ship_days(maps: &[PartMap], parts: &[Part]) -> BTreeMap<Day, u64> {
    let mut days = BTreeMap::new();
    for (map, part) in maps.iter().zip(parts) {
        for (day, count) in map.dates.iter().zip(&part.date_counts) {
            if let (Ok(Some(day)), true) = (day, *count > 0) {
                *days.entry(*day).or_default() += count;
            }
        }
    }
    days
}

/// A table of distinct values, and for each part the number of each of its own.
type Numbered<T, Id> = (Vec<T>, Vec<Vec<Option<Id>>>);

fn merge_parties(
    parts: &[Part],
    texts: &[Vec<TextId>],
    systems: &[TextId],
) -> Numbered<PartyAsWritten, PartyId> {
    let global = |part: &Part, texts: &[TextId], local: &LocalParty| {
        let [number, name, address, country, parent_name, parent_country] =
            local.map(|text| texts[text as usize]);
        let system = if number.is_empty() { TextId::EMPTY } else { systems[part.source.index()] };
        PartyAsWritten { system, number, name, address, country, parent_name, parent_country }
    };
    let parties: Vec<Vec<PartyAsWritten>> = parts
        .iter()
        .zip(texts)
        .map(|(part, texts)| part.parties.iter().map(|local| global(part, texts, local)).collect())
        .collect();
    number_by_value(&parties, PartyId::from_index)
}

fn merge_items(parts: &[Part], texts: &[Vec<TextId>]) -> Numbered<ItemAsWritten, WrittenItemId> {
    let global = |texts: &[TextId], local: &LocalItem| {
        let [part_number, description, hs_code] = local.map(|text| texts[text as usize]);
        ItemAsWritten { part_number, description, hs_code }
    };
    let items: Vec<Vec<ItemAsWritten>> = parts
        .iter()
        .zip(texts)
        .map(|(part, texts)| part.items.iter().map(|local| global(texts, local)).collect())
        .collect();
    number_by_value(&items, WrittenItemId::from_index)
}

fn headers_of(file: &PlannedFile) -> Vec<(Column, String)> {
    let header = |(column, field): (&Column, &usize)| {
        (*column, file.mapping.headers.get(*field).map_or(column.name(), String::as_str).to_owned())
    };
    file.mapping.fields.iter().map(header).collect()
}

fn source_of(source: &SourceSpec, index: usize, files: &[PlannedFile]) -> Source {
    let of_source = |file: &&PlannedFile| file.input.source.index() == index;
    let mut columns: Vec<Column> =
        files.iter().filter(of_source).flat_map(|file| file.mapping.fields.keys().copied()).collect();
    columns.sort_unstable();
    columns.dedup();
    Source { name: source.name.clone(), channel: source.channel, system: source.system.clone(), columns }
}

fn merge_texts(sources: &[SourceSpec], parts: &[Part]) -> (Texts, Vec<Vec<TextId>>, Vec<TextId>) {
    let mut all = Interner::default();
    all.intern(b"");
    let systems: Vec<u32> = sources.iter().map(|source| all.intern(source.system.as_bytes()).0).collect();
    let arrivals: Vec<Vec<u32>> =
        parts.iter().map(|part| part.texts.iter().map(|text| all.intern(text).0).collect()).collect();
    let values: Vec<&[u8]> = all.iter().collect();
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by_key(|id| values[*id as usize]);
    let mut rank = vec![TextId::EMPTY; order.len()];
    for (place, id) in order.iter().enumerate() {
        rank[*id as usize] = TextId(place as u32);
    }
    let sorted = order[1..].iter().map(|id| std::str::from_utf8(values[*id as usize]).unwrap_or_default());
    let texts = Texts::from_sorted(sorted);
    let map = |ids: &Vec<u32>| ids.iter().map(|id| rank[*id as usize]).collect();
    (texts, arrivals.iter().map(map).collect(), systems.iter().map(|id| rank[*id as usize]).collect())
}

/// The distinct values of all parts in their order, and for each part the number of each of its values.
fn number_by_value<T: Ord + Hash + Copy, Id>(
    parts: &[Vec<T>],
    id: fn(usize) -> Option<Id>,
) -> Numbered<T, Id> {
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
        arrivals.iter().map(|part| part.iter().map(|number| id(rank[*number as usize])).collect()).collect(),
    )
}

fn part_maps(
    sources: &[SourceSpec],
    dialects: &[FileDialects],
    parts: &[Part],
    texts: Vec<Vec<TextId>>,
    parties: Vec<Vec<Option<PartyId>>>,
    items: Vec<Vec<Option<WrittenItemId>>>,
) -> Vec<PartMap> {
    let mut maps = Vec::new();
    for (((part, texts), parties), items) in parts.iter().zip(texts).zip(parties).zip(items) {
        let dialect = &dialects[part.file.index()];
        let number = |column| dialect.numbers.get(&column).copied().unwrap_or(NumberDialect::Point);
        let ship = dialect.dates.get(&Column::ShipDate).copied();
        maps.push(PartMap {
            file: part.file,
            first_line: part.first_line,
            texts,
            parties,
            items,
            particulars: Vec::new(),
            pieces: pieces_of(&sources[part.source.index()], part),
            digests: Vec::new(),
            document_base: 0,
            dates: part.dates.iter().map(|(_, reading)| day_of(*reading, ship)).collect(),
            date_texts: part.dates.iter().map(|(text, _)| text.clone()).collect(),
            quantity: number(Column::Quantity),
            unit_price: number(Column::UnitPrice),
            amount: number(Column::Amount),
        });
    }
    maps
}

/// Pieces in one unit of the quantity, by particulars; nothing where the source knows no packs.
fn pieces_of(source: &SourceSpec, part: &Part) -> Vec<u32> {
    let of_unit = |local: &LocalParticulars| {
        source.pieces(part.texts.get(local.texts[UNIT])).map_or(1, NonZeroU32::get)
    };
    if source.pack.is_empty() { Vec::new() } else { part.particulars.iter().map(of_unit).collect() }
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
        let (values, refusals) =
            part.particulars.iter().map(|local| particulars_of(local, part, map, dialect)).unzip();
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
    let [parent, batch, reference, po, period, eccn, licence, unit, serials, currency, master] =
        local.texts.map(text);
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
        master_document_no: master,
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
