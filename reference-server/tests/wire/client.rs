//! What the test clients have in common: packets in, packets out, whatever the
//! transport and the generation of Engine.IO.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;

use crate::polling::Polling;
use crate::server::{DEADLINE, Server};
use crate::websocket::WebSocket;

/// A generation of Engine.IO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Eio {
    Three,
    Four,
}

/// What carries the packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    WebSocket,
    Polling,
}

/// Every way to connect.
pub(crate) const WAYS: [(Eio, Transport); 4] = [
    (Eio::Three, Transport::WebSocket),
    (Eio::Three, Transport::Polling),
    (Eio::Four, Transport::WebSocket),
    (Eio::Four, Transport::Polling),
];

/// One Engine.IO frame as it came. On polling, binary is text that begins with `b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Bytes),
}

impl fmt::Display for Eio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Three => "3",
            Self::Four => "4",
        })
    }
}

impl Eio {
    /// What stands before the bytes of a binary WebSocket frame.
    pub(crate) fn binary_prefix(self) -> &'static [u8] {
        match self {
            Self::Three => &[4],
            Self::Four => &[],
        }
    }

    /// Puts packets into the body of a polling request.
    pub(crate) fn pack(self, packets: &[&str]) -> String {
        match self {
            Self::Three => packets.iter().fold(String::new(), |body, packet| {
                format!("{body}{}:{packet}", packet.encode_utf16().count())
            }),
            Self::Four => packets.join("\x1e"),
        }
    }

    /// Takes packets out of the body of a polling answer.
    pub(crate) fn unpack(self, body: &str) -> VecDeque<String> {
        if self == Self::Four {
            return body.split('\x1e').map(str::to_owned).collect();
        }
        let mut packets = VecDeque::new();
        let mut rest = body;
        while let Some((length, tail)) = rest.split_once(':') {
            let length: usize = length.parse().expect("a length before each packet");
            // Lengths count what JavaScript counts: units of UTF-16.
            let mut units = 0;
            let end = tail.char_indices().find(|(_, character)| {
                let full = units >= length;
                units += character.len_utf16();
                full
            });
            let (packet, tail) = tail.split_at(end.map_or(tail.len(), |(at, _)| at));
            packets.push_back(packet.to_owned());
            rest = tail;
        }
        packets
    }
}

/// A client in the default namespace.
#[derive(Debug)]
pub(crate) enum Client {
    WebSocket(Box<WebSocket>),
    Polling(Polling),
}

impl Client {
    /// Connects over WebSocket on Engine.IO 4 and joins.
    pub(crate) async fn join(server: &Server, id: &str) -> Self {
        Self::join_by((Eio::Four, Transport::WebSocket), server, id).await
    }

    /// Connects and joins.
    pub(crate) async fn join_by(way: (Eio, Transport), server: &Server, id: &str) -> Self {
        let mut client = Self::open(way, server, &format!("clientId={id}")).await;
        client.enter(way.0).await;
        client
    }

    /// Opens the transport and does not join.
    pub(crate) async fn open(way: (Eio, Transport), server: &Server, query: &str) -> Self {
        match way {
            (eio, Transport::WebSocket) => {
                Self::WebSocket(Box::new(WebSocket::open(server, eio, query).await))
            }
            (eio, Transport::Polling) => Self::Polling(Polling::open(server, eio, query).await),
        }
    }

    /// Joins the default namespace.
    pub(crate) async fn enter(&mut self, eio: Eio) {
        if eio == Eio::Three {
            self.expect("40").await;
        } else {
            self.send("40").await;
            let joined = self.receive().await;
            assert!(joined.starts_with(r#"40{"sid":""#), "{joined}");
        }
    }

    /// The handshake packet.
    pub(crate) fn handshake(&self) -> &str {
        match self {
            Self::WebSocket(socket) => &socket.handshake,
            Self::Polling(polling) => &polling.handshake,
        }
    }

    pub(crate) async fn send(&mut self, packet: &str) {
        match self {
            Self::WebSocket(socket) => socket.text(packet).await,
            Self::Polling(polling) => {
                polling.post(&[packet]).await;
            }
        }
    }

    /// The next packet apart from heartbeats; `None` once the connection is closed.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = match self {
                Self::WebSocket(socket) => socket.next().await,
                Self::Polling(polling) => polling.next().await,
            };
            match frame {
                Some(Frame::Text(ping)) if ping == "2" => self.send("3").await,
                Some(Frame::Text(close)) if close == "1" => return None,
                frame => return frame,
            }
        }
    }

    /// The next text packet, which must come.
    pub(crate) async fn receive(&mut self) -> String {
        match self.next().await {
            Some(Frame::Text(text)) => text,
            other => panic!("expected a text packet, got {other:?}"),
        }
    }

    /// Expects exactly this packet to come next.
    #[track_caller]
    pub(crate) fn expect(&mut self, expected: &str) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        async move {
            let packet = self.receive().await;
            assert_eq!(packet, expected, "expected at {at}");
        }
    }

    /// Expects the connection to be closed; what comes before is ignored.
    pub(crate) async fn expect_closed(&mut self) {
        while self.next().await.is_some() {}
    }

    /// Proves that all that was sent to this client so far has arrived: nothing
    /// may come before the answer to a question of its own.
    #[track_caller]
    pub(crate) fn fence(&mut self) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        async move {
            self.send(r#"42987654["GET_CLIENT_CONNECTED_STATUS","nobody at all"]"#)
                .await;
            let packet = self.receive().await;
            assert_eq!(
                packet, "43987654[null]",
                "nothing else was expected at {at}"
            );
        }
    }

    /// Asks for the listing again and again until it is this one.
    pub(crate) async fn until_listed(&mut self, expected: &str) {
        let expected = format!("43987655[{expected}]");
        let mut listed = String::new();
        let start = std::time::Instant::now();
        while listed != expected {
            assert!(
                start.elapsed() < DEADLINE,
                "{listed} must become {expected}"
            );
            self.send(r#"42987655["LIST_CLIENTS"]"#).await;
            listed = self.receive().await;
        }
    }

    /// Breaks the connection without a word.
    pub(crate) fn abort(self) {
        drop(self);
    }
}
