//! Rows that are one line: repeats, overlapping extracts, versions of one delivery item.

use std::cmp::Ordering;

use chipwatch_records::{DocumentType, Fate, Flags, LineDocument, ShipmentLine, ShipmentLines};
use hashbrown::{HashMap, HashSet};

use super::fates::kind_of;

/// What became of a line when it was held against the others of its partition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Standing {
    /// Set where the line goes no further.
    pub(crate) fate: Option<Fate>,
    /// Fewest items it stands for, without sign.
    pub(crate) lo: i32,
    /// Most items it stands for, without sign.
    pub(crate) hi: i32,
    /// Marks.
    pub(crate) flags: Flags,
}

/// The quantity without its sign; the one number that has none is one too small.
fn unsigned(line: &ShipmentLine) -> i32 {
    i32::try_from(line.quantity.unsigned_abs()).unwrap_or(i32::MAX)
}

impl Standing {
    fn of(line: &ShipmentLine) -> Self {
        let quantity = unsigned(line);
        Self { fate: None, lo: quantity, hi: quantity, flags: Flags::default() }
    }
}

/// Holds the lines of a partition against one another. `early` says which lines are out already.
pub(crate) fn settle(
    lines: &ShipmentLines,
    partition: &[ShipmentLine],
    early: impl Fn(&ShipmentLine) -> Option<Fate>,
) -> Vec<Standing> {
    let mut standings: Vec<Standing> = partition.iter().map(Standing::of).collect();
    let mut identities = Vec::with_capacity(partition.len());
    for (line, standing) in partition.iter().zip(&mut standings) {
        standing.fate = early(line);
        if standing.fate.is_none() {
            identities.push(identity(lines, line));
        }
    }
    for members in groups(lines, partition, &standings, repeated(identities)) {
        if has_line_identity(&partition[members[0] as usize]) {
            settle_item(lines, partition, &members, &mut standings);
        } else {
            settle_nameless(partition, &members, &mut standings);
        }
    }
    standings
}

/// Identities that more than one line has. Most partitions have none, and sorting shows that sooner than a table.
fn repeated(mut identities: Vec<u64>) -> HashSet<u64> {
    identities.sort_unstable();
    identities.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}

/// The lines of each repeated identity, by values first, then by place: the first of equal rows is the one that is cited.
fn groups(
    lines: &ShipmentLines,
    partition: &[ShipmentLine],
    standings: &[Standing],
    repeated: HashSet<u64>,
) -> Vec<Vec<u32>> {
    if repeated.is_empty() {
        return Vec::new();
    }
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (index, line) in partition.iter().enumerate().filter(|(index, _)| standings[*index].fate.is_none()) {
        let identity = identity(lines, line);
        if repeated.contains(&identity) {
            let place = *places.entry(identity).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[place].push(index as u32);
        }
    }
    for members in &mut groups {
        members.sort_by(|a, b| by_value_then_place(&partition[*a as usize], &partition[*b as usize]));
    }
    groups
}

/// A document and a line number make a line one and the same wherever it stands.
fn has_line_identity(line: &ShipmentLine) -> bool {
    line.document.is_some() && !line.line_no.is_empty()
}

fn identity(lines: &ShipmentLines, line: &ShipmentLine) -> u64 {
    let document = line.document.map_or(0, LineDocument::digest);
    let particulars = lines.particulars_of(line);
    let mix = |hash: u64, value: u64| (hash.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    let mut hash = mix(document, u64::from(line.line_no.0));
    hash = mix(hash, kind_of(particulars, line) as u64);
    hash = mix(hash, particulars.stage as u64);
    if !has_line_identity(line) {
        for part in [line.item.index(), line.particulars.index(), line.quantity as usize] {
            hash = mix(hash, part as u64);
        }
        for party in [line.sold_to, line.ship_to, line.end_user] {
            hash = mix(hash, party.map_or(0, |party| party.index() as u64 + 1));
        }
        hash = mix(hash, line.ship_date.map_or(0, |day| day.number() as u64));
        hash = mix(hash, line.price.map_or(0, |price| price.ten_thousandths() as u64));
    }
    hash
}

/// The rows of one document item. A goods-issued row replaces an open one; each ship date is a delivery of its own;
/// of the rows of one ship date the latest version stands, and where none is the latest the quantity is an interval.
fn settle_item(
    lines: &ShipmentLines,
    partition: &[ShipmentLine],
    members: &[u32],
    standings: &mut [Standing],
) {
    let line = |member: &u32| &partition[*member as usize];
    let issued = members.iter().any(|member| line(member).ship_date.is_some());
    let mut rest: Vec<u32> = Vec::new();
    for member in members {
        if issued && line(member).ship_date.is_none() {
            standings[*member as usize].fate = Some(Fate::Superseded);
        } else {
            rest.push(*member);
        }
    }
    rest.sort_by_key(|member| line(member).ship_date);
    for day in rest.chunk_by(|a, b| line(a).ship_date == line(b).ship_date) {
        settle_versions(lines, partition, day, standings);
    }
}

fn settle_versions(
    lines: &ShipmentLines,
    partition: &[ShipmentLine],
    members: &[u32],
    standings: &mut [Standing],
) {
    let line = |member: &u32| &partition[*member as usize];
    let mut distinct: Vec<u32> = Vec::new();
    for member in members {
        let repeated = distinct.iter().any(|known| by_value(line(known), line(member)) == Ordering::Equal);
        if repeated {
            standings[*member as usize].fate = Some(Fate::Duplicate);
        } else {
            distinct.push(*member);
        }
    }
    if distinct.len() < 2 {
        return;
    }
    let changed = |member: &u32| lines.particulars_of(line(member)).changed_on;
    let latest = distinct.iter().map(changed).max().flatten();
    let newest: Vec<u32> = distinct.iter().copied().filter(|member| changed(member) == latest).collect();
    let newest = if latest.is_some() { newest } else { distinct.clone() };
    for member in distinct.iter().filter(|member| !newest.contains(member)) {
        standings[*member as usize].fate = Some(Fate::Superseded);
    }
    let [kept, others @ ..] = newest.as_slice() else {
        return;
    };
    if others.is_empty() {
        return;
    }
    let quantities = newest.iter().map(|member| unsigned(line(member)));
    let (lo, hi) = (quantities.clone().min().unwrap_or(0), quantities.max().unwrap_or(0));
    standings[*kept as usize] = Standing { fate: None, lo, hi, flags: Flags::CONFLICTING };
    for member in others {
        standings[*member as usize].fate = Some(Fate::Superseded);
    }
}

/// Equal rows without a line of a document: one in lo, all in hi.
fn settle_nameless(partition: &[ShipmentLine], members: &[u32], standings: &mut [Standing]) {
    let line = |member: &u32| &partition[*member as usize];
    for equal in members.chunk_by(|a, b| by_value(line(a), line(b)) == Ordering::Equal) {
        let [kept, others @ ..] = equal else { continue };
        if others.is_empty() {
            continue;
        }
        let standing = &mut standings[*kept as usize];
        standing.hi = standing.lo.saturating_mul(i32::try_from(equal.len()).unwrap_or(i32::MAX));
        standing.flags = Flags::REPEATED;
        for member in others {
            standings[*member as usize].fate = Some(Fate::Duplicate);
        }
    }
}

/// The order of lines by what they say, whatever file and line they stand in.
pub(crate) fn by_value(a: &ShipmentLine, b: &ShipmentLine) -> Ordering {
    let document = |line: &ShipmentLine| line.document.map(LineDocument::digest);
    let key = |line: &ShipmentLine| {
        (
            line.ship_date,
            line.item,
            line.quantity,
            line.sold_to,
            line.ship_to,
            line.end_user,
            line.particulars,
        )
    };
    key(a)
        .cmp(&key(b))
        .then_with(|| document(a).cmp(&document(b)))
        .then_with(|| (a.line_no, a.price).cmp(&(b.line_no, b.price)))
}

pub(crate) fn by_value_then_place(a: &ShipmentLine, b: &ShipmentLine) -> Ordering {
    by_value(a, b).then_with(|| (a.file, a.line).cmp(&(b.file, b.line)))
}

/// Whether goods come back with a line, bought or lent.
pub(crate) fn comes_back(kind: DocumentType) -> bool {
    is_return(kind) || matches!(kind, DocumentType::LoanReturn | DocumentType::ConsignmentPickup)
}

/// Whether a line undoes what another did.
pub(crate) fn is_return(kind: DocumentType) -> bool {
    matches!(kind, DocumentType::Return | DocumentType::ConsignmentReturn)
}
