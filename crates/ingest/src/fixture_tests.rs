//! Every layout, encoding, format and known mistake has a small file under `fixtures/`; what is read of it stands in a
//! snapshot: the lines that were accepted, the rows that were refused, and what was counted and passed over.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use chipwatch_records::{PartyId, ShipmentLine, ShipmentLines};

use crate::dialect::FileDialects;
use crate::intake::{Scratch, encoding};
use crate::layout::Layout;
use crate::part::shelf::Shelf;
use crate::plan::{PlannedFile, plan};
use crate::read::{FileReading, Reading, read_all};
use crate::source::SourceSpec;

mod encodings;
mod formats;
mod layouts;
mod mistakes;

/// A file of the fixtures, read under a layout.
struct Fixture {
    path: PathBuf,
    source: SourceSpec,
}

impl Fixture {
    fn new(path: &str, layout: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path);
        Self { path, source: SourceSpec::new("source", Layout::named(layout).unwrap()) }
    }

    /// With what a pipeline would say of the source.
    fn with(mut self, say: impl FnOnce(&mut SourceSpec)) -> Self {
        say(&mut self.source);
        self
    }

    fn in_encoding(self, label: &str) -> Self {
        self.with(|source| source.encoding = encoding(label))
    }

    /// What is read of it.
    fn told(mut self) -> String {
        let folder = self.path.parent().unwrap();
        self.source.base = folder.to_owned();
        self.source.patterns = vec![self.path.file_name().unwrap().to_str().unwrap().to_owned()];
        let sources = [self.source];
        let scratch = Scratch::temporary();
        let mut plan = match plan(&sources, &scratch, None) {
            Ok(plan) => plan,
            Err(error) => return error.to_string().replace(&format!("{}/", folder.display()), ""),
        };
        let reading = read_all(&sources, &mut plan, &Shelf::default(), None, &|_| ()).unwrap();
        tell(&plan.files, reading).replace(&format!("{}/", folder.display()), "")
    }
}

fn tell(files: &[PlannedFile], reading: Reading) -> String {
    let Reading { merged, files: read, .. } = reading;
    let mut lines: Vec<ShipmentLine> = Vec::new();
    let mut late = Vec::new();
    for partition in merged.partitions {
        let resolved = partition.resolve(&merged.resolver).unwrap();
        lines.extend(resolved.lines);
        late.extend(resolved.rejects);
    }
    lines.sort_by_key(|line| (line.file, line.line));
    let mut told = String::new();
    for (index, (file, reading)) in files.iter().zip(read).enumerate() {
        let FileReading { receipt, dialects } = &reading;
        let delimiter = char::from(file.delimiter).escape_default();
        writeln!(
            told,
            "{}: {}, `{delimiter}`, header on line {}",
            file.input.path,
            file.form.in_words(),
            file.header_line
        )
        .unwrap();
        tell_dialects(dialects, &mut told);
        for line in lines.iter().filter(|line| line.file.index() == index) {
            writeln!(told, "{}", line_in_words(&merged.lines, line)).unwrap();
        }
        // Some rows are refused only once the dialect of their column is known.
        let late: Vec<_> = late.iter().filter(|reject| reject.file == file.input.path).collect();
        let refused_late = late.len() as u64;
        let mut rejects: Vec<_> = receipt.rejects.iter().chain(late).collect();
        rejects.sort_by_key(|reject| reject.line);
        for reject in rejects {
            writeln!(told, "{}! {} `{}`: {}", reject.line, reject.column, reject.value, reject.reason)
                .unwrap();
        }
        for (header, code) in &receipt.unknown_codes {
            writeln!(told, "unknown code {header} `{code}`").unwrap();
        }
        for left_out in &file.left_out {
            writeln!(told, "left out: {left_out}").unwrap();
        }
        writeln!(
            told,
            "rows {} = accepted {} + refused {} + totals {} + headers {}",
            receipt.rows,
            receipt.accepted - refused_late,
            receipt.rejected + refused_late,
            receipt.total_rows,
            receipt.repeated_headers
        )
        .unwrap();
        let sum = receipt.accepted + receipt.rejected + receipt.total_rows + receipt.repeated_headers;
        assert_eq!(receipt.rows, sum, "{told}");
    }
    told
}

fn tell_dialects(dialects: &FileDialects, told: &mut String) {
    for (column, dialect) in &dialects.numbers {
        // Where nothing is open a point is taken for granted.
        if *dialect != crate::number::NumberDialect::Point {
            writeln!(told, "{} with a comma", column.name()).unwrap();
        }
    }
    for (column, dialect) in &dialects.dates {
        writeln!(told, "{} as {dialect:?}", column.name()).unwrap();
    }
    dialects.notes.iter().for_each(|note| writeln!(told, "note: {note}").unwrap());
    dialects.questions.iter().for_each(|question| writeln!(told, "question: {question}").unwrap());
}

/// `line | step type | document/line | parties | quantity item | day | price`, and what else is there.
fn line_in_words(lines: &ShipmentLines, line: &ShipmentLine) -> String {
    let text = |id| lines.text(id);
    let particulars = lines.particulars_of(line);
    let item = &lines.items[line.item.index()];
    let mut words = vec![format!("{} {}", particulars.stage.as_str(), particulars.kind.as_str())];
    let document =
        line.document.map_or_else(Default::default, |document| lines.documents.number(document.id()));
    words.push(format!("{document}/{}", text(line.line_no)));
    for (role, party) in [
        ("sold to", line.sold_to),
        ("ship to", line.ship_to),
        ("end user", line.end_user),
        ("bill to", particulars.bill_to),
        ("payer", particulars.payer),
        ("intermediate", particulars.intermediate),
        ("forwarder", particulars.forwarder),
    ] {
        words.extend(party.map(|party| format!("{role} {}", party_in_words(lines, party))));
    }
    let names = [item.part_number, item.description].map(text);
    words.push(format!("{} × {}", line.quantity, names.join(" ").trim()));
    words.push(line.ship_date.map_or("no ship date".to_owned(), |day| day.to_string()));
    words.extend(line.price.map(|price| format!("{} {}", price.as_f64(), text(particulars.currency))));
    let seller = [particulars.seller, particulars.seller_country].map(text);
    words.push(format!("by {}", seller.join(" ").trim()));
    for (what, value) in [
        ("cites", particulars.reference_document_no),
        ("parent", particulars.parent_line_no),
        ("batch of", particulars.batch_of_line_no),
        ("order", particulars.customer_po),
        ("period", particulars.report_period),
        ("unit", particulars.unit_of_measure),
        ("serials", particulars.serial_numbers),
        ("eccn", particulars.eccn),
        ("licence", particulars.licence_no),
        ("hs", item.hs_code),
    ] {
        if !value.is_empty() {
            words.push(format!("{what} {}", text(value)));
        }
    }
    for (what, day) in [
        ("ordered", particulars.order_date),
        ("invoiced", particulars.invoice_date),
        ("changed", particulars.changed_on),
    ] {
        words.extend(day.map(|day| format!("{what} {day}")));
    }
    if particulars.replaces {
        words.push("replaces".to_owned());
    }
    format!("{} | {}", line.line, words.join(" | "))
}

fn party_in_words(lines: &ShipmentLines, party: PartyId) -> String {
    let party = &lines.parties[party.index()];
    let mut words: Vec<String> = [party.number, party.name, party.country]
        .map(|text| lines.text(text).to_owned())
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    if !party.address.is_empty() {
        words.push(format!("at {}", lines.text(party.address)));
    }
    if !party.parent_name.is_empty() {
        words.push(format!("of {}", lines.text(party.parent_name)));
    }
    words.join(" ")
}

/// Holds what is read of fixtures against their snapshots.
fn hold<N: Into<String>>(fixtures: impl IntoIterator<Item = (N, Fixture)>) {
    for (name, fixture) in fixtures {
        insta::assert_snapshot!(name.into(), fixture.told());
    }
}
