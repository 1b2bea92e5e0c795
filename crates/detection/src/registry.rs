//! The one list of detectors.

use std::collections::BTreeMap;

use chipwatch_records::{Book, NotEvaluated, RunContext};

use crate::detector::Detector;
use crate::detectors::{bulk_purchase, integrity, open_order_hold};
use crate::example::Example;
use crate::parameters::ConfigError;

/// Builds a detector from the table `[detect.<id>]`; without one, with its defaults.
pub type Build = fn(Option<&toml::Value>) -> Result<Box<dyn Detector>, ConfigError>;

/// A detector before it has parameters.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// Its id.
    pub id: &'static str,
    /// The published page: what it looks for, why, its evidence, parameters and innocent explanations.
    pub page: &'static str,
    /// The schema of its parameters.
    pub parameters: fn() -> schemars::Schema,
    /// Examples that must fire, and counter-examples that must not.
    pub examples: fn() -> Vec<Example>,
    /// Builds it.
    pub build: Build,
}

const REGISTERED: &[Registration] =
    &[bulk_purchase::REGISTRATION, integrity::REGISTRATION, open_order_hold::REGISTRATION];

/// Ids that once were, each with the detectors that took its place.
const RETIRED: &[(&str, &[&str])] = &[];

/// Every detector, in the order in which reports list them.
#[must_use]
pub fn all() -> &'static [Registration] {
    REGISTERED
}

/// A detector by its id.
#[must_use]
pub fn registration(id: &str) -> Option<&'static Registration> {
    REGISTERED.iter().find(|detector| detector.id == id)
}

/// The detectors that took the place of a retired one.
#[must_use]
pub fn successors_of_retired(id: &str) -> Option<&'static [&'static str]> {
    RETIRED.iter().find(|(old, _)| *old == id).map(|(_, new)| *new)
}

/// The published page of a detector with its examples, as Markdown.
#[must_use]
pub fn explain(id: &str) -> Option<String> {
    let detector = registration(id)?;
    let mut text = detector.page.trim_end().to_owned();
    text.push_str("\n\n## Examples\n");
    for example in (detector.examples)() {
        text.push('\n');
        text.push_str(&example.to_markdown());
    }
    Some(text)
}

/// The selected detectors with their parameters, in the order of the list. `all` selects every one.
///
/// # Errors
/// Unknown or retired ids, unknown or impossible parameters (of detectors that do not run, too), nothing to run.
pub fn build(
    select: &[String],
    ignore: &[String],
    params: &BTreeMap<String, toml::Value>,
) -> Result<Vec<Box<dyn Detector>>, ConfigError> {
    let named = select.iter().filter(|id| *id != "all");
    for id in named.chain(ignore).chain(params.keys()) {
        must_exist(id)?;
    }
    let is_selected = |id: &str| {
        let selected = select.iter().any(|name| name == "all" || name == id);
        selected && !ignore.iter().any(|name| name == id)
    };
    let mut detectors = Vec::new();
    for registered in REGISTERED {
        let detector = (registered.build)(params.get(registered.id))?;
        if is_selected(registered.id) {
            detectors.push(detector);
        }
    }
    if detectors.is_empty() {
        return Err(ConfigError::NothingSelected);
    }
    Ok(detectors)
}

/// What the detectors cannot look at, sorted, each once.
#[must_use]
pub fn not_evaluated(detectors: &[Box<dyn Detector>], book: &Book, ctx: &RunContext) -> Vec<NotEvaluated> {
    let mut all: Vec<_> = detectors.iter().flat_map(|detector| detector.missing(book, ctx)).collect();
    all.sort();
    all.dedup();
    all
}

fn must_exist(id: &str) -> Result<(), ConfigError> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let key = id.to_owned();
    if registration(id).is_some() {
        Ok(())
    } else if let Some(successors) = successors_of_retired(id) {
        let candidates = owned(successors);
        Err(ConfigError::RetiredDetector { key, candidates })
    } else {
        let candidates = REGISTERED.iter().map(|detector| detector.id.to_owned()).collect();
        Err(ConfigError::UnknownDetector { key, candidates })
    }
}

#[cfg(test)]
mod tests;
