//! `inspect`: a stranger's first run, from files to a proposed pipeline to a report.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

/// Writes files into a new folder and runs the program there.
struct Desk(tempfile::TempDir);

impl Desk {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::cargo_bin("chipwatch").unwrap().current_dir(self.path()).args(arguments).output().unwrap()
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{errors}");
        let text = String::from_utf8(output.stdout).unwrap();
        // Tables pad their last column.
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

/// A list of deliveries as a German clerk saves it: a title, an empty line, captions, a sum.
const DELIVERIES: &str = "\
Lieferliste;;;;;;;;;
;;;;;;;;;
Lieferung;Position;Auftraggeber;Name Auftraggeber;Land Auftraggeber;Material;Materialkurztext;Liefermenge;Ist-Warenausg.datum;Status
80001;10;100200;Musterwolke GmbH;DE;900-21010-0000-000;H100 PCIE 80GB;1.200,000;31.03.2024;C
80002;10;100201;Nebelfels AG;CH;900-21010-0000-000;H100 PCIE 80GB;12,000;02.04.2024;C
80003;10;100201;Nebelfels AG;CH;900-21010-0000-000;H100 PCIE 80GB;2,000-;05.04.2024;C
Summe;;;;;;;1.210,000;;
";

/// One month of the same file, and another one.
fn monthly(document: &str) -> String {
    format!(
        "Invoice No,Invoice Line,Ship Date,Distributor Name,Reseller Name,End Customer Name,End Customer Country,MPN,Qty\n\
         {document},1,2024-05-01,Fabled Distribution BV,Moonbeam Resale Ltd,Acme Fictional Inc,DE,900-21010-0000-000,300\n"
    )
}

const SUMS: &str = "EXPORTER_NAME,BUYER_NAME,HS_CODE,TOTALVALUE,TOTALQUANTITY,%GTTOTALVALUE,MONTHYEAR\n\
                    Acme Fictional Inc,Bogus Labs Ltd,847330,100,5,1.5,Mar-2024\n";

#[test]
fn a_strangers_first_run_needs_no_editing() {
    let desk = Desk::with(&[("exports/deliveries.csv", DELIVERIES)]);
    let told = desk.says(&["inspect", "exports/deliveries.csv", "--write", "mine.toml"]);
    insta::assert_snapshot!("inspect_deliveries", told);
    insta::assert_snapshot!(
        "inspect_deliveries_pipeline",
        fs::read_to_string(desk.path().join("mine.toml")).unwrap()
    );
    let report = desk.says(&["run", "mine.toml", "--out", "out"]);
    assert!(report.contains("4 rows read = 3 counted + 1 excluded + 0 rejected"), "{report}");
    assert!(report.contains("Musterwolke GmbH"), "{report}");
    let manifest = fs::read_to_string(desk.path().join("out/latest/manifest.json")).unwrap();
    assert!(
        manifest.contains("the header stands on line 3; what stands above it was not read"),
        "{manifest}"
    );
}

#[test]
fn a_spreadsheet_of_sap_is_read_for_what_it_is() {
    let desk = Desk::with(&[]);
    let text = DELIVERIES.replace(';', "\t");
    let bytes: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(desk.path().join("VL06O.xls"), bytes).unwrap();
    let told = desk.says(&["inspect", "VL06O.xls", "--write", "mine.toml"]);
    assert!(told.contains("delimited text in UTF-16LE, tabs between fields, header on line 3"), "{told}");
    let report = desk.says(&["run", "mine.toml", "--out", "out"]);
    assert!(report.contains("4 rows read = 3 counted + 1 excluded + 0 rejected"), "{report}");
    let manifest = fs::read_to_string(desk.path().join("out/latest/manifest.json")).unwrap();
    assert!(manifest.contains("read as delimited text in UTF-16LE"), "{manifest}");
    let evidence = fs::read_to_string(desk.path().join("out/latest/evidence.csv")).unwrap();
    assert!(evidence.contains(",VL06O.xls,4,"), "{evidence}");
    let left: Vec<_> =
        fs::read_dir(desk.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("texts")), "{left:?}");
}

#[test]
fn files_of_one_header_are_one_source_and_sums_are_left_out() {
    let desk = Desk::with(&[
        ("in/pos_2024-05.csv", &monthly("A1")),
        ("in/pos_2024-06.csv", &monthly("A2")),
        ("in/sums.csv", SUMS),
        ("in/deliveries.csv", DELIVERIES),
    ]);
    let told = desk.says(&["inspect", "in/*.csv", "--write", "pipelines.toml"]);
    assert!(told.contains("every chip would be counted twice"), "{told}");
    let pipeline = fs::read_to_string(desk.path().join("pipelines.toml")).unwrap();
    assert_eq!(pipeline.matches("[[source]]").count(), 2, "{pipeline}");
    assert!(pipeline.contains("files = [\"in/pos_2024-05.csv\", \"in/pos_2024-06.csv\"]"), "{pipeline}");
    assert!(
        pipeline.contains("# left out: in/sums.csv: it has sums by month, no single shipments"),
        "{pipeline}"
    );
    let report = desk.says(&["run", "pipelines.toml", "--out", "out"]);
    assert!(report.contains("6 rows read = 5 counted"), "{report}");
    assert!(report.contains("Acme Fictional Inc"), "{report}");
}

#[test]
fn what_cannot_be_read_ends_with_2_and_writes_nothing() {
    let desk = Desk::with(&[
        ("sums.csv", SUMS),
        ("notes.txt", "Dear all,\nplease find attached\n"),
        ("short.csv", "Qty,MPN\n1,a\n"),
    ]);
    for file in ["sums.csv", "notes.txt", "short.csv", "absent.csv"] {
        let output = desk.run(&["inspect", file, "--write", "mine.toml"]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(!desk.path().join("mine.toml").exists(), "{file}");
    }
}

#[test]
fn a_pipeline_that_stands_is_not_written_over() {
    let desk = Desk::with(&[("a.csv", DELIVERIES), ("mine.toml", "version = 1\n")]);
    let output = desk.run(&["inspect", "a.csv", "--write", "mine.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("never written over"));
    assert_eq!(fs::read_to_string(desk.path().join("mine.toml")).unwrap(), "version = 1\n");
}

#[test]
fn hostile_headers_and_names_stay_what_they_are() {
    let header = "Ship Date,Buyer Name,MPN,Qty,\"Type \"\"\n[report]\nformats = []\u{1b}[31m\"\n";
    let text = format!("{header}2024-05-01,Acme Fictional Inc,900-21010-0000-000,5,\"x\"\"\ny\"\n");
    let desk = Desk::with(&[("it's [1] \"a\".csv", text.as_str())]);
    let told = desk.says(&["inspect", "it's ?1? \"a\".csv", "--write", "mine.toml"]);
    assert!(!told.contains('\u{1b}'), "{told}");
    let pipeline: toml::Table = fs::read_to_string(desk.path().join("mine.toml")).unwrap().parse().unwrap();
    assert!(!pipeline.contains_key("report"), "{pipeline}");
}

#[test]
fn the_codes_of_a_users_system_are_named_in_the_pipeline() {
    let text = "Ship Date,Buyer Name,MPN,Qty,Move Type\n\
                2024-05-01,Acme Fictional Inc,900-21010-0000-000,50,Z1\n\
                2024-05-02,Acme Fictional Inc,900-21010-0000-000,20,Z9\n";
    let desk = Desk::with(&[("a.csv", text)]);
    let told = desk.says(&["inspect", "a.csv", "--write", "mine.toml"]);
    assert!(told.contains("Column \"Move Type\" says \"Z1\", \"Z9\""), "{told}");
    // The lines that were proposed as comments, taken up; one of the codes is a return.
    let path = desk.path().join("mine.toml");
    let pipeline = fs::read_to_string(&path).unwrap().replace("\"Z9\" = \"sale\"", "\"Z9\" = \"return\"");
    let pipeline: Vec<&str> = pipeline
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| {
                    !rest.starts_with("? ") && rest.contains(['=', '[']) && !rest.starts_with("channel")
                })
                .unwrap_or(line)
        })
        .collect();
    fs::write(&path, pipeline.join("\n")).unwrap();
    desk.says(&["run", "mine.toml", "--out", "out"]);
    let entities = fs::read_to_string(desk.path().join("out/latest/entities.csv")).unwrap();
    assert!(entities.contains(",30,"), "{entities}\n{}", pipeline.join("\n"));
}
