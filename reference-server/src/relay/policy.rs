//! Rules that an operator may change, as data.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::millis;

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

/// Who may move others into and out of rooms, dialect `v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomMoves {
    /// Any client may move any other into and out of any room, and end any topic,
    /// as with the originals (SRV-CORE-23).
    #[default]
    Anyone,
    /// A client may do so with rooms of its own topics only: those whose names
    /// begin with `service:`, its client id and `:topic:`.
    TopicOwner,
    /// Nobody may. Topics of client-side services do not work then.
    Nobody,
}

/// Who may send to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomEmitters {
    /// Any client, as with the originals (SRV-CORE-F8).
    #[default]
    Anyone,
    /// Members of the room only. A client-side service is a member of its topics.
    Members,
}

/// Who may ask who is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListClients {
    /// Any client, as with the originals (SRV-CORE-10).
    #[default]
    Everybody,
    /// Nobody. Whether one client is connected can still be asked by its id.
    Nobody,
}

/// Whether a client may speak in another's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Identities {
    /// It may, as with the originals: who a message is from is an argument in `v1`
    /// (SRV-MSG-29), and the names of the server's events are names like any other.
    #[default]
    Claimed,
    /// It may not. The source that a message of `v1` names must be its sender. Names under
    /// which clients hear their server or their own library are not forwarded. The rooms of
    /// topics are entered through their service alone, and only that sends to them. What
    /// belongs to a stream must come from one of its ends.
    Bound,
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
    /// Who may move other clients into and out of rooms, and end topics, which
    /// empties a room.
    pub foreign_room_moves: RoomMoves,
    /// Who may send to a room.
    pub room_emitters: RoomEmitters,
    /// Whether a client may speak in another's name.
    pub identities: Identities,
    /// Who may list the clients.
    pub list_clients: ListClients,
    /// How long an ack is waited for that one client asked of another, by a message,
    /// a request to add it, or a call of its API, default 24 h. A chunk of a stream
    /// is waited for at least as long as its stream may be idle.
    #[serde(rename = "ack_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub ack_timeout: Duration,
    /// How long a request to open a stream may stay unanswered, default 1 h. It is
    /// then refused, and whoever accepts it later is told that the other end is gone.
    #[serde(rename = "stream_open_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub stream_open_timeout: Duration,
    /// How long nothing may come on an open stream, default 24 h. Both ends are then
    /// told that the other is destroyed. A reader that pauses its writer for longer
    /// loses its stream, too.
    #[serde(rename = "stream_idle_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub stream_idle_timeout: Duration,
    /// How many clients may be connected, those without an id included, default
    /// 100,000. Connections that poll need not hold a TCP connection all the time,
    /// so `engine.max_connections` does not bound them.
    #[schemars(range(min = 1))]
    pub clients: usize,
    /// Longest client id in bytes, default 15,360: what the originals take
    /// before Node refuses the request.
    pub client_id_bytes: usize,
    /// Longest room name in bytes, default 4,096. Room names are kept, so they
    /// cost memory for as long as the room has members.
    pub room_name_bytes: usize,
    /// How many rooms one connection may be in, default 4,096.
    pub rooms: usize,
    /// How many memberships in rooms one client may have made for others that still
    /// stand, default 1,048,576. Clients without an id share one such number. They do not
    /// count as rooms of those whom they were made for.
    #[schemars(range(min = 1))]
    pub moves: usize,
    /// How many topics one connection may have created, that is, be in the rooms
    /// of, default 4,096. They count as rooms, too.
    pub topics: usize,
    /// Longest event name of a message in bytes, default 65,536.
    pub event_name_bytes: usize,
    /// How many arguments a message may have, default 1,000,000: more than fit into
    /// a packet of the default size.
    pub arguments: usize,
    /// How many bytes the arguments of a message may have, attachments included,
    /// default 1 GiB: whatever `engine.max_message` lets through.
    pub message_bytes: usize,
    /// How many links one connection may make with `ADD_TARGET` and streams,
    /// default 16,384. Links that others make to it do not count.
    pub links: usize,
    /// How many streams one connection may have opened at a time, default 16,384,
    /// requests that are not answered included. Streams that others open to it do
    /// not count.
    pub streams: usize,
    /// Longest id of the end of a stream in bytes, default 4,096.
    pub stream_id_bytes: usize,
    /// Longest name of a stream channel in bytes, default 4,096.
    pub channel_bytes: usize,
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
            foreign_room_moves: RoomMoves::Anyone,
            room_emitters: RoomEmitters::Anyone,
            identities: Identities::Claimed,
            list_clients: ListClients::Everybody,
            ack_timeout: Duration::from_hours(24),
            stream_open_timeout: Duration::from_hours(1),
            stream_idle_timeout: Duration::from_hours(24),
            clients: 100_000,
            client_id_bytes: 15_360,
            room_name_bytes: 4_096,
            rooms: 4_096,
            moves: 1 << 20,
            topics: 4_096,
            event_name_bytes: 65_536,
            arguments: 1_000_000,
            message_bytes: 1 << 30,
            links: 16_384,
            streams: 16_384,
            stream_id_bytes: 4_096,
            channel_bytes: 4_096,
            pending_acks: 65_536,
            early_events: 1_024,
            early_bytes: 4 << 20,
            api_name_bytes: 4_096,
            apis: 4_096,
        }
    }
}
