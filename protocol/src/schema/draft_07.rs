//! The same schemas in draft-07, for tools that know no later one.

use serde_json::{Map, Value, json};

use super::generate::SchemaFile;

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// Where copies in draft-07 are, below the schemas.
const FOLDER: &str = "draft-07/";

/// A copy of a schema in draft-07, under a name and an id of its own.
///
/// It says the same of instances. Tools of that draft read nothing beside a `$ref` and
/// stumble over keywords they do not know, so names of arguments and the other `x-` members
/// stay out.
pub fn draft_07(file: &SchemaFile) -> SchemaFile {
    let mut schema = convert(&file.schema);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".into(), DRAFT.into());
        if let Some(Value::String(id)) = members.get_mut("$id") {
            *id = id.replace("urn:sio-p2p:schema:1:", "urn:sio-p2p:schema:1:draft-07:");
        }
    }
    SchemaFile {
        name: format!("{FOLDER}{}", file.name),
        schema,
    }
}

/// One schema, with those inside of it.
fn convert(schema: &Value) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    if let Some(Value::String(reference)) = members.get("$ref") {
        let reference = reference.replace("#/$defs/", "#/definitions/");
        if !members.contains_key("$schema") {
            return Map::from_iter([("$ref".to_owned(), Value::from(reference))]).into();
        }
    }
    // Tools make a class of what has a description and no shape.
    let says_nothing = |key: &String| key == "description" || key.starts_with("x-");
    if members.keys().all(says_nothing) {
        return true.into();
    }
    let is_tuple = members.contains_key("prefixItems");
    let has_members = members.contains_key("properties");
    let mut converted = Map::new();
    for (key, value) in members {
        let (key, value) = match key.as_str() {
            name if name.starts_with("x-") => continue,
            "$defs" => ("definitions", definitions(value)),
            "prefixItems" => ("items", tuple(value, members.get("items"))),
            "items" if is_tuple => ("additionalItems", convert(value)),
            "properties" => ("properties", each(value)),
            // Some tools keep other members only if there is a schema for them.
            "additionalProperties" if has_members && *value == Value::Bool(true) => {
                ("additionalProperties", Map::new().into())
            }
            "oneOf" | "anyOf" | "allOf" => (key.as_str(), list(value)),
            "items"
            | "not"
            | "additionalProperties"
            | "contains"
            | "propertyNames"
            | "if"
            | "then"
            | "else" => (key.as_str(), convert(value)),
            other => (other, value.clone()),
        };
        converted.insert(key.to_owned(), value);
    }
    converted.into()
}

/// The schemas of a tuple.
///
/// What may follow is said once more as its last member, which may be missing: some tools do
/// not read `additionalItems`. A tuple of one is a list whose length is one: in a choice some
/// tools take the tuple for its member.
fn tuple(schemas: &Value, rest: Option<&Value>) -> Value {
    if let (Some([only]), None) = (schemas.as_array().map(Vec::as_slice), rest) {
        return convert(only);
    }
    let mut schemas = list(schemas);
    if let (Value::Array(schemas), Some(rest)) = (&mut schemas, rest) {
        schemas.push(convert(rest));
    }
    schemas
}

/// Every schema of a list.
fn list(schemas: &Value) -> Value {
    let schemas = schemas.as_array().map_or(&[][..], Vec::as_slice);
    schemas.iter().map(convert).collect::<Vec<_>>().into()
}

/// Every definition. Some tools want an object also of one that says nothing.
fn definitions(schemas: &Value) -> Value {
    let mut definitions = each(schemas);
    for (name, definition) in definitions.as_object_mut().into_iter().flatten() {
        if definition.is_boolean() {
            *definition = json!({ "title": name });
        }
    }
    definitions
}

/// Every schema of an object of schemas.
fn each(schemas: &Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    let schemas = schemas.map(|(name, schema)| (name.clone(), convert(schema)));
    schemas.collect::<Map<_, _>>().into()
}
