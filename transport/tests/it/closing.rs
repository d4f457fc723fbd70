//! How connections end, as seen from both sides.

use std::{io::ErrorKind, time::Duration};

use sio_p2p_transport::{
    CloseReason, EioVersion, Frame, Incoming, Packet, PacketSocket, SendError,
};

use crate::{
    packets::packet,
    support::{
        JsServer, Target,
        scripted::{OPEN, Peer, listen},
        soon,
    },
};

against_every_server!(
    a_clean_close_leaves_the_namespace,
    an_abort_is_a_reset,
    hanging_up_is_an_end_without_goodbye,
    a_bare_close_frame_is_answered,
    the_server_disconnects_the_namespace,
    the_server_disconnects_and_closes,
    the_server_closes_the_engine,
    the_server_closes_the_websocket,
    the_server_is_cut_off,
    the_server_resets,
);

against_every_server_by_polling!(
    a_clean_close_leaves_the_namespace,
    hanging_up_is_an_end_without_goodbye,
    the_server_disconnects_the_namespace,
    the_server_disconnects_and_closes,
    the_server_closes_the_engine,
);

/// A connection whose welcome has been taken.
async fn connect(server: &JsServer) -> PacketSocket {
    let mut socket = soon(PacketSocket::connect(&server.options()))
        .await
        .unwrap();
    packet(&mut socket).await;
    socket
}

/// Takes packets until the end.
async fn end(socket: &mut PacketSocket) -> (Vec<Packet>, CloseReason) {
    let mut packets = Vec::new();
    loop {
        match soon(socket.recv()).await.expect("the end is told") {
            Incoming::Packet(packet) => packets.push(packet),
            Incoming::Closed(reason) => return (packets, reason),
        }
    }
}

async fn a_clean_close_leaves_the_namespace(target: Target) {
    let mut server = JsServer::start(target).await;
    let mut socket = connect(&server).await;
    assert_eq!(soon(socket.close()).await, CloseReason::Local);
    assert_eq!(
        server.told("disconnect").await,
        "client namespace disconnect"
    );
    assert_eq!(end(&mut socket).await.1, CloseReason::Local);
    assert_eq!(socket.recv().await, None);
    assert_eq!(socket.close_reason(), Some(CloseReason::Local));
    assert_eq!(
        socket.send(Packet::event("[\"late\"]")).await,
        Err(SendError::Closed(Packet::event("[\"late\"]")))
    );
    assert_eq!(socket.flush().await, Err(SendError::Closed(())));
    // Ending it again, however rudely, changes nothing.
    assert_eq!(soon(socket.abort()).await, CloseReason::Local);
}

async fn an_abort_is_a_reset(target: Target) {
    let mut server = JsServer::start(target).await;
    let socket = connect(&server).await;
    assert_eq!(soon(socket.abort()).await, CloseReason::Aborted);
    // Node's WebSocket tells a reset and an end apart or not, as it pleases.
    let reason = server.told("disconnect").await;
    assert!(
        ["transport close", "transport error"].contains(&reason.as_str()),
        "{reason}"
    );
}

async fn hanging_up_is_an_end_without_goodbye(target: Target) {
    let mut server = JsServer::start(target).await;
    let socket = connect(&server).await;
    assert_eq!(soon(socket.hang_up()).await, CloseReason::Aborted);
    let reason = server.told("disconnect").await;
    // A poll that is dropped is an error to the server.
    let expected = if target.is_websocket() {
        "transport close"
    } else {
        "transport error"
    };
    assert!(
        reason == expected || (!target.is_websocket() && reason == "transport close"),
        "{reason}"
    );
}

async fn a_bare_close_frame_is_answered(target: Target) {
    let mut server = JsServer::start(target).await;
    let mut socket = connect(&server).await;
    let frame = Frame::Close {
        code: Some(4000),
        reason: "enough".into(),
    };
    socket.send_frame(frame).await.unwrap();
    assert_eq!(server.told("disconnect").await, "transport close");
    let reason = end(&mut socket).await.1;
    assert!(
        matches!(reason, CloseReason::WebSocketClose { .. }),
        "{reason:?}"
    );
}

async fn ask_for_the_end(target: Target, how: &str) -> (Vec<Packet>, CloseReason) {
    let server = JsServer::start(target).await;
    let mut socket = connect(&server).await;
    socket.send(Packet::event(how)).await.unwrap();
    end(&mut socket).await
}

fn disconnect() -> Packet {
    Packet::Disconnect {
        namespace: "/".into(),
    }
}

async fn the_server_disconnects_the_namespace(target: Target) {
    let (packets, reason) = ask_for_the_end(target, r#"["leave"]"#).await;
    assert_eq!(
        (packets, reason),
        (vec![disconnect()], CloseReason::ServerDisconnect)
    );
}

async fn the_server_disconnects_and_closes(target: Target) {
    let (packets, reason) = ask_for_the_end(target, r#"["leave and close"]"#).await;
    // Some servers only close the engine then.
    match reason {
        CloseReason::ServerDisconnect => assert_eq!(packets, [disconnect()]),
        CloseReason::WebSocketClose { .. } | CloseReason::EngineClose => {
            assert_eq!(packets, []);
        }
        other => panic!("{other:?}"),
    }
}

async fn the_server_closes_the_engine(target: Target) {
    let (packets, reason) = ask_for_the_end(target, r#"["close engine"]"#).await;
    assert_eq!(packets, []);
    let closed = CloseReason::WebSocketClose {
        code: None,
        reason: String::new(),
    };
    assert!(
        reason == closed || reason == CloseReason::EngineClose,
        "{reason:?}"
    );
}

async fn the_server_closes_the_websocket(target: Target) {
    let (_, reason) = ask_for_the_end(target, r#"["close websocket",4001,"go away"]"#).await;
    assert_eq!(
        reason,
        CloseReason::WebSocketClose {
            code: Some(4001),
            reason: "go away".into()
        }
    );
}

async fn the_server_is_cut_off(target: Target) {
    let (_, reason) = ask_for_the_end(target, r#"["cut"]"#).await;
    assert!(matches!(reason, CloseReason::Lost(_)), "{reason:?}");
}

async fn the_server_resets(target: Target) {
    let (_, reason) = ask_for_the_end(target, r#"["reset"]"#).await;
    assert!(matches!(reason, CloseReason::Lost(_)), "{reason:?}");
}

const LONG: Duration = Duration::from_hours(1);

/// A connection with a scripted peer.
async fn pair(close_timeout: Duration) -> (PacketSocket, Peer) {
    let (listener, options) = listen(EioVersion::V4).await;
    let options = options.close_timeout(close_timeout);
    let (socket, peer) = tokio::join!(
        soon(PacketSocket::connect(&options)),
        Peer::greet(&listener, EioVersion::V4, OPEN)
    );
    (socket.unwrap(), peer)
}

#[tokio::test]
async fn what_was_sent_before_a_close_arrives() {
    let (socket, mut peer) = pair(LONG).await;
    for number in 0..50 {
        socket
            .send(Packet::event(format!("[\"e\",{number}]")))
            .await
            .unwrap();
    }
    let closing = tokio::spawn(async move { socket.close().await });
    for number in 0..50 {
        assert_eq!(peer.next().await, Some(format!("42[\"e\",{number}]")));
    }
    assert_eq!(peer.next().await.as_deref(), Some("41"));
    assert_eq!(peer.next().await.as_deref(), Some("close None"));
    assert_eq!(peer.next().await, None);
    assert_eq!(soon(closing).await.unwrap(), CloseReason::Local);
}

#[tokio::test]
async fn a_left_namespace_is_not_left_again() {
    let (socket, mut peer) = pair(LONG).await;
    socket.send(disconnect()).await.unwrap();
    drop(socket);
    assert_eq!(peer.next().await.as_deref(), Some("41"));
    assert_eq!(peer.next().await.as_deref(), Some("close None"));
}

/// A server that answers nothing cannot hold a close up.
#[tokio::test]
async fn a_close_takes_its_time_at_most() {
    let (socket, _peer) = pair(Duration::from_millis(300)).await;
    assert_eq!(soon(socket.close()).await, CloseReason::Local);
}

#[tokio::test]
async fn packets_that_cross_a_close_are_received() {
    let (mut socket, mut peer) = pair(LONG).await;
    let sender = socket.sender();
    let closing = tokio::spawn(async move { sender.close().await });
    assert_eq!(peer.next().await.as_deref(), Some("41"));
    peer.text(r#"42["crossing"]"#).await;
    assert_eq!(peer.next().await.as_deref(), Some("close None"));
    assert_eq!(peer.next().await, None);
    soon(closing).await.unwrap();
    let (packets, reason) = end(&mut socket).await;
    assert_eq!(packets, [Packet::event(r#"["crossing"]"#)]);
    assert_eq!(reason, CloseReason::Local);
}

/// On the level of TCP an abort is a reset, and hanging up an orderly end.
#[tokio::test]
async fn tcp_ends_as_promised() {
    let (socket, peer) = pair(LONG).await;
    soon(socket.abort()).await;
    let error = peer.end_of_tcp().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let (socket, peer) = pair(LONG).await;
    socket.send(Packet::event("[\"last\"]")).await.unwrap();
    socket.flush().await.unwrap();
    soon(socket.hang_up()).await;
    assert_eq!(peer.end_of_tcp().await.unwrap(), 0);
}

/// An abort is heeded even while a close is under way.
#[tokio::test]
async fn an_abort_overtakes_a_close() {
    let (socket, mut peer) = pair(LONG).await;
    let sender = socket.sender();
    let closing = tokio::spawn(async move { sender.close().await });
    assert_eq!(peer.next().await.as_deref(), Some("41"));
    assert_eq!(soon(socket.abort()).await, CloseReason::Aborted);
    assert_eq!(soon(closing).await.unwrap(), CloseReason::Aborted);
}
