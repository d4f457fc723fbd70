//! What travels while a stream is open: chunks, and the news that an end is gone.

use std::borrow::Cow;

use super::{PEER_STREAM_DESTROYED, STREAM_DATA_PREFIX, StreamDataAck};
use crate::clause::id;
use crate::dialect::{Direction, Family, V1_ONLY, V2_ONLY};
use crate::error::DecodeError;
use crate::ids::{ClientId, StreamId};
use crate::packet::{Packet, WireEvent};
use crate::payload::Payload;
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::wire::Writer;

/// `P2P_EMIT_STREAM-from-stream-<id> [source, chunk] +ack`: stream data, dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamDataV1 {
    /// The sender's own stream id, which is part of the event name.
    pub stream: StreamId,
    /// Who sends it, by its own word.
    pub source: ClientId,
    /// Binary, text, or in object mode any value.
    pub chunk: Payload,
    /// Whether the packet carried an ack id; a chunk without one cannot be confirmed.
    pub ack: bool,
}

impl WireEvent for StreamDataV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.P2P_EMIT_STREAM-from-stream-<stream>",
        name: NamePattern::Prefix {
            prefix: STREAM_DATA_PREFIX,
            parameter: "stream",
        },
        family: Family::Stream,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "A chunk of stream data from the peer whose end has this id. One chunk is in flight per direction.",
        forms: &[Form {
            doc: "",
            args: &[
                required::<ClientId>("source", "Who sends it, by its own word."),
                required::<Payload>("chunk", "Binary, text, or in object mode any value."),
            ],
        }],
        ack: AckSpec::optional::<StreamDataAck>("Empty once the next chunk may come."),
        failures: &[],
        clauses: &[id("SRV-STR-F1"), id("CLI-STR-3"), id("CLI-STR-10")],
        carried_by: &["v1.P2P_EMIT_ACKNOWLEDGE"],
        examples: &[Example::acked(
            r#"["P2P_EMIT_STREAM-from-stream-SA","alice",{"_placeholder":true,"num":0}]"#,
        )],
        type_name: "StreamDataV1",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            stream: packet.parameter()?,
            source: packet.name(0)?,
            chunk: packet.payload(1)?,
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.source.as_str()).json(self.chunk.as_json());
    }

    fn name(&self) -> Cow<'_, str> {
        Self::SPEC.name.name(self.stream.as_str()).into()
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// `P2P_EMIT_STREAM-from-stream-<id> [chunk] +ack`: stream data, dialect `v2`.
///
/// The chunk `null` is the end of this direction (CLI-STR-11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamDataV2 {
    /// The sender's own stream id, which is part of the event name.
    pub stream: StreamId,
    /// Binary, text, in object mode any value; `null` ends the direction.
    pub chunk: Payload,
    /// Whether the packet carried an ack id; a chunk without one cannot be confirmed.
    pub ack: bool,
}

impl WireEvent for StreamDataV2 {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.P2P_EMIT_STREAM-from-stream-<stream>",
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "A chunk of stream data from the peer whose end has this id; null ends the direction. One chunk is in flight per direction.",
        forms: &[Form {
            doc: "",
            args: &[required::<Payload>(
                "chunk",
                "Binary, text, in object mode any value; null ends the direction.",
            )],
        }],
        clauses: &[
            id("SRV-STR-F1"),
            id("CLI-STR-3"),
            id("CLI-STR-10"),
            id("CLI-STR-11"),
            id("SRV-STR-15"),
        ],
        carried_by: &["v2.P2P_EMIT"],
        examples: &[
            Example::acked(r#"["P2P_EMIT_STREAM-from-stream-SA",{"_placeholder":true,"num":0}]"#),
            Example::acked(r#"["P2P_EMIT_STREAM-from-stream-SA",null]"#),
        ],
        type_name: "StreamDataV2",
        ..StreamDataV1::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            stream: packet.parameter()?,
            chunk: packet.payload(0)?,
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.chunk.as_json());
    }

    fn name(&self) -> Cow<'_, str> {
        Self::SPEC.name.name(self.stream.as_str()).into()
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// `PEER_STREAM_DESTROYED [client, stream]`: the peer's end is gone, dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerStreamDestroyedV1 {
    /// Whose end it was, by its own word.
    pub client: ClientId,
    /// The id of the end that was destroyed.
    pub stream: StreamId,
}

impl WireEvent for PeerStreamDestroyedV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.PEER_STREAM_DESTROYED",
        name: NamePattern::Exact(PEER_STREAM_DESTROYED),
        family: Family::Stream,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "The peer's end of a stream was destroyed; the receiver destroys its own end and answers with the same event for it.",
        forms: &[Form {
            doc: "",
            args: &[
                required::<ClientId>("client", "Whose end it was, by its own word."),
                required::<StreamId>("stream", "The id of the end that was destroyed."),
            ],
        }],
        ack: AckSpec::never("The client only acts on it."),
        failures: &[],
        clauses: &[id("CLI-STR-4"), id("CLI-STR-12"), id("SRV-STR-2")],
        carried_by: &["v1.P2P_EMIT"],
        examples: &[Example::plain(r#"["PEER_STREAM_DESTROYED","alice","SA"]"#)],
        type_name: "PeerStreamDestroyedV1",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            client: packet.name(0)?,
            stream: packet.name(1)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.client.as_str())
            .string(self.stream.as_str());
    }
}

/// `PEER_STREAM_DESTROYED [stream]`: the peer's end is gone, dialect `v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerStreamDestroyedV2 {
    /// The id of the end that was destroyed.
    pub stream: StreamId,
}

impl WireEvent for PeerStreamDestroyedV2 {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.PEER_STREAM_DESTROYED",
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        forms: &[Form {
            doc: "",
            args: &[required::<StreamId>(
                "stream",
                "The id of the end that was destroyed.",
            )],
        }],
        carried_by: &["v2.P2P_EMIT"],
        examples: &[Example::plain(r#"["PEER_STREAM_DESTROYED","SA"]"#)],
        type_name: "PeerStreamDestroyedV2",
        ..PeerStreamDestroyedV1::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            stream: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.stream.as_str());
    }
}
