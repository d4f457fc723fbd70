//! Connections and their transports: sizes, heartbeats, waits.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::millis;

/// Connections and their transports: sizes, heartbeats, waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// The largest message in bytes, default 1,000,000: one WebSocket message,
    /// one polling request, and all attachments of one packet together. The
    /// connection that sends more is closed.
    #[schemars(range(min = 1_024))]
    pub max_message: usize,
    /// How many attachments one packet may have, default 1,024.
    #[schemars(range(max = 0x0010_0000))]
    pub max_attachments: usize,
    /// How long an Engine.IO 4 client may stay connected without joining the
    /// default namespace, default 45 s. Also how long a connection may linger
    /// after it left the namespace.
    #[serde(rename = "connect_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub connect_timeout: Duration,
    /// Time between two heartbeats, default 25 s.
    #[serde(rename = "ping_interval_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub ping_interval: Duration,
    /// How long a heartbeat may stay unanswered, default 20 s.
    #[serde(rename = "ping_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub ping_timeout: Duration,
    /// How many TCP connections are served at once, default 50,000. Further ones
    /// wait in the accept queue of the operating system.
    #[schemars(range(min = 1, max = 0x1000_0000))]
    pub max_connections: usize,
    /// How long the head of an HTTP request may take to arrive, and how long its
    /// body, default 30 s each.
    #[serde(rename = "request_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub request_timeout: Duration,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            max_message: 1_000_000,
            max_attachments: 1_024,
            connect_timeout: Duration::from_secs(45),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            max_connections: 50_000,
            request_timeout: Duration::from_secs(30),
        }
    }
}
