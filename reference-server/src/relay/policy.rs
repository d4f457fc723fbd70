//! Rules that an operator may change, as data.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::millis;

/// What happens to a connection whose client id is already connected (SRV-CORE-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateIds {
    /// The newcomer is told why and disconnected; the old connection notices
    /// nothing. This is what plugin 2.0.0 does unless told otherwise.
    #[default]
    Reject,
    /// The newcomer takes over what is addressed to the id, and both connections
    /// are sent a `SERVER_PING`, like the option `clientOverwrite` of plugin 2.0.0.
    /// The old connection stays open and may still send. When the newest leaves,
    /// the id falls back to the next older one.
    Replace,
    /// The same without a ping, as plugin 1.5.0 does it.
    Allow,
}

/// The rules of the relay: what it allows, how much of it, and for how long.
///
/// Whatever exceeds a limit is refused with an error that says so and names the
/// setting; the connection lives on. Nothing is waited for without an end: what
/// takes longer than its timeout fails like an answer of a client that has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What happens to a client id that is connected twice.
    pub duplicate_ids: DuplicateIds,
    /// Whether a connection whose id was taken over by a newer one is disconnected
    /// if it sends nothing within `server_ping_timeout_ms` after its `SERVER_PING`,
    /// default false. It drops half-open connections early; clients of dialect
    /// `v1`, which do not answer pings, lose an older connection that is idle.
    pub disconnect_replaced: bool,
    /// How long a `SERVER_PING` may stay unanswered, default 20 s.
    #[serde(rename = "server_ping_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub server_ping_timeout: Duration,
    /// How many connections may hold one client id at a time, default 64, if
    /// `duplicate_ids` lets more than one in.
    #[schemars(range(min = 1))]
    pub connections_per_id: usize,
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
            disconnect_replaced: false,
            server_ping_timeout: Duration::from_secs(20),
            connections_per_id: 64,
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
