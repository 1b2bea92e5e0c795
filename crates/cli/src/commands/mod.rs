//! One command a file.

pub(crate) mod check;
pub(crate) mod detectors;
pub(crate) mod inspect;
pub(crate) mod run;
pub(crate) mod schema;

use std::path::Path;

use chipwatch_pipeline::InputOverride;

/// `GLOB`, or `NAME=GLOB`. A name has no path separator, so a `=` inside a path stays one.
fn inputs(arguments: &[String]) -> Vec<InputOverride> {
    let split = |text: &String| match text.split_once('=') {
        Some((name, pattern)) if !name.contains(['/', '\\', '*', '.']) && !Path::new(text).exists() => {
            InputOverride { source: Some(name.to_owned()), pattern: pattern.to_owned() }
        }
        _ => InputOverride { source: None, pattern: text.clone() },
    };
    arguments.iter().map(split).collect()
}
