//! Cells of a row: what is white space, what is "nothing", what of a number only pads it.

use std::borrow::Cow;

use rapidhash::v3::rapidhash_v3;

use crate::intern::Key;
use crate::rows::Span;

/// Texts by which exports say "no value".
const NOTHING: [&str; 7] = ["NULL", "null", "#N/A", "N/A", "n/a", "#NV", "(null)"];

/// A byte that no UTF-8 text has: it keeps neighbouring cells of a key apart.
pub(crate) const BETWEEN: u8 = 0xff;

/// The cells of one row.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    /// What the fields lie in.
    pub(crate) text: &'a str,
    /// Start and end of each field.
    pub(crate) spans: &'a [Span],
    /// Whether the text is a copy without its quotes and delimiters.
    pub(crate) is_rewritten: bool,
    /// What look-ups put into fields; empty where there are none.
    pub(crate) overlay: &'a [String],
}

impl<'a> Cells<'a> {
    /// A field as written, or as a look-up filled it.
    pub(crate) fn get(&self, field: usize) -> &'a str {
        if let Some(filled) = self.overlay.get(field).filter(|filled| !filled.is_empty()) {
            return filled;
        }
        self.spans.get(field).map_or("", |(start, end)| &self.text[*start as usize..*end as usize])
    }

    /// A field where it lies.
    pub(crate) fn place(&self, field: usize) -> Key<'a> {
        if let Some(filled) = self.overlay.get(field).filter(|filled| !filled.is_empty()) {
            return Key::of(filled.as_bytes());
        }
        let (start, end) = self.spans.get(field).copied().unwrap_or_default();
        Key::within(self.text.as_bytes(), start as usize, end as usize)
    }

    /// Bytes that tell the cells of these fields from others: the row's own where they stand side by side, else a copy.
    pub(crate) fn key<'k>(&self, fields: &[Option<usize>], copy: &'k mut Vec<u8>) -> Key<'k>
    where
        'a: 'k,
    {
        if let Some((first, last)) = self.run(fields) {
            return Key::within(self.text.as_bytes(), first, last);
        }
        copy.clear();
        for field in fields {
            if let Some(field) = field {
                copy.extend_from_slice(self.get(*field).as_bytes());
            }
            copy.push(BETWEEN);
        }
        Key::of(copy)
    }

    /// Where neighbouring fields stand in a row that nothing was taken out of or put into.
    fn run(&self, fields: &[Option<usize>]) -> Option<(usize, usize)> {
        if self.is_rewritten || !self.overlay.is_empty() {
            return None;
        }
        let mut present = fields.iter().flatten();
        let first = *present.next()?;
        let mut last = first;
        for field in present {
            if *field != last + 1 {
                return None;
            }
            last = *field;
        }
        Some((self.spans.get(first)?.0 as usize, self.spans.get(last)?.1 as usize))
    }

    pub(crate) fn clean(&self, field: Option<usize>) -> &'a str {
        field.map_or("", |field| clean(self.get(field)))
    }
}

/// A cell without white space around it; texts that mean "nothing" become empty.
pub(crate) fn clean(cell: &str) -> &str {
    let text = cell.trim();
    if NOTHING.contains(&text) { "" } else { text }
}

/// A number that names something: `0000012345`, `12345` and `12345.0` are one.
pub(crate) fn folded_number(text: &str) -> Cow<'_, str> {
    let whole = text.strip_suffix(".0").filter(|whole| is_digits(whole)).unwrap_or(text);
    if is_digits(whole) {
        let stripped = whole.trim_start_matches('0');
        return Cow::Borrowed(if stripped.is_empty() { "0" } else { stripped });
    }
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(text.to_ascii_uppercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A total, sub-total or footer by its first word: SAP's `*` and the words of a few languages.
pub(crate) fn is_total_word(text: &str) -> bool {
    const WORDS: [&str; 10] = [
        "total",
        "grand total",
        "subtotal",
        "sub-total",
        "sum",
        "gesamt",
        "summe",
        "zwischensumme",
        "合计",
        "总计",
    ];
    if !text.is_empty() && text.bytes().all(|byte| byte == b'*') {
        return true;
    }
    let text = text.trim_start_matches('*').trim_end_matches(':').trim();
    let lower = text.to_lowercase();
    WORDS.iter().any(|total| lower.strip_prefix(total).is_some_and(is_number_tail))
}

fn is_number_tail(rest: &str) -> bool {
    rest.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || ".,:-".contains(c))
}

/// `9.00E+11`: a spreadsheet's reading of a long number.
pub(crate) fn is_damaged(part_number: &str) -> bool {
    part_number.split_once("E+").is_some_and(|(front, back)| {
        !back.is_empty()
            && back.bytes().all(|byte| byte.is_ascii_digit())
            && !front.is_empty()
            && front.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
    })
}

/// Why a row is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) field: Option<usize>,
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn at(field: usize, reason: &str) -> Self {
        Self { field: Some(field), reason: reason.to_owned() }
    }
}

/// A hash of texts in their order.
pub(crate) fn hash_texts(texts: &[&str]) -> u64 {
    texts.iter().fold(0, |hash: u64, text| hash.rotate_left(11) ^ rapidhash_v3(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fold_and_names_do_not() {
        for text in ["0000012345", "12345", "12345.0"] {
            assert_eq!(folded_number(text), "12345");
        }
        assert_eq!(folded_number("0000"), "0");
        assert_eq!(folded_number("a-0012"), "A-0012");
        assert_eq!(folded_number("1.5"), "1.5");
    }

    #[test]
    fn totals_are_told_from_names() {
        for text in ["*", "**", "* Total", "** Summe 12,000", "Gesamt", "Total:", "Gesamt 1.050,000", "Summe"]
        {
            assert!(is_total_word(text), "{text}");
        }
        for text in ["Total Compute GmbH", "Summer Systems", "", "Sum Labs", "80001"] {
            assert!(!is_total_word(text), "{text}");
        }
    }

    #[test]
    fn nothing_is_empty() {
        assert_eq!(clean(" NULL "), "");
        assert_eq!(clean("\u{a0}Alpha "), "Alpha");
    }
}
