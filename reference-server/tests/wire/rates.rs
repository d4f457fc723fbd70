//! Limits of what one address and one client may do, as they show on the wire.

use sio_p2p_server::relay::DuplicateIds;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{Client, Eio, Transport, WAYS};
use crate::polling::Polling;
use crate::server::{DEADLINE, Server, config};
use crate::websocket::WebSocket;

/// Sessions that are open go on; only new ones are refused.
#[tokio::test]
async fn an_address_that_connects_too_often_is_told_when_to_come_again() {
    let server = Server::with(config(|config| {
        // Nothing comes back while this test lasts.
        config.rates.connections_per_second = 1;
        config.rates.connections_burst = 4;
    }))
    .await;
    let mut clients = Vec::new();
    for (number, way) in WAYS.into_iter().enumerate() {
        clients.push(Client::join_by(way, &server, &number.to_string()).await);
    }
    let mut refused = 0;
    // A slow machine may give the bucket time to fill up by some.
    for _ in 0..50 {
        if let Err(head) = Polling::try_open(&server, Eio::Four, "").await {
            assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
            assert!(head.to_lowercase().contains("\r\nretry-after: 1"), "{head}");
            refused += 1;
        }
    }
    assert!(refused > 0);
    for mut client in clients {
        client.fence().await;
    }
}

#[tokio::test]
async fn an_address_has_so_many_sessions_open() {
    let server = Server::with(config(|config| config.rates.clients_per_address = 2)).await;
    for eio in [Eio::Three, Eio::Four] {
        let mut first = until_seated(eio, &server, "first").await;
        let second = until_seated(eio, &server, "second").await;
        let head = Polling::try_open(&server, eio, "").await.unwrap_err();
        assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
        first.fence().await;
        leave(second).await;
        first.until_listed(r#"["first"]"#).await;
        // Whoever comes next gets the permit, whatever carries it.
        let vacant = until_seated(eio, &server, "").await;
        leave(vacant).await;
        leave(first).await;
    }
}

/// Over WebSocket the permit is free when the stream has broken.
#[tokio::test]
async fn a_websocket_has_a_seat_too() {
    let server = Server::with(config(|config| config.rates.clients_per_address = 1)).await;
    for eio in [Eio::Three, Eio::Four] {
        // The server has let go of what this takes when it has let go of the session.
        leave(until_seated(eio, &server, "").await).await;
        let start = std::time::Instant::now();
        let client = loop {
            if let Some(client) = WebSocket::try_open(&server, eio, "clientId=a").await {
                break client;
            }
            assert!(start.elapsed() < DEADLINE, "there must be a permit");
        };
        let head = Polling::try_open(&server, eio, "").await.unwrap_err();
        assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
        drop(client);
    }
    leave(until_seated(Eio::Four, &server, "").await).await;
}

/// Ends the session with the close packet of Engine.IO.
async fn leave(mut client: Client) {
    client.send("1").await;
}

/// A permit is free when the engine has let go of a connection, a moment after
/// everybody was told that it has gone.
async fn until_seated(eio: Eio, server: &Server, id: &str) -> Client {
    let query = format!("clientId={id}");
    let start = std::time::Instant::now();
    loop {
        if let Ok(polling) = Polling::try_open(server, eio, &query).await {
            let mut client = Client::Polling(polling);
            client.enter(eio).await;
            return client;
        }
        assert!(start.elapsed() < DEADLINE, "there must be a permit");
    }
}

/// What has not even sent a request yet is counted, too.
#[tokio::test]
async fn an_address_has_so_many_sockets_open() {
    let server = Server::with(config(|config| config.rates.sockets_per_address = 2)).await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    let mut client = Client::join(&server, "a").await;
    // The third is closed at once, and nobody else notices.
    let mut third = TcpStream::connect(server.address).await.unwrap();
    let read = timeout(DEADLINE, third.read(&mut [0; 1])).await;
    assert!(matches!(read.expect("it must be closed"), Ok(0) | Err(_)));
    client.fence().await;
    drop(silent);
    // Free again when the server has seen that.
    let start = std::time::Instant::now();
    loop {
        assert!(start.elapsed() < DEADLINE, "there must be room");
        let mut another = TcpStream::connect(server.address).await.unwrap();
        another
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .ok();
        if matches!(
            timeout(DEADLINE, another.read(&mut [0; 1])).await,
            Ok(Ok(1))
        ) {
            break;
        }
    }
}

#[tokio::test]
async fn a_client_that_sends_too_fast_is_told_and_goes_on() {
    let server = Server::with(config(|config| {
        config.rates.events_per_second = 1;
        config.rates.events_burst = 3;
    }))
    .await;
    for way in WAYS {
        let mut client = Client::join_by(way, &server, "").await;
        for _ in 0..6 {
            client.send(r#"421["LIST_CLIENTS"]"#).await;
        }
        let mut refused = 0;
        for number in 0..6 {
            let packet = client.receive().await;
            if packet == "431[[]]" {
                continue;
            }
            assert!(number >= 3, "{packet}");
            assert_eq!(
                packet,
                r#"42["SERVER_ERROR","Error: limit-reached: one connection may send at most 1 events per second (rates.events_per_second)"]"#
            );
            refused += 1;
        }
        // Nothing is read until it may send again, so what comes next is taken.
        assert!((1..=2).contains(&refused), "{refused}");
        // Others have a measure of their own.
        let mut other = Client::join_by(way, &server, "").await;
        other.fence().await;
    }
}

/// One that goes on, however often it is told, is a burden on all others.
#[tokio::test]
async fn a_client_that_never_stops_is_disconnected() {
    let server = Server::with(config(|config| {
        config.rates.events_per_second = 100;
        config.rates.events_burst = 1;
        config.rates.excess_timeout = std::time::Duration::from_millis(300);
    }))
    .await;
    for eio in [Eio::Three, Eio::Four] {
        let way = (eio, Transport::WebSocket);
        let mut client = Client::join_by(way, &server, "flooder").await;
        // Ten times as much as it may send in that time.
        for _ in 0..1_000 {
            client.send(r#"42["JOIN_ROOM","r"]"#).await;
        }
        client.expect_closed().await;
    }
}

/// Whoever opens more connections can send no more by that.
#[tokio::test]
async fn the_clients_of_an_address_share_what_it_may_send() {
    let server = Server::with(config(|config| {
        config.rates.address_events_per_second = 1;
        config.rates.address_events_burst = 3;
    }))
    .await;
    let first = Client::join(&server, "first").await;
    let mut refused = 0;
    for way in WAYS {
        let mut client = Client::join_by(way, &server, "").await;
        for _ in 0..4 {
            client.send(r#"421["LIST_CLIENTS"]"#).await;
        }
        for _ in 0..4 {
            let packet = client.receive().await;
            if packet != r#"431[["first"]]"# {
                assert_eq!(
                    packet,
                    r#"42["SERVER_ERROR","Error: limit-reached: one address may send at most 1 events per second (rates.address_events_per_second)"]"#
                );
                refused += 1;
            }
        }
    }
    assert!(refused >= WAYS.len(), "{refused}");
    drop(first);
}

/// Each way of telling a newcomer that its id is taken is cheaper than serving it, and
/// this one is cheaper than any.
#[tokio::test]
async fn a_client_id_that_comes_too_often_is_let_go_of() {
    let server = Server::with(config(|config| {
        config.policy.duplicate_ids = DuplicateIds::Allow;
        config.rates.id_connections_per_second = 1;
        config.rates.id_connections_burst = 2;
    }))
    .await;
    for (number, way) in WAYS.into_iter().enumerate() {
        let id = format!("a{number}");
        let mut first = Client::join_by(way, &server, &id).await;
        let mut refused = 0;
        for _ in 0..10 {
            let mut client = Client::join_by(way, &server, &id).await;
            client.send(r#"421["LIST_CLIENTS"]"#).await;
            let packet = client.receive().await;
            if packet.starts_with("43") {
                continue;
            }
            assert_eq!(
                packet,
                r#"42["SERVER_ERROR","Error: limit-reached: one client id may open at most 1 connections per second (rates.id_connections_per_second)"]"#
            );
            client.expect("41").await;
            refused += 1;
        }
        assert!(refused > 0);
        // Those who are in stay in, and others may come.
        first.fence().await;
        Client::join_by(way, &server, "").await.fence().await;
    }
}
