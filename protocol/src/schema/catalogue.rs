//! The catalogue as JSON: what JSON Schema cannot say.

use serde_json::{Map, Value, json};

use super::accept::accept_id;
use super::generate::{clauses as clause_ids, dialects, id};
use super::types::{self, acks, value};
use crate::failure::{FailureCode, Origin, Place};
use crate::spec::{AckContent, AckNeed, AckSpec, ArgSpec, EventSpec, Form, NamePattern};
use crate::{EventName, catalogue, clauses, deviations};

/// Every event with its direction, arguments, ack, clauses and failures, every ack and
/// every type of their values, and the registers of failures, clauses and deviations.
pub fn catalogue_json() -> Value {
    json!({
        "$schema": "schema/catalogue.json",
        "catalogue": "sio-p2p",
        "version": 1,
        "description": "Generated from the crate sio-p2p-protocol. Schemas are named by their id; the files are in schema/. What the members mean is in schema/catalogue.json.",
        "reservedEventNames": EventName::reserved(),
        "events": catalogue().iter().map(event).collect::<Vec<_>>(),
        "acks": acks().into_iter().map(answer).collect::<Vec<_>>(),
        "types": types::all(),
        "failures": FailureCode::ALL.iter().map(|code| failure(*code)).collect::<Vec<_>>(),
        "clauses": clauses(),
        "deviations": deviations(),
    })
}

/// The schema of the catalogue itself.
pub fn catalogue_schema() -> Value {
    // A part of this crate, which a test reads; the fallback spares a panic.
    serde_json::from_str(include_str!("catalogue.schema.json")).unwrap_or_default()
}

/// The keywords that the schemas have beside those of JSON Schema, as a meta-schema.
pub fn vocabulary() -> Value {
    // A part of this crate, which a test reads; the fallback spares a panic.
    serde_json::from_str(include_str!("vocabulary.schema.json")).unwrap_or_default()
}

fn event(spec: &EventSpec) -> Value {
    let mut event = Map::new();
    event.insert("key".into(), spec.key.into());
    event.insert("event".into(), spec.name.to_string().into());
    event.insert("name".into(), name(spec.name));
    event.insert("dialects".into(), dialects(spec.dialects));
    event.insert("direction".into(), spec.direction.as_str().into());
    event.insert("family".into(), spec.family.as_str().into());
    event.insert("since".into(), spec.since.into());
    event.insert("until".into(), spec.until.into());
    event.insert("description".into(), spec.doc.into());
    event.insert("type".into(), spec.type_name.into());
    event.insert("argsSchema".into(), id(spec.type_name).into());
    event.insert("acceptSchema".into(), accept_id(spec.type_name).into());
    let forms = spec.forms.iter();
    let forms: Vec<Value> = forms.map(|one| form(one, Some(spec.ack_of(one)))).collect();
    event.insert("forms".into(), forms.into());
    event.insert("ack".into(), ack(&spec.ack));
    event.insert("clauses".into(), clause_ids(spec.clauses));
    let failures: Vec<&str> = spec.failures.iter().map(|code| code.as_str()).collect();
    event.insert("failures".into(), failures.into());
    event.insert("carriedBy".into(), spec.carried_by.into());
    let examples: Vec<Value> = spec
        .examples
        .iter()
        .map(|example| json!({ "ack": example.ack, "data": example.data }))
        .collect();
    event.insert("examples".into(), examples.into());
    Value::Object(event)
}

/// The name in its parts: it is the prefix, the parameter if there is one, and the suffix.
fn name(pattern: NamePattern) -> Value {
    let parameter = pattern.parameter_name().zip(parameter_type(pattern));
    let parameter =
        parameter.map(|(parameter, of)| json!({ "name": parameter, "type": of, "schema": id(of) }));
    json!({
        "kind": match pattern {
            NamePattern::Exact(_) => "exact",
            NamePattern::Prefix { .. } => "prefix",
            NamePattern::Suffix { .. } => "suffix",
            NamePattern::Any { .. } => "any",
        },
        "prefix": pattern.prefix(),
        "parameter": parameter,
        "suffix": pattern.suffix(),
    })
}

/// The type of the variable part of a name.
pub(super) fn parameter_type(pattern: NamePattern) -> Option<&'static str> {
    pattern.parameter_name().map(|parameter| match parameter {
        "channel" => "Channel",
        "stream" => "StreamId",
        "room" => "RoomName",
        _ => "EventName",
    })
}

/// One argument list; that of an event says whether an ack id goes with it.
fn form(form: &Form, ack: Option<AckNeed>) -> Value {
    let mut json = Map::new();
    json.insert("description".into(), form.doc.trim().into());
    if let Some(need) = ack {
        json.insert("ack".into(), need.as_str().into());
    }
    let args: Vec<Value> = form.args.iter().map(argument).collect();
    json.insert("args".into(), args.into());
    Value::Object(json)
}

/// One argument, or one member of an object.
pub(super) fn argument(arg: &ArgSpec) -> Value {
    json!({
        "name": arg.name,
        "presence": arg.presence.as_str(),
        "expected": arg.expected,
        "value": value(&arg.shape),
        "description": arg.doc,
    })
}

fn ack(ack: &AckSpec) -> Value {
    json!({
        "need": ack.need.as_str(),
        "optional": ack.need == AckNeed::Optional,
        "relayed": ack.relayed,
        "description": ack.doc,
        "type": ack.content.map(|content| content.type_name),
        "schema": ack.content.map(|content| id(content.type_name)),
    })
}

/// What an ack holds.
fn answer(content: &AckContent) -> Value {
    let answered = catalogue().iter().filter(|spec| {
        spec.ack
            .content
            .is_some_and(|answer| answer.type_name == content.type_name)
    });
    json!({
        "type": content.type_name,
        "schema": id(content.type_name),
        "acceptSchema": accept_id(content.type_name),
        "description": content.doc.trim(),
        "answers": answered.map(|spec| spec.key).collect::<Vec<_>>(),
        "forms": content.forms.iter().map(|one| form(one, None)).collect::<Vec<_>>(),
        "examples": content.examples,
    })
}

fn failure(code: FailureCode) -> Value {
    let spec = code.spec();
    json!({
        "code": spec.name,
        "number": spec.number,
        "dialects": dialects(spec.dialects),
        "places": spec.places.iter().map(|place: &Place| place.as_str()).collect::<Vec<_>>(),
        "texts": spec.texts,
        "bareText": spec.bare,
        "description": spec.doc,
        "origin": match spec.origin {
            Origin::Original => "original",
            Origin::SioP2p => "sio-p2p",
        },
    })
}
