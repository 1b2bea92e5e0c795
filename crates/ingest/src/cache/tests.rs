use std::fs;
use std::time::Duration;

use chipwatch_records::{Column, DocumentType};

use super::*;
use crate::intake::Scratch;
use crate::layout::Layout;
use crate::lookup::Lookup;
use crate::part::shelf::Shelf;
use crate::plan::plan;
use crate::read::read_all;

/// A folder of exports, and a cache beside it.
struct Desk {
    folder: tempfile::TempDir,
    sources: Vec<SourceSpec>,
}

/// What a run makes of the exports.
#[derive(PartialEq, Debug)]
struct Seen {
    /// By file: path, rows, accepted, rejected, totals, blake3.
    files: Vec<(String, [u64; 4], String)>,
    lines: Vec<String>,
    rejects: Vec<String>,
    questions: Vec<String>,
}

/// What a run read for it.
#[derive(PartialEq, Eq, Debug)]
struct Effort {
    /// Bytes of each file.
    bytes: Vec<u64>,
    tasks: usize,
    damaged: usize,
}

const SALES: &str = "sold_to_name,sold_to_country,part_number,quantity,ship_date,unit_price,document_no,line_no\n\
    \"Acme\nTrading, Ltd\",SG,900-21010-0000-000,12,31/12/2024,\"1,234.50\",0077,10\n\
    Borealis Oy,FI,900-21010-0000-000,x,31/12/2024,5,78,10\n\
    Borealis Oy,FI,900-21010-0000-000,-3,13/01/2025,5,79,20\n\
    Total,,,9,,,,\n";

impl Desk {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
        let layout = Layout::named("canonical").unwrap();
        let source = SourceSpec {
            patterns: vec!["*.csv".to_owned()],
            base: folder.path().to_owned(),
            ..SourceSpec::new("s", layout)
        };
        Self { folder, sources: vec![source] }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn run(&self, cache: Option<&Cache>) -> (Seen, Effort) {
        let scratch = Scratch::new(self.folder.path().join("copies"));
        let mut plan = plan(&self.sources, &scratch, cache).unwrap();
        let tasks = plan.tasks.len();
        let reading = read_all(&self.sources, &mut plan, &Shelf::default(), cache, &|_| ()).unwrap();
        assert_eq!(reading.not_kept, None);
        let mut lines = Vec::new();
        let tables = &reading.merged.lines;
        for partition in reading.merged.partitions {
            for line in partition.resolve(&reading.merged.resolver).unwrap().lines {
                let buyer = line.sold_to.map(|party| tables.text(tables.parties[party.index()].name));
                let document = line.document.map(|document| tables.documents.number(document.id()));
                let particulars = tables.particulars_of(&line);
                lines.push(format!("{line:?} {buyer:?} {document:?} {particulars:?}"));
            }
        }
        lines.sort();
        let numbers =
            |receipt: &Receipt| [receipt.rows, receipt.accepted, receipt.rejected, receipt.total_rows];
        let files = plan.files.iter().zip(&reading.files);
        let seen = Seen {
            files: files
                .map(|(file, read)| {
                    (file.input.path.clone(), numbers(&read.receipt), file.input.blake3.clone())
                })
                .collect(),
            lines,
            rejects: reading
                .files
                .iter()
                .flat_map(|file| &file.receipt.rejects)
                .map(|r| format!("{r:?}"))
                .collect(),
            questions: reading.files.iter().flat_map(|file| file.dialects.questions.clone()).collect(),
        };
        let effort = Effort {
            bytes: plan.files.iter().map(PlannedFile::bytes_read).collect(),
            tasks,
            damaged: cache.map_or(0, |cache| cache.damaged().len()),
        };
        (seen, effort)
    }

    /// A run with the cache, held against one without.
    fn cached(&self) -> Effort {
        let cache = Cache::open(&self.cache(), false).unwrap();
        let (seen, effort) = self.run(Some(&cache));
        assert_eq!(seen, self.run(None).0);
        effort
    }

    fn entries(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.cache()).unwrap().map(|found| found.unwrap().path());
        found.filter(|path| path.is_dir()).collect()
    }
}

const UNREAD: Effort = Effort { bytes: vec![], tasks: 0, damaged: 0 };

#[test]
fn an_unchanged_file_is_not_opened_and_reads_the_same() {
    let desk =
        Desk::new(&[("a.csv", SALES), ("b.csv", &SALES.replace("31/12", "05/06").replace("13/01", "01/02"))]);
    let bytes = |name: &str| fs::metadata(desk.folder.path().join(name)).unwrap().len();
    let first = desk.cached();
    assert_eq!(first, Effort { bytes: vec![bytes("a.csv"), bytes("b.csv")], tasks: 2, damaged: 0 });
    assert_eq!(desk.cached(), Effort { bytes: vec![0, 0], ..UNREAD });
    assert_eq!(desk.cached(), Effort { bytes: vec![0, 0], ..UNREAD });
}

#[test]
fn a_new_file_and_a_changed_one_are_read_and_the_others_are_not() {
    let desk = Desk::new(&[("a.csv", SALES), ("b.csv", SALES.trim_end())]);
    desk.cached();
    let changed = SALES.replace("Acme", "Acne");
    fs::write(desk.folder.path().join("a.csv"), &changed).unwrap();
    fs::write(desk.folder.path().join("c.csv"), SALES.replace("Total", "Sum")).unwrap();
    let effort = desk.cached();
    assert_eq!((effort.bytes[0], effort.bytes[1], effort.tasks), (changed.len() as u64, 0, 2));
    assert!(effort.bytes[2] > 0);
    assert_eq!(desk.cached(), Effort { bytes: vec![0; 3], ..UNREAD });
}

#[test]
fn a_file_of_the_same_size_and_time_of_writing_is_told_by_the_change_or_by_its_bytes() {
    let desk = Desk::new(&[("a.csv", SALES)]);
    desk.cached();
    let path = desk.folder.path().join("a.csv");
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, SALES.replace(",12,", ",13,")).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
    assert_eq!(desk.cached().tasks, 1);
    // Touched, with the bytes of before: hashed, and not parsed.
    let later = written + Duration::from_secs(60);
    fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
    let effort = desk.cached();
    assert_eq!((effort.bytes[0], effort.tasks), (SALES.len() as u64, 0));
}

#[test]
fn with_rehash_no_time_is_trusted() {
    let desk = Desk::new(&[("a.csv", SALES)]);
    desk.cached();
    let cache = Cache::open(&desk.cache(), true).unwrap();
    assert_eq!(desk.run(Some(&cache)).1, Effort { bytes: vec![SALES.len() as u64], ..UNREAD });
}

#[test]
fn a_file_read_another_way_is_another_entry() {
    let mut desk = Desk::new(&[("a.csv", SALES)]);
    desk.cached();
    let changes: [fn(&mut SourceSpec); 7] = [
        |source| source.channel = chipwatch_records::Channel::Customs,
        |source| source.system = "another".to_owned(),
        |source| source.seller = Some("Our Company".to_owned()),
        |source| source.encoding = crate::intake::encoding("windows-1252"),
        |source| source.columns.extend([(Column::BatchOfLineNo, "line_no".to_owned())]),
        |source| source.document_types.extend([("X".to_owned(), DocumentType::Return)]),
        |source| source.lookups.push(Lookup::default()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        change(&mut desk.sources[0]);
        assert_eq!(desk.cached().tasks, 1, "change {number}");
    }
    assert_eq!(desk.entries().len(), 8);
    // What only later stages need changes no part.
    desk.sources[0].date = Some(crate::date::DateDialect::Dmy);
    desk.sources[0].pack.insert("PAK".to_owned(), std::num::NonZeroU32::MIN);
    assert_eq!(desk.cached().tasks, 0);
}

#[test]
fn equal_files_and_their_cached_twins_are_dropped_whole_as_ever() {
    let desk = Desk::new(&[("a.csv", SALES), ("b.csv", SALES)]);
    desk.cached();
    assert_eq!(desk.entries().len(), 1);
    assert_eq!(desk.cached(), Effort { bytes: vec![0, 0], ..UNREAD });
}

#[test]
fn whatever_byte_is_damaged_the_file_is_read_anew() {
    let desk = Desk::new(&[("a.csv", SALES)]);
    desk.cached();
    let [entry] = &desk.entries()[..] else { panic!("one entry") };
    let mut files: Vec<PathBuf> = fs::read_dir(entry).unwrap().map(|found| found.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 3);
    for file in files {
        let whole = fs::read(&file).unwrap();
        for place in [0, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            fs::write(&file, &damaged).unwrap();
            let effort = desk.cached();
            assert_eq!((effort.tasks, effort.damaged), (1, 1), "{} at {place}", file.display());
            assert_eq!(desk.cached().tasks, 0);
        }
        fs::remove_file(&file).unwrap();
        assert_eq!(desk.cached().damaged, 1, "{}", file.display());
    }
    fs::write(desk.cache().join(INDEX), b"{\"files\":").unwrap();
    assert_eq!(desk.cached().tasks, 1);
    fs::remove_dir_all(&desk.entries()[0]).unwrap();
    assert_eq!(desk.cached().tasks, 1);
}

#[test]
fn a_part_that_is_not_understood_is_damaged_though_its_hash_is_right() {
    let desk = Desk::new(&[("a.csv", SALES), ("b.csv", &SALES.replace("Acme", "Beta"))]);
    desk.cached();
    let folder = desk.entries().remove(0);
    let [_, values] = stored_part::files(&folder, 0);
    fs::write(&values, b"PAR1 and nothing else").unwrap();
    let path = folder.join("entry.json");
    let mut entry: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    entry["parts"][0]["values_blake3"] = hash_of(&values).unwrap().into();
    fs::write(&path, entry.to_string()).unwrap();
    let path = desk.cache().join(INDEX);
    let (mut index, _) = Index::read(&path);
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap();
    index.entries.get_mut(name).unwrap().blake3 = hash_of(&folder.join("entry.json")).unwrap();
    fs::write(&path, index.text().unwrap()).unwrap();
    let effort = desk.cached();
    assert_eq!((effort.tasks, effort.damaged), (1, 1));
    assert_eq!(desk.cached().tasks, 0);
}

/// A run would hand on the hash that the index has of a file: into the manifest, and to see which files are equal.
#[test]
fn an_index_of_which_a_byte_is_wrong_is_not_trusted() {
    let desk = Desk::new(&[("a.csv", SALES)]);
    let file = fs::File::options().write(true).open(desk.folder.path().join("a.csv")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    desk.cached();
    let path = desk.cache().join(INDEX);
    let whole = fs::read_to_string(&path).unwrap();
    let hashes: Vec<usize> = whole.match_indices("\"blake3\": \"").map(|(at, key)| at + key.len()).collect();
    assert!(hashes.len() >= 2);
    for at in hashes {
        let mut damaged = whole.clone().into_bytes();
        damaged[at] = if damaged[at] == b'0' { b'1' } else { b'0' };
        fs::write(&path, damaged).unwrap();
        assert_eq!(desk.cached().tasks, 1, "byte {at}");
        assert_eq!(desk.cached().tasks, 0);
    }
}

#[test]
fn entries_that_nobody_needs_go_after_some_runs_and_what_a_killed_run_left_at_once() {
    let desk = Desk::new(&[("a.csv", SALES), ("b.csv", SALES.trim_end())]);
    desk.cached();
    fs::remove_file(desk.folder.path().join("b.csv")).unwrap();
    fs::create_dir(desk.cache().join(".tmp-left")).unwrap();
    for _ in 0..UNUSED {
        desk.cached();
        assert_eq!(desk.entries().len(), 2);
    }
    desk.cached();
    assert_eq!(desk.entries().len(), 1);
}

#[test]
fn two_runs_do_not_share_a_cache() {
    let desk = Desk::new(&[("a.csv", SALES)]);
    let first = Cache::open(&desk.cache(), false).unwrap();
    assert!(Cache::open(&desk.cache(), false).unwrap_err().contains("another run uses it"));
    drop(first);
    assert!(Cache::open(&desk.cache(), false).is_ok());
}

#[test]
fn sheets_of_a_workbook_are_entries_of_their_own() {
    let mut desk = Desk::new(&[]);
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/fixtures/formats/book.xlsx");
    fs::copy(book, desk.folder.path().join("book.xlsx")).unwrap();
    desk.sources[0].patterns = vec!["*.xlsx".to_owned()];
    let first = desk.cached();
    assert!(first.tasks > 0 && first.bytes[0] > 0);
    let second = desk.cached();
    assert_eq!((second.tasks, second.bytes.iter().sum::<u64>()), (0, 0));
    assert_eq!(desk.entries().len(), second.bytes.len());
}

#[test]
fn every_column_comes_back_as_it_was() {
    let cell = |column: &Column, row: usize| match column {
        Column::ChannelLevel => "customs".to_owned(),
        Column::DocumentStage => "invoice".to_owned(),
        Column::DocumentType => "loan".to_owned(),
        Column::ReportPurpose => "replace".to_owned(),
        Column::UnitOfMeasure => "EA".to_owned(),
        column => match column.kind() {
            chipwatch_records::ColumnKind::Date => {
                format!("2024-{:02}-{:02}", row + 1, *column as usize % 28 + 1)
            }
            chipwatch_records::ColumnKind::Quantity | chipwatch_records::ColumnKind::Money => {
                format!("{}", 10 + row)
            }
            _ => format!("{} {row}", column.name()),
        },
    };
    let row = |cells: Vec<String>| cells.join(",") + "\n";
    let mut text = row(Column::ALL.iter().map(|column| column.name().to_owned()).collect());
    text += &row(Column::ALL.iter().map(|column| cell(column, 0)).collect());
    text += &row(Column::ALL.iter().map(|column| cell(column, 1)).collect());
    let desk = Desk::new(&[("a.csv", &text)]);
    desk.cached();
    assert_eq!(desk.cached().tasks, 0);
    let (seen, _) = desk.run(None);
    assert_eq!(seen.lines.len(), 2, "{:?}", seen.rejects);
    assert!(seen.lines[0].contains("replaces: true") && seen.lines[0].contains("stage: Invoice"));
}
