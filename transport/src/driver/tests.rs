//! The task under a paused clock, over an in-memory pipe: whatever has to wait for something
//! waits in no time, and "nothing more happens" is certain instead of likely.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::{
    io::{DuplexStream, duplex},
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use super::*;
use crate::{
    error::SendError,
    frame::EioVersion,
    halves::Incoming,
    handshake::Handshake,
    options::ConnectOptions,
    socket::PacketSocket,
    transports::{InUse, Transport},
    websocket::{Link, WebSocket},
};

impl Link for DuplexStream {
    fn reset_on_drop(&mut self) {}
}

const INTERVAL: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(4);

/// A connection, the server's end of it, and the frames that crossed.
struct Rig {
    socket: PacketSocket,
    server: WebSocketStream<DuplexStream>,
    frames: Arc<Mutex<Vec<(Direction, Frame)>>>,
}

impl Rig {
    /// `pipe` is what the "network" holds in each direction.
    async fn new(eio: EioVersion, pipe: usize, receive_buffer: usize) -> Self {
        let (client, server) = duplex(pipe);
        let frames = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&frames);
        let options = ConnectOptions::new("http://localhost")
            .unwrap()
            .eio(eio)
            .receive_buffer(receive_buffer)
            .observe(move |direction, frame| seen.lock().push((direction, frame.clone())));
        let handshake = Handshake {
            engine_sid: "e".to_owned(),
            sid: None,
            connect_data: None,
            ping_interval: INTERVAL,
            ping_timeout: TIMEOUT,
            max_payload: None,
            upgrades: Vec::new(),
        };
        let (_, in_use) = watch::channel(InUse::of(Transport::WebSocket));
        let wire = WebSocket::new(client, Vec::new(), 1 << 20).await;
        let socket = PacketSocket::start(wire, in_use, handshake, &options);
        let server = WebSocketStream::from_raw_socket(server, Role::Server, None).await;
        Self {
            socket,
            server,
            frames,
        }
    }

    fn count(&self, direction: Direction, text: Option<&str>) -> usize {
        let frames = self.frames.lock();
        let matches = |frame: &Frame| text.is_none_or(|text| *frame == Frame::text(text));
        frames
            .iter()
            .filter(|(way, frame)| *way == direction && matches(frame))
            .count()
    }

    async fn say(&mut self, text: &str) {
        self.server.send(Message::text(text)).await.unwrap();
    }
}

fn event(number: usize) -> String {
    format!(r#"["e",{number},"{}"]"#, "x".repeat(1000))
}

/// Waits until nothing happens any more: the paused clock only moves when all is idle.
async fn idle() {
    sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_application_stops_reading_but_not_the_heartbeat() {
    for (eio, ours, beats) in [(EioVersion::V4, "3", 9), (EioVersion::V3, "2", 10)] {
        let mut rig = Rig::new(eio, 1 << 20, 10_000).await;
        for number in 0..200 {
            rig.say(&format!("42{}", event(number))).await;
        }
        sleep(Duration::from_secs(101)).await;
        let read = rig.count(Direction::In, None);
        assert!(
            (8..12).contains(&read),
            "{read} packets of 1 kB in a buffer of 10 kB"
        );
        assert_eq!(rig.count(Direction::Out, Some(ours)), beats);
        for number in 0..200 {
            let packet = rig.socket.recv().await;
            assert_eq!(packet, Some(Incoming::Packet(Packet::event(event(number)))));
        }
        // From now on the server's silence counts again.
        let end = rig.socket.recv().await;
        assert_eq!(end, Some(Incoming::Closed(CloseReason::HeartbeatTimeout)));
    }
}

#[tokio::test(start_paused = true)]
async fn one_packet_always_fits() {
    let mut rig = Rig::new(EioVersion::V4, 1 << 20, 10).await;
    for number in 0..3 {
        rig.say(&format!("42{}", event(number))).await;
    }
    for number in 0..3 {
        idle().await;
        // One in the buffer, one that waits for it.
        assert!(rig.count(Direction::In, None) <= number + 2);
        let packet = rig.socket.recv().await;
        assert_eq!(packet, Some(Incoming::Packet(Packet::event(event(number)))));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_in_time() {
    for eio in [EioVersion::V3, EioVersion::V4] {
        let mut rig = Rig::new(eio, 1000, 1000).await;
        let start = Instant::now();
        let end = rig.socket.recv().await;
        assert_eq!(end, Some(Incoming::Closed(CloseReason::HeartbeatTimeout)));
        assert_eq!(start.elapsed().as_secs(), (INTERVAL + TIMEOUT).as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_read_blocks_only_sending() {
    let mut rig = Rig::new(EioVersion::V4, 4000, 1 << 20).await;
    let mut sent = 0;
    let try_event = |rig: &Rig, number| {
        let sender = rig.socket.sender();
        async move {
            timeout(
                Duration::from_millis(1),
                sender.send(Packet::event(event(number))),
            )
            .await
        }
    };
    while try_event(&rig, sent).await.is_ok() {
        sent += 1;
    }
    // The queue of 64, the pipe, and what the library buffers.
    assert!((64..120).contains(&sent), "{sent}");
    assert!(timeout(INTERVAL / 2, rig.socket.flush()).await.is_err());
    // Receiving goes on, and a hundred pings make no hundred pongs.
    for _ in 0..100 {
        rig.say("2").await;
    }
    rig.say(r#"42["still"]"#).await;
    let packet = rig.socket.recv().await;
    assert_eq!(
        packet,
        Some(Incoming::Packet(Packet::event(r#"["still"]"#)))
    );
    // Once the server reads, all comes in order, and nothing of what was given up.
    let Rig {
        socket, mut server, ..
    } = rig;
    let (mut expected, mut pongs) = (0, 0);
    while expected < sent {
        match server.next().await {
            Some(Ok(Message::Text(text))) if text.as_str() == "3" => pongs += 1,
            Some(Ok(Message::Text(text))) => {
                assert_eq!(text.as_str(), format!("42{}", event(expected)));
                expected += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pongs, 1);
    drop(socket);
    assert!(matches!(
        server.next().await,
        Some(Ok(Message::Close(None)))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_close_ends_in_time_and_an_abort_at_once() {
    for abort in [false, true] {
        let rig = Rig::new(EioVersion::V4, 100, 1000).await;
        let sender = rig.socket.sender();
        for number in 0..20 {
            sender.send(Packet::event(event(number))).await.unwrap();
        }
        idle().await;
        let start = Instant::now();
        sender.begin_close();
        if abort {
            idle().await;
            assert_eq!(sender.abort().await, CloseReason::Aborted);
            assert_eq!(start.elapsed().as_secs(), 0);
        } else {
            idle().await;
            assert_eq!(
                sender.send(Packet::event("[]")).await,
                Err(SendError::Closed(Packet::event("[]")))
            );
            assert_eq!(sender.closed().await, CloseReason::Local);
            assert_eq!(start.elapsed().as_secs(), 5);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_frozen_connection_does_nothing_until_it_is_dropped() {
    for eio in [EioVersion::V3, EioVersion::V4] {
        let mut rig = Rig::new(eio, 1 << 20, 1000).await;
        let sender = rig.socket.sender();
        idle().await;
        sender.freeze();
        sender.send(Packet::event("[1]")).await.unwrap();
        rig.say("2").await;
        rig.say(r#"42["x"]"#).await;
        sleep((INTERVAL + TIMEOUT) * 3).await;
        assert_eq!(rig.count(Direction::In, None), 0);
        assert_eq!(rig.count(Direction::Out, None), 0);
        assert_eq!(sender.close_reason(), None, "it notices nothing");
        assert_eq!(sender.close().await, CloseReason::Local);
        assert!(!matches!(rig.server.next().await, Some(Ok(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_has_to_listen() {
    let Rig {
        socket, mut server, ..
    } = Rig::new(EioVersion::V4, 1 << 20, 1000).await;
    let (sender, receiver) = socket.split();
    drop(receiver);
    for number in 0..50 {
        server
            .send(Message::text(format!("42{}", event(number))))
            .await
            .unwrap();
    }
    server.send(Message::text("2")).await.unwrap();
    assert_eq!(server.next().await.unwrap().unwrap(), Message::text("3"));
    sender.send(Packet::event(r#"["here"]"#)).await.unwrap();
    assert_eq!(
        server.next().await.unwrap().unwrap(),
        Message::text(r#"42["here"]"#)
    );
    drop(sender);
    assert!(matches!(
        server.next().await,
        Some(Ok(Message::Close(None)))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_broken_pipe_still_gives_what_was_said_before() {
    let mut rig = Rig::new(EioVersion::V4, 1 << 20, 1 << 20).await;
    rig.say(r#"42["last words"]"#).await;
    let Rig {
        mut socket, server, ..
    } = rig;
    drop(server);
    while socket.send(Packet::event(r#"["anybody?"]"#)).await.is_ok() {}
    let packet = socket.recv().await;
    assert_eq!(
        packet,
        Some(Incoming::Packet(Packet::event(r#"["last words"]"#)))
    );
    assert!(matches!(
        socket.recv().await,
        Some(Incoming::Closed(CloseReason::Lost(_)))
    ));
    assert_eq!(socket.flush().await, Err(SendError::Closed(())));
}
