//! What lines say about other documents: cancellations, replaced reports, stages of one sale. Gathered once a run.

use std::collections::{BTreeMap, BTreeSet};

use chipwatch_names::fold_number;
use chipwatch_records::{
    Channel, DocumentStage, DocumentType, FileId, Particulars, ShipmentLine, ShipmentLines, SourceId, TextId,
    document_digest,
};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// A source whose lines are of several stages, and none says to which delivery it belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MixedSource {
    /// The source.
    pub source: SourceId,
    /// Its stages.
    pub stages: Vec<&'static str>,
}

/// Seller, channel and period of a distributor's report.
type ReportKey = (TextId, Channel, TextId);

/// What lines say about other documents.
#[derive(Default)]
pub struct Links {
    /// Digest of the document that each combination of particulars cites.
    cited: Vec<Option<u64>>,
    /// By file: whether another source replaces it.
    replaced_files: Vec<bool>,
    /// Cancelled documents.
    cancelled: HashSet<u64>,
    /// Reports that stand in place of earlier ones, and the file that has them.
    replacements: HashMap<ReportKey, FileId>,
    /// Reports that two files claim to replace.
    pub contested: Vec<(String, String)>,
    contested_keys: HashSet<ReportKey>,
    /// Folded numbers of master bills whose house bills are there, each on its level of the trade.
    masters: HashSet<(Channel, String)>,
    /// (document or order, item) of deliveries, and whether one of them was goods-issued.
    delivered: HashMap<u64, bool>,
    /// Sources that mix stages without links.
    pub mixed: Vec<MixedSource>,
    mixed_sources: BTreeSet<SourceId>,
}

impl Links {
    /// Whether [`Links::gather`] must see the lines: whether any document cancels, replaces, names a master bill, or is of
    /// another stage.
    #[must_use]
    pub fn need_lines(lines: &ShipmentLines) -> bool {
        let all = &lines.particulars;
        let speaks = |particulars: &Particulars| {
            particulars.replaces
                || particulars.kind == DocumentType::Cancellation
                || !particulars.master_document_no.is_empty()
        };
        all.iter().any(speaks) || all.windows(2).any(|pair| pair[0].stage != pair[1].stage)
    }

    /// Gathers the links of all lines; lines that another file replaces (`replaced_files`, or a report sent again) say
    /// nothing any more.
    #[must_use]
    pub fn gather(lines: &ShipmentLines, partitions: &[Vec<ShipmentLine>], replaced_files: &[bool]) -> Self {
        let mut links = Self {
            cited: lines.particulars.iter().map(|p| cited(lines, p)).collect(),
            replaced_files: replaced_files.to_vec(),
            ..Self::default()
        };
        let all = &lines.particulars;
        if all.iter().any(|particulars| particulars.replaces) {
            links.gather_replacements(lines, partitions);
        }
        if all.iter().any(|particulars| particulars.kind == DocumentType::Cancellation) {
            links.cancelled = collect(partitions, |line| {
                let cancels = lines.particulars_of(line).kind == DocumentType::Cancellation;
                if cancels && !links.is_replaced(lines, line) {
                    links.cited[line.particulars.index()]
                } else {
                    None
                }
            });
        }
        links.gather_stages(lines, partitions);
        if all.iter().any(|particulars| !particulars.master_document_no.is_empty()) {
            links.gather_masters(lines, partitions);
        }
        links
    }

    /// A bill that names itself as its master is no house bill.
    fn gather_masters(&mut self, lines: &ShipmentLines, partitions: &[Vec<ShipmentLine>]) {
        let of_houses: HashSet<(Channel, TextId)> = collect(partitions, |line| {
            let particulars = lines.particulars_of(line);
            let master = particulars.master_document_no;
            let is_said = !master.is_empty()
                && !self.is_replaced(lines, line)
                && !self.is_untrusted(lines, line)
                && own_number(lines, line).is_some_and(|own| own != fold_number(lines.text(master)));
            is_said.then_some((particulars.channel, master))
        });
        let masters = of_houses.into_iter();
        self.masters = masters.map(|(channel, master)| (channel, fold_number(lines.text(master)))).collect();
    }

    /// Whether the line stands in a master bill whose house bills are there: they name the same goods.
    #[must_use]
    pub fn is_master(&self, lines: &ShipmentLines, line: &ShipmentLine) -> bool {
        !self.masters.is_empty()
            && own_number(lines, line)
                .is_some_and(|own| self.masters.contains(&(lines.particulars_of(line).channel, own)))
    }

    fn gather_replacements(&mut self, lines: &ShipmentLines, partitions: &[Vec<ShipmentLine>]) {
        let found: HashSet<(ReportKey, FileId)> = collect(partitions, |line| {
            let particulars = lines.particulars_of(line);
            particulars.replaces.then(|| (report_key(particulars), line.file))
        });
        let mut found: Vec<(ReportKey, FileId)> = found.into_iter().collect();
        found.sort_unstable();
        for (key, file) in found {
            if let Some(first) = self.replacements.get(&key).copied() {
                let name = |file: FileId| lines.files[file.index()].path.clone();
                self.contested.push((name(first), name(file)));
                self.contested_keys.insert(key);
            } else {
                self.replacements.insert(key, file);
            }
        }
    }

    fn gather_stages(&mut self, lines: &ShipmentLines, partitions: &[Vec<ShipmentLine>]) {
        let stages: BTreeSet<DocumentStage> =
            lines.particulars.iter().map(|particulars| particulars.stage).collect();
        if stages.len() < 2 {
            return;
        }
        let mut by_source: BTreeMap<SourceId, (BTreeSet<DocumentStage>, bool)> = BTreeMap::new();
        for particulars in &lines.particulars {
            let entry = by_source.entry(particulars.source).or_default();
            entry.0.insert(particulars.stage);
            entry.1 |= !particulars.reference_document_no.is_empty() || !particulars.customer_po.is_empty();
        }
        for (source, (stages, linked)) in by_source {
            if stages.len() > 1 && !linked {
                let stages = stages.iter().map(|stage| stage.as_str()).collect();
                self.mixed.push(MixedSource { source, stages });
                self.mixed_sources.insert(source);
            }
        }
        let delivered: Vec<Vec<(u64, bool)>> = partitions
            .par_iter()
            .map(|partition| {
                let deliveries = partition
                    .iter()
                    .filter(|line| lines.particulars_of(line).stage == DocumentStage::Delivery)
                    .filter(|line| !self.is_replaced(lines, line));
                deliveries
                    .flat_map(|line| {
                        self.sale_keys(lines, line).into_iter().map(|key| (key, line.ship_date.is_some()))
                    })
                    .collect()
            })
            .collect();
        for (key, issued) in delivered.into_iter().flatten() {
            *self.delivered.entry(key).or_default() |= issued;
        }
    }

    /// What identifies the sale a line is a step of: its own document, the document it cites, the customer's order;
    /// each with the item.
    fn sale_keys(&self, lines: &ShipmentLines, line: &ShipmentLine) -> Vec<u64> {
        let item = &lines.items[line.item.index()];
        let item = if item.part_number.is_empty() { item.description } else { item.part_number };
        let particulars = lines.particulars_of(line);
        let with_item = |key: u64| key.rotate_left(7) ^ u64::from(item.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut keys = Vec::new();
        keys.extend(line.document.map(|document| with_item(document.digest())));
        keys.extend(self.cited[line.particulars.index()].map(with_item));
        if !particulars.customer_po.is_empty() {
            let order = document_digest(lines.text(particulars.seller), lines.text(particulars.customer_po));
            keys.push(with_item(order.rotate_left(23)));
        }
        keys
    }

    /// Digest of the document that a line cites.
    #[must_use]
    pub fn cited(&self, line: &ShipmentLine) -> Option<u64> {
        self.cited[line.particulars.index()]
    }

    /// Whether a later document cancels the line's document.
    #[must_use]
    pub fn is_cancelled(&self, line: &ShipmentLine) -> bool {
        !self.cancelled.is_empty()
            && line.document.is_some_and(|document| self.cancelled.contains(&document.digest()))
    }

    /// Whether another file takes the place of this line.
    #[must_use]
    pub fn is_replaced(&self, lines: &ShipmentLines, line: &ShipmentLine) -> bool {
        if self.replaced_files.get(line.file.index()).copied().unwrap_or(false) {
            return true;
        }
        if self.replacements.is_empty() {
            return false;
        }
        let particulars = lines.particulars_of(line);
        let by = self.replacements.get(&report_key(particulars));
        by.is_some_and(|file| *file != line.file && !particulars.replaces)
    }

    /// Whether the line stands in a source or report that cannot be trusted.
    #[must_use]
    pub fn is_untrusted(&self, lines: &ShipmentLines, line: &ShipmentLine) -> bool {
        if self.mixed_sources.is_empty() && self.contested_keys.is_empty() {
            return false;
        }
        let particulars = lines.particulars_of(line);
        self.mixed_sources.contains(&particulars.source)
            || self.contested_keys.contains(&report_key(particulars))
    }

    /// For an order or invoice: whether a delivery of the same sale and item exists, and if so whether it was
    /// goods-issued.
    #[must_use]
    pub fn delivery_of(&self, lines: &ShipmentLines, line: &ShipmentLine) -> Option<bool> {
        if self.delivered.is_empty() {
            return None;
        }
        let found: Vec<bool> =
            self.sale_keys(lines, line).iter().filter_map(|key| self.delivered.get(key).copied()).collect();
        if found.is_empty() { None } else { Some(found.contains(&true)) }
    }
}

fn cited(lines: &ShipmentLines, particulars: &Particulars) -> Option<u64> {
    let number = particulars.reference_document_no;
    (!number.is_empty()).then(|| document_digest(lines.text(particulars.seller), lines.text(number)))
}

/// The number of a line's own document, folded.
fn own_number(lines: &ShipmentLines, line: &ShipmentLine) -> Option<String> {
    line.document.map(|document| fold_number(&lines.documents.number(document.id())))
}

fn report_key(particulars: &Particulars) -> ReportKey {
    (particulars.seller, particulars.channel, particulars.report_period)
}

fn collect<T: Send + Eq + std::hash::Hash>(
    partitions: &[Vec<ShipmentLine>],
    find: impl Fn(&ShipmentLine) -> Option<T> + Sync,
) -> HashSet<T> {
    let found: Vec<HashSet<T>> =
        partitions.par_iter().map(|partition| partition.iter().filter_map(&find).collect()).collect();
    found.into_iter().flatten().collect()
}
