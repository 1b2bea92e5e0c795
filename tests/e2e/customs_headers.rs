//! `inspect` against the header rows of 90 real customs exports and the mapping that was written for them by eye.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chipwatch_ingest::captions::{Captions, Trade};
use chipwatch_ingest::inspect::{Inspection, inspect};
use chipwatch_ingest::intake::Scratch;
use chipwatch_records::Column;
use serde_json::Value;

const HEADERS: &str = "../shared/data/inputs/customs_export_headers.json";
const EXPECTED: &str = include_str!("fixtures/customs_mapping.json");

struct Layout {
    name: String,
    header_row: usize,
    header: Vec<String>,
}

/// The layouts, or nothing where the data does not lie beside the project.
fn layouts() -> Option<Vec<Layout>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(HEADERS);
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("not tested: {HEADERS} is absent");
        return None;
    };
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let layout = |value: &Value| Layout {
        name: value["layout"].as_str().unwrap().to_owned(),
        header_row: value["header_row"].as_u64().unwrap() as usize,
        header: value["header"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect(),
    };
    Some(all.iter().map(layout).collect())
}

/// A cell such as stands under a header of that name.
fn cell(header: &str, row: usize) -> String {
    let has = |words: &[&str]| words.iter().any(|word| header.to_uppercase().contains(word));
    if header == "MONTHYEAR" {
        return format!("Mar-202{row}");
    }
    if has(&["DATE"]) {
        return format!("2024-03-1{row}");
    }
    if has(&["HS_CODE_2", "HS CODE_2", "HS CODE 2"]) {
        return "84".to_owned();
    }
    if has(&["DESC"]) {
        return format!("Graphics card, model {row}");
    }
    if has(&["HS_CODE", "HS CODE", "HSCODE", "DIGITS"]) {
        return format!("8473301{row}");
    }
    if has(&[
        "NAME",
        "BUYER",
        "IMPORTER",
        "EXPORTER",
        "SUPPLIER",
        "CONSIGNEE",
        "SHIPPER",
        "COUNTRY",
        "ADDRESS",
    ]) {
        return format!("Invented Words {row} Ltd");
    }
    let numbers = [
        "QUANTITY", "QTY", "VALUE", "USD", "CIF", "FOB", "WEIGHT", "PRICE", "AMOUNT", "PACKAGE", "PIECES",
        "NUMBER", "COST", "KG",
    ];
    if has(&numbers) { format!("{}", 12 * row + 7) } else { format!("text {row}") }
}

fn write(folder: &Path, file: &str, layout: &Layout) -> std::path::PathBuf {
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for line in 1..layout.header_row {
        csv.write_record([format!("Trade data, banner line {line}")]).unwrap();
    }
    csv.write_record(&layout.header).unwrap();
    for row in 1..=5 {
        csv.write_record(layout.header.iter().map(|header| cell(header, row))).unwrap();
    }
    let path = folder.join(file);
    fs::write(&path, csv.into_inner().unwrap()).unwrap();
    path
}

/// The columns in which a field of the fixture may be found.
fn columns(field: &str, trade: Option<Trade>) -> Vec<Column> {
    match field {
        "buyer" => vec![Column::SoldToName],
        "seller" => vec![Column::SellerName],
        "date" => vec![Column::ShipDate],
        "quantity" => vec![Column::Quantity],
        "description" => vec![Column::Description],
        "hs_code" => vec![Column::HsCode],
        "value" => vec![Column::Amount],
        _ if trade == Some(Trade::Import) => vec![Column::SellerCountry],
        _ => vec![Column::ShipToCountry, Column::SoldToCountry],
    }
}

const FIELDS: [&str; 8] =
    ["buyer", "seller", "date", "quantity", "description", "hs_code", "value", "country"];

fn mapped(inspection: &Inspection, field: &str, trade: Option<Trade>) -> Option<String> {
    columns(field, trade).into_iter().find_map(|column| {
        let proposal = inspection.proposals.iter().find(|proposal| proposal.column == column)?;
        Some(inspection.headers[proposal.field].clone())
    })
}

/// Right and all cases in which the column exists; what went wrong; headers that were mapped where there is no column.
fn score(
    layouts: &[Layout],
    file_of: impl Fn(&Layout) -> String,
) -> (usize, usize, Vec<String>, Vec<String>) {
    let captions = Captions::read().unwrap();
    let expected: Vec<Value> = serde_json::from_str(EXPECTED).unwrap();
    let expected: BTreeMap<&str, &Value> =
        expected.iter().map(|value| (value["layout"].as_str().unwrap(), value)).collect();
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(folder.path().join("copies"));
    let (mut right, mut cases, mut wrong, mut invented) = (0, 0, Vec::new(), Vec::new());
    for layout in layouts {
        let path = write(folder.path(), &file_of(layout), layout);
        let found = inspect(&path, &captions, &scratch).unwrap().remove(0);
        assert_eq!(found.header_line as usize, layout.header_row, "{}", layout.name);
        assert_eq!(found.headers, layout.header, "{}", layout.name);
        let trade = if layout.name.to_lowercase().contains("import") { Trade::Import } else { Trade::Export };
        let want = expected[layout.name.as_str()];
        assert_eq!(found.is_summed_up, want["kind"] == "short", "{}", layout.name);
        for field in FIELDS {
            let got = mapped(&found, field, Some(trade));
            let also: Vec<&str> =
                want["also"][field].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let Some(first) = want[field].as_str() else {
                invented.extend(got.map(|got| format!("{}: {field} is {got}", layout.name)));
                continue;
            };
            cases += 1;
            if got.as_deref().is_some_and(|got| got == first || also.contains(&got)) {
                right += 1;
            } else {
                wrong.push(format!(
                    "{}: {field} is {first}, not {}",
                    layout.name,
                    got.unwrap_or_else(|| "nothing".into())
                ));
            }
        }
    }
    (right, cases, wrong, invented)
}

#[test]
fn headers_of_customs_tables_are_found_and_mapped() {
    let Some(layouts) = layouts() else { return };
    assert_eq!(layouts.len(), 90);
    for (told, file_of) in [
        (
            "file names that tell the direction",
            (|layout: &Layout| format!("{}.csv", layout.name)) as fn(&Layout) -> String,
        ),
        ("file names that tell nothing", |_| "table.csv".to_owned()),
    ] {
        let (right, cases, wrong, invented) = score(&layouts, file_of);
        eprintln!(
            "{told}: {right} of {cases}; {} wrong:\n{}\nno such column, {}:\n{}",
            wrong.len(),
            wrong.join("\n"),
            invented.len(),
            invented.join("\n")
        );
        assert!(right * 100 >= cases * 95, "{told}: {right} of {cases}:\n{}", wrong.join("\n"));
    }
}
