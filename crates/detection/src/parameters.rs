//! Parameters of detectors: one serde type is the schema, the documentation, the default and the validation.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is wrong with the `[detect]` part of a pipeline file. `key` and `candidates` make a did-you-mean.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such detector.
    #[error("there is no detector `{key}`")]
    UnknownDetector {
        /// As written.
        key: String,
        /// All detectors.
        candidates: Vec<String>,
    },
    /// The detector is gone; others took its place.
    #[error("the detector `{key}` is retired; its successors: {}", .candidates.join(", "))]
    RetiredDetector {
        /// As written.
        key: String,
        /// Its successors.
        candidates: Vec<String>,
    },
    /// No such parameter.
    #[error("the detector `{detector}` has no parameter `{key}`")]
    UnknownParameter {
        /// The detector.
        detector: String,
        /// As written: the last part of the key.
        key: String,
        /// The parameters at that place.
        candidates: Vec<String>,
    },
    /// A parameter has a value it cannot have.
    #[error("[detect.{detector}] {key}: {message}")]
    InvalidParameter {
        /// The detector.
        detector: String,
        /// The parameter; empty where `[detect.<id>]` is no table at all.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// No detector is left to run: an empty report would look like a clean one.
    #[error("`select` and `ignore` leave no detector to run")]
    NothingSelected,
}

/// A detector's parameters.
pub(crate) trait Parameters: DeserializeOwned + JsonSchema + Default {
    /// The name of the first parameter that has a value it cannot have, and why.
    fn check(&self) -> Result<(), (&'static str, String)>;
}

/// Reads the table `[detect.<id>]`; without one, the defaults.
pub(crate) fn read<P: Parameters>(detector: &str, table: Option<&toml::Value>) -> Result<P, ConfigError> {
    let Some(table) = table else {
        return Ok(P::default());
    };
    let schema = schemars::schema_for!(P).to_value();
    if let Some((key, candidates)) = unknown_key(table, &schema, &schema) {
        let detector = detector.to_owned();
        return Err(ConfigError::UnknownParameter { detector, key, candidates });
    }
    let invalid = |key: &str, message: String| ConfigError::InvalidParameter {
        detector: detector.to_owned(),
        key: key.to_owned(),
        message,
    };
    let parameters: P = match table.clone().try_into::<P>() {
        Ok(parameters) => parameters,
        Err(error) => {
            let error: toml::de::Error = error;
            let key = wrong_key::<P>(table).unwrap_or_default();
            return Err(invalid(key, error.message().to_owned()));
        }
    };
    parameters.check().map_err(|(key, why)| invalid(key, why))?;
    Ok(parameters)
}

/// The first parameter that cannot be read. Every parameter has a default, so each can be tried alone.
fn wrong_key<P: Parameters>(table: &toml::Value) -> Option<&str> {
    let is_wrong = |key: &str, value: &toml::Value| {
        let alone = toml::Table::from_iter([(key.to_owned(), value.clone())]);
        toml::Value::Table(alone).try_into::<P>().is_err()
    };
    let mut parameters = table.as_table()?.iter();
    let (key, _) = parameters.find(|(key, value)| is_wrong(key, value))?;
    Some(key)
}

/// The first key that the schema does not know, with those it does. serde knows both, but says them in a sentence only.
fn unknown_key(value: &toml::Value, schema: &Value, root: &Value) -> Option<(String, Vec<String>)> {
    let schema = resolve(schema, root);
    match value {
        toml::Value::Table(table) => {
            let known = schema.get("properties")?.as_object()?;
            table.iter().find_map(|(key, value)| match known.get(key) {
                Some(schema) => unknown_key(value, schema, root),
                None => Some((key.clone(), known.keys().cloned().collect())),
            })
        }
        toml::Value::Array(values) => {
            let schema = schema.get("items")?;
            values.iter().find_map(|value| unknown_key(value, schema, root))
        }
        _ => None,
    }
}

fn resolve<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| root.pointer(path.trim_start_matches('#')))
        .unwrap_or(schema)
}
