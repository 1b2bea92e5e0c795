//! Part numbers (`parts.tsv`; chips.md 3.0 and 3.3, the makers' export tables).
//!
//! A pattern is the start of a part number; `.` stands for any one character and a final `$` for the end. The row with
//! the most literal characters wins. A part number is never cut into words: `-A800-` inside one is no model.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::kinds::{Confidence, Kind};
use crate::models::{Model, model};
use crate::table::{TableError, rows};

/// File name of the table.
pub const FILE: &str = "parts.tsv";
/// The table as embedded.
pub const TEXT: &str = include_str!("../tables/parts.tsv");
const COLUMNS: &[&str] = &["pattern", "model", "kind", "chips_min", "chips_max", "confidence", "source"];

/// A catalogued part number or family of part numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The pattern as the table has it.
    pub pattern: &'static str,
    /// The model, where the number tells it.
    pub model: Option<&'static Model>,
    /// What the part is.
    pub kind: Kind,
    /// Fewest chips in one unit.
    pub chips_min: u32,
    /// Most chips in one unit.
    pub chips_max: u32,
    /// How sure the row is.
    pub confidence: Confidence,
    /// Where the row is from.
    pub source: &'static str,
}

static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| parse(TEXT).unwrap_or_default());

/// Every row, in the order of the table.
#[must_use]
pub fn parts() -> &'static [Part] {
    &PARTS
}

/// The most specific row for a part number as written.
#[must_use]
pub fn look_up(part_number: &str) -> Option<&'static Part> {
    let number = normalised(part_number);
    let number = number.as_bytes();
    let mut best: Option<&Part> = None;
    for part in parts() {
        if matches(part.pattern, number) && best.is_none_or(|best| literals(part) > literals(best)) {
            best = Some(part);
        }
    }
    best
}

/// A part number in capitals without blanks; dashes of other scripts are plain ones, and NVIDIA's fifteen characters
/// without dashes get theirs back.
#[must_use]
pub fn normalised(part_number: &str) -> String {
    let plain: String = part_number
        .nfkc()
        .take(256)
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| if matches!(c, '‐' | '‑' | '–' | '—' | '−') { '-' } else { c })
        .flat_map(char::to_uppercase)
        .collect();
    let undashed = plain.len() == 15
        && plain.starts_with(['6', '9'])
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if undashed { [&plain[..3], &plain[3..8], &plain[8..12], &plain[12..]].join("-") } else { plain }
}

fn matches(pattern: &str, number: &[u8]) -> bool {
    let (pattern, whole) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let pattern = pattern.as_bytes();
    number.len() >= pattern.len()
        && (!whole || number.len() == pattern.len())
        && pattern.iter().zip(number).all(|(expected, found)| *expected == b'.' || expected == found)
}

fn literals(part: &Part) -> usize {
    part.pattern.bytes().filter(|byte| *byte != b'.').count()
}

pub(crate) fn parse(text: &'static str) -> Result<Vec<Part>, TableError> {
    let mut parts: Vec<Part> = Vec::new();
    for row in rows(FILE, text, COLUMNS)? {
        let pattern = row.read("pattern", |text| {
            let plain =
                |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
            let body = text.strip_suffix('$').unwrap_or(text);
            (!body.is_empty() && body.bytes().all(plain)).then_some(text)
        })?;
        if parts.iter().any(|part| part.pattern == pattern) {
            return Err(row.repeated(pattern));
        }
        let chips_min = row.read("chips_min", |text| text.parse().ok())?;
        parts.push(Part {
            pattern,
            model: row.optional("model", model)?,
            kind: row.read("kind", Kind::parse)?,
            chips_min,
            chips_max: row.read("chips_max", |text| text.parse().ok().filter(|max| *max >= chips_min))?,
            confidence: row.read("confidence", Confidence::parse)?,
            source: row.filled("source")?,
        });
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_row_wins() {
        for (number, model, chips) in [
            ("935-24287-A800-0R0", "H100", 8),
            ("935-24287-00M0-000", "H20", 8),
            ("935-24287-00M1-000", "H20", 8),
            ("935-24287-00A0-000", "H800", 8),
            ("935-24287-00A1-000", "H800", 8),
            ("935-24287-0041-1R0", "H200", 8),
            ("935-24287-2740-000", "H200", 8),
            ("935-24287-6340-000", "H200", 8),
            ("935-24287-0301-000", "H100", 8),
            ("935-24287-A510-3R0", "H100", 8),
            ("935-24287-0001-000", "H100", 8),
            ("935-54094-0001-000", "GB300", 1),
            ("900-2G133-0020-000", "A10", 1),
            ("900-2G133-0080-000", "L40S", 1),
            ("900-2G133-A880-000", "L40S", 1),
            ("900-2G133-0060-000", "A10M", 1),
            ("900-21010-0000-000", "H100 PCIe", 1),
            ("900-21010-0010-001", "H800 PCIe", 1),
            ("900-21010-0020-001", "H100 NVL", 1),
            ("900-21010-0120-030", "H100 NVL", 1),
            ("900-21010-0030-000", "H800 NVL", 1),
            ("900-21010-0040-001", "H200 NVL", 1),
            ("900-21010-2742-030", "H200 NVL", 1),
            ("900-21010-0100-031", "H100 PCIe", 1),
            ("900-21001-0020-100", "A100", 1),
            ("900-21001-0040-100", "A30", 1),
            ("900-2G500-0000-200", "V100", 1),
            ("900-2G193-0030-000", "L2", 1),
            ("900-2G193-0000-001", "L4", 1),
            ("900-2G153-6230-030", "RTX 6000D", 1),
            ("900-2G153-A800-000", "RTX PRO 6000 Server", 1),
            ("900-2G548-0081-001", "GB300", 2),
            ("900-2G548-0021-000", "GB200", 2),
            ("935-23087-0001-000", "H100", 4),
            ("935-23187-0001-000", "GH200", 4),
            ("986-24972-2551-000", "GB200", 72),
            ("935-23587-A800-0R4", "A100", 8),
            ("935-26287-A8A0-0R0", "B200", 8),
            ("935-26287-0070-0R0", "B300", 8),
            ("920-24387-2540-0R0", "H100", 8),
            ("920-24387-2562-0R1", "B300", 8),
            ("DGXH-G640F+P2CMI36", "H100", 8),
            ("NVH200NVLTCGPU-KIT", "H200 NVL", 1),
            ("100-300000077H", "MI300X", 1),
            ("HLB-325", "Gaudi3", 8),
            ("HL-225H", "Gaudi2", 1),
            ("DGXS-2080C", "A100", 4),
            ("900-5G133-0050-800", "RTX 6000 Ada", 1),
            ("９００-２１０１０-００００-０００", "H100 PCIe", 1),
            (" 900-21010-0000-000 ", "H100 PCIe", 1),
            ("900210100000000", "H100 PCIe", 1),
        ] {
            let part = look_up(number).unwrap_or_else(|| panic!("{number} is not catalogued"));
            assert_eq!(part.model.map(|model| model.name), Some(model), "{number}");
            assert_eq!((part.chips_min, part.chips_max), (chips, chips), "{number}");
        }
    }

    #[test]
    fn parts_without_chips() {
        for (number, kind) in [
            ("920-9B210-00FN-0D0", Kind::Networking),
            ("MCX75310AAS-NEAT", Kind::Networking),
            ("MMA4Z00-NS", Kind::Networking),
            ("900-9X7AH-0078-DTZ", Kind::Networking),
            ("900-2G535-0000-000", Kind::Other),
            ("945-14070-0085-000", Kind::Accessory),
            ("900-23655-0000-000", Kind::Accessory),
            ("935-25858-00F0-000", Kind::Networking),
            ("SSD-PM9A3-3T84", Kind::Other),
        ] {
            let part = look_up(number).unwrap_or_else(|| panic!("{number} is not catalogued"));
            assert_eq!((part.kind, part.chips_max), (kind, 0), "{number}");
        }
        for number in ["", "H100", "12345", "9.00E+11", "XYZ-935-24287", "100-000000009"] {
            assert_eq!(look_up(number), None, "{number}");
        }
    }
}
