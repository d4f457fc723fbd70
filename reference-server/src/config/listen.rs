//! Where the program listens.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the program listens.
///
/// Only the binary reads this section: a program that embeds the server brings a
/// listener of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListenConfig {
    /// Address and port for clients, default `127.0.0.1:3000`. Port 0 takes any
    /// free port; the first line on standard output names it.
    #[schemars(with = "String", extend("x-expected" = "an address with a port, such as `127.0.0.1:3000`"))]
    pub address: SocketAddr,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 3000).into(),
        }
    }
}
