//! Core: who is connected, and what the server tells a client. Rooms are in `room`.

use crate::ack::{AckPacket, WireAck, acks};
use crate::clause::{ClauseId, id};
use crate::dialect::{Direction, Family, V1_AND_V2, V2_ONLY};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::failure::FailureCode;
use crate::ids::ClientId;
use crate::packet::{Packet, WireEvent};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::value::{AnyClientId, ClientIds, Connected, Text};
use crate::wire::{self, Writer};

mod ping;

pub use ping::{PongAck, ServerPing};

/// `LIST_CLIENTS [] +ack`: asks for the ids of all connected clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListClients;

impl WireEvent for ListClients {
    const SPEC: EventSpec = EventSpec {
        key: "any.LIST_CLIENTS",
        name: NamePattern::Exact("LIST_CLIENTS"),
        family: Family::Core,
        direction: Direction::ClientToServer,
        dialects: V1_AND_V2,
        since: "1.5.0",
        until: None,
        doc: "Asks for the ids of all connected clients, each once.",
        forms: &[Form { doc: "", args: &[] }],
        ack: AckSpec::required::<ListClientsAck>("The list of ids as one argument."),
        failures: &[FailureCode::MissingAck],
        clauses: &[
            id("SRV-CORE-10"),
            id("SRV-CORE-1"),
            id("SRV-CORE-2"),
            id("SRV-CORE-11"),
        ],
        carried_by: &[],
        examples: &[Example::acked(r#"["LIST_CLIENTS"]"#)],
        type_name: "ListClients",
    };

    fn read(_: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }

    fn write(&self, _: &mut Writer) {}
}

/// The answer to [`ListClients`]: one array of ids.
///
/// The original lists integer-like ids in ascending order first, then the others
/// in order of registration (SRV-CORE-11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListClientsAck(
    /// The ids, each once.
    pub Vec<ClientId>,
);

impl WireAck for ListClientsAck {
    const OF: &'static str = "LIST_CLIENTS";
    const CLAUSE: ClauseId = id("SRV-CORE-10");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        const EXPECTED: &str = "an array of client ids";
        let list = ack.first().filter(|raw| raw.get().starts_with('['));
        let list = list.ok_or_else(|| ack.unexpected(EXPECTED))?;
        // Checked element by element first: serde must not descend into nested arrays.
        let elements: Vec<&serde_json::value::RawValue> =
            serde_json::from_str(list.get()).map_err(|_| ack.unexpected(EXPECTED))?;
        let ids: Option<Vec<ClientId>> = elements
            .into_iter()
            .map(|raw| wire::text(raw).and_then(|text| ClientId::new(text).ok()))
            .collect();
        ids.map(Self).ok_or_else(|| DecodeError {
            found: "an array with something else in it".into(),
            kind: DecodeErrorKind::InvalidValue,
            ..ack.unexpected(EXPECTED)
        })
    }

    fn write(&self, out: &mut Writer) {
        let mut list = Writer::new();
        for client in &self.0 {
            list.string(client.as_str());
        }
        out.json(&list.finish());
    }
}

/// `GET_CLIENT_CONNECTED_STATUS [client] +ack`: asks whether one client is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetClientConnectedStatus {
    /// The client in question; `None` stands for the empty text, which is
    /// nobody's id and is answered like any client that is not connected.
    pub client: Option<ClientId>,
}

impl WireEvent for GetClientConnectedStatus {
    const SPEC: EventSpec = EventSpec {
        key: "v2.GET_CLIENT_CONNECTED_STATUS",
        name: NamePattern::Exact("GET_CLIENT_CONNECTED_STATUS"),
        family: Family::Core,
        direction: Direction::ClientToServer,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "Asks whether a client is connected.",
        forms: &[Form {
            doc: "",
            args: &[required::<AnyClientId>(
                "client",
                "The id of the client in question.",
            )],
        }],
        ack: AckSpec::required::<ConnectedStatusAck>(
            "True, or null for a client that is not connected.",
        ),
        failures: &[FailureCode::MissingAck, FailureCode::MalformedArgument],
        clauses: &[id("SRV-CORE-12")],
        carried_by: &[],
        examples: &[Example::acked(r#"["GET_CLIENT_CONNECTED_STATUS","bob"]"#)],
        type_name: "GetClientConnectedStatus",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            client: packet.name_or_empty(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.client.as_ref().map_or("", ClientId::as_str));
    }
}

/// The answer to [`GetClientConnectedStatus`]: `[true]`, or `[null]` for "not connected".
///
/// `[false]` is read as "not connected" too, although no server of the original sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectedStatusAck(
    /// Whether the client is connected.
    pub bool,
);

impl WireAck for ConnectedStatusAck {
    const OF: &'static str = "GET_CLIENT_CONNECTED_STATUS";
    const CLAUSE: ClauseId = id("SRV-CORE-12");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        match ack.first().map(serde_json::value::RawValue::get) {
            Some("true") => Ok(Self(true)),
            Some("null" | "false") => Ok(Self(false)),
            _ => Err(ack.unexpected("true or null")),
        }
    }

    fn write(&self, out: &mut Writer) {
        out.json(if self.0 { "true" } else { "null" });
    }
}

/// `SERVER_ERROR [text]`: something the client asked for could not be done (SRV-CORE-F3).
///
/// [`Failure::classify`](crate::Failure::classify) tells what the text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// A sentence for humans.
    pub text: String,
}

impl WireEvent for ServerError {
    const SPEC: EventSpec = EventSpec {
        key: "any.server.SERVER_ERROR",
        name: NamePattern::Exact("SERVER_ERROR"),
        family: Family::Core,
        direction: Direction::ServerToClient,
        dialects: V1_AND_V2,
        since: "1.5.0",
        until: None,
        doc: "Tells a client, and nobody else, that something it asked for could not be done.",
        forms: &[Form {
            doc: "",
            args: &[required::<Text>(
                "text",
                "A sentence for humans; the failure register knows its meanings.",
            )],
        }],
        ack: AckSpec::never("The client only takes note of it."),
        failures: &[],
        clauses: &[id("SRV-CORE-F3"), id("SRV-ROB-1")],
        carried_by: &[],
        examples: &[Example::plain(
            r#"["SERVER_ERROR","Error: Core: Client zz is not connected to server"]"#,
        )],
        type_name: "ServerError",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            text: packet.text(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(&self.text);
    }
}

acks! {
    ListClientsAck: "One array with the ids of all connected clients, each once.",
        &[Form { doc: "", args: &[required::<ClientIds>("clients", "The ids.")] }],
        &[r#"[["alice","bob"]]"#, "[[]]"];
    ConnectedStatusAck: "True for a connected client, null for one that is not.",
        &[Form { doc: "", args: &[required::<Connected>("connected", "Whether it is.")] }],
        &["[true]", "[null]"];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientEvent;

    #[test]
    fn a_query_without_ack_id_is_refused_because_nobody_could_be_answered() {
        let error = ClientEvent::decode(r#"["LIST_CLIENTS"]"#, false).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::MissingAck);
        assert_eq!(
            error.to_string(),
            "LIST_CLIENTS: expected an ack id, because it is answered by its ack, found none (SRV-CORE-10)"
        );
    }

    #[test]
    fn surplus_arguments_are_ignored() {
        let event = ClientEvent::decode(r#"["LIST_CLIENTS",{"a":1}]"#, true).unwrap();
        assert_eq!(event, ClientEvent::ListClients(ListClients));
        assert_eq!(event.encode(), r#"["LIST_CLIENTS"]"#);
    }

    #[test]
    fn presence_is_true_or_null() {
        assert_eq!(ConnectedStatusAck(true).encode(), "[true]");
        assert_eq!(ConnectedStatusAck(false).encode(), "[null]");
        assert_eq!(
            ConnectedStatusAck::decode("[false]").unwrap(),
            ConnectedStatusAck(false)
        );
        assert!(ConnectedStatusAck::decode("[1]").is_err());
        assert!(ConnectedStatusAck::decode("[]").is_err());
    }

    #[test]
    fn a_listing_is_one_array_of_ids() {
        let ack = ListClientsAck(vec![
            ClientId::new("b").unwrap(),
            ClientId::new("a").unwrap(),
        ]);
        assert_eq!(ack.encode(), r#"[["b","a"]]"#);
        assert_eq!(ListClientsAck::decode(&ack.encode()).unwrap(), ack);
        for wrong in ["[]", "[1]", r#"["a"]"#, "[[1]]", r#"[[""]]"#, "[[[[]]]]"] {
            assert!(ListClientsAck::decode(wrong).is_err(), "{wrong}");
        }
    }
}
