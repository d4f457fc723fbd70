//! Values: their types, how they are read and written, and what constructors look at.

use crate::model::catalogue::{Catalogue, Value};

/// How Java has a value.
pub(super) struct How {
    pub(super) kind: &'static str,
    pub(super) read: &'static str,
    pub(super) write: &'static str,
}

/// The type of a value, and the methods that read and write it.
pub(super) fn how(value: &Value, catalogue: &Catalogue) -> How {
    let (kind, read, write) = match value {
        Value::Name {
            may_be_null: true, ..
        } => ("String", "nameOrNull", "text"),
        Value::Name {
            may_be_empty: true, ..
        }
        | Value::Text
        | Value::Prefixed { .. } => ("String", "text", "text"),
        Value::Name { of, .. } if catalogue.may_be_empty(of) => ("String", "text", "text"),
        Value::Name { .. } => ("String", "name", "text"),
        Value::Values { values } if values.iter().any(serde_json::Value::is_null) => {
            ("boolean", "trueOrNull", "trueOrNull")
        }
        Value::Values { .. } => ("boolean", "flag", "flag"),
        Value::Null | Value::Any { .. } | Value::Literal { .. } | Value::Truthy => {
            ("JsonNode", "value", "value")
        }
        Value::Arguments => ("List<JsonNode>", "list", "list"),
        Value::Rooms => ("Rooms", "rooms", "rooms"),
        Value::Names { .. } => ("List<String>", "names", "names"),
        Value::Object { of } if of == "MessageObject" => ("MessageObject", "message", "object"),
        Value::Object { .. } => ("StreamInfo", "stream", "object"),
    };
    How { kind, read, write }
}

/// What the constructor looks at.
pub(super) fn check(name: &str, value: &Value, catalogue: &Catalogue) -> Option<String> {
    Some(match (value, how(value, catalogue)) {
        (Value::Prefixed { prefix }, _) => {
            format!("Check.prefixed(\"{name}\", \"{prefix}\", {name});")
        }
        (Value::Truthy, _) => format!("Check.reason(\"{name}\", {name});"),
        (
            _,
            How {
                kind: "boolean", ..
            },
        ) => return None,
        (
            _,
            How {
                kind: "List<JsonNode>",
                ..
            },
        ) => format!("{name} = List.copyOf({name});"),
        (
            _,
            How {
                kind: "List<String>",
                ..
            },
        ) => format!("{name} = Check.names(\"{name}\", {name});"),
        (
            _,
            How {
                read: "nameOrNull", ..
            },
        ) => {
            format!("if ({name} != null) Check.name(\"{name}\", {name});")
        }
        (_, How { read: "name", .. }) => format!("Check.name(\"{name}\", {name});"),
        _ => format!("Check.isThere(\"{name}\", {name});"),
    })
}
