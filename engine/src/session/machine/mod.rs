//! What happens to a session, and what follows from it.

mod end;
mod packets;
mod polling;
mod websocket;

use std::time::Duration;

use super::heartbeat::Heartbeat;
use super::polling::Requests;
use super::probe::Probe;
use super::{Bounds, Prober, Queue, Transport, Wakes};
use crate::{CloseReason, Generation};

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It serves.
    Open,
    /// The program has closed it, and frames are being written.
    Closing(CloseReason),
    /// It has ended.
    Ended(CloseReason),
}

/// What a packet of the client means for the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received<'a> {
    /// Nothing; the session has dealt with it.
    Nothing,
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
}

/// One session.
#[derive(Debug)]
pub(crate) struct Machine {
    generation: Generation,
    phase: Phase,
    transport: Transport,
    requests: Requests,
    probe: Option<Probe>,
    /// The WebSocket that is the transport.
    websocket: Option<Prober>,
    heartbeat: Heartbeat,
    /// What waits for the client.
    pub(crate) queue: Queue,
    /// A poll that waits shall be answered, if only by a `6`.
    noop: bool,
    /// Until when a session that has ended is kept for its last poll.
    linger: Option<Duration>,
    wakes: Wakes,
}

impl Machine {
    /// A session that a polling request has opened.
    pub(crate) fn polling(generation: Generation, now: Duration, bounds: &Bounds) -> Self {
        Self {
            generation,
            phase: Phase::Open,
            transport: Transport::Polling,
            requests: Requests::default(),
            probe: None,
            websocket: None,
            heartbeat: Heartbeat::new(generation, now, bounds),
            queue: Queue::packets(),
            noop: false,
            linger: None,
            wakes: Wakes::default(),
        }
    }

    /// A session that a WebSocket has opened.
    pub(crate) fn websocket(generation: Generation, now: Duration, bounds: &Bounds) -> Self {
        let mut machine = Self::polling(generation, now, bounds);
        machine.transport = Transport::WebSocket;
        machine.queue.switch(generation);
        machine.websocket = Some(Prober(machine.requests.number()));
        machine
    }

    /// How far it has come.
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// What carries its packets.
    pub(crate) fn transport(&self) -> Transport {
        self.transport
    }

    /// Which tasks have to look at it again. What is told is forgotten.
    pub(crate) fn wakes(&mut self) -> Wakes {
        std::mem::take(&mut self.wakes)
    }

    fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }
}
