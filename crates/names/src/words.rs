//! Cuts a name into words: one space between them, punctuation gone, abbreviations closed up.

use unicode_normalization::char::is_combining_mark;

/// The words of a name in upper case, one space apart. `text` is plain ASCII or comes from `normal_text`.
///
/// `&` becomes `AND`. A dot between single letters goes (`S.A.` is `SA`), and so does an apostrophe between
/// letters: exports write `Xi'an` and `Xian`, `L'Oréal` and `LOREAL` for the same company.
/// Everything else that is neither letter nor digit parts two words.
pub(crate) fn words(text: &str) -> String {
    let mut out = Words { text: String::with_capacity(text.len() + 8), gap: false, letters: 0 };
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if is_word_character(c) {
            out.push(c);
        } else if c == '.' && out.ends_in_initial() && starts_with_initial(rest.as_str()) {
            out.letters = 0;
        } else if c == '&' {
            out.end_word();
            out.push_word("AND");
        } else if !(is_apostrophe(c)
            && out.inside_word()
            && rest.clone().next().is_some_and(char::is_alphabetic))
        {
            out.end_word();
        }
    }
    out.text
}

struct Words {
    text: String,
    /// A word has ended and the next one has not begun.
    gap: bool,
    /// Letters since the word, or its last closed dot, began; a digit counts as many.
    letters: u32,
}

impl Words {
    fn push(&mut self, c: char) {
        if self.gap {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
        }
        self.text.push(c.to_ascii_uppercase());
        if c.is_alphabetic() && !(c > '\u{2FF}' && is_combining_mark(c)) {
            self.letters = self.letters.saturating_add(1);
        } else if c.is_numeric() {
            self.letters = u32::MAX;
        }
    }

    fn push_word(&mut self, word: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.end_word();
    }

    fn end_word(&mut self) {
        self.gap = true;
        self.letters = 0;
    }

    fn ends_in_initial(&self) -> bool {
        self.letters == 1
    }

    fn inside_word(&self) -> bool {
        !self.gap && self.text.chars().next_back().is_some_and(char::is_alphabetic)
    }
}

/// Whether `rest` begins with one letter that no other letter or digit follows.
fn starts_with_initial(rest: &str) -> bool {
    let mut rest = rest.chars();
    // Separate Hangul jamo would melt into one syllable if they were joined.
    let Some(letter) = rest.next() else { return false };
    letter.is_alphabetic()
        && !is_combining_mark(letter)
        && !matches!(letter, '\u{1100}'..='\u{11FF}')
        && !rest.find(|c| !is_combining_mark(*c)).is_some_and(is_word_character)
}

/// Whether `c` is a letter or a digit. Modifier letters such as U+02BC are letters in Unicode and
/// apostrophes on paper.
pub(crate) fn is_letter_or_digit(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{2B0}'..='\u{2FF}')
}

fn is_word_character(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_letter_or_digit(c) || is_combining_mark(c) }
}

fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '\u{2BB}' | '\u{2BC}' | '\u{2BE}' | '\u{2BF}' | '\u{2018}' | '\u{2019}' | '\u{2032}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_inside_abbreviations_go() {
        for (written, expected) in [
            ("L.L.C.", "LLC"),
            ("S.A.de C.V.", "SA DE CV"),
            ("S.p.A", "SPA"),
            ("Sp. z o.o.", "SP Z OO"),
            ("J.P.Morgan", "JP MORGAN"),
            ("J. P. Morgan", "J P MORGAN"),
            ("Ges.m.b.H.", "GES MBH"),
            ("Amazon.com", "AMAZON COM"),
            ("No.1 v2.5", "NO 1 V2 5"),
            ("C3.A.I", "C3 AI"),
            ("L.L.C-FZ", "LLC FZ"),
            ("Co.,Ltd.", "CO LTD"),
        ] {
            assert_eq!(words(written), expected, "{written}");
        }
    }

    #[test]
    fn punctuation_parts_words_and_the_apostrophe_does_not() {
        assert_eq!(words("  -Alpha_Beta/(Gamma)- "), "ALPHA BETA GAMMA");
        assert_eq!(words("AT&T & Co"), "AT AND T AND CO");
        assert_eq!(words("&&"), "AND AND");
        assert_eq!(words("Xi'an 'Alpha' Int'l"), "XIAN ALPHA INTL");
        assert_eq!(words("XI\u{2019}AN"), "XIAN");
        assert_eq!(words("***"), "");
    }
}
