//! Leaving: clean and abrupt, and what comes just before and after.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, Eio, Transport, WAYS};
use crate::server::{Server, config};

/// SRV-CON-7, SRV-MSG-2: whether its transport is closed, broken or just left,
/// a client that leaves is gone, and its peers are told once.
#[tokio::test]
async fn linked_peers_are_told_however_a_client_leaves() {
    let server = Server::start().await;
    let mut stranger = Client::join(&server, "stranger").await;
    for way in WAYS {
        for packet in ["41", "1", "break the connection"] {
            // Nothing breaks when a polling client goes; it is only silent.
            if packet == "break the connection" && way.1 == Transport::Polling {
                continue;
            }
            let (mut a, mut b) = linked(&server, way, "a", "b").await;
            if packet == "break the connection" {
                a.abort();
                b.expect(r#"42["TARGET_DISCONNECT","a"]"#).await;
            } else {
                a.send(packet).await;
                b.expect(r#"42["TARGET_DISCONNECT","a"]"#).await;
            }
            b.fence().await;
            b.send("41").await;
            stranger.until_listed(r#"["stranger"]"#).await;
        }
    }
    stranger.fence().await;
}

/// SRV-CON-5: a client that falls silent is gone after the heartbeat times out.
#[tokio::test]
async fn linked_peers_are_told_when_a_client_falls_silent() {
    let server = Server::with(config(|config| {
        config.engine.ping_interval = Duration::from_secs(1);
        config.engine.ping_timeout = Duration::from_secs(1);
    }))
    .await;
    let silence = |number: usize| {
        let (server, way) = (&server, WAYS[number]);
        async move {
            let (a_id, b_id) = (format!("a{number}"), format!("b{number}"));
            let (a, mut b) = linked(server, way, &a_id, &b_id).await;
            b.expect(&format!(r#"42["TARGET_DISCONNECT","{a_id}"]"#))
                .await;
            b.fence().await;
            drop(a);
        }
    };
    tokio::join!(silence(0), silence(1), silence(2), silence(3));
}

/// Two clients, of which the first has added the second.
async fn linked(
    server: &Server,
    way: (Eio, Transport),
    a_id: &str,
    b_id: &str,
) -> (Client, Client) {
    let mut a = Client::join_by(way, server, a_id).await;
    let mut b = Client::join(server, b_id).await;
    a.send(&format!(r#"421["ADD_TARGET","{b_id}"]"#)).await;
    let asked = b.receive().await;
    let id = asked
        .strip_suffix(&format!(r#"["ADD_TARGET","{a_id}"]"#))
        .expect(&asked);
    b.send(&format!("43{}[]", &id[2..])).await;
    a.expect("431[]").await;
    (a, b)
}

/// SRV-CON-9: an event is not lost because its sender leaves right after it.
#[tokio::test]
async fn an_event_that_its_senders_leave_follows_is_delivered() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    for n in 0..50 {
        for way in WAYS {
            let mut a = Client::join_by(way, &server, "a").await;
            let event = format!(r#"42["P2P_EMIT","b","last word",[{n}],null]"#);
            match &mut a {
                Client::WebSocket(socket) => {
                    socket.text(&event).await;
                    socket.text("41").await;
                }
                Client::Polling(polling) => {
                    assert!(polling.post(&[&event, "41"]).await);
                }
            }
            b.expect(&format!(r#"42["last word",{n}]"#)).await;
            b.until_listed(r#"["b"]"#).await;
        }
    }
}

/// After its own leave packet, a client of Socket.IO 4 is closed when it goes
/// on talking, and one of Socket.IO 2 is not listened to.
#[tokio::test]
async fn who_has_left_is_not_served() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    for way in WAYS {
        let mut a = Client::join_by(way, &server, "a").await;
        a.send("41").await;
        a.send(r#"42["P2P_EMIT","b","from beyond",[],null]"#).await;
        a.send("430[]").await;
        if way.0 == Eio::Four {
            a.expect_closed().await;
        } else {
            // Foreign namespaces are refused as before, so all else was read.
            a.send("40/other,").await;
            a.expect(r#"44/other,"Invalid namespace""#).await;
        }
        b.fence().await;
    }
}

/// A client may leave and join again on one connection, but not for ever: each time is
/// told to others and to the log.
#[tokio::test]
async fn a_connection_joins_so_often() {
    let server = Server::with(config(|config| config.engine.max_joins = 3)).await;
    for eio in [Eio::Three, Eio::Four] {
        for transport in [Transport::WebSocket, Transport::Polling] {
            let mut client = Client::join_by((eio, transport), &server, "a").await;
            for _ in 0..2 {
                client.send("41").await;
                client.send("40").await;
                assert!(client.receive().await.starts_with("40"));
            }
            client.fence().await;
            client.send("41").await;
            client.send("40").await;
            client.expect_closed().await;
        }
    }
}

/// A client that breaks off while it connects leaves nothing behind. Its id
/// would be taken for ever otherwise.
#[tokio::test]
async fn a_client_that_vanishes_in_the_handshake_is_forgotten() {
    let server = Server::with(config(|config| {
        config.engine.connect_timeout = Duration::from_millis(80);
    }))
    .await;
    for n in 0..100 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!(
            "GET /socket.io/?EIO=3&transport=websocket&clientId=ghost{n} HTTP/1.1\r\n\
             Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        if n % 2 == 0 {
            // The answer has begun; the rest of it meets a broken connection.
            stream.read_u8().await.unwrap();
        }
        stream.set_zero_linger().unwrap();
    }
    let mut witness = Client::join(&server, "witness").await;
    witness.until_listed(r#"["witness"]"#).await;
}

/// What is queued is delivered first, and every client is let go.
#[tokio::test]
async fn a_stopping_server_lets_go_of_its_clients() {
    let mut server = Server::start().await;
    let mut clients = Vec::new();
    for (number, way) in WAYS.into_iter().enumerate() {
        clients.push(Client::join_by(way, &server, &format!("c{number}")).await);
    }
    let mut outsider = Client::open((Eio::Four, Transport::WebSocket), &server, "").await;
    for n in 0..100 {
        clients[0]
            .send(&format!(r#"42["P2P_EMIT","c2","n",[{n}],null]"#))
            .await;
    }
    clients[0].fence().await;
    server.stop();
    for n in 0..100 {
        clients[2].expect(&format!(r#"42["n",{n}]"#)).await;
    }
    for mut client in clients {
        client.expect_closed().await;
    }
    outsider.expect_closed().await;
    let address = server.address;
    server.stopped().await;
    assert!(TcpStream::connect(address).await.is_err());
}
