//! Servers that break the rules: the connection ends with a typed reason, and never panics.

use sio_p2p_transport::{
    CloseReason, ConnectOptions, DecodeError, EioVersion, Incoming, Limit, Packet, PacketSocket,
};
use tokio::io::AsyncWriteExt;

use crate::{
    packets::packet,
    support::{
        JsServer, Target,
        scripted::{OPEN, Peer, listen},
        soon,
    },
};

against_every_server!(
    an_invalid_frame_of_a_real_server_ends_the_connection,
    messages_of_a_real_server_are_limited,
    attachments_of_a_real_server_are_limited,
);

against_every_server_by_polling!(
    messages_of_a_real_server_are_limited,
    attachments_of_a_real_server_are_limited,
);

async fn pair(
    eio: EioVersion,
    set: impl FnOnce(ConnectOptions) -> ConnectOptions,
) -> (PacketSocket, Peer) {
    let (listener, options) = listen(eio).await;
    let options = set(options);
    let (socket, peer) = tokio::join!(
        soon(PacketSocket::connect(&options)),
        Peer::greet(&listener, eio, OPEN)
    );
    (socket.unwrap(), peer)
}

async fn end(socket: &mut PacketSocket) -> CloseReason {
    loop {
        match soon(socket.recv()).await.expect("the end is told") {
            Incoming::Packet(_) => {}
            Incoming::Closed(reason) => return reason,
        }
    }
}

async fn an_invalid_frame_of_a_real_server_ends_the_connection(target: Target) {
    let server = JsServer::start(target).await;
    let mut socket = soon(PacketSocket::connect(&server.options()))
        .await
        .unwrap();
    socket
        .send(Packet::event(r#"["raw","42{}"]"#))
        .await
        .unwrap();
    let reason = end(&mut socket).await;
    let CloseReason::InvalidPacket {
        error: DecodeError::Payload(_),
        excerpt,
    } = reason
    else {
        panic!("{reason:?}");
    };
    assert_eq!(excerpt, "42{}");
}

async fn messages_of_a_real_server_are_limited(target: Target) {
    let server = JsServer::start(target).await;
    let options = server.options().max_message_size(2_000);
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    socket
        .send(Packet::event(r#"["many",1,1900]"#))
        .await
        .unwrap();
    packet(&mut socket).await;
    packet(&mut socket).await;
    socket
        .send(Packet::event(r#"["many",1,3000]"#))
        .await
        .unwrap();
    let reason = end(&mut socket).await;
    let CloseReason::Limit(Limit::MessageSize { size, max: 2_000 }) = reason else {
        panic!("{reason:?}");
    };
    assert!(size > 3_000);
}

async fn attachments_of_a_real_server_are_limited(target: Target) {
    let server = JsServer::start(target).await;
    let options = server.options().max_attachments(2);
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    let data = |count: usize| {
        let list: Vec<_> = (0..count)
            .map(|number| format!(r#"{{"_placeholder":true,"num":{number}}}"#))
            .collect();
        let json = format!(r#"["back",{}]"#, list.join(","));
        sio_p2p_transport::Data::with_attachments(json, vec!["x".into(); count])
    };
    packet(&mut socket).await;
    for count in [2, 3] {
        let event = Packet::Event {
            namespace: "/".into(),
            data: data(count),
            ack: None,
        };
        socket.send(event.clone()).await.unwrap();
        if count == 2 {
            assert_eq!(packet(&mut socket).await, event);
        }
    }
    let limit = Limit::Attachments { count: 3, max: 2 };
    assert_eq!(end(&mut socket).await, CloseReason::Limit(limit));
}

/// Frames no client may accept, and what is wrong with each. The peer learns it by code 1002.
#[tokio::test]
async fn invalid_frames_are_told_apart() {
    let texts = [
        ("", DecodeError::EnginePacket),
        ("x", DecodeError::EnginePacket),
        (r#"0{"sid":"again"}"#, DecodeError::SecondOpen),
        ("4", DecodeError::PacketType),
        ("49", DecodeError::PacketType),
        ("4é", DecodeError::PacketType),
        ("43[]", DecodeError::AckId),
        (r#"4299999999999999999999["e"]"#, DecodeError::AckId),
        (r#"45["e"]"#, DecodeError::AttachmentCount),
        (
            r#"4599999999999999999999-["e"]"#,
            DecodeError::AttachmentCount,
        ),
        (
            r#"451-["e",{"_placeholder":true,"num":1}]"#,
            DecodeError::Placeholder,
        ),
    ];
    for eio in [EioVersion::V3, EioVersion::V4] {
        for (text, expected) in &texts {
            let (mut socket, mut peer) = pair(eio, |options| options).await;
            peer.text(text).await;
            let reason = end(&mut socket).await;
            let CloseReason::InvalidPacket { error, excerpt } = reason else {
                panic!("{text}: {reason:?}");
            };
            assert_eq!((&error, excerpt.as_str()), (expected, *text));
            assert_eq!(peer.next().await.as_deref(), Some("close Some(1002)"));
        }
    }
}

#[tokio::test]
async fn binary_frames_come_when_they_are_due() {
    let unexpected = |error| CloseReason::InvalidPacket {
        error,
        excerpt: "binary frame of 2 bytes".to_owned(),
    };
    let (mut socket, mut peer) = pair(EioVersion::V4, |options| options).await;
    peer.binary(&[4, 5]).await;
    assert_eq!(
        end(&mut socket).await,
        unexpected(DecodeError::AttachmentUnexpected)
    );
    let (mut socket, mut peer) = pair(EioVersion::V3, |options| options).await;
    peer.text(r#"451-["e"]"#).await;
    peer.binary(&[5, 5]).await;
    assert_eq!(
        end(&mut socket).await,
        unexpected(DecodeError::BinaryPrefix)
    );
    let (mut socket, mut peer) = pair(EioVersion::V3, |options| options).await;
    peer.text(r#"451-["e"]"#).await;
    peer.text(r#"42["e"]"#).await;
    let reason = end(&mut socket).await;
    let error = DecodeError::AttachmentExpected;
    let excerpt = r#"42["e"]"#.to_owned();
    assert_eq!(reason, CloseReason::InvalidPacket { error, excerpt });
}

/// Heartbeats may stand between a packet and its attachments.
#[tokio::test]
async fn heartbeats_do_not_disturb_attachments() {
    let (mut socket, mut peer) = pair(EioVersion::V4, |options| options).await;
    peer.text(r#"451-["e",{"_placeholder":true,"num":0}]"#)
        .await;
    peer.text("2").await;
    peer.binary(b"data").await;
    let Packet::Event { data, .. } = packet(&mut socket).await else {
        panic!()
    };
    assert_eq!(data.attachments, [&b"data"[..]]);
    assert_eq!(peer.next().await.as_deref(), Some("3"));
}

#[tokio::test]
async fn a_packet_is_limited_with_its_attachments() {
    let set = |options: ConnectOptions| options.max_packet_size(100);
    let (mut socket, mut peer) = pair(EioVersion::V4, set).await;
    peer.text(r#"452-["e"]"#).await;
    peer.binary(&[0; 60]).await;
    peer.binary(&[0; 60]).await;
    let limit = Limit::PacketSize {
        size: 128,
        max: 100,
    };
    assert_eq!(end(&mut socket).await, CloseReason::Limit(limit));
    assert_eq!(peer.next().await.as_deref(), Some("close Some(1009)"));
}

#[tokio::test]
async fn websocket_violations_are_told() {
    // A masked frame from a server; a reserved opcode; a text that is not UTF-8.
    let frames: [&[u8]; 3] = [&[0x81, 0x81, 1, 2, 3, 4, 5], &[0x83, 0], &[0x81, 1, 0xff]];
    for frame in frames {
        let (mut socket, peer) = pair(EioVersion::V4, |options| options).await;
        peer.tcp().try_write(frame).unwrap();
        let reason = end(&mut socket).await;
        assert!(
            matches!(reason, CloseReason::WebSocket(_)),
            "{frame:?}: {reason:?}"
        );
    }
}

/// A message that is announced as huge is refused before it is there.
#[tokio::test]
async fn an_announced_size_is_enough() {
    let (mut socket, peer) = pair(EioVersion::V4, |options| options).await;
    let mut head = vec![0x82, 127];
    head.extend(u64::to_be_bytes(1 << 40));
    peer.tcp().try_write(&head).unwrap();
    let reason = end(&mut socket).await;
    let CloseReason::Limit(Limit::MessageSize { size, max }) = reason else {
        panic!("{reason:?}");
    };
    assert_eq!((size, max), (1 << 40, 16 << 20));
}

/// Garbage of every kind right after the handshake: an end, never a panic or a hang.
#[tokio::test]
async fn garbage_ends_the_connection() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..50 {
        let garbage: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        })
        .take(64)
        .collect();
        let (mut socket, peer) = pair(EioVersion::V4, |options| options).await;
        let mut tcp = peer.into_tcp();
        // The client may be gone before all of it is written.
        let _ = tcp.write_all(&garbage).await;
        let _ = tcp.shutdown().await;
        end(&mut socket).await;
    }
}
