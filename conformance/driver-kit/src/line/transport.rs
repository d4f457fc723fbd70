//! How a client is carried.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A transport, or a change from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TransportName {
    /// A WebSocket from the beginning.
    Websocket,
    /// HTTP long-polling only.
    Polling,
    /// Long-polling that becomes a WebSocket while the story goes on.
    Upgrade,
}

impl TransportName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Websocket, Self::Polling, Self::Upgrade];

    /// The name in lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Websocket => "websocket",
            Self::Polling => "polling",
            Self::Upgrade => "upgrade",
        }
    }
}

impl fmt::Display for TransportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
