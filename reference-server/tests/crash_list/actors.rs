//! The two clients that are attacked and must not notice.

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::MaybeTlsStream;

use crate::client::{Client, Eio, Frame, Transport};
use crate::server::Server;

/// The witness stays for the whole life of the server, and so does the victim,
/// apart from the cases in which it is its part to leave. They are of different
/// generations.
#[derive(Debug)]
pub(crate) struct Actors {
    pub(crate) witness: Client,
    pub(crate) victim: Client,
    /// The victim's Socket.IO id.
    pub(crate) sid_of_v: String,
    /// What the witness was told while the victim was away.
    pub(crate) notices: Vec<String>,
}

/// The ack of a question that anybody can ask at any time.
const FENCE: (&str, &str) = (
    r#"42987654["GET_CLIENT_CONNECTED_STATUS","nobody at all"]"#,
    "43987654[null]",
);

/// Names that Socket.IO clients take for their own, or end on.
const RESERVED: [&str; 8] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "error",
    "newListener",
    "ping",
    "removeListener",
];

impl Actors {
    pub(crate) async fn enter(server: &Server) -> Self {
        let witness = Client::join(server, "w").await;
        let (victim, sid_of_v) = victim(server).await;
        Self {
            witness,
            victim,
            sid_of_v,
            notices: Vec::new(),
        }
    }

    /// The victim's connection breaks, and it comes back.
    pub(crate) async fn victim_returns(&mut self, server: &Server) {
        let Client::WebSocket(socket) = &mut self.victim else {
            unreachable!("the victim is on WebSocket")
        };
        let MaybeTlsStream::Plain(tcp) = socket.stream.get_mut() else {
            unreachable!("there is no TLS here")
        };
        tcp.shutdown().await.ok();
        // Its id is free when the server has seen the connection break. Others
        // may be there, so the question is about this one.
        let question = r#"428["GET_CLIENT_CONNECTED_STATUS","v"]"#;
        self.witness.send(question).await;
        loop {
            match self.witness.receive().await.as_str() {
                "438[true]" => self.witness.send(question).await,
                "438[null]" => break,
                notice => self.notices.push(notice.to_owned()),
            }
        }
        (self.victim, self.sid_of_v) = victim(server).await;
    }

    /// Both are there, and this is what came for them in the meantime.
    pub(crate) async fn seen(&mut self) -> (Vec<String>, Vec<String>) {
        (
            received(&mut self.witness).await,
            received(&mut self.victim).await,
        )
    }

    /// A message with ack in one dialect there, one in the other dialect back.
    pub(crate) async fn are_served(&mut self) {
        let Self {
            witness, victim, ..
        } = self;
        witness.send(r#"427["P2P_EMIT","v","hello",[1]]"#).await;
        let asked = victim.receive().await;
        let id = asked.strip_prefix("42").expect(&asked);
        let id = id.strip_suffix(r#"["hello",1]"#).expect(&asked);
        victim.send(&format!(r#"43{id}["welcome"]"#)).await;
        witness.expect(r#"437["welcome"]"#).await;
        let message = r#"{"targetClientId":"w","event":"back","args":["v"]}"#;
        victim.send(&format!(r#"42["P2P_EMIT",{message}]"#)).await;
        witness.expect(r#"42["back","v"]"#).await;
    }
}

async fn victim(server: &Server) -> (Client, String) {
    let way = (Eio::Three, Transport::WebSocket);
    let victim = Client::join_by(way, server, "v").await;
    // Socket.IO 2 uses the id of the transport.
    let sid = victim.handshake().split('"').nth(3);
    let sid = sid.expect("a sid in the handshake").to_owned();
    (victim, sid)
}

/// What has come for a client that must be connected.
pub(crate) async fn received(client: &mut Client) -> Vec<String> {
    let (received, connected) = settled(client).await;
    assert!(connected, "a bystander was disconnected after {received:?}");
    received
}

/// What has come for a client once the server has done all that it asked for,
/// and whether it is still served.
pub(crate) async fn settled(client: &mut Client) -> (Vec<String>, bool) {
    client.send(FENCE.0).await;
    let mut received = Vec::new();
    loop {
        match client.next().await {
            Some(Frame::Text(text)) if text == FENCE.1 => return (received, true),
            // The server has ended the conversation; the rest is the client's.
            Some(Frame::Text(text)) if text == "41" => return (received, false),
            Some(Frame::Text(text)) => received.push(text),
            Some(Frame::Binary(bytes)) => panic!("nobody sends attachments: {bytes:?}"),
            None => return (received, false),
        }
    }
}

/// The event of a packet, with its arguments. Panics if it is none that a client
/// can take: its library would end, or believe that the connection has ended.
pub(crate) fn event(packet: &str) -> (String, Vec<Value>) {
    let array = packet.strip_prefix("42").expect(packet);
    let array = array.trim_start_matches(|character: char| character.is_ascii_digit());
    // Some are nested too deep for this parser, and their names are what counts.
    if array.contains("[[[[[[[[") {
        return ("nested".to_owned(), Vec::new());
    }
    let mut args: Vec<Value> = serde_json::from_str(array).expect(packet);
    let name = args.remove(0);
    let name = name.as_str().expect(packet).to_owned();
    assert!(!RESERVED.contains(&name.as_str()), "{packet}");
    (name, args)
}
