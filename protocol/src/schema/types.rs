//! The values that argument lists consist of, for the catalogue.

use serde_json::{Map, Value, json};

use super::catalogue::argument;
use super::generate::id;
use crate::ids::NAMES;
use crate::shape::Shape;
use crate::{message::object, stream::info};

/// Every named type: names, objects, and the three that stand for more than one shape.
pub(super) fn all() -> Vec<Value> {
    let names = NAMES.iter().map(|name| {
        json!({
            "type": name.type_name,
            "schema": id(name.type_name),
            "kind": "name",
            "description": name.doc.trim(),
            "mayBeEmpty": name.empty,
            "integersAccepted": name.integers,
            "example": name.example,
        })
    });
    let objects = [
        ("MessageObject", object::MEMBERS, false),
        ("StreamInfo", info::MEMBERS, true),
    ]
    .map(|(name, members, open)| {
        json!({
            "type": name,
            "schema": id(name),
            "kind": "object",
            "members": members.iter().map(argument).collect::<Vec<_>>(),
            "open": open,
        })
    });
    let others = [
        ("Payload", "any"),
        ("Arguments", "arguments"),
        ("Rooms", "rooms"),
    ]
    .map(|(name, kind)| json!({ "type": name, "schema": id(name), "kind": kind }));
    names.chain(objects).chain(others).collect()
}

/// What may stand at one position, as data.
pub(super) fn value(shape: &Shape) -> Value {
    let (kind, members) = match *shape {
        Shape::Name {
            of,
            empty,
            null: nullable,
            lax,
        } => {
            let always = NAMES.iter().any(|name| name.type_name == of && name.empty);
            let members = json!({
                "type": of,
                "mayBeEmpty": empty || always,
                "mayBeNull": nullable,
                "noneAccepted": lax,
            });
            ("name", members)
        }
        Shape::Prefixed { prefix, of } => ("prefixed", json!({ "prefix": prefix, "type": of })),
        Shape::Text => ("text", json!({})),
        Shape::Null => ("null", json!({})),
        Shape::Literal(text) => ("literal", json!({ "value": text })),
        Shape::Values(texts) => {
            let values = texts.iter().filter_map(|text| json_of(text));
            ("values", json!({ "values": values.collect::<Vec<_>>() }))
        }
        Shape::Any { except } => ("any", json!({ "except": except })),
        Shape::Truthy => ("truthy", json!({})),
        Shape::Arguments => ("arguments", json!({ "type": "Arguments" })),
        Shape::Rooms => ("rooms", json!({ "type": "Rooms", "of": "RoomName" })),
        Shape::Names { of } => ("names", json!({ "of": of })),
        Shape::Object(of) => ("object", json!({ "type": of })),
    };
    let mut value = Map::from_iter([("kind".to_owned(), Value::from(kind))]);
    if let Value::Object(members) = members {
        value.extend(members);
    }
    Value::Object(value)
}

/// A value of a declaration, which is JSON.
fn json_of(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
