//! Which files were read before: told by their path, size, times and inode, so that an unchanged one is not even opened.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What the file system says of a file. Two equal stamps of a path mean that nobody wrote to the file in between.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(super) bytes: u64,
    /// Seconds and nanoseconds of the last writing, in the system's count.
    pub(super) written: (i64, i64),
    /// The same of the last change of anything about the file: programs that set the time of writing back cannot set it.
    changed: (i64, i64),
    inode: u64,
}

impl Stamp {
    /// The stamp of a file; `None` where the system tells too little.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::of_metadata(&std::fs::metadata(path).ok()?)
    }

    #[cfg(unix)]
    fn of_metadata(data: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            bytes: data.len(),
            written: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
            inode: data.ino(),
        })
    }

    #[cfg(not(unix))]
    fn of_metadata(data: &Metadata) -> Option<Self> {
        let since = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let written = (i64::try_from(since.as_secs()).ok()?, i64::from(since.subsec_nanos()));
        Some(Self { bytes: data.len(), written, changed: written, inode: 0 })
    }
}

/// A file as it was when it was read last.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) stamp: Stamp,
    /// blake3 of its bytes.
    pub(super) blake3: String,
    /// How it was read: see `reading_of`.
    pub(super) reading: String,
    /// The entries of its texts, in their order.
    pub(super) entries: Vec<String>,
}

/// An entry, as the index vouches for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// blake3 of `entry.json`, which in its turn vouches for the parts.
    pub(super) blake3: String,
    /// How many runs did without it.
    pub(super) unused: u32,
}

/// The index of a cache.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Index {
    /// By path.
    pub(super) files: BTreeMap<String, Vec<Seen>>,
    /// By name.
    pub(super) entries: BTreeMap<String, Kept>,
}

/// What `index.json` says. Nobody else vouches for the index, and it hands on hashes of files that nobody hashes again.
#[derive(Serialize, Deserialize)]
struct Sealed<I> {
    /// blake3 of the index.
    blake3: String,
    index: I,
}

impl Index {
    /// Reads an index and the time of its writing; an empty one where there is none, or a damaged one.
    pub(super) fn read(path: &Path) -> (Self, Option<(i64, i64)>) {
        let read = || {
            let text = std::fs::read(path).ok()?;
            let Sealed { blake3, index }: Sealed<Self> = serde_json::from_slice(&text).ok()?;
            (blake3 == index.seal().ok()?).then_some((index, Stamp::of(path)?.written))
        };
        let read: Option<(Self, (i64, i64))> = read();
        read.map_or_else(Default::default, |(index, written)| (index, Some(written)))
    }

    /// The text of `index.json`.
    ///
    /// # Errors
    /// In plain words, where it cannot be written as text.
    pub(super) fn text(&self) -> Result<Vec<u8>, String> {
        let sealed = Sealed { blake3: self.seal()?, index: self };
        serde_json::to_vec_pretty(&sealed).map_err(|error| error.to_string())
    }

    fn seal(&self) -> Result<String, String> {
        let text = serde_json::to_vec(self).map_err(|error| error.to_string())?;
        Ok(blake3::hash(&text).to_hex().to_string())
    }

    /// The file of a path, where it was read like this and nobody has written to it since. One that was written in the
    /// moment in which the index was is not trusted: it may have been written once more in that moment.
    pub(super) fn unchanged(
        &self,
        path: &str,
        stamp: &Stamp,
        reading: &str,
        written: Option<(i64, i64)>,
    ) -> Option<&Seen> {
        let seen = self.files.get(path)?.iter().find(|seen| seen.reading == reading)?;
        (seen.stamp == *stamp && written.is_some_and(|written| stamp.written < written)).then_some(seen)
    }

    /// Whether a file of so many bytes was read like this, under any path: then it is worth a look whether it is the same.
    pub(super) fn has_size(&self, bytes: u64, reading: &str) -> bool {
        self.files.values().flatten().any(|seen| seen.stamp.bytes == bytes && seen.reading == reading)
    }

    /// A file of these bytes that was read like this, under any path.
    pub(super) fn same_bytes(&self, blake3: &str, reading: &str) -> Option<&Seen> {
        self.files.values().flatten().find(|seen| seen.blake3 == blake3 && seen.reading == reading)
    }
}
