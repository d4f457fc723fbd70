//! Long-polling itself: requests, framings, cookies, keeping connections.

use bytes::Bytes;
use sio_p2p_transport::{CloseReason, Data, Packet, PacketSocket, Transport, Transports};

use crate::{
    packets::packet,
    support::{JsServer, Target, http::HttpServer, soon},
};

/// A connection to a scripted server.
async fn pair() -> (HttpServer, PacketSocket) {
    let mut server = HttpServer::start().await;
    let options = server.options();
    let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
    server.greet("[]").await;
    let socket = soon(connecting).await.unwrap().unwrap();
    assert_eq!(socket.transport(), Transport::Polling);
    (server, socket)
}

fn binary() -> Packet {
    let json = r#"["back","é😀",{"_placeholder":true,"num":0}]"#;
    let data = Data::with_attachments(json, vec![Bytes::from_static(b"\x04\x00\xff")]);
    Packet::Event {
        namespace: "/".into(),
        data,
        ack: None,
    }
}

/// Engine.IO 3 has two framings for binary, the server answers in the one it was asked in.
#[tokio::test]
async fn both_binary_framings_of_engine_3_work() {
    for target in [Target::V2, Target::V4_AS_EIO3] {
        for base64 in [false, true] {
            let server = JsServer::start(target.over(Transports::Polling)).await;
            let options = server.options().polling_base64(base64);
            let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
            packet(&mut socket).await;
            for _ in 0..3 {
                socket.send(binary()).await.unwrap();
                socket.send(Packet::event("[\"back\"]")).await.unwrap();
            }
            for _ in 0..3 {
                assert_eq!(packet(&mut socket).await, binary());
                assert_eq!(packet(&mut socket).await, Packet::event("[\"back\"]"));
            }
        }
    }
}

/// Large packets both ways: alone in a payload, beyond `maxPayload` of nobody.
#[tokio::test]
async fn large_packets_travel() {
    for target in [Target::V2, Target::V4, Target::V4_AS_EIO3] {
        let server = JsServer::start(target.over(Transports::Polling)).await;
        let mut socket = soon(PacketSocket::connect(&server.options()))
            .await
            .unwrap();
        packet(&mut socket).await;
        let large = Packet::event(format!(r#"["back","{}"]"#, "é".repeat(400_000)));
        for _ in 0..3 {
            socket.send(large.clone()).await.unwrap();
        }
        for _ in 0..3 {
            assert!(packet(&mut socket).await == large);
        }
    }
}

/// Frames that wait for a post travel together, as many as the server takes at once.
#[tokio::test]
async fn posts_are_filled() {
    let (mut server, socket) = pair().await;
    for number in 0..40 {
        let json = format!(r#"["{number}","{}"]"#, "x".repeat(5_000));
        socket.send(Packet::event(json)).await.unwrap();
    }
    let (mut packets, mut posts) = (0, 0);
    let mut polls = Vec::new();
    while packets < 40 {
        let request = server.request().await;
        if request.method == "GET" {
            polls.push(request);
            continue;
        }
        assert!(request.body.len() <= 64 << 10, "{}", request.body.len());
        for packet in request.body.split('\u{1e}') {
            assert!(packet.starts_with(&format!("42[\"{packets}\"")));
            packets += 1;
        }
        posts += 1;
        request.answer("200 OK", "", "ok").await;
    }
    assert!((4..12).contains(&posts), "{posts} posts");
    // There is one poll at a time.
    assert_eq!(polls.len(), 1);
}

/// Two connections serve for everything, unless the server wants it otherwise.
#[tokio::test]
async fn connections_are_kept() {
    let (mut server, mut socket) = pair().await;
    let mut connections = Vec::new();
    for round in 0..20 {
        socket.send(Packet::event("[\"x\"]")).await.unwrap();
        let (mut poll, mut post) = (None, None);
        while poll.is_none() || post.is_none() {
            let request = server.request().await;
            connections.push(request.connection);
            if request.method == "GET" {
                poll = Some(request);
            } else {
                post = Some(request);
            }
        }
        // In the end the server closes what it has answered.
        let fields = if round < 10 {
            ""
        } else {
            "Connection: close\r\n"
        };
        post.unwrap().answer("200 OK", fields, "ok").await;
        poll.unwrap().answer("200 OK", fields, "42[\"y\"]").await;
        assert_eq!(packet(&mut socket).await, Packet::event("[\"y\"]"));
    }
    let kept = &connections[..22];
    assert!(
        kept.iter().all(|connection| *connection < 2),
        "{connections:?}"
    );
    assert!(connections.iter().any(|connection| *connection > 10));
}

/// Who has waited for the poll leaves a server that has it.
#[tokio::test]
async fn a_poll_is_waited_for() {
    let (mut server, mut socket) = pair().await;
    for _ in 0..20 {
        assert!(socket.poll_waits().await);
        let poll = server.request().await;
        assert_eq!(poll.method, "GET");
        poll.answer("200 OK", "", "42[\"y\"]").await;
        assert_eq!(packet(&mut socket).await, Packet::event("[\"y\"]"));
    }
    assert!(socket.poll_waits().await);
    socket.abort().await;
    assert!(!socket.poll_waits().await);
}

/// A kept connection is not used shortly before the server closes it.
#[tokio::test]
async fn connections_are_left_in_time() {
    let (mut server, mut socket) = pair().await;
    let first = server.request().await;
    let connection = first.connection;
    let fields = "Keep-Alive: timeout=1\r\n";
    first.answer("200 OK", fields, "42[\"x\"]").await;
    packet(&mut socket).await;
    assert_ne!(server.request().await.connection, connection);
}

/// What the server sets is sent with what follows, beside the cookies of the options.
#[tokio::test]
async fn cookies_come_back() {
    let mut server = HttpServer::start().await;
    let options = server
        .options()
        .header("Cookie", "own=1")
        .header("cookie", "two=2")
        .header("X-Test", "yes");
    let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
    let first = server.request().await;
    assert_eq!(first.field("cookie").as_deref(), Some("own=1; two=2"));
    assert_eq!(first.field("x-test").as_deref(), Some("yes"));
    let set = "Set-Cookie: io=abc; Path=/; HttpOnly\r\nSet-Cookie: lb=3\r\n";
    let open = r#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
    first.answer("200 OK", set, open).await;
    for _ in 0..2 {
        let request = server.request().await;
        let cookies = request.field("cookie");
        assert_eq!(cookies.as_deref(), Some("own=1; two=2; io=abc; lb=3"));
    }
    drop(server);
    assert!(soon(connecting).await.unwrap().is_err());
}

/// An abort drops both connections; the poll under way sees it.
#[tokio::test]
async fn an_abort_drops_every_connection() {
    let (mut server, socket) = pair().await;
    let poll = server.request().await;
    assert_eq!(soon(socket.abort()).await, CloseReason::Aborted);
    let tcp = poll.into_tcp();
    soon(tcp.readable()).await.unwrap();
    let error = tcp.try_read(&mut [0; 10]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

/// `flush` waits for the answer to the post.
#[tokio::test]
async fn a_flush_is_an_answer() {
    let (mut server, socket) = pair().await;
    socket.send(Packet::event("[\"x\"]")).await.unwrap();
    let sender = socket.sender();
    let flushing = tokio::spawn(async move { sender.flush().await });
    let mut polls = Vec::new();
    let post = loop {
        let request = server.request().await;
        if request.method == "POST" {
            break request;
        }
        polls.push(request);
    };
    assert!(!flushing.is_finished());
    post.answer("200 OK", "", "ok").await;
    assert_eq!(soon(flushing).await.unwrap(), Ok(()));
}
