//! What happens to a session, and what follows from it.

use std::time::Duration;

use bytes::Bytes;

use super::heartbeat::{Beat, Heartbeat};
use super::polling::Requests;
use super::probe::{Probe, ProbeTick};
use super::{Answer, Bounds, Item, Prober, Queue, Refusal, Request, Transport, Wakes};
use crate::packet::Packet;
use crate::{CloseReason, Generation};

/// How many bytes one polling request gets, not counting the last packet.
const ANSWER: usize = 4 << 20;

/// How long a session on polling that the server has ended is kept, so that the client can
/// fetch what is left. As long as with the official server.
const LINGER: Duration = Duration::from_secs(30);

/// The data of the heartbeats by which a probe is recognised.
const PROBE: &str = "probe";

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

    // ---- polling -----------------------------------------------------------------

    /// A request polls. It has to be [answered](Self::answer) or to be said
    /// [broken](Self::poll_broke).
    pub(crate) fn poll(&mut self) -> Result<Request, Refusal> {
        self.admit()?;
        if self.requests.get.is_some() {
            return Err(self.overlap());
        }
        let request = Request(self.requests.number());
        self.requests.get = Some(request);
        Ok(request)
    }

    /// A request brings packets. Its [end](Self::post_ended) has to be told.
    pub(crate) fn post(&mut self) -> Result<Request, Refusal> {
        self.admit()?;
        if !self.is_open() {
            return Err(Refusal::Ended);
        }
        if self.requests.post.is_some() {
            return Err(self.overlap());
        }
        let request = Request(self.requests.number());
        self.requests.post = Some(request);
        Ok(request)
    }

    /// Whether the session takes polling requests.
    fn admit(&self) -> Result<(), Refusal> {
        if self.transport == Transport::WebSocket {
            return Err(Refusal::TransportMismatch);
        }
        match self.phase {
            Phase::Ended(_) if self.linger.is_none() => Err(Refusal::Ended),
            _ => Ok(()),
        }
    }

    /// Two requests of one kind are open. No order is left that could be kept.
    fn overlap(&mut self) -> Refusal {
        self.end(CloseReason::OverlappingRequests);
        Refusal::Overlap
    }

    /// What the request that polls gets. It is over unless it has to wait.
    pub(crate) fn answer(&mut self, request: Request) -> Answer {
        if self.requests.get != Some(request) {
            return Answer::Ended;
        }
        let packets = self.queue.take(ANSWER);
        if packets.is_empty() {
            if let Phase::Ended(_) = self.phase {
                self.requests.get = None;
                self.linger = None;
                return Answer::Ended;
            }
            if self.transport == Transport::Polling && !self.noop {
                return Answer::Wait;
            }
        }
        self.noop = false;
        self.requests.get = None;
        if packets.is_empty() {
            return Answer::Packets(vec![Item::Text(Bytes::from_static(b"6"))]);
        }
        if matches!(self.phase, Phase::Ended(_)) && self.queue.depth().0 == 0 {
            // That was the last of it.
            self.linger = None;
        }
        Answer::Packets(packets)
    }

    /// The request that polls was given up before it was answered, or while it was.
    pub(crate) fn poll_broke(&mut self, request: Request) {
        if self.requests.get == Some(request) {
            self.requests.get = None;
            // On a WebSocket by now: nothing depends on the request any more.
            if self.transport == Transport::Polling {
                self.end(CloseReason::TransportError);
            }
        }
    }

    /// The answer to a request did not arrive, and the packets in it are lost.
    pub(crate) fn answer_lost(&mut self) {
        self.end(CloseReason::TransportError);
    }

    /// The request that brings packets is over.
    pub(crate) fn post_ended(&mut self, request: Request, whole: bool) {
        if self.requests.post == Some(request) {
            self.requests.post = None;
            if !whole && self.transport == Transport::Polling {
                self.end(CloseReason::TransportError);
            }
        }
    }

    // ---- WebSocket ---------------------------------------------------------------

    /// A WebSocket has come for this session.
    pub(crate) fn probe(&mut self, now: Duration, bounds: &Bounds) -> Result<Prober, Refusal> {
        if !self.is_open() {
            return Err(Refusal::Ended);
        }
        if self.transport == Transport::WebSocket || self.probe.is_some() {
            return Err(Refusal::SecondWebSocket);
        }
        let prober = Prober(self.requests.number());
        self.probe = Some(Probe::new(prober, now + bounds.upgrade_timeout));
        self.wakes.timer = true;
        Ok(prober)
    }

    /// The WebSocket that has opened the session.
    pub(crate) fn own_websocket(&self) -> Option<Prober> {
        self.websocket
    }

    /// Whether this WebSocket is the transport.
    pub(crate) fn is_transport(&self, prober: Prober) -> bool {
        self.websocket == Some(prober)
    }

    /// Whether this WebSocket probes.
    pub(crate) fn is_probe(&self, prober: Prober) -> bool {
        self.probe.is_some_and(|probe| probe.prober == prober)
    }

    /// A WebSocket that probes has sent a packet. The result is what it is answered;
    /// `Err` if it has to go. The session stays as it was then.
    pub(crate) fn probed(
        &mut self,
        prober: Prober,
        packet: &Packet<'_>,
        now: Duration,
    ) -> Result<Option<Packet<'static>>, Refusal> {
        let Some(probe) = self.probe.as_mut().filter(|probe| probe.prober == prober) else {
            return Err(Refusal::SecondWebSocket);
        };
        match packet {
            Packet::Ping(data) if *data == PROBE => {
                probe.asked(now);
                self.wakes.timer = true;
                Ok(Some(Packet::Pong(PROBE)))
            }
            // Also without a `2probe` before it, as with the official server.
            Packet::Upgrade if self.phase == Phase::Open => {
                self.upgrade(prober);
                Ok(None)
            }
            _ => {
                self.probe = None;
                Err(Refusal::SecondWebSocket)
            }
        }
    }

    /// The WebSocket becomes the transport.
    fn upgrade(&mut self, prober: Prober) {
        self.probe = None;
        self.transport = Transport::WebSocket;
        self.websocket = Some(prober);
        self.queue.switch(self.generation);
        // A poll that waits is answered by a `6`.
        self.wakes.poll = true;
        self.wakes.frames = true;
    }

    /// A WebSocket is gone, in order or not.
    pub(crate) fn websocket_gone(&mut self, prober: Prober, reason: CloseReason) {
        if self.is_probe(prober) {
            self.probe = None;
        }
        if self.is_transport(prober) {
            self.end(reason);
        }
    }

    /// All frames of a session that is being closed are written.
    pub(crate) fn written_out(&mut self) {
        if let Phase::Closing(reason) = self.phase {
            self.phase = Phase::Ended(reason);
        }
    }

    // ---- packets -----------------------------------------------------------------

    /// The client has sent something, whatever it is.
    pub(crate) fn heard(&mut self, now: Duration, bounds: &Bounds) {
        self.heartbeat.heard(now, bounds);
    }

    /// The client has sent a packet over its transport.
    pub(crate) fn received<'a>(
        &mut self,
        packet: &'a Packet<'_>,
        now: Duration,
        bounds: &Bounds,
    ) -> Received<'a> {
        if !self.is_open() {
            return Received::Nothing;
        }
        match (packet, self.generation) {
            (Packet::Message(text), _) => return Received::Text(text),
            (Packet::Binary(data), _) => return Received::Binary(data),
            (Packet::Ping(_), Generation::V3) => self.beat("3", bounds),
            (Packet::Pong(_), Generation::V4) => {
                self.heartbeat.answered(now, bounds);
                // The next is due earlier than this one was, if the timeout is longer than
                // the interval.
                self.wakes.timer = true;
            }
            // A heartbeat in the wrong direction.
            (Packet::Ping(_), Generation::V4) | (Packet::Pong(_), Generation::V3) => {
                self.end(CloseReason::ParseError);
            }
            (Packet::Close, _) => {
                self.end(CloseReason::TransportClose);
                // A poll that waits gets a `6`: the client knows that this is the end.
                if let Queue::Packets { .. } = self.queue
                    && self.queue.depth().0 > 0
                {
                    self.queue.clear();
                    self.queue.text("6");
                }
            }
            // Packets of the server, or of a probe. The official server takes no notice.
            _ => {}
        }
        Received::Nothing
    }

    /// Queues a heartbeat or the answer to one.
    fn beat(&mut self, packet: &str, bounds: &Bounds) {
        if self.queue.has_room_for_heartbeat(bounds) {
            self.queue.text(packet);
            self.queued();
        }
    }

    /// The WebSocket that is the transport has brought a ping of RFC 6455.
    pub(crate) fn pinged(&mut self, data: &[u8], bounds: &Bounds) {
        if !self.is_open() || !self.queue.has_room_for_heartbeat(bounds) {
            return;
        }
        if let Queue::Frames(frames) = &mut self.queue {
            frames.pong(data);
            self.queued();
        }
    }

    /// The client has sent what is no packet.
    pub(crate) fn misread(&mut self) {
        self.end(CloseReason::ParseError);
    }

    /// Something was queued.
    pub(crate) fn queued(&mut self) {
        match self.transport {
            Transport::Polling => self.wakes.poll = true,
            Transport::WebSocket => self.wakes.frames = true,
        }
    }

    /// Whether messages may be queued.
    pub(crate) fn takes_messages(&self) -> bool {
        self.is_open()
    }

    // ---- time and end --------------------------------------------------------------

    /// When something is due next; `None` if nothing ever is.
    pub(crate) fn due(&self) -> Option<Duration> {
        if let Phase::Ended(_) = self.phase {
            return self.linger;
        }
        let probe = self.probe.map(|probe| probe.due());
        let beat = self.heartbeat.due();
        Some(probe.map_or(beat, |due| due.min(beat)))
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Duration, bounds: &Bounds) {
        if self.linger.is_some_and(|linger| now >= linger) {
            self.linger = None;
            self.queue.clear();
            return;
        }
        if let Phase::Ended(_) = self.phase {
            return;
        }
        match self.heartbeat.tick(now, bounds) {
            Beat::Send if self.is_open() => self.beat("2", bounds),
            Beat::None | Beat::Send => {}
            Beat::Missed => self.end(CloseReason::PingTimeout),
        }
        let Some(probe) = &mut self.probe else {
            return;
        };
        match probe.tick(now) {
            ProbeTick::None => {}
            ProbeTick::Noop => {
                if self.requests.get.is_some() {
                    self.noop = true;
                    self.wakes.poll = true;
                }
            }
            ProbeTick::TimedOut => self.drop_probe(),
        }
    }

    /// Whether it has ended and nothing is kept for its client any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended(_)) && self.linger.is_none()
    }

    /// The program closes the session. What waits for the client is still delivered.
    pub(crate) fn close(&mut self, reason: CloseReason, now: Duration) {
        if !self.is_open() {
            return;
        }
        self.drop_probe();
        match &mut self.queue {
            Queue::Packets { .. } => {
                self.queue.text("1");
                self.phase = Phase::Ended(reason);
                self.linger = Some(now + LINGER);
                self.wakes.poll = true;
                self.wakes.timer = true;
            }
            Queue::Frames(frames) => {
                frames.close(None);
                self.phase = Phase::Closing(reason);
                self.wakes.frames = true;
                self.wakes.websocket = true;
            }
        }
    }

    /// The session ends at once, for this reason unless it had one already. A poll that
    /// waits learns of it.
    pub(crate) fn end(&mut self, reason: CloseReason) {
        let reason = match self.phase {
            Phase::Open => reason,
            Phase::Closing(first) => first,
            Phase::Ended(_) => return,
        };
        self.phase = Phase::Ended(reason);
        self.drop_probe();
        self.queue.clear();
        if self.requests.get.is_some() && self.transport == Transport::Polling {
            self.queue.text("1");
        }
        self.linger = None;
        self.wakes.poll = true;
        self.wakes.websocket = true;
    }

    fn drop_probe(&mut self) {
        if self.probe.take().is_some() {
            self.wakes.websocket = true;
        }
    }
}
