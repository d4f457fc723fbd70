//! One schema for each type, and the bundle of all.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::accept::accept_files;
use super::catalogue::{catalogue_schema, vocabulary};
use super::draft_07::draft_07;
use super::instances::instance_files;
use super::types::acks;
use crate::clause::ClauseId;
use crate::dialect::Dialect;
use crate::message::MessageObject;
use crate::shape::Shape;
use crate::spec::{AckContent, AckNeed, ArgSpec, EventSpec, Form, Presence};
use crate::value::Greeting;
use crate::{
    ApiName, Arguments, Channel, ClientId, EventName, Payload, RoomName, Rooms, StreamId,
    StreamInfo, TopicName, catalogue,
};

pub(super) const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFile {
    /// The path below `spec/schema`, such as `p2p-emit-v2.json` or `accept/p2p-emit-v2.json`.
    pub name: String,
    /// The content.
    pub schema: Value,
}

/// The stable id of the schema of a type, such as `urn:sio-p2p:schema:1:p2p-emit-v2`.
///
/// The number is the version of the schemas: it changes when an instance that
/// was valid becomes invalid.
pub fn id(type_name: &str) -> String {
    format!("urn:sio-p2p:schema:1:{}", kebab(type_name))
}

/// The name of the file that holds the schema of a type, such as `p2p-emit-v2.json`.
pub fn file_name(type_name: &str) -> String {
    format!("{}.json", kebab(type_name))
}

/// Every type in one schema, by name under `$defs`.
pub fn bundle() -> Value {
    let (types, mut definitions) = collect();
    for (name, schema) in types {
        definitions.insert(name, Value::Object(schema));
    }
    // An `$id` of its own would turn each into a document of its own, in which `#/$defs/` is
    // another place.
    for (name, schema) in &mut definitions {
        if let Value::Object(schema) = schema {
            schema.insert("x-id".into(), id(name).into());
        }
    }
    definitions.sort_keys();
    json!({
        "$schema": DRAFT,
        "$id": id("Bundle"),
        "title": "Bundle",
        "description": "Every wire type of the Socket.IO peer-to-peer protocol: argument lists of events, argument lists of acks, and the values they consist of.",
        "$defs": definitions,
    })
}

/// One self-contained schema for each type, sorted by file name, and the bundle.
pub fn files() -> Vec<SchemaFile> {
    let (types, definitions) = collect();
    let mut all = definitions.clone();
    for (name, schema) in types {
        all.insert(name, Value::Object(schema));
    }
    let mut files = vec![SchemaFile {
        name: file_name("Bundle"),
        schema: bundle(),
    }];
    for (name, schema) in &all {
        let mut file = Map::new();
        file.insert("$schema".into(), DRAFT.into());
        file.insert("$id".into(), id(name).into());
        if let Value::Object(schema) = schema {
            file.extend(schema.clone());
        }
        let mut needed = Map::new();
        references(schema, &all, &mut needed);
        if !needed.is_empty() {
            needed.sort_keys();
            file.insert("$defs".into(), Value::Object(needed));
        }
        files.push(SchemaFile {
            name: file_name(name),
            schema: Value::Object(file),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// Everything below `spec/schema` that is about the wire: what is sent, what is taken and the
/// schema of the catalogue, each in draft-07 too, instances, and the vocabulary.
pub fn all_files() -> Vec<SchemaFile> {
    let mut all = files();
    all.extend(accept_files());
    all.push(SchemaFile {
        name: file_name("Catalogue"),
        schema: catalogue_schema(),
    });
    let copies: Vec<SchemaFile> = all.iter().map(draft_07).collect();
    all.extend(copies);
    all.extend(instance_files());
    all.push(SchemaFile {
        name: file_name("Vocabulary"),
        schema: vocabulary(),
    });
    all
}

type Named = Vec<(String, Map<String, Value>)>;

/// The schemas of all argument lists and acks, and the definitions they use.
fn collect() -> (Named, Map<String, Value>) {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    define_values(&mut generator);
    let mut types = Vec::new();
    for spec in catalogue() {
        types.push((spec.type_name.to_owned(), event(spec, &mut generator)));
    }
    for content in acks() {
        types.push((
            content.type_name.to_owned(),
            answer(content, &mut generator),
        ));
    }
    let mut definitions = generator.take_definitions(true);
    for (name, schema) in &mut definitions {
        if let Value::Object(schema) = schema {
            let described = std::mem::take(schema);
            schema.insert("title".into(), name.as_str().into());
            schema.extend(described);
        }
    }
    (types, definitions)
}

/// Makes sure that every value type has a definition, used or not.
fn define_values(generator: &mut SchemaGenerator) {
    fn define<T: JsonSchema>(generator: &mut SchemaGenerator) {
        generator.subschema_for::<T>();
    }
    define::<ClientId>(generator);
    define::<EventName>(generator);
    define::<RoomName>(generator);
    define::<StreamId>(generator);
    define::<ApiName>(generator);
    define::<TopicName>(generator);
    define::<Channel>(generator);
    define::<Payload>(generator);
    define::<Arguments>(generator);
    define::<Rooms>(generator);
    define::<StreamInfo>(generator);
    define::<Greeting>(generator);
    define::<MessageObject>(generator);
}

/// The schema of an event's argument list, the event name not included.
fn event(spec: &EventSpec, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("title".into(), spec.type_name.into());
    schema.insert("description".into(), spec.doc.into());
    schema.insert("x-event".into(), spec.name.to_string().into());
    schema.insert("x-key".into(), spec.key.into());
    schema.insert("x-direction".into(), spec.direction.as_str().into());
    schema.insert("x-dialects".into(), dialects(spec.dialects));
    schema.insert("x-family".into(), spec.family.as_str().into());
    schema.insert("x-ack".into(), ack(spec));
    schema.insert("x-clause".into(), clauses(spec.clauses));
    let failures: Vec<&str> = spec.failures.iter().map(|code| code.as_str()).collect();
    schema.insert("x-failures".into(), failures.into());
    schema.extend(forms(spec.forms, generator));
    let examples: Vec<Value> = spec
        .examples
        .iter()
        .filter_map(|e| arguments(e.data))
        .collect();
    schema.insert("examples".into(), examples.into());
    schema
}

/// An example without its event name.
fn arguments(data: &str) -> Option<Value> {
    let Ok(Value::Array(mut elements)) = serde_json::from_str(data) else {
        return None;
    };
    elements.drain(..1);
    Some(elements.into())
}

/// The schema of an ack's argument list.
fn answer(content: &AckContent, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("title".into(), content.type_name.into());
    schema.insert("description".into(), content.doc.trim().into());
    schema.extend(ack_extensions(content.type_name));
    schema.extend(forms(content.forms, generator));
    let examples = content.examples.iter();
    let examples: Vec<Value> = examples
        .filter_map(|example| serde_json::from_str(example).ok())
        .collect();
    schema.insert("examples".into(), examples.into());
    schema
}

/// The schema of a value that has one of these forms.
fn forms(forms: &[Form], generator: &mut SchemaGenerator) -> Map<String, Value> {
    match forms {
        [only] => form(only, generator),
        several => {
            let several = several.iter();
            let forms: Vec<Value> = several.map(|one| form(one, generator).into()).collect();
            Map::from_iter([("oneOf".into(), forms.into())])
        }
    }
}

/// The schema of one argument list.
fn form(form: &Form, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schema = Map::new();
    if !form.doc.is_empty() {
        schema.insert("description".into(), form.doc.trim().into());
    }
    schema.insert("type".into(), "array".into());
    let (rest, positional): (Vec<&ArgSpec>, Vec<&ArgSpec>) = form
        .args
        .iter()
        .partition(|arg| arg.presence == Presence::Rest);
    let required = positional
        .iter()
        .filter(|arg| arg.presence == Presence::Required)
        .count();
    if !positional.is_empty() {
        let items: Vec<Value> = positional
            .iter()
            .map(|arg| argument(arg, generator))
            .collect();
        schema.insert("prefixItems".into(), items.into());
    }
    if let Some(rest) = rest.first() {
        schema.insert("items".into(), argument(rest, generator));
    }
    schema.insert("minItems".into(), required.into());
    // Tools that know no tuples still know how long a list may be.
    if rest.is_empty() {
        schema.insert("maxItems".into(), positional.len().into());
    }
    schema
}

/// The schema of one argument, with its name and meaning at this position.
///
/// The name is no title: tools would make a type of each title.
fn argument(arg: &ArgSpec, generator: &mut SchemaGenerator) -> Value {
    let mut schema = Map::new();
    schema.insert("x-name".into(), arg.name.into());
    schema.insert("description".into(), arg.doc.into());
    // Tools make a class of a named type without a shape, which takes objects only.
    let is_anything = arg.shape == Shape::Any { except: &[] };
    if let Value::Object(own) = Value::from((arg.schema)(generator))
        && !is_anything
    {
        for (key, value) in own {
            schema.entry(key).or_insert(value);
        }
    }
    Value::Object(schema)
}

fn ack(spec: &EventSpec) -> Value {
    let mut ack = Map::new();
    ack.insert("need".into(), spec.ack.need.as_str().into());
    if spec.ack.need != AckNeed::Never {
        ack.insert("relayed".into(), spec.ack.relayed.into());
    }
    ack.insert("description".into(), spec.ack.doc.into());
    if let Some(content) = spec.ack.content {
        ack.insert("schema".into(), id(content.type_name).into());
    }
    Value::Object(ack)
}

/// What an ack's schema says beside its shape: which events it answers, and their facts.
fn ack_extensions(type_name: &str) -> Map<String, Value> {
    let answers = |spec: &&&EventSpec| {
        spec.ack
            .content
            .is_some_and(|content| content.type_name == type_name)
    };
    let specs: Vec<&EventSpec> = catalogue().iter().collect();
    let specs: Vec<&EventSpec> = specs.iter().filter(answers).copied().collect();
    let keys: Vec<&str> = specs.iter().map(|spec| spec.key).collect();
    let spoken: Vec<Dialect> = Dialect::ALL
        .into_iter()
        .filter(|dialect| specs.iter().any(|spec| spec.speaks(*dialect)))
        .collect();
    let mut served: Vec<ClauseId> = specs
        .iter()
        .flat_map(|spec| spec.clauses)
        .copied()
        .collect();
    served.sort_unstable();
    served.dedup();
    let mut extensions = Map::new();
    extensions.insert("x-ack-of".into(), keys.into());
    extensions.insert("x-dialects".into(), dialects(&spoken));
    extensions.insert("x-clause".into(), clauses(&served));
    extensions
}

pub(super) fn dialects(dialects: &[Dialect]) -> Value {
    dialects
        .iter()
        .map(|dialect| dialect.as_str())
        .collect::<Vec<_>>()
        .into()
}

pub(super) fn clauses(clauses: &[ClauseId]) -> Value {
    clauses
        .iter()
        .map(|clause| clause.as_str())
        .collect::<Vec<_>>()
        .into()
}

/// Gathers the definitions that a schema refers to, directly or not.
fn references(schema: &Value, all: &Map<String, Value>, found: &mut Map<String, Value>) {
    match schema {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|reference| reference.strip_prefix("#/$defs/"));
            if let Some((name, target)) = name.and_then(|name| all.get_key_value(name))
                && !found.contains_key(name)
            {
                found.insert(name.clone(), target.clone());
                references(target, all, found);
            }
            for value in members.values() {
                references(value, all, found);
            }
        }
        Value::Array(elements) => {
            for value in elements {
                references(value, all, found);
            }
        }
        _ => {}
    }
}

/// `P2pEmitV2` as `p2p-emit-v2`.
pub(super) fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for (i, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && i > 0 {
            text.push('-');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}
