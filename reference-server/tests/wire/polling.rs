//! Long-polling, written out as HTTP/1.1 requests.

use std::collections::VecDeque;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Eio, Frame};
use crate::server::{DEADLINE, Server};

/// One polling session, after the Engine.IO handshake.
#[derive(Debug)]
pub(crate) struct Polling {
    address: SocketAddr,
    eio: Eio,
    pub(crate) sid: String,
    pub(crate) handshake: String,
    received: VecDeque<String>,
}

impl Polling {
    /// Opens a session with a query that is appended as it is.
    pub(crate) async fn open(server: &Server, eio: Eio, query: &str) -> Self {
        let opened = Self::try_open(server, eio, query).await;
        opened.unwrap_or_else(|head| panic!("the server takes sessions: {head}"))
    }

    /// The same, or the head of the answer that refuses it.
    pub(crate) async fn try_open(server: &Server, eio: Eio, query: &str) -> Result<Self, String> {
        let target = format!("/socket.io/?EIO={eio}&transport=polling&b64=1&{query}");
        let (head, body) = exchange(server.address, "GET", &target, "").await;
        if status(&head) != 200 {
            return Err(head);
        }
        let mut packets = eio.unpack(&body);
        let handshake = packets.pop_front().expect("a handshake packet");
        let sid = handshake.split('"').nth(3).expect("a sid in the handshake");
        Ok(Self {
            address: server.address,
            eio,
            sid: sid.to_owned(),
            handshake,
            received: packets,
        })
    }

    /// Posts packets in one request. False once the session is over.
    pub(crate) async fn post(&mut self, packets: &[&str]) -> bool {
        let body = self.eio.pack(packets);
        let (status, _) = request(self.address, "POST", &self.target(), &body).await;
        status == 200
    }

    /// The next packet; polls if none has arrived yet. `None` once the session
    /// is over.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        while self.received.is_empty() {
            let (status, body) = request(self.address, "GET", &self.target(), "").await;
            if status != 200 || body.is_empty() {
                return None;
            }
            self.received = self.eio.unpack(&body);
        }
        match self.received.pop_front()? {
            close if close == "1" => None,
            packet => Some(Frame::Text(packet)),
        }
    }

    /// What has arrived and was not read.
    pub(crate) fn received(self) -> impl Iterator<Item = String> {
        self.received.into_iter()
    }

    fn target(&self) -> String {
        let Self { eio, sid, .. } = self;
        format!("/socket.io/?EIO={eio}&transport=polling&b64=1&sid={sid}")
    }
}

/// Sends one request on a connection of its own and returns status and body.
pub(crate) async fn request(
    address: SocketAddr,
    method: &str,
    target: &str,
    body: &str,
) -> (u16, String) {
    let (head, body) = exchange(address, method, target, body).await;
    (status(&head), body)
}

/// The number in the first line of an answer; 0 if there is none.
fn status(head: &str) -> u16 {
    let number = head.split(' ').nth(1);
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The same with the head of the answer.
async fn exchange(address: SocketAddr, method: &str, target: &str, body: &str) -> (String, String) {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        // A server that refuses a body may answer before it has read all of it.
        stream.write_all(body.as_bytes()).await.ok();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.ok();
        std::io::Result::Ok(String::from_utf8(response).expect("answers are text here"))
    };
    let response = tokio::time::timeout(DEADLINE, exchange).await;
    // A server that is not there any more gives no answer.
    let response = response.expect("an answer must come").unwrap_or_default();
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    (head.to_owned(), body.to_owned())
}
