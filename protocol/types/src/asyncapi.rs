//! `AsyncAPI` 3: channel, operations and messages of the whole protocol, as one document.

use serde_json::{Map, Value as Json, json};
use sio_p2p_protocol::schema::{SchemaFile, bundle, draft_07};

use crate::model::TypeFile;
use crate::model::catalogue::{Catalogue, Event};
use crate::model::words::camel;

/// Where the bundle of schemas keeps its parts, and where the document does.
const DEFINITIONS: &str = "#/definitions/";
const SCHEMAS: &str = "#/components/schemas/";

/// The document, as of the server.
pub(crate) fn files(catalogue: &Catalogue) -> Vec<TypeFile> {
    let text = format!("{:#}\n", document(catalogue));
    vec![TypeFile::new("asyncapi.json", text)]
}

fn document(catalogue: &Catalogue) -> Json {
    let events = &catalogue.events;
    let messages = events
        .iter()
        .map(|event| (event.of.clone(), message(event)));
    let answers = catalogue.acks.iter().map(|ack| {
        let answer = json!({
            "name": ack.of,
            "title": ack.of,
            "summary": ack.description,
            "description": ack.origin(),
            "contentType": "application/json",
            "payload": { "$ref": format!("{SCHEMAS}{}", ack.of) },
            "x-answers": ack.answers,
        });
        (ack.of.clone(), answer)
    });
    let messages: Map<String, Json> = messages.chain(answers).collect();
    let on_channel = |name: &String| {
        let place = format!("#/components/messages/{name}");
        (name.clone(), json!({ "$ref": place }))
    };
    let on_channel: Map<String, Json> = messages.keys().map(on_channel).collect();
    let operations = events
        .iter()
        .map(|event| (camel(&event.of), operation(event)));
    let dialects: Vec<&str> = catalogue.dialects.iter().map(|one| one.as_str()).collect();
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:sio-p2p:asyncapi:1",
        "info": {
            "title": "Socket.IO peer-to-peer",
            "version": "1.0.0",
            "description": format!(
                "Client-to-client messages over Socket.IO, dialects {}, as a server sees them: it \
                 receives what clients send. A message is the EVENT packet of the name \
                 `x-event`; its payload are the arguments behind the name. A reply is the ACK \
                 packet with the id of the event.",
                dialects.join(" and ")
            ),
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:3000",
                "pathname": "/socket.io/",
                "protocol": "ws",
                "description": "A client says who it is by the query parameter `clientId`.",
            },
        },
        "channels": {
            "default": {
                "address": "/",
                "title": "The default namespace",
                "messages": on_channel,
            },
        },
        "operations": operations.collect::<Map<_, _>>(),
        "components": {
            "messages": messages,
            "schemas": schemas(catalogue),
        },
    })
}

fn message(event: &Event) -> Json {
    json!({
        "name": event.called,
        "title": event.of,
        "summary": event.description,
        "description": event.origin(),
        "contentType": "application/json",
        "payload": { "$ref": format!("{SCHEMAS}{}", event.of) },
        "tags": [{ "name": event.family }],
        "x-key": event.key,
        "x-event": {
            "kind": event.name.kind,
            "prefix": event.name.prefix,
            "parameter": event.name.parameter.as_ref().map(|parameter| &parameter.name),
            "suffix": event.name.suffix,
        },
        "x-dialects": event.dialects,
        "x-clause": event.clauses,
        "x-failures": event.failures,
    })
}

fn operation(event: &Event) -> Json {
    let place = |of: &str| json!([{ "$ref": format!("#/channels/default/messages/{of}") }]);
    let mut operation = json!({
        "action": if event.is_from_client() { "receive" } else { "send" },
        "channel": { "$ref": "#/channels/default" },
        "title": event.called,
        "messages": place(&event.of),
        "x-ack": { "need": event.ack.need, "description": event.ack.description },
    });
    if let Some(of) = &event.ack.of {
        let channel = json!({ "$ref": "#/channels/default" });
        operation["reply"] = json!({ "channel": channel, "messages": place(of) });
    }
    operation
}

/// The schemas of everything that is named, in the draft that `AsyncAPI` is made of.
fn schemas(catalogue: &Catalogue) -> Map<String, Json> {
    let file = SchemaFile {
        name: "bundle.json".to_owned(),
        schema: bundle(),
    };
    let mut old = draft_07(&file).schema;
    let Some(Json::Object(definitions)) = old.get_mut("definitions").map(Json::take) else {
        return Map::new();
    };
    let types = catalogue.types.iter().map(|known| &known.of);
    let events = catalogue.events.iter().map(|event| &event.of);
    let acks = catalogue.acks.iter().map(|ack| &ack.of);
    let wanted: Vec<&String> = types.chain(events).chain(acks).collect();
    let definitions = definitions
        .into_iter()
        .filter(|(name, _)| wanted.contains(&name));
    definitions
        .map(|(name, mut schema)| {
            moved(&mut schema);
            (name, schema)
        })
        .collect()
}

/// References to where the document keeps its schemas.
fn moved(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            if let Some(Json::String(place)) = members.get_mut("$ref") {
                *place = place.replace(DEFINITIONS, SCHEMAS);
            }
            members.values_mut().for_each(moved);
        }
        Json::Array(elements) => elements.iter_mut().for_each(moved),
        _ => {}
    }
}
