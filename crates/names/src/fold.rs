//! The fold itself: normal text, words, then the legal forms off both ends.

use crate::legal_forms::LegalForms;
use crate::normal_text::{is_plain, normal_text};
use crate::words::words;

/// A company name reduced to what tells it apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FoldedName {
    /// The words of the name in upper case without legal forms; empty if the name has neither letter nor digit.
    pub key: String,
    /// The outermost legal form that was taken off (a suffix before a prefix), in its canonical spelling, which
    /// its spellings in other words and scripts share. A hint, not a key: one company may be `CO LTD` in English
    /// and `KK` in Japanese.
    pub form: Option<&'static str>,
}

/// Folds a company name for matching.
///
/// Width, case, accents, punctuation, invisible characters and legal forms go; the script and the order of
/// the words stay. Legal forms go from the ends only, again and again (`Co., Ltd.`). A name of nothing but
/// legal forms keeps its text and has no form. Folding a key changes nothing.
#[must_use]
pub fn fold(name: &str) -> FoldedName {
    let mut key = if is_plain(name) { words(name) } else { words(&normal_text(name)) };
    let Some(stripped) = strip(&key) else {
        return FoldedName { key, form: None };
    };
    key.truncate(stripped.end);
    key.drain(..stripped.start);
    FoldedName { key, form: stripped.form }
}

/// What is left of a name, as a range of it.
struct Stripped {
    start: usize,
    end: usize,
    form: Option<&'static str>,
}

/// Takes legal forms off both ends until none is left; `None` if that leaves nothing.
fn strip(name: &str) -> Option<Stripped> {
    let forms = LegalForms::get();
    let mut left = Stripped { start: 0, end: name.len(), form: None };
    loop {
        let rest = &name[left.start..left.end];
        if let Some(found) = forms.at_end(rest) {
            left.end = left.start + rest[..rest.len() - found.length].trim_end().len();
            left.form = left.form.or(Some(found.canonical));
        } else if let Some(before) = rest.strip_suffix(" AND") {
            // `Alpha & Ltd`: the form took along what the conjunction joined.
            left.end = left.start + before.len();
        } else if let Some(found) = forms.at_start(rest) {
            left.start = left.end - rest[found.length..].trim_start().len();
            left.form = left.form.or(Some(found.canonical));
        } else {
            return Some(left);
        }
        if left.start == left.end {
            return None;
        }
    }
}

#[cfg(test)]
mod tests;
