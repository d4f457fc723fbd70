//! The change from polling to a WebSocket, under traffic and under attack.

use std::sync::Arc;

use sio_p2p_transport::{EioVersion, Incoming, Packet, PacketSocket, Transport, Transports};
use tokio::{io::AsyncWriteExt, sync::Semaphore};

use crate::{
    packets::packet,
    support::{JsServer, Target, Trace, http::HttpServer, latch::Latch, scripted::Peer, soon},
};

const COUNT: usize = 10_000;
const WINDOW: usize = 100;

/// Sends numbered packets that the server sends back, without a pause before, during and after
/// the change, which the latch holds up until a part of them has come back.
async fn nothing_is_lost_or_reordered(server: String, eio: EioVersion) {
    let (latch, options) = Latch::before(server).await;
    let options = options.eio(eio).transports(Transports::PollingThenUpgrade);
    let (options, trace) = Trace::observe(options);
    let socket = soon(PacketSocket::connect(&options)).await.unwrap();
    assert_eq!(socket.transport(), Transport::Polling);
    let (sender, mut receiver) = socket.split();
    // A window keeps the traffic going through the whole change, and within what socketioxide
    // buffers for a client.
    let window = Arc::new(Semaphore::new(WINDOW));
    let permits = Arc::clone(&window);
    let sending = tokio::spawn(async move {
        for number in 0..COUNT {
            permits.acquire().await.unwrap().forget();
            let json = format!(r#"["back",{number},"é😀"]"#);
            sender.send(Packet::event(json)).await.unwrap();
        }
        sender
    });
    let mut expected = 0;
    while expected < COUNT {
        let packet = match soon(receiver.recv()).await {
            Some(Incoming::Packet(packet)) => packet,
            other => panic!("the connection ended after {expected} packets: {other:?}"),
        };
        if let Packet::Event { data, .. } = packet
            && !data.json.starts_with(r#"["welcome""#)
        {
            assert_eq!(data.json, format!(r#"["back",{expected},"é😀"]"#));
            expected += 1;
            window.add_permits(1);
        }
        if expected == COUNT / 5 {
            latch.open();
        }
    }
    let sender = soon(sending).await.unwrap();
    assert!(soon(sender.upgraded()).await);
    assert_eq!(sender.transport(), Transport::WebSocket);
    // Both carriers have done their part, in both directions.
    let lines = trace.lines();
    let at = |line: &str| lines.iter().position(|seen| seen == line).unwrap();
    assert!(at("> 2probe") < at("< 3probe") && at("< 3probe") < at("> 5"));
    let (before, after) = lines.split_at(at("> 5"));
    for (part, name) in [(before, "before"), (after, "after")] {
        for direction in ["> 42", "< 42"] {
            let count = part
                .iter()
                .filter(|line| line.starts_with(direction))
                .count();
            assert!(count > 100, "{count} packets {direction} {name} the change");
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_on_socketio_2() {
    let server = JsServer::start(Target::V2).await;
    nothing_is_lost_or_reordered(server.address(), EioVersion::V3).await;
}

#[tokio::test]
async fn nothing_is_lost_on_socketio_4() {
    let server = JsServer::start(Target::V4).await;
    nothing_is_lost_or_reordered(server.address(), EioVersion::V4).await;
}

#[tokio::test]
async fn nothing_is_lost_on_socketio_4_as_eio_3() {
    let server = JsServer::start(Target::V4_AS_EIO3).await;
    nothing_is_lost_or_reordered(server.address(), EioVersion::V3).await;
}

#[tokio::test]
async fn nothing_is_lost_on_socketioxide() {
    for eio in [EioVersion::V3, EioVersion::V4] {
        let server = crate::socketioxide::start_server().await;
        nothing_is_lost_or_reordered(server, eio).await;
    }
}

/// A server that is told to, or does not offer it: polling stays.
#[tokio::test]
async fn without_an_offer_there_is_no_upgrade() {
    let options = serde_json::json!({"allowUpgrades": false});
    let target = Target::V4.over(Transports::PollingThenUpgrade);
    let server = JsServer::start_with(target, options).await;
    let (options, trace) = Trace::observe(server.options());
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    packet(&mut socket).await;
    assert_eq!(socket.transport(), Transport::Polling);
    socket.close().await;
    assert!(!soon(socket.upgraded()).await);
    assert!(!trace.lines().contains(&"> 2probe".to_owned()));
}

/// Ways in which the attempt can fail: polling goes on, and nothing has happened.
#[tokio::test]
async fn a_failed_attempt_leaves_polling_alone() {
    for fate in ["refuse", "hang up", "wrong answer", "close"] {
        let mut server = HttpServer::start().await;
        let options = server.options().transports(Transports::PollingThenUpgrade);
        let (options, trace) = Trace::observe(options);
        let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
        server.greet(r#"["websocket"]"#).await;
        let mut socket = soon(connecting).await.unwrap().unwrap();
        // The attempt is a connection of its own, beside the poll that is under way.
        let (poll, upgrade) = (server.request().await, server.request().await);
        let (poll, upgrade) = if poll.target.contains("transport=polling") {
            (poll, upgrade)
        } else {
            (upgrade, poll)
        };
        assert!(upgrade.target.ends_with("transport=websocket&sid=s%26"));
        match fate {
            "refuse" => upgrade.answer("400 Bad Request", "", "no").await,
            "hang up" => drop(upgrade),
            _ => {
                let mut peer = Peer::from_tcp(upgrade.switch().await).await;
                assert_eq!(peer.next().await.as_deref(), Some("2probe"));
                if fate == "wrong answer" {
                    peer.text("3").await;
                }
                let mut tcp = peer.into_tcp();
                let _ = tcp.shutdown().await;
            }
        }
        poll.answer("200 OK", "", "42[\"still\"]").await;
        assert_eq!(packet(&mut socket).await, Packet::event("[\"still\"]"));
        socket.send(Packet::event("[\"here\"]")).await.unwrap();
        let (a, b) = (server.request().await, server.request().await);
        let post = if a.body.is_empty() { b } else { a };
        assert_eq!(post.body, "42[\"here\"]");
        assert_eq!(socket.transport(), Transport::Polling, "{fate}");
        assert!(!trace.lines().contains(&"> 5".to_owned()));
    }
}

/// The `5` waits until the server has answered what is under way, and frames wait for the `5`.
#[tokio::test]
async fn the_change_waits_for_what_is_under_way() {
    let mut server = HttpServer::start().await;
    let options = server.options().transports(Transports::PollingThenUpgrade);
    let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
    server.greet(r#"["websocket"]"#).await;
    let mut socket = soon(connecting).await.unwrap().unwrap();
    socket.send(Packet::event("[1]")).await.unwrap();
    let (mut poll, mut post, mut upgrade) = (None, None, None);
    for _ in 0..3 {
        let request = server.request().await;
        if !request.body.is_empty() {
            post = Some(request);
        } else if request.target.contains("transport=polling") {
            poll = Some(request);
        } else {
            upgrade = Some(request);
        }
    }
    let mut peer = Peer::from_tcp(upgrade.unwrap().switch().await).await;
    assert_eq!(peer.next().await.as_deref(), Some("2probe"));
    peer.text("3probe").await;
    let sender = socket.sender();
    let sending = tokio::spawn(async move {
        sender.send(Packet::event("[2]")).await.unwrap();
        sender.flush().await.unwrap();
    });
    // Both answers are due before anything goes out on the WebSocket; data may come with them.
    poll.unwrap().answer("200 OK", "", "42[\"a\"]\u{1e}6").await;
    assert_eq!(packet(&mut socket).await, Packet::event("[\"a\"]"));
    assert_eq!(socket.transport(), Transport::Polling);
    post.unwrap().answer("200 OK", "", "ok").await;
    assert_eq!(peer.next().await.as_deref(), Some("5"));
    assert_eq!(peer.next().await.as_deref(), Some("42[2]"));
    soon(sending).await.unwrap();
    peer.text("42[\"b\"]").await;
    assert_eq!(packet(&mut socket).await, Packet::event("[\"b\"]"));
    assert_eq!(socket.transport(), Transport::WebSocket);
}

/// Who leaves during the attempt leaves by polling.
#[tokio::test]
async fn a_close_ends_the_attempt() {
    let mut server = HttpServer::start().await;
    let options = server.options().transports(Transports::PollingThenUpgrade);
    let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
    server.greet(r#"["websocket"]"#).await;
    let socket = soon(connecting).await.unwrap().unwrap();
    let closing = tokio::spawn(async move { socket.close().await });
    let mut polls = Vec::new();
    for word in ["41", "1"] {
        loop {
            let request = server.request().await;
            if request.method == "POST" {
                assert_eq!(request.body, word);
                request.answer("200 OK", "", "ok").await;
                break;
            }
            polls.push(request);
        }
    }
    for poll in polls {
        if poll.target.contains("transport=polling") {
            poll.answer("200 OK", "", "6").await;
        }
    }
    assert_eq!(
        soon(closing).await.unwrap(),
        sio_p2p_transport::CloseReason::Local
    );
}
