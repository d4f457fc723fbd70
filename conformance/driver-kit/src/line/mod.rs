//! What the runner and a driver say to each other: one JSON object per line.
//!
//! The prose is in `spec/driver.md`; the doc comments here become the descriptions of the
//! schema `spec/schema/driver.json`.

mod binary;
mod command;
mod event;
mod hello;
pub mod schema;
mod transport;

pub use binary::Binary;
pub use command::{Command, CommandLine, Connect};
pub use event::Event;
pub use hello::{Feature, Hello};
pub use transport::TransportName;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The version of the protocol that these lines are of.
pub const PROTOCOL: u32 = 1;

/// Why a command failed, in words: any error, or a text.
pub type Failure = Box<dyn std::error::Error>;

/// One line, in either direction.
// Written, but not read: lines are told apart by their first key, so that errors can say what is
// wrong with them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Driver protocol")]
pub enum Line {
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
pub struct Reply {
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

impl Reply {
    /// What came of the command of this number.
    pub fn new(id: u64, result: Result<Value, Failure>) -> Self {
        let (ok, error) = match result {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self { id, ok, error }
    }
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
    fn a_new_reply_has_one_of_both() {
        let done = Reply::new(1, Ok(Value::Null));
        assert_eq!(
            serde_json::to_string(&done).unwrap(),
            r#"{"id":1,"ok":null}"#
        );
        let failed = Reply::new(2, Err("no".into()));
        assert_eq!(
            serde_json::to_string(&failed).unwrap(),
            r#"{"id":2,"error":"no"}"#
        );
    }

    /// A driver has to ignore what it does not know, so that the protocol can grow.
    #[test]
    fn later_commands_and_members_are_no_mistake() {
        let line = r#"{"id":3,"do":"unlisten","listener":"l","gently":true}"#;
        let line: CommandLine = serde_json::from_str(line).unwrap();
        let listener = "l".to_owned();
        assert_eq!(line.command, Command::Unlisten { listener });
        let line: CommandLine = serde_json::from_str(r#"{"id":3,"do":"dance"}"#).unwrap();
        assert_eq!(line.command, Command::Unknown);
        assert!(serde_json::from_str::<CommandLine>(r#"{"id":3,"do":"unlisten"}"#).is_err());
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
        assert_eq!(line.command.name(), "unlisten");
        assert_eq!(Command::Unknown.name(), "unknown");
        assert_eq!(serde_json::from_str::<CommandLine>(&text).unwrap(), line);
    }
}
