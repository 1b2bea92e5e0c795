//! From findings to flagged entities: measures, badge, tier, peers, rank.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chipwatch_records::{
    Basis, Book, BulkStatus, Chips, CitedLines, Entity, EntityId, Finding, FlaggedEntity, KeptLines, Ledger,
    ModelQuarter, PeerRate, Purchases, Quarter, RunContext, Severity, Subject, Tier,
};

use crate::detector::{Detector, Family};
use crate::detectors::open_order_hold;
use crate::models::ModelIndex;
use crate::question::{acquired, counted, is_return};
use crate::slice::{Posting, Slice};
use crate::totals::{bulk_status, purchases};

/// A detector that failed: failed and found nothing never look alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DetectorFailure {
    /// Its id.
    pub detector: &'static str,
    /// Why.
    pub message: String,
}

/// What one slice says. Slices can be assessed in any order and at the same time.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct SliceAssessment {
    /// Its entities with a finding or a near miss.
    pub entities: Vec<FlaggedEntity>,
    /// The measures of all its entities, listed or not.
    pub accounts: Vec<(EntityId, Purchases)>,
    /// How many entities of each class acquired anything that counts.
    pub class_sizes: BTreeMap<String, u64>,
    /// Detectors that failed.
    pub failures: Vec<DetectorFailure>,
    /// Empty, until [`SliceAssessment::let_go`].
    pub lines: KeptLines,
}

impl SliceAssessment {
    /// Keeps the first rows of each finding, the lines that these cite and the open lines: the slice may go. Evidence cites
    /// lines by their places in `self.lines` from now on.
    pub fn let_go(&mut self, lines: &KeptLines, rows: usize) {
        let findings = self.entities.iter_mut().flat_map(|entity| &mut entity.findings);
        findings.for_each(|finding| {
            finding.evidence.truncate(rows);
            finding.evidence.shrink_to_fit();
        });
        let mut cited = CitedLines::new(lines);
        for place in places(&mut self.entities) {
            *place = cited.cite(*place);
        }
        self.lines = cited.finish();
    }
}

/// What the run says.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Assessment {
    /// Ranked: by tier (none last), then best count (falling), then id.
    pub entities: Vec<FlaggedEntity>,
    /// The measures of every entity: best count falling, then id.
    pub accounts: Vec<(EntityId, Purchases)>,
    /// How many entities of each class acquired anything that counts.
    pub class_sizes: BTreeMap<String, u64>,
    /// Detectors that failed, each message once.
    pub failures: Vec<DetectorFailure>,
    /// The lines that evidence cites, by their places here, and all open lines.
    pub lines: KeptLines,
}

/// Runs the detectors on one slice and judges its entities.
#[must_use]
pub fn assess_slice(
    ledger: &Ledger<'_>,
    ctx: &RunContext,
    detectors: &[Box<dyn Detector>],
) -> SliceAssessment {
    let mut assessed = SliceAssessment::default();
    let slice = Slice::new(ledger);
    let mut findings = run(&slice, ctx, detectors, &mut assessed.failures);
    let families: BTreeMap<_, _> =
        detectors.iter().map(|detector| (detector.id(), detector.family())).collect();
    let mut quarters = Quarters::new(slice.models());
    let mut class_sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for account in slice.accounts() {
        let id = account.entity;
        let mine = || acquired(&slice, ctx, account);
        if mine().next().is_some() {
            *class_sizes.entry(class_of(ledger.book.entity(id))).or_default() += 1;
        }
        let mut sums = purchases(counted(&slice, ctx, account));
        sums.received.add(account.handled.lo, account.handled.best, account.handled.hi);
        assessed.accounts.push((id, sums));
        let findings = findings.remove(&id).unwrap_or_default();
        // A near miss: gross or the higher count passes.
        let is_near = ctx.threshold.passes(sums.gross.hi.max(sums.acquired.hi));
        if findings.is_empty() && !is_near {
            continue;
        }
        let mut entity = judge(id, findings, &families, ctx, &sums);
        entity.by_model_and_quarter = quarters.of(mine());
        let mut bought = mine().filter(|entry| !is_return(entry)).map(|entry| entry.day);
        entity.first_ship_date = bought.next();
        entity.last_ship_date = bought.last().or(entity.first_ship_date);
        assessed.entities.push(entity);
    }
    // A finding must not be lost in silence.
    for finding in findings.into_values().flatten() {
        assessed.failures.push(DetectorFailure {
            detector: finding.detector,
            message: "a finding names an entity that is not in the slice".to_owned(),
        });
    }
    assessed.class_sizes = class_sizes.into_iter().map(|(class, n)| (class.to_owned(), n)).collect();
    assessed
}

/// The places of all lines that evidence cites.
fn places(entities: &mut [FlaggedEntity]) -> impl Iterator<Item = &mut u32> {
    let findings = entities.iter_mut().flat_map(|entity| &mut entity.findings);
    findings.flat_map(|finding| &mut finding.evidence).filter_map(|row| row.line.as_mut())
}

/// Puts the slices together: peers, holds, rank. The order of the slices decides nothing but that of lines.
#[must_use]
pub fn assess(slices: Vec<SliceAssessment>, book: &Book) -> Assessment {
    let mut all = Assessment::default();
    let (mut cited, mut open) = (Vec::new(), Vec::new());
    for mut slice in slices {
        let (of_slice_cited, of_slice) = slice.lines.into_parts();
        let moved_by = cited.len() as u32;
        places(&mut slice.entities).for_each(|place| *place += moved_by);
        cited.extend(of_slice_cited);
        open.extend(of_slice);
        all.entities.extend(slice.entities);
        all.failures.extend(slice.failures);
        all.accounts.extend(slice.accounts);
        for (class, n) in slice.class_sizes {
            *all.class_sizes.entry(class).or_default() += n;
        }
    }
    all.lines = KeptLines::new(cited, &open);
    all.accounts
        .sort_by_cached_key(|(entity, sums)| (Reverse(sums.acquired.best), book.entity(*entity).id.clone()));
    all.failures.sort();
    all.failures.dedup();
    fill_peer_rates(&mut all, book);
    for entity in all.entities.iter_mut().filter(|entity| entity.tier.is_some()) {
        for finding in &mut entity.findings {
            if finding.detector == open_order_hold::ID {
                finding.severity = Severity::Hold;
            }
        }
    }
    all.entities.sort_by_cached_key(|entity| {
        let tier = entity.tier.map_or(u8::MAX, |tier| tier.0);
        let id = book.entity(entity.entity).id.clone();
        (tier, Reverse(entity.purchases.acquired.best), id)
    });
    all
}

/// The findings of all detectors by entity, in the order of detectors.
fn run(
    slice: &Slice<'_>,
    ctx: &RunContext,
    detectors: &[Box<dyn Detector>],
    failures: &mut Vec<DetectorFailure>,
) -> BTreeMap<EntityId, Vec<Finding>> {
    let results = detectors.iter().map(|detector| detector.detect(slice, ctx));
    let mut findings: BTreeMap<EntityId, Vec<Finding>> = BTreeMap::new();
    for (detector, result) in detectors.iter().zip(results) {
        match result {
            Ok(found) => {
                for finding in found {
                    let Subject::Entity(entity) = finding.subject;
                    findings.entry(entity).or_default().push(finding);
                }
            }
            Err(error) => {
                failures.push(DetectorFailure { detector: detector.id(), message: error.to_string() })
            }
        }
    }
    findings
}

fn judge(
    entity: EntityId,
    findings: Vec<Finding>,
    families: &BTreeMap<&'static str, Family>,
    ctx: &RunContext,
    sums: &Purchases,
) -> FlaggedEntity {
    let bulk_status = bulk_status(&ctx.threshold, sums.acquired);
    let family = |finding: &Finding| families.get(finding.detector).copied();
    let is_indicator =
        |finding: &&Finding| finding.severity > Severity::Info && family(finding) != Some(Family::Volume);
    let indicators: BTreeSet<_> = findings.iter().filter(is_indicator).filter_map(family).collect();
    let is_bulk = bulk_status != BulkStatus::None;
    FlaggedEntity {
        entity,
        basis: match (is_bulk, indicators.is_empty()) {
            (true, true) => Basis::Bulk,
            (true, false) => Basis::Both,
            (false, false) => Basis::Indicators,
            (false, true) => Basis::None,
        },
        bulk_status,
        tier: tier(&indicators),
        purchases: *sums,
        by_model_and_quarter: Vec::new(),
        first_ship_date: None,
        last_ship_date: None,
        findings,
    }
}

/// Tier 1: legal status. Tier 2: two or more families. Tier 3: one. Volume makes none.
fn tier(indicators: &BTreeSet<Family>) -> Option<Tier> {
    match indicators.len() {
        0 => None,
        _ if indicators.contains(&Family::Legal) => Some(Tier(1)),
        1 => Some(Tier(3)),
        _ => Some(Tier(2)),
    }
}

fn class_of(entity: &Entity) -> &str {
    match entity.class.as_str() {
        "" => "unclassified",
        class => class,
    }
}

/// How many entities of the class have a finding of the same detector and rule.
fn fill_peer_rates(all: &mut Assessment, book: &Book) {
    #[derive(Clone, Copy, Default)]
    struct Peers {
        named: u64,
        /// Named, but not among those that acquired something: an open order alone, for instance.
        outside: u64,
    }
    let mut peers: BTreeMap<(&str, &'static str, String), Peers> = BTreeMap::new();
    let key = |entity: &FlaggedEntity, finding: &Finding| {
        let class = class_of(book.entity(entity.entity));
        (class, finding.detector, finding.window.rule.clone())
    };
    for entity in &all.entities {
        for finding in &entity.findings {
            let peers = peers.entry(key(entity, finding)).or_default();
            peers.named += 1;
            peers.outside += u64::from(!has_acquired(entity));
        }
    }
    for entity in &mut all.entities {
        let mut findings = std::mem::take(&mut entity.findings);
        for finding in &mut findings {
            let key = key(entity, finding);
            let found = peers.get(&key).copied().unwrap_or_default();
            let class = key.0.to_owned();
            finding.peer_rate = Some(PeerRate {
                k: found.named,
                n: all.class_sizes.get(&class).copied().unwrap_or_default() + found.outside,
                class,
            });
        }
        entity.findings = findings;
    }
}

fn has_acquired(entity: &FlaggedEntity) -> bool {
    // An entity with returns alone has no ship date, but it is one of its class.
    entity.first_ship_date.is_some() || entity.purchases.returned != Chips::default()
}

/// Sums by model and quarter; keeps its buffers from entity to entity.
struct Quarters<'l> {
    models: &'l ModelIndex,
    quarters: Vec<Quarter>,
    /// The sums of all models, quarter by quarter.
    sums: Vec<Chips>,
}

impl<'l> Quarters<'l> {
    fn new(models: &'l ModelIndex) -> Self {
        Self { models, quarters: Vec::new(), sums: Vec::new() }
    }

    /// Entries come by day, so quarters come in their order.
    fn of<'e>(&mut self, entries: impl Iterator<Item = Posting<'e>>) -> Vec<ModelQuarter> {
        let models = self.models.names().len();
        self.quarters.clear();
        self.sums.clear();
        let mut today = None;
        for entry in entries {
            if today != Some(entry.day) {
                today = Some(entry.day);
                let quarter = entry.day.quarter();
                if self.quarters.last() != Some(&quarter) {
                    self.quarters.push(quarter);
                    self.sums.resize(self.quarters.len() * models, Chips::default());
                }
            }
            let model = self.models.traits_of(entry.goods.item).model;
            let open = self.sums.len() - models;
            self.sums[open + model].add(entry.chips_lo, entry.chips_best, entry.chips_hi);
        }
        let filled = self.sums.iter().filter(|chips| **chips != Chips::default()).count();
        let mut rows = Vec::with_capacity(filled);
        for model in 0..models {
            let of_model = self.sums.iter().skip(model).step_by(models);
            for (quarter, chips) in self.quarters.iter().zip(of_model) {
                if *chips != Chips::default() {
                    rows.push(ModelQuarter {
                        item: self.models.item_of(model),
                        quarter: *quarter,
                        chips: *chips,
                    });
                }
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests;
