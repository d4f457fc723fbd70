//! What can be chosen about a server.

use std::time::Duration;

/// What can be chosen about a server. The defaults are those of the official server,
/// where it has the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Time between two heartbeats.
    pub ping_interval: Duration,
    /// How long a heartbeat may stay unanswered.
    pub ping_timeout: Duration,
    /// How long a WebSocket may take from its request to the `5` that makes it the
    /// transport of the session.
    pub upgrade_timeout: Duration,
    /// The largest message in bytes.
    pub max_message: usize,
    /// The largest body of a polling request in bytes. It may hold several messages: old
    /// clients put all that waits into one. A single message is let through in any case.
    pub max_payload: usize,
    /// How many bytes the bodies of all polling requests that are on their way may have
    /// together, apart from the first 64 KiB of each. Further bytes wait.
    pub payload_bytes: usize,
    /// How many packets may wait for a client. One message is always let through to an
    /// empty queue.
    pub queue_packets: usize,
    /// How many bytes may wait for a client, likewise.
    pub queue_bytes: usize,
    /// How many bytes may wait for all clients together. When there are more, a client for
    /// which more than 64 KiB wait is too far behind.
    pub backlog_bytes: usize,
    /// How long the body of a polling request may take to arrive.
    pub request_timeout: Duration,
    /// How long a client may refuse to take any byte of a WebSocket.
    pub write_stall: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            max_message: 1_000_000,
            max_payload: 8_000_000,
            payload_bytes: 256 << 20,
            queue_packets: 65_536,
            queue_bytes: 32 << 20,
            backlog_bytes: 1 << 30,
            request_timeout: Duration::from_secs(30),
            write_stall: Duration::from_secs(20),
        }
    }
}

impl Config {
    /// The largest body of a polling request: what is chosen, or else one message of the
    /// largest size. Polling carries binary data in base64, and a WebSocket carries as much.
    pub(crate) fn largest_body(&self) -> usize {
        let message = self.max_message.div_ceil(3).saturating_mul(4);
        self.max_payload.max(message.saturating_add(1 << 10))
    }
}
