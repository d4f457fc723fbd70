//! The settings of a server: one plain value with defaults that old clients
//! never notice.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::relay::Policy;

/// Everything a server can be told before it starts.
///
/// The defaults are those of the original implementation where it has any, and
/// bounds that no well-behaved client reaches where it has none: nothing that
/// comes from the network may grow without limit (SRV-ROB-2).
///
/// As a file, durations are whole milliseconds and missing members keep their
/// default:
///
/// ```
/// let config: sio_p2p_server::Config =
///     serde_json::from_str(r#"{"ping_interval_ms": 10000, "max_message": 65536}"#)?;
/// assert_eq!(config.ping_interval.as_secs(), 10);
/// assert_eq!(config.ping_timeout.as_secs(), 20);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The largest message in bytes, default 1,000,000: one WebSocket message,
    /// one polling request, and all attachments of one packet together. The
    /// connection that sends more is closed.
    pub max_message: usize,
    /// How many attachments one packet may have, default 1,024.
    pub max_attachments: usize,
    /// How long an Engine.IO 4 client may stay connected without joining the
    /// default namespace, default 45 s. Also how long a connection may linger
    /// after it left the namespace.
    #[serde(rename = "connect_timeout_ms", with = "millis")]
    pub connect_timeout: Duration,
    /// Time between two heartbeats, default 25 s.
    #[serde(rename = "ping_interval_ms", with = "millis")]
    pub ping_interval: Duration,
    /// How long a heartbeat may stay unanswered, default 20 s.
    #[serde(rename = "ping_timeout_ms", with = "millis")]
    pub ping_timeout: Duration,
    /// How long a client may refuse to take any byte before its TCP connection
    /// is dropped, default 20 s.
    #[serde(rename = "write_stall_ms", with = "millis")]
    pub write_stall: Duration,
    /// How many packets may wait for one connection, default 65,536. A consumer
    /// that falls further behind is disconnected; nothing is dropped silently.
    pub queue_packets: usize,
    /// How many bytes may wait for one connection, default 32 MiB. A single
    /// message is always let through to an empty queue.
    pub queue_bytes: usize,
    /// How many TCP connections are served at once, default 50,000. Further ones
    /// wait in the accept queue of the operating system.
    pub max_connections: usize,
    /// How long the head of an HTTP request may take to arrive, and how long its
    /// body, default 30 s each.
    #[serde(rename = "request_timeout_ms", with = "millis")]
    pub request_timeout: Duration,
    /// How long a stopping server waits for its connections to end, default 5 s.
    #[serde(rename = "drain_timeout_ms", with = "millis")]
    pub drain_timeout: Duration,
    /// The rules of the relay and its bounds per connection.
    pub policy: Policy,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_message: 1_000_000,
            max_attachments: 1_024,
            connect_timeout: Duration::from_secs(45),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            write_stall: Duration::from_secs(20),
            queue_packets: 65_536,
            queue_bytes: 32 << 20,
            max_connections: 50_000,
            request_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(5),
            policy: Policy::default(),
        }
    }
}

/// Durations as whole milliseconds, the unit in which Engine.IO itself speaks.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        u64::try_from(duration.as_millis())
            .unwrap_or(u64::MAX)
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_config_reads_back() {
        let config = Config {
            connect_timeout: Duration::from_millis(1_234),
            ..Config::default()
        };
        let text = serde_json::to_string(&config).unwrap();
        assert!(text.contains("\"connect_timeout_ms\":1234"));
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
    }

    #[test]
    fn a_misspelt_member_is_an_error_and_not_a_default() {
        let error = serde_json::from_str::<Config>(r#"{"max_mesage": 1}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `max_mesage`"));
    }
}
