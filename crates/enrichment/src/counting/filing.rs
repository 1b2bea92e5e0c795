//! Lines on their way from partitions to slices.

use std::sync::Mutex;

use chipwatch_records::{EntityId, KeptLine, Scattered, ShipmentLines};
use rayon::prelude::*;

use super::entries::{Share, open_share, shares};
use super::fates::Counted;
use super::notes::EntityNotes;
use crate::parties::Parties;

/// Into how many slices the ledger is cut.
pub const SLICES: usize = 64;

/// Lines of one partition by the slice that needs them: that of their buyer, and that of any other entity which has a share
/// of them.
#[derive(Default)]
pub struct SlicedLines {
    kept: Vec<Vec<KeptLine>>,
    open: Vec<Vec<KeptLine>>,
    /// How many lines of each there are, copies not counted.
    counts: [usize; 2],
}

/// Lines of one partition on their way there.
pub(crate) struct Filing<'a> {
    context: &'a Counted<'a>,
    kept: Scattered<KeptLine>,
    open: Scattered<KeptLine>,
    counts: [usize; 2],
    found: Vec<Share>,
    guests: Vec<usize>,
}

impl<'a> Filing<'a> {
    /// Room for about so many lines.
    pub(crate) fn new(context: &'a Counted<'a>, lines: usize) -> Self {
        Self {
            context,
            kept: Scattered::new(SLICES, lines / SLICES),
            open: Scattered::new(SLICES, 0),
            counts: [0; 2],
            found: Vec::new(),
            guests: Vec::new(),
        }
    }

    /// Files a line that moves goods.
    pub(crate) fn keep(&mut self, line: KeptLine) {
        let Counted { lines, parties, items, notes, since, .. } = self.context;
        let (buyer, entities) = (buyer(parties, &line), parties.entities.len());
        let home = slice_of(buyer, entities);
        self.guests.clear();
        shares(lines, parties, &line, &mut self.found);
        for share in &self.found {
            let has_row = notes.take(share, &line, buyer, (&items.table, &items.shapes), *since);
            let slice = slice_of(Some(share.entity), entities);
            if has_row && slice != home && !self.guests.contains(&slice) {
                self.guests.push(slice);
            }
        }
        for slice in self.guests.iter().chain([&home]) {
            self.kept.push(*slice, line);
        }
        self.counts[0] += 1;
    }

    /// Files a line that is not goods-issued.
    pub(crate) fn keep_open(&mut self, line: KeptLine) {
        let Counted { parties, items, notes, since, .. } = self.context;
        let holder = buyer(parties, &line);
        if let Some(share) = open_share(parties, &line) {
            notes.take(&share, &line, holder, (&items.table, &items.shapes), *since);
        }
        self.open.push(slice_of(holder, parties.entities.len()), line);
        self.counts[1] += 1;
    }

    pub(crate) fn finish(self) -> SlicedLines {
        SlicedLines { kept: self.kept.into_places(), open: self.open.into_places(), counts: self.counts }
    }
}

/// The lines of one slice as the partitions left them.
#[derive(Default)]
pub struct FiledSlice {
    pub(super) kept: Vec<Vec<KeptLine>>,
    pub(super) open: Vec<Vec<KeptLine>>,
}

/// The lines of all partitions, each waiting for the turn of its slice.
pub struct FiledLines {
    slices: Vec<Mutex<FiledSlice>>,
    counts: [usize; 2],
}

impl FiledLines {
    /// Puts the partitions together. Where something may be taken from what an entity handled, the lines go to its slice
    /// after all.
    #[must_use]
    pub fn new(
        partitions: Vec<SlicedLines>,
        lines: &ShipmentLines,
        parties: &Parties,
        notes: &EntityNotes,
    ) -> Self {
        let mut counts = [0; 2];
        let mut slices: Vec<FiledSlice> = (0..SLICES).map(|_| FiledSlice::default()).collect();
        for partition in partitions {
            for (sum, more) in counts.iter_mut().zip(partition.counts) {
                *sum += more;
            }
            for (slice, kept) in slices.iter_mut().zip(partition.kept) {
                slice.kept.push(kept);
            }
            for (slice, open) in slices.iter_mut().zip(partition.open) {
                slice.open.push(open);
            }
        }
        if notes.has_sums_to_split() {
            let desk = Splitting { lines, parties, notes };
            let guests: Vec<Vec<Vec<KeptLine>>> =
                slices.par_iter().enumerate().map(|(home, slice)| desk.guests(home, slice)).collect();
            for guests in guests {
                for (slice, guests) in slices.iter_mut().zip(guests) {
                    slice.kept.push(guests);
                }
            }
        }
        Self { slices: slices.into_iter().map(Mutex::new).collect(), counts }
    }

    /// Hands out the lines of a slice, once.
    #[must_use]
    pub fn take(&self, slice: usize) -> FiledSlice {
        self.slices[slice].lock().map(|mut filed| std::mem::take(&mut *filed)).unwrap_or_default()
    }

    /// How many lines are not open.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.counts[0]
    }

    /// How many lines are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.counts[1]
    }
}

/// What it takes to find the lines that another slice needs after all.
struct Splitting<'a> {
    lines: &'a ShipmentLines,
    parties: &'a Parties,
    notes: &'a EntityNotes,
}

impl Splitting<'_> {
    /// Copies of the lines at home in a slice, by the slice that needs them and does not have them yet.
    fn guests(&self, home: usize, slice: &FiledSlice) -> Vec<Vec<KeptLine>> {
        let entities = self.parties.entities.len();
        let mut guests: Vec<Vec<KeptLine>> = vec![Vec::new(); SLICES];
        let mut found = Vec::new();
        for line in slice.kept.iter().flatten() {
            let buyer = buyer(self.parties, line);
            if slice_of(buyer, entities) != home {
                continue;
            }
            shares(self.lines, self.parties, line, &mut found);
            let slice = |share: &Share| slice_of(Some(share.entity), entities);
            let has_it = |slice_asked: usize| {
                slice_asked == home
                    || found
                        .iter()
                        .any(|share| slice(share) == slice_asked && !self.notes.may_sum(share, buyer))
            };
            let mut asked: Vec<usize> =
                found.iter().filter(|share| self.notes.has_row(share, buyer)).map(slice).collect();
            asked.sort_unstable();
            asked.dedup();
            asked.into_iter().filter(|slice| !has_it(*slice)).for_each(|slice| guests[slice].push(*line));
        }
        guests
    }
}

/// The entity under which a line is filed: the buyer, else the end user, else the recipient.
pub(crate) fn buyer(parties: &Parties, line: &KeptLine) -> Option<EntityId> {
    let party = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
    party.map(|party| parties.party_entities[party.index()])
}

/// The slice of an entity among so many.
pub(crate) fn slice_of(entity: Option<EntityId>, entities: usize) -> usize {
    entity.map_or(0, |entity| entity.index() * SLICES / entities.max(1))
}
