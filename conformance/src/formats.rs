//! What the protocol consists of, in the formats of other tools: the same files as in `spec/`.

use clap::ValueEnum;
use serde_json::Value;
use sio_p2p_protocol::Dialect;
use sio_p2p_protocol::schema::{SchemaFile, catalogue_json};
use sio_p2p_types::{Language, Unreadable};

use crate::schemas::schema_files;

/// Where copies of the schemas in draft-07 are, below the others.
const DRAFT_07: &str = "draft-07/";

/// A format that other tools read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// JSON Schema (2020-12), with instances
    JsonSchema,
    /// JSON Schema (draft-07), for tools that know no later one
    #[value(name = "draft-07")]
    Draft07,
    /// Event maps for the generics of Socket.IO
    #[value(name = "typescript")]
    TypeScript,
    /// Tuples, and models for pydantic
    Python,
    /// Records for Jackson
    Java,
    /// Structs for encoding/json
    Go,
    /// A document of version 3
    #[value(name = "asyncapi")]
    AsyncApi,
    /// Everything else, as data: catalogue.json
    Catalogue,
}

/// The files of a format, by path, with what these dialects have.
pub fn files(format: Format, dialects: &[Dialect]) -> Result<Vec<(String, String)>, Unreadable> {
    let language = match format {
        Format::JsonSchema => return Ok(schemas(false, dialects)),
        Format::Draft07 => return Ok(schemas(true, dialects)),
        Format::Catalogue => {
            let text = pretty(&catalogue(dialects));
            return Ok(vec![("catalogue.json".to_owned(), text)]);
        }
        Format::TypeScript => Language::TypeScript,
        Format::Python => Language::Python,
        Format::Java => Language::Java,
        Format::Go => Language::Go,
        Format::AsyncApi => Language::AsyncApi,
    };
    let folder = format!("{language}/");
    let files = sio_p2p_types::files(language, dialects)?;
    let files = files.into_iter().map(|file| {
        let path = file.path.strip_prefix(&folder).unwrap_or(&file.path);
        (path.to_owned(), file.text)
    });
    Ok(files.collect())
}

/// JSON as it is committed.
fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Whether one of these dialects has what a list of names speaks of; without one all have it.
fn is_spoken(names: Option<&Value>, dialects: &[Dialect]) -> bool {
    let Some(Value::Array(names)) = names else {
        return true;
    };
    let mut names = names.iter().filter_map(Value::as_str);
    names.any(|name| dialects.iter().any(|dialect| dialect.as_str() == name))
}

/// The schemas of one draft.
fn schemas(old: bool, dialects: &[Dialect]) -> Vec<(String, String)> {
    let all = schema_files();
    // Only the schemas of what is sent say whose it is; the others have the same names.
    let foreign = all
        .iter()
        .filter(|file| !is_spoken(file.schema.get("x-dialects"), dialects));
    let foreign: Vec<String> = foreign.map(|file| file.name.clone()).collect();
    let files = all.into_iter().filter_map(|file| {
        let (is_old, name) = match file.name.strip_prefix(DRAFT_07) {
            Some(name) => (true, name.to_owned()),
            None => (false, file.name.clone()),
        };
        let base = name.rsplit('/').next().unwrap_or_default();
        let is_foreign = foreign.iter().any(|other| other == base);
        // Instances belong to both drafts.
        let is_wanted = is_old == old || name.starts_with("instances/");
        (is_wanted && !is_foreign).then(|| (name.clone(), pretty(&of(file, dialects))))
    });
    files.collect()
}

/// A schema; of the bundle the part that these dialects have.
fn of(file: SchemaFile, dialects: &[Dialect]) -> Value {
    let mut schema = file.schema;
    if file.name.ends_with("bundle.json") {
        let spoken = sio_p2p_protocol::schema::bundle();
        let spoken = spoken.get("$defs").cloned().unwrap_or_default();
        for place in ["$defs", "definitions"] {
            if let Some(Value::Object(types)) = schema.get_mut(place) {
                types.retain(|name, _| {
                    let said = spoken.get(name).and_then(|known| known.get("x-dialects"));
                    is_spoken(said, dialects)
                });
            }
        }
    }
    schema
}

/// The catalogue, with the events of these dialects and their answers.
fn catalogue(dialects: &[Dialect]) -> Value {
    let mut catalogue = catalogue_json();
    if let Some(Value::Array(events)) = catalogue.get_mut("events") {
        events.retain(|event| is_spoken(event.get("dialects"), dialects));
    }
    let events = catalogue.get("events").and_then(Value::as_array);
    let keys: Vec<Value> = events
        .into_iter()
        .flatten()
        .filter_map(|event| event.get("key").cloned())
        .collect();
    if let Some(Value::Array(acks)) = catalogue.get_mut("acks") {
        acks.retain_mut(|ack| match ack.get_mut("answers") {
            Some(Value::Array(answers)) => {
                answers.retain(|key| keys.contains(key));
                !answers.is_empty()
            }
            _ => true,
        });
    }
    for list in ["failures", "clauses", "deviations"] {
        if let Some(Value::Array(rows)) = catalogue.get_mut(list) {
            rows.retain(|row| is_spoken(row.get("dialects"), dialects));
        }
    }
    catalogue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_alone_has_nothing_of_the_other() {
        for format in Format::value_variants() {
            let both = files(*format, &Dialect::ALL).unwrap();
            let one = files(*format, &[Dialect::V2]).unwrap();
            let size = |files: &[(String, String)]| -> usize {
                files.iter().map(|(_, text)| text.len()).sum()
            };
            assert!(size(&one) < size(&both), "{format:?}");
            for (path, text) in one {
                let name = path.to_lowercase().replace(['-', '_'], "");
                assert!(!name.contains("multiapi"), "{format:?} {path}");
                // Schemas of answers and of scenarios name what they are about.
                let is_schema = matches!(format, Format::JsonSchema | Format::Draft07);
                let is_told = text.contains("MULTI_API_ADD_TARGET");
                assert!(is_schema || !is_told, "{format:?} {path}");
            }
        }
    }
}
