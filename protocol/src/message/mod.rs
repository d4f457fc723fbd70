//! Message: events from one client to another. Links between two are in `link`.

use std::borrow::Cow;

use crate::ack::ForwardedAck;
use crate::clause::id;
use crate::dialect::{Direction, Family, V1_AND_V2, V1_ONLY, V2_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::{ClientId, EventName};
use crate::packet::{Packet, Unread, WireEvent};
use crate::payload::{Arguments, Payload};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required, rest};
use crate::value::Null;
use crate::wire::{self, Writer};

mod borrowed;
mod object;

pub use borrowed::{MessageForm, MessageRef};
pub(crate) use object::MessageObject;
use object::{read_message, write_message};

const MESSAGE_FORM: &[Form] = &[Form {
    doc: "",
    args: &[required::<MessageObject>("msg", "The message.")],
}];

/// `P2P_EMIT [{targetClientId, event, args}]`: a message of dialect `v1` without answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct P2pEmitV1 {
    /// The client that shall receive the event.
    pub target: ClientId,
    /// The event that it receives.
    pub event: EventName,
    /// Its arguments; by convention the first is the sender's own id.
    pub args: Arguments,
}

impl WireEvent for P2pEmitV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.P2P_EMIT",
        name: NamePattern::Exact("P2P_EMIT"),
        family: Family::Message,
        direction: Direction::ClientToServer,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "The target receives the event with these arguments and without an ack id. A client may address itself.",
        forms: MESSAGE_FORM,
        ack: AckSpec::never("The original never answers, even if asked."),
        failures: &[
            FailureCode::TargetNotFound,
            FailureCode::MalformedArgument,
            FailureCode::ReservedEventName,
        ],
        clauses: &[
            id("SRV-CORE-F5"),
            id("SRV-CORE-4"),
            id("SRV-CORE-F2"),
            id("SRV-CORE-F3"),
            id("SRV-MSG-10"),
            id("SRV-MSG-11"),
            id("SRV-MSG-12"),
            id("SRV-MSG-23"),
            id("SRV-ROB-3"),
        ],
        carried_by: &[],
        examples: &[Example::plain(
            r#"["P2P_EMIT",{"targetClientId":"bob","event":"hello","args":["alice",1]}]"#,
        )],
        type_name: "P2pEmitV1",
    };

    fn claims(packet: &Unread<'_>) -> bool {
        packet.peek(0).is_some_and(|raw| raw.get().starts_with('{'))
    }

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        let (target, event, args) = read_message(packet)?;
        Ok(Self {
            target,
            event,
            args,
        })
    }

    fn write(&self, out: &mut Writer) {
        write_message(out, &self.target, &self.event, &self.args);
    }
}

/// `P2P_EMIT_ACKNOWLEDGE [{targetClientId, event, args}] +ack`: a message of
/// dialect `v1` that asks for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct P2pEmitAcknowledge {
    /// The client that shall receive the event.
    pub target: ClientId,
    /// The event that it receives.
    pub event: EventName,
    /// Its arguments; by convention the first is the sender's own id.
    pub args: Arguments,
    /// Whether the packet carried an ack id, as it should. Without one there is
    /// nothing to answer and it is a plain message.
    pub ack: bool,
}

impl WireEvent for P2pEmitAcknowledge {
    const SPEC: EventSpec = EventSpec {
        key: "v1.P2P_EMIT_ACKNOWLEDGE",
        name: NamePattern::Exact("P2P_EMIT_ACKNOWLEDGE"),
        family: Family::Message,
        direction: Direction::ClientToServer,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "The target receives the event with an ack id; its answer is handed back verbatim, the first one only.",
        forms: MESSAGE_FORM,
        ack: AckSpec::optional::<ForwardedAck>(
            "Whatever the target answers; nothing if the target is unknown or silent.",
        )
        .relayed(),
        failures: &[
            FailureCode::TargetNotFound,
            FailureCode::MalformedArgument,
            FailureCode::ReservedEventName,
        ],
        clauses: &[
            id("SRV-CORE-F6"),
            id("SRV-CORE-4"),
            id("SRV-CORE-F2"),
            id("SRV-CORE-F3"),
            id("SRV-MSG-10"),
            id("SRV-MSG-11"),
            id("SRV-MSG-12"),
            id("SRV-MSG-13"),
            id("SRV-MSG-14"),
            id("SRV-MSG-15"),
            id("SRV-MSG-18"),
            id("SRV-ROB-3"),
        ],
        carried_by: &[],
        examples: &[Example::acked(
            r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"bob","event":"sum","args":["alice",2,3]}]"#,
        )],
        type_name: "P2pEmitAcknowledge",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        let (target, event, args) = read_message(packet)?;
        Ok(Self {
            target,
            event,
            args,
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        write_message(out, &self.target, &self.event, &self.args);
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// `P2P_EMIT [target, event, args, null]` or `P2P_EMIT [target, event, args] +ack`:
/// a message of dialect `v2`.
///
/// What is read beside these two forms is in `spec/schemas.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct P2pEmitV2 {
    /// The client that shall receive the event.
    pub target: ClientId,
    /// The event that it receives.
    pub event: EventName,
    /// Its arguments.
    pub args: Arguments,
    /// Whether the sender asked for an ack; without one a `null` stands in its place.
    pub ack: bool,
}

impl WireEvent for P2pEmitV2 {
    const SPEC: EventSpec = EventSpec {
        key: "v2.P2P_EMIT",
        name: NamePattern::Exact("P2P_EMIT"),
        family: Family::Message,
        direction: Direction::ClientToServer,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "The target receives the event with these arguments, with an ack id exactly if the sender gave one. A client may address itself.",
        forms: &[
            Form {
                doc: "No answer is asked for.",
                args: &[
                    required::<ClientId>("target", "The client that shall receive the event."),
                    required::<EventName>("event", "The event that it receives."),
                    required::<Arguments>(
                        "args",
                        "The arguments of that event, passed on unchanged.",
                    ),
                    required::<Null>("ack", "Stands where the ack function would be."),
                ],
            },
            Form {
                doc: "An answer is asked for.",
                args: &[
                    required::<ClientId>("target", "The client that shall receive the event."),
                    required::<EventName>("event", "The event that it receives."),
                    required::<Arguments>(
                        "args",
                        "The arguments of that event, passed on unchanged.",
                    ),
                ],
            },
        ],
        ack: AckSpec::optional::<ForwardedAck>(
            "Whatever the target answers; nothing if the target is unknown or silent.",
        )
        .relayed(),
        failures: &[
            FailureCode::MessageTargetNotConnected,
            FailureCode::ClusterTargetNotConnected,
            FailureCode::MalformedArgument,
            FailureCode::ReservedEventName,
        ],
        clauses: &[
            id("SRV-CORE-F5"),
            id("SRV-CORE-4"),
            id("SRV-CORE-F2"),
            id("SRV-CORE-F3"),
            id("SRV-CORE-F6"),
            id("SRV-MSG-10"),
            id("SRV-MSG-11"),
            id("SRV-MSG-12"),
            id("SRV-MSG-13"),
            id("SRV-MSG-14"),
            id("SRV-MSG-15"),
            id("SRV-MSG-18"),
            id("SRV-MSG-23"),
            id("SRV-ROB-3"),
        ],
        carried_by: &[],
        examples: &[
            Example::plain(r#"["P2P_EMIT","bob","hello",[1,{"_placeholder":true,"num":0}],null]"#),
            Example::acked(r#"["P2P_EMIT","bob","sum",[2,3]]"#),
        ],
        type_name: "P2pEmitV2",
    };

    fn claims(packet: &Unread<'_>) -> bool {
        !P2pEmitV1::claims(packet)
    }

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        let (target, event, args) = (packet.name(0)?, packet.name(1)?, packet.list(2)?);
        let args = match packet.get(3).filter(|raw| wire::is_truthy(raw)) {
            Some(last) => args.with(last),
            None => args,
        };
        Ok(Self {
            target,
            event,
            args,
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.target.as_str())
            .string(self.event.as_str())
            .json(self.args.as_json());
        if !self.ack {
            out.null();
        }
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// An event of any other name, as the receiver sees it: a message, a room
/// message, a call, or a word of the server application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// The event.
    pub event: EventName,
    /// Its arguments; in dialect `v1` the first is by convention the source's id.
    pub args: Arguments,
    /// Whether an answer is asked for.
    pub ack: bool,
}

impl WireEvent for Forwarded {
    const SPEC: EventSpec = EventSpec {
        key: "any.server.<event>",
        name: NamePattern::Any { parameter: "event" },
        family: Family::Message,
        direction: Direction::ServerToClient,
        dialects: V1_AND_V2,
        since: "1.5.0",
        until: None,
        doc: "An application event: a message, a room message, the call of a service, or the server application's own.",
        forms: &[Form {
            doc: "",
            args: &[rest::<Payload>(
                "args",
                "The arguments; in dialect v1 the first is by convention the source's id.",
            )],
        }],
        ack: AckSpec::optional::<ForwardedAck>(
            "Whatever the application answers, if an ack id is present.",
        ),
        failures: &[],
        clauses: &[
            id("SRV-MSG-10"),
            id("SRV-MSG-11"),
            id("SRV-MSG-12"),
            id("SRV-MSG-15"),
            id("CLI-MSG-2"),
            id("SRV-MSG-26"),
            id("SRV-MSG-27"),
        ],
        carried_by: &[
            "v1.P2P_EMIT",
            "v1.P2P_EMIT_ACKNOWLEDGE",
            "v2.P2P_EMIT",
            "any.EMIT_ROOM",
            "v2.USE_API",
        ],
        examples: &[
            Example::plain(r#"["hello","alice",1]"#),
            Example::acked(r#"["sum",2,3]"#),
        ],
        type_name: "Forwarded",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            event: packet.parameter()?,
            args: packet.rest(0),
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.args.inner());
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.event.as_str())
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// The JSON array text of an event with these arguments: what a target receives.
///
/// The same as encoding a [`Forwarded`], without building one. The arguments
/// are copied byte for byte (SRV-MSG-10).
pub fn forward(event: &EventName, args: &Arguments) -> String {
    let mut out = Writer::with_capacity(event.as_str().len() + args.as_json().len() + 8);
    out.string(event.as_str()).json(args.inner());
    out.finish()
}
