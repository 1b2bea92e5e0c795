//! Lines on their way from partitions to slices.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use chipwatch_records::{EntityId, KeptLine, Scattered, ShipmentLines};
use rayon::prelude::*;

use super::entries::{Share, open_share, shares};
use super::fates::Counted;
use super::notes::EntityNotes;
use crate::parties::Parties;

/// How the entities of a run are cut into slices.
#[derive(Clone, Copy, Debug)]
pub struct SliceCut {
    slices: usize,
    entities: usize,
}

impl SliceCut {
    /// So many slices of so many entities. How many slices there are changes no result.
    #[must_use]
    pub fn new(slices: usize, entities: usize) -> Self {
        Self { slices: slices.max(1), entities }
    }

    /// How many slices there are.
    #[must_use]
    pub fn slices(self) -> usize {
        self.slices
    }

    /// The slice of an entity.
    fn of(self, entity: Option<EntityId>) -> usize {
        entity.map_or(0, |entity| entity.index() * self.slices / self.entities.max(1))
    }

    /// The entities of a slice.
    pub(super) fn entities(self, slice: usize) -> Range<usize> {
        let first = |slice: usize| (slice * self.entities).div_ceil(self.slices);
        first(slice)..first(slice + 1)
    }
}

/// Lines of one partition by the slice that needs them: that of their buyer, and that of any other entity which has a share
/// of them.
#[derive(Default)]
pub struct SlicedLines {
    /// By place: slices, then slices of open lines.
    lines: Vec<Vec<KeptLine>>,
    /// How many lines there are that are not open, and open ones; copies not counted.
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
            kept: Scattered::new(context.cut.slices, lines / context.cut.slices),
            open: Scattered::new(context.cut.slices, 0),
            counts: [0; 2],
            found: Vec::new(),
            guests: Vec::new(),
        }
    }

    /// Files a line that moves goods.
    pub(crate) fn keep(&mut self, line: KeptLine) {
        let Counted { lines, parties, items, notes, since, cut, .. } = self.context;
        let buyer = buyer(parties, &line);
        let home = cut.of(buyer);
        self.guests.clear();
        shares(lines, parties, &line, &mut self.found);
        for share in &self.found {
            let has_row = notes.take(share, &line, buyer, (&items.table, &items.shapes), *since);
            let slice = cut.of(Some(share.entity));
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
        let Counted { parties, items, notes, since, cut, .. } = self.context;
        let holder = buyer(parties, &line);
        if let Some(share) = open_share(parties, &line) {
            notes.take(&share, &line, holder, (&items.table, &items.shapes), *since);
        }
        self.open.push(cut.of(holder), line);
        self.counts[1] += 1;
    }

    pub(crate) fn finish(self) -> SlicedLines {
        let mut lines = self.kept.into_places();
        lines.extend(self.open.into_places());
        SlicedLines { lines, counts: self.counts }
    }
}

/// Where lines wait, each in the place of its slice.
pub trait LineShelf: Send + Sync {
    /// Puts lines, by place, beside those that are there.
    ///
    /// # Errors
    /// In plain words, where they cannot be kept.
    fn put(&self, lines: Vec<Vec<KeptLine>>) -> Result<(), String>;

    /// Shows the lines of a place, some at a time.
    ///
    /// # Errors
    /// In plain words, where they cannot be had.
    fn show(&self, place: usize, see: &mut dyn FnMut(&[KeptLine])) -> Result<(), String>;

    /// Hands out the lines of a place, once.
    ///
    /// # Errors
    /// In plain words, where they cannot be had.
    fn take(&self, place: usize) -> Result<Vec<Vec<KeptLine>>, String>;

    /// Bytes that were written to disk.
    fn bytes(&self) -> u64 {
        0
    }

    /// Gives back what lines lay in; there are none any more.
    fn clear(&self) {}
}

/// A shelf in memory.
pub struct MemoryShelf(Vec<Mutex<Vec<Vec<KeptLine>>>>);

impl MemoryShelf {
    /// An empty shelf with a place for each slice, and one for its open lines.
    #[must_use]
    pub fn new(cut: SliceCut) -> Self {
        Self((0..cut.slices * 2).map(|_| Mutex::default()).collect())
    }

    fn place(&self, place: usize) -> Result<MutexGuard<'_, Vec<Vec<KeptLine>>>, String> {
        self.0[place].lock().map_err(|_| "a counting thread failed".to_owned())
    }
}

impl LineShelf for MemoryShelf {
    fn put(&self, lines: Vec<Vec<KeptLine>>) -> Result<(), String> {
        for (place, lines) in lines.into_iter().enumerate().filter(|(_, lines)| !lines.is_empty()) {
            self.place(place)?.push(lines);
        }
        Ok(())
    }

    fn show(&self, place: usize, see: &mut dyn FnMut(&[KeptLine])) -> Result<(), String> {
        self.place(place)?.iter().for_each(|lines| see(lines));
        Ok(())
    }

    fn take(&self, place: usize) -> Result<Vec<Vec<KeptLine>>, String> {
        Ok(std::mem::take(&mut *self.place(place)?))
    }
}

/// The lines of one slice as the partitions left them.
#[derive(Default)]
pub struct FiledSlice {
    pub(super) kept: Vec<Vec<KeptLine>>,
    pub(super) open: Vec<Vec<KeptLine>>,
}

/// The lines of all partitions, each waiting for the turn of its slice: those that move goods, then the open ones.
pub struct FiledLines {
    shelf: Box<dyn LineShelf>,
    cut: SliceCut,
    counts: [AtomicUsize; 2],
    /// Lines on each place, copies too.
    lengths: Vec<AtomicUsize>,
}

impl FiledLines {
    /// Nothing is filed yet.
    #[must_use]
    pub fn new(shelf: Box<dyn LineShelf>, cut: SliceCut) -> Self {
        let lengths = (0..cut.slices * 2).map(|_| AtomicUsize::default()).collect();
        Self { shelf, cut, counts: Default::default(), lengths }
    }

    /// Files the lines of a partition.
    ///
    /// # Errors
    /// In plain words, where the shelf does not take them.
    pub fn file(&self, partition: SlicedLines) -> Result<(), String> {
        for (sum, more) in self.counts.iter().zip(partition.counts) {
            sum.fetch_add(more, Ordering::Relaxed);
        }
        self.put(partition.lines)
    }

    fn put(&self, lines: Vec<Vec<KeptLine>>) -> Result<(), String> {
        for (sum, more) in self.lengths.iter().zip(&lines) {
            sum.fetch_add(more.len(), Ordering::Relaxed);
        }
        self.shelf.put(lines)
    }

    /// Once all partitions are filed: where something may be taken from what an entity handled, its lines go to its slice
    /// after all.
    ///
    /// # Errors
    /// In plain words, where the shelf fails.
    pub fn split_sums(
        &self,
        lines: &ShipmentLines,
        parties: &Parties,
        notes: &EntityNotes,
    ) -> Result<(), String> {
        if !notes.has_sums_to_split() {
            return Ok(());
        }
        let desk = Splitting { lines, parties, notes, cut: self.cut };
        let guests = |home: usize| {
            let mut guests: Vec<Vec<KeptLine>> = vec![Vec::new(); self.cut.slices];
            self.shelf.show(home, &mut |lines| desk.guests(home, lines, &mut guests))?;
            Ok(guests)
        };
        // What is put now would be shown to those that look after it: copies are no lines of their own.
        let guests: Vec<Vec<Vec<KeptLine>>> =
            (0..self.cut.slices).into_par_iter().map(guests).collect::<Result<_, String>>()?;
        guests.into_iter().try_for_each(|guests| self.put(guests))
    }

    /// How many lines a slice has.
    #[must_use]
    pub fn lines_of(&self, slice: usize) -> usize {
        [slice, self.cut.slices + slice].map(|place| self.lengths[place].load(Ordering::Relaxed)).iter().sum()
    }

    /// Hands out the lines of a slice, once.
    ///
    /// # Errors
    /// In plain words, where the shelf does not have them.
    pub fn take(&self, slice: usize) -> Result<FiledSlice, String> {
        Ok(FiledSlice { kept: self.shelf.take(slice)?, open: self.shelf.take(self.cut.slices + slice)? })
    }

    /// Gives back what lines lay in, once every slice has had its turn.
    pub fn clear(&self) {
        self.shelf.clear();
    }

    /// Bytes that lines take on disk; none where they wait in memory.
    #[must_use]
    pub fn bytes_on_disk(&self) -> u64 {
        self.shelf.bytes()
    }

    /// How many lines are not open.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.counts[0].load(Ordering::Relaxed)
    }

    /// How many lines are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.counts[1].load(Ordering::Relaxed)
    }
}

/// What it takes to find the lines that another slice needs after all.
struct Splitting<'a> {
    lines: &'a ShipmentLines,
    parties: &'a Parties,
    notes: &'a EntityNotes,
    cut: SliceCut,
}

impl Splitting<'_> {
    /// Copies those of some lines that are at home in a slice to the slices that need them and do not have them yet.
    fn guests(&self, home: usize, lines: &[KeptLine], guests: &mut [Vec<KeptLine>]) {
        let mut found = Vec::new();
        for line in lines {
            let buyer = buyer(self.parties, line);
            if self.cut.of(buyer) != home {
                continue;
            }
            shares(self.lines, self.parties, line, &mut found);
            let slice = |share: &Share| self.cut.of(Some(share.entity));
            let has_it = |asked: usize| {
                let was_told = |share: &Share| slice(share) == asked && !self.notes.may_sum(share, buyer);
                asked == home || found.iter().any(was_told)
            };
            let mut asked: Vec<usize> =
                found.iter().filter(|share| self.notes.has_row(share, buyer)).map(slice).collect();
            asked.sort_unstable();
            asked.dedup();
            asked.into_iter().filter(|slice| !has_it(*slice)).for_each(|slice| guests[slice].push(*line));
        }
    }
}

/// The entity under which a line is filed: the buyer, else the end user, else the recipient.
pub(crate) fn buyer(parties: &Parties, line: &KeptLine) -> Option<EntityId> {
    let party = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
    party.map(|party| parties.party_entities[party.index()])
}
