//! Joining and leaving rooms in dialect `v2`, where the room comes first.

use super::{Rooms, is_v1};
use crate::ack::NullAck;
use crate::clause::id;
use crate::dialect::{Direction, Family, V2_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::packet::{Packet, Unread, WireEvent};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::value::Null;
use crate::wire::Writer;

/// Declares the two room events of dialect `v2`, which differ in one word.
macro_rules! room_event_v2 {
    ($(#[doc = $doc:literal])+ $type:ident, $name:literal, $spec_doc:literal, $examples:expr) => {
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
                forms: &[
                    Form {
                        doc: "No ack is asked for.",
                        args: &[
                            required::<Rooms>("room", "The room or rooms."),
                            required::<Null>("ack", "Stands where the ack function would be."),
                        ],
                    },
                    Form {
                        doc: "An ack is asked for.",
                        args: &[required::<Rooms>("room", "The room or rooms.")],
                    },
                ],
                ack: AckSpec::optional::<NullAck>("One null when done; version 2.0.0 of the original never answers."),
                failures: &[FailureCode::MalformedArgument],
                clauses: &[id("SRV-CORE-F7"), id("SRV-CORE-4"), id("SRV-CORE-19"), id("SRV-CORE-21")],
                carried_by: &[],
                examples: $examples,
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
    JoinRoomV2, "JOIN_ROOM", "The sender joins a room. Joining twice is harmless.",
    &[Example::acked(r#"["JOIN_ROOM","lobby"]"#), Example::plain(r#"["JOIN_ROOM",["lobby","games"],null]"#)]
}

room_event_v2! {
    /// `LEAVE_ROOM` of dialect `v2`: `[room] +ack` or `[room, null]`.
    LeaveRoomV2, "LEAVE_ROOM", "The sender leaves a room. Leaving a room one is not in is harmless.",
    &[Example::acked(r#"["LEAVE_ROOM","lobby"]"#), Example::plain(r#"["LEAVE_ROOM","lobby",null]"#)]
}
