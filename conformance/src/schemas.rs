//! The JSON Schemas of the suite's own files, and with those of the wire everything that is in
//! `spec/schema`, for `cargo xtask generate` and for whoever has the program alone.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};
use sio_p2p_driver::Line as DriverLine;
use sio_p2p_protocol::schema::{self as wire, SchemaFile};

use crate::known::{BaselineDocument, FlakyDocument};
use crate::report::model::Report;
use crate::scenario::model::{CaseFileDocument, ScenarioDocument};

/// How schemas of the project are named; the number is the version of the formats.
const BASE: &str = "urn:sio-p2p:schema:1:";

/// File names and schemas (draft 2020-12): of scenarios, case files, baselines,
/// reports and the lines of drivers.
pub fn schemas() -> Vec<(&'static str, Value)> {
    let written = SchemaSettings::draft2020_12;
    let read = || written().for_serialize();
    vec![
        schema::<ScenarioDocument<'static>>("scenario.json", written()),
        schema::<CaseFileDocument<'static>>("cases.json", written()),
        schema::<BaselineDocument<'static>>("baseline.json", written()),
        schema::<FlakyDocument<'static>>("flickers.json", written()),
        schema::<Report>("report.json", read()),
        schema::<DriverLine>("driver.json", written()),
    ]
}

/// Every file of `spec/schema` by its path below that folder: the schemas of the wire and of
/// the suite, their copies in draft-07, and the instances.
pub fn schema_files() -> Vec<SchemaFile> {
    let own = schemas().into_iter().map(|(name, schema)| SchemaFile {
        name: name.to_owned(),
        schema,
    });
    let own: Vec<SchemaFile> = own.collect();
    let mut all = wire::all_files();
    all.extend(own.iter().map(wire::draft_07));
    all.extend(own);
    all
}

/// The schema of a file, and its name.
fn schema<T: JsonSchema>(name: &'static str, settings: SchemaSettings) -> (&'static str, Value) {
    let settings = settings.with_transform(RecursiveTransform(prose));
    let schema = SchemaGenerator::from(settings).into_root_schema_for::<T>();
    let mut members = schema.as_object().cloned().unwrap_or_default();
    // What a reader wants to know first comes first.
    let mut ordered = Map::new();
    let id = format!("{BASE}{}", name.trim_end_matches(".json"));
    members.insert("$id".to_owned(), Value::String(id));
    for key in ["$schema", "$id", "title", "description"] {
        if let Some(value) = members.shift_remove(key) {
            ordered.insert(key.to_owned(), value);
        }
    }
    ordered.extend(members);
    (name, Value::Object(ordered))
}

/// Doc comments as prose: lines joined, links to Rust items as plain names. No formats.
fn prose(schema: &mut Schema) {
    // `uint32` and the like are formats of OpenAPI; validators refuse what they do not know.
    schema.remove("format");
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<_> = text
            .split("\n\n")
            .map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        *text = paragraphs
            .join("\n\n")
            .replace("[`", "`")
            .replace("`]", "`");
    }
}
