//! Why an established connection ended.

use crate::error::{DecodeError, shown};

/// Why a connection ended. Every connection ends with exactly one of these; who reads packets
/// gets it last, who sends gets it with the error, and anybody can wait for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// This side said goodbye: `close()` was called, or the last handle was dropped.
    #[error("closed by this client")]
    Local,
    /// This side dropped the connection without a goodbye: `abort()` or `hang_up()`.
    #[error("aborted by this client")]
    Aborted,
    /// The server sent a Socket.IO DISCONNECT packet for the namespace of this connection.
    #[error("the server disconnected the namespace")]
    ServerDisconnect,
    /// The server sent an Engine.IO close packet.
    #[error("the server sent an engine.io close packet")]
    EngineClose,
    /// The server sent a WebSocket close frame.
    #[error("the server closed the websocket with {}", close_text(*code, reason))]
    WebSocketClose {
        /// The status code, `None` if the frame was empty.
        code: Option<u16>,
        /// The text that came with it.
        reason: String,
    },
    /// A polling request was answered with another status than 200. The session is gone: the
    /// JavaScript servers answer 400 to whom they do not know any more.
    #[error(
        "the server answered a poll with http status {status}: {}",
        shown(body)
    )]
    HttpStatus {
        /// The status code.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// TCP ended without a WebSocket close frame: end of stream, reset, or an I/O error. On
    /// polling: a request could not be made, or its answer broke off.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// No heartbeat of the server arrived in time.
    #[error("no heartbeat of the server in time")]
    HeartbeatTimeout,
    /// The server sent more than this client is willing to take.
    #[error(transparent)]
    Limit(Limit),
    /// The server violated the WebSocket protocol.
    #[error("websocket violation: {0}")]
    WebSocket(String),
    /// The server's answer to a poll violated HTTP or the framing of polling payloads.
    #[error("polling violation: {0}")]
    Http(String),
    /// The server sent a frame that is no valid packet.
    #[error("invalid packet: {error} in {}", shown(excerpt))]
    InvalidPacket {
        /// What is wrong with it.
        error: DecodeError,
        /// The beginning of the offending text, or the size of the binary frame.
        excerpt: String,
    },
}

/// A limit of [`ConnectOptions`](crate::ConnectOptions) that the server exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// One message, a WebSocket's or one of a polling payload, was larger than
    /// `max_message_size`.
    #[error("message of {size} bytes, at most {max} are accepted")]
    MessageSize {
        /// Its size in bytes, as far as known when it was refused.
        size: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// A packet announced more attachments than `max_attachments`.
    #[error("packet with {count} attachments, at most {max} are accepted")]
    Attachments {
        /// The announced number.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A packet and its attachments together were larger than `max_packet_size`.
    #[error("packet of {size} bytes with its attachments, at most {max} are accepted")]
    PacketSize {
        /// The bytes so far.
        size: usize,
        /// The limit in bytes.
        max: usize,
    },
}

fn close_text(code: Option<u16>, reason: &str) -> String {
    match (code, reason) {
        (None, _) => "no code".to_owned(),
        (Some(code), "") => format!("code {code}"),
        (Some(code), reason) => format!("code {code}: {}", shown(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_sentence() {
        let close = |code, reason: &str| CloseReason::WebSocketClose {
            code,
            reason: reason.into(),
        };
        let texts = [
            (
                close(None, ""),
                "the server closed the websocket with no code",
            ),
            (
                close(Some(1009), ""),
                "the server closed the websocket with code 1009",
            ),
            (
                close(Some(1002), "no"),
                "the server closed the websocket with code 1002: no",
            ),
            (
                CloseReason::Limit(Limit::Attachments { count: 9, max: 3 }),
                "packet with 9 attachments, at most 3 are accepted",
            ),
        ];
        for (reason, text) in texts {
            assert_eq!(reason.to_string(), text);
        }
    }
}
