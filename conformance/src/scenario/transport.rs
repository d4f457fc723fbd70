//! How an actor is carried: the word for it in scenarios, reports and options.

use std::fmt;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_transport::Transports;

/// A transport, or a change from one to another.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
    ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum TransportName {
    /// A WebSocket from the beginning.
    #[default]
    Websocket,
    /// HTTP long-polling only.
    Polling,
    /// Long-polling that becomes a WebSocket while the story goes on.
    Upgrade,
}

impl TransportName {
    /// Whether this is the one that need not be named.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// How names of checks end: nothing for the usual one.
    pub fn suffix(self) -> String {
        if self.is_usual() {
            String::new()
        } else {
            format!(", {self}")
        }
    }
}

impl fmt::Display for TransportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Transports::from(*self).as_str())
    }
}

impl From<TransportName> for Transports {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Websocket => Self::WebSocket,
            TransportName::Polling => Self::Polling,
            TransportName::Upgrade => Self::PollingThenUpgrade,
        }
    }
}

/// The word that drivers are told.
impl From<TransportName> for sio_p2p_driver::TransportName {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Websocket => Self::Websocket,
            TransportName::Polling => Self::Polling,
            TransportName::Upgrade => Self::Upgrade,
        }
    }
}

/// The word that drivers say.
impl From<sio_p2p_driver::TransportName> for TransportName {
    fn from(name: sio_p2p_driver::TransportName) -> Self {
        use sio_p2p_driver::TransportName as Said;
        match name {
            Said::Websocket => Self::Websocket,
            Said::Polling => Self::Polling,
            Said::Upgrade => Self::Upgrade,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Drivers have the word without what the runner does with it.
    #[test]
    fn drivers_know_every_name() {
        for name in TransportName::value_variants() {
            let written = serde_json::to_value(name).unwrap();
            let read: sio_p2p_driver::TransportName = serde_json::from_value(written).unwrap();
            assert_eq!(read.as_str(), name.to_string());
            assert_eq!(TransportName::from(read), *name);
        }
    }
}
