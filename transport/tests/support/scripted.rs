//! A bare TCP or WebSocket peer that does what a test tells it: for what no real server does.

use std::io;

use futures_util::{SinkExt, StreamExt};
use sio_p2p_transport::{ConnectOptions, EioVersion};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, accept_async,
    tungstenite::{Message, protocol::Role},
};

use super::soon;

/// The OPEN packet of the scripted server.
pub(crate) const OPEN: &str =
    r#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;

/// A listener and options to connect to it.
pub(crate) async fn listen(eio: EioVersion) -> (TcpListener, ConnectOptions) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, ConnectOptions::new(&url).unwrap().eio(eio))
}

/// The server's end of a WebSocket.
#[derive(Debug)]
pub(crate) struct Peer {
    stream: WebSocketStream<TcpStream>,
}

impl Peer {
    /// Accepts a WebSocket.
    pub(crate) async fn accept(listener: &TcpListener) -> Self {
        let (tcp, _) = soon(listener.accept()).await.unwrap();
        Self {
            stream: soon(accept_async(tcp)).await.unwrap(),
        }
    }

    /// The server's end of a WebSocket after the upgrade.
    pub(crate) async fn from_tcp(tcp: TcpStream) -> Self {
        let stream = WebSocketStream::from_raw_socket(tcp, Role::Server, None).await;
        Self { stream }
    }

    /// Accepts a WebSocket, opens the engine and connects the default namespace.
    pub(crate) async fn greet(listener: &TcpListener, eio: EioVersion, open: &str) -> Self {
        let mut peer = Self::accept(listener).await;
        peer.text(open).await;
        if eio == EioVersion::V4 {
            assert_eq!(peer.next().await, Some("40".to_owned()));
            peer.text(r#"40{"sid":"x"}"#).await;
        } else {
            peer.text("40").await;
        }
        peer
    }

    pub(crate) async fn text(&mut self, text: &str) {
        soon(self.stream.send(Message::text(text))).await.unwrap();
    }

    pub(crate) async fn binary(&mut self, data: &[u8]) {
        soon(self.stream.send(Message::binary(data.to_vec())))
            .await
            .unwrap();
    }

    /// The next frame in words; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<String> {
        match soon(self.stream.next()).await {
            Some(Ok(Message::Text(text))) => Some(text.to_string()),
            Some(Ok(Message::Binary(data))) => Some(format!("{data:?}")),
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map(|frame| u16::from(frame.code));
                Some(format!("close {code:?}"))
            }
            Some(Ok(other)) => Some(format!("{other:?}")),
            Some(Err(_)) | None => None,
        }
    }

    /// The TCP stream below.
    pub(crate) fn tcp(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// The TCP stream alone, for bytes that are no WebSocket.
    pub(crate) fn into_tcp(self) -> TcpStream {
        self.stream.into_inner()
    }

    /// What reading from the TCP stream gives after everything else has been read.
    pub(crate) async fn end_of_tcp(self) -> io::Result<usize> {
        let tcp = self.stream.into_inner();
        let mut rest = [0; 4096];
        loop {
            soon(tcp.readable()).await?;
            match tcp.try_read(&mut rest) {
                Ok(0) => return Ok(0),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}
