//! The generated schemas are valid, say what they must, accept what is right and
//! refuse what is not.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sio_p2p_protocol::schema::{
    bundle, catalogue_json, catalogue_schema, file_name, files, id, vocabulary,
};
use sio_p2p_protocol::{ClauseId, FailureCode, catalogue};

/// Calls `visit` for every subschema; members whose values are data are left out.
fn walk<'s>(schema: &'s Value, visit: &mut impl FnMut(&'s Value)) {
    match schema {
        Value::Object(members) => {
            visit(schema);
            for (key, member) in members {
                match key.as_str() {
                    "examples" | "enum" | "const" | "x-ack" => {}
                    "properties" | "$defs" => {
                        member
                            .as_object()
                            .unwrap()
                            .values()
                            .for_each(|value| walk(value, visit));
                    }
                    _ => walk(member, visit),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| walk(element, visit)),
        _ => {}
    }
}

#[test]
fn every_file_is_a_valid_schema_with_its_own_id() {
    let mut ids = BTreeSet::new();
    for file in files() {
        assert!(jsonschema::meta::is_valid(&file.schema), "{}", file.name);
        let title = file.schema["title"].as_str().unwrap();
        assert_eq!(file.schema["$id"], id(title));
        assert_eq!(file.name, file_name(title));
        assert_eq!(
            file.schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert!(
            !file.schema["description"].as_str().unwrap().is_empty(),
            "{}",
            file.name
        );
        assert!(
            ids.insert(file.schema["$id"].as_str().unwrap().to_owned()),
            "{}",
            file.name
        );
    }
    assert_eq!(id("P2pEmitV2"), "urn:sio-p2p:schema:1:p2p-emit-v2");
}

#[test]
fn the_bundle_holds_every_type_and_generation_is_repeatable() {
    let bundle = bundle();
    let names: BTreeSet<String> = bundle["$defs"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| file_name(name))
        .collect();
    let files: BTreeSet<String> = files()
        .into_iter()
        .map(|file| file.name)
        .filter(|name| name != "bundle.json")
        .collect();
    assert_eq!(names, files);
    assert_eq!(bundle.to_string(), self::bundle().to_string());
    assert_eq!(catalogue_json().to_string(), catalogue_json().to_string());
}

#[test]
fn events_carry_what_a_schema_cannot_say() {
    let files: BTreeMap<String, Value> = files()
        .into_iter()
        .map(|file| (file.name, file.schema))
        .collect();
    for spec in catalogue() {
        let schema = &files[&file_name(spec.type_name)];
        assert_eq!(schema["x-event"], spec.name.to_string());
        assert_eq!(schema["x-key"], spec.key);
        assert_eq!(schema["x-direction"], spec.direction.as_str());
        assert_eq!(schema["x-family"], spec.family.as_str());
        assert_eq!(schema["x-dialects"], json!(spec.dialects));
        assert_eq!(schema["x-clause"], json!(spec.clauses));
        assert_eq!(schema["x-ack"]["need"], spec.ack.need.as_str());
        for code in schema["x-failures"].as_array().unwrap() {
            assert!(code.as_str().unwrap().parse::<FailureCode>().is_ok());
        }
        let Some(content) = spec.ack.content else {
            continue;
        };
        assert_eq!(schema["x-ack"]["schema"], id(content.type_name));
        let ack = &files[&file_name(content.type_name)];
        assert!(
            ack["x-ack-of"]
                .as_array()
                .unwrap()
                .contains(&json!(spec.key))
        );
        for clause in ack["x-clause"].as_array().unwrap() {
            assert!(clause.as_str().unwrap().parse::<ClauseId>().is_ok());
        }
    }
}

#[test]
fn every_keyword_of_ours_is_in_the_vocabulary() {
    let vocabulary = vocabulary();
    assert!(jsonschema::meta::is_valid(&vocabulary));
    let validator = jsonschema::draft202012::new(&vocabulary).unwrap();
    let mut unused: BTreeSet<String> = vocabulary["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let known = unused.clone();
    for file in files() {
        walk(&file.schema, &mut |schema| {
            let ours = schema.as_object().unwrap().keys();
            for key in ours.filter(|key| key.starts_with("x-")) {
                assert!(known.contains(key), "{}: {key}", file.name);
                unused.remove(key);
            }
        });
        assert!(validator.is_valid(&file.schema), "{}", file.name);
    }
    assert!(unused.is_empty(), "{unused:?}");
    assert!(!validator.is_valid(&json!({ "x-direction": "sideways" })));
}

#[test]
fn the_catalogue_is_what_its_schema_says() {
    let schema = catalogue_schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let catalogue = catalogue_json();
    let errors: Vec<String> = validator
        .iter_errors(&catalogue)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut wrong = catalogue.clone();
    wrong["events"][0]["name"]["kind"] = json!("regex");
    assert!(!validator.is_valid(&wrong));
    for event in catalogue["events"].as_array().unwrap() {
        let name = &event["name"];
        let parameter = name["parameter"]["name"].as_str();
        let shown = parameter.map_or(String::new(), |parameter| format!("<{parameter}>"));
        let text = |part: &str| name[part].as_str().unwrap().to_owned();
        assert_eq!(event["event"], text("prefix") + &shown + &text("suffix"));
    }
}

#[test]
fn every_object_and_every_tuple_says_whether_more_may_follow() {
    for file in files() {
        walk(&file.schema, &mut |schema| {
            let named = |member: &str| schema.get(member).is_some();
            let kind = &schema["type"];
            let is_object = kind == "object"
                || kind
                    .as_array()
                    .is_some_and(|kinds| kinds.contains(&json!("object")));
            if is_object || named("properties") {
                assert!(named("additionalProperties"), "{}: {schema}", file.name);
            }
            if named("prefixItems") || kind == "array" {
                assert!(
                    named("items") || named("maxItems"),
                    "{}: {schema}",
                    file.name
                );
            }
        });
    }
}

#[test]
fn every_example_is_valid() {
    let mut count = 0;
    for file in files() {
        walk(&file.schema, &mut |schema| {
            let Some(examples) = schema["examples"].as_array() else {
                return;
            };
            let mut alone = schema.clone();
            alone["$defs"] = file.schema["$defs"].clone();
            if alone["$defs"].is_null() {
                alone.as_object_mut().unwrap().remove("$defs");
            }
            alone.as_object_mut().unwrap().remove("$id");
            let validator = jsonschema::draft202012::new(&alone).unwrap();
            for example in examples {
                count += 1;
                assert!(validator.is_valid(example), "{}: {example}", file.name);
            }
        });
    }
    assert!(count > 100, "only {count} examples found");
}
