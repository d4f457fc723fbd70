//! Shapes of single arguments that are not names: markers that give a position
//! its expectation and its schema.

use crate::ids::{ApiName, ClientId, EventName, RoomName, StreamId, TopicName};
use crate::payload::{Arguments, Payload};
use crate::schema::wire_schema;
use crate::spec::ArgType;

macro_rules! expected {
    ($($type:ident: $expected:literal;)+) => {
        $(impl ArgType for $type { const EXPECTED: &'static str = $expected; })+
    };
}

expected! {
    ClientId: "a client id (a string that is not empty)";
    EventName: "an event name (a string)";
    RoomName: "a room name (a string)";
    StreamId: "a stream id (a string)";
    ApiName: "an API name (a string that is not empty)";
    TopicName: "a topic name (a string that is not empty)";
    Payload: "a JSON value";
    Arguments: "an array of event arguments";
}

/// Declares marker types: they have a shape but no values.
macro_rules! markers {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident, $expected:literal $(, only $literal:literal)? => $schema:tt;
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub(crate) enum $name {}

        impl ArgType for $name {
            const EXPECTED: &'static str = $expected;
            $(const LITERAL: Option<&'static str> = Some($literal);)?
        }

        wire_schema! { inline $name: $schema }
    )+};
}

markers! {
    /// A text for humans.
    Text, "a string" => {
        "description": "A text for humans.",
        "type": "string",
        "examples": ["Error: Core: Client zz is not connected to server"],
    };
    /// The place where an ack function would stand.
    Null, "null or nothing" => {
        "description": "Stands where the ack function would be when no ack is asked for.",
        "type": "null",
    };
    /// A client id, or null from a connection that gave none.
    MaybeClientId, "a client id or null" => {
        "description": "A client id, or null for a connection that gave none.",
        "type": ["string", "null"],
        "examples": ["alice", null],
    };
    /// A topic name, or nothing.
    MaybeTopicName, "a topic name or nothing" => {
        "description": "The bare name of a topic; an empty one is refused in the ack.",
        "type": ["string", "null"],
        "examples": ["prices"],
    };
    /// Selects the form that moves another client into a room.
    SubscribeAction, "\"CLIENT_SUBSCRIBE_TOPIC\"", only "CLIENT_SUBSCRIBE_TOPIC" => {
        "description": "Selects the form that moves another client.",
        "const": "CLIENT_SUBSCRIBE_TOPIC",
    };
    /// Selects the form that moves another client out of a room.
    UnsubscribeAction, "\"CLIENT_UNSUBSCRIBE_TOPIC\"", only "CLIENT_UNSUBSCRIBE_TOPIC" => {
        "description": "Selects the form that moves another client.",
        "const": "CLIENT_UNSUBSCRIBE_TOPIC",
    };
    /// Selects the form that empties a room.
    DestroyAction, "\"SERVICE_DESTROY_TOPIC\"", only "SERVICE_DESTROY_TOPIC" => {
        "description": "Selects the form that removes every member.",
        "const": "SERVICE_DESTROY_TOPIC",
    };
    /// Any value that selects no other form.
    PlainAction, "any value" => {
        "description": "Any value that selects no other form; it has no effect.",
        "not": {
            "enum": ["CLIENT_SUBSCRIBE_TOPIC", "CLIENT_UNSUBSCRIBE_TOPIC", "SERVICE_DESTROY_TOPIC"],
        },
        "examples": ["SERVICE_CREATE_TOPIC", null],
    };
    /// An API name, or the empty text for all APIs of the sender.
    ApiNameOrAll, "an API name, an empty string, null or nothing" => {
        "description": "An API name; empty or absent stands for all APIs of the sender.",
        "type": ["string", "null"],
        "examples": ["resize-image", ""],
    };
}

wire_schema! {
    Payload: {
        "description": "Any JSON value, passed on unchanged. A binary attachment is a placeholder object.",
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
