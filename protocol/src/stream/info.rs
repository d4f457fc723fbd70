//! The description of a stream that travels with the request to open it.

use std::fmt;

use serde_json::value::RawValue;

use crate::dialect::Dialect;
use crate::error::DecodeErrorKind;
use crate::ids::{Channel, ClientId, Name, StreamId};
use crate::payload::{Arguments, Payload};
use crate::schema::wire_schema;
use crate::shape::Shape;
use crate::spec::ArgType;
use crate::stream::member::set_member;
use crate::wire;

/// The object `{sourceStreamId, targetStreamId, targetClientId, ...}` of a stream request.
///
/// The three required members are typed; every other member passes through as
/// text, in its place (SRV-STR-11). All members are seen from the opener.
#[derive(Clone)]
pub struct StreamInfo {
    /// The whole object, as it came or as it was last changed.
    text: Box<str>,
    source_stream: StreamId,
    target_stream: StreamId,
    target: ClientId,
    source: Option<ClientId>,
    channel: Option<Channel>,
}

/// What is wrong with the description of a stream.
pub(crate) struct InvalidInfo {
    pub(crate) expected: &'static str,
    pub(crate) found: &'static str,
    pub(crate) kind: DecodeErrorKind,
}

const SOURCE: &str = "sourceClientId";

impl StreamInfo {
    /// Describes a stream the way the original client does: the three required members, in its order.
    pub fn new(source_stream: StreamId, target_stream: StreamId, target: ClientId) -> Self {
        let mut text = String::from("{\"sourceStreamId\":");
        wire::push_string(&mut text, source_stream.as_str());
        text.push_str(",\"targetStreamId\":");
        wire::push_string(&mut text, target_stream.as_str());
        text.push_str(",\"targetClientId\":");
        wire::push_string(&mut text, target.as_str());
        text.push('}');
        Self {
            text: text.into(),
            source_stream,
            target_stream,
            target,
            source: None,
            channel: None,
        }
    }

    /// Adds the channel by which the acceptor sorts requests, dialect `v2` only.
    #[must_use]
    pub fn with_channel(mut self, channel: Channel) -> Self {
        let mut value = String::new();
        wire::push_string(&mut value, channel.as_str());
        self.text = set_member(&self.text, "channel", &value);
        self.channel = Some(channel);
        self
    }

    /// Adds the arguments that the opener gives to the acceptor, dialect `v2` only.
    #[must_use]
    pub fn with_arguments(mut self, args: &Arguments) -> Self {
        self.text = set_member(&self.text, "argArray", args.as_json());
        self
    }

    /// States who opens the stream: replaces the member in its place if it is
    /// there, however often, and appends it otherwise (SRV-STR-10).
    pub fn set_source(&mut self, source: ClientId) {
        let mut value = String::new();
        wire::push_string(&mut value, source.as_str());
        self.text = set_member(&self.text, SOURCE, &value);
        self.source = Some(source);
    }

    /// The stream id of the opener's end.
    pub fn source_stream(&self) -> &StreamId {
        &self.source_stream
    }

    /// The stream id of the acceptor's end.
    pub fn target_stream(&self) -> &StreamId {
        &self.target_stream
    }

    /// The client that shall accept the stream.
    pub fn target(&self) -> &ClientId {
        &self.target
    }

    /// The client that opens the stream, once the server has said so.
    pub fn source(&self) -> Option<&ClientId> {
        self.source.as_ref()
    }

    /// The channel, dialect `v2` only. A falsy one counts as none.
    pub fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }

    /// Any member by its name; of a repeated member the last.
    pub fn member(&self, name: &str) -> Option<Payload> {
        let mut found = None;
        let _ = wire::members(&self.text, |member| {
            if member.name.as_deref() == Some(name) {
                found = Some(Payload::from(member.value));
            }
        });
        found
    }

    /// The object as text.
    pub fn as_json(&self) -> &str {
        &self.text
    }

    /// Reads the object of a request in either direction.
    pub(crate) fn read(raw: &RawValue, dialect: Dialect) -> Result<Self, InvalidInfo> {
        const OBJECT: &str = <StreamInfo as ArgType>::EXPECTED;
        let wrong = |found| InvalidInfo {
            expected: OBJECT,
            found,
            kind: DecodeErrorKind::WrongType,
        };
        if !raw.get().starts_with('{') {
            return Err(wrong(wire::kind(raw)));
        }
        let mut known = Known::default();
        wire::members(raw.get(), |member| match member.name.as_deref() {
            Some("sourceStreamId") => known.source_stream = Some(member.value),
            Some("targetStreamId") => known.target_stream = Some(member.value),
            Some("targetClientId") => known.target = Some(member.value),
            Some(SOURCE) => known.source = Some(member.value),
            Some("channel") => known.channel = Some(member.value),
            _ => {}
        })
        .map_err(|_| wrong("a broken object"))?;
        let channel = known
            .channel
            .filter(|raw| dialect == Dialect::V2 && wire::is_truthy(raw));
        Ok(Self {
            text: raw.get().into(),
            source_stream: name(
                known.source_stream,
                "a stream whose `sourceStreamId` is a string",
            )?,
            target_stream: name(
                known.target_stream,
                "a stream whose `targetStreamId` is a string",
            )?,
            target: name(
                known.target,
                "a stream whose `targetClientId` is a client id",
            )?,
            source: known
                .source
                .filter(|raw| wire::is_truthy(raw))
                .and_then(|raw| name(Some(raw), "").ok()),
            channel: channel
                .map(|raw| name(Some(raw), "a stream whose `channel` is a string"))
                .transpose()?,
        })
    }
}

/// The members that have a meaning to the server.
#[derive(Default)]
struct Known<'a> {
    source_stream: Option<&'a RawValue>,
    target_stream: Option<&'a RawValue>,
    target: Option<&'a RawValue>,
    source: Option<&'a RawValue>,
    channel: Option<&'a RawValue>,
}

fn name<N: Name>(raw: Option<&RawValue>, expected: &'static str) -> Result<N, InvalidInfo> {
    let kind = DecodeErrorKind::InvalidMember;
    let raw = raw.ok_or(InvalidInfo {
        expected,
        found: "none",
        kind,
    })?;
    let text = wire::text(raw).or_else(|| wire::integer(raw));
    let text = text.ok_or(InvalidInfo {
        expected,
        found: wire::kind(raw),
        kind,
    })?;
    N::make(text).map_err(|_| InvalidInfo {
        expected,
        found: "an empty string",
        kind,
    })
}

impl PartialEq for StreamInfo {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for StreamInfo {}

impl fmt::Debug for StreamInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamInfo({})", self.text)
    }
}

impl ArgType for StreamInfo {
    const EXPECTED: &'static str =
        "an object with `sourceStreamId`, `targetStreamId` and `targetClientId`";
    const SHAPE: Shape = Shape::Object("StreamInfo");
}

wire_schema! {
    StreamInfo: {
        "description": "A stream as its opener sees it. Other members pass through unchanged.",
        "type": "object",
        "properties": {
            "sourceStreamId": {
                "description": "The stream id of the opener's end.",
                "$ref": "#/$defs/StreamId",
            },
            "targetStreamId": {
                "description": "The stream id of the acceptor's end.",
                "$ref": "#/$defs/StreamId",
            },
            "targetClientId": {
                "description": "The client that shall accept the stream.",
                "$ref": "#/$defs/ClientId",
            },
            "sourceClientId": {
                "description": "The client that opens the stream; set by the server, whatever the opener wrote.",
                "anyOf": [{ "$ref": "#/$defs/ClientId" }, { "type": "null" }],
            },
            "channel": {
                "description": "The channel by which the acceptor sorts requests, dialect v2 only.",
                "$ref": "#/$defs/Channel",
            },
            "argArray": {
                "description": "Arguments of the opener for the acceptor, dialect v2 only.",
                "$ref": "#/$defs/Arguments",
            },
        },
        "required": ["sourceStreamId", "targetStreamId", "targetClientId"],
        "additionalProperties": true,
        "examples": [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> StreamInfo {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        StreamInfo::read(raw, Dialect::V2)
            .map_err(|invalid| invalid.expected)
            .unwrap()
    }

    const MINIMAL: &str = r#"{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"b"}"#;

    #[test]
    fn the_source_is_appended_last() {
        let mut info = read(MINIMAL);
        assert_eq!(
            info,
            StreamInfo::new(
                StreamId::new("SA").unwrap(),
                StreamId::new("SB").unwrap(),
                ClientId::new("b").unwrap(),
            )
        );
        info.set_source(ClientId::new("a\"").unwrap());
        assert_eq!(
            info.as_json(),
            r#"{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"b","sourceClientId":"a\""}"#
        );
        assert_eq!(info.source().unwrap().as_str(), "a\"");
    }

    #[test]
    fn a_forged_source_is_replaced_in_place_however_it_is_spelled_and_repeated() {
        let mut info = read(
            r#"{ "\u0073ourceClientId" : "forged", "sourceStreamId":1, "x": 1e400 ,"targetStreamId":"SB" , "sourceClientId":{"a":[1]} ,"targetClientId":"b","sourceClientId":null }"#,
        );
        info.set_source(ClientId::new("a").unwrap());
        assert_eq!(
            info.as_json(),
            r#"{ "\u0073ourceClientId" : "a", "sourceStreamId":1, "x": 1e400 ,"targetStreamId":"SB" ,"targetClientId":"b" }"#
        );
        assert_eq!(read(info.as_json()).source().unwrap().as_str(), "a");
        assert_eq!(info.source_stream().as_str(), "1");
    }

    #[test]
    fn strange_members_pass_untouched() {
        let text = r#"{"sourceStreamId":"SA","\ud800":"\udfff","targetStreamId":"SB","a":1,"a":2,"targetClientId":"b","n":9007199254740993}"#;
        let mut info = read(text);
        assert_eq!(info.as_json(), text);
        assert_eq!(info.member("a").unwrap().as_json(), "2");
        info.set_source(ClientId::new("a").unwrap());
        assert_eq!(
            info.as_json(),
            text.replace('}', r#","sourceClientId":"a"}"#)
        );
    }

    #[test]
    fn a_falsy_channel_is_none() {
        for falsy in ["null", "\"\"", "0", "false"] {
            let text = MINIMAL.replace('}', &format!(",\"channel\":{falsy}}}"));
            assert_eq!(read(&text).channel(), None);
        }
        let text = MINIMAL.replace('}', ",\"channel\":7}");
        assert_eq!(read(&text).channel().unwrap().as_str(), "7");
        let raw: Box<RawValue> =
            serde_json::from_str(&MINIMAL.replace('}', ",\"channel\":{}}")).unwrap();
        assert!(StreamInfo::read(&raw, Dialect::V2).is_err());
        assert!(StreamInfo::read(&raw, Dialect::V1).is_ok());
    }
}
