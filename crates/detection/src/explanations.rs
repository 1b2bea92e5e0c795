//! Innocent readings, held against what the records say of an entity.

use chipwatch_records::{Checked, Entity, InnocentExplanation};

/// Classes whose ordinary business is volume.
const VOLUME_CLASSES: &[&str] =
    &["cloud", "hyperscaler", "colocation", "oem", "distributor", "university", "research"];

/// Classes that buy in order to sell.
const RESALE_CLASSES: &[&str] = &["distributor", "reseller", "oem"];

/// Volume is its ordinary business.
pub(crate) fn ordinary_volume(entity: &Entity) -> InnocentExplanation {
    by_class(
        entity,
        VOLUME_CLASSES,
        "Clouds, equipment makers, distributors and universities buy such volumes in their ordinary business.",
    )
}

/// It sells on what it buys.
pub(crate) fn resale(entity: &Entity) -> InnocentExplanation {
    by_class(
        entity,
        RESALE_CLASSES,
        "It may sell the chips on, alone or in systems: a reseller's purchases are those of its customers.",
    )
}

/// The records cannot tell.
pub(crate) fn not_checkable(text: &str, why: &str) -> InnocentExplanation {
    InnocentExplanation { text: text.to_owned(), checked: Checked::NotCheckable, why: why.to_owned() }
}

fn by_class(entity: &Entity, classes: &[&str], text: &str) -> InnocentExplanation {
    let class = entity.class.as_str();
    let (checked, why) = if classes.contains(&class) {
        let source = match entity.class_source.as_str() {
            "" => String::new(),
            source => format!(", according to {source}"),
        };
        (Checked::Supported, format!("Its class is {class}{source}."))
    } else if class.is_empty() {
        (Checked::NotCheckable, "Nobody has said what class of firm it is.".to_owned())
    } else {
        (Checked::NotCheckable, format!("Its class is {class}, which does not settle it."))
    };
    InnocentExplanation { text: text.to_owned(), checked, why }
}
