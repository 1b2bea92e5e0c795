//! Names are written by whoever is looked into: in CSV, Markdown, JSON and on the terminal they are only names.

use std::fs;

use crate::report::Report;
use crate::world::{Ran, World};

const NAMES: [&str; 9] = [
    "=HYPERLINK(\"http://x\",\"y\")",
    "<script>alert(1)</script> Trading Ltd",
    "Red\u{1b}[31mline\u{1b}]0;owned\u{7} Optika",
    "Pipe | Backtick `id` Works",
    "+1-555-CMD|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3 Labs",
    "[click](javascript:alert(1)) ![img](http://x/y.png)",
    "Evil\u{202e}gnp.exe\u{200b} \u{2028}Ltd",
];

/// Every text column of every row is hostile.
fn run() -> Ran {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = "document_no,line_no,ship_date,seller_name,sold_to_name,sold_to_country,ship_to_name,licence_no,customer_po,part_number,description,quantity\n".to_owned();
    for (number, name) in NAMES.iter().enumerate() {
        let name = quoted(name);
        for (line, (day, quantity)) in
            [("2024-03-01", "600"), ("2024-04-01", "-7"), ("", "9")].iter().enumerate()
        {
            text += &format!(
                "{name},{number}{line},{day},{name},{name},US,{name},{name},{name},{name},NVIDIA H100 PCIe 80GB,{quantity}\n"
            );
        }
        text += &format!("X{number},1,2024-03-01,{name},{name},US,{name},{name},{name},{name},H100,{name}\n");
        text += &format!("Y{number},1,2024-03-01,{name},{name},US,{name},{name},{name},{name},{name},3\n");
    }
    let world = World::new().source("maker", "layout = \"canonical\"", &[("in.csv", &text)]);
    world.with("[report]\nmax_reject_ratio = 0.5").run()
}

fn texts(report: &Report) -> Vec<(String, String)> {
    let names = crate::world::folder_names(report.folder());
    assert!(names.len() >= 10, "{names:?}");
    names.into_iter().map(|name| (name.clone(), report.text(&name))).collect()
}

#[test]
fn every_hostile_name_is_flagged_like_any_other() {
    let report = run().latest();
    assert_eq!(report.schedule_a().len(), NAMES.len());
    assert_eq!(report.rows("rejected"), NAMES.len() as u64);
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let report = run().latest();
    let mut cells = 0;
    for (name, text) in texts(&report).iter().filter(|(name, _)| name.ends_with(".csv")) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for row in reader.records() {
            for cell in &row.unwrap() {
                let is_number = cell.parse::<f64>().is_ok();
                let opens =
                    cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
                assert!(is_number || !opens, "{name}: {cell}");
                cells += 1;
            }
        }
    }
    assert!(cells > 500, "{cells}");
}

#[test]
fn no_file_has_a_character_that_hides_or_commands() {
    let hides =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    for (name, text) in texts(&run().latest()) {
        // JSON is for programs and keeps names as they are, but for its own escapes.
        let is_json = name.ends_with(".json");
        let is_hidden = |c: char| c.is_control() && c != '\n' || !is_json && hides(c);
        let found = text.lines().find(|line| line.contains(is_hidden));
        assert!(found.is_none(), "{name}: {found:?}");
    }
}

/// Markdown without what a backslash makes plain.
fn without_escaped(text: &str) -> String {
    let mut bare = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            bare.push(c);
        } else if let Some(next) = chars.next().filter(|next| !next.is_ascii_punctuation()) {
            bare.extend(['\\', next]);
        }
    }
    bare
}

#[test]
fn the_page_has_no_tag_link_code_or_column_of_a_name() {
    let report = run().latest();
    assert!(report.markdown.contains("alert"), "the name is not there at all");
    let page = without_escaped(&report.markdown);
    for markup in ["<script", "](", "![", "`id", "http://"] {
        assert!(!page.contains(markup), "{markup}: {:?}", page.lines().find(|line| line.contains(markup)));
    }
    let mut columns = 0;
    for line in page.lines() {
        let here = if line.starts_with('|') { line.matches('|').count() } else { 0 };
        assert!(columns == 0 || here == 0 || here == columns, "{columns} columns: {line}");
        columns = here;
    }
}

#[test]
fn the_terminal_gets_no_escape_sequence() {
    let ran = run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{2028}']), "{text:?}");
    }
    assert!(ran.stdout.contains("Optika"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\\u{1b}[31m"), "{}", ran.stdout);
}

#[test]
fn a_hostile_file_name_or_cell_is_inert_in_an_error() {
    let world = World::new().source("maker", "layout = \"canonical\"", &[]);
    let name = "evil\u{1b}[31m.csv";
    fs::write(world.path(name), "\u{1b}]0;owned\u{7},b\n1,2\n").unwrap();
    let pattern = format!("maker={}", world.path("*.csv").display());
    let ran = world.argument("--input").argument(&pattern).run();
    ran.must_fail(&["evil\\u{1b}[31m.csv", "no line near its start is a header", "\\u{1b}]0;owned\\u{7}"]);
    assert!(!ran.stderr.contains(|c: char| c.is_control() && c != '\n'), "{:?}", ran.stderr);
}
