//! WebSocket for a server, without input and output: RFC 6455.
//!
//! # Why not a codec that exists
//!
//! Measured once, in a throw-away program on a shared machine of two cores (AMD EPYC): a
//! burst of masked text messages is read, and each is written again without a mask.
//! Nothing goes over a socket. The figures are nanoseconds per message, the median of five
//! runs, and what the connection keeps after the burst. None allocates per message.
//!
//! | | 64 B | 16 KiB | kept while idle | writes into buffers of the caller |
//! |---|---|---|---|---|
//! | this module | 29 | 1,450 (7,000, see below) | 0 | yes |
//! | `soketto::base` 0.8 | 94 | 17,900 (23,700) | 0 | header only |
//! | `tungstenite` 0.30, `WebSocketContext` | 140 | 1,940 | 388 to 640 KiB | no |
//! | `fastwebsockets` 0.10 | 152 | 1,730 | 384 to 512 KiB | no |
//!
//! So the reasons are the buffers and the small messages. For large ones the last two are
//! about as fast, and keep their buffers while a connection is idle. `soketto::base` keeps
//! nothing, but it reads and writes headers only, and unmasks byte by byte.
//!
//! The figures in parentheses are those of the first run, where the buffer that is written
//! lay a few bytes below the one that is read, counted within a page. On this processor a
//! large copy between such addresses took 10,000 ns instead of 470. The first two rows were
//! measured again with 1,000 bytes before the frames in the buffer that is written. The
//! others place their buffers themselves and were not changed.

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
