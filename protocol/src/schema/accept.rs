//! The schemas of what a receiver has to take, which is more than a sender may write.
//!
//! They follow from the declarations by the rules of `spec/schemas.md`; a test holds them to
//! what the types read.

use serde_json::{Map, Value, json};

use super::generate::{DRAFT, SchemaFile, file_name, kebab};
use super::types::acks;
use crate::catalogue;
use crate::dialect::Dialect;
use crate::ids::NAMES;
use crate::shape::Shape;
use crate::spec::{AckContent, ArgSpec, ArgType, EventSpec, Form, Presence};
use crate::value::Greeting;

/// Beyond this JavaScript rounds, and what it would print is not what was written.
const SAFE: i64 = (1 << 53) - 1;

/// The stable id of the schema of what a receiver of this type takes.
pub fn accept_id(type_name: &str) -> String {
    format!("urn:sio-p2p:schema:1:accept:{}", kebab(type_name))
}

/// One schema for each type, sorted by file name.
pub fn accept_files() -> Vec<SchemaFile> {
    let events = catalogue().iter().map(|spec| {
        let lists = spec.forms.iter().filter(|form| !is_covered(spec, form));
        let lists = lists.map(|form| list(spec, form)).collect();
        file(spec.type_name, spec.doc, any_of(lists))
    });
    let acks = acks()
        .into_iter()
        .map(|content| file(content.type_name, content.doc.trim(), answer(content)));
    let names = NAMES.iter().map(|name| {
        let shape = Shape::name(name.type_name);
        file(name.type_name, name.doc.trim(), members(value(&shape)))
    });
    let others = [
        ("Payload", "Any JSON value.", json!({})),
        (
            "Arguments",
            "The arguments of an event.",
            value(&Shape::Arguments),
        ),
        (
            "Rooms",
            "One room, or a list of rooms.",
            value(&Shape::Rooms),
        ),
        ("MessageObject", "A message of dialect v1.", message()),
        ("StreamInfo", "A stream of dialect v2.", stream(true)),
        ("Greeting", "The answer to a ping.", value(&Greeting::SHAPE)),
    ];
    let others = others.map(|(name, doc, shape)| file(name, doc, members(shape)));
    let mut files: Vec<SchemaFile> = events.chain(acks).chain(names).chain(others).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn file(type_name: &str, doc: &str, shape: Map<String, Value>) -> SchemaFile {
    let mut schema = Map::new();
    schema.insert("$schema".into(), DRAFT.into());
    schema.insert("$id".into(), accept_id(type_name).into());
    schema.insert("title".into(), type_name.into());
    let doc =
        format!("{doc} This is what a receiver takes, which is more than a sender may write.");
    schema.insert("description".into(), doc.into());
    schema.extend(shape);
    SchemaFile {
        name: format!("accept/{}", file_name(type_name)),
        schema: schema.into(),
    }
}

fn members(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn any_of(mut lists: Vec<Map<String, Value>>) -> Map<String, Value> {
    if lists.len() == 1 {
        return lists.remove(0);
    }
    Map::from_iter([("anyOf".to_owned(), lists.into())])
}

/// True for a form that another one contains, because its last argument may be missing.
fn is_covered(spec: &EventSpec, form: &Form) -> bool {
    spec.forms.iter().any(|longer| {
        longer.args.len() == form.args.len() + 1
            && longer.args.last().is_some_and(may_be_missing)
            && longer
                .args
                .iter()
                .zip(form.args)
                .all(|(a, b)| a.shape == b.shape)
    })
}

fn may_be_missing(arg: &ArgSpec) -> bool {
    arg.presence != Presence::Required
        || matches!(arg.shape, Shape::Null | Shape::Name { lax: true, .. })
}

/// The schema of one argument list: what is missing at its end reads like nothing, what is
/// too much is ignored.
fn list(spec: &EventSpec, form: &Form) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".into(), "array".into());
    let positional = form
        .args
        .iter()
        .filter(|arg| arg.presence != Presence::Rest);
    let positional: Vec<&ArgSpec> = positional.collect();
    let missing = positional.iter().rev();
    let missing = missing.take_while(|arg| may_be_missing(arg)).count();
    let required = positional.len() - missing;
    if !positional.is_empty() {
        let items = (0..positional.len()).map(|index| argument(spec, form, index));
        schema.insert("prefixItems".into(), items.collect::<Vec<_>>().into());
    }
    schema.insert("items".into(), true.into());
    schema.insert("minItems".into(), required.into());
    schema
}

/// The schema of the argument at this index.
fn argument(spec: &EventSpec, form: &Form, index: usize) -> Value {
    let Some(arg) = form.args.get(index) else {
        return json!({});
    };
    let before = index
        .checked_sub(1)
        .and_then(|before| form.args.get(before));
    match arg.shape {
        // In a room packet a second argument would select the form of dialect `v1` or be
        // called as a function. In a message it is the last argument of the event.
        Shape::Null if before.is_some_and(|arg| arg.shape == Shape::Rooms) => {
            json!({ "type": "null" })
        }
        Shape::Null => json!({}),
        Shape::Any { .. } => {
            let others = spec.forms.iter().filter_map(|form| form.args.get(index));
            let others: Vec<&str> = others.filter_map(|arg| arg.shape.literal()).collect();
            if others.is_empty() {
                json!({})
            } else {
                json!({ "not": { "enum": others } })
            }
        }
        Shape::Object("MessageObject") => message(),
        Shape::Object(_) => stream(spec.speaks(Dialect::V2)),
        shape => value(&shape),
    }
}

/// The schema of a value that does not depend on its place.
fn value(shape: &Shape) -> Value {
    match *shape {
        Shape::Name {
            of,
            empty,
            null,
            lax,
        } => name(of, empty || lax, null || lax),
        Shape::Prefixed { prefix, .. } => {
            let shortest = prefix.chars().count() + 1;
            json!({ "type": "string", "pattern": format!("^{prefix}"), "minLength": shortest })
        }
        Shape::Text => json!({ "type": "string" }),
        Shape::Literal(text) => json!({ "const": text }),
        Shape::Values(values) => {
            let mut values: Vec<&str> = values.to_vec();
            // Not connected: no original says it so, and every client takes it so.
            if values == ["true", "null"] {
                values.push("false");
            }
            let values = values.into_iter();
            let values = values.filter_map(|value| serde_json::from_str::<Value>(value).ok());
            json!({ "enum": values.collect::<Vec<_>>() })
        }
        Shape::Arguments => json!({ "type": "array", "items": true }),
        Shape::Rooms => {
            let room = name("RoomName", false, false);
            let rooms = json!({ "type": "array", "items": room });
            json!({ "anyOf": [room, rooms] })
        }
        Shape::Names { .. } => {
            json!({ "type": "array", "items": { "type": "string", "minLength": 1 } })
        }
        Shape::Null | Shape::Any { .. } | Shape::Truthy | Shape::Object(_) => json!({}),
    }
}

/// A name, or an integer where names are compared as text.
fn name(of: &str, empty: bool, null: bool) -> Value {
    let known = NAMES.iter().find(|name| name.type_name == of);
    let mut text = json!({ "type": "string" });
    if !empty && known.is_some_and(|name| !name.empty) {
        text["minLength"] = 1.into();
    }
    let mut kinds = vec![text];
    if known.is_some_and(|name| name.integers) {
        kinds.push(json!({ "type": "integer", "minimum": -SAFE, "maximum": SAFE }));
    }
    if null {
        kinds.push(json!({ "type": "null" }));
    }
    if kinds.len() == 1 {
        kinds.remove(0)
    } else {
        json!({ "anyOf": kinds })
    }
}

/// A message object: members that it does not know are ignored.
fn message() -> Value {
    json!({
        "type": "object",
        "properties": {
            "targetClientId": name("ClientId", false, false),
            "event": name("EventName", false, false),
            "args": { "type": "array", "items": true },
        },
        "required": ["targetClientId", "event", "args"],
        "additionalProperties": true,
    })
}

/// A stream: the source is the server's to say, and a channel is of dialect `v2` only.
fn stream(channels: bool) -> Value {
    let mut properties = json!({
        "sourceStreamId": name("StreamId", false, false),
        "targetStreamId": name("StreamId", false, false),
        "targetClientId": name("ClientId", false, false),
    });
    if channels {
        let none = json!({ "enum": [null, false, ""] });
        properties["channel"] = json!({ "anyOf": [name("Channel", false, false), none] });
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": ["sourceStreamId", "targetStreamId", "targetClientId"],
        "additionalProperties": true,
    })
}

/// The schema of an ack. What is said by a first argument that is true or missing can be
/// said by any list.
fn answer(content: &AckContent) -> Map<String, Value> {
    let [form] = content.forms else {
        return Map::from_iter([("type".to_owned(), "array".into())]);
    };
    if form.args.is_empty() {
        return members(json!({ "type": "array", "maxItems": 0 }));
    }
    let positional = form
        .args
        .iter()
        .filter(|arg| arg.presence != Presence::Rest);
    let items: Vec<Value> = positional.map(|arg| value(&arg.shape)).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "array".into());
    if !items.is_empty() {
        schema.insert("minItems".into(), items.len().into());
        schema.insert("prefixItems".into(), items.into());
    }
    schema.insert("items".into(), true.into());
    schema
}
