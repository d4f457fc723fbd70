//! Requests, answers and WebSocket frames as bytes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::target::Target;

/// How long a test waits for something that must come. Never waited out unless the
/// test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// The headers of a handshake of `WebSocket`.
pub(crate) const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\n\
     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A connection on which a request was sent.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    /// What has been read and not been used.
    read: Vec<u8>,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

impl Wire {
    /// Connects and sends bytes.
    pub(crate) fn open(target: &Target, bytes: &[u8]) -> Self {
        let stream = TcpStream::connect(target.address).expect("somebody listens");
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut wire = Self {
            stream,
            read: Vec::new(),
        };
        wire.send(bytes);
        wire
    }

    /// Sends a request with a body.
    pub(crate) fn request(
        target: &Target,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Self {
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Length: {length}\r\n"),
        };
        let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}{length}\r\n");
        Self::open(target, &[head.as_bytes(), body.as_bytes()].concat())
    }

    /// Asks for a WebSocket, which must be granted.
    pub(crate) fn web_socket(target: &Target, more: &str) -> Self {
        let path = target.path("websocket", more);
        let mut wire = Self::request(target, "GET", &path, UPGRADE, "");
        let answer = wire.head();
        assert_eq!(answer.status, 101, "{answer:?}");
        wire
    }

    /// Sends bytes. A peer that has closed meanwhile is seen when reading.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).ok();
    }

    /// Sends a text frame, masked with zeros.
    pub(crate) fn frame(&mut self, text: &str) {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 126);
        let head = [0x81, 0x80 | length, 0, 0, 0, 0];
        self.send(&[&head, text.as_bytes()].concat());
    }

    /// Reads more. False at the end of the connection.
    fn more(&mut self) -> bool {
        let mut bytes = [0; 4_096];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(count) => {
                self.read.extend_from_slice(&bytes[..count]);
                true
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("nothing came: {error}"),
        }
    }

    fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.read.len() < count {
            if !self.more() {
                return None;
            }
        }
        Some(self.read.drain(..count).collect())
    }

    fn until(&mut self, mark: &str) -> Option<String> {
        loop {
            let found = self.read.windows(mark.len());
            if let Some(end) = { found }.position(|window| window == mark.as_bytes()) {
                let bytes = self.exactly(end + mark.len())?;
                return Some(String::from_utf8(bytes).expect("it is text"));
            }
            if !self.more() {
                return None;
            }
        }
    }

    /// The head of the answer.
    pub(crate) fn head(&mut self) -> Answer {
        self.try_head().expect("an answer")
    }

    fn try_head(&mut self) -> Option<Answer> {
        let head = self.until("\r\n\r\n")?;
        let status = head.split(' ').nth(1).expect(&head);
        Some(Answer {
            status: status.get(..3).expect(&head).parse().expect(&head),
            head,
            body: String::new(),
        })
    }

    /// The whole answer; `None` if the connection ends without one.
    pub(crate) fn try_answer(&mut self) -> Option<Answer> {
        let mut answer = self.try_head()?;
        let chunked = answer.header("transfer-encoding") == Some("chunked");
        let mut body = Vec::new();
        if chunked {
            loop {
                let length = self.until("\r\n")?;
                let length = usize::from_str_radix(length.trim_end(), 16).expect(&length);
                let chunk = self.exactly(length + 2)?;
                if length == 0 {
                    break;
                }
                body.extend_from_slice(&chunk[..length]);
            }
        } else if let Some(length) = answer.header("content-length") {
            let length = length.parse().expect(length);
            body = self.exactly(length)?;
        }
        answer.body = String::from_utf8(body).expect("it is text");
        Some(answer)
    }

    pub(crate) fn answer(&mut self) -> Answer {
        self.try_answer().expect("an answer")
    }

    /// The next text frame; `None` if the WebSocket is closed.
    pub(crate) fn try_text(&mut self) -> Option<String> {
        let head = self.exactly(2)?;
        let mut length = usize::from(head[1]);
        if length == 126 {
            let long = self.exactly(2)?;
            length = usize::from(u16::from_be_bytes([long[0], long[1]]));
        }
        let payload = self.exactly(length)?;
        match head[0] {
            0x81 => Some(String::from_utf8(payload).expect("it is text")),
            0x88 => None,
            other => panic!("no text: {other:#x}"),
        }
    }

    pub(crate) fn text(&mut self) -> String {
        self.try_text().expect("a text frame")
    }
}
