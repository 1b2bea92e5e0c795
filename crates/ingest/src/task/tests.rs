//! Reading a Parquet file by codes is held against reading the text of its rows: nothing may differ.

use std::fs::File;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Row;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::*;
use crate::intake::Scratch;
use crate::part::{DialectEvidence, Part};
use crate::plan::plan;
use crate::records_text::text_of_field;
use crate::source::source;

/// A value of a column, of which there is none as often as not for some kinds.
type Cell = Option<&'static str>;

/// What a column's cells are taken from, and how they are written.
struct Made {
    name: &'static str,
    kind: Kind,
    cells: &'static [Cell],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Text,
    Day,
    Whole,
    Double,
}

const PARTIES: &[Cell] = &[
    None,
    Some(""),
    Some("Acme Ltd"),
    Some(" Acme Ltd "),
    Some("Beta GmbH"),
    Some("Naïve 智能"),
    Some("NULL"),
    Some("Total"),
    Some("ship_to_name"),
    Some("Gamma, \"quoted\"\nwith a line end, and a name that is longer than forty-eight bytes"),
];
const COUNTRIES: &[Cell] = &[None, Some("US"), Some("us "), Some("SG"), Some("")];
const NUMBERS: &[Cell] = &[
    Some("1"),
    Some("8"),
    Some("0"),
    Some("-3"),
    Some("1.000"),
    Some("12.50"),
    Some("0,5"),
    Some("two"),
    Some(" 7 "),
    Some("-"),
    None,
    Some("1e3"),
];
const DOUBLES: &[Cell] = &[
    Some("1"),
    Some("30000.5"),
    Some("25999.99"),
    Some("0.07"),
    Some("0.1234"),
    Some("1.234"),
    Some("-5.5"),
    Some("-0"),
    Some("NaN"),
    Some("1e300"),
    Some("1234567890.25"),
    None,
];
const WHOLE: &[Cell] = &[Some("1"), Some("4"), Some("0"), Some("-2"), Some("99999999999"), None, Some("12")];
const DATES: &[Cell] = &[
    Some("2024-01-31"),
    Some("31.01.2024"),
    Some("03/04/2024"),
    Some("20240131"),
    Some("0000-00-00"),
    Some("soon"),
    None,
];
const DAYS: &[Cell] = &[Some("19753"), Some("19754"), Some("-1"), Some("0"), None];
const DOCUMENTS: &[Cell] =
    &[Some("00012"), Some("12"), Some(" 12"), Some("A-1"), Some("a-1"), Some(""), None];
const GOODS: &[Cell] =
    &[Some("900-21010"), Some("900-21010 "), Some("9.00E+11"), None, Some("NULL"), Some("X")];
const WORDS: &[Cell] = &[Some("USD"), None, Some("EUR"), Some("")];
const KINDS: &[Cell] = &[Some("sale"), None, Some("return"), Some("what"), Some("cancellation")];
const UNITS: &[Cell] = &[Some("EA"), None, Some("KG"), Some("pcs")];

/// The columns of a file: in the order of `names`, some typed and some as text.
fn columns(typed: bool, has_amount: bool) -> Vec<Made> {
    let made = |name, kind, cells| Made { name, kind, cells };
    let or = |kind, cells, text| if typed { (kind, cells) } else { (Kind::Text, text) };
    let (line, lines) = or(Kind::Whole, WHOLE, NUMBERS);
    let (day, days) = or(Kind::Day, DAYS, DATES);
    let (number, numbers) = or(Kind::Whole, WHOLE, NUMBERS);
    let (price, prices) = or(Kind::Double, DOUBLES, NUMBERS);
    let mut all = vec![
        made("document_no", Kind::Text, DOCUMENTS),
        made("line_no", line, lines),
        made("ship_date", day, days),
        made("bill_to_name", Kind::Text, PARTIES),
        made("bill_to_country", Kind::Text, COUNTRIES),
        made("ship_to_country", Kind::Text, COUNTRIES),
        made("sold_to_name", Kind::Text, PARTIES),
        made("ship_to_name", Kind::Text, PARTIES),
        made("ship_to_number", line, lines),
        made("part_number", Kind::Text, GOODS),
        made("description", Kind::Text, GOODS),
        made("quantity", number, numbers),
        made("unit_price", price, prices),
        made("currency", Kind::Text, WORDS),
        made("document_type", Kind::Text, KINDS),
        made("unit_of_measure", Kind::Text, UNITS),
        made("order_date", day, days),
    ];
    if has_amount {
        all.push(made("amount", price, prices));
        all.push(made("line_id", Kind::Text, DOCUMENTS));
    }
    all
}

/// How a file is written.
#[derive(Clone, Debug)]
struct Way {
    typed: bool,
    has_amount: bool,
    /// Bytes of a dictionary, behind which values are written plain; none: all are.
    dictionary: Option<usize>,
    version: u8,
    encoding: Option<Encoding>,
    compression: Compression,
    rows_of_page: usize,
    /// What one cell has in it that no cell should have.
    odd: Option<&'static [u8]>,
}

fn ways() -> impl Strategy<Value = Way> {
    let encodings = proptest::option::weighted(0.2, Just(Encoding::DELTA_BYTE_ARRAY));
    let compressions = proptest::sample::select(vec![Compression::UNCOMPRESSED, Compression::SNAPPY]);
    let odd = proptest::sample::select(vec![b"a\xff".as_slice(), b"b\x1fc"]);
    (
        (any::<bool>(), any::<bool>()),
        proptest::option::weighted(0.8, proptest::sample::select(vec![8_usize, 30, 100, 1 << 20])),
        1_u8..=2,
        encodings,
        compressions,
        1_usize..80,
        proptest::option::weighted(0.2, odd),
    )
        .prop_map(
            |((typed, has_amount), dictionary, version, encoding, compression, rows_of_page, odd)| Way {
                typed,
                has_amount,
                dictionary,
                version,
                encoding,
                compression,
                rows_of_page,
                odd,
            },
        )
}

/// The usual cell most of the time, so that rows are accepted, else any of them. Some rows are all alike: headers, totals,
/// blanks.
fn cell(made: &Made, seed: u64, row: usize, column: usize) -> Cell {
    let hash = |salt: u64| foldhash::quality::FixedState::with_seed(seed).hash_one((row, column * 8, salt));
    match (foldhash::quality::FixedState::with_seed(seed).hash_one(row) % 40, made.kind, column) {
        (0, Kind::Text, _) => return Some(made.name),
        (1, ..) => return None,
        (2, Kind::Text, 0) => return Some("Gesamt"),
        (2, Kind::Text, _) => return None,
        _ => {}
    }
    if hash(1) % 12 != 0 {
        let usual = if made.cells[0].is_none() { &made.cells[2..5] } else { &made.cells[..2] };
        return usual[hash(2) as usize % usual.len()];
    }
    made.cells[hash(3) as usize % made.cells.len()]
}

fn write(path: &Path, way: &Way, groups: &[usize], seed: u64) {
    let columns = columns(way.typed, way.has_amount);
    let field = |made: &Made| match made.kind {
        Kind::Text => format!("OPTIONAL BYTE_ARRAY {} (UTF8);", made.name),
        Kind::Day => format!("OPTIONAL INT32 {} (DATE);", made.name),
        Kind::Whole => format!("OPTIONAL INT64 {};", made.name),
        Kind::Double => format!("OPTIONAL DOUBLE {};", made.name),
    };
    let schema = format!("message row {{ {} }}", columns.iter().map(field).collect::<String>());
    let version = if way.version == 1 { WriterVersion::PARQUET_1_0 } else { WriterVersion::PARQUET_2_0 };
    let mut properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(way.compression)
        .set_dictionary_enabled(way.dictionary.is_some())
        .set_dictionary_page_size_limit(way.dictionary.unwrap_or(1))
        .set_data_page_row_count_limit(way.rows_of_page)
        .set_write_batch_size(7);
    if let Some(encoding) = way.encoding {
        properties = properties.set_column_encoding("part_number".into(), encoding);
    }
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties.build())).unwrap();
    let mut first = 0;
    for rows in groups {
        let mut group = writer.next_row_group().unwrap();
        let mut place = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            let cells: Vec<Cell> =
                (first..first + rows).map(|row| cell(&columns[place], seed, row, place)).collect();
            let odd = way.odd.filter(|_| place == seed as usize % columns.len());
            write_column(column.untyped(), columns[place].kind, &cells, odd);
            column.close().unwrap();
            place += 1;
        }
        group.close().unwrap();
        first += rows;
    }
    writer.close().unwrap();
}

fn write_column(writer: &mut ColumnWriter<'_>, kind: Kind, cells: &[Cell], odd: Option<&[u8]>) {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let present: Vec<&str> = cells.iter().flatten().copied().collect();
    let levels = Some(levels.as_slice());
    match writer {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let mut texts: Vec<ByteArray> = present.into_iter().map(ByteArray::from).collect();
            let middle = texts.len() / 2;
            if let (Some(odd), Some(text)) = (odd, texts.get_mut(middle)) {
                *text = ByteArray::from(odd.to_vec());
            }
            writer.write_batch(&texts, levels, None)
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let words: Vec<i32> = present.iter().map(|text| text.parse().unwrap()).collect();
            writer.write_batch(&words, levels, None)
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let longs: Vec<i64> = present.iter().map(|text| text.parse().unwrap()).collect();
            writer.write_batch(&longs, levels, None)
        }
        ColumnWriter::DoubleColumnWriter(writer) => {
            let doubles: Vec<f64> = present.iter().map(|text| text.parse().unwrap()).collect();
            writer.write_batch(&doubles, levels, None)
        }
        _ => unreachable!("{kind:?} is written as one of these"),
    }
    .unwrap();
}

/// All that a task makes of a file, as text; and how many rows were read by their codes.
fn read(folder: &Path, by_codes: bool) -> Result<(Vec<String>, u64), String> {
    let source = SourceSpec { patterns: vec!["f.parquet".into()], base: folder.to_owned(), ..source() };
    let plan = plan(std::slice::from_ref(&source), &Scratch::new(folder.join("copies")), None).unwrap();
    let (task, file) = (&plan.tasks[0], &plan.files[0]);
    assert_eq!(plan.tasks.len(), 1);
    let mut reader = TaskReader::new(task, file, &source);
    reader.read_groups(task, by_codes)?;
    let TaskReader { dictionaries, rows, mut receipt, by_codes, .. } = reader;
    let file_id = FileId::from_index(0).unwrap();
    let part = dictionaries.into_part(file_id, file.input.source, rows.into_places());
    // Which number it saw last is no part of the evidence.
    let DialectEvidence { numbers, dates, .. } = receipt.evidence;
    receipt.evidence = DialectEvidence::of(numbers, dates);
    let mut all = vec![format!("{receipt:?}")];
    let Part { texts, parties, items, particulars, dates, date_counts, documents, rows, .. } = part;
    all.extend(texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()));
    all.extend(parties.iter().map(|party| format!("{party:?}")));
    all.extend(items.iter().map(|item| format!("{item:?}")));
    all.extend(particulars.iter().map(|particulars| format!("{particulars:?}")));
    all.push(format!("{dates:?} {date_counts:?} {documents:?}"));
    for rows in rows {
        let crate::spill::RowSource::Memory(rows) = rows else { unreachable!("nothing is spilled") };
        all.extend(rows.iter().map(|row| format!("{row:?}")));
    }
    Ok((all, by_codes))
}

/// The cells of all rows, by way of this crate's decoder and by way of the `parquet` crate's.
fn cells_both_ways(path: &Path) -> [Vec<Vec<String>>; 2] {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let mut ours = Vec::new();
    columnar::each_batch(
        path,
        0..reader.num_row_groups(),
        |field| field % 2 == 0,
        |batch| {
            for row in 0..batch.rows {
                let (text, spans, _) = batch.row(row)?;
                let cell = |(start, end): &Span| text[*start as usize..*end as usize].to_owned();
                ours.push(spans.iter().map(cell).collect());
            }
            Ok(())
        },
    )
    .unwrap();
    let cells = |row: Row| row.get_column_iter().map(|(_, field)| text_of_field(field)).collect();
    let theirs = reader.get_row_iter(None).unwrap().map(|row| cells(row.unwrap())).collect();
    [ours, theirs]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..Default::default() })]
    #[test]
    fn codes_say_what_the_texts_say(
        way in ways(),
        groups in proptest::collection::vec(1_usize..150, 1..4),
        seed in any::<u64>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("f.parquet"), &way, &groups, seed);
        if way.odd.is_none_or(|odd| odd.is_ascii()) {
            let [ours, theirs] = cells_both_ways(&folder.path().join("f.parquet"));
            prop_assert_eq!(ours, theirs);
        }
        let by_text = read(folder.path(), false);
        let by_codes = read(folder.path(), true);
        prop_assert_eq!(by_codes.map(|(all, _)| all), by_text.map(|(all, _)| all));
    }
}

#[test]
fn rows_are_read_by_codes_whatever_the_dictionaries_hold() {
    // More rows than are decoded at once, and row groups in each of which codes mean something else.
    let (long, short) = (vec![9_000, 5_000], vec![2; 1_500]);
    for (dictionary, typed, groups) in
        [(1 << 20, true, &long), (60, true, &long), (1 << 20, false, &long), (1 << 20, true, &short)]
    {
        let way = Way {
            typed,
            has_amount: false,
            dictionary: Some(dictionary),
            version: 1,
            encoding: None,
            compression: Compression::UNCOMPRESSED,
            rows_of_page: 500,
            odd: None,
        };
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("f.parquet"), &way, groups, 7);
        let (by_codes, rows) = read(folder.path(), true).unwrap();
        let (by_text, none) = read(folder.path(), false).unwrap();
        assert_eq!(by_codes, by_text);
        assert_eq!(none, 0);
        // Not the refused ones, whose texts are asked for.
        assert!(rows as usize > groups.iter().sum::<usize>() / 2, "{rows} rows");
    }
}
