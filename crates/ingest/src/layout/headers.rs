//! Whether a header of a file is one that a layout names.
//!
//! A name without small letters is a technical one (`WADAT_IST`): the header is it, in any case, or ends in `_` and it
//! (`ActualGoodsMovementDate_WADAT_IST`). Any other name is a caption (`Ist-Warenausg.datum`): the header has the same
//! letters and digits in the same words, in any case, whatever stands between them. A caption that is only the end of a
//! longer header means something else.

use std::collections::{BTreeMap, BTreeSet};

/// A header longer than this is a sentence; it is known by its whole text alone.
const LONGEST: usize = 200;

/// Whether a name of a layout is a technical one.
fn is_code(name: &str) -> bool {
    !name.chars().any(char::is_lowercase)
}

/// The words of a caption: letters, digits, `#` and `%`, in small letters, parted by one blank.
fn folded(caption: &str) -> String {
    let mut words = String::new();
    for letter in caption.chars() {
        if letter.is_alphanumeric() || matches!(letter, '#' | '%') {
            words.extend(letter.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// What stands behind each `_` of a header, the longest first.
fn ends(header: &str) -> impl Iterator<Item = &str> {
    let header = if header.len() > LONGEST { "" } else { header };
    header.match_indices('_').map(|(at, _)| &header[at + 1..]).filter(|end| !end.is_empty())
}

/// A header in the forms that names are compared in: made once, as many layouts look at it.
pub(crate) struct Folded<'h> {
    pub(super) header: &'h str,
    upper: String,
    caption: String,
}

impl<'h> Folded<'h> {
    pub(crate) fn new(header: &'h String) -> Self {
        Self { header, upper: header.trim().to_uppercase(), caption: folded(header) }
    }
}

/// The headers of a file, to be found by the names of a layout.
pub(crate) struct Headers {
    whole: BTreeMap<String, usize>,
    ends: BTreeMap<String, usize>,
    captions: BTreeMap<String, usize>,
}

impl Headers {
    pub(crate) fn new(headers: &[String]) -> Self {
        let mut all = Self { whole: BTreeMap::new(), ends: BTreeMap::new(), captions: BTreeMap::new() };
        for (field, header) in headers.iter().enumerate() {
            let upper = header.trim().to_uppercase();
            for end in ends(&upper) {
                all.ends.entry(end.to_owned()).or_insert(field);
            }
            all.captions.entry(folded(header)).or_insert(field);
            all.whole.entry(upper).or_insert(field);
        }
        all
    }

    /// The field of a name: a whole header before one that only ends in a technical name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        if is_code(name) { self.find_code(name) } else { self.captions.get(&folded(name)).copied() }
    }

    /// The field of a name that is taken for a technical one.
    pub(super) fn find_code(&self, name: &str) -> Option<usize> {
        let upper = name.trim().to_uppercase();
        self.whole.get(&upper).or_else(|| self.ends.get(&upper)).copied()
    }

    /// The fields of all names of a list that the file has, each once.
    pub(super) fn find_all(&self, names: &[String]) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for field in names.iter().filter_map(|name| self.find(name)) {
            if !found.contains(&field) {
                found.push(field);
            }
        }
        found
    }
}

/// Every name that a layout knows, to count the headers among them.
#[derive(Clone, Default, Debug)]
pub(super) struct Names {
    codes: BTreeSet<String>,
    captions: BTreeSet<String>,
}

impl Names {
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        let mut all = Self::default();
        for name in names {
            if is_code(name) {
                all.codes.insert(name.to_uppercase());
            } else {
                all.captions.insert(folded(name));
            }
        }
        all
    }

    pub(super) fn has(&self, header: &Folded<'_>) -> bool {
        self.codes.contains(&header.upper)
            || ends(&header.upper).any(|end| self.codes.contains(end))
            || self.captions.contains(&header.caption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(headers: &[&str], name: &str) -> Option<usize> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let names = Names::new(std::iter::once(&name.to_owned()));
        let found = Headers::new(&headers).find(name);
        assert_eq!(found.is_some(), headers.iter().any(|header| names.has(&Folded::new(header))), "{name}");
        found
    }

    #[test]
    fn a_technical_name_is_the_header_or_its_end() {
        assert_eq!(find(&["a_WADAT_IST", " wadat_ist "], "WADAT_IST"), Some(1));
        assert_eq!(find(&["XWADAT_IST", "Date_WADAT_IST"], "WADAT_IST"), Some(1));
        assert_eq!(find(&["XWADAT_IST", "WADAT_IST_X"], "WADAT_IST"), None);
    }

    #[test]
    fn a_caption_is_the_whole_header_in_its_words() {
        assert_eq!(find(&["IST-WARENAUSG.DATUM"], "Ist-Warenausg.datum"), Some(0));
        assert_eq!(find(&["WARENEMPFÄNGER"], "Warenempfänger"), Some(0));
        assert_eq!(find(&["ship_to  country"], "Ship-To Country"), Some(0));
        assert_eq!(find(&["returned_qty", "Qty shipped"], "Qty"), None);
        assert_eq!(find(&["Invoice"], "Invoice #"), None);
    }
}
