//! The values that argument lists consist of, for the catalogue.

use serde_json::{Map, Value, json};

use super::accept::accept_id;
use super::catalogue::argument;
use super::generate::id;
use crate::ids::NAMES;
use crate::shape::Shape;
use crate::spec::{AckContent, ArgSpec, ArgType, optional, required};
use crate::value::{Greeting, MaybeClientId};
use crate::{Arguments, Channel, ClientId, EventName, StreamId, catalogue};

/// The members of the message object.
const MESSAGE: &[ArgSpec] = &[
    required::<ClientId>("targetClientId", "The client that shall receive the event."),
    required::<EventName>("event", "The event that it receives."),
    required::<Arguments>("args", "The arguments of that event, passed on unchanged."),
];

/// The members of a stream that have a meaning; any other may stand beside them.
const STREAM: &[ArgSpec] = &[
    required::<StreamId>("sourceStreamId", "The stream id of the opener's end."),
    required::<StreamId>("targetStreamId", "The stream id of the acceptor's end."),
    required::<ClientId>("targetClientId", "The client that shall accept the stream."),
    optional::<MaybeClientId>(
        "sourceClientId",
        "The client that opens the stream; set by the server, whatever the opener wrote.",
    ),
    optional::<Channel>(
        "channel",
        "The channel by which the acceptor sorts requests, dialect v2 only.",
    ),
    optional::<Arguments>(
        "argArray",
        "Arguments of the opener for the acceptor, dialect v2 only.",
    ),
];

/// Every named type: names, objects, and the three that stand for more than one shape.
pub(super) fn all() -> Vec<Value> {
    let names = NAMES.iter().map(|name| {
        json!({
            "type": name.type_name,
            "schema": id(name.type_name),
            "acceptSchema": accept_id(name.type_name),
            "kind": "name",
            "description": name.doc.trim(),
            "mayBeEmpty": name.empty,
            "integersAccepted": name.integers,
            "example": name.example,
        })
    });
    let objects = [
        ("MessageObject", MESSAGE, false),
        ("StreamInfo", STREAM, true),
    ]
    .map(|(name, members, open)| {
        json!({
            "type": name,
            "schema": id(name),
            "acceptSchema": accept_id(name),
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
    .map(|(name, kind)| json!({ "type": name, "schema": id(name), "acceptSchema": accept_id(name), "kind": kind }));
    let mut greeting = value(&Greeting::SHAPE);
    greeting["of"] = greeting["type"].take();
    greeting["type"] = "Greeting".into();
    greeting["schema"] = id("Greeting").into();
    greeting["acceptSchema"] = accept_id("Greeting").into();
    names
        .chain(objects)
        .chain(others)
        .chain([greeting])
        .collect()
}

/// The content of every ack, each once, in the order in which events ask for them.
pub(super) fn acks() -> Vec<&'static AckContent> {
    let mut acks: Vec<&AckContent> = Vec::new();
    for spec in catalogue() {
        if let Some(content) = &spec.ack.content
            && acks
                .iter()
                .all(|known| known.type_name != content.type_name)
        {
            acks.push(content);
        }
    }
    acks
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
