//! One spelling a character: compatibility forms, case, accents and invisible characters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::words::is_letter_or_digit;

/// Whether `text` is printable ASCII, which needs nothing from this module.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// NFKC, upper case, no accents on Latin and Greek letters, nothing invisible. Punctuation stays.
pub(crate) fn normal_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut base = Base::Nothing;
    // NFKC makes tatweel of some Arabic presentation forms, hence the second filter.
    for c in text.chars().filter_map(visible).nfkc().filter(|c| !is_invisible(*c)) {
        if is_georgian(c) {
            // Georgian upper case exists in Unicode but nobody writes company names in it.
            out.extend(c.to_lowercase());
            base = Base::KeepsMarks;
        } else {
            for upper in c.to_uppercase() {
                base = push_letter(&mut out, upper, base);
            }
        }
    }
    out
}

/// What a combining mark would stand on.
#[derive(Clone, Copy, PartialEq)]
enum Base {
    /// No letter: the mark is noise.
    Nothing,
    /// A Latin or Greek letter: the mark is an accent, and accents are dropped.
    DropsMarks,
    /// A letter of a script whose marks are part of the spelling (Thai, Devanagari, Arabic …).
    KeepsMarks,
}

fn push_letter(out: &mut String, c: char, base: Base) -> Base {
    if is_combining_mark(c) {
        if base == Base::KeepsMarks {
            out.push(c);
        }
        return base;
    }
    if !is_letter_or_digit(c) {
        out.push(c);
        return Base::Nothing;
    }
    if let Some(plain) = plain_letter(c) {
        out.push_str(plain);
        return Base::DropsMarks;
    }
    if !is_latin_or_greek(c) {
        out.push(c);
        return Base::KeepsMarks;
    }
    decompose_canonical(c, |part| {
        if !is_combining_mark(part) {
            match plain_letter(part) {
                Some(plain) => out.push_str(plain),
                None => out.push(part),
            }
        }
    });
    Base::DropsMarks
}

/// Letters that no decomposition reaches. `Ё` is here because Russian writes it as `Е` at will.
fn plain_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'ẞ' => "SS",
        'Æ' => "AE",
        'Œ' => "OE",
        'Ø' => "O",
        'Ł' => "L",
        'Đ' | 'Ð' => "D",
        'Þ' => "TH",
        'Ħ' => "H",
        'Ŧ' => "T",
        'Ŋ' => "N",
        'Ə' => "E",
        'Ё' => "Е",
        _ => return None,
    })
}

/// The character as it goes into NFKC, or nothing if a reader would not see it.
fn visible(c: char) -> Option<char> {
    match c {
        ' '..='~' => Some(c),
        '\t'..='\r' | '\u{85}' => Some(' '),
        // NFKC makes a space and an accent of the spacing accent that people type as an apostrophe.
        '\u{B4}' => Some('\''),
        // NFKC would spell these out as letters of the name.
        '\u{2122}' | '\u{2120}' => Some(' '),
        _ if c.is_control() || is_invisible(c) => None,
        _ => Some(c),
    }
}

/// Zero-width, bidirectional, filler and variation characters; Arabic tatweel only stretches a word.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{640}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

fn is_latin_or_greek(c: char) -> bool {
    matches!(c, '\0'..='\u{24F}' | '\u{370}'..='\u{3FF}' | '\u{1E00}'..='\u{1FFF}')
}

fn is_georgian(c: char) -> bool {
    matches!(c, '\u{10D0}'..='\u{10FA}' | '\u{10FD}'..='\u{10FF}' | '\u{1C90}'..='\u{1CBA}' | '\u{1CBD}'..='\u{1CBF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_accents_are_one_spelling() {
        for (written, normal) in [
            ("ＨＫ　ＡＢＣ", "HK ABC"),
            ("Müller Straße", "MULLER STRASSE"),
            ("Ørsted Łódź Æther Œuvre", "ORSTED LODZ AETHER OEUVRE"),
            ("Công ty Điện tử", "CONG TY DIEN TU"),
            ("İstanbul ışık", "ISTANBUL ISIK"),
            ("Ανώνυμη Εταιρεία", "ΑΝΩΝΥΜΗ ΕΤΑΙΡΕΙΑ"),
            ("ﾃｽﾄ㈱", "テスト(株)"),
            ("Ёлка Йод", "ЕЛКА ЙОД"),
            ("შპს ᲨᲞᲡ", "შპს შპს"),
        ] {
            assert_eq!(normal_text(written), normal);
        }
    }

    #[test]
    fn invisible_characters_are_dropped() {
        assert_eq!(normal_text("\u{FEFF}Al\u{200B}p\u{202E}h\u{AD}a\u{7}\u{2066}"), "ALPHA");
        assert_eq!(normal_text("Alpha\tBeta\r\n™"), "ALPHA BETA   ");
    }

    #[test]
    fn marks_stay_where_they_are_part_of_the_spelling() {
        assert_eq!(normal_text("บริษัท"), "บริษัท");
        assert_eq!(normal_text("लिमिटेड"), "लिमिटेड");
        assert_eq!(normal_text("가나"), "가나");
        assert_eq!(normal_text("Z\u{351}\u{36B}a\u{334}lgo"), "ZALGO");
    }
}
