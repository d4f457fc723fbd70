//! WebSocket for a server, without input and output: RFC 6455.

mod error;
mod handshake;
mod header;
mod mask;
mod reader;
mod writer;

pub use self::error::ReadError;
pub use self::handshake::{Handshake, HandshakeError, VERSION};
pub use self::reader::{Incoming, Reader};
pub use self::writer::{FrameHeader, frame_len, push_close, push_frame, push_pong};

/// What the frames of a server carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// A text message, in UTF-8.
    Text = 1,
    /// A binary message.
    Binary = 2,
    /// The end of the connection.
    Close = 8,
    /// A question whether the client is there.
    Ping = 9,
    /// The answer to a ping.
    Pong = 10,
}

#[cfg(test)]
mod testing;
