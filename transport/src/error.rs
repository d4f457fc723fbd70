//! Why a connection did not come about, or why something could not be sent or read.

use std::{io, time::Duration};

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::close::CloseReason;

/// Why [`connect`](crate::PacketSocket::connect) failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The options contradict themselves or cannot be put on the wire.
    #[error("cannot connect with these options: {0}")]
    InvalidOptions(String),
    /// No TCP connection came about: no such host, nobody listening, connection lost.
    #[error("cannot reach {address}: {source}")]
    Unreachable {
        /// Host and port that were tried.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The proxy could not be reached, or would not connect to the server.
    #[error("no connection through proxy {address}: {why}")]
    Proxy {
        /// Host and port of the proxy.
        address: String,
        /// What happened there.
        why: String,
    },
    /// No TLS session came about: the certificate is not trusted, or is another host's.
    #[error("no tls session with {address}: {source}")]
    Tls {
        /// Host and port of the server.
        address: String,
        /// What the TLS library said.
        source: io::Error,
    },
    /// The server answered the WebSocket request with a plain HTTP response, or the first poll
    /// with another status than 200.
    #[error(transparent)]
    Http(HttpRefusal),
    /// The answer to the WebSocket request was no valid WebSocket handshake.
    #[error("the server's answer is no websocket handshake: {0}")]
    Upgrade(String),
    /// The first frame was no valid Engine.IO OPEN packet.
    #[error("the engine.io handshake is invalid: {0}")]
    Open(String),
    /// The server refused the namespace: `CONNECT_ERROR` of protocol 5, ERROR of protocol 4.
    #[error(transparent)]
    Refused(Refusal),
    /// The server's CONNECT packet carried no `sid`, which Engine.IO 4 demands.
    #[error(
        "the server's connect packet has no sid: it speaks engine.io 3, as socket.io 2 does, and 4 was asked for"
    )]
    MissingSid,
    /// The connection ended before it was established.
    #[error("the connection ended during the handshake: {0}")]
    Closed(CloseReason),
    /// The time given by [`connect_timeout`](crate::ConnectOptions::connect_timeout) ran out.
    #[error("no {waiting_for} within {after:?}")]
    Timeout {
        /// The time that was given.
        after: Duration,
        /// What did not arrive.
        waiting_for: Stage,
    },
}

/// A step of the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// The TCP connection, name lookup included.
    Tcp,
    /// The TLS session.
    Tls,
    /// The HTTP answer to the WebSocket request or the first poll.
    Upgrade,
    /// The Engine.IO OPEN packet.
    Open,
    /// The Socket.IO CONNECT packet for the namespace.
    Connect,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp connection",
            Self::Tls => "tls session",
            Self::Upgrade => "http answer",
            Self::Open => "engine.io open packet",
            Self::Connect => "socket.io connect packet",
        })
    }
}

/// A plain HTTP answer where a WebSocket was asked for, or a refusal of the first poll, such as
/// 400, 401 or 431.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
pub struct HttpRefusal {
    /// The status code.
    pub status: u16,
    /// The header fields in order, values as text (bytes that are not UTF-8 are replaced).
    pub headers: Vec<(String, String)>,
    /// The body, at most 64 KiB of it.
    pub body: Bytes,
}

impl HttpRefusal {
    /// Where a redirection leads. It is not followed: the application decides which host it
    /// talks to.
    pub fn location(&self) -> Option<&str> {
        let redirects = (300..400).contains(&self.status);
        self.header("location").filter(|_| redirects)
    }

    /// Whether the answer is a page for people.
    pub fn is_web_page(&self) -> bool {
        self.header("content-type").is_some_and(is_html)
    }

    /// How long the server asks to wait before the next attempt, if it says so in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header("retry-after")?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    fn header(&self, wanted: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(found.1.as_str())
    }

    /// What was found, in a sentence.
    fn told(&self) -> String {
        let status = self.status;
        if let Some(location) = self.location() {
            return format!(
                "the server moves clients to {} (http status {status}); connect there instead",
                shown(location)
            );
        }
        let body = String::from_utf8_lossy(&self.body);
        if self.is_web_page() {
            let title = title_of(&body).map_or_else(String::new, |title| {
                format!(" with the title '{}'", shown(title))
            });
            return format!(
                "there is a web page{title} and no socket.io server (http status {status}); \
                 check the address and the path"
            );
        }
        format!(
            "the server refused the connection with http status {status}: {}",
            shown(&body)
        )
    }

    /// The Engine.IO error code (0 to 5, for example 5 for an unsupported protocol version), if
    /// the body is the JSON object that Engine.IO servers send: socketioxide to everybody, the
    /// JavaScript servers only to polling clients. To others they send the bare message.
    pub fn engine_code(&self) -> Option<u64> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Code {
            Number(u64),
            Text(String),
        }
        #[derive(serde::Deserialize)]
        struct Body {
            code: Code,
        }
        match serde_json::from_slice::<Body>(&self.body).ok()?.code {
            Code::Number(code) => Some(code),
            Code::Text(code) => code.parse().ok(),
        }
    }
}

/// A namespace that was refused by the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server refused namespace {namespace}: {}", .data.as_deref().map_or_else(|| "no reason given".into(), shown))]
pub struct Refusal {
    /// The namespace of the packet.
    pub namespace: String,
    /// The payload as it arrived: an object with `message` (and perhaps `data`) in protocol 5,
    /// a string or object in protocol 4.
    pub data: Option<String>,
}

impl Refusal {
    /// The message for people: the string itself, or the member `message` of the object.
    pub fn message(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Object {
            message: String,
        }
        let json = self.data.as_deref()?;
        // One shape after the other: an untagged enum would fail on numbers like 1e400.
        let object = || serde_json::from_str::<Object>(json).map(|object| object.message);
        serde_json::from_str(json).or_else(|_| object()).ok()
    }

    /// The member `data` of the object: what the application attached to its error.
    pub fn details(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Object {
            data: Box<RawValue>,
        }
        let object: Object = serde_json::from_str(self.data.as_deref()?).ok()?;
        Some(object.data.get().to_owned())
    }
}

/// Why something could not be sent. `T` is what comes back from a connection that has ended: the
/// [`Packet`](crate::Packet) or [`Frame`](crate::Frame) that was to be sent, so that it can be
/// sent on the next one; nothing where there is nothing to give back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError<T = ()> {
    /// The connection has ended or is closing. Nothing of it has been queued.
    #[error("the connection is closed")]
    Closed(T),
    /// The packet cannot be written in the format of the wire.
    #[error("cannot encode the packet: {0}")]
    Encode(#[from] EncodeError),
}

impl<T> SendError<T> {
    /// The same error without what came back.
    pub fn forget(self) -> SendError {
        match self {
            Self::Closed(_) => SendError::Closed(()),
            Self::Encode(error) => SendError::Encode(error),
        }
    }
}

/// Why a packet has no place on the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The namespace contains a comma, which ends a namespace on the wire.
    #[error("namespace '{0}' contains a comma")]
    Namespace(String),
    /// The acknowledgement id does not fit the published codec.
    #[error("ack id {0} is larger than {max}", max = i64::MAX)]
    AckId(u64),
    /// The arguments are not the text of a JSON array.
    #[error("arguments are not a json array: {0}")]
    Arguments(String),
}

/// Why an inbound frame or packet is invalid. Ends the connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The first character of a text frame names no Engine.IO packet.
    #[error("unknown engine.io packet type")]
    EnginePacket,
    /// An OPEN packet on a connection that is open already.
    #[error("second engine.io open packet")]
    SecondOpen,
    /// A binary frame of Engine.IO 3 that does not start with the byte `0x04`.
    #[error("binary frame without the engine.io 3 prefix byte 4")]
    BinaryPrefix,
    /// The first character of a message names no Socket.IO packet.
    #[error("unknown socket.io packet type")]
    PacketType,
    /// The number of attachments of a binary packet is missing or no number.
    #[error("binary packet without a valid number of attachments")]
    AttachmentCount,
    /// The acknowledgement id is missing where one is needed, or too large.
    #[error("missing or invalid ack id")]
    AckId,
    /// The payload is no JSON, or not of the kind that the packet type needs.
    #[error("invalid payload: {0}")]
    Payload(String),
    /// A text packet arrived where an attachment was due.
    #[error("text packet while attachments are due")]
    AttachmentExpected,
    /// An attachment arrived that no packet announced.
    #[error("binary frame that no packet announced")]
    AttachmentUnexpected,
    /// A placeholder in a binary packet names no attachment of it.
    #[error("placeholder without an attachment")]
    Placeholder,
}

/// Whether a content type is that of a page.
pub(crate) fn is_html(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml")
}

/// The title of a page, if it has one where pages have it.
fn title_of(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim()).filter(|title| !title.is_empty())
}

/// The beginning of a text from the network, fit for one line of an error.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 160;
    let mut line = String::new();
    for character in text.chars().take(MOST) {
        match character {
            // What is shown is often JSON, which has to stay readable.
            '"' | '\'' => line.push(character),
            other => line.extend(other.escape_debug()),
        }
    }
    if text.chars().nth(MOST).is_some() {
        line.push_str("...");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_both_protocols_are_read() {
        let refusal = |data: &str| Refusal {
            namespace: "/x".into(),
            data: Some(data.into()),
        };
        let v4 = refusal(r#""Invalid namespace""#);
        assert_eq!(v4.message().as_deref(), Some("Invalid namespace"));
        assert_eq!(v4.details(), None);
        let v5 = refusal(r#"{"message":"no","data":{"n":1e400}}"#);
        assert_eq!(v5.message().as_deref(), Some("no"));
        assert_eq!(v5.details().as_deref(), Some(r#"{"n":1e400}"#));
        let text = r#"the server refused namespace /x: {"message":1}"#;
        assert_eq!(refusal(r#"{"message":1}"#).to_string(), text);
    }

    #[test]
    fn http_refusals_tell_the_engine_code() {
        let mut refusal = HttpRefusal {
            status: 400,
            headers: Vec::new(),
            body: Bytes::from_static(br#"{"code":5,"message":"Unsupported protocol version"}"#),
        };
        assert_eq!(refusal.engine_code(), Some(5));
        refusal.body = Bytes::from_static(br#"{"code":"3","message":"Bad request"}"#);
        assert_eq!(refusal.engine_code(), Some(3));
        refusal.body = Bytes::from_static(b"no\n");
        assert_eq!(refusal.engine_code(), None);
        let text = r"the server refused the connection with http status 400: no\n";
        assert_eq!(refusal.to_string(), text);
    }

    #[test]
    fn what_was_found_is_said() {
        let refusal = |status, name: &str, value: &str, body: &'static str| HttpRefusal {
            status,
            headers: vec![(name.to_owned(), value.to_owned())],
            body: Bytes::from_static(body.as_bytes()),
        };
        let moved = refusal(301, "Location", "https://relay.example/x", "");
        assert_eq!(
            moved.to_string(),
            "the server moves clients to https://relay.example/x (http status 301); connect \
             there instead"
        );
        let page = "<!DOCTYPE html><title>My app</title>";
        let page = refusal(200, "content-type", "text/html; charset=utf-8", page);
        assert_eq!(
            page.to_string(),
            "there is a web page with the title 'My app' and no socket.io server (http status \
             200); check the address and the path"
        );
        let later = refusal(429, "Retry-After", " 7 ", "slow down");
        assert_eq!(later.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!((later.location(), later.is_web_page()), (None, false));
    }
}
