//! The object that a message of dialect `v1` consists of.

use crate::error::{DecodeError, DecodeErrorKind};
use crate::ids::{ClientId, EventName};
use crate::packet::Packet;
use crate::payload::Arguments;
use crate::schema::wire_schema;
use crate::shape::Shape;
use crate::spec::ArgType;
use crate::wire::{self, Writer};

/// The one argument of a message in dialect `v1`.
#[derive(Debug)]
pub(crate) enum MessageObject {}

impl ArgType for MessageObject {
    const EXPECTED: &'static str = "an object with `targetClientId`, `event` and `args`";
    const SHAPE: Shape = Shape::Object("MessageObject");
}

wire_schema! {
    MessageObject: {
        "description": "A message: who shall receive which event with which arguments. Client libraries put their own id first in `args`.",
        "type": "object",
        "properties": {
            "targetClientId": {
                "description": "The client that shall receive the event.",
                "$ref": "#/$defs/ClientId",
            },
            "event": {
                "description": "The event that it receives.",
                "$ref": "#/$defs/EventName",
            },
            "args": {
                "description": "The arguments of that event, passed on unchanged.",
                "$ref": "#/$defs/Arguments",
            },
        },
        "required": ["targetClientId", "event", "args"],
        "additionalProperties": false,
        "examples": [{ "targetClientId": "bob", "event": "hello", "args": ["alice", 1] }],
    }
}

/// Reads the message object; other members than the three are ignored, and of a
/// repeated member the last counts, as `JSON.parse` has it.
pub(super) fn read_message(
    packet: &Packet<'_>,
) -> Result<(ClientId, EventName, Arguments), DecodeError> {
    const TARGET: &str = "a message whose `targetClientId` is a client id";
    const EVENT: &str = "a message whose `event` is an event name (a string)";
    const ARGS: &str = "a message whose `args` is an array of event arguments";

    let object = packet.raw(0)?;
    if !object.get().starts_with('{') {
        return Err(packet.wrong_type(0, object));
    }
    let (mut target, mut event, mut args) = (None, None, None);
    let walked = wire::members(object.get(), |member| match member.name.as_deref() {
        Some("targetClientId") => target = Some(member.value),
        Some("event") => event = Some(member.value),
        Some("args") => args = Some(member.value),
        _ => {}
    });
    if walked.is_err() {
        return Err(packet.wrong_type(0, object));
    }
    let missing = |expected: &'static str| {
        packet.error(
            0,
            Some(expected),
            "none".into(),
            DecodeErrorKind::InvalidMember,
        )
    };
    let as_member = |error: DecodeError| DecodeError {
        kind: DecodeErrorKind::InvalidMember,
        ..error
    };
    let target = target.ok_or_else(|| missing(TARGET))?;
    let event = event.ok_or_else(|| missing(EVENT))?;
    let args = args.ok_or_else(|| missing(ARGS))?;
    Ok((
        packet.name_in(0, Some(TARGET), target).map_err(as_member)?,
        packet.name_in(0, Some(EVENT), event).map_err(as_member)?,
        Arguments::from_raw(args).ok_or_else(|| {
            packet.error(
                0,
                Some(ARGS),
                wire::kind(args).into(),
                DecodeErrorKind::InvalidMember,
            )
        })?,
    ))
}

pub(super) fn write_message(
    out: &mut Writer,
    target: &ClientId,
    event: &EventName,
    args: &Arguments,
) {
    let mut object = String::from("{\"targetClientId\":");
    wire::push_string(&mut object, target.as_str());
    object.push_str(",\"event\":");
    wire::push_string(&mut object, event.as_str());
    object.push_str(",\"args\":");
    object.push_str(args.as_json());
    object.push('}');
    out.json(&object);
}
