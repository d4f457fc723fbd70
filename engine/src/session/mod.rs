//! A session: one client of Engine.IO, whatever carries its packets.
//!
//! A [`Machine`] is plain data and plain functions. It has no sockets, no tasks and no
//! clock: requests, packets, bytes that were taken and the time go in, packets and
//! [`Wakes`] come out. So tests can play any interleaving of what happens to a session.
//!
//! A session begins on polling or on a WebSocket. One on polling may be upgraded: a
//! second connection, the probe, says `2probe`, is answered `3probe`, and becomes the
//! transport with its `5`. Until then the session is on polling as before, so a probe
//! that fails changes nothing.

mod frames;
mod heartbeat;
mod machine;
mod polling;
mod probe;
mod queue;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use self::frames::{Chunk, Frames};
pub(crate) use self::machine::{Machine, Phase, Received};
pub(crate) use self::polling::{Answer, Form, Request};
pub(crate) use self::probe::Prober;
pub use self::queue::Room;
pub(crate) use self::queue::{Item, Queue};

/// What carries the packets of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// HTTP long-polling.
    Polling,
    /// A WebSocket.
    WebSocket,
}

/// The times and bounds that a session keeps to; see [`Config`](crate::Config).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
    pub(crate) upgrade_timeout: Duration,
    pub(crate) queue_packets: usize,
    pub(crate) queue_bytes: usize,
}

/// Why a request is refused. The session goes on, unless the reason says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The session has ended.
    Ended,
    /// The session is on another transport.
    TransportMismatch,
    /// Another request of the same kind is open. The session has ended of it.
    Overlap,
    /// A WebSocket probes already, or is the transport already.
    SecondWebSocket,
}

/// Which tasks have to look at the session again after something has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for another party"
)]
pub(crate) struct Wakes {
    /// The request that polls.
    pub(crate) poll: bool,
    /// The task of the WebSocket that is the transport, or of the one that probes.
    pub(crate) websocket: bool,
    /// Frames were queued that have to be written.
    pub(crate) frames: bool,
    /// Something is due earlier than before.
    pub(crate) timer: bool,
}
