//! How the schemas of the suite describe what other crates declare.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Describes a [`Dialect`](sio_p2p_protocol::Dialect).
#[derive(Debug)]
pub struct DialectName;

impl JsonSchema for DialectName {
    fn schema_name() -> Cow<'static, str> {
        "Dialect".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "v1: what the README of the original documents (plugin 1.5). \
                v2: what its code ships (plugin 1.6 to 2.0).",
            "enum": ["v1", "v2"]
        })
    }
}

/// Describes the number of an Engine.IO generation.
#[derive(Debug)]
pub struct EioNumber;

impl JsonSchema for EioNumber {
    fn schema_name() -> Cow<'static, str> {
        "Eio".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "3: Engine.IO 3, under Socket.IO 2. 4: Engine.IO 4, under Socket.IO 3 and 4.",
            "enum": [3, 4]
        })
    }
}
