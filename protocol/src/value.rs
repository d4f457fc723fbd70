//! Shapes of single arguments that are not names: markers that give a position
//! its expectation and its schema.

use crate::ids::{ApiName, Channel, ClientId, EventName, RoomName, StreamId, TopicName};
use crate::payload::{Arguments, Payload};
use crate::schema::wire_schema;
use crate::shape::Shape;
use crate::spec::ArgType;

macro_rules! expected {
    ($($type:ident: $expected:literal, $shape:expr;)+) => {
        $(impl ArgType for $type {
            const EXPECTED: &'static str = $expected;
            const SHAPE: Shape = $shape;
        })+
    };
}

expected! {
    ClientId: "a client id (a string that is not empty)", Shape::name("ClientId");
    EventName: "an event name (a string)", Shape::name("EventName");
    RoomName: "a room name (a string)", Shape::name("RoomName");
    StreamId: "a stream id (a string)", Shape::name("StreamId");
    ApiName: "an API name (a string that is not empty)", Shape::name("ApiName");
    TopicName: "a topic name (a string that is not empty)", Shape::name("TopicName");
    Channel: "a channel (a string that is not empty)", Shape::name("Channel");
    Payload: "a JSON value", Shape::Any { except: &[] };
    Arguments: "an array of event arguments", Shape::Arguments;
}

/// The actions of room packets that select a form of their own.
const FORMS_OF_ROOMS: &[&str] = &[
    "CLIENT_SUBSCRIBE_TOPIC",
    "CLIENT_UNSUBSCRIBE_TOPIC",
    "SERVICE_DESTROY_TOPIC",
];

/// Declares marker types: they have a shape but no values.
macro_rules! markers {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident, $expected:literal, $shape:expr => $schema:tt;
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub(crate) enum $name {}

        impl ArgType for $name {
            const EXPECTED: &'static str = $expected;
            const SHAPE: Shape = $shape;
        }

        wire_schema! { inline $name: $schema }
    )+};
}

markers! {
    /// A text for humans.
    Text, "a string", Shape::Text => {
        "description": "A text for humans.",
        "type": "string",
        "examples": ["Error: Core: Client zz is not connected to server"],
    };
    /// The client that is asked about.
    AnyClientId, "a string", Shape::Name { of: "ClientId", empty: true, null: false, lax: false } => {
        "description": "A client id; the empty text is nobody's.",
        "type": "string",
        "examples": ["bob", ""],
    };
    /// The reason of a refusal.
    Reason, "a reason", Shape::Truthy => {
        "description": "Why it was refused.",
        "type": ["boolean", "number", "string", "array", "object"],
        "items": true,
        "additionalProperties": true,
        "not": { "enum": [false, 0, ""] },
        "examples": ["a reason", {}],
    };
    /// Says that something is done.
    Done, "one null", Shape::Values(&["null"]) => {
        "description": "Says that it is done.",
        "type": "null",
    };
    /// The ids of all clients.
    ClientIds, "an array of client ids", Shape::Names { of: "ClientId" } => {
        "description": "Client ids, each once.",
        "type": "array",
        "items": { "$ref": "#/$defs/ClientId" },
        "uniqueItems": true,
        "examples": [["alice", "bob"], []],
    };
    /// Whether a client is connected.
    Connected, "true or null", Shape::Values(&["true", "null"]) => {
        "description": "True for a connected client, null for one that is not.",
        "enum": [true, null],
    };
    /// Yes or no.
    YesNo, "a boolean", Shape::Values(&["true", "false"]) => {
        "description": "Yes or no.",
        "type": "boolean",
    };
    /// The place where an ack function would stand.
    Null, "null or nothing", Shape::Null => {
        "description": "Stands where the ack function would be when no ack is asked for.",
        "type": "null",
    };
    /// A client id, or null from a connection that gave none.
    MaybeClientId, "a client id or null", Shape::Name { of: "ClientId", empty: false, null: true, lax: true } => {
        "description": "A client id, or null for a connection that gave none.",
        "anyOf": [{ "$ref": "#/$defs/ClientId" }, { "type": "null" }],
        "examples": ["alice", null],
    };
    /// A topic name, or nothing.
    MaybeTopicName, "a topic name or nothing", Shape::Name { of: "TopicName", empty: true, null: false, lax: true } => {
        "description": "The bare name of a topic; an empty one is refused in the ack.",
        "type": "string",
        "examples": ["prices"],
    };
    /// Selects the form that moves another client into a room.
    SubscribeAction, "\"CLIENT_SUBSCRIBE_TOPIC\"", Shape::Literal("CLIENT_SUBSCRIBE_TOPIC") => {
        "description": "Selects the form that moves another client.",
        "const": "CLIENT_SUBSCRIBE_TOPIC",
    };
    /// Selects the form that moves another client out of a room.
    UnsubscribeAction, "\"CLIENT_UNSUBSCRIBE_TOPIC\"", Shape::Literal("CLIENT_UNSUBSCRIBE_TOPIC") => {
        "description": "Selects the form that moves another client.",
        "const": "CLIENT_UNSUBSCRIBE_TOPIC",
    };
    /// Selects the form that empties a room.
    DestroyAction, "\"SERVICE_DESTROY_TOPIC\"", Shape::Literal("SERVICE_DESTROY_TOPIC") => {
        "description": "Selects the form that removes every member.",
        "const": "SERVICE_DESTROY_TOPIC",
    };
    /// Any value that selects no other form.
    PlainAction, "any value", Shape::Any { except: FORMS_OF_ROOMS } => {
        "description": "Any value that selects no other form; it has no effect.",
        "type": ["null", "boolean", "number", "string", "array", "object"],
        "items": true,
        "additionalProperties": true,
        "not": {
            "enum": ["CLIENT_SUBSCRIBE_TOPIC", "CLIENT_UNSUBSCRIBE_TOPIC", "SERVICE_DESTROY_TOPIC"],
        },
        "examples": ["SERVICE_CREATE_TOPIC", null],
    };
    /// An API name, or the empty text for all APIs of the sender.
    ApiNameOrAll, "an API name, an empty string, null or nothing",
        Shape::Name { of: "ApiName", empty: true, null: false, lax: true } => {
        "description": "An API name; empty stands for all APIs of the sender.",
        "type": "string",
        "examples": ["resize-image", ""],
    };
}

/// The answer to a ping, which names the client.
#[derive(Debug)]
pub(crate) enum Greeting {}

impl ArgType for Greeting {
    const EXPECTED: &'static str = "a text of the form `pong from client <id>`";
    const SHAPE: Shape = Shape::Prefixed {
        prefix: "pong from client ",
        of: "ClientId",
    };
}

wire_schema! {
    Greeting: {
        "description": "The answer to a ping: a fixed text and the client's id.",
        "type": "string",
        "pattern": "^pong from client ",
        "minLength": 18,
        "examples": ["pong from client alice"],
    }
}

wire_schema! {
    Payload: {
        "description": "Any JSON value, passed on unchanged. A binary attachment is a placeholder object.",
        "type": ["null", "boolean", "number", "string", "array", "object"],
        "additionalProperties": true,
        "items": true,
        "examples": ["text", 5, {"_placeholder": true, "num": 0}],
    }
}

wire_schema! {
    Arguments: {
        "description": "The arguments of an event, spread at the receiver and passed on unchanged.",
        "type": "array",
        "items": true,
        "examples": [[], [1, "two", {"three": 3}]],
    }
}
