//! Stream: opening a stream between two peers, its data and its end.

use crate::ack::answer;
use crate::clause::id;
use crate::dialect::{Dialect, Direction, Family, V1_ONLY, V2_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::StreamId;
use crate::packet::{Packet, WireEvent};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required};
use crate::wire::Writer;

mod data;
mod info;
mod member;
mod offer;

pub use data::{PeerStreamDestroyedV1, PeerStreamDestroyedV2, StreamDataV1, StreamDataV2};
pub use info::StreamInfo;
pub use offer::{StreamOffered, StreamOfferedOnChannel, StreamOfferedV1};

/// What the name of every stream data event begins with; the sender's own stream id follows.
pub const STREAM_DATA_PREFIX: &str = "P2P_EMIT_STREAM-from-stream-";

/// The name of the event that tells a peer that its partner's end is destroyed.
pub const PEER_STREAM_DESTROYED: &str = "PEER_STREAM_DESTROYED";

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
        examples: &[Example::acked(
            r#"["MULTI_API_CREATE_STREAM",{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"bob"}]"#,
        )],
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
        examples: &[Example::acked(
            r#"["CREATE_STREAM",{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"bob","channel":"files","argArray":[1,"two"]}]"#,
        )],
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

impl StreamId {
    /// The name of the event that carries data of the end with this id.
    pub fn data_event(&self) -> crate::EventName {
        crate::EventName::from_shared(format!("{STREAM_DATA_PREFIX}{self}"))
    }
}
