//! The heartbeat against servers with short intervals.

use serde_json::json;
use sio_p2p_transport::{CloseReason, EioVersion, Heartbeat, Incoming, Packet, PacketSocket};

use crate::{
    packets::packet,
    support::{
        JsServer, Target, Trace,
        scripted::{Peer, listen},
        soon,
    },
};

against_every_server!(
    an_idle_connection_lives_on,
    a_silent_client_is_noticed,
    a_client_that_does_not_read_is_not_lost,
);

against_every_server_by_polling!(
    an_idle_connection_lives_on,
    a_client_that_does_not_read_is_not_lost,
);

// Not across an upgrade: there the JavaScript servers forget the timer that would notice.
over!(socketio_2_polls, V2, Polling, a_silent_client_is_noticed);
over!(socketio_4_polls, V4, Polling, a_silent_client_is_noticed);

/// Our part of the heartbeat and the server's, as lines of a trace.
fn beats(target: Target) -> (&'static str, &'static str) {
    if target.is_v5() {
        ("> 3", "< 2")
    } else {
        ("> 2", "< 3")
    }
}

async fn an_idle_connection_lives_on(target: Target) {
    // The application takes nothing all the while.
    let server = JsServer::start_with(target, json!({"pingInterval": 50, "pingTimeout": 9000}));
    let server = server.await;
    let (options, trace) = Trace::observe(server.options());
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    let (ours, theirs) = beats(target);
    trace.until(theirs, 5).await;
    trace.until(ours, 5).await;
    packet(&mut socket).await;
    socket.send(Packet::event(r#"["back"]"#)).await.unwrap();
    assert_eq!(packet(&mut socket).await, Packet::event(r#"["back"]"#));
}

async fn a_silent_client_is_noticed(target: Target) {
    let server = JsServer::start_with(target, json!({"pingInterval": 50, "pingTimeout": 1500}));
    let mut server = server.await;
    let (options, trace) = Trace::observe(server.options().heartbeat(Heartbeat::Silent));
    let socket = soon(PacketSocket::connect(&options)).await.unwrap();
    assert_eq!(server.told("disconnect").await, "ping timeout");
    let reason = soon(socket.sender().closed()).await;
    let expected = match reason {
        CloseReason::WebSocketClose { .. } => target.is_websocket(),
        // A poll is ended by a close packet, or by a refusal of the next.
        CloseReason::EngineClose | CloseReason::HttpStatus { .. } => !target.is_websocket(),
        _ => false,
    };
    assert!(expected, "{reason:?}");
    assert!(
        !trace
            .lines()
            .iter()
            .any(|line| line == "> 2" || line == "> 3")
    );
}

async fn a_client_that_does_not_read_is_not_lost(target: Target) {
    const COUNT: usize = 4_000;
    let server = JsServer::start_with(target, json!({"pingInterval": 400, "pingTimeout": 3000}));
    let server = server.await;
    let (options, trace) = Trace::observe(server.options().receive_buffer(64 << 10));
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    socket
        .send(Packet::event(format!(r#"["many",{COUNT},2000]"#)))
        .await
        .unwrap();
    // Longer than the server's patience, which is 3.4 s; its pings lie behind the flood.
    trace
        .until(beats(target).0, if target.is_v5() { 7 } else { 10 })
        .await;
    packet(&mut socket).await;
    for number in 0..COUNT {
        let Packet::Event { data, .. } = packet(&mut socket).await else {
            panic!()
        };
        assert!(data.json.starts_with(&format!(r#"["item",{number},"x"#)));
    }
    socket.send(Packet::event(r#"["back"]"#)).await.unwrap();
    assert_eq!(packet(&mut socket).await, Packet::event(r#"["back"]"#));
}

/// A server that goes silent is given up by both generations.
#[tokio::test]
async fn a_silent_server_is_noticed() {
    const HASTY: &str = r#"0{"sid":"s","upgrades":[],"pingInterval":500,"pingTimeout":500}"#;
    for eio in [EioVersion::V3, EioVersion::V4] {
        let (listener, options) = listen(eio).await;
        let (socket, mut peer) = tokio::join!(
            soon(PacketSocket::connect(&options)),
            Peer::greet(&listener, eio, HASTY)
        );
        let end = soon(socket.unwrap().recv()).await;
        assert_eq!(end, Some(Incoming::Closed(CloseReason::HeartbeatTimeout)));
        if eio == EioVersion::V3 {
            assert_eq!(peer.next().await.as_deref(), Some("2"));
        }
        assert_eq!(peer.next().await.as_deref(), Some("close None"));
    }
}
