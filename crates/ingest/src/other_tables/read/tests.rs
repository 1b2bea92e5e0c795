use super::*;

/// Reads files of one kind of table.
fn read(table: OtherTable, files: &[(&str, &str)], change: impl Fn(&mut OtherSpec)) -> OtherReading {
    try_read(table, files, change).unwrap()
}

fn try_read(
    table: OtherTable,
    files: &[(&str, &str)],
    change: impl Fn(&mut OtherSpec),
) -> Result<OtherReading, IngestError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut spec = OtherSpec {
        table,
        patterns: vec!["*.csv".to_owned()],
        base: folder.path().to_owned(),
        number: None,
        date: None,
        columns: BTreeMap::new(),
        holder: None,
        on: None,
    };
    change(&mut spec);
    read_others(&[spec])
}

fn stock(reading: &OtherReading) -> Vec<String> {
    let shown = |row: &chipwatch_records::InventoryRow| {
        format!("{} {} {} {} {}", row.holder, row.location, row.on, row.part_number, row.quantity)
    };
    reading.rows.inventory.iter().map(shown).collect()
}

fn refused(file: &OtherFile) -> Vec<String> {
    file.rejects
        .iter()
        .map(|one| format!("{} {} `{}`: {}", one.line, one.column, one.value, one.reason))
        .collect()
}

#[test]
fn a_snapshot_is_read_by_its_captions_and_bad_rows_are_refused_with_their_place() {
    let text = "Stock report;;;;\n\
        Distributor;Snapshot Date;MPN;Description;On Hand\n\
        Fabled BV;30.09.2026;900-1;H100;1.058\n\
        Fabled BV;30.09.2026;900-2;;12,5\n\
        Fabled BV;;900-1;;3\n\
        ;30.09.2026;900-1;;3\n\
        Distributor;Snapshot Date;MPN;Description;On Hand\n\
        Fabled BV;31.09.2026;9,00E+11;;3\n\
        Total;;;;1.061\n";
    let reading = read(OtherTable::Inventory, &[("a.csv", text)], |_| ());
    assert_eq!(stock(&reading), ["Fabled BV  2026-09-30 900-1 1058"]);
    let file = &reading.files[0];
    assert_eq!(
        refused(file),
        [
            "4 On Hand `12,5`: a quantity of items must be whole",
            "5 Snapshot Date ``: the row names no day",
            "6 Distributor ``: the row names neither holder nor location",
            "8 MPN `9,00E+11`: a spreadsheet turned the part number into a power of ten, and there is no description",
        ]
    );
    assert_eq!(
        (file.rows, file.accepted, file.rejected, file.total_rows, file.repeated_headers),
        (7, 1, 4, 1, 1)
    );
}

#[test]
fn a_licence_says_what_it_says_and_no_more() {
    let text = "licence_no,kind,model,chips,value_usd,valid_from,valid_to,end_user_name,destination\n\
        D1,licence,H20,\"1,200\",\"12,000,000.50\",2025-08-01,2027-07-31,Acme Ltd,CN\n\
        D2,,,,,,,,\n\
        ,,H20,5,,,,,\n\
        D4,,H20,5,,2025-08-01,2025-07-31,,\n\
        D5,,H20,-5,,,,,\n";
    let reading = read(OtherTable::Licences, &[("a.csv", text)], |_| ());
    let [first, second] = reading.rows.licences.as_slice() else { panic!("{:?}", reading.rows) };
    assert_eq!((first.number.as_str(), first.chips, first.value_usd), ("D1", Some(1_200), Some(12_000_001)));
    assert_eq!(
        (first.valid_from, first.valid_to),
        (Day::parse_iso("2025-08-01"), Day::parse_iso("2027-07-31"))
    );
    assert_eq!((second.chips, second.valid_to), (None, None));
    assert_eq!(
        refused(&reading.files[0]),
        [
            "4 licence_no ``: the row has no number of a licence",
            "5 valid_to `2025-07-31`: the licence ends before it begins",
            "6 chips `-5`: a licence allows no negative quantity",
        ]
    );
}

#[test]
fn a_column_decides_its_dialect_and_siblings_help_and_else_it_is_a_question() {
    let open = "holder_name;on;part_number;quantity\nA;03/04/2026;X;1.000\n";
    let sibling = "holder_name;on;part_number;quantity\nB;25/04/2026;X;1.240,000\n";
    let alone = read(OtherTable::Inventory, &[("a.csv", open)], |_| ());
    assert!(alone.rows.inventory.is_empty());
    let questions = alone.files[0].questions.join("\n");
    assert!(questions.contains("`1.000` on line 2; say `number = \"point\"`"), "{questions}");
    assert!(questions.contains("`03/04/2026` on line 2; say `date = \"dmy\"`"), "{questions}");
    let both = read(OtherTable::Inventory, &[("a.csv", open), ("b.csv", sibling)], |_| ());
    assert_eq!(stock(&both), ["A  2026-04-03 X 1000", "B  2026-04-25 X 1240"]);
    let told = read(OtherTable::Inventory, &[("a.csv", open)], |spec| {
        (spec.number, spec.date) = (Some(NumberDialect::Point), Some(DateDialect::Mdy));
    });
    assert_eq!(stock(&told), ["A  2026-03-04 X 1"]);
}

#[test]
fn the_user_can_name_headers_the_holder_and_the_day() {
    let text = "Werk,Material,Menge frei\nDE01,900-1,5\n";
    let files = [("a.csv", text)];
    let why = try_read(OtherTable::Inventory, &files, |_| ()).unwrap_err().to_string();
    assert!(why.contains("no column for on, quantity of a snapshot of stock"), "{why}");
    let reading = read(OtherTable::Inventory, &files, |spec| {
        spec.columns.insert(OtherColumn::Quantity, "Menge frei".to_owned());
        (spec.holder, spec.on) = (Some("Maker".to_owned()), Day::parse_iso("2026-09-30"));
    });
    assert_eq!(stock(&reading), ["Maker DE01 2026-09-30 900-1 5"]);
}

#[test]
fn a_copy_is_read_once_and_a_repeated_row_stands_once() {
    let text = "holder_name,on,part_number,quantity\nA,2026-04-03,X,5\nA,2026-04-03,X,5\nA,2026-04-03,Y,\n";
    let more = "holder_name,on,part_number,quantity\nA,2026-04-03,X,5\n";
    let reading = read(OtherTable::Inventory, &[("a.csv", text), ("b.csv", text), ("c.csv", more)], |_| ());
    assert_eq!(stock(&reading), ["A  2026-04-03 X 5"]);
    assert_eq!(reading.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(reading.files[1].same_as.as_deref(), Some("a.csv"));
    assert_eq!((reading.files[1].rejected, reading.repeated[0].1), (0, 2));
}

#[test]
fn broken_rows_cost_themselves_alone() {
    let text =
        b"holder_name,on,part_number,quantity\nA,2026-04-03,X\nB\xff,2026-04-03,X,1\nC,2026-04-03,X,1\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), text).unwrap();
    let captions = Captions::read().unwrap();
    let body = String::from_utf8_lossy(text).into_owned();
    let text = Text {
        path: folder.path().join("a.csv"),
        bytes: 0,
        sheet: None,
        form: crate::intake::Form { packed: None, encoding: None, records: None },
        is_copy: false,
        first_row: None,
    };
    let found = FoundFile { shown: "a.csv".to_owned(), path: folder.path().join("a.csv") };
    let spec = OtherSpec {
        table: OtherTable::Inventory,
        patterns: Vec::new(),
        base: PathBuf::new(),
        number: None,
        date: None,
        columns: BTreeMap::new(),
        holder: None,
        on: None,
    };
    let table = RawTable::split(&spec, &found, &captions, &text, &body).unwrap();
    assert_eq!((table.rows.len(), table.file.rows, table.file.rejected), (1, 3, 2));
}
