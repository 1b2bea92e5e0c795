use super::*;

fn read(input: &str, last: bool) -> Result<Vec<(u32, Vec<String>)>, Unfinished> {
    let mut splitter = Splitter::new(b',');
    let mut rows = splitter.rows(input, 1, last, usize::MAX);
    let mut all = Vec::new();
    while let Some(row) = rows.next_row()? {
        let (line, fields) = match row {
            Row::Record { line } => (line, rows.count()),
            Row::Endless { line } => (line, 0),
        };
        all.push((line, (0..fields).map(|field| rows.field(field).to_owned()).collect()));
    }
    Ok(all)
}

fn row(line: u32, fields: &[&str]) -> (u32, Vec<String>) {
    (line, fields.iter().map(ToString::to_string).collect())
}

#[test]
fn lines_are_physical_even_behind_quoted_line_ends_and_blank_lines() {
    let rows = read("a,b\n\n\"x\ny\",2\r\n\r\nc,d\n", true).unwrap();
    assert_eq!(rows, [row(1, &["a", "b"]), row(3, &["x\ny", "2"]), row(6, &["c", "d"])]);
}

#[test]
fn short_and_long_rows_keep_their_fields() {
    let rows = read("a\nb,c,d\n\"q\"\"q\",", true).unwrap();
    assert_eq!(rows, [row(1, &["a"]), row(2, &["b", "c", "d"]), row(3, &["q\"q", ""])]);
}

#[test]
fn an_open_quote_costs_one_line() {
    let rows = read("a,b\n\"open,c\nd,e\nf,g\n", true).unwrap();
    assert_eq!(rows, [row(1, &["a", "b"]), row(2, &[]), row(3, &["d", "e"]), row(4, &["f", "g"])]);
}

#[test]
fn an_open_quote_does_not_end_at_a_quote_of_another_row() {
    let rows = read("a,b\n\"open,c\nd \"e\" f,g\nh,i\n", true).unwrap();
    assert_eq!(rows, [row(1, &["a", "b"]), row(2, &[]), row(3, &["d \"e\" f", "g"]), row(4, &["h", "i"])]);
    // At the end of the file too; and a lax quote within one line is csv-core's to read.
    assert_eq!(read("\"open,c\n\"d\"e", true).unwrap()[0], row(1, &[]));
    assert_eq!(read("\"a\" b,c\n", true).unwrap(), [row(1, &["a b", "c"])]);
    assert_eq!(read("\"a\n\"\"b\"\"\n\",c\n", true).unwrap(), [row(1, &["a\n\"b\"\n", "c"])]);
}

#[test]
fn a_text_that_ends_inside_a_record_is_unfinished() {
    assert_eq!(read("a,b\nc,\"d\n", false), Err(Unfinished));
    assert_eq!(read("a,b\nc,d", false), Err(Unfinished));
    assert_eq!(read("a,b\nc,d\n", false).unwrap().len(), 2);
    assert_eq!(read("a,b\r\nc,d\r\n", false).unwrap().len(), 2);
}

#[test]
fn wide_and_long_records_grow_the_buffers() {
    let wide = vec!["x"; 3_000].join(",");
    let long = "y".repeat(200_000);
    let rows = read(&format!("{wide}\n{long}\n"), true).unwrap();
    assert_eq!(rows[0].1.len(), 3_000);
    assert_eq!(rows[1].1[0].len(), 200_000);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]
    #[test]
    fn records_are_those_of_csv_core_wherever_quotes_are_closed(input in "([a-zé]|,|\"|\"\"|\n|\r\n|\r| ){0,40}") {

        let ours: Vec<Vec<String>> = read(&input, true).unwrap().into_iter().map(|(_, fields)| fields).collect();
        // An open quote is ours alone: csv-core takes all that follows for its field.
        if ours.iter().any(Vec::is_empty) {
            return Ok(());
        }
        proptest::prop_assert_eq!(ours, crate::fuzz_bodies::by_csv_core(&input, b','));
    }
}
