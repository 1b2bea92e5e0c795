//! From small files to judged entities through the crates' own functions, without the command and its report.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chipwatch_detection::{Assessment, assess, assess_slice};
use chipwatch_enrichment::counting::{
    Counted, EntityNotes, FiledLines, LedgerDesk, Links, MemoryShelf, SliceCut, count_partition,
};
use chipwatch_enrichment::items::{ItemOverrides, ItemReadings, Items, Rates};
use chipwatch_enrichment::parties::{self, Parties, Register};
use chipwatch_ingest::intake::Scratch;
use chipwatch_ingest::layout::Layout;
use chipwatch_ingest::{FileReading, Plan, SourceSpec, plan, read_all};
use chipwatch_pipeline::MemoryStore;
use chipwatch_records::{
    Book, Books, Channel, Column, CountryOf, Day, EntityId, Entry, Evidence, Fate, Finding, FlaggedEntity,
    KeptLines, LineDocument, Operator, Purchases, RunContext, ShipmentLine, ShipmentLines, Threshold,
};

use crate::lines::{Line, OWN_COMPANY, REGISTER, csv};

/// The question of every case: few chips, so that small cases stand on both sides of it.
pub(crate) const CHIPS: i64 = 60;
pub(crate) const SINCE: &str = "2020-01-01";
const AS_OF: &str = "2021-12-31";
/// Few, so that most findings have a remainder.
const EVIDENCE_ROWS: usize = 3;

/// The files of a case: the lines of each, and the level of its source.
#[derive(Clone, Debug)]
pub(crate) struct InputFile {
    pub(crate) channel: Channel,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What a case came to. Nothing in it depends on where a line stood, but the places themselves.
pub(crate) struct Settled {
    pub(crate) entries: Vec<SettledEntry>,
    pub(crate) accounts: Vec<(String, Purchases)>,
    pub(crate) flagged: Vec<SettledEntity>,
    pub(crate) books: Books,
}

/// An entry of the ledger by its values, and its place.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SettledEntry {
    pub(crate) entity: String,
    pub(crate) entry: Entry,
    pub(crate) line: String,
    pub(crate) place: String,
}

/// An entity of the report with the values of the lines that its findings cite.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SettledEntity {
    pub(crate) id: String,
    pub(crate) judged: FlaggedEntity,
    pub(crate) cited: Vec<Vec<String>>,
}

impl Settled {
    /// The entries without their places.
    pub(crate) fn values(&self) -> Vec<SettledEntry> {
        let without = |entry: &SettledEntry| SettledEntry { place: String::new(), ..entry.clone() };
        self.entries.iter().map(without).collect()
    }

    /// Counts, badges and tiers of the flagged entities in the order of their ranks; and the counts of all entities.
    pub(crate) fn standings(&self) -> (Vec<String>, &[(String, Purchases)]) {
        let standing = |entity: &SettledEntity| {
            let FlaggedEntity { basis, bulk_status, tier, purchases, .. } = &entity.judged;
            format!("{} {basis:?} {bulk_status:?} {tier:?} {purchases:?}", entity.id)
        };
        (self.flagged.iter().map(standing).collect(), &self.accounts)
    }
}

/// One file a level, as the lines say.
pub(crate) fn one_file_a_level(lines: &[Line]) -> Vec<InputFile> {
    let mut files = Vec::new();
    for channel in [Channel::SellIn, Channel::SellThrough, Channel::Customs] {
        let of_level: Vec<&Line> = lines.iter().filter(|line| line.channel == channel).collect();
        if !of_level.is_empty() {
            files.push(InputFile {
                channel,
                name: format!("{}.csv", channel.as_str()),
                text: csv(&of_level),
            });
        }
    }
    files
}

/// Reads, counts and judges lines that stand in one file a level.
pub(crate) fn settle(lines: &[Line]) -> Settled {
    settle_files(&one_file_a_level(lines))
}

/// Reads, counts and judges files.
pub(crate) fn settle_files(files: &[InputFile]) -> Settled {
    settle_in_slices(files, 5)
}

/// Reads, counts and judges files, the entities in so many slices.
pub(crate) fn settle_in_slices(files: &[InputFile], slices: usize) -> Settled {
    let folder = tempfile::tempdir().unwrap();
    let sources = sources(folder.path(), files);
    let mut plan = plan(&sources, &Scratch::new(folder.path().join("copies")), None).unwrap();
    let reading = read_all(&sources, &mut plan, &MemoryStore::default(), None, &|_| ()).unwrap();
    let mut books = books_of_reading(&plan, &reading.files);
    let lines = reading.merged.lines;
    let mut partitions: Vec<Vec<ShipmentLine>> = Vec::new();
    for partition in reading.merged.partitions {
        let resolved = partition.resolve(&reading.merged.resolver).unwrap();
        assert!(resolved.rejects.is_empty(), "{:?}", resolved.rejects);
        partitions.push(resolved.lines);
    }
    let mut register = Register::default();
    register.add_parties("parties.csv", REGISTER).unwrap();
    let parties = parties::resolve(&lines, &register, &[OWN_COMPANY.to_owned()]);
    let overrides = ItemOverrides::default();
    let readings = ItemReadings::of(&lines, &overrides);
    // As in a run: where no line speaks of another, documents and items are told without the lines.
    let seen = if Links::need_lines(&lines) { partitions.as_slice() } else { &[] };
    let links = Links::gather(&lines, seen, &vec![false; plan.files.len()]);
    let scope = "datacentre_accelerator".parse().unwrap();
    let items = readings.classify(&lines, &Rates::default(), scope);
    let entities = parties.entities.len();
    let (cut, notes) = (SliceCut::new(slices, entities), EntityNotes::new(entities, true));
    let tables = Tables { parties, links, items, cut, notes };
    let filed = tables.count(&lines, &partitions, &mut books);
    tables.judge(lines, &filed, books)
}

fn sources(folder: &Path, files: &[InputFile]) -> Vec<SourceSpec> {
    let mut patterns: BTreeMap<Channel, Vec<String>> = BTreeMap::new();
    for file in files {
        fs::write(folder.join(&file.name), &file.text).unwrap();
        patterns.entry(file.channel).or_default().push(file.name.clone());
    }
    let source = |(channel, patterns): (Channel, Vec<String>)| SourceSpec {
        patterns,
        base: folder.to_owned(),
        channel,
        ..SourceSpec::new(channel.as_str(), Layout::named("canonical").unwrap())
    };
    patterns.into_iter().map(source).collect()
}

/// Rows that never became lines: refused ones, and those of a file that is another once more.
fn books_of_reading(plan: &Plan, files: &[FileReading]) -> Books {
    let mut books = Books::default();
    for (file, reading) in plan.files.iter().zip(files) {
        assert!(reading.dialects.questions.is_empty(), "{:?}", reading.dialects.questions);
        assert_eq!(reading.receipt.rejected, 0, "{:?}", reading.receipt.rejects);
        if let Some(original) = file.same_as {
            let rows = files[original].receipt.rows;
            books.rows.read += rows;
            books.rows.add(Fate::Duplicate, rows);
        }
    }
    books
}

fn day(text: &str) -> Day {
    Day::parse_iso(text).unwrap()
}

/// The tables of a case.
struct Tables {
    parties: Parties,
    links: Links,
    items: Items,
    cut: SliceCut,
    notes: EntityNotes,
}

impl Tables {
    /// Kept and open lines by slice.
    fn count(
        &self,
        lines: &ShipmentLines,
        partitions: &[Vec<ShipmentLine>],
        books: &mut Books,
    ) -> FiledLines {
        let has_ship_date: Vec<bool> =
            lines.sources.iter().map(|source| source.columns.contains(&Column::ShipDate)).collect();
        let counted = Counted {
            lines,
            links: &self.links,
            items: &self.items,
            parties: &self.parties,
            notes: &self.notes,
            cut: self.cut,
            as_of: day(AS_OF),
            since: day(SINCE),
            has_ship_date: &has_ship_date,
        };
        let filed = FiledLines::new(Box::new(MemoryShelf::new(self.cut)), self.cut);
        for partition in partitions {
            let count = count_partition(&counted, partition);
            books.merge(&count.books);
            filed.file(count.lines).unwrap();
        }
        filed.split_sums(lines, &self.parties, &self.notes).unwrap();
        filed
    }

    fn judge(&self, written: ShipmentLines, filed: &FiledLines, books: Books) -> Settled {
        let book = Book {
            items: self.items.table.clone(),
            entities: self.parties.entities.clone(),
            party_entities: self.parties.party_entities.clone(),
            party_countries: self.parties.party_countries.clone(),
            written,
            others: Default::default(),
        };
        let context = context();
        let detectors = chipwatch_detection::build(&["all".to_owned()], &[], &BTreeMap::new()).unwrap();
        let goods = (self.items.shapes.as_slice(), &self.links);
        let days = (day(SINCE), context.as_of);
        let desk = LedgerDesk::new(&book, &self.parties, goods, (&self.notes, self.cut), days);
        let (mut entries, mut assessed) = (Vec::new(), Vec::new());
        for slice in 0..self.cut.slices() {
            let lines = desk.lines(filed.take(slice).unwrap());
            let ledger = desk.ledger(&lines, slice);
            let mut judged = assess_slice(&ledger, &context, &detectors);
            judged.let_go(&lines, usize::MAX);
            assessed.push(judged);
            let view = View { book: &book, lines: &lines };
            entries.extend(ledger.entries.into_iter().map(|entry| view.entry(entry)));
        }
        let mut assessment = assess(assessed, &book);
        assert!(assessment.failures.is_empty(), "{:?}", assessment.failures);
        let lines = std::mem::take(&mut assessment.lines);
        View { book: &book, lines: &lines }.settled(entries, assessment, books)
    }
}

fn context() -> RunContext {
    RunContext {
        as_of: day(AS_OF),
        threshold: Threshold {
            chips: CHIPS,
            operator: Operator::Gt,
            since: day(SINCE),
            countries: Vec::new(),
            country_of: CountryOf::SoldTo,
        },
        evidence_rows: Some(EVIDENCE_ROWS),
        absent_columns: BTreeMap::new(),
    }
}

/// Turns ids that depend on the order of files into what they stand for.
struct View<'a> {
    book: &'a Book,
    lines: &'a KeptLines,
}

impl View<'_> {
    fn settled(&self, entries: Vec<SettledEntry>, assessment: Assessment, books: Books) -> Settled {
        let id = |entity: EntityId| self.book.entity(entity).id.clone();
        Settled {
            entries,
            accounts: assessment.accounts.iter().map(|(entity, sums)| (id(*entity), *sums)).collect(),
            flagged: assessment.entities.into_iter().map(|entity| self.entity(entity)).collect(),
            books,
        }
    }

    fn entry(&self, mut entry: Entry) -> SettledEntry {
        let line = self.lines[entry.line].line;
        let place = format!("{}:{}", self.book.written.files[line.file.index()].path, line.line);
        let values = self.values(entry.line);
        entry.line = 0;
        SettledEntry { entity: self.book.entity(entry.entity).id.clone(), entry, line: values, place }
    }

    fn entity(&self, mut judged: FlaggedEntity) -> SettledEntity {
        let cited = judged.findings.iter_mut().map(|finding| self.take_cited(finding)).collect();
        SettledEntity { id: self.book.entity(judged.entity).id.clone(), judged, cited }
    }

    fn take_cited(&self, finding: &mut Finding) -> Vec<String> {
        let cited = |evidence: &mut Evidence| {
            let line = evidence.line.as_mut()?;
            Some(self.values(std::mem::take(line)))
        };
        finding.evidence.iter_mut().filter_map(cited).collect()
    }

    /// All that a line says, but not where it says so.
    fn values(&self, line: u32) -> String {
        let kept = &self.lines[line];
        let written = &self.book.written;
        let line = &kept.line;
        let document = line.document.map(LineDocument::digest);
        format!(
            "{document:?} {} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {}..{} {:?}",
            written.text(line.line_no),
            line.ship_date,
            line.price,
            line.sold_to,
            line.ship_to,
            line.end_user,
            line.quantity,
            written.particulars_of(line),
            kept.kind,
            kept.quantity_lo,
            kept.quantity_hi,
            (kept.item, kept.stage, kept.channel, kept.flags),
        )
    }
}
