//! The catalogue as JSON: what JSON Schema cannot say.

use serde_json::{Map, Value, json};

use super::generate::{clauses as clause_ids, dialects, id};
use crate::failure::{FailureCode, Origin, Place};
use crate::spec::{AckSpec, EventSpec, Form};
use crate::{EventName, catalogue, clauses, deviations};

/// Every event with its direction, arguments, ack, clauses and failures, and
/// the registers of failures, clauses and deviations.
pub fn catalogue_json() -> Value {
    json!({
        "catalogue": "sio-p2p",
        "version": 1,
        "description": "Generated from the crate sio-p2p-protocol. Schemas are named by their id; the files are in schema/.",
        "reservedEventNames": EventName::reserved(),
        "events": catalogue().iter().map(event).collect::<Vec<_>>(),
        "failures": FailureCode::ALL.iter().map(|code| failure(*code)).collect::<Vec<_>>(),
        "clauses": clauses(),
        "deviations": deviations(),
    })
}

fn event(spec: &EventSpec) -> Value {
    let mut event = Map::new();
    event.insert("key".into(), spec.key.into());
    event.insert("event".into(), spec.name.to_string().into());
    event.insert("dialects".into(), dialects(spec.dialects));
    event.insert("direction".into(), spec.direction.as_str().into());
    event.insert("family".into(), spec.family.as_str().into());
    event.insert("since".into(), spec.since.into());
    event.insert("until".into(), spec.until.into());
    event.insert("description".into(), spec.doc.into());
    event.insert("argsSchema".into(), id(spec.type_name).into());
    event.insert(
        "forms".into(),
        spec.forms.iter().map(form).collect::<Vec<_>>().into(),
    );
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

fn form(form: &Form) -> Value {
    let args: Vec<Value> = form
        .args
        .iter()
        .map(|arg| {
            json!({
                "name": arg.name,
                "presence": arg.presence.as_str(),
                "expected": arg.expected,
                "description": arg.doc,
            })
        })
        .collect();
    json!({ "description": form.doc, "args": args })
}

fn ack(ack: &AckSpec) -> Value {
    json!({
        "need": ack.need.as_str(),
        "relayed": ack.relayed,
        "description": ack.doc,
        "schema": ack.content.map(|content| id(content.type_name)),
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
