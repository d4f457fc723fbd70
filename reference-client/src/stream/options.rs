//! How one end of a stream behaves.

use std::time::Duration;

/// How one end of a stream behaves. The two ends need not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// The largest chunk to send, in bytes. Default: 64 KiB.
    pub chunk_size: usize,
    /// How many chunks may be sent before the first is answered. Default: 1, as CLI-STR-10 asks.
    ///
    /// Larger windows are faster over slow networks, and only for peers of this library:
    /// JavaScript peers that fall behind forget all answers but the last.
    pub window: usize,
    /// How many received bytes are answered before the application has read them. Beyond that
    /// the peer's writer waits. Default: 256 KiB.
    pub read_buffer: usize,
    /// How long to wait for more data after the peer's end marker, counted from the last answer.
    ///
    /// JavaScript peers send the marker ahead of chunks that still wait for their turn (DEV-16);
    /// the next one of these comes a round trip after the answer to the one before. Default:
    /// 100 ms; zero if all peers are of this library.
    pub end_grace: Duration,
    /// How long a chunk may stay unanswered before the stream is destroyed. Default: for ever,
    /// because a peer that does not read may well be alive.
    pub ack_timeout: Option<Duration>,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            chunk_size: 64 << 10,
            window: 1,
            read_buffer: 256 << 10,
            end_grace: Duration::from_millis(100),
            ack_timeout: None,
        }
    }
}
