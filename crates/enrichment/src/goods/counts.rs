//! How many accelerators a description says one unit holds.

use super::mentions::Mention;
use super::words::Words;

/// Words that may stand between a count and a model.
const BETWEEN: &[&str] = &["NVIDIA", "AMD", "INTEL", "TESLA", "INSTINCT", "HUAWEI", "GPU"];
const ACCELERATORS: &[&str] = &["GPU", "GPUS", "OAM", "OAMS", "ACCELERATOR", "ACCELERATORS"];
/// Nothing that is sold as one unit without a system's name holds more.
const MOST: u32 = 16;
/// A count behind a model; sixteen would be the lanes of a slot.
const MOST_BEHIND: u32 = 10;

/// The count that stands at a model (`8X H100`, `H100 X8`), else the first of accelerators (`8-GPU`, `8GPU`, `8 OAM`).
/// A bare number before a model counts only where the text is of a server or board (`loose` is set).
pub(super) fn count(words: &Words, mentions: &[Mention], loose: bool) -> Option<u32> {
    mentions
        .iter()
        .find_map(|mention| at_mention(words, mention, loose))
        .or_else(|| (0..words.len()).find_map(|index| of_accelerators(words, index)))
}

fn at_mention(words: &Words, mention: &Mention, loose: bool) -> Option<u32> {
    let mut end = mention.end;
    while is_trait(words.get(end)) {
        end += 1;
    }
    // `H100 PCIE X16` is a slot, `H100 X8` and `H100 80GB X8` are eight.
    if words.get(end - 1) != "PCIE" {
        let after = words.get(end);
        let glued = after.strip_prefix('X').and_then(number);
        let apart = (after == "X").then(|| number(words.get(end + 1))).flatten();
        if let Some(count) = glued.or(apart).filter(|count| *count <= MOST_BEHIND) {
            return Some(count);
        }
    }
    let mut before = mention.first;
    while before > 0 && BETWEEN.contains(&words.get(before - 1)) {
        before -= 1;
    }
    let word = words.get(before.checked_sub(1)?);
    if let Some(count) = word.strip_suffix('X').and_then(number) {
        return Some(count);
    }
    if word == "X" {
        return number(words.get(before.checked_sub(2)?));
    }
    number(word).filter(|count| loose && [1, 2, 4, 8].contains(count))
}

fn of_accelerators(words: &Words, index: usize) -> Option<u32> {
    let word = words.get(index);
    if let Some(count) = word.strip_suffix("GPUS").or_else(|| word.strip_suffix("GPU")).and_then(number) {
        return Some(count);
    }
    let before = index.checked_sub(1).map_or("", |before| words.get(before));
    if word == "X" && ACCELERATORS.contains(&words.get(index + 1)) {
        return number(before);
    }
    // `PCIE 4.0 GPU` and `GEN 5 GPU` count nothing.
    let version = matches!(before, "PCIE" | "PCI" | "GEN" | "VERSION" | "V") || number(before).is_some();
    let bare = word.strip_suffix('X').unwrap_or(word);
    number(bare).filter(|_| !version && ACCELERATORS.contains(&words.get(index + 1)))
}

/// Memory and form, which may stand between a model and its count.
fn is_trait(word: &str) -> bool {
    let memory = word.strip_suffix("GB").or_else(|| word.strip_suffix('G'));
    memory.is_some_and(|size| size.bytes().all(|byte| byte.is_ascii_digit()))
        || word.starts_with("SXM")
        || word.starts_with("HBM")
}

fn number(text: &str) -> Option<u32> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|count| plain && *count <= MOST)
}
