use std::collections::BTreeMap;

use chipwatch_records::{CountryCode, Window};

use super::*;
use crate::detector::DetectError;
use crate::example::Row;
use crate::fixture::{Sheet, day, run};
use crate::registry::build;

fn detectors() -> Vec<Box<dyn Detector>> {
    build(&["all".to_owned()], &[], &BTreeMap::new()).unwrap()
}

fn assess_rows(rows: &[Row]) -> (Sheet, Assessment) {
    assess_with(rows, &run(), &detectors())
}

fn assess_with(rows: &[Row], ctx: &RunContext, detectors: &[Box<dyn Detector>]) -> (Sheet, Assessment) {
    let sheet = Sheet::new(rows);
    let slice = assess_slice(&sheet.ledger(), ctx, detectors);
    let all = assess(vec![slice], &sheet.book);
    (sheet, all)
}

/// A detector that names every entity, or fails.
struct Fake {
    id: &'static str,
    family: Family,
    severity: Severity,
    result: fn(EntityId) -> Result<EntityId, DetectError>,
}

impl Fake {
    fn boxed(id: &'static str, family: Family, severity: Severity) -> Box<dyn Detector> {
        let result = Ok;
        Box::new(Self { id, family, severity, result })
    }
}

impl Detector for Fake {
    fn id(&self) -> &'static str {
        self.id
    }

    fn family(&self) -> Family {
        self.family
    }

    fn detect(&self, slice: &Slice<'_>, ctx: &RunContext) -> Result<Vec<Finding>, DetectError> {
        let findings = slice.ledger().subjects().map(|holding| {
            Ok(Finding {
                id: self.id.to_owned(),
                detector: self.id,
                subject: Subject::Entity((self.result)(holding.entity)?),
                window: Window { rule: "fake".to_owned(), from: ctx.threshold.since, to: ctx.as_of },
                chips_lo: 0,
                chips_hi: 0,
                severity: self.severity,
                sentence: "Matches.".to_owned(),
                facts: BTreeMap::new(),
                innocent_explanations: Vec::new(),
                exculpatory: Vec::new(),
                peer_rate: None,
                first_visible: None,
                assumptions: Vec::new(),
                evidence_lines: 0,
                evidence: Vec::new(),
            })
        });
        findings.collect()
    }
}

fn names(sheet: &Sheet, all: &Assessment) -> Vec<String> {
    let name = |entity: &FlaggedEntity| sheet.book.entity(entity.entity).name.clone();
    all.entities.iter().map(name).collect()
}

#[test]
fn an_empty_ledger_flags_nobody() {
    assert_eq!(assess_rows(&[]).1, Assessment::default());
}

#[test]
fn entities_rank_by_best_count_then_by_id() {
    let (sheet, all) = assess_rows(&[
        Row::bought("C", "2024-01-01", 600),
        Row::bought("B", "2024-01-01", 700),
        Row::bought("A", "2024-01-01", 600),
        Row::bought("D", "2024-01-01", 8),
    ]);
    assert_eq!(names(&sheet, &all), ["B", "A", "C"]);
    assert!(all.entities.iter().all(|entity| entity.basis == Basis::Bulk && entity.tier.is_none()));
}

#[test]
fn a_near_miss_is_kept_without_a_finding() {
    let (_, all) =
        assess_rows(&[Row::bought("A", "2024-03-01", 520).undone(40), Row::returned("A", "2024-04-01", 40)]);
    let entity = &all.entities[0];
    assert!(entity.findings.is_empty());
    assert_eq!((entity.basis, entity.bulk_status), (Basis::None, BulkStatus::None));
    assert_eq!((entity.purchases.gross.lo, entity.purchases.acquired.lo), (520, 480));
    assert_eq!(entity.last_ship_date, Some(day("2024-03-01")), "a return is no acquisition");
}

#[test]
fn the_higher_count_alone_is_possible() {
    let (_, all) = assess_rows(&[Row::bought("A", "2024-03-01", 120).up_to(960)]);
    assert_eq!(all.entities[0].bulk_status, BulkStatus::Possible);
}

#[test]
fn chips_are_summed_by_model_and_quarter_net_of_returns() {
    let (sheet, all) = assess_rows(&[
        Row::bought("A", "2024-03-31", 300),
        Row::bought("A", "2024-04-01", 300).undone(10),
        Row::bought("A", "2024-06-30", 50).of_model("A100"),
        Row::returned("A", "2024-06-30", 10),
        Row::received("A", "2024-06-30", 999),
        Row::bought("A", "2024-07-01", 5).of_model(""),
    ]);
    let rows: Vec<_> = all.entities[0]
        .by_model_and_quarter
        .iter()
        .map(|row| {
            let model = sheet.book.items[row.item.index()].model_name();
            format!("{model} {} {}", row.quarter, row.chips.lo)
        })
        .collect();
    let expected = ["A100 2024Q2 50", "H100 SXM 2024Q1 300", "H100 SXM 2024Q2 290", "unknown 2024Q3 5"];
    assert_eq!(rows, expected);
    assert_eq!(all.entities[0].first_ship_date, Some(day("2024-03-31")));
    assert_eq!(all.entities[0].last_ship_date, Some(day("2024-07-01")));
}

#[test]
fn of_a_slice_that_goes_the_first_rows_stay_and_what_they_cite() {
    let rows: Vec<Row> = (1..=9).map(|day| Row::bought("A", "2024-01-01", 100 + day)).collect();
    let sheet = Sheet::new(&rows);
    let mut slice = assess_slice(&sheet.ledger(), &run(), &detectors());
    let before: Vec<_> = slice.entities[0].findings[0].evidence.clone();
    slice.let_go(&sheet.lines, 3);
    let finding = &slice.entities[0].findings[0];
    assert_eq!((before.len(), finding.evidence.len(), finding.evidence_lines), (9, 3, 9));
    assert_eq!(slice.lines.kept().len(), 3);
    for (kept, row) in finding.evidence.iter().zip(&before) {
        assert_eq!(slice.lines[kept.line.unwrap()], sheet.lines[row.line.unwrap()]);
    }
}

/// The lines lie in the order of slices: each evidence row is given the number of its line in place of its place.
fn resolved(mut all: Assessment) -> Assessment {
    let lines = std::mem::take(&mut all.lines);
    let findings = all.entities.iter_mut().flat_map(|entity| &mut entity.findings);
    for place in findings.flat_map(|finding| &mut finding.evidence).filter_map(|row| row.line.as_mut()) {
        *place = lines[*place].line.line;
    }
    all
}

#[test]
fn slices_may_come_in_any_order() {
    let rows = [
        Row::bought("A", "2024-01-01", 600),
        Row::bought("B", "2024-01-01", 600),
        Row::bought("C", "2024-01-01", 700),
        Row::bought("D", "2024-01-01", 7),
    ];
    let sheet = Sheet::new(&rows);
    let slice = |entity: usize| {
        let mut ledger = sheet.ledger();
        ledger.entries.retain(|entry| entry.entity.index() == entity);
        let mut slice = assess_slice(&ledger, &run(), &detectors());
        slice.let_go(&sheet.lines, usize::MAX);
        slice
    };
    let mut whole = assess_slice(&sheet.ledger(), &run(), &detectors());
    whole.let_go(&sheet.lines, usize::MAX);
    let whole = resolved(assess(vec![whole], &sheet.book));
    let forth = resolved(assess((0..4).map(slice).collect(), &sheet.book));
    let back = resolved(assess((0..4).rev().map(slice).collect(), &sheet.book));
    assert_eq!(whole, forth);
    assert_eq!(forth, back);
}

#[test]
fn peers_are_those_of_the_class_that_acquired_something() {
    let rows = [
        Row::bought("A", "2024-01-01", 600),
        Row::bought("B", "2024-01-01", 700),
        Row::bought("C", "2024-01-01", 8),
        Row::bought("D", "2024-01-01", 900),
        Row::received("E", "2024-01-01", 900),
    ];
    let mut sheet = Sheet::new(&rows);
    sheet.book.entities[3].class = "cloud".to_owned();
    let slice = assess_slice(&sheet.ledger(), &run(), &detectors());
    let all = assess(vec![slice], &sheet.book);
    let rates: Vec<_> = all
        .entities
        .iter()
        .filter_map(|entity| entity.findings[0].peer_rate.clone())
        .map(|rate| format!("{} of {} {}", rate.k, rate.n, rate.class))
        .collect();
    assert_eq!(rates, ["1 of 1 cloud", "2 of 3 unclassified", "2 of 3 unclassified"]);
}

#[test]
fn an_open_order_alone_never_makes_more_peers_named_than_there_are() {
    let (_, all) = assess_rows(&[Row::open("A", "2026-01-01", 600)]);
    let rate = all.entities[0].findings[0].peer_rate.clone().unwrap();
    assert_eq!((rate.k, rate.n), (1, 1));
}

#[test]
fn tiers_count_families_and_never_volume() {
    let review = |id, family| Fake::boxed(id, family, Severity::Review);
    let rows = [Row::bought("A", "2024-01-01", 8)];
    let judged = |detectors: Vec<Box<dyn Detector>>| {
        let (_, all) = assess_with(&rows, &run(), &detectors);
        (all.entities[0].tier.map(|tier| tier.0), all.entities[0].basis)
    };
    let info = Fake::boxed("x", Family::Flow, Severity::Info);
    assert_eq!(judged(vec![info]), (None, Basis::None));
    assert_eq!(judged(vec![review("x", Family::Volume)]), (None, Basis::None));
    assert_eq!(judged(vec![review("x", Family::Flow)]), (Some(3), Basis::Indicators));
    let same = vec![review("x", Family::Flow), review("y", Family::Flow)];
    assert_eq!(judged(same), (Some(3), Basis::Indicators));
    let two = vec![review("x", Family::Flow), review("y", Family::Network)];
    assert_eq!(judged(two), (Some(2), Basis::Indicators));
    let legal = Fake::boxed("x", Family::Legal, Severity::Hold);
    assert_eq!(judged(vec![legal]), (Some(1), Basis::Indicators));
}

#[test]
fn an_open_order_is_a_hold_only_with_a_tier() {
    let rows = [Row::bought("A", "2024-01-01", 600), Row::open("A", "2026-09-01", 8)];
    let severity = |detectors: &[Box<dyn Detector>]| {
        let (_, all) = assess_with(&rows, &run(), detectors);
        let mut findings = all.entities[0].findings.iter();
        findings.find(|finding| finding.detector == "open-order-hold").map(|finding| finding.severity)
    };
    let mut with_tier = detectors();
    assert_eq!(severity(&with_tier), Some(Severity::Info));
    with_tier.push(Fake::boxed("x", Family::Flow, Severity::Review));
    assert_eq!(severity(&with_tier), Some(Severity::Hold));
}

#[test]
fn a_tier_ranks_before_any_volume() {
    let mut all = detectors();
    all.push(Fake::boxed("x", Family::Flow, Severity::Review));
    let (sheet, mut assessed) = assess_with(
        &[Row::bought("A", "2024-01-01", 9_000), Row::bought("B", "2024-01-01", 8)],
        &run(),
        &all,
    );
    assessed
        .entities
        .iter_mut()
        .filter(|entity| entity.entity.index() == 0)
        .for_each(|entity| entity.tier = None);
    let slice = SliceAssessment { entities: assessed.entities, ..SliceAssessment::default() };
    assert_eq!(names(&sheet, &assess(vec![slice], &sheet.book)), ["B", "A"]);
}

#[test]
fn a_detector_that_fails_is_named_and_the_others_speak() {
    let mut all = detectors();
    all.push(Box::new(Fake {
        id: "broken",
        family: Family::Flow,
        severity: Severity::Review,
        result: |_| {
            Err(DetectError::NotSorted {
                entity: "e-1".to_owned(),
                before: day("2024-02-01"),
                day: day("2024-01-01"),
            })
        },
    }));
    let (_, assessed) = assess_with(&[Row::bought("A", "2024-01-01", 600)], &run(), &all);
    assert_eq!(assessed.failures.len(), 1);
    assert_eq!(assessed.failures[0].detector, "broken");
    assert_eq!(assessed.entities[0].findings.len(), 1);
}

#[test]
fn a_finding_outside_its_slice_is_a_failure_and_not_lost() {
    let stranger = Fake {
        id: "stray",
        family: Family::Flow,
        severity: Severity::Review,
        result: |_| Ok(EntityId::from_index(99).unwrap()),
    };
    let (_, assessed) = assess_with(&[Row::bought("A", "2024-01-01", 8)], &run(), &[Box::new(stranger)]);
    assert_eq!(assessed.failures[0].detector, "stray");
}

#[test]
fn a_list_of_countries_narrows_the_measures_with_the_count() {
    let mut here = Row::bought("A", "2024-01-01", 501);
    here.countries[0] = Some("SG");
    let mut ctx = run();
    ctx.threshold.countries = CountryCode::from_letters("SG").into_iter().collect();
    let (_, all) = assess_with(&[here, Row::bought("A", "2024-02-01", 300)], &ctx, &detectors());
    assert_eq!(all.entities[0].purchases.acquired.lo, 501);
    assert_eq!(all.entities[0].findings[0].chips_lo, 501);
    assert_eq!(all.entities[0].last_ship_date, Some(day("2024-01-01")));
}
