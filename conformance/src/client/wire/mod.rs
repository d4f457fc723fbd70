//! What the runner and a driver say to each other: one JSON object per line.
//!
//! The prose is in `spec/driver.md`; the doc comments here become the descriptions of the
//! schema `spec/schema/driver.json`.

mod command;
mod event;
mod hello;

pub(crate) use command::{Command, CommandLine};
pub(crate) use event::Event;
pub use hello::{Feature, Hello};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The version of this protocol that the runner speaks.
pub const PROTOCOL: u32 = 1;

/// One line, in either direction.
// Only described by this type: what comes from a driver is read by its first key, so that
// errors can say what is wrong with it.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, title = "Driver protocol")]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) enum Line {
    /// The first line of a driver.
    Hello(Hello),
    /// From the runner: do something.
    Command(CommandLine),
    /// From the driver: what came of a command.
    Reply(Reply),
    /// From the driver: something happened.
    Event(Event),
}

/// What came of a command: either `ok` or `error`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Reply {
    /// Number of the command.
    pub id: u64,
    /// It is done; the value that the command promises, `null` if none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Option<Value>")]
    pub ok: Option<Value>,
    /// It failed: what the client says. `unsupported` for a command that the driver does
    /// not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Tells `"ok": null` from no `ok` at all.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_null_is_an_answer() {
        let reply: Reply = serde_json::from_str(r#"{"id":1,"ok":null}"#).unwrap();
        assert_eq!(reply.ok, Some(Value::Null));
        let reply: Reply = serde_json::from_str(r#"{"id":1,"error":"no"}"#).unwrap();
        assert_eq!((reply.ok, reply.error.as_deref()), (None, Some("no")));
    }

    #[test]
    fn a_command_is_flat() {
        let line = CommandLine {
            id: 3,
            command: Command::Unlisten {
                listener: "l".into(),
            },
        };
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(text, r#"{"id":3,"do":"unlisten","listener":"l"}"#);
        assert_eq!(serde_json::from_str::<CommandLine>(&text).unwrap(), line);
    }
}
