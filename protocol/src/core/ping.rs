//! The server's ping, which follows the overwriting of a client id.

use crate::ack::{AckPacket, WireAck, acks};
use crate::clause::{ClauseId, id};
use crate::dialect::{Direction, Family, V2_ONLY};
use crate::error::DecodeError;
use crate::ids::ClientId;
use crate::packet::{Packet, WireEvent};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::value::Greeting;
use crate::wire::{self, Writer};

/// `SERVER_PING [] +ack`: asks a connection for a sign of life after a second
/// one came with the same client id (SRV-CORE-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerPing;

impl WireEvent for ServerPing {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.SERVER_PING",
        name: NamePattern::Exact("SERVER_PING"),
        family: Family::Core,
        direction: Direction::ServerToClient,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "Asks the new and the old connection of an overwritten client id for a sign of life; the answers are only logged.",
        forms: &[Form { doc: "", args: &[] }],
        ack: AckSpec::required::<PongAck>("A greeting with the client's id."),
        failures: &[],
        clauses: &[id("SRV-CORE-14"), id("CLI-CORE-2")],
        carried_by: &[],
        examples: &[Example::acked(r#"["SERVER_PING"]"#)],
        type_name: "ServerPing",
    };

    fn read(_: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }

    fn write(&self, _: &mut Writer) {}
}

/// The answer to [`ServerPing`]: `["pong from client <id>"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PongAck {
    /// The client that answers.
    pub client: ClientId,
}

const PONG: &str = "pong from client ";

impl WireAck for PongAck {
    const OF: &'static str = "SERVER_PING";
    const CLAUSE: ClauseId = id("CLI-CORE-2");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        let text = ack.first().and_then(wire::text);
        let client = text.and_then(|text| ClientId::new(text.strip_prefix(PONG)?).ok());
        client
            .map(|client| Self { client })
            .ok_or_else(|| ack.unexpected("a text of the form `pong from client <id>`"))
    }

    fn write(&self, out: &mut Writer) {
        out.string(&format!("{PONG}{}", self.client));
    }
}

acks! {
    PongAck: "A greeting that names the client.",
        &[Form { doc: "", args: &[required::<Greeting>("greeting", "It names the client.")] }],
        &[r#"["pong from client alice"]"#];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, ServerEvent};

    #[test]
    fn server_ping_exists_in_v2_only() {
        let data = r#"["SERVER_PING"]"#;
        assert_eq!(
            ServerEvent::decode(data, true, Dialect::V2).unwrap(),
            ServerEvent::ServerPing(ServerPing)
        );
        assert!(matches!(
            ServerEvent::decode(data, true, Dialect::V1).unwrap(),
            ServerEvent::Forwarded(_)
        ));
    }
}
