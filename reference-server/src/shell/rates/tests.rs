use std::net::Ipv4Addr;

use tokio::time::advance;

use super::permits::PERMIT_RETRY;
use super::*;

fn rates(change: impl FnOnce(&mut RatesConfig)) -> Rates {
    let mut config = RatesConfig::default();
    change(&mut config);
    Rates::new(&config)
}

fn admit(rates: &Rates, address: &str) -> Result<Option<Arc<Permit>>, TooMany> {
    let address = ClientAddress::new(address.parse().unwrap());
    rates.admit(Some(address))
}

#[tokio::test(start_paused = true)]
async fn by_default_nothing_is_limited() {
    let rates = rates(|_| {});
    for _ in 0..10_000 {
        assert!(admit(&rates, "10.0.0.1").unwrap().is_none());
    }
    let somewhere = ClientAddress::new(Ipv4Addr::LOCALHOST.into());
    assert!(rates.pace(Some(somewhere)).is_none());
    for _ in 0..100 {
        assert_eq!(rates.join("a"), Ok(()));
    }
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
    // Neither other addresses are concerned, nor a client without a known address.
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

/// A network of IPv6 has more addresses than can be remembered.
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
        retry_after: PERMIT_RETRY,
    });
    assert_eq!(admit(&rates, "10.0.0.1").map(drop), full);
    assert!(admit(&rates, "10.0.0.2").is_ok());
    // The engine copies what comes with a handshake; it is one permit.
    let copy = one.clone();
    drop(one);
    assert_eq!(admit(&rates, "10.0.0.1").map(drop), full);
    drop(copy);
    assert!(admit(&rates, "10.0.0.1").is_ok());
    drop(two);
    assert!(rates.permits.taken().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_may_send_so_much() {
    let rates = rates(|config| {
        config.events_per_second = 10;
        config.events_burst = 5;
    });
    let (one, other) = (rates.pace(None).unwrap(), rates.pace(None).unwrap());
    for _ in 0..5 {
        assert_eq!(one.check(), Ok(()));
    }
    let excess = Excess {
        rate: Rate::Events(10),
        wait: Duration::from_millis(100),
    };
    assert_eq!(one.check(), Err(excess));
    assert_eq!(other.check(), Ok(()));
    advance(Duration::from_millis(100)).await;
    assert_eq!(one.check(), Ok(()));
    assert_eq!(one.check(), Err(excess));
}

/// The rate that one more event is too much for.
fn exceeded(pace: &Pace) -> Option<Rate> {
    pace.check().err().map(|excess| excess.rate)
}

/// More connections do not let a client send more.
#[tokio::test(start_paused = true)]
async fn all_clients_of_an_address_may_send_so_much() {
    let rates = rates(|config| {
        config.address_events_per_second = 10;
        config.address_events_burst = 4;
        config.events_per_second = 100;
        config.events_burst = 3;
    });
    let pace = |address: &str| {
        let address = ClientAddress::new(address.parse().unwrap());
        rates.pace(Some(address)).unwrap()
    };
    let (one, other) = (pace("2001:db8::1"), pace("2001:db8::2"));
    for _ in 0..3 {
        assert_eq!(one.check(), Ok(()));
    }
    // What a client is refused on its own account costs its address nothing.
    assert_eq!(exceeded(&one), Some(Rate::Events(100)));
    assert_eq!(other.check(), Ok(()));
    assert_eq!(exceeded(&other), Some(Rate::AddressEvents(10)));
    assert_eq!(pace("2001:db8:0:1::1").check(), Ok(()));
    // Without an address there is no share in one.
    assert_eq!(rates.pace(None).unwrap().check(), Ok(()));
    advance(Duration::from_millis(100)).await;
    assert_eq!(one.check(), Ok(()));
    assert_eq!(exceeded(&other), Some(Rate::AddressEvents(10)));
}

#[tokio::test(start_paused = true)]
async fn a_client_id_may_come_so_often() {
    let rates = rates(|config| {
        config.id_connections_per_second = 2;
        config.id_connections_burst = 3;
    });
    for _ in 0..3 {
        assert_eq!(rates.join("a"), Ok(()));
    }
    assert_eq!(rates.join("a"), Err(Rate::IdConnections(2)));
    assert_eq!(rates.join("b"), Ok(()));
    advance(Duration::from_millis(500)).await;
    assert_eq!(rates.join("a"), Ok(()));
    assert_eq!(rates.join("a"), Err(Rate::IdConnections(2)));
}
