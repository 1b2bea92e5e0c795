//! Reading an item's text once, price apart.

use chipwatch_reference::systems::{self, System};
use chipwatch_reference::vetoes::{self, Found};
use chipwatch_reference::{Kind, Model, Part, parts};

use super::counts::count;
use super::mentions::{Mention, by_form_and_memory, is_short, mentions};
use super::words::Words;

/// What an export says about an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemText<'a> {
    /// The part or material number as written.
    pub part_number: &'a str,
    /// The description as written.
    pub description: &'a str,
    /// The customs tariff number, where there is one.
    pub hs_code: &'a str,
}

/// What the text of an item says, price apart. Made once for each distinct item.
#[derive(Clone, Debug)]
pub struct Reading {
    pub(super) part: Option<&'static Part>,
    pub(super) system: Option<NamedSystem>,
    pub(super) model: Option<NamedModel>,
    pub(super) count: Option<u32>,
    pub(super) holder: Option<Holder>,
    pub(super) veto: Option<VetoWord>,
    /// The text names a module for a socket, so the item fits no PCIe slot.
    pub(super) socketed: bool,
}

/// A system that the text names.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamedSystem {
    pub(super) row: &'static System,
    /// The part number is nothing but the system's product code: as good as a catalogued part.
    pub(super) catalogued: bool,
}

/// A model that the text names.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamedModel {
    pub(super) model: &'static Model,
    /// A short name without a second cue.
    pub(super) needs_price: bool,
    /// Told by form and memory, not by name.
    pub(super) guessed: bool,
    /// Another model that the text names too.
    pub(super) other: Option<&'static Model>,
}

/// A word that says that something holds several chips, without a count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    Board,
    Server,
    Rack,
}

/// A word that says that the item is no accelerator.
#[derive(Clone, Copy, Debug)]
pub(super) struct VetoWord {
    pub(super) kind: Kind,
    pub(super) word: &'static str,
    /// Its row may be unconfirmed.
    pub(super) unconfirmed: bool,
    /// It overrules a chip wherever it stands.
    pub(super) overrules: bool,
    /// The text is about it and the chip is what it is for: `NVLINK BRIDGE FOR H100`.
    pub(super) leads: bool,
    /// It only comes with the chip: `DGX H100 + 3Y SUPPORT`, `H100 WITH BRACKET`.
    pub(super) comes_with: bool,
}

/// Reads an item's text. See [`Reading::with_price`] for what it is.
#[must_use]
pub fn read_item(item: &ItemText<'_>) -> Reading {
    let words = Words::of(item.description);
    let mentions = mentions(&words, item.hs_code);
    let in_text = systems::find_in_words(&words.joined);
    let by_number = systems::look_up(item.part_number);
    let holder = holder(&words, &mentions);
    let row = by_number.or(in_text.map(|found| found.system));
    let starts =
        [in_text.map(|found| words.index_at(found.start + 1)), mentions.first().map(|mention| mention.first)];
    let chip = Chip { first: starts.into_iter().flatten().min(), system: row.is_some() };
    let count = count(&words, &mentions, holder.is_some() || row.is_some());
    Reading {
        part: parts::look_up(item.part_number),
        system: row.map(|row| NamedSystem { row, catalogued: by_number.is_some() && is_code_of(item, row) }),
        model: named_model(item, &words, &mentions),
        count,
        holder,
        veto: veto_word(&words, &chip),
        socketed: words.iter().any(|word| word.starts_with("SXM") || matches!(word, "OAM" | "HGX")),
    }
}

/// Where the first chip is named, and whether a system is.
struct Chip {
    first: Option<usize>,
    system: bool,
}

fn is_code_of(item: &ItemText<'_>, row: &System) -> bool {
    let code = Words::of(item.part_number);
    row.aliases.contains(&code.joined.trim())
}

fn named_model(item: &ItemText<'_>, words: &Words, mentions: &[Mention]) -> Option<NamedModel> {
    let sure = mentions.iter().find(|mention| !mention.needs_price);
    if let Some(chosen) = sure.or(mentions.first()) {
        let differs = |other: &&Mention| other.model.family != chosen.model.family && !other.needs_price;
        return Some(NamedModel {
            model: chosen.model,
            needs_price: chosen.needs_price,
            guessed: false,
            other: mentions.iter().find(differs).map(|mention| mention.model),
        });
    }
    // A part-number column that holds a model's whole name is read as that, never cut up.
    let named = chipwatch_reference::model(item.part_number).filter(|_| !is_short(item.part_number));
    let (model, guessed) = match named {
        Some(model) => (model, false),
        None => (by_form_and_memory(words)?, true),
    };
    Some(NamedModel { model, needs_price: false, guessed, other: None })
}

fn holder(words: &Words, mentions: &[Mention]) -> Option<Holder> {
    let text = |parts: &[&str]| parts.iter().any(|part| words.folded.contains(part));
    // `RTX PRO 6000 BLACKWELL SERVER EDITION` is a card.
    let named = |index: usize| mentions.iter().any(|mention| (mention.first..mention.end).contains(&index));
    let server = (0..words.len())
        .any(|index| words.get(index) == "SERVER" && words.get(index + 1) != "EDITION" && !named(index));
    let single = words.iter().any(|word| word.starts_with("SXM") || matches!(word, "OAM" | "PCIE"));
    if words.any(&["RACK", "CABINET"]) || text(&["机柜", "機櫃"]) {
        Some(Holder::Rack)
    } else if server
        || words.any(&["SERVERS", "NODE", "CHASSIS", "SYSTEM", "TRAY"])
        || text(&["服务器", "伺服器", "整机", "主机", "サーバ"])
    {
        Some(Holder::Server)
    } else if words.any(&["BOARD", "BASEBOARD", "BOARDS", "HGX"])
        || (words.any(&["MODULE", "MODULES"]) || text(&["模组", "模块", "模組"])) && !single
    {
        Some(Holder::Board)
    } else {
        None
    }
}

/// The veto word that says most: one that the text is about, then one that overrules, then a mere label.
fn veto_word(words: &Words, chip: &Chip) -> Option<VetoWord> {
    let ascii = vetoes::in_words(&words.joined);
    let others = vetoes::in_text(&words.folded);
    let placed = ascii.iter().map(|found| (found, Some(words.index_at(found.start + 1))));
    let unplaced = others.iter().map(|found| (found, None));
    let read = placed.chain(unplaced).map(|(found, index)| read_veto(words, chip, found, index));
    // Ties go to the first in the text; `max_by_key` would take the last.
    let weight = |veto: &VetoWord| (veto.leads, veto.overrules && !veto.comes_with, veto.overrules);
    read.reduce(|best, next| if weight(&next) > weight(&best) { next } else { best })
}

fn read_veto(words: &Words, chip: &Chip, found: &Found, index: Option<usize>) -> VetoWord {
    let veto = found.veto;
    let support = veto.kind == Kind::Support;
    let (leads, comes_with) = match (index, chip.first) {
        (Some(index), Some(first)) if index < first => {
            let about =
                (index.max(first.saturating_sub(3))..first).any(|between| words.get(between) == "FOR");
            (about || (support && veto.overrules && chip.system), false)
        }
        (Some(index), Some(_)) => (false, (support && chip.system) || stands_after_with(words, index)),
        (None, Some(_)) => (false, support && chip.system),
        (_, None) => (false, support && chip.system),
    };
    VetoWord {
        kind: veto.kind,
        word: veto.word,
        unconfirmed: veto.confidence == chipwatch_reference::Confidence::Unconfirmed,
        overrules: veto.overrules,
        leads,
        comes_with,
    }
}

fn stands_after_with(words: &Words, index: usize) -> bool {
    (index.saturating_sub(3)..index)
        .any(|before| matches!(words.get(before), "WITH" | "W" | "INCL" | "INCLUDING" | "INCLUDES" | "PLUS"))
}
