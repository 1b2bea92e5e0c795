//! A second run reads what changed and says the same. That a report which stands is equal byte for byte, the run itself
//! holds: else it ends with 2.

use std::fs;

use crate::world::{World, folder_names};

const KEYS: &str = "layout = \"canonical\"";

fn sales(buyer: &str) -> String {
    let header = "ship_date,document_no,sold_to_name,sold_to_country,part_number,quantity\n";
    format!(
        "{header}2024-03-01,D-{buyer},{buyer},US,900-21010-0000-000,600\n2024-03-01,D2,{buyer},US,x,none\n"
    )
}

/// Bytes that the last run read of each file.
fn bytes_read(world: &World) -> Vec<u64> {
    let text = fs::read_to_string(world.out().join("latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let inputs = manifest["inputs"].as_array().unwrap();
    inputs.iter().map(|input| input["bytes_read"].as_u64().unwrap()).collect()
}

#[test]
fn a_second_run_reads_the_new_file_alone() {
    let world = World::new().with("[report]\nmax_reject_ratio = 1.0").source(
        "maker",
        KEYS,
        &[("a.csv", &sales("Acme")), ("b.csv", &sales("Borealis"))],
    );
    let first = world.report();
    assert!(bytes_read(&world).iter().all(|bytes| *bytes > 0));
    assert_eq!((first.chips("Acme"), first.chips("Borealis")), ((600, 600), (600, 600)));
    // The same report, which must equal the one that stands; its manifest stays.
    world.report();
    // The next day's report with a file changed and one not.
    world.write("b.csv", sales("Cobalt"));
    let world = world.on_day("2025-06-01");
    let second = world.report();
    let bytes = bytes_read(&world);
    assert_eq!((bytes[0], bytes[1]), (0, sales("Cobalt").len() as u64));
    assert_eq!((second.chips("Acme"), second.chips("Cobalt")), ((600, 600), (600, 600)));
    // A run without a cache comes to the same.
    world.argument("--no-cache").report();
}

#[test]
fn a_changed_pipeline_reads_no_input_again() {
    let world = World::new().with("[report]\nmax_reject_ratio = 1.0").source(
        "maker",
        KEYS,
        &[("a.csv", &sales("Acme"))],
    );
    assert_eq!(world.report().chips("Acme"), (600, 600));
    let world = world.threshold("chips = 10").with("[scope]\nclass = \"hopper_blackwell\"");
    world.report();
    assert_eq!(bytes_read(&world), [0]);
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let world = World::new()
        .with("[report]\nmax_reject_ratio = 1.0")
        .source("maker", KEYS, &[("a.csv", &sales("Acme"))])
        .argument("--no-cache");
    world.report();
    assert!(!folder_names(&world.out()).contains(&".cache".to_owned()));
    assert!(bytes_read(&world)[0] > 0);
}

#[test]
fn a_damaged_cache_is_named_and_the_report_is_the_same() {
    let world = World::new().with("[report]\nmax_reject_ratio = 1.0").source(
        "maker",
        KEYS,
        &[("a.csv", &sales("Acme"))],
    );
    world.report();
    let cache = world.out().join(".cache");
    let entry = folder_names(&cache).into_iter().find(|name| cache.join(name).is_dir()).unwrap();
    fs::write(cache.join(entry).join("0-rows.parquet"), b"PAR1").unwrap();
    let ran = world.run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("a.csv") && ran.stderr.contains("read anew"), "{}", ran.stderr);
    assert_eq!(world.run().stderr, "");
}
