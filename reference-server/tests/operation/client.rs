//! A WebSocket client that counts what passes through it.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::server::{Server, must};

/// A client in the default namespace, on any stream.
#[derive(Debug)]
pub(crate) struct Client<S = TcpStream> {
    socket: WebSocketStream<S>,
    pub(crate) counted: Counted,
}

/// Messages of Engine.IO and their bytes, without its own mark of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counted {
    pub(crate) sent: (usize, usize),
    pub(crate) received: (usize, usize),
}

impl Client {
    /// Joins as a client of this generation of Engine.IO.
    pub(crate) async fn join(server: &Server, eio: u8, id: &str) -> Self {
        let stream = TcpStream::connect(server.address).await.unwrap();
        Self::join_on(stream, eio, id).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Joins on a stream that is open.
    pub(crate) async fn join_on(stream: S, eio: u8, id: &str) -> Self {
        let url = format!("ws://localhost/socket.io/?EIO={eio}&transport=websocket&clientId={id}");
        // Boxed, because it is large and callers hold it.
        let upgrade = Box::pin(client_async(url, stream));
        let upgraded = must("an upgrade", upgrade).await;
        let (socket, _) = upgraded.unwrap();
        let counted = Counted::default();
        let mut client = Self { socket, counted };
        assert!(client.next().await.unwrap().starts_with('0'));
        if eio == 4 {
            client.send("40").await;
        }
        assert!(client.next().await.unwrap().starts_with("40"));
        client
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, text: &str) {
        self.counted.sent.0 += 1;
        self.counted.sent.1 += text.len() - 1;
        let sending = self.socket.send(Message::text(text));
        must("room to send", sending).await.unwrap();
    }

    /// Sends an attachment, as a client of Engine.IO 4 does.
    pub(crate) async fn attach(&mut self, bytes: &'static [u8]) {
        self.counted.sent.0 += 1;
        self.counted.sent.1 += bytes.len();
        let message = Message::binary(Bytes::from_static(bytes));
        must("room to send", self.socket.send(message))
            .await
            .unwrap();
    }

    /// The next text, heartbeats aside; `None` once the connection has ended.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            match must("something", self.socket.next()).await {
                Some(Ok(Message::Text(text))) if text.starts_with('4') => {
                    self.counted.received.0 += 1;
                    self.counted.received.1 += text.len() - 1;
                    return Some(text.to_string());
                }
                Some(Ok(Message::Text(text))) if text == "2" => {
                    self.socket.send(Message::text("3")).await.ok();
                }
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Binary(bytes))) => {
                    self.counted.received.0 += 1;
                    self.counted.received.1 += bytes.len();
                    return Some(format!("binary {}", bytes.len()));
                }
                _ => return None,
            }
        }
    }

    /// The next text must be this one.
    pub(crate) async fn expect(&mut self, text: &str) {
        assert_eq!(self.next().await.as_deref(), Some(text));
    }

    /// Asks for something and takes the ack, behind which everything lies that was
    /// sent before.
    pub(crate) async fn fence(&mut self) {
        self.send(r#"42999["LIST_CLIENTS"]"#).await;
        let answer = self.next().await.unwrap();
        assert!(answer.starts_with("43999["), "{answer}");
    }

    /// Closes the connection in order.
    pub(crate) async fn close(mut self) -> Counted {
        self.socket.close(None).await.unwrap();
        while self.next().await.is_some() {}
        self.counted
    }
}
