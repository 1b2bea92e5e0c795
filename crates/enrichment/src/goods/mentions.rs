//! Models that a description names.

use chipwatch_reference::{Model, models::model_in_words};

use super::words::Words;

/// Names that are paper sizes, shelf codes and tolerances as well (chips.md 3.3).
const SHORT: &[&str] = &["A2", "A10", "A16", "A30", "A40", "L2", "L4", "T4"];
/// Words that make a short name a chip.
const CUES: &[&str] = &["NVIDIA", "GPU", "GPUS", "TESLA", "24GB", "48GB"];
/// Lines of other cards: `RTX A2` or `ARC A40` is not the data-centre card of that name.
const OTHER_LINES: &[&str] =
    &["RTX", "QUADRO", "GEFORCE", "GTX", "GT", "ARC", "PRO", "RADEON", "RX", "GRID", "PAPER", "DIN"];
/// Words of the longest alias.
const LONGEST: usize = 6;

/// A model as named in a description.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    /// The model, in the form that the description tells.
    pub(super) model: &'static Model,
    /// Index of its first word.
    pub(super) first: usize,
    /// Index after its last word.
    pub(super) end: usize,
    /// A short name that nothing else in the text supports: the price must.
    pub(super) needs_price: bool,
}

/// The models named, in the order of the text.
pub(super) fn mentions(words: &Words, hs_code: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < words.len() {
        let end = (first + 1..=(first + LONGEST).min(words.len()))
            .rev()
            .find_map(|end| model_in_words(words.phrase(first, end)).map(|model| (end, model)));
        let Some((end, model)) = end else {
            first += 1;
            continue;
        };
        let name = words.phrase(first, end);
        let other_line = end - first == 1 && first > 0 && OTHER_LINES.contains(&words.get(first - 1));
        if !other_line {
            let needs_price = SHORT.contains(&name) && !has_cue(words, hs_code);
            found.push(Mention { model: in_its_form(model, words), first, end, needs_price });
        }
        first = end;
    }
    found
}

/// Whether a part-number column that holds a model's whole name may be read as one.
pub(super) fn is_short(name: &str) -> bool {
    SHORT.iter().any(|short| short.eq_ignore_ascii_case(name.trim()))
}

fn has_cue(words: &Words, hs_code: &str) -> bool {
    let gigabytes = |index: usize| matches!(words.get(index), "24" | "48") && words.get(index + 1) == "GB";
    let heading: String = hs_code.chars().filter(char::is_ascii_digit).take(4).collect();
    words.any(CUES)
        || words.iter().any(|word| word.starts_with("GDDR"))
        || (0..words.len()).any(gigabytes)
        || words.folded.contains("显卡")
        || words.folded.contains("顯卡")
        || matches!(heading.as_str(), "8471" | "8473")
}

/// The form told by other words: `H100` with `PCIE` somewhere is the PCIe card, unless SXM or HGX stands there too.
fn in_its_form(model: &'static Model, words: &Words) -> &'static Model {
    let server_edition = words.any(&["BSE"]) || words.joined.contains(" SERVER EDITION ");
    if server_edition && model.family.starts_with("RTX PRO") {
        let name = format!("{} SERVER", model.family.to_ascii_uppercase());
        return model_in_words(&name).unwrap_or(model);
    }
    if model.name != model.family || words.iter().any(|word| word.starts_with("SXM") || word == "HGX") {
        return model;
    }
    let form = if words.any(&["NVL"]) {
        "NVL"
    } else if words.any(&["PCIE", "PCI"]) {
        "PCIE"
    } else {
        return model;
    };
    model.in_form(form).unwrap_or(model)
}

/// What a form and a memory size tell without a name: `80GBSXM5显卡` is an H100 or, at least, its Chinese twin.
pub(super) fn by_form_and_memory(words: &Words) -> Option<&'static Model> {
    let name = if words.any(&["SXM5"]) && words.any(&["80GB"]) {
        "H100"
    } else if words.any(&["SXM5", "SXM"]) && words.any(&["141GB"]) {
        "H200"
    } else if words.any(&["SXM4"]) && words.any(&["40GB", "80GB"]) {
        "A100"
    } else {
        return None;
    };
    model_in_words(name)
}
