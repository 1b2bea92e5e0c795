//! The words of a description: NFKC, capitals, cut at everything that is no Latin capital or digit (Han characters
//! too), counts and forms that are glued to a name peeled off (`8XH100SXM5` is `8X`, `H100`, `SXM5`).

use unicode_normalization::UnicodeNormalization;

/// Characters that are read: no honest description is longer, and a hostile one must not cost more.
const LONGEST: usize = 4_096;

/// The words of one description.
pub(super) struct Words {
    /// The text in NFKC and capitals.
    pub(super) folded: String,
    /// The words with one space around each.
    pub(super) joined: String,
    /// Where each word starts and ends in `joined`.
    spans: Vec<(usize, usize)>,
}

impl Words {
    pub(super) fn of(description: &str) -> Self {
        let folded = folded(description);
        let mut words = Self {
            joined: String::with_capacity(folded.len() + 2),
            spans: Vec::new(),
            folded: String::new(),
        };
        words.joined.push(' ');
        for token in folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|token| !token.is_empty()) {
            words.push_peeled(token);
        }
        words.folded = folded;
        words
    }

    fn push_peeled(&mut self, token: &str) {
        let (count, rest) = peel_count(token);
        if let Some(count) = count {
            self.push(count);
        }
        let (name, form) = peel_form(rest);
        // `XE8640X4H100` or `H100X8`: the count is in the middle or at the end.
        if let Some((name, count)) = peel_trailing_count(name) {
            self.push(name);
            self.push(count);
        } else if let Some((server, count, model)) = peel_middle_count(name) {
            self.push(server);
            self.push(&format!("{count}X"));
            self.push(model);
        } else {
            self.push(name);
        }
        if let Some(form) = form {
            self.push(form);
        }
    }

    fn push(&mut self, word: &str) {
        let start = self.joined.len();
        self.joined.push_str(word);
        self.spans.push((start, self.joined.len()));
        self.joined.push(' ');
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The word at `index`; empty beyond either end.
    pub(super) fn get(&self, index: usize) -> &str {
        self.spans.get(index).map_or("", |(start, end)| &self.joined[*start..*end])
    }

    /// The words from `first` to before `end`, as they stand.
    pub(super) fn phrase(&self, first: usize, end: usize) -> &str {
        match (self.spans.get(first), self.spans.get(end.wrapping_sub(1))) {
            (Some((start, _)), Some((_, end))) if start < end => &self.joined[*start..*end],
            _ => "",
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|(start, end)| &self.joined[*start..*end])
    }

    /// Whether one of the words is among `words`.
    pub(super) fn any(&self, words: &[&str]) -> bool {
        self.iter().any(|word| words.contains(&word))
    }

    /// The index of the word that starts at or after a byte of `joined`.
    pub(super) fn index_at(&self, byte: usize) -> usize {
        self.spans.partition_point(|(start, _)| *start < byte)
    }
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().take(LONGEST) {
        match c {
            '×' | '✕' | '✖' | '*' => folded.push('X'),
            // `8卡` is a board of eight, `显卡` is a card.
            '卡' if folded.ends_with(|last: char| last.is_ascii_digit()) => folded.push_str(" GPU "),
            '腾' | '騰' if folded.ends_with('昇') => folded.push_str("腾 ASCEND "),
            c if c.is_ascii() => folded.push(c.to_ascii_uppercase()),
            c => folded.extend(c.to_uppercase()),
        }
    }
    folded
}

/// `8XH100` → (`8X`, `H100`).
fn peel_count(token: &str) -> (Option<&str>, &str) {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let end = digits + 1;
    if (1..=2).contains(&digits) && token.as_bytes().get(digits) == Some(&b'X') && token.len() > end {
        (Some(&token[..end]), &token[end..])
    } else {
        (None, token)
    }
}

/// `H100SXM5` → (`H100`, `SXM5`).
fn peel_form(token: &str) -> (&str, Option<&str>) {
    let body = token.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &token[body.len()..];
    for form in ["SXM", "PCIE", "PCI", "NVL", "OAM", "HGX"] {
        let Some(name) = body.strip_suffix(form) else {
            continue;
        };
        let digits_fit = match form {
            "SXM" => digits.is_empty() || matches!(digits, "2" | "3" | "4" | "5" | "6"),
            "NVL" => true,
            _ => digits.is_empty(),
        };
        if digits_fit && !name.is_empty() {
            return (name, Some(&token[name.len()..]));
        }
    }
    (token, None)
}

/// `H100X8` → (`H100`, `X8`), for a model's name or a memory size alone.
fn peel_trailing_count(token: &str) -> Option<(&str, &str)> {
    let body = token.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = body.strip_suffix('X')?;
    let memory = name.strip_suffix("GB").is_some_and(|size| size.bytes().all(|byte| byte.is_ascii_digit()));
    let known = memory || chipwatch_reference::models::model_in_words(name).is_some();
    ((1..=2).contains(&(token.len() - body.len())) && known).then(|| (name, &token[name.len()..]))
}

/// `XE9680X8H100` → (`XE9680`, `8`, `H100`).
fn peel_middle_count(token: &str) -> Option<(&str, &str, &str)> {
    token.match_indices('X').skip_while(|(at, _)| *at == 0).find_map(|(at, _)| {
        let after = &token[at + 1..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (count, model) = after.split_at(digits);
        let known = (1..=2).contains(&digits) && chipwatch_reference::models::model_in_words(model).is_some();
        known.then(|| (&token[..at], count, model))
    })
}
