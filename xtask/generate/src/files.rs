//! What is derived, and from what.
//!
//! A producer gives the files that one crate knows how to derive. To add
//! generated files is to add a producer to [`PRODUCERS`]; folders that hold
//! nothing else go into [`FOLDERS`], so that files nobody produces any longer
//! are found and removed.

use std::collections::BTreeMap;

use serde_json::Value;
use sio_p2p_conformance::requirements;
use sio_p2p_protocol::{Dialect, schema};
use sio_p2p_server::config;
use sio_p2p_types::Language;

use crate::pages::{self, Generated};
use crate::problem::Problem;

/// Everything that derives files.
pub(crate) const PRODUCERS: &[fn() -> Vec<Generated>] = &[
    schemas,
    catalogue,
    types,
    server_settings,
    requirement_sets,
    pages::coverage,
    pages::deviations,
    pages::events,
];

/// Folders in which every file is generated.
pub(crate) const FOLDERS: &[&str] = &["spec/requirements", "spec/schema", "spec/types"];

/// Every schema, the copies in draft-07 and the instances, from `protocol` and `conformance`.
fn schemas() -> Vec<Generated> {
    sio_p2p_conformance::schema_files()
        .into_iter()
        .map(|file| (format!("spec/schema/{}", file.name), pretty(&file.schema)))
        .collect()
}

/// The event catalogue, from `protocol`.
fn catalogue() -> Vec<Generated> {
    vec![(
        "spec/catalogue.json".to_owned(),
        pretty(&schema::catalogue_json()),
    )]
}

/// The types of other languages, from `protocol/types`.
fn types() -> Vec<Generated> {
    let files = Language::ALL.into_iter().flat_map(|language| {
        // The catalogue is this repository's own, and that it can be read is tested.
        sio_p2p_types::files(language, &[Dialect::V1, Dialect::V2]).unwrap_or_default()
    });
    files
        .map(|file| (format!("spec/types/{}", file.path), file.text))
        .collect()
}

/// The schema and the table of the server's settings, from `reference-server`.
fn server_settings() -> Vec<Generated> {
    vec![
        (
            "reference-server/config.schema.json".to_owned(),
            pretty(&config::schema()),
        ),
        (
            "reference-server/CONFIGURATION.md".to_owned(),
            config::reference(),
        ),
    ]
}

/// The requirement sets, one for each revision.
fn requirement_sets() -> Vec<Generated> {
    let sets = requirements::REVISIONS.iter().map(|revision| {
        let path = format!("spec/requirements/{revision}.json");
        (path, pretty(&revision.requirements()))
    });
    sets.collect()
}

/// JSON as it is committed: two spaces, a newline at the end.
pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// All files by path; no two producers may give the same one.
pub(crate) fn produce(
    producers: &[fn() -> Vec<Generated>],
) -> Result<BTreeMap<String, String>, Problem> {
    let mut files = BTreeMap::new();
    for (path, content) in producers.iter().flat_map(|produce| produce()) {
        if files.insert(path.clone(), content).is_some() {
            return Err(Problem::Twice(path));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn producers_agree_on_who_writes_what_and_repeat_themselves() {
        let first = produce(PRODUCERS).unwrap();
        assert_eq!(first, produce(PRODUCERS).unwrap());
        let twice: &[fn() -> Vec<Generated>] = &[catalogue, catalogue];
        assert!(produce(twice).is_err());
    }
}
