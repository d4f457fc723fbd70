//! Rules that an operator may change, as data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to a connection whose client id is already connected (SRV-CORE-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateIds {
    /// The newcomer is told why and disconnected; the old connection notices
    /// nothing. This is what plugin 2.0.0 does unless told otherwise.
    #[default]
    Reject,
    /// The old connection is disconnected and the newcomer takes its place.
    /// It helps clients that come back before their half-open connection has
    /// timed out.
    Replace,
}

/// The rules of the relay: what it allows, and how much of it.
///
/// Whatever exceeds a limit is refused with a `SERVER_ERROR` that says so; the
/// connection lives on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What happens to a client id that is connected twice.
    pub duplicate_ids: DuplicateIds,
    /// Longest client id in bytes, default 15,360: what the originals take
    /// before Node refuses the request.
    pub client_id_bytes: usize,
    /// Longest room name in bytes, default 4,096. Room names are kept, so they
    /// cost memory for as long as the room has members.
    pub room_name_bytes: usize,
    /// How many rooms one connection may be in, default 4,096.
    pub rooms: usize,
    /// How many links one connection may make with `ADD_TARGET` and streams,
    /// default 16,384. Links that others make to it do not count.
    pub links: usize,
    /// How many acks one connection may be waiting for, default 65,536. One
    /// more, and the oldest is given up.
    pub pending_acks: usize,
    /// How many messages one connection may send ahead on streams that it has
    /// not accepted yet, default 1,024. One more, and the stream is refused.
    pub early_events: usize,
    /// How many bytes those may have together, default 4 MiB.
    pub early_bytes: usize,
    /// Longest API name in bytes, default 4,096.
    pub api_name_bytes: usize,
    /// How many APIs one connection may provide, default 4,096.
    pub apis: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            duplicate_ids: DuplicateIds::Reject,
            client_id_bytes: 15_360,
            room_name_bytes: 4_096,
            rooms: 4_096,
            links: 16_384,
            pending_acks: 65_536,
            early_events: 1_024,
            early_bytes: 4 << 20,
            api_name_bytes: 4_096,
            apis: 4_096,
        }
    }
}
