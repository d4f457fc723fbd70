//! What a session has to do, said as plainly as possible.
//!
//! The model keeps one list of all that the client has to get, whatever carries it. It
//! knows nothing of frames, buffers, wakes and numbers of requests.

use std::collections::VecDeque;
use std::time::Duration;

use super::wire::Got;
use crate::session::{Bounds, Phase, Received, Refusal, Transport};
use crate::{CloseReason, Generation, Packet};

/// How long what is left can be fetched after the server has closed a session.
const KEPT: Duration = Duration::from_secs(30);

/// How often a poll that waits is answered while an upgrade is under way.
const PACE: Duration = Duration::from_millis(100);

/// An upgrade that is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe {
    pub(super) which: usize,
    until: Duration,
    pace: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Model {
    generation: Generation,
    bounds: Bounds,
    pub(super) phase: Phase,
    pub(super) transport: Transport,
    /// All that the client has to get, oldest first.
    pub(super) waiting: VecDeque<Got>,
    pub(super) get: bool,
    pub(super) post: bool,
    pub(super) probe: Option<Probe>,
    /// The WebSocket that is the transport.
    pub(super) websocket: Option<usize>,
    /// A poll that waits has to be answered although nothing waits for the client.
    pub(super) noop: bool,
    /// Until when a session on polling that was closed is kept.
    pub(super) kept: Option<Duration>,
    /// The last sign of life: of generation 4 only answers to heartbeats count.
    pub(super) alive: Duration,
    /// When the heartbeat was sent that is not answered yet.
    pub(super) asked: Option<Duration>,
}

impl Model {
    pub(super) fn new(generation: Generation, transport: Transport, bounds: Bounds) -> Self {
        Self {
            generation,
            bounds,
            phase: Phase::Open,
            transport,
            waiting: VecDeque::new(),
            get: false,
            post: false,
            probe: None,
            websocket: (transport == Transport::WebSocket).then_some(0),
            noop: false,
            kept: None,
            alive: Duration::ZERO,
            asked: None,
        }
    }

    fn open(&self) -> bool {
        self.phase == Phase::Open
    }

    pub(super) fn poll(&mut self) -> Result<(), Refusal> {
        self.admit()?;
        if self.get {
            self.end(CloseReason::OverlappingRequests);
            return Err(Refusal::Overlap);
        }
        self.get = true;
        Ok(())
    }

    pub(super) fn post(&mut self) -> Result<(), Refusal> {
        self.admit()?;
        if !self.open() {
            return Err(Refusal::Ended);
        }
        if self.post {
            self.end(CloseReason::OverlappingRequests);
            return Err(Refusal::Overlap);
        }
        self.post = true;
        Ok(())
    }

    fn admit(&self) -> Result<(), Refusal> {
        if self.transport == Transport::WebSocket {
            return Err(Refusal::TransportMismatch);
        }
        if self.open() || self.kept.is_some() {
            return Ok(());
        }
        Err(Refusal::Ended)
    }

    /// Whether a poll that is open has to wait.
    pub(super) fn poll_waits(&self) -> bool {
        self.open() && self.transport == Transport::Polling && self.waiting.is_empty() && !self.noop
    }

    /// A request was answered with this many of the packets that wait.
    pub(super) fn answered(&mut self) {
        self.get = false;
        self.noop = false;
        if self.waiting.is_empty() {
            self.kept = None;
        }
    }

    /// The request that polls, or its answer, did not make it.
    pub(super) fn poll_broke(&mut self, with_packets: bool) {
        self.get = false;
        if with_packets || self.transport == Transport::Polling {
            self.end(CloseReason::TransportError);
        }
    }

    pub(super) fn post_ended(&mut self, whole: bool) {
        self.post = false;
        if !whole && self.transport == Transport::Polling {
            self.end(CloseReason::TransportError);
        }
    }

    pub(super) fn probe(&mut self, which: usize, now: Duration) -> Result<(), Refusal> {
        if !self.open() {
            return Err(Refusal::Ended);
        }
        if self.transport == Transport::WebSocket || self.probe.is_some() {
            return Err(Refusal::SecondWebSocket);
        }
        self.probe = Some(Probe {
            which,
            until: now + self.bounds.upgrade_timeout,
            pace: None,
        });
        Ok(())
    }

    pub(super) fn probed(
        &mut self,
        which: usize,
        packet: &Packet<'_>,
        now: Duration,
    ) -> Result<Option<Packet<'static>>, Refusal> {
        let mut probe = match self.probe {
            Some(probe) if probe.which == which => probe,
            _ => return Err(Refusal::SecondWebSocket),
        };
        self.probe = None;
        match packet {
            Packet::Ping("probe") => {
                probe.pace = probe.pace.or(Some(now + PACE));
                self.probe = Some(probe);
                Ok(Some(Packet::Pong("probe")))
            }
            Packet::Upgrade => {
                self.transport = Transport::WebSocket;
                self.websocket = Some(which);
                Ok(None)
            }
            _ => Err(Refusal::SecondWebSocket),
        }
    }

    pub(super) fn gone(&mut self, which: usize, reason: CloseReason) {
        self.probe = self.probe.filter(|probe| probe.which != which);
        if self.websocket == Some(which) {
            self.end(reason);
        }
    }

    /// `room` says whether one heartbeat more may wait.
    pub(super) fn received(
        &mut self,
        packet: &Packet<'_>,
        now: Duration,
        room: bool,
    ) -> Received<'static> {
        if !self.open() {
            return Received::Nothing;
        }
        match packet {
            Packet::Message(_) => return Received::Text("hello"),
            Packet::Binary(_) => return Received::Binary(&[1, 2, 3]),
            Packet::Ping(_) if self.generation == Generation::V3 => {
                if room {
                    self.waiting.push_back(Got::packet("3"));
                }
            }
            Packet::Pong(_) if self.generation == Generation::V4 => {
                self.alive = now;
                self.asked = None;
            }
            Packet::Ping(_) | Packet::Pong(_) => self.end(CloseReason::ParseError),
            Packet::Close => {
                self.end(CloseReason::TransportClose);
                if let Some(last) = self.waiting.front_mut() {
                    *last = Got::packet("6");
                }
            }
            Packet::Open(_) | Packet::Upgrade | Packet::Noop => {}
        }
        Received::Nothing
    }

    pub(super) fn pinged(&mut self, data: &[u8], room: bool) {
        if self.open() && self.transport == Transport::WebSocket && room {
            self.waiting.push_back(Got::Pong(data.to_vec()));
        }
    }

    pub(super) fn heard(&mut self, now: Duration) {
        if self.generation == Generation::V3 {
            self.alive = now;
        }
    }

    /// The timers have looked at the session. `room` as above.
    pub(super) fn tick(&mut self, now: Duration, room: bool) {
        if self.kept.is_some_and(|kept| now >= kept) {
            self.kept = None;
            self.waiting.clear();
        }
        if matches!(self.phase, Phase::Ended(_)) {
            return;
        }
        let Bounds {
            ping_interval,
            ping_timeout,
            ..
        } = self.bounds;
        match (self.generation, self.asked) {
            (Generation::V3, _) => {
                if now >= self.alive + ping_interval + ping_timeout {
                    self.end(CloseReason::PingTimeout);
                }
            }
            (Generation::V4, None) => {
                let due = self.alive + ping_interval;
                if now >= due {
                    let punctual = now < due + ping_timeout / 16;
                    self.asked = Some(if punctual { due } else { now });
                    if self.open() && room {
                        self.waiting.push_back(Got::packet("2"));
                    }
                }
            }
            (Generation::V4, Some(asked)) => {
                if now >= asked + ping_timeout {
                    self.end(CloseReason::PingTimeout);
                }
            }
        }
        if let Some(probe) = &mut self.probe {
            if now >= probe.until {
                self.probe = None;
            } else if probe.pace.is_some_and(|pace| now >= pace) {
                probe.pace = Some(now + PACE);
                self.noop |= self.get;
            }
        }
    }

    pub(super) fn close(&mut self, reason: CloseReason, now: Duration) {
        if !self.open() {
            return;
        }
        self.probe = None;
        match self.transport {
            Transport::Polling => {
                self.waiting.push_back(Got::packet("1"));
                self.phase = Phase::Ended(reason);
                self.kept = Some(now + KEPT);
            }
            Transport::WebSocket => {
                self.waiting.push_back(Got::Close);
                self.phase = Phase::Closing(reason);
            }
        }
    }

    /// All that waited is written to the WebSocket.
    pub(super) fn written(&mut self) {
        if let Phase::Closing(reason) = self.phase {
            self.phase = Phase::Ended(reason);
        }
    }

    /// An end at once. What waits is lost, and the first reason counts.
    pub(super) fn end(&mut self, reason: CloseReason) {
        let reason = match self.phase {
            Phase::Ended(_) => return,
            Phase::Closing(first) => first,
            Phase::Open => reason,
        };
        self.phase = Phase::Ended(reason);
        self.probe = None;
        self.waiting.clear();
        if self.get && self.transport == Transport::Polling {
            self.waiting.push_back(Got::packet("1"));
        }
    }
}
