//! How a stopping server lets go of its clients.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::millis;

/// How a stopping server lets go of its clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DrainConfig {
    /// How long a server that is told to stop goes on serving after it has said so
    /// on `/readyz`, default 0. It gives a load balancer the time to notice, so that
    /// it sends nobody to a listener that is closed.
    #[serde(rename = "delay_ms", with = "millis")]
    #[schemars(with = "u64")]
    pub delay: Duration,
    /// How long a stopping server waits for its connections to end, default 5 s.
    #[serde(rename = "timeout_ms", with = "millis")]
    #[schemars(with = "u64")]
    pub timeout: Duration,
}

impl Default for DrainConfig {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            timeout: Duration::from_secs(5),
        }
    }
}
