//! The first line of a driver: who it is and what it can do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_protocol::Dialect;

use super::{PROTOCOL, TransportName};

/// The first line of a driver: who it is and what it can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// Name of the client under test, for reports.
    pub driver: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// Version of the driver protocol: 1.
    pub protocol: u32,
    /// The dialects that the client speaks; at least one.
    #[schemars(with = "Vec<super::schema::DialectName>", length(min = 1))]
    pub dialects: Vec<Dialect>,
    /// The Engine.IO generations that the client speaks. Default: 4 alone.
    #[serde(default = "generations")]
    #[schemars(with = "Vec<super::schema::EioNumber>", length(min = 1))]
    pub eio: Vec<u8>,
    /// The ways in which the client connects. Default: all of them.
    #[serde(default = "transports")]
    #[schemars(length(min = 1))]
    pub transports: Vec<TransportName>,
    /// What the client has besides the commands that every driver knows.
    #[serde(default)]
    pub can: Vec<Feature>,
}

impl Hello {
    /// The hello of a client that has everything, from which others take away what they lack.
    pub fn of_all(driver: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            driver: driver.into(),
            version: version.into(),
            protocol: PROTOCOL,
            dialects: Dialect::ALL.to_vec(),
            eio: vec![3, 4],
            transports: transports(),
            can: Feature::ALL.to_vec(),
        }
    }
}

fn generations() -> Vec<u8> {
    vec![4]
}

fn transports() -> Vec<TransportName> {
    TransportName::ALL.to_vec()
}

/// Something that a client may leave out. What it leaves out is not judged; what it names
/// in its hello is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// `join_room`, `leave_room`, `emit_room`.
    Room,
    /// `clients`.
    Clients,
    /// `open_stream`, `accept_streams`, `refuse_streams`, `write`, `end`, `destroy`.
    Stream,
    /// `provide`, `withdraw`, `call` (`v2`).
    Service,
    /// `create_topic`, `destroy_topic`, `publish`, `subscribe`, `unsubscribe` (`v1`).
    Topic,
    /// Connects again by itself after a connection was lost, and says so.
    Reconnect,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Room,
        Self::Clients,
        Self::Stream,
        Self::Service,
        Self::Topic,
        Self::Reconnect,
    ];

    /// The name in hellos.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Clients => "clients",
            Self::Stream => "stream",
            Self::Service => "service",
            Self::Topic => "topic",
            Self::Reconnect => "reconnect",
        }
    }
}
