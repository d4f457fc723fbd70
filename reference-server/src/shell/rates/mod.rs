//! How fast an address may connect and send, and a client, and a client id.
//!
//! The counting is that of the crate `governor`: a bucket that holds a burst and is
//! refilled evenly. Its clock is that of tokio, which tests can stop.

mod buckets;
mod permits;

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::Quota;

use self::buckets::{Bucket, Buckets, bucket, check, quota};
pub(crate) use self::permits::Permit;
use self::permits::Permits;
use crate::ClientAddress;
use crate::config::RatesConfig;
use crate::relay::Rate;

/// An address that opens too many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address opens too many connections, it may try again in {retry_after:?}")]
pub(crate) struct TooMany {
    /// When it may try again.
    pub(crate) retry_after: Duration,
}

/// The limits of all addresses, clients and client ids.
#[derive(Debug)]
pub(crate) struct Rates {
    connections: Option<Buckets>,
    permits: Arc<Permits>,
    /// How many sessions one address may have; 0 is any number.
    per_address: u32,
    /// The TCP connections of each address.
    sockets: Arc<Permits>,
    /// How many one address may have; 0 is any number.
    sockets_per_address: u32,
    /// Of one connection.
    events: Option<(Quota, Rate)>,
    /// Of one address.
    address_events: Option<(Arc<Buckets>, Rate)>,
    /// Connections of one client id.
    ids: Option<(Buckets, Rate)>,
}

impl Rates {
    pub(crate) fn new(config: &RatesConfig) -> Self {
        let buckets = |per_second, burst| {
            let quota = quota(per_second, burst)?;
            Some(Buckets::new(quota, config.addresses))
        };
        let events = quota(config.events_per_second, config.events_burst);
        let address_events = buckets(
            config.address_events_per_second,
            config.address_events_burst,
        );
        let ids = buckets(
            config.id_connections_per_second,
            config.id_connections_burst,
        );
        Self {
            connections: buckets(config.connections_per_second, config.connections_burst),
            permits: Arc::default(),
            per_address: config.clients_per_address,
            sockets: Arc::default(),
            sockets_per_address: config.sockets_per_address,
            events: events.map(|quota| (quota, Rate::Events(config.events_per_second))),
            address_events: address_events.map(|buckets| {
                let rate = Rate::AddressEvents(config.address_events_per_second);
                (Arc::new(buckets), rate)
            }),
            ids: ids.map(|buckets| {
                let rate = Rate::IdConnections(config.id_connections_per_second);
                (buckets, rate)
            }),
        }
    }

    /// An address wants to open a session. It may, for as long as the permit is kept
    /// if there is one.
    pub(crate) fn admit(
        &self,
        client: Option<ClientAddress>,
    ) -> Result<Option<Arc<Permit>>, TooMany> {
        // Where the address is not known, limits of addresses mean nothing.
        let Some(client) = client else {
            return Ok(None);
        };
        let key = network(client.ip);
        if let Some(connections) = &self.connections {
            let checked = connections.check(key);
            checked.map_err(|retry_after| TooMany { retry_after })?;
        }
        match NonZeroU32::new(self.per_address) {
            Some(limit) => Permits::take(&self.permits, key, limit).map(Some),
            None => Ok(None),
        }
    }

    /// A TCP connection comes from an address. It may stay, for as long as the permit is kept
    /// if there is one.
    pub(crate) fn accept(&self, address: IpAddr) -> Result<Option<Arc<Permit>>, TooMany> {
        match NonZeroU32::new(self.sockets_per_address) {
            Some(limit) => Permits::take(&self.sockets, network(address), limit).map(Some),
            None => Ok(None),
        }
    }

    /// A connection joins under a client id. The error is the rate that this is too
    /// much for.
    pub(crate) fn join(&self, client: &str) -> Result<(), Rate> {
        match &self.ids {
            Some((buckets, rate)) => buckets.check(client).map_err(|_| *rate),
            None => Ok(()),
        }
    }

    /// How fast a connection of this address may send, if anything limits it.
    pub(crate) fn pace(&self, client: Option<ClientAddress>) -> Option<Pace> {
        let own = self.events.map(|(quota, rate)| (bucket(quota), rate));
        let address = client.zip(self.address_events.as_ref());
        let address = address.map(|(client, (buckets, rate))| {
            let key = network(client.ip);
            (Arc::clone(buckets), key, *rate)
        });
        (own.is_some() || address.is_some()).then_some(Pace { own, address })
    }
}

/// An event that is too much for a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Excess {
    /// The rate.
    pub(crate) rate: Rate,
    /// How long it takes until one more event is allowed.
    pub(crate) wait: Duration,
}

/// How fast one connection may send events.
#[derive(Debug)]
pub(crate) struct Pace {
    own: Option<(Bucket, Rate)>,
    /// What it shares with all connections of its address.
    address: Option<(Arc<Buckets>, IpAddr, Rate)>,
}

impl Pace {
    /// Counts an event. The error is the rate that this is too much for.
    pub(crate) fn check(&self) -> Result<(), Excess> {
        if let Some((bucket, rate)) = &self.own {
            let (rate, checked) = (*rate, check(bucket));
            checked.map_err(|wait| Excess { rate, wait })?;
        }
        if let Some((buckets, key, rate)) = &self.address {
            let (rate, checked) = (*rate, buckets.check(key));
            checked.map_err(|wait| Excess { rate, wait })?;
        }
        Ok(())
    }
}

/// What counts as one address: for IPv6 the network that one customer gets.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            Ipv6Addr::from_bits(network).into()
        }
    }
}

#[cfg(test)]
mod tests;
