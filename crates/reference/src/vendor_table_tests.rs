//! The catalogue against NVIDIA's export table in `../shared/data`, which is no part of the project.

use crate::models::model;
use crate::parts;

/// Parts whose TPP in the table is another than their model's: (start of the number, TPP in the table, why).
const DIFFERENCES: &[(&str, f64, &str)] = &[
    ("935-23587-0000-", 3822.0, "HGX A100-40, ECCN 4A090.a all the same"),
    ("935-23587-A800-", 3822.0, "HGX A100-40, ECCN 4A090.a all the same"),
    ("935-23587-", 4989.0, "the page has 4,992 for A100"),
    ("900-5G153-2700-", 7024.0, "no figure for RTX PRO 5000"),
];

#[test]
fn parts_with_a_performance_are_catalogued() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/parts/nvidia_export_table_sample.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is absent");
        return;
    };
    let mut seen = 0;
    for line in text.lines().skip(1) {
        // The description is quoted and may hold commas: the columns wanted are counted from the right.
        let mut cells = line.rsplit(',').skip(2);
        let Some(tpp) = cells.next().and_then(|tpp| tpp.parse::<f64>().ok()) else {
            continue;
        };
        let number = line.split(',').next().unwrap_or_default();
        let part = parts::look_up(number).unwrap_or_else(|| panic!("{number} is not catalogued"));
        assert!(part.chips_min > 0 && part.chips_min == part.chips_max, "{number}");
        let own = part.model.unwrap_or_else(|| panic!("{number} has no model")).tpp;
        let known = DIFFERENCES.iter().any(|(start, theirs, _)| number.starts_with(start) && *theirs == tpp);
        assert!(own == Some(tpp) || known, "{number}: {own:?} here, {tpp} there");
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
    assert!(model("A100").is_some());
}
