//! Rooms, a part of the Core API: joining, leaving and sending to a room.
//!
//! The two dialects share the names `JOIN_ROOM` and `LEAVE_ROOM` and differ in
//! shape. A second argument that can be a room makes it `v1`, where the first
//! one is an action; everything else is `v2`, where the first one is the room.

use serde_json::value::RawValue;

use crate::clause::id;
use crate::dialect::{Direction, Family, V1_AND_V2};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::{EventName, RoomName};
use crate::packet::{Packet, Unread, WireEvent};
use crate::payload::{Arguments, Payload};
use crate::schema::wire_schema;
use crate::shape::Shape;
use crate::spec::{AckSpec, ArgType, EventSpec, Example, Form, NamePattern, required, rest};
use crate::wire::{self, Writer};

mod v1;
mod v2;

pub use v1::{JoinRoomV1, JoinRoomV1Ack, JoinsRoom, LeaveRoomV1, LeavesRoom};
pub use v2::{JoinRoomV2, LeaveRoomV2};

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
    const SHAPE: Shape = Shape::Rooms;
}

wire_schema! {
    Rooms: {
        "description": "One room, or a list of rooms.",
        "anyOf": [
            { "$ref": "#/$defs/RoomName" },
            { "type": "array", "items": { "$ref": "#/$defs/RoomName" } },
        ],
        "examples": ["lobby", ["lobby", "games"]],
    }
}

/// True when a room packet has the shape of dialect `v1`.
fn is_v1(packet: &Unread<'_>) -> bool {
    packet.peek(1).is_some_and(Rooms::fits)
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
        examples: &[
            Example::plain(r#"["EMIT_ROOM","lobby","news",1,{"k":"v"}]"#),
            Example::plain(r#"["EMIT_ROOM","lobby","news"]"#),
        ],
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
