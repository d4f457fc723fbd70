//! Instances of every type: what is sent, what is taken beside it, and what is refused.
//!
//! They are written by hand, in `instances.json`. Types, schemas, servers and other languages
//! are held to them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::accept::accept_id;
use super::generate::{SchemaFile, file_name, id};
use crate::ids::NAMES;
use crate::spec::{AckNeed, EventSpec};
use crate::{ClientEvent, Direction, ServerEvent, catalogue};

/// The instances of one type: argument lists of an event, without its name, or of an ack, or
/// values.
#[derive(Debug, Clone, Deserialize)]
pub struct Instances {
    /// What conforming senders write.
    pub send: Vec<Value>,
    /// What receivers take beside it.
    pub accept: Vec<Lenient>,
    /// What is refused.
    pub refuse: Vec<Value>,
}

/// An instance that no conforming sender writes, and that receivers take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lenient {
    /// The instance.
    pub data: Value,
    /// What it is taken for, as a conforming sender writes it.
    #[serde(rename = "as")]
    pub meaning: Value,
    /// Whether its packet carries an ack id, where that does not follow from its length.
    #[serde(default)]
    pub ack: Option<bool>,
}

/// The instances of every type, by the name of the type.
pub fn instances() -> Vec<(String, Instances)> {
    // A part of this crate, which a test reads; the fallback spares a panic.
    let all: Map<String, Value> =
        serde_json::from_str(include_str!("instances.json")).unwrap_or_default();
    all.into_iter()
        .filter_map(|(name, set)| Some((name, serde_json::from_value(set).ok()?)))
        .collect()
}

/// The instances as they are published, one file for each type.
pub fn instance_files() -> Vec<SchemaFile> {
    let files = instances().into_iter().map(|(name, set)| {
        let spec = catalogue().iter().find(|spec| spec.type_name == name);
        let ack = |data: &Value| spec.map(|spec| carries_ack(spec, data));
        let mut file = Map::new();
        file.insert("type".into(), name.as_str().into());
        file.insert("schema".into(), id(&name).into());
        file.insert("acceptSchema".into(), accept_id(&name).into());
        if let Some(spec) = spec {
            file.insert("key".into(), spec.key.into());
            file.insert("event".into(), example_name(spec).into());
            file.insert("dialects".into(), json!(spec.dialects));
        }
        let plain = |data: Value| instance(ack(&data), data, None);
        let send: Vec<Value> = set.send.into_iter().map(plain).collect();
        file.insert("send".into(), send.into());
        let lenient = set.accept.into_iter();
        let accept: Vec<Value> = lenient
            .map(|one| instance(one.ack.or(ack(&one.data)), one.data, Some(one.meaning)))
            .collect();
        file.insert("accept".into(), accept.into());
        let refused = set.refuse.into_iter().map(|data| {
            let other = spec.and_then(|spec| other_event(spec, &data));
            let mut refused = plain(data);
            if let Some(key) = other {
                refused["is"] = key.into();
            }
            refused
        });
        let refuse: Vec<Value> = refused.collect();
        file.insert("refuse".into(), refuse.into());
        SchemaFile {
            name: format!("instances/{}", file_name(&name)),
            schema: file.into(),
        }
    });
    let mut files: Vec<SchemaFile> = files.collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// The key of the event of the same name that a packet with these arguments is.
fn other_event(spec: &EventSpec, data: &Value) -> Option<&'static str> {
    let mut packet = vec![Value::from(example_name(spec))];
    packet.extend(data.as_array()?.iter().cloned());
    let text = Value::from(packet).to_string();
    let ack = carries_ack(spec, data);
    let other = match spec.direction {
        Direction::ClientToServer => ClientEvent::decode(&text, ack).ok()?.spec(),
        Direction::ServerToClient => {
            let dialect = spec.dialects.first().copied()?;
            ServerEvent::decode(&text, ack, dialect).ok()?.spec()
        }
    };
    Some(other.key)
}

fn instance(ack: Option<bool>, data: Value, meaning: Option<Value>) -> Value {
    let mut instance = Map::new();
    if let Some(ack) = ack {
        instance.insert("ack".into(), ack.into());
    }
    instance.insert("data".into(), data);
    if let Some(meaning) = meaning {
        instance.insert("as".into(), meaning);
    }
    instance.into()
}

/// Whether a packet with these arguments carries an ack id: always where it may, except that
/// a `null` in the place of the ack function means that it does not.
pub fn carries_ack(spec: &EventSpec, data: &Value) -> bool {
    let length = data.as_array().map_or(0, Vec::len);
    let mut without = spec.forms.iter();
    let without = without.find(|form| spec.ack_of(form) == AckNeed::Never);
    match (spec.ack.need, without) {
        (AckNeed::Never, _) => false,
        (_, Some(form)) => length < form.args.len(),
        (_, None) => true,
    }
}

/// A name that follows the event's pattern.
pub fn example_name(spec: &EventSpec) -> String {
    let of = super::catalogue::parameter_type(spec.name);
    let name = NAMES.iter().find(|name| Some(name.type_name) == of);
    spec.name.name(name.map_or("", |name| name.example))
}
