//! Parts of files that were read before: kept by the bytes of the file and the way it was read, and by nothing that later
//! stages know. A run reads only what changed.
//!
//! The index vouches for itself and for `entry.json` of each entry by a hash, and that for the files of the parts: whatever
//! byte of them is wrong, the file is read anew. Everything is written aside and renamed.

mod entry;
mod index;
mod lists;
mod stored_part;
#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use stored_part::hold_files;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chipwatch_records::{FileId, SourceId};
use rayon::prelude::*;

use entry::Entry;
pub(crate) use index::Stamp;
use index::{Index, Kept, Seen};

use crate::error::IngestError;
use crate::hashed;
use crate::part::{Part, Receipt};
use crate::plan::{PARTITIONS, PlannedFile, READER_VERSION, planned};
use crate::source::{FoundFile, SourceSpec};

const INDEX: &str = "index.json";
const LOCK: &str = ".lock";
const TEMPORARY: &str = ".tmp-";
/// An entry that so many runs did without is taken away.
const UNUSED: u32 = 8;

/// A folder of parts, used by one run at a time.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    index: Index,
    /// When the index was written.
    written: Option<(i64, i64)>,
    /// Whether every file is hashed, whatever the index says.
    rehash: bool,
    damaged: Mutex<Vec<String>>,
    /// Held while the cache is used; the file itself stays.
    lock: File,
}

/// A file of which the parts are there.
#[derive(Clone, Debug)]
pub(crate) struct Cached {
    entry: Entry,
    folder: PathBuf,
    /// Whether its bytes were read after all, to see that they are the same.
    was_hashed: bool,
    /// The parts, once they were loaded, until the reading takes them.
    loaded: Arc<Loaded>,
}

#[derive(Default)]
struct Loaded(Mutex<Option<(Receipt, Vec<Part>)>>);

impl std::fmt::Debug for Loaded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Loaded")
    }
}

impl Cached {
    /// Whether not a byte of the file was read.
    pub(crate) fn is_unopened(&self) -> bool {
        !self.was_hashed
    }

    /// Loads the parts before it is known which file of the run theirs is.
    fn load_ahead(&self, file: &PlannedFile) -> Result<(), String> {
        let parts = self.entry.load(&self.folder, 0, file)?;
        *self.loaded.0.lock().map_err(|error| error.to_string())? = Some(parts);
        Ok(())
    }

    /// The parts, and what reading them came to.
    ///
    /// # Errors
    /// In plain words, where a part cannot be read.
    pub(crate) fn load(&self, index: usize, file: &PlannedFile) -> Result<(Receipt, Vec<Part>), String> {
        let loaded = self.loaded.0.lock().map_err(|error| error.to_string())?.take();
        let Some((mut receipt, mut parts)) = loaded else {
            return self.entry.load(&self.folder, index, file);
        };
        let id = FileId::from_index(index).ok_or("more files than ids")?;
        receipt.file = index;
        parts.iter_mut().for_each(|part| part.file = id);
        Ok((receipt, parts))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started holds a copy of the handle for a moment.
        drop(self.lock.unlock());
    }
}

impl Cache {
    /// Opens a cache, or makes an empty one. With `rehash` no stamp is trusted: all files are hashed.
    ///
    /// # Errors
    /// In plain words, where the folder cannot be made or another run uses it.
    pub fn open(folder: &Path, rehash: bool) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the cache {}: {error}", folder.display());
        std::fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::options().write(true).create(true).truncate(false).open(folder.join(LOCK));
        let lock = lock.map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => format!("the cache {}: another run uses it", folder.display()),
            TryLockError::Error(error) => failed(error),
        })?;
        let (index, written) = Index::read(&folder.join(INDEX));
        let damaged = Mutex::new(Vec::new());
        Ok(Self { folder: folder.to_owned(), index, written, rehash, damaged, lock })
    }

    /// What was found damaged and will be read anew.
    #[must_use]
    pub fn damaged(&self) -> Vec<String> {
        let mut damaged = self.damaged.lock().map(|damaged| damaged.clone()).unwrap_or_default();
        damaged.sort();
        damaged
    }

    fn note_damage(&self, found: &FoundFile, why: &str) {
        if let Ok(mut damaged) = self.damaged.lock() {
            damaged.push(format!("{}: {why}", found.shown));
        }
    }

    /// Loads the parts of the files that were read before. A part can have the bytes that were written and yet not be one that is
    /// understood: then its file has no plan any more, and is read.
    pub(crate) fn load_ahead<'f>(
        &self,
        files: impl IndexedParallelIterator<Item = (&'f FoundFile, &'f mut Option<Vec<PlannedFile>>)>,
    ) {
        files.for_each(|(found, planned)| {
            let load =
                |file: &PlannedFile| file.cached.as_ref().map_or(Ok(()), |cached| cached.load_ahead(file));
            if let Err(why) = planned.iter().flatten().try_for_each(load) {
                self.note_damage(found, &why);
                *planned = None;
            }
        });
    }

    /// The plan of a file that was read before, by its texts; `None` where it must be read.
    pub(crate) fn planned(
        &self,
        source: &SourceSpec,
        id: SourceId,
        found: &FoundFile,
    ) -> Result<Option<Vec<PlannedFile>>, IngestError> {
        let reading = reading_of(source);
        let Some(stamp) = Stamp::of(&found.path) else { return Ok(None) };
        let Some((seen, was_hashed)) = self.seen(found, &stamp, &reading) else { return Ok(None) };
        let mut files = Vec::new();
        for name in &seen.entries {
            let folder = self.folder.join(name);
            let kept = self.index.entries.get(name).ok_or("it is not in the index".to_owned());
            let entry = match kept.and_then(|kept| Entry::read(&folder, &kept.blake3)) {
                Ok(entry) => entry,
                Err(why) => {
                    self.note_damage(found, &why);
                    return Ok(None);
                }
            };
            let (text, header) = entry.text_and_header();
            let left_out = entry.left_out().to_vec();
            let bytes = (seen.blake3.clone(), seen.stamp.bytes);
            let mut file = planned((source, id), found, text, header, bytes)?;
            file.left_out = left_out;
            // Not taken anew: what is written to the file from here on must not look as if it had been seen.
            file.stamp = Some(stamp.clone());
            file.cached = Some(Cached { entry, folder, was_hashed, loaded: Arc::default() });
            files.push(file);
        }
        Ok(Some(files))
    }

    /// The file as it was seen before, and whether it had to be hashed for that.
    fn seen(&self, found: &FoundFile, stamp: &Stamp, reading: &str) -> Option<(&Seen, bool)> {
        if !self.rehash
            && let Some(seen) = self.index.unchanged(&whole_path(&found.path)?, stamp, reading, self.written)
        {
            return Some((seen, false));
        }
        if !self.index.has_size(stamp.bytes, reading) {
            return None;
        }
        let blake3 = hash_of(&found.path).ok()?;
        self.index.same_bytes(&blake3, reading).map(|seen| (seen, true))
    }

    /// Keeps the parts of the files that were read, and notes which entries were used. `read` has what each file came to.
    ///
    /// # Errors
    /// In plain words, where the cache cannot be written. The run itself is not harmed by that.
    pub(crate) fn keep(
        &self,
        sources: &[SourceSpec],
        files: &[PlannedFile],
        read: &[(Receipt, Vec<Part>)],
    ) -> Result<(), String> {
        let source_of = |file: &PlannedFile| &sources[file.input.source.index()];
        let entries: Vec<(String, Kept)> = files
            .par_iter()
            .zip(read)
            .filter(|(file, _)| file.same_as.is_none())
            .map(|(file, (receipt, parts))| {
                let source = source_of(file);
                let name = entry_name(source, file);
                let known = file.cached.as_ref().and_then(|_| self.index.entries.get(&name));
                let blake3 = match known {
                    Some(kept) => kept.blake3.clone(),
                    None => self.write(&name, file, &source.layout.name, receipt, parts)?,
                };
                Ok((name, Kept { blake3, unused: 0 }))
            })
            .collect::<Result<_, String>>()?;
        let mut index = Index { entries: entries.into_iter().collect(), ..Index::default() };
        let mut by_path: BTreeMap<(usize, &Path), Vec<&PlannedFile>> = BTreeMap::new();
        for file in files {
            by_path.entry((file.input.source.index(), &file.path)).or_default().push(file);
        }
        for ((_, path), files) in by_path {
            let names = files.iter().map(|file| entry_name(source_of(file), file)).collect::<Vec<_>>();
            // A file that equals another has no parts of its own, and an entry only where both are read alike.
            let are_there = names.iter().all(|name| index.entries.contains_key(name));
            let stamp = Stamp::of(path).filter(|stamp| are_there && files[0].stamp.as_ref() == Some(stamp));
            if let (Some(path), Some(stamp)) = (whole_path(path), stamp) {
                let (blake3, reading) = (files[0].input.blake3.clone(), reading_of(source_of(files[0])));
                index.files.entry(path).or_default().push(Seen { stamp, blake3, reading, entries: names });
            }
        }
        self.take_over_unused(&mut index);
        self.write_index(&index)
    }

    /// Writes an entry aside, and puts it in its place.
    fn write(
        &self,
        name: &str,
        file: &PlannedFile,
        layout: &str,
        receipt: &Receipt,
        parts: &[Part],
    ) -> Result<String, String> {
        let (aside, folder) = (self.folder.join(format!("{TEMPORARY}{name}")), self.folder.join(name));
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        for old in [&aside, &folder] {
            if old.exists() {
                std::fs::remove_dir_all(old).map_err(failed)?;
            }
        }
        std::fs::create_dir(&aside).map_err(failed)?;
        let blake3 = Entry::write(&aside, file, layout, receipt, parts)?;
        std::fs::rename(&aside, &folder).map_err(failed)?;
        Ok(blake3)
    }

    /// What other runs put into the cache stays there for some time.
    fn take_over_unused(&self, index: &mut Index) {
        for (name, kept) in &self.index.entries {
            if kept.unused < UNUSED {
                let kept = Kept { blake3: kept.blake3.clone(), unused: kept.unused + 1 };
                index.entries.entry(name.clone()).or_insert(kept);
            }
        }
        for (path, all) in &self.index.files {
            let known = index.files.entry(path.clone()).or_default();
            for seen in all {
                let is_new = known.iter().all(|other| other.reading != seen.reading);
                if is_new && seen.entries.iter().all(|name| index.entries.contains_key(name)) {
                    known.push(seen.clone());
                }
            }
        }
        index.files.retain(|_, seen| !seen.is_empty());
    }

    /// Writes the index, and takes away what it does not name.
    fn write_index(&self, index: &Index) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("the cache {}: {error}", self.folder.display());
        let text = index.text()?;
        let aside = self.folder.join(format!("{TEMPORARY}index"));
        std::fs::write(&aside, text).map_err(failed)?;
        std::fs::rename(&aside, self.folder.join(INDEX)).map_err(failed)?;
        for found in std::fs::read_dir(&self.folder).map_err(failed)? {
            let found = found.map_err(failed)?;
            let is_named = found.file_name().to_str().is_some_and(|name| index.entries.contains_key(name));
            if !is_named && found.file_type().is_ok_and(|kind| kind.is_dir()) {
                std::fs::remove_dir_all(found.path()).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// How a source's files are read: a hash of everything that decides which parts come of the same bytes.
fn reading_of(source: &SourceSpec) -> String {
    let SourceSpec { layout, channel, seller, system, encoding, columns, document_types, lookups, .. } =
        source;
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: String| {
        hasher.update(text.as_bytes()).update(&[0]);
    };
    add(format!("{} {READER_VERSION} {PARTITIONS}", env!("CARGO_PKG_VERSION")));
    add(format!("{layout:?}"));
    add(format!("{channel:?} {seller:?} {system:?} {:?}", encoding.map(|encoding| encoding.name())));
    add(format!("{columns:?} {document_types:?}"));
    for lookup in lookups {
        add(format!("{} {:?} {:?} {:?}", lookup.blake3, lookup.on, lookup.adds, lookup.columns));
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// The name of a text's entry: the bytes it comes from, the sheet, and how it is read.
fn entry_name(source: &SourceSpec, file: &PlannedFile) -> String {
    let sheet = file.sheet.as_deref().unwrap_or_default();
    let key = format!("{}\0{sheet}\0{}", file.input.blake3, reading_of(source));
    blake3::hash(key.as_bytes()).to_hex()[..32].to_owned()
}

fn whole_path(path: &Path) -> Option<String> {
    std::fs::canonicalize(path).ok()?.to_str().map(str::to_owned)
}

fn hash_of(path: &Path) -> Result<String, String> {
    hashed::hash_of(path).map_err(|error| format!("{}: {error}", path.display()))
}
