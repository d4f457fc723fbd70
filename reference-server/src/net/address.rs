//! Where a client is.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use hyper::http::Extensions;

/// The address of a client: that of its TCP connection, or what a trusted proxy
/// has said.
///
/// It travels as an extension of the HTTP request. An application that mounts the
/// server in a stack of its own puts one there itself, or is served without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress {
    /// The address. One of IPv4 is never written as one of IPv6, so that it counts
    /// as the same whichever way it came.
    pub ip: IpAddr,
    /// The port, if it is known. Proxies seldom tell it.
    pub port: Option<u16>,
}

impl ClientAddress {
    /// An address without a port.
    pub fn new(ip: IpAddr) -> Self {
        Self {
            ip: ip.to_canonical(),
            port: None,
        }
    }

    /// The address that came with a request.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().copied()
    }
}

impl From<SocketAddr> for ClientAddress {
    fn from(peer: SocketAddr) -> Self {
        Self {
            port: Some(peer.port()),
            ..Self::new(peer.ip())
        }
    }
}

/// As addresses are usually written, with brackets only where a port follows.
impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_usual_and_the_same_however_it_came() {
        for (peer, expected) in [
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
            ("[2001:db8::1]:80", "[2001:db8::1]:80"),
        ] {
            let peer: SocketAddr = peer.parse().unwrap();
            assert_eq!(ClientAddress::from(peer).to_string(), expected);
        }
        let ip = "2001:db8::1".parse().unwrap();
        assert_eq!(ClientAddress::new(ip).to_string(), "2001:db8::1");
    }
}
