//! The request to open a stream as its target receives it.

use std::borrow::Cow;

use super::{CreateStreamAck, INFO_FORM, info};
use crate::clause::id;
use crate::dialect::{Dialect, Direction, Family, V1_ONLY, V2_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::Channel;
use crate::packet::{Packet, WireEvent};
use crate::spec::{AckSpec, EventSpec, Example, NamePattern};
use crate::stream::info::StreamInfo;
use crate::wire::Writer;

const CHANNEL_PREFIX: &str = "CREATE_STREAM-CHANNEL-";

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
        examples: &[Example::acked(
            r#"["MULTI_API_CREATE_STREAM",{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"bob","sourceClientId":"alice"}]"#,
        )],
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
        examples: &[Example::acked(
            r#"["CREATE_STREAM",{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"bob","argArray":[1,"two"],"sourceClientId":"alice"}]"#,
        )],
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
        examples: &[Example::acked(
            r#"["CREATE_STREAM-CHANNEL-files",{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"bob","channel":"files","sourceClientId":"alice"}]"#,
        )],
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
