//! Stream: opening a stream between two peers, its data and its end.

use std::borrow::Cow;

use crate::ack::answer;
use crate::clause::id;
use crate::dialect::{Dialect, Direction, Family};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::{Channel, ClientId, StreamId};
use crate::packet::{Packet, WireEvent};
use crate::payload::Payload;
use crate::spec::{AckSpec, EventSpec, Form, NamePattern, required};
use crate::stream_info::StreamInfo;
use crate::value::{V1_ONLY, V2_ONLY};
use crate::wire::Writer;

/// What the name of every stream data event begins with; the sender's own stream id follows.
pub const STREAM_DATA_PREFIX: &str = "P2P_EMIT_STREAM-from-stream-";

/// The name of the event that tells a peer that its partner's end is destroyed.
pub const PEER_STREAM_DESTROYED: &str = "PEER_STREAM_DESTROYED";

const CHANNEL_PREFIX: &str = "CREATE_STREAM-CHANNEL-";

fn info(packet: &Packet<'_>, dialect: Dialect) -> Result<StreamInfo, DecodeError> {
    StreamInfo::read(packet.raw(0)?, dialect).map_err(|invalid| {
        packet.error(
            0,
            Some(invalid.expected),
            invalid.found.into(),
            invalid.kind,
        )
    })
}

const INFO_FORM: &[Form] = &[Form {
    doc: "",
    args: &[required::<StreamInfo>(
        "info",
        "The stream, seen from its opener.",
    )],
}];

answer! {
    /// The answer to a stream request: empty, or the reason of a refusal.
    CreateStreamAck of "CREATE_STREAM", "SRV-STR-16",
    /// The stream is open.
    Accepted,
    /// The target refused, is not listening, or is not connected.
    Refused
}

answer! {
    /// The answer to a chunk of stream data: empty once the next chunk may come.
    StreamDataAck of "stream data", "CLI-STR-10",
    /// The chunk was taken; the next one may be sent.
    Taken,
    /// The chunk could not be written; the writer destroys its end.
    WriteFailed
}

/// `MULTI_API_CREATE_STREAM [info] +ack`: asks a peer to open a stream, dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MultiApiCreateStream {
    /// The stream.
    pub info: StreamInfo,
}

impl WireEvent for MultiApiCreateStream {
    const SPEC: EventSpec = EventSpec {
        key: "v1.MULTI_API_CREATE_STREAM",
        name: NamePattern::Exact("MULTI_API_CREATE_STREAM"),
        family: Family::Stream,
        direction: Direction::ClientToServer,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "Asks the target to open a stream. The server states the source, links both connections, and hands the target's answer back.",
        forms: INFO_FORM,
        ack: AckSpec::required::<CreateStreamAck>("The target's answer, or why there is none.")
            .relayed(),
        failures: &[
            FailureCode::TargetNotFound,
            FailureCode::TargetNotRegistered,
            FailureCode::NotListeningForStreams,
            FailureCode::MissingAck,
            FailureCode::MalformedArgument,
        ],
        clauses: &[
            id("SRV-STR-1"),
            id("SRV-STR-3"),
            id("SRV-STR-4"),
            id("SRV-STR-10"),
            id("SRV-STR-11"),
            id("SRV-STR-13"),
            id("SRV-STR-16"),
        ],
        carried_by: &[],
        type_name: "MultiApiCreateStream",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            info: info(packet, Dialect::V1)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.info.as_json());
    }
}

/// `CREATE_STREAM [info] +ack`: asks a peer to open a stream, dialect `v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateStream {
    /// The stream, perhaps with a channel and arguments.
    pub info: StreamInfo,
}

impl WireEvent for CreateStream {
    const SPEC: EventSpec = EventSpec {
        key: "v2.CREATE_STREAM",
        name: NamePattern::Exact("CREATE_STREAM"),
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        failures: &[
            FailureCode::StreamTargetNotConnected,
            FailureCode::MissingAck,
            FailureCode::MalformedArgument,
        ],
        clauses: &[
            id("SRV-STR-1"),
            id("SRV-STR-3"),
            id("SRV-STR-4"),
            id("SRV-STR-10"),
            id("SRV-STR-11"),
            id("SRV-STR-12"),
            id("SRV-STR-13"),
            id("SRV-STR-16"),
        ],
        type_name: "CreateStream",
        ..MultiApiCreateStream::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            info: info(packet, Dialect::V2)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.info.as_json());
    }
}

/// `MULTI_API_CREATE_STREAM [info] +ack`: a peer asks to open a stream, dialect `v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOfferedV1 {
    /// The stream, with its source.
    pub info: StreamInfo,
}

impl WireEvent for StreamOfferedV1 {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.MULTI_API_CREATE_STREAM",
        name: NamePattern::Exact("MULTI_API_CREATE_STREAM"),
        family: Family::Stream,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "A peer, named by `sourceClientId`, asks to open a stream.",
        forms: INFO_FORM,
        ack: AckSpec::required::<CreateStreamAck>("Empty to accept, a reason to refuse."),
        failures: &[FailureCode::NotListeningForStreams],
        clauses: &[
            id("SRV-STR-4"),
            id("SRV-STR-10"),
            id("SRV-STR-11"),
            id("CLI-STR-F2"),
        ],
        carried_by: &[],
        type_name: "StreamOfferedV1",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            info: info(packet, Dialect::V1)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.info.as_json());
    }
}

/// `CREATE_STREAM [info] +ack`: a peer or the server asks to open a stream without
/// a channel, dialect `v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOffered {
    /// The stream, with its source.
    pub info: StreamInfo,
}

impl WireEvent for StreamOffered {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.CREATE_STREAM",
        name: NamePattern::Exact("CREATE_STREAM"),
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "A peer, or the server under a source id that ends in `--server-side`, asks to open a stream.",
        failures: &[],
        clauses: &[
            id("SRV-STR-4"),
            id("SRV-STR-10"),
            id("SRV-STR-11"),
            id("SRV-STR-15"),
            id("CLI-STR-F2"),
        ],
        type_name: "StreamOffered",
        ..StreamOfferedV1::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            info: info(packet, Dialect::V2)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.info.as_json());
    }
}

/// `CREATE_STREAM-CHANNEL-<channel> [info] +ack`: the same on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOfferedOnChannel {
    /// The channel, which is part of the event name.
    pub channel: Channel,
    /// The stream, with its source.
    pub info: StreamInfo,
}

impl WireEvent for StreamOfferedOnChannel {
    const SPEC: EventSpec = EventSpec {
        key: "v2.server.CREATE_STREAM-CHANNEL-<channel>",
        name: NamePattern::Prefix {
            prefix: CHANNEL_PREFIX,
            parameter: "channel",
        },
        doc: "A peer or the server asks to open a stream on a channel.",
        clauses: &[
            id("SRV-STR-12"),
            id("SRV-STR-4"),
            id("SRV-STR-10"),
            id("SRV-STR-11"),
            id("CLI-STR-F2"),
        ],
        type_name: "StreamOfferedOnChannel",
        ..StreamOffered::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            channel: packet.parameter()?,
            info: info(packet, Dialect::V2)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.info.as_json());
    }

    fn name(&self) -> Cow<'_, str> {
        Self::SPEC.name.name(self.channel.as_str()).into()
    }
}

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

impl StreamId {
    /// The name of the event that carries data of the end with this id.
    pub fn data_event(&self) -> crate::EventName {
        crate::EventName::from_shared(format!("{STREAM_DATA_PREFIX}{self}"))
    }
}
