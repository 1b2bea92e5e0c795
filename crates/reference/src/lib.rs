//! The embedded reference tables and pure look-ups over them: models, part numbers, systems, veto words, countries.
//!
//! Every table is a readable text file under `tables/`, one row a fact with its source and its confidence.
//! A table that does not parse reads as empty; [`check_tables`] says so, and the pipeline calls it first.

mod folding;
mod table;

pub mod countries;
pub mod kinds;
pub mod models;
pub mod parts;
pub mod systems;
pub mod vetoes;

#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod vendor_table_tests;

pub use chipwatch_records::CountryCode;
pub use countries::{Country, country};
pub use kinds::{Confidence, Kind};
pub use models::{Model, ModelClass, Scope, model, models};
pub use parts::Part;
pub use systems::System;
pub use table::TableError;
pub use vetoes::Veto;

/// The tables as embedded, by file name, for callers that hash them.
#[must_use]
pub const fn tables() -> &'static [(&'static str, &'static str)] {
    &[
        (countries::FILE, countries::TEXT),
        (models::FILE, models::TEXT),
        (parts::FILE, parts::TEXT),
        (systems::FILE, systems::TEXT),
        (vetoes::FILE, vetoes::TEXT),
    ]
}

/// Parses every table. To be called once before any look-up is trusted.
///
/// # Errors
/// The first row that breaks the rules of its table.
pub fn check_tables() -> Result<(), TableError> {
    models::parse(models::TEXT)?;
    parts::parse(parts::TEXT)?;
    systems::parse(systems::TEXT)?;
    vetoes::parse(vetoes::TEXT)?;
    countries::parse(countries::TEXT)?;
    Ok(())
}
