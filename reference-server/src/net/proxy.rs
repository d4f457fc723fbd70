//! Whose address is it: the client's, or that of a proxy before us.
//!
//! Anybody can send a header. So a header counts only if the TCP connection comes
//! from a proxy that the operator has named, and in it only what such proxies have
//! appended: read from the right, the first address that is no trusted proxy's is
//! the client's. Everything to the left of it is the client's own invention.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;
use hyper::header::{FORWARDED, HeaderName};
use ipnet::IpNet;

use super::ClientAddress;
use crate::config::{ForwardedBy, ProxyConfig};

/// The older header, which has no standard.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed.
#[derive(Debug, Clone)]
pub(crate) struct Proxies {
    trusted: Vec<IpNet>,
    header: ForwardedBy,
}

impl Proxies {
    pub(crate) fn new(config: &ProxyConfig) -> Self {
        Self {
            trusted: config.trusted.clone(),
            header: config.header,
        }
    }

    /// The address of the client that a request with these headers comes from,
    /// when it came over a TCP connection from `peer`.
    pub(crate) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = ClientAddress::from(peer);
        if !self.trusts(client.ip) {
            return client;
        }
        // A header may come in several lines, which count as one list.
        let name = match self.header {
            ForwardedBy::XForwardedFor => X_FORWARDED_FOR,
            ForwardedBy::Forwarded => FORWARDED,
        };
        let lines: Vec<_> = headers.get_all(name).into_iter().collect();
        for line in lines.into_iter().rev() {
            // What is not text, or names nobody, hides all that is left of it. The
            // last address that a trusted proxy vouched for is the best we know.
            let Ok(text) = line.to_str() else {
                return client;
            };
            for entry in text.rsplit(',') {
                let entry = entry.trim();
                if entry.is_empty() {
                    continue;
                }
                let Some(named) = self.read(entry) else {
                    return client;
                };
                client = named;
                if !self.trusts(client.ip) {
                    return client;
                }
            }
        }
        client
    }

    /// The address that one entry of the header names.
    fn read(&self, entry: &str) -> Option<ClientAddress> {
        match self.header {
            ForwardedBy::XForwardedFor => address(entry),
            ForwardedBy::Forwarded => {
                let node = rfc7239::parse(entry).next()?.ok()?.forwarded_for?;
                let port = node.port;
                let ip = *node.ip()?;
                Some(ClientAddress {
                    port,
                    ..ClientAddress::new(ip)
                })
            }
        }
    }

    /// True if an address is that of a trusted proxy.
    pub(crate) fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&ip))
    }
}

/// Reads an address with or without a port. Some proxies write one.
fn address(text: &str) -> Option<ClientAddress> {
    if let Ok(ip) = text.parse() {
        return Some(ClientAddress::new(ip));
    }
    if let Ok(peer) = text.parse::<SocketAddr>() {
        return Some(peer.into());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    Some(ClientAddress::new(IpAddr::V6(bare.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn proxies(header: ForwardedBy) -> Proxies {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
        Proxies::new(&ProxyConfig {
            trusted: trusted.iter().map(|net| net.parse().unwrap()).collect(),
            header,
        })
    }

    fn client(header: ForwardedBy, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            for name in [X_FORWARDED_FOR, FORWARDED] {
                headers.append(name, HeaderValue::from_str(line).unwrap());
            }
        }
        let peer = peer.parse().unwrap();
        proxies(header).client(peer, &headers).to_string()
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        let header = ForwardedBy::XForwardedFor;
        let spoofed = ["198.51.100.7"];
        assert_eq!(client(header, "192.0.2.1:5", &spoofed), "192.0.2.1:5");
        assert_eq!(client(header, "10.0.0.1:5", &spoofed), "198.51.100.7");
        assert_eq!(
            client(header, "[::ffff:10.0.0.1]:5", &spoofed),
            "198.51.100.7"
        );
        assert_eq!(client(header, "10.0.0.1:5", &[]), "10.0.0.1:5");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_client() {
        for (lines, expected) in [
            (vec!["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
            (vec!["1.1.1.1,198.51.100.7 , 10.2.3.4"], "198.51.100.7"),
            (
                vec!["1.1.1.1", "198.51.100.7, 10.9.9.9", "10.2.3.4"],
                "198.51.100.7",
            ),
            (vec!["198.51.100.7:4711"], "198.51.100.7:4711"),
            (vec!["[2001:db8::7]:4711"], "[2001:db8::7]:4711"),
            (vec!["[2001:db8::7]"], "2001:db8::7"),
            (vec!["2001:db8::7, 2001:db8:1::2"], "2001:db8::7"),
            // All are proxies: the first of them is as far as we can see.
            (vec!["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // What cannot be read hides what is before it.
            (vec!["1.1.1.1, nonsense, 10.0.0.2"], "10.0.0.2"),
            (vec!["1.1.1.1, nonsense"], "10.0.0.1:5"),
            (vec![", ,"], "10.0.0.1:5"),
        ] {
            let found = client(ForwardedBy::XForwardedFor, "10.0.0.1:5", &lines);
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_as_it_is_written() {
        for (line, expected) in [
            ("for=198.51.100.7", "198.51.100.7"),
            (
                "For=1.1.1.1;proto=https, FOR=198.51.100.7;by=10.0.0.1",
                "198.51.100.7",
            ),
            (r#"for="[2001:db8::7]:4711""#, "[2001:db8::7]:4711"),
            ("for=198.51.100.7, for=10.0.0.2", "198.51.100.7"),
            ("for=1.1.1.1, for=unknown", "10.0.0.1:5"),
            ("for=1.1.1.1, for=_hidden", "10.0.0.1:5"),
            ("for=1.1.1.1, proto=http", "10.0.0.1:5"),
            ("198.51.100.7", "10.0.0.1:5"),
        ] {
            let found = client(ForwardedBy::Forwarded, "10.0.0.1:5", &[line]);
            assert_eq!(found, expected, "{line}");
        }
    }

    proptest! {
        /// Whatever a client writes to the left, the proxy's word counts.
        #[test]
        fn a_client_cannot_change_what_the_proxy_appends(forged in "[ -~]{0,40}") {
            let line = format!("{forged}, 198.51.100.7");
            let found = client(ForwardedBy::XForwardedFor, "10.0.0.1:5", &[&line]);
            prop_assert_eq!(found, "198.51.100.7");
            let line = format!("{forged}, for=198.51.100.7");
            let found = client(ForwardedBy::Forwarded, "10.0.0.1:5", &[&line]);
            prop_assert_eq!(found, "198.51.100.7");
        }
    }
}
