//! Connecting: Engine.IO, the default namespace, client ids.

use std::time::Duration;

use crate::client::{Client, Eio, Transport, WAYS};
use crate::polling;
use crate::server::{Server, config};

/// What clients read in the handshake are the real settings.
#[tokio::test]
async fn the_handshake_tells_heartbeats_and_upgrades() {
    let server = Server::start().await;
    for way in WAYS {
        let client = Client::open(way, &server, "").await;
        let handshake = client.handshake();
        let upgrades = match way.1 {
            Transport::WebSocket => "[]",
            Transport::Polling => r#"["websocket"]"#,
        };
        assert!(handshake.starts_with(r#"0{"sid":""#), "{handshake}");
        assert!(
            handshake.contains(&format!(r#""upgrades":{upgrades}"#)),
            "{handshake}"
        );
        for part in [r#""pingInterval":25000"#, r#""pingTimeout":20000"#] {
            assert!(handshake.contains(part), "{handshake}");
        }
        if way.0 == Eio::Four {
            assert!(handshake.contains(r#""maxPayload":1000000"#), "{handshake}");
        }
    }
}

/// SRV-CON-3: in the words of each generation, and the default namespace lives on.
#[tokio::test]
async fn a_foreign_namespace_is_refused_and_the_default_one_stays() {
    let server = Server::start().await;
    let mut observer = Client::join(&server, "0").await;
    for way in WAYS {
        let (connect, refusal) = match way.0 {
            Eio::Three => ("40/other?token=1,", r#"44/other,"Invalid namespace""#),
            Eio::Four => ("40/other,", r#"44/other,{"message":"Invalid namespace"}"#),
        };
        // Before joining the default namespace, and after.
        let mut client = Client::open(way, &server, "clientId=a").await;
        if way.0 == Eio::Four {
            client.send(connect).await;
            client.expect(refusal).await;
        }
        client.enter(way.0).await;
        client.send(connect).await;
        client.expect(refusal).await;
        client.send(r#"421["LIST_CLIENTS"]"#).await;
        client.expect(r#"431[["0","a"]]"#).await;
        client.send("41").await;
        observer.until_listed(r#"["0"]"#).await;
    }
}

/// SRV-CON-1, SRV-CON-2, SRV-ROB-4: any text is an id, decoded like a form.
#[tokio::test]
async fn a_client_id_is_decoded_from_the_query() {
    let server = Server::start().await;
    let mut observer = Client::join(&server, "0").await;
    for (query, listed) in [
        ("clientId=a+b%20c", r#"["0","a b c"]"#),
        ("clientId=%E2%82%AC%22", r#"["0","€\""]"#),
        ("clientId=x&clientId=y", r#"["0","y"]"#),
        ("clientId=__proto__", r#"["0","__proto__"]"#),
        ("clientId=constructor", r#"["0","constructor"]"#),
        ("clientId=", r#"["0"]"#),
        ("clientId[]=x", r#"["0"]"#),
        ("", r#"["0"]"#),
    ] {
        for way in WAYS {
            let mut client = Client::open(way, &server, query).await;
            client.enter(way.0).await;
            client.send(r#"421["LIST_CLIENTS"]"#).await;
            client.expect(&format!("431[{listed}]")).await;
            client.send("41").await;
            observer.until_listed(r#"["0"]"#).await;
        }
    }
}

/// Long ids are taken as far as the originals take them; more is an HTTP error.
#[tokio::test]
async fn a_client_id_may_have_15000_characters_but_not_20000() {
    let server = Server::start().await;
    let id = "x".repeat(15_000);
    let mut client = Client::join(&server, &id).await;
    client.send(r#"421["LIST_CLIENTS"]"#).await;
    client.expect(&format!(r#"431[["{id}"]]"#)).await;
    let target = format!(
        "/socket.io/?EIO=4&transport=polling&clientId={}",
        "x".repeat(20_000)
    );
    let (status, _) = polling::request(server.address, "GET", &target, "").await;
    assert_eq!(status, 431);
}

/// SRV-CORE-13 on the wire: joined, told why, sent away; the first one stays.
#[tokio::test]
async fn a_second_connection_with_the_same_id_is_sent_away() {
    let server = Server::start().await;
    let mut first = Client::join(&server, "dup").await;
    for way in WAYS {
        let mut second = Client::join_by(way, &server, "dup").await;
        let error = second.receive().await;
        assert!(
            error.starts_with(
                r#"42["SERVER_ERROR","p2p Socket.io lib: Duplicated clientId dup on connect, new socket id = "#
            ),
            "{error}"
        );
        second.expect("41").await;
        first.send(r#"421["LIST_CLIENTS"]"#).await;
        first.expect(r#"431[["dup"]]"#).await;
    }
}

/// A client that opens a transport and says nothing does not keep it.
#[tokio::test]
async fn a_client_that_does_not_join_is_closed() {
    let server = Server::with(config(|config| {
        config.engine.connect_timeout = Duration::from_millis(100);
    }))
    .await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut silent = Client::open((Eio::Four, transport), &server, "").await;
        silent.expect_closed().await;
        // Neither does one that has left, but one that stays may stay.
        let mut leaver = Client::join_by((Eio::Four, transport), &server, "leaver").await;
        leaver.send("41").await;
        leaver.expect_closed().await;
    }
    let mut member = Client::join(&server, "member").await;
    let mut silent = Client::open((Eio::Four, Transport::WebSocket), &server, "").await;
    silent.expect_closed().await;
    member.fence().await;
}

/// A request to join twice is against the rules of Engine.IO 4 only.
#[tokio::test]
async fn joining_twice_is_an_error_on_engine_io_4() {
    let server = Server::start().await;
    let mut client = Client::join(&server, "a").await;
    client.send("40").await;
    client.expect_closed().await;
    let mut client = Client::join_by((Eio::Three, Transport::WebSocket), &server, "b").await;
    client.send("40").await;
    client.fence().await;
}

/// A client that has left may join again on the same transport, as a new
/// connection (SRV-CORE-3).
#[tokio::test]
async fn a_client_can_come_back_on_the_same_transport() {
    let server = Server::start().await;
    let mut client = Client::join(&server, "a").await;
    let mut peer = Client::join(&server, "b").await;
    client.send(r#"421["ADD_TARGET","b"]"#).await;
    peer.expect(r#"420["ADD_TARGET","a"]"#).await;
    peer.send("430[]").await;
    client.expect("431[]").await;
    client.send("41").await;
    peer.expect(r#"42["TARGET_DISCONNECT","a"]"#).await;
    client.enter(Eio::Four).await;
    client.send(r#"42["P2P_EMIT","b","again",[],null]"#).await;
    peer.expect(r#"42["again"]"#).await;
    client.abort();
    // The link was made by the connection that has left.
    peer.until_listed(r#"["b"]"#).await;
    peer.fence().await;
}

/// What is not Socket.IO is not here.
#[tokio::test]
async fn other_paths_and_versions_are_http_errors() {
    let server = Server::start().await;
    for (target, expected) in [
        ("/", 404),
        ("/socket.io-admin/?EIO=4&transport=polling", 404),
        ("/socket.io/?EIO=4&transport=carrier-pigeon", 400),
        (
            "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA",
            400,
        ),
    ] {
        let (status, _) = polling::request(server.address, "GET", target, "").await;
        assert_eq!(status, expected, "{target}");
    }
}
