//! One way to write a name, so that case, accents and punctuation do not matter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Upper-case words without accents, one space between them; full stops and apostrophes vanish, `&` is `AND`,
/// every other sign parts words, a leading `THE` is dropped.
pub(crate) fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '.' | '\'' | '’' => {}
            '&' => plain.push_str(" AND "),
            c if c.is_alphanumeric() => plain.extend(c.to_uppercase()),
            _ => plain.push(' '),
        }
    }
    let mut words: Vec<_> = plain.split_whitespace().collect();
    if words.len() > 1 && words[0] == "THE" {
        words.remove(0);
    }
    words.join(" ")
}

/// A model's or a system's name as the description tokeniser would write it: capitals and digits in words.
pub(crate) fn words(text: &str) -> String {
    let plain: String = text
        .nfkc()
        .flat_map(char::to_uppercase)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
