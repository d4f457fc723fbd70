//! Links, a part of the Message API: adding a target, and being told who did and who left.

use crate::ack::answer;
use crate::clause::id;
use crate::dialect::{Direction, Family, V1_ONLY, V2_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::ClientId;
use crate::packet::{Packet, WireEvent};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::value::MaybeClientId;
use crate::wire::Writer;

answer! {
    /// The answer to a request to be a target: empty, or the reason of a refusal.
    AddTargetAck of "ADD_TARGET", "SRV-MSG-24",
    /// The target took note.
    Accepted,
    /// The target refused, or is not connected.
    Refused
}

/// `MULTI_API_ADD_TARGET [target] +ack`: adds a target in dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MultiApiAddTarget {
    /// The client to be added.
    pub target: ClientId,
}

impl WireEvent for MultiApiAddTarget {
    const SPEC: EventSpec = EventSpec {
        key: "v1.MULTI_API_ADD_TARGET",
        name: NamePattern::Exact("MULTI_API_ADD_TARGET"),
        family: Family::Message,
        direction: Direction::ClientToServer,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "Links the sender's connection with the target's, so that each is told when the other leaves, and tells the target, whose answer is handed back.",
        forms: &[Form {
            doc: "",
            args: &[required::<ClientId>("target", "The client to be added.")],
        }],
        ack: AckSpec::required::<AddTargetAck>("The target's answer, or why there is none.")
            .relayed(),
        failures: &[
            FailureCode::TargetNotFound,
            FailureCode::TargetNotRegistered,
            FailureCode::MissingAck,
            FailureCode::MalformedArgument,
        ],
        clauses: &[
            id("SRV-MSG-1"),
            id("SRV-MSG-2"),
            id("SRV-MSG-3"),
            id("SRV-MSG-F1"),
            id("SRV-MSG-19"),
            id("SRV-MSG-21"),
            id("SRV-MSG-24"),
            id("SRV-MSG-25"),
        ],
        carried_by: &[],
        examples: &[Example::acked(r#"["MULTI_API_ADD_TARGET","bob"]"#)],
        type_name: "MultiApiAddTarget",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            target: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.target.as_str());
    }
}

/// `ADD_TARGET [target] +ack`: adds a target in dialect `v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddTarget {
    /// The client to be added.
    pub target: ClientId,
}

impl WireEvent for AddTarget {
    const SPEC: EventSpec = EventSpec {
        key: "v2.ADD_TARGET",
        name: NamePattern::Exact("ADD_TARGET"),
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        failures: &[
            FailureCode::AddTargetNotConnected,
            FailureCode::MissingAck,
            FailureCode::MalformedArgument,
        ],
        clauses: &[
            id("SRV-MSG-1"),
            id("SRV-MSG-2"),
            id("SRV-MSG-3"),
            id("SRV-MSG-F1"),
            id("SRV-MSG-19"),
            id("SRV-MSG-21"),
            id("SRV-MSG-24"),
        ],
        examples: &[Example::acked(r#"["ADD_TARGET","bob"]"#)],
        type_name: "AddTarget",
        ..MultiApiAddTarget::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            target: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.target.as_str());
    }
}

/// `MULTI_API_ADD_TARGET [source] +ack`: another client added this one, dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetAddedV1 {
    /// The client that did; `None` for a connection that gave no id.
    pub source: Option<ClientId>,
}

impl WireEvent for TargetAddedV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.MULTI_API_ADD_TARGET",
        name: NamePattern::Exact("MULTI_API_ADD_TARGET"),
        family: Family::Message,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "Another client added this one as its target.",
        forms: &[Form {
            doc: "",
            args: &[required::<MaybeClientId>("source", "The client that did.")],
        }],
        ack: AckSpec::required::<AddTargetAck>("The client answers at once."),
        failures: &[],
        clauses: &[id("SRV-MSG-F1"), id("CLI-MSG-F1"), id("CLI-MSG-10")],
        carried_by: &[],
        examples: &[
            Example::acked(r#"["MULTI_API_ADD_TARGET","alice"]"#),
            Example::acked(r#"["MULTI_API_ADD_TARGET",null]"#),
        ],
        type_name: "TargetAddedV1",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: packet.maybe_name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string_or_null(self.source.as_ref().map(ClientId::as_str));
    }
}

/// `ADD_TARGET [source] +ack`: another client added this one, dialect `v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetAdded {
    /// The client that did.
    pub source: ClientId,
}

impl WireEvent for TargetAdded {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.ADD_TARGET",
        name: NamePattern::Exact("ADD_TARGET"),
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        forms: &[Form {
            doc: "",
            args: &[required::<ClientId>("source", "The client that did.")],
        }],
        examples: &[Example::acked(r#"["ADD_TARGET","alice"]"#)],
        type_name: "TargetAdded",
        ..TargetAddedV1::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.source.as_str());
    }
}

/// `MULTI_API_TARGET_DISCONNECT [client]`: a linked client left, dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetDisconnectedV1 {
    /// The client that left; `None` for a connection that gave no id.
    pub client: Option<ClientId>,
}

impl WireEvent for TargetDisconnectedV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.MULTI_API_TARGET_DISCONNECT",
        name: NamePattern::Exact("MULTI_API_TARGET_DISCONNECT"),
        family: Family::Message,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "A client at the other end of a link left, cleanly or not.",
        forms: &[Form {
            doc: "",
            args: &[required::<MaybeClientId>("client", "The client that left.")],
        }],
        ack: AckSpec::never("The client only takes note of it."),
        failures: &[],
        clauses: &[
            id("SRV-MSG-2"),
            id("SRV-MSG-F1"),
            id("SRV-MSG-20"),
            id("SRV-MSG-22"),
            id("CLI-MSG-1"),
        ],
        carried_by: &[],
        examples: &[
            Example::plain(r#"["MULTI_API_TARGET_DISCONNECT","bob"]"#),
            Example::plain(r#"["MULTI_API_TARGET_DISCONNECT",null]"#),
        ],
        type_name: "TargetDisconnectedV1",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            client: packet.maybe_name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string_or_null(self.client.as_ref().map(ClientId::as_str));
    }
}

/// `TARGET_DISCONNECT [client]`: a linked client left, dialect `v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetDisconnected {
    /// The client that left.
    pub client: ClientId,
}

impl WireEvent for TargetDisconnected {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.TARGET_DISCONNECT",
        name: NamePattern::Exact("TARGET_DISCONNECT"),
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        forms: &[Form {
            doc: "",
            args: &[required::<ClientId>("client", "The client that left.")],
        }],
        examples: &[Example::plain(r#"["TARGET_DISCONNECT","bob"]"#)],
        type_name: "TargetDisconnected",
        ..TargetDisconnectedV1::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            client: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.client.as_str());
    }
}
