//! A session with what stands around it: the requests and connections of its client, who
//! writes, and the timers. All of it does what the real ones do, and no more, so a wake
//! that is missing is found. What comes of each step is compared with the [`Model`].

mod checks;

use std::time::Duration;

use bytes::Bytes;

use super::model::Model;
use super::steps::{Kind, Step};
use super::wire::{Frames, Got};
use crate::session::{Answer, Bounds, Chunk, Machine, Phase, Prober, Queue, Request, Transport};
use crate::{CloseReason, Generation, Packet, Prepared};

/// How many heartbeats may wait beside the messages of the program.
const HEARTBEATS: usize = 16;

pub(super) struct Harness {
    generation: Generation,
    bounds: Bounds,
    pub(super) machine: Machine,
    pub(super) model: Model,
    pub(super) now: Duration,
    /// When the timers look at the session.
    armed: Option<Duration>,
    /// The request that polls, and whether its answer will be lost.
    poll: Option<(Request, bool)>,
    post: Option<Request>,
    /// Every `WebSocket` that has come, oldest first.
    websockets: Vec<Prober>,
    /// Frames that are being written.
    chunk: Option<Chunk>,
    /// Something was queued that the writer was told of.
    told: bool,
    client: Frames,
    /// How many messages the program has sent.
    pub(super) sent: u32,
    /// How many of them the client has got.
    pub(super) seen: u32,
    /// The task of the WebSocket was woken in this step.
    woken: bool,
    /// The first reason of the end.
    reason: Option<CloseReason>,
}

impl Harness {
    pub(super) fn new(generation: Generation, transport: Transport, bounds: Bounds) -> Self {
        let machine = match transport {
            Transport::Polling => Machine::polling(generation, Duration::ZERO, &bounds),
            Transport::WebSocket => Machine::websocket(generation, Duration::ZERO, &bounds),
        };
        Self {
            generation,
            bounds,
            armed: machine.due(),
            websockets: machine.own_websocket().into_iter().collect(),
            machine,
            model: Model::new(generation, transport, bounds),
            now: Duration::ZERO,
            poll: None,
            post: None,
            chunk: None,
            told: false,
            client: Frames::default(),
            sent: 0,
            seen: 0,
            woken: false,
            reason: None,
        }
    }

    /// Has something happen, then those who were woken, and checks the laws.
    pub(super) fn step(&mut self, step: Step) {
        let before = (self.model.phase, self.model.probe.map(|probe| probe.which));
        // A WebSocket that does something itself needs no wake.
        let by_itself = matches!(
            step,
            Step::Probed(..) | Step::Upgrade | Step::Gone(..) | Step::Write(_) | Step::Probe { .. }
        );
        let polls = matches!(step, Step::Poll { .. });
        self.woken = false;
        self.happen(step);
        let after = (self.model.phase, self.model.probe.map(|probe| probe.which));
        let concerned = self.model.websocket.is_some() || before.1.is_some();
        if before != after && concerned && !by_itself {
            assert!(self.woken, "the task of a WebSocket was not woken");
        }
        if polls {
            self.observe();
        }
        self.laws();
    }

    /// Whether a request polls and waits.
    pub(super) fn polls(&self) -> bool {
        self.poll.is_some()
    }

    fn happen(&mut self, step: Step) {
        match step {
            Step::Poll { lost } => {
                let request = self.machine.poll();
                assert_eq!(request.map(|_| ()), self.model.poll());
                if let Ok(request) = request {
                    assert!(self.poll.is_none(), "two requests poll");
                    self.poll = Some((request, lost));
                }
            }
            Step::PollBreaks => {
                if let Some((request, _)) = self.poll.take() {
                    self.machine.poll_broke(request);
                    self.model.poll_broke(false);
                }
            }
            Step::Post => {
                let request = self.machine.post();
                assert_eq!(request.map(|_| ()), self.model.post());
                if let Ok(request) = request {
                    assert!(self.post.is_none(), "two requests bring packets");
                    self.post = Some(request);
                }
            }
            Step::PostEnds { whole } => {
                if let Some(request) = self.post.take() {
                    self.machine.post_ended(request, whole);
                    self.model.post_ended(whole);
                }
            }
            Step::Probe { asks } => {
                self.probe();
                if asks {
                    self.probed(0, &Packet::Ping("probe"));
                }
            }
            Step::Probed(back, packet) => self.probed(back, &packet),
            Step::Upgrade => {
                self.probe();
                self.probed(0, &Packet::Ping("probe"));
                self.probed(0, &Packet::Upgrade);
            }
            Step::Gone(back, reason) => {
                if let Some((which, prober)) = self.websocket(back) {
                    self.machine.websocket_gone(prober, reason);
                    self.model.gone(which, reason);
                }
            }
            Step::Write(most) => self.write(most),
            Step::Send(kind, length) => self.send(kind, length),
            Step::Receive(packet) => {
                let room = self.heartbeat_fits();
                let received = self.machine.received(&packet, self.now, &self.bounds);
                assert_eq!(received, self.model.received(&packet, self.now, room));
            }
            Step::Ping(length) => {
                let data = vec![7; length];
                let room = self.heartbeat_fits();
                self.machine.pinged(&data, &self.bounds);
                self.model.pinged(&data, room);
            }
            Step::Heard => {
                self.machine.heard(self.now, &self.bounds);
                self.model.heard(self.now);
            }
            Step::Misread => {
                self.machine.misread();
                self.model.end(CloseReason::ParseError);
            }
            Step::Wait(milliseconds) => self.wait(milliseconds),
            Step::Late(milliseconds) => {
                self.now += Duration::from_millis(milliseconds);
                if self.armed.is_some_and(|armed| armed <= self.now) {
                    self.tick();
                }
            }
            Step::Close => {
                self.machine.close(CloseReason::ServerClose, self.now);
                self.model.close(CloseReason::ServerClose, self.now);
            }
            Step::Abort(reason) => {
                self.machine.end(reason);
                self.model.end(reason);
            }
        }
        self.wake();
    }

    /// Those who were woken look at the session.
    fn wake(&mut self) {
        let wakes = self.machine.wakes();
        self.told |= wakes.frames;
        if wakes.timer
            && let Some(due) = self.machine.due()
        {
            self.armed = Some(self.armed.map_or(due, |armed| armed.min(due)));
        }
        if wakes.poll {
            self.observe();
        }
        self.woken |= wakes.websocket;
    }

    /// The request that polls looks whether there is an answer.
    fn observe(&mut self) {
        let Some((request, lost)) = self.poll else {
            return;
        };
        let waits = self.model.poll_waits();
        let items = match self.machine.answer(request) {
            Answer::Wait => return assert!(waits, "a poll waits for nothing"),
            Answer::Ended => Vec::new(),
            Answer::Packets(items) => {
                assert!(!items.is_empty());
                items
            }
        };
        assert!(!waits, "a poll has to wait");
        self.poll = None;
        let depth = self.machine.queue.depth();
        assert_eq!(
            self.machine.answer(request),
            Answer::Ended,
            "answered twice"
        );
        assert_eq!(self.machine.queue.depth(), depth);
        // On a WebSocket nothing but a `6` is left for a poll, while the session lasts.
        let upgraded = self.model.transport == Transport::WebSocket;
        if upgraded || (self.model.noop && self.model.waiting.is_empty()) {
            let ended = matches!(self.model.phase, Phase::Ended(_));
            let expected = (!ended).then(|| Got::packet("6"));
            let got: Vec<_> = items.into_iter().map(Got::from).collect();
            assert_eq!(got, Vec::from_iter(expected));
        } else if lost {
            self.model.waiting.drain(..items.len());
        } else {
            for item in items {
                self.got(&item.into());
            }
        }
        self.model.answered();
        if lost {
            self.machine.answer_lost();
            self.model.poll_broke(true);
            self.wake();
        }
    }

    /// The client has got something: what it had to get next.
    fn got(&mut self, got: &Got) {
        assert_eq!(self.model.waiting.pop_front().as_ref(), Some(got));
        if let Some(number) = got.number() {
            assert_eq!(number, self.seen, "messages come in order, each once");
            self.seen += 1;
        }
    }

    fn probe(&mut self) {
        let which = self.websockets.len();
        let prober = self.machine.probe(self.now, &self.bounds);
        assert_eq!(prober.map(|_| ()), self.model.probe(which, self.now));
        self.websockets.extend(prober);
    }

    /// The newest WebSocket, or the one so many before it.
    fn websocket(&self, back: usize) -> Option<(usize, Prober)> {
        let which = self.websockets.len().checked_sub(back + 1)?;
        Some((which, self.websockets[which]))
    }

    fn probed(&mut self, back: usize, packet: &Packet<'static>) {
        if let Some((which, prober)) = self.websocket(back) {
            let answer = self.machine.probed(prober, packet, self.now);
            assert_eq!(answer, self.model.probed(which, packet, self.now));
        }
    }

    /// The program sends a message, if it may.
    fn send(&mut self, kind: Kind, length: usize) {
        if !self.machine.takes_messages() {
            return;
        }
        let text = format!("{}:{}", self.sent, "x".repeat(length));
        let data = [&self.sent.to_be_bytes()[..], &vec![0; length]].concat();
        let depth = self.machine.queue.depth();
        if self
            .machine
            .queue
            .room(1, text.len(), &self.bounds)
            .is_none()
        {
            let Bounds {
                queue_packets,
                queue_bytes,
                ..
            } = self.bounds;
            assert!(depth.0 > 0);
            assert!(depth.0 + 1 > queue_packets || depth.1 + text.len() > queue_bytes);
            return;
        }
        let queue = &mut self.machine.queue;
        match kind {
            Kind::Text => queue.message(&[&text[..1], &text[1..]]),
            Kind::Prepared => queue.prepared(&Prepared::new(&[&text])),
            Kind::Binary => queue.binary(self.generation, &Bytes::from(data.clone())),
        }
        self.machine.queued();
        self.model.waiting.push_back(match kind {
            Kind::Text | Kind::Prepared => Got::Text(format!("4{text}")),
            Kind::Binary => Got::Binary(data),
        });
        self.sent += 1;
    }

    /// The connection takes some bytes.
    fn write(&mut self, most: usize) {
        let Queue::Frames(frames) = &mut self.machine.queue else {
            return;
        };
        if let Phase::Ended(_) = self.model.phase {
            // The connection is closed, and nothing more goes out.
            self.chunk = None;
            return;
        }
        let mut left = most;
        let mut done = false;
        while left > 0 && !done {
            let Some(chunk) = &mut self.chunk else {
                self.chunk = frames.take();
                done = self.chunk.is_none();
                continue;
            };
            if let Some(bytes) = chunk.next() {
                let part = &bytes[..bytes.len().min(left)];
                assert!(!part.is_empty(), "there is always something to be written");
                self.client.push(part);
                left -= part.len();
                let written = part.len();
                chunk.advance(written);
            } else {
                self.chunk = None;
                frames.written_out();
            }
        }
        if done {
            self.told = false;
            self.machine.written_out();
        }
        while let Some(got) = self.client.next(self.generation) {
            self.got(&got);
        }
        if done {
            assert_eq!(self.model.waiting, [], "something was not written");
            self.model.written();
        }
    }

    /// Time passes, and the timers look at the session when they have to.
    fn wait(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while let Some(armed) = self.armed.filter(|armed| *armed <= end) {
            self.now = self.now.max(armed);
            self.tick();
        }
        self.now = end;
    }

    /// Whether a heartbeat more may wait for the client.
    fn heartbeat_fits(&self) -> bool {
        self.machine.queue.depth().0 < self.bounds.queue_packets + HEARTBEATS
    }

    fn tick(&mut self) {
        let room = self.heartbeat_fits();
        self.machine.tick(self.now, &self.bounds);
        self.model.tick(self.now, room);
        let due = self.machine.due();
        assert!(due.is_none_or(|due| due > self.now), "{due:?} is past");
        self.armed = due;
        self.wake();
    }
}
