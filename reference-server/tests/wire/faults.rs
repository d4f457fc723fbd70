//! Faults that only sockets show. Those of the relay are seen beside their code.

use std::time::Duration;

use crate::client::{Client, Eio, Transport, WAYS};
use crate::server::{Server, config};

/// A server that does these things wrong.
async fn faulty(faults: &[&str]) -> Server {
    let on = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Server::with(config(|config| {
        config.faults.on = on;
        config.faults.delay = Duration::from_millis(20);
    }))
    .await
}

#[tokio::test]
async fn a_delayed_packet_is_overtaken_and_comes() {
    let server = faulty(&["delay-event:1", "delay-ack:1"]).await;
    let mut a = Client::join(&server, "a").await;
    let mut b = Client::join(&server, "b").await;
    for n in 0..2 {
        a.send(&format!(r#"42["P2P_EMIT","b","n",[{n}],null]"#))
            .await;
    }
    for n in [1, 0] {
        b.expect(&format!(r#"42["n",{n}]"#)).await;
    }
    a.send(r#"425["P2P_EMIT","b","ask",[]]"#).await;
    a.fence().await;
    b.expect(r#"420["ask"]"#).await;
    b.send("430[1]").await;
    b.fence().await;
    a.send(r#"426["LIST_CLIENTS"]"#).await;
    a.expect(r#"436[["a","b"]]"#).await;
    a.expect("435[1]").await;
}

#[tokio::test]
async fn a_connection_is_reset_and_its_peers_hear_of_it() {
    for way in WAYS {
        let server = faulty(&["reset-connection:1"]).await;
        let mut a = Client::join(&server, "a").await;
        let mut b = Client::join_by(way, &server, "b").await;
        a.send(r#"425["P2P_EMIT","b","ask",[]]"#).await;
        a.expect(r#"42["SERVER_ERROR","Error: Core: Client b is not connected to server"]"#)
            .await;
        b.expect_closed().await;
        a.fence().await;
    }
}

#[tokio::test]
async fn a_panic_ends_its_sender_alone() {
    let server = faulty(&["panic:1"]).await;
    let mut a = Client::join(&server, "a").await;
    let mut b = Client::join(&server, "b").await;
    a.send(r#"42["P2P_EMIT","b","e",[],null]"#).await;
    a.expect_closed().await;
    b.send(r#"42["P2P_EMIT","b","me",[],null]"#).await;
    b.expect(r#"42["me"]"#).await;
}

#[tokio::test]
async fn a_client_is_not_told_that_it_has_joined() {
    let server = faulty(&["drop-connect"]).await;
    for way in WAYS {
        let mut client = Client::open(way, &server, "clientId=a").await;
        if way.0 == Eio::Four {
            client.send("40").await;
        }
        client.fence().await;
        client.send("41").await;
    }
}

#[tokio::test]
async fn a_namespace_that_does_not_exist_is_joined() {
    let server = faulty(&["accept-namespace:1"]).await;
    let mut client = Client::join(&server, "a").await;
    client.send("40/other,").await;
    client.expect(r#"40/other,{"sid":"x"}"#).await;
    client.send("40/other,").await;
    client
        .expect(r#"44/other,{"message":"Invalid namespace"}"#)
        .await;
}

#[tokio::test]
async fn garbage_is_tolerated_and_leaving_is_not_heard() {
    let server = faulty(&["tolerate-garbage", "ignore-leave:1"]).await;
    let mut a = Client::join_by((Eio::Four, Transport::WebSocket), &server, "a").await;
    for garbage in ["4nonsense", "42{}", "49"] {
        a.send(garbage).await;
    }
    a.send("41").await;
    a.fence().await;
}
