//! Joining and leaving rooms in dialect `v1`, where an action comes first.

use super::{Rooms, is_v1};
use crate::ack::{AckPacket, EmptyAck, WireAck, acks};
use crate::clause::{ClauseId, id};
use crate::dialect::{Direction, Family, V1_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::ClientId;
use crate::packet::{Packet, Unread, WireEvent};
use crate::payload::Payload;
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::value::{DestroyAction, PlainAction, Reason, SubscribeAction, UnsubscribeAction};
use crate::wire::{self, Writer};

/// `JOIN_ROOM` of dialect `v1`: `[action, room]` or `["CLIENT_SUBSCRIBE_TOPIC", client, room]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRoomV1 {
    /// Who joins.
    pub who: JoinsRoom,
    /// What is joined.
    pub rooms: Rooms,
    /// Whether the sender asked for an ack.
    pub ack: bool,
}

/// Who joins a room by a [`JoinRoomV1`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinsRoom {
    /// The sender. The action is any value without a meaning of its own, such as
    /// `"SERVICE_CREATE_TOPIC"`, and has no effect. It must not be
    /// `"CLIENT_SUBSCRIBE_TOPIC"`, which selects the other form.
    Sender {
        /// The first argument as it came.
        action: Payload,
    },
    /// The named client, which is not told.
    Client(ClientId),
}

const SUBSCRIBE: &str = "CLIENT_SUBSCRIBE_TOPIC";
const UNSUBSCRIBE: &str = "CLIENT_UNSUBSCRIBE_TOPIC";
const DESTROY: &str = "SERVICE_DESTROY_TOPIC";

/// The action of a room packet of dialect `v1`.
fn action(packet: &Packet<'_>) -> Result<(Payload, Option<String>), DecodeError> {
    let raw = packet.raw(0)?;
    Ok((Payload::from(raw), wire::text(raw)))
}

impl WireEvent for JoinRoomV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.JOIN_ROOM",
        name: NamePattern::Exact("JOIN_ROOM"),
        family: Family::Core,
        direction: Direction::ClientToServer,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "The sender, or by one form a client that it names, joins a room. Joining twice is harmless.",
        forms: &[
            Form {
                doc: "The sender joins.",
                args: &[
                    required::<PlainAction>("action", "Any value; it has no effect."),
                    required::<Rooms>("room", "The room or rooms to join."),
                ],
            },
            Form {
                doc: "The named client joins and is not told.",
                args: &[
                    required::<SubscribeAction>("action", "Selects this form."),
                    required::<ClientId>("client", "The client that joins."),
                    required::<Rooms>("room", "The room or rooms to join."),
                ],
            },
        ],
        ack: AckSpec::optional::<JoinRoomV1Ack>(
            "Empty when done; an empty object if the named client is unknown.",
        ),
        failures: &[
            FailureCode::SubscriberUnknown,
            FailureCode::MalformedArgument,
        ],
        clauses: &[
            id("SRV-CORE-F7"),
            id("SRV-CORE-4"),
            id("SRV-CORE-19"),
            id("SRV-CORE-21"),
            id("SRV-SVC-5"),
        ],
        carried_by: &[],
        examples: &[
            Example::acked(r#"["JOIN_ROOM","any action","lobby"]"#),
            Example::plain(r#"["JOIN_ROOM","SERVICE_CREATE_TOPIC",["lobby","games"]]"#),
            Example::acked(
                r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","bob","service:news:topic:prices"]"#,
            ),
        ],
        type_name: "JoinRoomV1",
    };

    fn claims(packet: &Unread<'_>) -> bool {
        is_v1(packet)
    }

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        let ack = packet.wants_ack();
        let (action, text) = action(packet)?;
        if text.as_deref() == Some(SUBSCRIBE) {
            let who = JoinsRoom::Client(packet.name(1)?);
            return Ok(Self {
                who,
                rooms: Rooms::read(packet, 2)?,
                ack,
            });
        }
        Ok(Self {
            who: JoinsRoom::Sender { action },
            rooms: Rooms::read(packet, 1)?,
            ack,
        })
    }

    fn write(&self, out: &mut Writer) {
        match &self.who {
            JoinsRoom::Sender { action } => out.json(action.as_json()),
            JoinsRoom::Client(client) => out.string(SUBSCRIBE).string(client.as_str()),
        };
        self.rooms.write(out);
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// `LEAVE_ROOM` of dialect `v1`: `[action, room]`, `["CLIENT_UNSUBSCRIBE_TOPIC", client, room]`
/// or `["SERVICE_DESTROY_TOPIC", room]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveRoomV1 {
    /// Who leaves.
    pub who: LeavesRoom,
    /// What is left.
    pub rooms: Rooms,
    /// Whether the sender asked for an ack.
    pub ack: bool,
}

/// Who leaves a room by a [`LeaveRoomV1`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeavesRoom {
    /// The sender. The action is any value without a meaning of its own and has
    /// no effect. It must not be one of the two texts that select another form.
    Sender {
        /// The first argument as it came.
        action: Payload,
    },
    /// The named client, which is not told.
    Client(ClientId),
    /// Every member, after each was told that the topic ends.
    Everybody,
}

impl WireEvent for LeaveRoomV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.LEAVE_ROOM",
        name: NamePattern::Exact("LEAVE_ROOM"),
        family: Family::Core,
        direction: Direction::ClientToServer,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "The sender, by one form a client that it names, or by another every member leaves a room. Leaving a room one is not in is harmless.",
        forms: &[
            Form {
                doc: "The sender leaves.",
                args: &[
                    required::<PlainAction>("action", "Any value; it has no effect."),
                    required::<Rooms>("room", "The room or rooms to leave."),
                ],
            },
            Form {
                doc: "The named client leaves and is not told; this form is never acked by the original.",
                args: &[
                    required::<UnsubscribeAction>("action", "Selects this form."),
                    required::<ClientId>("client", "The client that leaves."),
                    required::<Rooms>("room", "The room or rooms to leave."),
                ],
            },
            Form {
                doc: "Every member gets the end notice of the topic and leaves.",
                args: &[
                    required::<DestroyAction>("action", "Selects this form."),
                    required::<Rooms>("room", "The room to empty."),
                ],
            },
        ],
        ack: AckSpec::optional::<EmptyAck>("Empty when done."),
        failures: &[FailureCode::MalformedArgument],
        clauses: &[
            id("SRV-CORE-F7"),
            id("SRV-CORE-4"),
            id("SRV-CORE-19"),
            id("SRV-CORE-21"),
            id("SRV-SVC-3"),
        ],
        carried_by: &[],
        examples: &[
            Example::acked(r#"["LEAVE_ROOM","any action","lobby"]"#),
            Example::plain(
                r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","bob","service:news:topic:prices"]"#,
            ),
            Example::plain(r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","service:news:topic:prices"]"#),
        ],
        type_name: "LeaveRoomV1",
    };

    fn claims(packet: &Unread<'_>) -> bool {
        is_v1(packet)
    }

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        let ack = packet.wants_ack();
        let (action, text) = action(packet)?;
        let (who, index) = match text.as_deref() {
            Some(UNSUBSCRIBE) => (LeavesRoom::Client(packet.name(1)?), 2),
            Some(DESTROY) => (LeavesRoom::Everybody, 1),
            _ => (LeavesRoom::Sender { action }, 1),
        };
        Ok(Self {
            who,
            rooms: Rooms::read(packet, index)?,
            ack,
        })
    }

    fn write(&self, out: &mut Writer) {
        match &self.who {
            LeavesRoom::Sender { action } => out.json(action.as_json()),
            LeavesRoom::Client(client) => out.string(UNSUBSCRIBE).string(client.as_str()),
            LeavesRoom::Everybody => out.string(DESTROY),
        };
        self.rooms.write(out);
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// The answer to a [`JoinRoomV1`]: empty, or something else if it failed.
///
/// The original answers an unknown client with an error object that turns into
/// `{}` on the wire (E14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinRoomV1Ack {
    /// The room was joined.
    Joined,
    /// It was not; the original's only reason is an empty object.
    Failed(Payload),
}

impl WireAck for JoinRoomV1Ack {
    const OF: &'static str = "JOIN_ROOM";
    const CLAUSE: ClauseId = id("SRV-CORE-F7");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        Ok(ack
            .first()
            .map_or(Self::Joined, |reason| Self::Failed(reason.into())))
    }

    fn write(&self, out: &mut Writer) {
        if let Self::Failed(reason) = self {
            out.json(reason.as_json());
        }
    }
}

acks! {
    JoinRoomV1Ack: "Empty when the room was joined; one argument if it was not.",
        &[
            Form { doc: "The room was joined.", args: &[] },
            Form {
                doc: "It was not; the original's only reason is an empty object.",
                args: &[required::<Reason>("reason", "Why it was not.")],
            },
        ],
        &["[]", "[{}]"];
}
