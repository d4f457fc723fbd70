//! The packet level: raw packets, raw frames, the observer, two halves.

use bytes::Bytes;
use sio_p2p_transport::{Data, EncodeError, Frame, Incoming, Packet, PacketSocket, SendError};

use crate::support::{JsServer, Target, Trace, soon};

against_every_server!(
    every_frame_is_seen_in_order,
    raw_frames_go_out_as_they_are,
    halves_work_apart,
);

against_every_server_by_polling!(raw_frames_go_out_as_they_are, halves_work_apart,);

pub(crate) async fn packet(socket: &mut PacketSocket) -> Packet {
    match soon(socket.recv()).await {
        Some(Incoming::Packet(packet)) => packet,
        other => panic!("a packet was expected: {other:?}"),
    }
}

async fn every_frame_is_seen_in_order(target: Target) {
    let server = JsServer::start(target).await;
    let (options, trace) = Trace::observe(server.options());
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    packet(&mut socket).await;
    let json = r#"["echo",{"_placeholder":true,"num":0}]"#;
    let data = Data::with_attachments(json, vec![Bytes::from_static(b"\x01z")]);
    socket
        .send(Packet::Event {
            namespace: "/".into(),
            data,
            ack: Some(9),
        })
        .await
        .unwrap();
    let answer = packet(&mut socket).await;
    let json = r#"[{"_placeholder":true,"num":0}]"#;
    let data = Data::with_attachments(json, vec![Bytes::from_static(b"\x01z")]);
    assert_eq!(
        answer,
        Packet::Ack {
            namespace: "/".into(),
            data,
            id: 9
        }
    );
    socket.close().await;

    let mut lines = trace.lines();
    lines.retain(|line| !["< 2", "> 2", "< 3", "> 3"].contains(&line.as_str()));
    assert!(lines[0].starts_with(r#"< 0{"sid":"#), "{lines:#?}");
    let mut next = 1;
    if target.is_v5() {
        assert_eq!(lines[1], "> 40");
        assert!(lines[2].starts_with(r#"< 40{"sid":"#), "{lines:#?}");
        next = 3;
    } else {
        assert_eq!(lines[1], "< 40");
        next += 1;
    }
    assert!(lines[next].starts_with(r#"< 42["welcome","#), "{lines:#?}");
    let binary = if target.is_v5() {
        r#"b"\x01z""#
    } else {
        r#"b"\x04\x01z""#
    };
    let rest = [
        r#"> 451-9["echo",{"_placeholder":true,"num":0}]"#.to_owned(),
        format!("> {binary}"),
        r#"< 461-9[{"_placeholder":true,"num":0}]"#.to_owned(),
        format!("< {binary}"),
        "> 41".to_owned(),
        "> close None".to_owned(),
    ];
    assert_eq!(lines[next + 1..next + 7], rest, "{lines:#?}");
    assert!(lines[next + 7].starts_with("< close"), "{lines:#?}");
}

async fn raw_frames_go_out_as_they_are(target: Target) {
    let server = JsServer::start(target).await;
    let mut socket = soon(PacketSocket::connect(&server.options()))
        .await
        .unwrap();
    packet(&mut socket).await;
    // White space inside the payload, and an ack id no client would choose.
    let text = r#"429007199254740991[ "echo" , 1 ]"#;
    socket.send_frame(Frame::text(text)).await.unwrap();
    let id = 9_007_199_254_740_991;
    let data = Data::new("[1]");
    assert_eq!(
        packet(&mut socket).await,
        Packet::Ack {
            namespace: "/".into(),
            data,
            id
        }
    );
    // What cannot be encoded is refused, and harms nobody.
    let bad = Packet::Ack {
        namespace: "/".into(),
        data: Data::default(),
        id: u64::MAX,
    };
    let refused = socket.send(bad).await.unwrap_err();
    assert_eq!(refused, SendError::Encode(EncodeError::AckId(u64::MAX)));
    socket
        .send_frame(Frame::text(r#"421["echo"]"#))
        .await
        .unwrap();
    let data = Data::default();
    assert_eq!(
        packet(&mut socket).await,
        Packet::Ack {
            namespace: "/".into(),
            data,
            id: 1
        }
    );
}

async fn halves_work_apart(target: Target) {
    let server = JsServer::start(target).await;
    let socket = soon(PacketSocket::connect(&server.options()))
        .await
        .unwrap();
    let (sender, mut receiver) = socket.split();
    let sending = tokio::spawn(async move {
        for number in 0..200 {
            sender
                .send(Packet::event(format!(r#"["back",{number}]"#)))
                .await
                .unwrap();
        }
        sender
    });
    let mut expected = 0;
    while expected < 200 {
        let Some(Incoming::Packet(Packet::Event { data, .. })) = soon(receiver.recv()).await else {
            panic!("an event was expected");
        };
        if data.json.starts_with(r#"["back""#) {
            assert_eq!(data.json, format!(r#"["back",{expected}]"#));
            expected += 1;
        }
    }
    let sender = soon(sending).await.unwrap();
    // The sending half gone, the receiving one lives on and ends the connection at last.
    drop(sender);
    drop(receiver);
}

/// Without an automatic CONNECT packet the handshake is in the hands of the tester.
#[tokio::test]
async fn raw_handshake_of_engine_4() {
    let server = JsServer::start(Target::V4).await;
    let options = server.options().send_connect(false);
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    assert_eq!(socket.handshake().sid, None);
    socket
        .send(Packet::Connect {
            namespace: "/admin".into(),
            data: None,
        })
        .await
        .unwrap();
    let error = r#"{"message":"bad token","data":{"needed":"token"}}"#.to_owned();
    let refused = Packet::ConnectError {
        namespace: "/admin".into(),
        data: Some(error),
    };
    assert_eq!(packet(&mut socket).await, refused);
    // Two namespaces on one connection, told apart by their packets.
    let auth = Some(r#"{"token":"secret"}"#.to_owned());
    socket
        .send(Packet::Connect {
            namespace: "/admin".into(),
            data: auth,
        })
        .await
        .unwrap();
    socket
        .send(Packet::Connect {
            namespace: "/".into(),
            data: None,
        })
        .await
        .unwrap();
    let mut connected = Vec::new();
    while connected.len() < 2 {
        if let Packet::Connect { namespace, .. } = packet(&mut socket).await {
            connected.push(namespace);
        }
    }
    connected.sort_unstable();
    assert_eq!(connected, ["/", "/admin"]);
    // A namespace may end without ending the connection.
    socket.send(Packet::event(r#"["leave"]"#)).await.unwrap();
    let root = || "/".to_owned();
    while packet(&mut socket).await != (Packet::Disconnect { namespace: root() }) {}
    let data = Data::new(r#"["echo"]"#);
    let question = Packet::Event {
        namespace: "/admin".into(),
        data,
        ack: Some(0),
    };
    socket.send(question).await.unwrap();
    loop {
        if let Packet::Ack { namespace, .. } = packet(&mut socket).await {
            assert_eq!(namespace, "/admin");
            break;
        }
    }
}

/// An Engine.IO 3 server connects the default namespace unasked; a raw handshake shows it.
#[tokio::test]
async fn raw_handshake_of_engine_3() {
    let server = JsServer::start(Target::V2).await;
    let options = server.options().send_connect(false);
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    let connect = Packet::Connect {
        namespace: "/".into(),
        data: None,
    };
    assert_eq!(packet(&mut socket).await, connect);
    packet(&mut socket).await;
    socket
        .send(Packet::Connect {
            namespace: "/admin".into(),
            data: None,
        })
        .await
        .unwrap();
    let error = r#"{"needed":"token"}"#.to_owned();
    let refused = Packet::ConnectError {
        namespace: "/admin".into(),
        data: Some(error),
    };
    assert_eq!(packet(&mut socket).await, refused);
}
