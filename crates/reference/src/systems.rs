//! Systems, boards and servers and the chips in one of them (`systems.tsv`; chips.md 3.4).

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::folding::words;
use crate::kinds::{Confidence, Kind};
use crate::models::{Model, model};
use crate::table::{TableError, rows};

/// File name of the table.
pub const FILE: &str = "systems.tsv";
/// The table as embedded.
pub const TEXT: &str = include_str!("../tables/systems.tsv");
const COLUMNS: &[&str] =
    &["name", "aliases", "kind", "chips_min", "chips_typical", "chips_max", "model", "confidence", "source"];

/// A system, a board or a server.
#[derive(Clone, PartialEq, Debug)]
pub struct System {
    /// Its name.
    pub name: &'static str,
    /// How texts write it, in capitals, as words.
    pub aliases: Vec<&'static str>,
    /// What it is.
    pub kind: Kind,
    /// Fewest chips in one unit; 0 for a chassis that may be empty.
    pub chips_min: u32,
    /// Chips in one as usually sold, where its name leaves it open.
    pub chips_typical: Option<u32>,
    /// Most chips in one unit.
    pub chips_max: u32,
    /// The model, where its name tells it.
    pub model: Option<&'static Model>,
    /// How sure the row is.
    pub confidence: Confidence,
    /// Where the row is from.
    pub source: &'static str,
}

/// A system's name in a text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// The system.
    pub system: &'static System,
    /// Where its name starts, in bytes of the text that was searched.
    pub start: usize,
    /// Where its name ends.
    pub end: usize,
}

#[derive(Default)]
struct Systems {
    all: Vec<System>,
    /// None only for a table that `check_tables` refuses.
    automaton: Option<AhoCorasick>,
    /// The system of each of the automaton's patterns.
    owners: Vec<usize>,
}

static SYSTEMS: LazyLock<Systems> = LazyLock::new(|| {
    let all = parse(TEXT).unwrap_or_default();
    let aliases = || {
        all.iter().enumerate().flat_map(|(row, system)| system.aliases.iter().map(move |alias| (row, alias)))
    };
    Systems {
        automaton: AhoCorasick::new(aliases().map(|(_, alias)| format!(" {alias} "))).ok(),
        owners: aliases().map(|(row, _)| row).collect(),
        all,
    }
});

/// Every row, in the order of the table.
#[must_use]
pub fn systems() -> &'static [System] {
    &SYSTEMS.all
}

/// The system that a text of capitals, with one space around every word, names: the longest name, then the first.
#[must_use]
pub fn find_in_words(words: &str) -> Option<Found> {
    let automaton = SYSTEMS.automaton.as_ref()?;
    let mut best: Option<Found> = None;
    for hit in automaton.find_overlapping_iter(words) {
        let better = best.is_none_or(|best| {
            let (length, longest) = (hit.end() - hit.start(), best.end - best.start);
            length > longest || (length == longest && hit.start() < best.start)
        });
        if better {
            let system = &SYSTEMS.all[SYSTEMS.owners[hit.pattern().as_usize()]];
            best = Some(Found { system, start: hit.start(), end: hit.end() });
        }
    }
    best
}

/// The system that a part number, or a product code used as one, names.
#[must_use]
pub fn look_up(part_number: &str) -> Option<&'static System> {
    find_in_words(&format!(" {} ", words(part_number))).map(|found| found.system)
}

pub(crate) fn parse(text: &'static str) -> Result<Vec<System>, TableError> {
    let mut systems: Vec<System> = Vec::new();
    for row in rows(FILE, text, COLUMNS)? {
        let aliases = row.list("aliases");
        row.filled("aliases")?;
        if aliases.iter().any(|alias| words(alias) != *alias) {
            return Err(row.wrong("aliases"));
        }
        if let Some(alias) =
            aliases.iter().find(|alias| systems.iter().any(|other| other.aliases.contains(alias)))
        {
            return Err(row.repeated(alias));
        }
        let chips_min: u32 = row.read("chips_min", |text| text.parse().ok())?;
        let chips_max = row.read("chips_max", |text| text.parse().ok().filter(|max| *max >= chips_min))?;
        let within = |typical: &u32| (chips_min..=chips_max).contains(typical);
        systems.push(System {
            name: row.filled("name")?,
            aliases,
            kind: row.read("kind", Kind::parse)?,
            chips_min,
            chips_typical: row.optional("chips_typical", |text| text.parse().ok().filter(within))?,
            chips_max,
            model: row.optional("model", model)?,
            confidence: row.read("confidence", Confidence::parse)?,
            source: row.filled("source")?,
        });
    }
    Ok(systems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins() {
        for (text, name, min, max) in [
            (" GB200 NVL72 RACK ", "GB200 NVL72", 72, 72),
            (" HGX H100 8 GPU 80GB SXM5 ", "HGX H100 8-GPU", 8, 8),
            (" DGX H100 640GB 8XH100 ", "DGX H100", 8, 8),
            (" PE XE9680 8XH100 ", "XE9680", 8, 8),
            (" SYS 421GE TNRT ", "SYS-421GE-TNRT", 0, 10),
            (" GH200 NVL2 ", "GH200 NVL2", 2, 2),
            (" VERA RUBIN NVL144 ", "Vera Rubin NVL144", 72, 72),
            (" DGX STATION A100 ", "DGX Station A100", 4, 4),
            (" SYS 221GE NR ", "SYS-221GE-NR", 0, 4),
            (" DL380A GEN12 ", "DL380a Gen12", 0, 10),
        ] {
            let found = find_in_words(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.system.name, found.system.chips_min, found.system.chips_max), (name, min, max));
        }
        assert_eq!(look_up("sys-821ge-tnhr").map(|system| system.chips_max), Some(8));
        assert!(look_up("935-24287-A800-0R0").is_none());
        assert!(find_in_words(" XE96800 ").is_none());
    }
}
