//! WebSocket for a server, without input and output: RFC 6455.
//!
//! # Why not a codec that exists
//!
//! Measured once, in a throw-away program on a shared machine of two cores: a masked text
//! message is read, and written again without a mask. Nothing goes over a socket. The
//! first two figures are nanoseconds per message (median of five runs), the third is what is kept
//! on the heap after the last message. None allocates per message.
//!
//! | | 64 B | 16 KiB | kept while idle | writes into buffers of the caller |
//! |---|---|---|---|---|
//! | this module | 30 | 7,000 | 0 | yes |
//! | `soketto::base` 0.8 | 98 | 24,000 | 0 | header only |
//! | `tungstenite` 0.30, `WebSocketContext` | 140 | 2,500 | 388 KiB | no |
//! | `fastwebsockets` 0.10 | 159 | 1,700 | 384 to 512 KiB | no |
//!
//! The last two keep their buffers while a connection is idle, at the defaults measured
//! here, and do not write into ours. `soketto::base` does neither, but it reads headers
//! only, and unmasks slowly. For large messages the last two were faster in this
//! measurement.

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
