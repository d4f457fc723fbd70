//! Rooms, a part of the Core API: joining, leaving and sending to a room.
//!
//! The two dialects share the names `JOIN_ROOM` and `LEAVE_ROOM` and differ in
//! shape. A second argument that can be a room makes it `v1`, where the first
//! one is an action; everything else is `v2`, where the first one is the room.

use serde_json::value::RawValue;

use crate::ack::{AckPacket, EmptyAck, NullAck, WireAck, acks};
use crate::clause::{ClauseId, id};
use crate::dialect::{Direction, Family};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::{ClientId, EventName, RoomName};
use crate::packet::{Packet, Unread, WireEvent};
use crate::payload::{Arguments, Payload};
use crate::schema::wire_schema;
use crate::spec::{AckSpec, ArgType, EventSpec, Form, NamePattern, optional, required, rest};
use crate::value::{
    DestroyAction, Null, PlainAction, SubscribeAction, UnsubscribeAction, V1_AND_V2, V1_ONLY,
    V2_ONLY,
};
use crate::wire::{self, Writer};

/// One room, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rooms {
    /// A single room.
    One(RoomName),
    /// A list, which may be empty.
    Many(Vec<RoomName>),
}

impl Rooms {
    /// The rooms as a slice.
    pub fn as_slice(&self) -> &[RoomName] {
        match self {
            Self::One(room) => std::slice::from_ref(room),
            Self::Many(rooms) => rooms,
        }
    }

    /// True for JSON values that can be a room or a list of rooms.
    fn fits(raw: &RawValue) -> bool {
        matches!(wire::kind(raw), "a string" | "a number" | "an array")
    }

    fn read(packet: &Packet<'_>, index: usize) -> Result<Self, DecodeError> {
        const IN_LIST: &str = "a list of room names";
        let raw = packet.raw(index)?;
        if !raw.get().starts_with('[') {
            return packet.name(index).map(Self::One);
        }
        let list: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        let rooms = list
            .into_iter()
            .map(|room| packet.name_in(index, Some(IN_LIST), room));
        rooms.collect::<Result<_, _>>().map(Self::Many)
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::One(room) => {
                out.string(room.as_str());
            }
            Self::Many(rooms) => {
                let mut list = Writer::new();
                for room in rooms {
                    list.string(room.as_str());
                }
                out.json(&list.finish());
            }
        }
    }
}

impl From<RoomName> for Rooms {
    fn from(room: RoomName) -> Self {
        Self::One(room)
    }
}

impl ArgType for Rooms {
    const EXPECTED: &'static str = "a room name (a string) or a list of room names";
}

wire_schema! {
    Rooms: {
        "description": "One room, or a list of rooms.",
        "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" } },
        ],
        "examples": ["lobby", ["lobby", "games"]],
    }
}

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
    /// `"SERVICE_CREATE_TOPIC"`, and has no effect.
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

/// True when a room packet has the shape of dialect `v1`.
fn is_v1(packet: &Unread<'_>) -> bool {
    packet.peek(1).is_some_and(Rooms::fits)
}

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
    /// The sender. The action is any value without a meaning of its own and has no effect.
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

/// Declares the two room events of dialect `v2`, which differ in one word.
macro_rules! room_event_v2 {
    ($(#[doc = $doc:literal])+ $type:ident, $name:literal, $spec_doc:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $type {
            /// The room or rooms.
            pub rooms: Rooms,
            /// Whether the sender asked for an ack; without one a `null` stands in its place.
            pub ack: bool,
        }

        impl WireEvent for $type {
            const SPEC: EventSpec = EventSpec {
                key: concat!("v2.", $name),
                name: NamePattern::Exact($name),
                family: Family::Core,
                direction: Direction::ClientToServer,
                dialects: V2_ONLY,
                since: "1.12.1",
                until: None,
                doc: $spec_doc,
                forms: &[Form {
                    doc: "",
                    args: &[
                        required::<Rooms>("room", "The room or rooms."),
                        optional::<Null>("ack", "Present exactly when no ack is asked for."),
                    ],
                }],
                ack: AckSpec::optional::<NullAck>("One null when done; version 2.0.0 of the original never answers."),
                failures: &[FailureCode::MalformedArgument],
                clauses: &[id("SRV-CORE-F7"), id("SRV-CORE-4"), id("SRV-CORE-19"), id("SRV-CORE-21")],
                carried_by: &[],
                type_name: stringify!($type),
            };

            fn claims(packet: &Unread<'_>) -> bool {
                !is_v1(packet)
            }

            fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
                let rooms = Rooms::read(packet, 0)?;
                match packet.get(1) {
                    // What stands in the place of the ack would be called as a function.
                    Some(raw) if raw.get() != "null" => Err(packet.wrong_type(1, raw)),
                    _ => Ok(Self { rooms, ack: packet.wants_ack() }),
                }
            }

            fn write(&self, out: &mut Writer) {
                self.rooms.write(out);
                if !self.ack {
                    out.null();
                }
            }

            fn wants_ack(&self) -> bool {
                self.ack
            }
        }
    };
}

room_event_v2! {
    /// `JOIN_ROOM` of dialect `v2`: `[room] +ack` or `[room, null]`.
    JoinRoomV2, "JOIN_ROOM", "The sender joins a room. Joining twice is harmless."
}

room_event_v2! {
    /// `LEAVE_ROOM` of dialect `v2`: `[room] +ack` or `[room, null]`.
    LeaveRoomV2, "LEAVE_ROOM", "The sender leaves a room. Leaving a room one is not in is harmless."
}

/// `EMIT_ROOM [room, event, ...args]`: sends an event to every member but the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmitRoom {
    /// The room; the sender need not be a member.
    pub room: RoomName,
    /// The event that the members receive.
    pub event: EventName,
    /// Its arguments.
    pub args: Arguments,
}

impl WireEvent for EmitRoom {
    const SPEC: EventSpec = EventSpec {
        key: "any.EMIT_ROOM",
        name: NamePattern::Exact("EMIT_ROOM"),
        family: Family::Core,
        direction: Direction::ClientToServer,
        dialects: V1_AND_V2,
        since: "1.5.0",
        until: None,
        doc: "Every member of the room except the sender receives the event. The sender need not be a member; a room without members is not an error.",
        forms: &[Form {
            doc: "",
            args: &[
                required::<RoomName>("room", "The room."),
                required::<EventName>("event", "The event that the members receive."),
                rest::<Payload>("args", "The arguments of that event."),
            ],
        }],
        ack: AckSpec::never(
            "An ack id must not be sent: some versions of the original do not survive it.",
        ),
        failures: &[
            FailureCode::MalformedArgument,
            FailureCode::ReservedEventName,
        ],
        clauses: &[
            id("SRV-CORE-F8"),
            id("SRV-CORE-4"),
            id("SRV-MSG-10"),
            id("SRV-MSG-11"),
            id("SRV-ROB-3"),
            id("SRV-ROB-4"),
        ],
        carried_by: &[],
        type_name: "EmitRoom",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            room: packet.name(0)?,
            event: packet.name(1)?,
            args: packet.rest(2),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.room.as_str())
            .string(self.event.as_str())
            .json(self.args.inner());
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
    JoinRoomV1Ack: {
        "description": "Empty when the room was joined; one argument if it was not.",
        "type": "array",
        "prefixItems": [{ "type": ["object", "string"] }],
        "maxItems": 1,
        "examples": [[], [{}]],
    }
}
