use crate::sample::{HOSTILE, Sample};

const HEADERS: [(&str, &str); 9] = [
    (
        "bulk_purchasers.csv",
        "rank,entity_id,name,country,headquarters_country,entity_class,bulk_status,chips_lo,chips_best,chips_hi,gross,returned,received,first_ship_date,last_ship_date",
    ),
    (
        "flagged_entities.csv",
        "rank,entity_id,name,country,entity_class,basis,bulk_status,tier,chips_lo,chips_best,chips_hi,first_ship_date,last_ship_date,detectors,sentence",
    ),
    (
        "entities.csv",
        "entity_id,name,country,entity_class,chips_lo,chips_best,chips_hi,direct_lo,direct_hi,indirect_lo,indirect_hi,received_lo,received_hi,on_loan_lo,on_loan_hi,open_lo,open_hi,gross,returned,customs_only_lo,customs_only_hi",
    ),
    (
        "evidence.csv",
        "finding_id,entity_id,detector,file,line,document_no,line_no,document_stage,document_type,ship_date,part_number,model,quantity,chips_lo,chips_hi,role,party_as_written,party_country,counterparty,channel,licence_no,line_count",
    ),
    (
        "items.csv",
        "part_number,description,model,chips_min,chips_max,reason,scope,kind,basis,why,lines,quantity,value_usd",
    ),
    ("parties.csv", "name,country,party_id,system,entity_id,entity_name,why"),
    (
        "open_orders.csv",
        "entity_id,name,country,file,line,document_no,line_no,order_date,part_number,model,quantity,chips_lo,chips_hi,channel",
    ),
    ("monthly.csv", "month,channel,country,model,buyers,chips_lo,chips_hi"),
    ("rejects.csv", "file,line,column,value,reason"),
];

/// Cells of a CSV text, by RFC 4180 and without our writer.
fn parse(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last row ends");
    rows
}

#[test]
fn every_table_has_its_columns_and_whole_rows() {
    let sample = Sample::hostile();
    let folder = tempfile::tempdir().unwrap();
    sample.write(folder.path());
    for (name, header) in HEADERS {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text.lines().next(), Some(header), "{name}");
        let rows = parse(&text);
        assert!(rows.len() > 1, "{name} has rows");
        for row in &rows {
            assert_eq!(row.len(), rows[0].len(), "{name}: {row:?}");
        }
    }
}

#[test]
fn no_cell_runs_in_a_spreadsheet_or_drives_a_terminal() {
    let sample = Sample::hostile();
    let folder = tempfile::tempdir().unwrap();
    sample.write(folder.path());
    for (name, _) in HEADERS {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        for cell in parse(&text).iter().flatten() {
            let is_number = cell.parse::<i64>().is_ok();
            assert!(is_number || !cell.starts_with(['=', '+', '-', '@']), "{name}: {cell}");
            assert!(!cell.chars().any(char::is_control), "{name}: {cell:?}");
        }
    }
    let parties = std::fs::read_to_string(folder.path().join("parties.csv")).unwrap();
    let names: Vec<String> = parse(&parties).into_iter().map(|row| row[0].clone()).collect();
    for (hostile, shown) in HOSTILE {
        assert!(names.iter().any(|name| name == shown), "{hostile:?} in {names:?}");
    }
}

#[test]
fn evidence_of_a_finding_sums_to_its_chips() {
    let sample = Sample::plain();
    let folder = tempfile::tempdir().unwrap();
    sample.write(folder.path());
    let text = std::fs::read_to_string(folder.path().join("evidence.csv")).unwrap();
    let rows = parse(&text);
    for finding in sample.entities.iter().flat_map(|entity| &entity.findings) {
        let of_finding = || rows.iter().filter(|row| row[0] == finding.id);
        let sum = |column: usize| of_finding().map(|row| row[column].parse::<i64>().unwrap()).sum::<i64>();
        assert_eq!((sum(13), sum(14)), (finding.chips_lo, finding.chips_hi));
    }
}

#[test]
fn small_tables_read_well() {
    let sample = Sample::plain();
    let folder = tempfile::tempdir().unwrap();
    sample.write(folder.path());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let tables = HEADERS.map(|(name, _)| format!("# {name}\n{}", read(name)));
    insta::assert_snapshot!(tables.join("\n"));
}
