//! One table in every format and encoding that is read: the lines are the same, and stand where they stood.

use std::fs;
use std::io::Write;
use std::path::Path;

use chipwatch_ingest::intake::Scratch;
use chipwatch_ingest::layout::Layout;
use chipwatch_ingest::{SourceSpec, plan, read_all};
use chipwatch_pipeline::MemoryStore;
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

const HEADER: &str = "ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity";

/// What was read of a file: its form, lines as `line name quantity day`, refused rows as `line reason`.
#[derive(PartialEq, Eq, Debug)]
struct Read {
    form: String,
    lines: Vec<String>,
    rejects: Vec<String>,
}

fn read(folder: &Path, file: &str, encoding: Option<&'static Encoding>) -> Result<Read, String> {
    let canonical = SourceSpec::new("s", Layout::named("canonical").unwrap());
    let sources =
        [SourceSpec { patterns: vec![file.to_owned()], base: folder.to_owned(), encoding, ..canonical }];
    let scratch = Scratch::temporary();
    let mut plan = plan(&sources, &scratch, None).map_err(|error| error.to_string())?;
    let reading = read_all(&sources, &mut plan, &MemoryStore::default(), None, &|_| ())
        .map_err(|error| error.to_string())?;
    let hash = blake3::hash(&fs::read(folder.join(file)).unwrap()).to_hex().to_string();
    assert_eq!(plan.files[0].input.blake3, hash, "the hash is that of the file, not of its copy");
    let tables = &reading.merged.lines;
    let mut lines = Vec::new();
    for partition in reading.merged.partitions {
        for line in partition.resolve(&reading.merged.resolver).unwrap().lines {
            let name = line.sold_to.map_or("", |party| tables.text(tables.parties[party.index()].name));
            lines.push(format!("{} {name} {} {}", line.line, line.quantity, line.ship_date.unwrap()));
        }
    }
    lines.sort();
    let rejects = reading.files[0].receipt.rejects.iter();
    let rejects = rejects.map(|reject| format!("{} {}", reject.line, reject.reason)).collect();
    Ok(Read { form: plan.files[0].form.in_words(), lines, rejects })
}

fn read_bytes(file: &str, bytes: &[u8]) -> Result<Read, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), bytes).unwrap();
    read(folder.path(), file, None)
}

/// A table of these buyers, and the lines it must give.
fn table(names: &[&str]) -> (String, Vec<String>) {
    let mut text = format!("{HEADER}\r\n");
    let mut lines = Vec::new();
    for (index, name) in names.iter().enumerate() {
        text +=
            &format!("2024-05-{:02},D{index},1,{name},DE,900-21010-0000-000,{}\r\n", index + 1, 10 + index);
        lines.push(format!("{} {name} {} 2024-05-{:02}", index + 2, 10 + index, index + 1));
    }
    lines.sort();
    (text, lines)
}

const WESTERN: [&str; 4] =
    ["Müller Fiktiv GmbH", "Société Inventée", "Compañía Ficticia", "Æblegrød Opfundet"];

#[test]
fn packed_files_are_unpacked() {
    let (text, lines) = table(&WESTERN);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.add_directory("export", zip::write::SimpleFileOptions::default()).unwrap();
    zip.start_file("export/may.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    for (file, bytes, packed) in [
        ("a.csv.gz", gzip.finish().unwrap(), "gzip"),
        ("a.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap(), "zstd"),
        ("a.zip", zip.finish().unwrap().into_inner(), "zip"),
    ] {
        let read = read_bytes(file, &bytes).unwrap();
        assert_eq!(read.lines, lines, "{file}");
        assert_eq!(read.form, format!("delimited text in UTF-8, packed with {packed}"));
    }
}

#[test]
fn encodings_are_told_by_their_bytes() {
    let chinese =
        ["北京虚构科技有限公司", "上海想象计算机股份公司", "深圳不存在电子有限公司", "广州编造贸易公司"];
    let taiwanese =
        ["臺灣虛構科技股份有限公司", "新竹想像電腦公司", "高雄不存在電子公司", "臺北編造貿易有限公司"];
    let japanese = [
        "株式会社カクウ計算機",
        "架空システムズ株式会社",
        "有限会社ソンザイシナイ電子",
        "東京つくりばなし商事",
    ];
    let korean = ["주식회사 가상전자", "서울 상상컴퓨터", "존재하지않는 무역", "부산 허구과학기술"];
    let russian = [
        "ООО Вымышленные Технологии",
        "ЗАО Несуществующая Электроника",
        "Придуманный Торговый Дом",
        "ИП Небылицын",
    ];
    for (encoding, names) in [
        (WINDOWS_1252, WESTERN),
        (WINDOWS_1251, russian),
        (GB18030, chinese),
        (BIG5, taiwanese),
        (SHIFT_JIS, japanese),
        (EUC_KR, korean),
    ] {
        let (text, lines) = table(&names);
        let (bytes, _, has_errors) = encoding.encode(&text);
        assert!(!has_errors, "{}", encoding.name());
        let read = read_bytes("a.csv", &bytes).unwrap();
        assert_eq!(read.lines, lines, "{}", encoding.name());
        assert_eq!(read.form, format!("delimited text in {}", encoding.name()));
    }
}

#[test]
fn utf_16_is_read_with_and_without_its_mark_whatever_the_name() {
    let (text, lines) = table(&["Müller Fiktiv GmbH", "株式会社カクウ計算機"]);
    // What SAP calls a spreadsheet: text with tabs, named `.xls`.
    let text = text.replace(',', "\t");
    let encode = |mark: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(to).collect()
    };
    for (bytes, form) in [
        (encode("\u{feff}", u16::to_le_bytes), "UTF-16LE"),
        (encode("\u{feff}", u16::to_be_bytes), "UTF-16BE"),
        (encode("", u16::to_le_bytes), "UTF-16LE"),
        (encode("", u16::to_be_bytes), "UTF-16BE"),
    ] {
        let read = read_bytes("list.xls", &bytes).unwrap();
        assert_eq!(read.lines, lines, "{form}");
        assert_eq!(read.form, format!("delimited text in {form}"));
    }
}

#[test]
fn the_users_word_on_the_encoding_wins() {
    let folder = tempfile::tempdir().unwrap();
    let (text, lines) = table(&["ООО"]);
    fs::write(folder.path().join("a.csv"), WINDOWS_1251.encode(&text).0).unwrap();
    assert_eq!(read(folder.path(), "a.csv", Some(WINDOWS_1251)).unwrap().lines, lines);
}

#[test]
fn a_byte_that_the_encoding_does_not_have_costs_its_row() {
    let (text, _) = table(&["架空システムズ株式会社", "株式会社カクウ計算機", "東京つくりばなし商事"]);
    let mut bytes = SHIFT_JIS.encode(&text).0.into_owned();
    let place = bytes.windows(3).position(|three| three == b"D1,").unwrap() + 5;
    bytes.splice(place..place, [0xff]);
    let read = read_bytes("a.csv", &bytes).unwrap();
    assert_eq!(read.lines.len(), 2);
    assert_eq!(read.rejects, ["3 the row holds bytes that are no character in the encoding of its file"]);
}

#[test]
fn a_list_as_sap_prints_it_is_a_table() {
    let text = "\
        10.06.2024                Dynamic List Display                    1\n\
        -------------------------------------------------------------------\n\
        |ship_date |document_no|sold_to_name|part_number       | quantity|\n\
        |----------|-----------|------------|------------------|---------|\n\
        |31.05.2024|4711       |Müller GmbH |900-21010-0000-000|1.200,000|\n\
        |31.05.2024|4712       |Müller GmbH |900-21010-0000-000|    3,000-|\n\
        -------------------------------------------------------------------\n\
        |ship_date |document_no|sold_to_name|part_number       | quantity|\n\
        |----------|-----------|------------|------------------|---------|\n\
        |01.06.2024|4713       |Erfunden AG |900-21010-0000-000|   12,000|\n\
        |* Total   |           |            |                  |1.209,000|\n\
        -------------------------------------------------------------------\n";
    let read = read_bytes("list.txt", text.as_bytes()).unwrap();
    assert_eq!(
        read.lines,
        ["10 Erfunden AG 12 2024-06-01", "5 Müller GmbH 1200 2024-05-31", "6 Müller GmbH -3 2024-05-31"]
    );
    assert_eq!(read.rejects, [""; 0]);
}

#[test]
fn sheets_of_workbooks_are_read_by_their_rows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/fixtures/formats");
    for file in ["book.xlsx", "book.xls", "book.ods"] {
        let copy = tempfile::tempdir().unwrap();
        // The name says nothing: contents do.
        fs::copy(folder.join(file), copy.path().join("book.csv")).unwrap();
        let read = read(copy.path(), "book.csv", None).unwrap();
        assert_eq!(read.form, "a sheet of a workbook");
        assert_eq!(
            read.lines,
            ["4 Müller Fiktiv GmbH 1200 2024-05-31", "5 Second line of a name 3 2024-05-31"],
            "{file}"
        );
        assert_eq!(read.rejects, [""; 0], "{file}");
    }
}

#[test]
fn json_lines_are_read_by_the_names_in_them() {
    let text = "{\"quantity\": 12, \"ship_date\": \"2024-05-31\", \"part_number\": \"900-1-2\", \"sold_to_name\": \"Müller\\nGmbH\"}\n\
                \n\
                {\"quantity\": -3, \"ship_date\": \"2024-06-01\", \"part_number\": \"900-1-2\", \"sold_to_name\": \"B, C\", \"more\": null}\n\
                [1, 2]\n\
                {\"quantity\": 1, \"ship_date\": \"2024-06-01\", \"part_number\": \"900-1-2\"}\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    for (bytes, form) in
        [(text.into(), "JSON lines"), (packed.finish().unwrap(), "JSON lines, packed with gzip")]
    {
        let read = read_bytes("a.jsonl", &bytes).unwrap();
        assert_eq!(read.form, form);
        assert_eq!(read.lines, ["1 Müller GmbH 12 2024-05-31", "3 B, C -3 2024-06-01"]);
        assert_eq!(
            read.rejects,
            ["4 the row has 1 fields, the header 5", "5 the row names no buyer, recipient or end user"]
        );
    }
}

#[test]
fn parquet_is_read_row_by_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/fixtures/formats");
    for file in ["zstd.parquet", "snappy.parquet"] {
        let read = read(&folder, file, None).unwrap();
        assert_eq!(read.form, "Parquet");
        assert_eq!(
            read.lines,
            ["1 Müller Fiktiv GmbH 1200 2024-05-31", "2 Second line\nof a name 3 2024-05-31"],
            "{file}"
        );
    }
}

#[test]
fn what_is_no_table_is_named_for_what_it_is() {
    let zip_of_two = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in ["a.csv", "b.csv"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let damaged = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(table(&WESTERN).0.as_bytes()).unwrap();
        let mut bytes = gzip.finish().unwrap();
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    for (bytes, word) in [
        (b"<html><table><tr><td>ship_date</td></tr></table></html>".to_vec(), "web page"),
        (b"PAR1\0\0\0\0PAR1".to_vec(), "the Parquet file cannot be read"),
        (b"\x7fELF\x02\0\0\0\0\0\0\0\0\0".to_vec(), "no text"),
        (b"\xd0\xcf\x11\xe0 not really".to_vec(), "workbook cannot be read"),
        (zip_of_two, "holds 2 files"),
        (damaged, "cannot be unpacked (gzip)"),
    ] {
        let error = read_bytes("a.csv", &bytes).unwrap_err();
        assert!(error.contains(word), "no `{word}` in {error}");
    }
}

/// A few kilobytes that unpack to more than a gigabyte of blanks.
#[test]
#[ignore = "unpacks a gigabyte"]
fn what_unpacks_without_end_is_refused() {
    let block = vec![b' '; 1 << 20];
    let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
    for _ in 0..1_100 {
        packed.write_all(&block).unwrap();
    }
    let error = read_bytes("a.csv.zst", &packed.finish().unwrap()).unwrap_err();
    assert!(error.contains("unpacks to more than"), "{error}");
}
