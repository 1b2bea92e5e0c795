//! Small typed numbers that stand for rows of the distinct tables.

use std::num::NonZeroU32;

/// Declares an id whose `Option` costs no more than the id.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id of row `index` of its table; `None` beyond 2^32 - 2 rows.
            #[must_use]
            pub fn from_index(index: usize) -> Option<Self> {
                u32::try_from(index).ok().and_then(|i| i.checked_add(1)).and_then(NonZeroU32::new).map(Self)
            }

            /// The row of the table this id stands for.
            #[must_use]
            pub fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }
    };
}

id!(/** A party as one export wrote it: a row of `ShipmentLines::parties`. */ PartyId);
id!(/** An item as one export wrote it: a row of `ShipmentLines::items`. */ WrittenItemId);
id!(/** A classified item: a row of `Book::items`. */ ItemId);
id!(/** A resolved entity: a row of `Book::entities`. */ EntityId);
id!(/** The less common columns of a line: a row of `ShipmentLines::particulars`. */ ParticularsId);
id!(/** A run of lines of one document: a row of `ShipmentLines::documents`. */ DocumentId);
id!(/** An input file: a row of `ShipmentLines::files`. */ FileId);
id!(/** A `[[source]]` of the pipeline: a row of `ShipmentLines::sources`. */ SourceId);

/// A distinct text; `TextId::EMPTY` is the empty one, and the order of ids is the order of the texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TextId(pub u32);

impl TextId {
    /// The empty text: an absent cell.
    pub const EMPTY: Self = Self(0);

    /// Whether the cell was absent or empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}
