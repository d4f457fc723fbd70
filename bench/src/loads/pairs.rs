//! Pairs of clients: one sends, the other receives, and acknowledges if asked to.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{Load, pacer::Pacer};
use crate::{
    Problem, frames,
    swarm::{Clients, Swarm},
};

/// How long a turn waits for a server that says nothing.
const WAIT: Duration = Duration::from_millis(100);

/// When senders send, and what is remembered of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Timing {
    /// The next message follows as soon as one has arrived.
    Closed,
    /// The same, and the time that each takes is kept.
    Timed,
    /// This many messages are sent each second, however slow the server is. What counts is
    /// the time since a message was due, so that one that has to wait counts in full.
    Paced(f64),
}

/// What a load of pairs is like.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many pairs.
    pub pairs: usize,
    /// How many messages each pair keeps under way.
    pub window: usize,
    /// How many bytes the text of a message has.
    pub payload: usize,
    /// Whether each message asks for an ack; then it has arrived when the ack has.
    pub acked: bool,
    /// When messages are sent.
    pub timing: Timing,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            pairs: 10,
            window: 64,
            payload: 64,
            acked: false,
            timing: Timing::Closed,
        }
    }
}

/// A load of pairs.
#[derive(Debug)]
pub struct Pairs {
    /// The index of the first client: senders first, then receivers in the same order.
    first: usize,
    window: usize,
    acked: bool,
    timing: Timing,
    pacer: Option<Pacer>,
    /// The pair whose turn it is to send at a fixed rate.
    turn: usize,
    stopped: bool,
    all: Vec<Pair>,
    arrived: u64,
    sent: u64,
    latencies: Vec<u64>,
    /// What a receiver gets, from behind the ack id.
    expected: Vec<u8>,
}

#[derive(Debug)]
struct Pair {
    /// The frame of an unacknowledged message.
    frame: Vec<u8>,
    /// The text of an acknowledged one, from behind the ack id.
    tail: Vec<u8>,
    next_id: u64,
    /// When the messages under way were due, oldest first.
    due: VecDeque<Instant>,
}

impl Pairs {
    /// Opens the clients of a load. Their ids begin with `prefix`.
    pub fn open(swarm: &mut Swarm, prefix: &str, shape: Shape) -> Result<Self, Problem> {
        let Shape {
            pairs,
            window,
            payload,
            acked,
            timing,
        } = shape;
        let first = swarm.clients().len();
        for role in ["s", "r"] {
            swarm.open((0..pairs).map(|pair| format!("{prefix}{role}{pair}")))?;
        }
        let text = "x".repeat(payload);
        let pairs = (0..pairs).map(|pair| {
            let tail = format!(r#"["P2P_EMIT","{prefix}r{pair}","m",["{text}"]"#);
            Pair {
                frame: frames::text(format!("42{tail},null]").as_bytes()),
                tail: (tail + "]").into_bytes(),
                next_id: 0,
                due: VecDeque::new(),
            }
        });
        Ok(Self {
            first,
            window,
            acked,
            timing,
            pacer: None,
            turn: 0,
            stopped: false,
            all: pairs.collect(),
            arrived: 0,
            sent: 0,
            latencies: Vec::new(),
            expected: format!(r#"["m","{text}"]"#).into_bytes(),
        })
    }

    /// One more message of this pair.
    fn send(&mut self, clients: &mut Clients, pair: usize, due: Option<Instant>) {
        let sender = self.first + pair;
        let Pair {
            frame,
            tail,
            next_id,
            due: under_way,
        } = &mut self.all[pair];
        if self.acked {
            let id = next_id.to_string();
            *next_id += 1;
            let pieces: [&[u8]; 3] = [b"42", id.as_bytes(), tail];
            frames::write(clients.buffer(sender), frames::TEXT, &pieces);
        } else {
            clients.send(sender, frame);
        }
        self.sent += 1;
        under_way.extend(due);
    }

    /// One message has arrived, and its answer if one was asked for.
    fn done(&mut self, clients: &mut Clients, pair: usize) {
        self.arrived += 1;
        let mut now = None;
        if self.timing != Timing::Closed {
            let time = Instant::now();
            if let Some(due) = self.all[pair].due.pop_front() {
                let latency = time.duration_since(due).as_nanos();
                self.latencies
                    .push(u64::try_from(latency).unwrap_or(u64::MAX));
            }
            now = Some(time);
        }
        if !self.stopped && self.pacer.is_none() {
            self.send(clients, pair, now);
        }
    }

    /// A packet for one of the clients.
    fn packet(&mut self, clients: &mut Clients, client: usize, text: &[u8]) -> Result<(), Problem> {
        let wrong = |expected| Problem::unexpected(client, text, expected);
        let Some(index) = client.checked_sub(self.first) else {
            return Err(wrong("nothing, as it is idle"));
        };
        let pairs = self.all.len();
        if index >= 2 * pairs {
            return Err(wrong("nothing, as it is idle"));
        }
        let digits = text.len().min(2);
        let (kind, rest) = text.split_at(digits);
        let ids = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (id, payload) = rest.split_at(ids);
        if index >= pairs && kind == b"42" && payload == self.expected {
            if self.acked {
                let pieces: [&[u8]; 3] = [b"43", id, b"[]"];
                frames::write(clients.buffer(client), frames::TEXT, &pieces);
            } else {
                self.done(clients, index - pairs);
            }
            Ok(())
        } else if index < pairs && self.acked && kind == b"43" && payload == b"[]" {
            self.done(clients, index);
            Ok(())
        } else {
            Err(wrong("the message that was sent"))
        }
    }
}

impl Load for Pairs {
    fn start(&mut self, swarm: &mut Swarm) -> Result<(), Problem> {
        self.stopped = false;
        if let Timing::Paced(rate) = self.timing {
            self.pacer = Some(Pacer::start(swarm.waker()?, rate));
            return Ok(());
        }
        let now = (self.timing == Timing::Timed).then(Instant::now);
        for pair in 0..self.all.len() {
            for _ in 0..self.window {
                self.send(swarm.clients(), pair, now);
            }
        }
        swarm.flush()
    }

    fn turn(&mut self, swarm: &mut Swarm) -> Result<(), Problem> {
        swarm.turn(Some(WAIT), &mut |clients, client, text| {
            self.packet(clients, client, text)
        })?;
        if self.stopped {
            return Ok(());
        }
        while let Some((due, count)) = self.pacer.as_mut().and_then(Pacer::burst) {
            for _ in 0..count {
                let pair = self.turn;
                self.turn = (pair + 1) % self.all.len();
                self.send(swarm.clients(), pair, Some(due));
            }
            swarm.flush()?;
        }
        Ok(())
    }

    fn arrived(&self) -> u64 {
        self.arrived
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.pacer = None;
    }

    fn complete(&self) -> bool {
        self.arrived == self.sent
    }

    fn latencies(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.latencies)
    }
}
