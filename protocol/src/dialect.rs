//! The words that sort the catalogue: dialect, direction and API family.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the two wire languages spoken by the published plugin.
///
/// A server tells them apart per event, never by configuration; see
/// [`ClientEvent::decode`](crate::ClientEvent::decode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// What the plugin's README documents and version 1.5 speaks.
    V1,
    /// What the plugin's code ships in versions 1.12 and 2.0.
    V2,
}

impl Dialect {
    /// Both dialects, in order.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// The short name used in files and on command lines: `v1` or `v2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A dialect name that is neither `v1` nor `v2`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dialect `{0}`, expected `v1` or `v2`")]
pub struct UnknownDialect(String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "v1" => Ok(Self::V1),
            "v2" => Ok(Self::V2),
            other => Err(UnknownDialect(other.to_owned())),
        }
    }
}

/// Who sends an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A client sends it to the server.
    ClientToServer,
    /// The server sends it to a client, on its own account or on behalf of a peer.
    ServerToClient,
}

impl Direction {
    /// The name used in files: `client-to-server` or `server-to-client`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientToServer => "client-to-server",
            Self::ServerToClient => "server-to-client",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The API an event belongs to. The same word names its module in every crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Directory, presence, rooms and server errors.
    Core,
    /// Messages between clients and the links between them.
    Message,
    /// Byte and object streams between two peers.
    Stream,
    /// Named APIs provided by clients or by the server.
    Service,
    /// Publish and subscribe, dialect `v1` only.
    Topic,
}

impl Family {
    /// Every family, in the order in which the catalogue lists them.
    pub const ALL: [Self; 5] = [
        Self::Core,
        Self::Message,
        Self::Stream,
        Self::Service,
        Self::Topic,
    ];

    /// The name used in files, such as `core`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Message => "message",
            Self::Stream => "stream",
            Self::Service => "service",
            Self::Topic => "topic",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Sets of dialects, for declarations.
pub(crate) const V1_ONLY: &[Dialect] = &[Dialect::V1];
pub(crate) const V2_ONLY: &[Dialect] = &[Dialect::V2];
pub(crate) const V1_AND_V2: &[Dialect] = &[Dialect::V1, Dialect::V2];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialect_names_parse_back() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.to_string().parse(), Ok(dialect));
            assert_eq!(
                serde_json::to_string(&dialect).unwrap(),
                format!("\"{dialect}\"")
            );
        }
        assert_eq!(
            "V3".parse::<Dialect>().unwrap_err().to_string(),
            "unknown dialect `V3`, expected `v1` or `v2`"
        );
    }
}
