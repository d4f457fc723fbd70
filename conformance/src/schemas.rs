//! The JSON Schemas of the suite's own files, for `cargo xtask generate`.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};
use sio_p2p_driver::Line as DriverLine;

use crate::known::{BaselineDocument, FlakyDocument};
use crate::report::model::Report;
use crate::scenario::model::{CaseFileDocument, ScenarioDocument};

/// How schemas of the project are named; the number is the version of the formats.
const BASE: &str = "urn:sio-p2p:schema:1:";

/// File names and schemas (draft 2020-12): of scenarios, case files, baselines,
/// reports and the lines of drivers.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "scenario.json",
            schema::<ScenarioDocument<'static>>("scenario.json", false),
        ),
        (
            "cases.json",
            schema::<CaseFileDocument<'static>>("cases.json", false),
        ),
        (
            "baseline.json",
            schema::<BaselineDocument<'static>>("baseline.json", false),
        ),
        (
            "flickers.json",
            schema::<FlakyDocument<'static>>("flickers.json", false),
        ),
        ("report.json", schema::<Report>("report.json", true)),
        ("driver.json", schema::<DriverLine>("driver.json", false)),
    ]
}

/// A schema as those who write the file need it, or (`output`) as those who read it do.
fn schema<T: JsonSchema>(name: &str, output: bool) -> Value {
    let settings = SchemaSettings::draft2020_12();
    let settings = if output {
        settings.for_serialize()
    } else {
        settings
    };
    let mut schema = SchemaGenerator::from(settings)
        .into_root_schema_for::<T>()
        .to_value();
    prose(&mut schema);
    let Value::Object(mut members) = schema else {
        return schema;
    };
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
    Value::Object(ordered)
}

/// Doc comments as prose: lines joined, links to Rust items as plain names.
fn prose(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if key == "description" => {
                        let paragraphs: Vec<_> = text
                            .split("\n\n")
                            .map(|paragraph| {
                                paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
                            })
                            .collect();
                        *text = paragraphs
                            .join("\n\n")
                            .replace("[`", "`")
                            .replace("`]", "`");
                    }
                    value => prose(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(prose),
        _ => {}
    }
}
