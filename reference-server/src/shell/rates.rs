//! How fast an address may connect, and a client may send.
//!
//! The counting is that of the crate `governor`: a bucket that holds a burst and is
//! refilled evenly. Its clock is that of tokio, which tests can stop.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::ClientAddress;
use crate::config::RatesConfig;

/// How often the table of addresses is searched for those that can be forgotten,
/// at most: the search looks at all of them.
const TIDY: Duration = Duration::from_secs(1);

/// When a client may try again that finds the seats of its address taken. Nobody
/// knows when one gets free.
const SEAT_RETRY: Duration = Duration::from_secs(10);

/// The clock of tokio.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TokioClock;

impl Clock for TokioClock {
    type Instant = std::time::Instant;

    fn now(&self) -> Self::Instant {
        Instant::now().into_std()
    }
}

type Middleware = NoOpMiddleware<std::time::Instant>;
type PerAddress = RateLimiter<IpAddr, HashMapStateStore<IpAddr>, TokioClock, Middleware>;

/// How fast one client may send events.
pub(crate) type EventRate = RateLimiter<NotKeyed, InMemoryState, TokioClock, Middleware>;

/// An address that opens too many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address opens too many connections, it may try again in {retry_after:?}")]
pub(crate) struct TooMany {
    /// When it may try again.
    pub(crate) retry_after: Duration,
}

/// The limits of all addresses and clients.
#[derive(Debug)]
pub(crate) struct Rates {
    connections: Option<PerAddress>,
    /// When the table of addresses was last searched.
    tidied: Mutex<Instant>,
    /// How many addresses it may have.
    addresses: usize,
    seats: Arc<Seats>,
    /// How many sessions one address may have; 0 is any number.
    per_address: u32,
    events: Option<Quota>,
}

impl Rates {
    pub(crate) fn new(config: &RatesConfig) -> Self {
        let connections = quota(config.connections_per_second, config.connections_burst);
        let events = quota(config.events_per_second, config.events_burst);
        Self {
            connections: connections
                .map(|quota| RateLimiter::new(quota, HashMapStateStore::default(), TokioClock)),
            tidied: Mutex::new(Instant::now()),
            addresses: config.addresses,
            seats: Arc::default(),
            per_address: config.clients_per_address,
            events,
        }
    }

    /// An address wants to open a session. It may, for as long as the seat is kept
    /// if there is one.
    pub(crate) fn admit(
        &self,
        client: Option<ClientAddress>,
    ) -> Result<Option<Arc<Seat>>, TooMany> {
        // Where nobody knows the address, limits of addresses mean nothing.
        let Some(client) = client else {
            return Ok(None);
        };
        let key = network(client.ip);
        if let Some(limiter) = &self.connections {
            self.check(limiter, key)?;
        }
        match NonZeroU32::new(self.per_address) {
            Some(limit) => Seats::take(&self.seats, key, limit).map(Some),
            None => Ok(None),
        }
    }

    fn check(&self, limiter: &PerAddress, key: IpAddr) -> Result<(), TooMany> {
        let mut key = key;
        if limiter.len() >= self.addresses {
            self.tidy(limiter);
            if limiter.len() >= self.addresses {
                // More addresses at a time than any well-meaning crowd has. They
                // count as one, which costs no memory.
                key = Ipv4Addr::UNSPECIFIED.into();
            }
        }
        limiter.check_key(&key).map_err(|until| TooMany {
            retry_after: until.wait_time_from(TokioClock.now()),
        })
    }

    /// Forgets the addresses whose buckets are full again.
    fn tidy(&self, limiter: &PerAddress) {
        let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        if tidied.elapsed() >= TIDY {
            *tidied = Instant::now();
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// A limit for one client, if there is one.
    pub(crate) fn events(&self) -> Option<EventRate> {
        let quota = self.events?;
        Some(RateLimiter::direct_with_clock(quota, TokioClock))
    }
}

/// So many in a second, so many at once; `None` if there is no limit.
fn quota(per_second: u32, burst: u32) -> Option<Quota> {
    let per_second = NonZeroU32::new(per_second)?;
    let burst = NonZeroU32::new(burst)?;
    Some(Quota::per_second(per_second).allow_burst(burst))
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

/// How many sessions each address has. Who has none is not in it.
#[derive(Debug, Default)]
struct Seats {
    taken: Mutex<HashMap<IpAddr, u32>>,
}

/// The place of one session. It travels with the handshake that the engine keeps,
/// and is free again when the session is forgotten, however that comes about.
#[derive(Debug)]
pub(crate) struct Seat {
    key: IpAddr,
    seats: Arc<Seats>,
}

impl Seats {
    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(this: &Arc<Self>, key: IpAddr, limit: NonZeroU32) -> Result<Arc<Seat>, TooMany> {
        let mut taken = this.taken();
        let number = taken.entry(key).or_default();
        if *number >= limit.get() {
            let retry_after = SEAT_RETRY;
            return Err(TooMany { retry_after });
        }
        *number += 1;
        Ok(Arc::new(Seat {
            key,
            seats: Arc::clone(this),
        }))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Entry::Occupied(mut number) = self.seats.taken().entry(self.key) {
            *number.get_mut() -= 1;
            if *number.get() == 0 {
                number.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn rates(change: impl FnOnce(&mut RatesConfig)) -> Rates {
        let mut config = RatesConfig::default();
        change(&mut config);
        Rates::new(&config)
    }

    fn admit(rates: &Rates, address: &str) -> Result<Option<Arc<Seat>>, TooMany> {
        let address = ClientAddress::new(address.parse().unwrap());
        rates.admit(Some(address))
    }

    #[tokio::test(start_paused = true)]
    async fn by_default_nothing_is_limited() {
        let rates = rates(|_| {});
        for _ in 0..10_000 {
            assert!(admit(&rates, "10.0.0.1").unwrap().is_none());
        }
        assert!(rates.events().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_may_connect_so_often() {
        let rates = rates(|config| {
            config.connections_per_second = 2;
            config.connections_burst = 3;
        });
        for _ in 0..3 {
            assert!(admit(&rates, "10.0.0.1").is_ok());
        }
        let TooMany { retry_after } = admit(&rates, "10.0.0.1").unwrap_err();
        assert!(retry_after <= Duration::from_millis(500), "{retry_after:?}");
        // Others are not concerned, nor is somebody of whom nothing is known.
        assert!(admit(&rates, "10.0.0.2").is_ok());
        for _ in 0..10 {
            assert!(rates.admit(None).is_ok());
        }
        advance(Duration::from_millis(500)).await;
        assert!(admit(&rates, "10.0.0.1").is_ok());
        assert!(admit(&rates, "10.0.0.1").is_err());
        advance(Duration::from_mins(1)).await;
        for _ in 0..3 {
            assert!(admit(&rates, "10.0.0.1").is_ok());
        }
        assert!(admit(&rates, "10.0.0.1").is_err());
    }

    /// Whoever has a network of IPv6 has more addresses than anybody can remember.
    #[tokio::test(start_paused = true)]
    async fn a_network_of_ipv6_is_one_address() {
        let rates = rates(|config| {
            config.connections_per_second = 1;
            config.connections_burst = 1;
        });
        assert!(admit(&rates, "2001:db8::1").is_ok());
        assert!(admit(&rates, "2001:db8::ffff:1").is_err());
        assert!(admit(&rates, "2001:db8:0:1::1").is_ok());
        assert!(admit(&rates, "::ffff:10.0.0.1").is_ok());
        assert!(admit(&rates, "10.0.0.1").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_of_addresses_has_a_bound() {
        let rates = rates(|config| {
            config.connections_per_second = 1;
            config.connections_burst = 1;
            config.addresses = 100;
        });
        let known = || rates.connections.as_ref().unwrap().len();
        let mut admitted = 0;
        for number in 0..1_000 {
            let address = Ipv4Addr::from_bits(0x0a00_0000 + number);
            admitted += u32::from(admit(&rates, &address.to_string()).is_ok());
            // One more for all who are not remembered.
            assert!(known() <= 101);
        }
        assert_eq!(admitted, 101);
        // They are forgotten when they are of no interest any more.
        advance(Duration::from_secs(5)).await;
        assert!(admit(&rates, "10.9.0.1").is_ok());
        assert_eq!(known(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_so_many_seats() {
        let rates = rates(|config| config.clients_per_address = 2);
        let one = admit(&rates, "10.0.0.1").unwrap();
        let two = admit(&rates, "10.0.0.1").unwrap();
        let full = Err(TooMany {
            retry_after: SEAT_RETRY,
        });
        assert_eq!(admit(&rates, "10.0.0.1").map(drop), full);
        assert!(admit(&rates, "10.0.0.2").is_ok());
        // The engine copies what comes with a handshake; it is one seat.
        let copy = one.clone();
        drop(one);
        assert_eq!(admit(&rates, "10.0.0.1").map(drop), full);
        drop(copy);
        assert!(admit(&rates, "10.0.0.1").is_ok());
        drop(two);
        assert!(rates.seats.taken().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_may_send_so_much() {
        let rates = rates(|config| {
            config.events_per_second = 10;
            config.events_burst = 5;
        });
        let (one, other) = (rates.events().unwrap(), rates.events().unwrap());
        for _ in 0..5 {
            assert!(one.check().is_ok());
        }
        assert!(one.check().is_err());
        assert!(other.check().is_ok());
        advance(Duration::from_millis(100)).await;
        assert!(one.check().is_ok());
        assert!(one.check().is_err());
    }
}
