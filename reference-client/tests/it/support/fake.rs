//! A scripted server for one client: what it sends and receives are raw Socket.IO packets, so
//! nothing of the protocol is shared with the code under test.

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sio_p2p_client::{Client, ClientBuilder, Dialect, EioVersion};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

use super::soon;

/// The header by which a server knows its own clients: ports are used again, and a client of
/// another test may still be trying to reconnect to this one.
const TOKEN: &str = "x-test-server";

/// A server that waits for clients.
pub(crate) struct FakeServer {
    token: String,
    listener: TcpListener,
    pub(crate) eio: EioVersion,
    pub(crate) dialect: Dialect,
}

impl FakeServer {
    pub(crate) async fn new(eio: EioVersion, dialect: Dialect) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            token: format!("{}-{}", std::process::id(), super::unique("server")),
            listener,
            eio,
            dialect,
        }
    }

    /// Sets up a client of this server.
    pub(crate) fn builder(&self, id: &str) -> ClientBuilder {
        let url = format!("http://{}", self.listener.local_addr().unwrap());
        Client::builder(url, id)
            .dialect(self.dialect)
            .eio(self.eio)
            .deadline(super::PATIENCE)
            .header(TOKEN, &self.token)
            .reconnect(None)
    }

    /// Connects a client.
    pub(crate) async fn client(&self, id: &str) -> (Client, Wire) {
        let (client, wire) = tokio::join!(self.builder(id).connect(), self.accept());
        (client.unwrap(), wire)
    }

    /// The target of the HTTP request with which a client of this id opens its connection.
    pub(crate) async fn request_line(&self, id: &str) -> String {
        let connecting = tokio::spawn(self.builder(id).connect());
        let (mut stream, _) = soon(self.listener.accept()).await.unwrap();
        let mut line = String::new();
        soon(BufReader::new(&mut stream).read_line(&mut line))
            .await
            .unwrap();
        connecting.abort();
        line.split(' ').nth(1).unwrap().to_owned()
    }

    #[expect(clippy::result_large_err, reason = "the signature is the library's")]
    fn admit(&self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let token = request.headers().get(TOKEN);
        if token.is_some_and(|token| token == self.token.as_str()) {
            Ok(response)
        } else {
            Err(ErrorResponse::new(None))
        }
    }

    /// Does the handshake with the next client.
    #[expect(clippy::result_large_err, reason = "the signature is the library's")]
    pub(crate) async fn accept(&self) -> Wire {
        let socket = soon(async {
            loop {
                let (stream, _) = self.listener.accept().await.unwrap();
                let check = |request: &Request, response| self.admit(request, response);
                if let Ok(socket) = accept_hdr_async(stream, check).await {
                    break socket;
                }
            }
        })
        .await;
        let mut wire = Wire {
            eio: self.eio,
            socket,
        };
        let open = r#"0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
        wire.text(open).await;
        match self.eio {
            EioVersion::V3 => wire.text("40").await,
            EioVersion::V4 => {
                assert_eq!(wire.frame().await, Message::text("40"));
                wire.text(r#"40{"sid":"socket"}"#).await;
            }
        }
        wire
    }
}

/// The connection with one client.
pub(crate) struct Wire {
    eio: EioVersion,
    socket: WebSocketStream<TcpStream>,
}

impl Wire {
    /// The next packet of the client, as text in which attachments stand as `{"$bin": base64}`:
    /// `420["LIST_CLIENTS"]`, without the count of binary packets.
    pub(crate) async fn packet(&mut self) -> String {
        let Message::Text(text) = self.frame().await else {
            panic!("expected a text frame");
        };
        let Some((kind, rest)) = binary(&text) else {
            return text.to_string();
        };
        let (count, rest) = rest.split_once('-').unwrap();
        let start = rest.find('[').unwrap();
        let (id, body) = rest.split_at(start);
        let mut attachments = Vec::new();
        for _ in 0..count.parse().unwrap() {
            attachments.push(self.attachment().await);
        }
        let mut body: Value = serde_json::from_str(body).unwrap();
        fill(&mut body, &attachments);
        format!("4{kind}{id}{body}")
    }

    /// Fails unless the next packet is this one.
    pub(crate) async fn expect(&mut self, packet: &str) {
        assert_eq!(self.packet().await, packet);
    }

    /// Sends a packet; `{"$bin": base64}` in it becomes an attachment.
    pub(crate) async fn send(&mut self, packet: &str) {
        let start = packet.find('[').unwrap_or(packet.len());
        let (head, body) = packet.split_at(start);
        let mut attachments = Vec::new();
        if body.contains("$bin") {
            let mut value: Value = serde_json::from_str(body).unwrap();
            take(&mut value, &mut attachments);
            let event = head.strip_prefix("42").map(|id| ("45", id));
            let (kind, id) = event
                .or(head.strip_prefix("43").map(|id| ("46", id)))
                .unwrap();
            let count = attachments.len();
            self.text(&format!("{kind}{count}-{id}{value}")).await;
        } else {
            self.text(packet).await;
        }
        for attachment in attachments {
            let mut frame = match self.eio {
                EioVersion::V3 => vec![4],
                EioVersion::V4 => Vec::new(),
            };
            frame.extend(attachment);
            self.socket.send(Message::binary(frame)).await.unwrap();
        }
    }

    /// Fails if the client sends anything before it answers a ping: a fence along the same path.
    pub(crate) async fn nothing_but_an_answer(&mut self, ping: &str, answer: &str) {
        self.send(ping).await;
        self.expect(answer).await;
    }

    /// Waits for the goodbye of the client.
    pub(crate) async fn goodbye(&mut self) {
        self.expect("41").await;
    }

    async fn text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    async fn attachment(&mut self) -> Vec<u8> {
        let Message::Binary(data) = self.frame().await else {
            panic!("expected an attachment");
        };
        match self.eio {
            EioVersion::V3 => {
                assert_eq!(data[0], 4);
                data[1..].to_vec()
            }
            EioVersion::V4 => data.to_vec(),
        }
    }

    /// The next frame that is no heartbeat.
    async fn frame(&mut self) -> Message {
        loop {
            match soon(self.socket.next())
                .await
                .expect("the client has gone")
                .unwrap()
            {
                Message::Text(text) if text == "2" => self.text("3").await,
                Message::Text(text) if text == "3" => {}
                Message::Ping(_) | Message::Pong(_) => {}
                frame => return frame,
            }
        }
    }
}

fn binary(text: &str) -> Option<(char, &str)> {
    match text.get(..2)? {
        "45" => Some(('2', &text[2..])),
        "46" => Some(('3', &text[2..])),
        _ => None,
    }
}

fn fill(value: &mut Value, attachments: &[Vec<u8>]) {
    match value {
        Value::Object(object) if object.get("_placeholder") == Some(&Value::Bool(true)) => {
            let number = usize::try_from(object["num"].as_u64().unwrap()).unwrap();
            *value = json!({ "$bin": BASE64_STANDARD.encode(&attachments[number]) });
        }
        Value::Object(object) => object
            .values_mut()
            .for_each(|inner| fill(inner, attachments)),
        Value::Array(list) => list.iter_mut().for_each(|inner| fill(inner, attachments)),
        _ => {}
    }
}

fn take(value: &mut Value, attachments: &mut Vec<Vec<u8>>) {
    match value {
        Value::Object(object) => match object.get("$bin").and_then(Value::as_str) {
            Some(text) => {
                attachments.push(BASE64_STANDARD.decode(text).unwrap());
                *value = json!({ "_placeholder": true, "num": attachments.len() - 1 });
            }
            None => object
                .values_mut()
                .for_each(|inner| take(inner, attachments)),
        },
        Value::Array(list) => list.iter_mut().for_each(|inner| take(inner, attachments)),
        _ => {}
    }
}
