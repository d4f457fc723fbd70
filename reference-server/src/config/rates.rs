//! How much one address, one client or one client id may do in a second.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::millis;

/// How much one address, one client or one client id may do in a second. Everything by default.
///
/// An address of IPv6 stands for its network of 64 bits, because that is what one
/// customer gets. Behind a proxy, see the section `proxy`: without it all clients
/// have the address of the proxy. Connections whose address is not known are not
/// limited by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RatesConfig {
    /// How many connections one address may open per second, default 0, which is
    /// any number. More are answered by HTTP status 429 with `Retry-After`. Only new
    /// sessions count, not the requests of those that are open.
    pub connections_per_second: u32,
    /// How many it may open at once after it was quiet for long enough, default 50.
    #[schemars(range(min = 1))]
    pub connections_burst: u32,
    /// How many sessions one address may have open, default 0, which is any
    /// number. More are answered by HTTP status 429. The number of all clients is
    /// bounded by `policy.clients`.
    pub clients_per_address: u32,
    /// How many TCP connections one address may have open, default 0, which is any
    /// number. More are closed at once. Those of trusted proxies are not counted.
    pub sockets_per_address: u32,
    /// How many events one client may send per second, default 0, which is any
    /// number. One more is refused with a `SERVER_ERROR`, and nothing further is read of
    /// the client until it may send again, for a tenth of a second at least. A chunk of a
    /// stream is an event; an ack is not.
    pub events_per_second: u32,
    /// How many it may send at once after it was quiet for long enough, default
    /// 4,000.
    #[schemars(range(min = 1))]
    pub events_burst: u32,
    /// How many events all clients of one address together may send per second,
    /// default 0, which is any number. Each one more is refused as above.
    pub address_events_per_second: u32,
    /// How many they may send at once after they were quiet for long enough, default
    /// 20,000.
    #[schemars(range(min = 1))]
    pub address_events_burst: u32,
    /// How long a client may go on sending too much, default 30 s. It is then disconnected.
    #[serde(rename = "excess_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub excess_timeout: Duration,
    /// How many connections may come per second under one client id, wherever they
    /// come from, default 0, which is any number. Each one more is let go of after a
    /// `SERVER_ERROR`.
    pub id_connections_per_second: u32,
    /// How many may come at once after none came for long enough, default 20.
    #[schemars(range(min = 1))]
    pub id_connections_burst: u32,
    /// How many addresses are remembered for each of these limits, and how many client
    /// ids, default 65,536. They are forgotten when they have been quiet for long
    /// enough. While there are more, those share what one of them may do.
    #[schemars(range(min = 1, max = 0x0100_0000))]
    pub addresses: usize,
}

impl Default for RatesConfig {
    fn default() -> Self {
        Self {
            connections_per_second: 0,
            connections_burst: 50,
            clients_per_address: 0,
            sockets_per_address: 0,
            events_per_second: 0,
            events_burst: 4_000,
            address_events_per_second: 0,
            address_events_burst: 20_000,
            excess_timeout: Duration::from_secs(30),
            id_connections_per_second: 0,
            id_connections_burst: 20,
            addresses: 65_536,
        }
    }
}
