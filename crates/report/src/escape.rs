//! Hostile text made inert: company names are written by whoever is looked into.
//!
//! Each target has its own dangers. A spreadsheet runs a cell that starts with `=`, Markdown renders tags and links,
//! a terminal obeys escape sequences. Characters that nobody can see are shown as `\u{1b}` in all three.
//! Most texts need nothing: they are scanned once, byte by byte, and handed back as they are.

use std::borrow::Cow;

/// First bytes of the characters that [`is_hidden`] finds, and those of a target's own.
const fn suspects(own: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    // Delete, and the UTF-8 lead bytes of U+0080–00BF, U+0600–063F, U+2000–2FFF, U+F000–FFFF and U+E0000.
    let leads = [0x7f, 0xc2, 0xd8, 0xe2, 0xef, 0xf3];
    let mut index = 0;
    while index < leads.len() {
        table[leads[index]] = true;
        index += 1;
    }
    index = 0;
    while index < own.len() {
        table[own[index] as usize] = true;
        index += 1;
    }
    table
}

static CSV: [bool; 256] = suspects(b",\"");
static MARKDOWN: [bool; 256] = suspects(b"|`*_<>[]\\#~$&@:.");
static TERMINAL: [bool; 256] = suspects(b"");

fn is_suspect(text: &str, table: &[bool; 256]) -> bool {
    text.bytes().any(|byte| table[byte as usize])
}

/// Control characters, and marks that reorder or hide what follows.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn push_visible(out: &mut String, c: char) {
    if is_hidden(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// A cell of a CSV file: quoted where RFC 4180 asks for it, and never a formula.
#[must_use]
pub fn csv(text: &str) -> Cow<'_, str> {
    if !opens_like_a_formula(text) && !is_suspect(text, &CSV) {
        return Cow::Borrowed(text);
    }
    let formula = is_formula(text);
    let hidden = is_suspect(text, &TERMINAL) && text.contains(is_hidden);
    let quoted = text.contains([',', '"']);
    if !formula && !hidden && !quoted {
        return Cow::Borrowed(text);
    }
    let mut cell = String::with_capacity(text.len() + 8);
    if quoted {
        cell.push('"');
    }
    if formula {
        cell.push('\'');
    }
    if hidden || text.contains('"') {
        for c in text.chars() {
            push_visible(&mut cell, c);
            if c == '"' {
                cell.push(c);
            }
        }
    } else {
        cell.push_str(text);
    }
    if quoted {
        cell.push('"');
    }
    Cow::Owned(cell)
}

/// Appends a text as a cell of a CSV file.
pub(crate) fn push_csv(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(csv(text).as_bytes());
}

/// Whether a look at the first byte leaves a formula possible. Spaces may stand before it, an ideographic one too.
fn opens_like_a_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b' ' | 0xe1 | 0xe3))
}

/// Whether a spreadsheet may run the cell. Spaces and hidden characters before the sign do not help.
fn is_formula(text: &str) -> bool {
    let sign = text.chars().find(|c| !c.is_whitespace() && !is_hidden(*c));
    text.starts_with(['\t', '\r'])
        || matches!(
            sign,
            Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫' | '\u{2212}')
        )
}

/// A text within a line or table cell of Markdown: no tag, link, code or column can come of it.
#[must_use]
pub fn markdown(text: &str) -> Cow<'_, str> {
    if !is_suspect(text, &MARKDOWN) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '$' | '@' => out.extend(['\\', c]),
            // Bare addresses become links.
            ':' if text[at..].starts_with("://") => out.push_str("\\:"),
            '.' if ends_in_www(&text.as_bytes()[..at]) => out.push_str("\\."),
            _ if is_hidden(c) => {
                out.push('\\');
                out.extend(c.escape_unicode());
            }
            _ => out.push(c),
        }
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

fn ends_in_www(before: &[u8]) -> bool {
    before.len() >= 3 && before[before.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// A text on one line of a terminal.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !is_suspect(text, &TERMINAL) || !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push_visible(&mut out, c));
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_texts_are_handed_back_as_they_are() {
        for text in
            ["", "Acme GmbH & Co. KG", "杭州云端科技有限公司", "شركة الخليج", "Łódź – Chips", "12/3-A"]
        {
            assert!(matches!(csv(text), Cow::Borrowed(same) if same == text), "{text}");
            assert!(matches!(terminal(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert!(matches!(markdown("Acme Inc."), Cow::Borrowed("Acme Inc.")));
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_made_text() {
        for text in
            ["=1+1", "+49", "-5", "@SUM(A1)", "＝1", "－1", "  =1", "\u{3000}=1", "\u{200b}=1", "\u{feff}@x"]
        {
            assert!(csv(text).starts_with('\''), "{text:?} became {:?}", csv(text));
        }
        assert_eq!(csv("\t=1"), "'\\u{9}=1");
        assert_eq!(csv("\rx"), "'\\u{d}x");
        assert_eq!(csv("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    }

    #[test]
    fn csv_cells_are_quoted_and_stay_on_one_line() {
        assert_eq!(csv("Foo, Inc."), "\"Foo, Inc.\"");
        assert_eq!(csv("12\" rack"), "\"12\"\" rack\"");
        assert_eq!(csv("a\r\nb"), "a\\u{d}\\u{a}b");
        assert_eq!(csv("a\u{1b}[31mb\u{85}"), "a\\u{1b}[31mb\\u{85}");
        assert_eq!(csv("a\u{202e}b\u{2066}"), "a\\u{202e}b\\u{2066}");
    }

    #[test]
    fn markdown_shows_what_was_written() {
        assert_eq!(markdown("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
        assert_eq!(
            markdown("a|b `c` *d* _e_ [f](g) \\ #"),
            "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\[f\\](g) \\\\ \\#"
        );
        assert_eq!(markdown("x\ny\u{1b}"), "x\\\\u{a}y\\\\u{1b}");
        assert_eq!(markdown("http://a WWW.b"), "http\\://a WWW\\.b");
    }

    #[test]
    fn a_terminal_obeys_no_name() {
        assert_eq!(terminal("a\u{1b}]0;x\u{7}b\u{9b}2J"), "a\\u{1b}]0;x\\u{7}b\\u{9b}2J");
        assert_eq!(terminal("a\u{202e}b\nc"), "a\\u{202e}b\\u{a}c");
    }
}
