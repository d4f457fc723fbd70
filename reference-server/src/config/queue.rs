//! What may wait for a client that is slow to read.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::millis;

/// What may wait for a client that is slow to read.
///
/// A consumer that falls further behind is disconnected; nothing is dropped
/// silently, because that would break the order of messages (SRV-MSG-12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueueConfig {
    /// How many packets may wait for one connection, default 65,536.
    #[schemars(range(min = 1, max = 0x0100_0000))]
    pub packets: usize,
    /// How many bytes may wait for one connection, default 32 MiB. A single
    /// message is always let through to an empty queue.
    #[schemars(range(min = 1))]
    pub bytes: usize,
    /// How many bytes may wait for all connections together, default 1 GiB. When there are
    /// more, a consumer for which more than 64 KiB wait is too far behind. What the
    /// members of a room share counts for each of them.
    #[schemars(range(min = 1))]
    pub total_bytes: usize,
    /// How long a client may refuse to take any byte before its TCP connection
    /// is dropped, default 20 s.
    #[serde(rename = "write_stall_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub write_stall: Duration,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            packets: 65_536,
            bytes: 32 << 20,
            total_bytes: 1 << 30,
            write_stall: Duration::from_secs(20),
        }
    }
}
