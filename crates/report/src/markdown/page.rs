//! A page of Markdown under construction. Every text that is not ours is escaped here.

use chipwatch_records::Chips;

use crate::escape::markdown;

/// The page so far.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

/// A cell of a table.
pub(super) enum Cell<'a> {
    /// A text from outside.
    Text(&'a str),
    /// A text of our own, which may hold escaped parts.
    Ours(String),
    /// A count, at the right.
    Number(i64),
    /// An interval of chips.
    Chips(Chips),
}

impl Page {
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.blank();
        self.text.push_str(&"#".repeat(level));
        self.text.push(' ');
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A paragraph of our own words.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.blank();
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A list of our own words.
    pub(super) fn list(&mut self, entries: impl IntoIterator<Item = String>) {
        self.blank();
        for entry in entries {
            self.text.push_str("- ");
            self.text.push_str(&entry);
            self.text.push('\n');
        }
    }

    /// A table; numbers stand at the right.
    pub(super) fn table<'a, const N: usize>(
        &mut self,
        header: [&str; N],
        rows: impl IntoIterator<Item = [Cell<'a>; N]>,
    ) {
        self.blank();
        let mut ruled = false;
        self.row(header.map(str::to_owned));
        for row in rows {
            if !ruled {
                self.row(row.each_ref().map(|cell| cell.rule().to_owned()));
                ruled = true;
            }
            self.row(row.map(|cell| cell.shown()));
        }
        if !ruled {
            self.row([(); N].map(|()| "---".to_owned()));
        }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.text.push_str("| ");
        self.text.push_str(&cells.join(" | "));
        self.text.push_str(" |\n");
    }

    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

impl Cell<'_> {
    fn rule(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Ours(_) => "---",
            Self::Number(_) | Self::Chips(_) => "---:",
        }
    }

    fn shown(self) -> String {
        match self {
            Self::Text(text) => markdown(text).into_owned(),
            Self::Ours(text) => text,
            Self::Number(number) => grouped(number),
            Self::Chips(chips) => interval(chips),
        }
    }
}

/// `1,234,567`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `1,200 rows`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count as i64), if count == 1 { one } else { many })
}

/// `600`, `600 to 640`, or `600 to 640 (620)` where the usual number lies between.
pub(super) fn interval(chips: Chips) -> String {
    let ends = format!("{} to {}", grouped(chips.lo), grouped(chips.hi));
    if chips.lo == chips.hi {
        grouped(chips.lo)
    } else if chips.best == chips.lo || chips.best == chips.hi {
        ends
    } else {
        format!("{ends} ({})", grouped(chips.best))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_intervals_named() {
        assert_eq!([0, 999, 1_000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
        let chips = |lo, best, hi| interval(Chips { lo, best, hi });
        assert_eq!(chips(600, 600, 600), "600");
        assert_eq!(chips(600, 600, 1640), "600 to 1,640");
        assert_eq!(chips(600, 620, 640), "600 to 640 (620)");
    }

    #[test]
    fn tables_escape_texts_and_align_numbers() {
        let mut page = Page::default();
        page.table(["a", "b"], [[Cell::Text("x|<y>"), Cell::Number(1_000)]]);
        page.table(["a"], std::iter::empty::<[Cell<'_>; 1]>());
        let text = String::from_utf8(page.into_bytes()).unwrap();
        assert_eq!(text, "| a | b |\n| --- | ---: |\n| x\\|&lt;y&gt; | 1,000 |\n\n| a |\n| --- |\n");
    }
}
