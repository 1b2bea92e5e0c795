//! What goes wrong ends with 2 and one message: what, where, what to do. And what only looks wrong does not.

use std::fs::File;

use crate::world::{World, folder_names};

const HEADER: &str = "ship_date,document_no,line_no,sold_to_name,sold_to_country,description,quantity";
const KEYS: &str = "layout = \"canonical\"";

/// A file of good lines and then bad ones.
fn lines(good: usize, bad: usize) -> String {
    let mut text = format!("{HEADER}\n");
    for number in 0..good + bad {
        let quantity = if number < good { "40" } else { "forty" };
        text += &format!("2024-03-01,D{number},1,Buyer,US,NVIDIA H100 PCIe 80GB,{quantity}\n");
    }
    text
}

fn good() -> World {
    World::new().source("maker", KEYS, &[("good.csv", &lines(20, 0))])
}

#[test]
fn a_missing_column_is_named_with_its_file_and_the_line_to_add() {
    let text = lines(5, 0).replace("quantity", "menge");
    let ran = World::new().source("maker", KEYS, &[("a.csv", &text)]).run();
    ran.must_fail(&["a.csv", "no column for quantity", "`menge`", "columns = { quantity ="]);
    assert_eq!(folder_names(&ran.out), [".cache", ".lock"]);
    let named = World::new()
        .source("maker", &format!("{KEYS}\ncolumns = {{ quantity = \"menge\" }}"), &[("a.csv", &text)])
        .report();
    assert_eq!(named.chips("Buyer"), (200, 200));
}

#[test]
fn a_column_that_the_pipeline_names_and_the_file_lacks_is_named() {
    let keys = format!("{KEYS}\ncolumns = {{ quantity = \"Menge\" }}");
    let ran = World::new().source("maker", &keys, &[("a.csv", &lines(5, 0))]).run();
    ran.must_fail(&["a.csv", "`Menge`", "quantity"]);
}

#[test]
fn an_unknown_word_of_the_pipeline_is_named_with_its_line_and_the_nearest_known_one() {
    for (toml, word, line, hint) in [
        ("[treshold]\nchips = 500", "unknown key `treshold`", 9, "did you mean `threshold`?"),
        ("[report]\nformat = [\"json\"]", "unknown key `format`", 10, "did you mean `formats`?"),
        ("[detect]\nselect = [\"bulk-purchse\"]", "`bulk-purchse`", 10, "did you mean `bulk-purchase`?"),
        ("[detect]\nignore = [\"integritty\"]", "`integritty`", 10, "did you mean `integrity`?"),
        ("[detect.bulk-purchase]\nwindow = []", "`window`", 10, "did you mean `windows`?"),
        ("[scope]\nclass = \"data_center\"", "`data_center`", 10, "did you mean `datacentre_accelerator`?"),
        ("[report]\nformats = [\"markdwn\"]", "`markdwn`", 10, "did you mean `markdown`?"),
    ] {
        let ran = good().with(toml).run();
        ran.must_fail(&[&format!("test.toml:{line}: "), word, hint]);
        assert_eq!(folder_names(&ran.out), [""; 0]);
    }
}

#[test]
fn an_unknown_layout_is_named_with_the_nearest() {
    let ran = World::new().source("maker", "layout = \"sap_delivry\"", &[("a.csv", "x")]).run();
    ran.must_fail(&["test.toml:7: ", "unknown layout `sap_delivry`", "did you mean `sap_delivery`?"]);
}

#[test]
fn days_and_countries_that_are_none_are_named() {
    good().threshold("since = \"2020-13-01\"").run().must_fail(&[
        "test.toml:5: ",
        "`2020-13-01`",
        "yyyy-mm-dd",
    ]);
    good().threshold("countries = [\"XX\"]").run().must_fail(&["test.toml:5: ", "`XX`", "ISO 3166"]);
    good().on_day("soon").run().must_fail(&["test.toml:2: ", "`soon`", "latest-shipment"]);
    good().threshold("chips = 0").run().must_fail(&["test.toml:5: ", "0 chips", "above 0"]);
}

#[test]
fn a_file_that_is_not_there_is_named_with_its_source() {
    for pattern in ["nothing.csv", "nothing/*.csv", "folder.csv"] {
        let world = World::new().source("maker", KEYS, &[]).with("");
        std::fs::create_dir(world.path("folder.csv")).unwrap();
        let ran = world.argument("--input").argument(&format!("maker={pattern}")).run();
        ran.must_fail(&["`maker`", &format!("no file matches `{pattern}`"), "files"]);
    }
}

#[test]
fn a_file_that_is_no_text_is_named() {
    for (bytes, why) in [
        (b"PK\x03\x04\0\0\0\0".to_vec(), "archive"),
        (b"\x7fELF\x02\0\0\0\0\0\0\0\0\0".to_vec(), "the file is no text; export it as CSV or as a workbook"),
    ] {
        let world = World::new().source("maker", KEYS, &[("a.csv", "")]);
        world.write("a.csv", bytes);
        world.run().must_fail(&["a.csv", why]);
    }
}

#[test]
fn a_damaged_workbook_is_named_and_frightens_nobody() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/fixtures/formats");
    for (file, length, why) in [
        ("book.xls", 4_096, "the workbook is damaged"),
        ("book.xlsx", 3_000, "archive"),
        ("zstd.parquet", 900, "the Parquet file cannot be read"),
    ] {
        let mut bytes = std::fs::read(fixtures.join(file)).unwrap();
        bytes.truncate(length);
        let world = World::new().source("maker", KEYS, &[(file, "")]);
        world.write(file, bytes);
        let ran = world.run();
        ran.must_fail(&[file, why]);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
}

#[test]
fn a_file_without_a_known_header_is_named() {
    let ran = World::new().source("maker", KEYS, &[("a.csv", "Dear Sir,\nplease find enclosed\n")]).run();
    ran.must_fail(&["a.csv", "no line near its start is a header of layout `canonical`", "`Dear Sir`"]);
}

#[test]
fn a_file_of_no_bytes_is_named() {
    let world = World::new().source("maker", KEYS, &[("good.csv", &lines(5, 0)), ("empty.csv", "")]);
    world.write("empty.csv", "");
    let ran = world.run();
    ran.must_fail(&["empty.csv", "0 bytes", "export it again"]);
    assert_eq!(folder_names(&ran.out), [".cache", ".lock"]);
}

#[test]
fn a_run_without_one_accepted_line_says_why_the_first_was_refused() {
    let ran = World::new().source("maker", KEYS, &[("bad.csv", &lines(0, 3))]).run();
    ran.must_fail(&[
        "no line could be read",
        "3 rows were refused",
        "bad.csv:2",
        "quantity",
        "`forty`",
        "correct",
    ]);
    assert!(folder_names(&ran.out).iter().all(|name| name.starts_with('.')), "{:?}", folder_names(&ran.out));
    let ran = World::new().source("maker", KEYS, &[("header.csv", HEADER)]).run();
    ran.must_fail(&["no line could be read from 1 file"]);
}

#[test]
fn too_many_rejects_make_a_draft_and_latest_stays() {
    let world = good();
    let standing = world.run();
    assert_eq!(standing.code, 0, "{}", standing.stderr);
    let latest = std::fs::read_link(world.out().join("latest")).unwrap();
    world.write("good.csv", lines(19, 1));
    let ran = world.run();
    assert_eq!(ran.code, 2);
    for word in ["maker", "1 of 20 rows", "max_reject_ratio = 0.01", "rejects.csv", ".draft"] {
        assert!(ran.stderr.contains(word), "no `{word}` in\n{}", ran.stderr);
    }
    assert_eq!(std::fs::read_link(world.out().join("latest")).unwrap(), latest);
    assert_eq!(ran.latest().chips("Buyer"), (800, 800));
    let draft = ran.draft();
    assert_eq!(draft.chips("Buyer"), (760, 760));
    assert_eq!(draft.table("rejects").len(), 1);
    // The user may decide that 5 % is little.
    let accepted = world.with("[report]\nmax_reject_ratio = 0.05").report();
    assert_eq!(accepted.chips("Buyer"), (760, 760));
}

#[test]
fn a_file_with_its_header_alone_is_a_night_without_sales() {
    let report =
        World::new().source("maker", KEYS, &[("monday.csv", &lines(20, 0)), ("sunday.csv", HEADER)]).report();
    assert_eq!(report.chips("Buyer"), (800, 800));
    assert!(report.notes().contains("sunday.csv has a header and no rows"), "{}", report.notes());
    assert!(report.markdown.contains("sunday"), "the page does not name it");
}

#[test]
fn fail_on_makes_a_finding_an_exit_code() {
    for (severity, code) in [("info", 1), ("review", 0), ("hold", 0)] {
        let ran = good().argument("--fail-on").argument(severity).run();
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""), "{severity}");
        assert_eq!(ran.latest().schedule_a(), ["Buyer"]);
    }
    let below = good().threshold("chips = 800").argument("--fail-on").argument("info").run();
    assert_eq!(below.code, 0);
    let draft = World::new().source("maker", KEYS, &[("a.csv", &lines(19, 1))]);
    assert_eq!(draft.argument("--fail-on").argument("info").run().code, 2);
}

#[test]
fn wrong_arguments_end_with_two() {
    good().argument("--jobs").argument("0").run().must_fail(&["--jobs", "at least 1"]);
    good().argument("--as-of").argument("31.12.2024").run().must_fail(&["--as-of 31.12.2024", "yyyy-mm-dd"]);
    good()
        .argument("--input")
        .argument("makr=good.csv")
        .run()
        .must_fail(&["`makr`", "did you mean `maker`?"]);
    assert_eq!(good().argument("--nonsense").run().code, 2);
}

#[test]
fn a_pipeline_that_is_not_there_is_named() {
    let world = World::new();
    let mut command = assert_cmd::Command::cargo_bin("chipwatch").unwrap();
    command.arg("run").arg(world.path("gone.toml")).arg("--out").arg(world.out());
    world.ran(command.output().unwrap()).must_fail(&[
        "gone.toml",
        "cannot be read",
        "name an existing pipeline",
    ]);
}

#[test]
fn side_files_that_cannot_be_used_are_named() {
    let lookup = "[[lookup]]\nfile = \"users.csv\"\non = [\"document_no\"]\nadds = [\"end_user_name\"]";
    good().with(lookup).run().must_fail(&["users.csv", "cannot be read", "check"]);
    let without = good().file("users.csv", "document,end_user_name\n1,x\n").with(lookup);
    without.run().must_fail(&["users.csv", "no column `document_no`"]);
    let items = "[overrides]\nitems = \"items.csv\"";
    let wrong = good().file("items.csv", "part_number,chips_min,chips_max,reason\nX,8,1,typed\n").with(items);
    wrong.run().must_fail(&["items.csv", "2", "chips_min is above chips_max"]);
}

#[test]
fn a_lookup_key_with_two_rows_adds_nothing_and_is_listed() {
    let report = good()
        .file("users.csv", "document_no,end_user_name\nD1,One\nD1,Two\nD2,Three\n")
        .with("[[lookup]]\nfile = \"users.csv\"\non = [\"document_no\"]\nadds = [\"end_user_name\"]")
        .report();
    assert_eq!((report.chips("One"), report.chips("Two"), report.chips("Three")), ((0, 0), (0, 0), (40, 40)));
    assert!(report.notes().contains("users.csv") && report.notes().contains("D1"), "{}", report.notes());
}

#[test]
fn two_runs_at_once_into_one_folder_are_refused() {
    let world = good();
    std::fs::create_dir_all(world.out()).unwrap();
    let lock = File::create(world.out().join(".lock")).unwrap();
    lock.try_lock().unwrap();
    world.run().must_fail(&["another run", "out"]);
    lock.unlock().unwrap();
    assert_eq!(world.run().code, 0);
}

#[test]
fn the_same_run_again_is_the_same_report() {
    let world = good();
    let (first, second) = (world.report(), world.report());
    assert_eq!(first.json, second.json);
    let runs: Vec<String> = folder_names(&world.out()).into_iter().filter(|n| !n.starts_with('.')).collect();
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert!(runs.contains(&"latest".to_owned()));
}

#[test]
fn an_input_pattern_is_relative_to_the_working_folder_with_or_without_a_folder_in_it() {
    let world = World::new();
    world.write("p.toml", "version = 1\n[[source]]\nname = \"maker\"\nlayout = \"canonical\"\n");
    world.write("a_1.csv", lines(20, 0));
    std::fs::create_dir(world.path("in")).unwrap();
    world.write("in/a_2.csv", lines(10, 0));
    for (pattern, file) in [("a_*.csv", "a_1.csv"), ("in/*.csv", "in/a_2.csv"), ("a_1.csv", "a_1.csv")] {
        let mut command = assert_cmd::Command::cargo_bin("chipwatch").unwrap();
        command.current_dir(world.path("")).args(["run", "p.toml", "--input", pattern, "--out", "out"]);
        command.assert().success();
        let manifest = std::fs::read_to_string(world.path("out/latest/manifest.json")).unwrap();
        assert!(manifest.contains(&format!("\"file\": \"{file}\"")), "{pattern}: {manifest}");
    }
}
