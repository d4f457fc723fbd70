//! Whose address is it: the client's, or that of a proxy before us.

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which proxies may say where a client comes from, and how they do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyConfig {
    /// The networks of the proxies, such as `10.0.0.0/8` or `::1/128`. Only a TCP
    /// peer in one of them is believed. None by default: the client is the peer.
    #[schemars(with = "Vec<String>")]
    pub trusted: Vec<IpNet>,
    /// The header that the proxies write, default `x-forwarded-for`. The other one
    /// is ignored, because a proxy that does not write it lets it through.
    pub header: ForwardedBy,
}

/// A header that names the client of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, a list of addresses.
    #[default]
    XForwardedFor,
    /// `Forwarded` of RFC 7239.
    Forwarded,
}
