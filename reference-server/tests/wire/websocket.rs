//! A WebSocket that speaks Engine.IO as bare frames.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::client::{Eio, Frame};
use crate::server::{DEADLINE, Server};

/// Without this, two small packets in a row would wait for each other.
const NO_DELAY: bool = true;

/// One WebSocket connection, after the Engine.IO handshake.
#[derive(Debug)]
pub(crate) struct WebSocket {
    pub(crate) stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The handshake packet, which begins with `0`.
    pub(crate) handshake: String,
    eio: Eio,
}

impl WebSocket {
    /// Connects with a query that is appended as it is.
    pub(crate) async fn open(server: &Server, eio: Eio, query: &str) -> Self {
        let opened = Self::try_open(server, eio, query).await;
        opened.expect("the server takes WebSockets")
    }

    /// The same; `None` if the server answers by anything else than an upgrade.
    pub(crate) async fn try_open(server: &Server, eio: Eio, query: &str) -> Option<Self> {
        let Server { address, .. } = server;
        let url = format!("ws://{address}/socket.io/?EIO={eio}&transport=websocket&{query}");
        let connected = connect_async_with_config(url, None, NO_DELAY).await;
        let (stream, _) = match connected {
            Err(tungstenite::Error::Http(_)) => return None,
            connected => connected.expect("the server answers"),
        };
        let mut socket = Self::new(stream, eio);
        socket.handshake = match socket.next().await {
            Some(Frame::Text(handshake)) => handshake,
            other => panic!("expected a handshake, got {other:?}"),
        };
        Some(socket)
    }

    /// Joins the session that a polling client has opened, up to the packet
    /// `5` that completes the upgrade.
    pub(crate) async fn upgrade(server: &Server, eio: Eio, sid: &str) -> Self {
        let Server { address, .. } = server;
        let url = format!("ws://{address}/socket.io/?EIO={eio}&transport=websocket&sid={sid}");
        let (stream, _) = connect_async_with_config(url, None, NO_DELAY)
            .await
            .expect("the server takes WebSockets");
        let mut socket = Self::new(stream, eio);
        socket.text("2probe").await;
        assert_eq!(socket.next().await, Some(Frame::Text("3probe".to_owned())));
        socket
    }

    fn new(stream: WebSocketStream<MaybeTlsStream<TcpStream>>, eio: Eio) -> Self {
        Self {
            stream,
            handshake: String::new(),
            eio,
        }
    }

    pub(crate) async fn text(&mut self, text: &str) {
        // A server that has closed already is seen by the next read.
        self.stream.send(Message::text(text)).await.ok();
    }

    pub(crate) async fn binary(&mut self, bytes: &[u8]) {
        let mut frame = self.eio.binary_prefix().to_vec();
        frame.extend(bytes);
        self.stream.send(Message::binary(frame)).await.ok();
    }

    /// The next frame as it came, heartbeats included; `None` once it is closed.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let message = tokio::time::timeout(DEADLINE, self.stream.next()).await;
        match message.expect("a frame must come")? {
            Ok(Message::Text(text)) => Some(Frame::Text(text.to_string())),
            Ok(Message::Binary(bytes)) => {
                let prefix = self.eio.binary_prefix();
                assert!(
                    bytes.starts_with(prefix),
                    "the frame says that it is binary"
                );
                Some(Frame::Binary(Bytes::copy_from_slice(
                    &bytes[prefix.len()..],
                )))
            }
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(other) => panic!("unexpected {other:?}"),
        }
    }
}
