//! The documents of lines: their digests and their numbers as written.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use prefetch_index::prefetch_index;

use crate::ids::DocumentId;

/// Document numbers that are kept elsewhere than in memory.
pub trait StoredNumbers: Send + Sync + Debug {
    /// The number of a row; empty where it cannot be had, and then there is a failure.
    fn number(&self, row: usize) -> String;

    /// Shows all numbers in the order of rows, which takes less time than asking for each.
    fn each(&self, see: &mut dyn FnMut(&str));

    /// Why a number could not be had, where one could not.
    fn failure(&self) -> Option<&str>;
}

/// Documents as one part of the inputs has them: one row a run of lines that stand together, so equal documents may have
/// several rows.
#[derive(Clone, Default, Debug)]
pub struct DocumentTable {
    /// 64-bit digest of seller and folded document number: equal for equal documents.
    pub digests: Vec<u64>,
    /// The numbers as written.
    pub numbers: DocumentNumbers,
}

impl DocumentTable {
    /// Adds a run and returns its row.
    pub fn push(&mut self, digest: u64, number: &str) -> usize {
        self.digests.push(digest);
        self.numbers.push(number);
        self.digests.len() - 1
    }
}

/// Document numbers as written, by row.
#[derive(Clone, Debug)]
pub enum DocumentNumbers {
    /// One behind the other.
    Memory {
        /// Where each ends.
        ends: Vec<usize>,
        /// All of them.
        arena: String,
    },
    /// Elsewhere.
    Stored {
        /// How many there are.
        rows: usize,
        /// Where.
        at: Arc<dyn StoredNumbers>,
    },
}

impl Default for DocumentNumbers {
    fn default() -> Self {
        Self::Memory { ends: Vec::new(), arena: String::new() }
    }
}

impl DocumentNumbers {
    /// Adds a number, where they are kept in memory.
    fn push(&mut self, number: &str) {
        if let Self::Memory { ends, arena } = self {
            arena.push_str(number);
            ends.push(arena.len());
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Memory { ends, .. } => ends.len(),
            Self::Stored { rows, .. } => *rows,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row.
    #[must_use]
    pub fn number(&self, row: usize) -> Cow<'_, str> {
        match self {
            Self::Memory { ends, arena } => {
                let start = if row == 0 { 0 } else { ends[row - 1] };
                Cow::Borrowed(&arena[start..ends[row]])
            }
            Self::Stored { at, .. } => Cow::Owned(at.number(row)),
        }
    }

    /// Has what must be read of a row fetched from memory.
    fn fetch(&self, row: usize, step: Fetch) {
        if let Self::Memory { ends, arena } = self {
            match step {
                Fetch::End => prefetch_index(ends, row),
                Fetch::Text => prefetch_index(arena.as_bytes(), ends[row].saturating_sub(1)),
            }
        }
    }

    /// Why a number could not be had, where one could not.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Memory { .. } => None,
            Self::Stored { at, .. } => at.failure(),
        }
    }

    /// Shows all of them in the order of rows.
    pub fn each(&self, see: &mut dyn FnMut(&str)) {
        match self {
            Self::Memory { .. } => (0..self.len()).for_each(|row| see(&self.number(row))),
            Self::Stored { at, .. } => at.each(see),
        }
    }
}

/// What is fetched: the place of a number must be there before its text can be asked for.
#[derive(Clone, Copy)]
enum Fetch {
    End,
    Text,
}

/// The document numbers of a run: those of its parts, one behind the other.
#[derive(Clone, Default, Debug)]
pub struct Documents {
    parts: Vec<DocumentNumbers>,
    /// The row at which each part starts.
    bases: Vec<usize>,
    rows: usize,
}

impl Documents {
    /// Adds the numbers of a part; their row `i` becomes row `base + i`, and the base is returned.
    pub fn append(&mut self, part: DocumentNumbers) -> usize {
        let base = self.rows;
        self.bases.push(base);
        self.rows += part.len();
        self.parts.push(part);
        base
    }

    /// The document numbers of some rows as written. They lie far apart in memory, and are fetched side by side.
    #[must_use]
    pub fn numbers(&self, ids: &[Option<DocumentId>]) -> Vec<Cow<'_, str>> {
        let places = |step: Fetch| {
            for id in ids.iter().flatten() {
                let (part, row) = self.place(*id);
                self.parts[part].fetch(row, step);
            }
        };
        places(Fetch::End);
        places(Fetch::Text);
        ids.iter().map(|id| id.map_or_else(Cow::default, |id| self.number(id))).collect()
    }

    /// The part of a row, and its row there.
    fn place(&self, id: DocumentId) -> (usize, usize) {
        let row = id.index();
        let part = self.bases.partition_point(|base| *base <= row).saturating_sub(1);
        (part, row - self.bases[part])
    }

    /// Why a number could not be had, where one could not: what was made of the others is not to be trusted.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.parts.iter().find_map(DocumentNumbers::failure)
    }

    /// The document number as written.
    #[must_use]
    pub fn number(&self, id: DocumentId) -> Cow<'_, str> {
        let (part, row) = self.place(id);
        self.parts[part].number(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Elsewhere;

    impl StoredNumbers for Elsewhere {
        fn number(&self, row: usize) -> String {
            format!("stored {row}")
        }

        fn each(&self, _: &mut dyn FnMut(&str)) {}

        fn failure(&self) -> Option<&str> {
            Some("gone")
        }
    }

    fn part(numbers: &[&str]) -> DocumentNumbers {
        let mut table = DocumentTable::default();
        for (row, number) in numbers.iter().enumerate() {
            assert_eq!(table.push(row as u64, number), row);
        }
        table.numbers
    }

    #[test]
    fn each_row_has_the_number_of_its_part_wherever_that_is_kept() {
        let mut documents = Documents::default();
        let stored = DocumentNumbers::Stored { rows: 2, at: Arc::new(Elsewhere) };
        let bases =
            [part(&["a", "", "b"]), part(&[]), stored, part(&["c"])].map(|part| documents.append(part));
        assert_eq!(bases, [0, 3, 3, 5]);
        let number = |row| documents.number(DocumentId::from_index(row).unwrap()).into_owned();
        let numbers: Vec<String> = (0..6).map(number).collect();
        assert_eq!(numbers, ["a", "", "b", "stored 0", "stored 1", "c"]);
        let some = documents.numbers(&[DocumentId::from_index(5), None, DocumentId::from_index(3)]);
        assert_eq!(some, ["c", "", "stored 0"]);
        assert_eq!(documents.failure(), Some("gone"));
    }
}
