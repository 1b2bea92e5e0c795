//! Distinct texts in one arena.

use crate::ids::TextId;

/// Distinct texts, sorted by value, the empty one first.
#[derive(Clone, Debug)]
pub struct Texts {
    arena: String,
    /// End of each text in the arena; it starts where the one before ends.
    ends: Vec<usize>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { arena: String::new(), ends: vec![0] }
    }
}

impl Texts {
    /// Takes texts that are sorted, distinct and not empty.
    pub fn from_sorted<'a>(sorted: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts = Self::default();
        for text in sorted {
            texts.arena.push_str(text);
            texts.ends.push(texts.arena.len());
        }
        texts
    }

    /// The text of an id of this table.
    #[must_use]
    pub fn get(&self, id: TextId) -> &str {
        let index = id.0 as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.arena[start..self.ends[index]]
    }

    /// How many distinct texts there are, the empty one counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never true: the empty text is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The id of a text, where the table has it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<TextId> {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(TextId(middle as u32)) < text {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low < self.ends.len() && self.get(TextId(low as u32)) == text).then_some(TextId(low as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_value_and_by_id() {
        let texts = Texts::from_sorted(["Alpha", "Beta", "Gamma"]);
        assert_eq!(texts.len(), 4);
        assert_eq!(texts.get(TextId::EMPTY), "");
        assert_eq!(texts.find("Beta").map(|id| texts.get(id)), Some("Beta"));
        assert_eq!(texts.find(""), Some(TextId::EMPTY));
        assert_eq!(texts.find("Delta"), None);
    }
}
