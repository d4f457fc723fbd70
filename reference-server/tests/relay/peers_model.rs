//! What two clients have between them beyond messages, as plain lists: stream
//! requests and what is sent ahead of their answers, APIs and calls of them.
//!
//! The model walks over its lists and shares no idea with the tables of the
//! relay. What it would send, it puts into `sent`.

use sio_p2p_server::relay::ConnectionId;

use crate::streams_model::{IDLE_MS, Open, SOURCE, Streams, part};

/// Small enough that random steps reach them.
pub(crate) const PENDING_ACKS: usize = 4;
pub(crate) const EARLY_EVENTS: usize = 2;
pub(crate) const APIS: usize = 2;
pub(crate) const STREAMS: usize = 3;

/// How long answers are waited for, in milliseconds.
pub(crate) const ACK_MS: u64 = 70;
pub(crate) const OPEN_MS: u64 = 40;

/// The ack id of every request; the relay must not care that it repeats.
pub(crate) const ASKED: u64 = 5;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Message {
        name: &'static str,
    },
    Stream {
        name: &'static str,
        v1: bool,
        stream: Stream,
    },
    Call {
        api: &'static str,
    },
}

/// Acceptor, opener, and the id of the acceptor's end.
pub(crate) type Stream = (ConnectionId, ConnectionId, &'static str);

#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) id: u64,
    pub(crate) source: ConnectionId,
    pub(crate) target: ConnectionId,
    pub(crate) what: What,
    due: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) here: Vec<(ConnectionId, &'static str)>,
    /// Links in order of making: two ends and whether they are of dialect v1.
    pub(crate) links: Vec<(ConnectionId, ConnectionId, bool)>,
    pub(crate) pending: Vec<Pending>,
    pub(crate) issued: u64,
    /// What is held, in order: its stream, its text, and its ack.
    pub(crate) held: Vec<(Stream, String, Option<u64>)>,
    /// Streams of which one request was accepted while others are still open.
    pub(crate) open: Vec<Stream>,
    pub(crate) apis: Vec<(&'static str, ConnectionId)>,
    pub(crate) streams: Streams,
    /// What the clock shows, in milliseconds.
    pub(crate) now: u64,
    pub(crate) sent: Vec<String>,
}

impl Model {
    pub(crate) fn find(&self, id: &str) -> Option<ConnectionId> {
        let mut here = self.here.iter().rev();
        here.find(|(_, name)| *name == id).map(|(who, _)| *who)
    }

    pub(crate) fn send(&mut self, to: ConnectionId, packet: &str) {
        self.sent.push(format!("{} {packet}", to.0));
    }

    fn error(&mut self, to: ConnectionId, text: &str) {
        self.send(to, &format!(r#"42["SERVER_ERROR","{text}"]"#));
    }

    pub(crate) fn missing(&mut self, to: ConnectionId, name: &str, v1: bool) {
        let text = if v1 {
            format!("Error: Could not find target client '{name}' socket")
        } else {
            format!("Error: Core: Client {name} is not connected to server")
        };
        self.error(to, &text);
    }

    fn no_stream(&mut self, to: ConnectionId, name: &str, v1: bool) {
        let text = if v1 {
            self.missing(to, name, true);
            format!("Client {name} is not registered to server")
        } else {
            format!("Stream: Client {name} is not connected to server")
        };
        self.send(to, &format!(r#"43{ASKED}["{text}"]"#));
    }

    pub(crate) fn no_api(&mut self, to: ConnectionId, api: &str) {
        let text = format!("Error: unknown-api: nobody provides an API called `{api}`");
        self.error(to, &text);
    }

    /// Enters an ack and gives up the oldest of too many.
    pub(crate) fn ask(
        &mut self,
        source: ConnectionId,
        target: ConnectionId,
        what: What,
        wait: u64,
    ) -> u64 {
        let mut own = self.pending.iter().filter(|p| p.source == source);
        let oldest = own.next().cloned();
        let given_up = oldest.filter(|_| own.count() + 1 == PENDING_ACKS);
        if let Some(Pending { id, .. }) = &given_up {
            self.pending.retain(|pending| pending.id != *id);
        }
        if let Some(given_up) = given_up {
            let text = "Error: limit-reached: one connection may have at most 4 acks under way (policy.pending_acks)";
            self.fail(given_up, text);
        }
        let id = self.issued;
        self.issued += 1;
        self.pending.push(Pending {
            id,
            source,
            target,
            what,
            due: self.now + wait,
        });
        id
    }

    /// An ack will not come.
    fn fail(&mut self, pending: Pending, text: &str) {
        self.error(pending.source, text);
        if let What::Stream { stream, .. } = pending.what {
            self.refused(stream);
        }
    }

    fn is_waiting(&self, stream: Stream) -> bool {
        let mut pending = self.pending.iter();
        pending.any(|p| matches!(p.what, What::Stream { stream: s, .. } if s == stream))
    }

    /// One request less for a stream that has not come about.
    fn refused(&mut self, stream: Stream) {
        if self.is_waiting(stream) {
            return;
        }
        if self.discard(stream) {
            let text = "Error: not-allowed: data of a stream that was refused is not delivered";
            self.error(stream.0, text);
        }
    }

    /// Forgets what is held for a stream, with its acks. True if that was anything.
    fn discard(&mut self, stream: Stream) -> bool {
        self.open.retain(|open| *open != stream);
        let before = self.held.len();
        let mut dropped = Vec::new();
        self.held.retain(|(held, _, ack)| {
            let keep = *held != stream;
            dropped.extend(ack.filter(|_| !keep));
            keep
        });
        self.pending
            .retain(|pending| !dropped.contains(&pending.id));
        self.held.len() < before
    }

    pub(crate) fn open(&mut self, who: ConnectionId, to: &'static str, id: &'static str, v1: bool) {
        let mut open = self.streams.open.iter();
        let open = open
            .by_ref()
            .filter(|stream| stream.ends[0].0 == who)
            .count();
        let asked = |p: &&Pending| p.source == who && matches!(p.what, What::Stream { .. });
        if open + self.pending.iter().filter(asked).count() >= STREAMS {
            let text = "Error: limit-reached: one connection may have at most 3 streams \
                        (policy.streams)";
            return self.send(who, &format!(r#"43{ASKED}["{text}"]"#));
        }
        let Some(target) = self.find(to) else {
            return self.no_stream(who, to, v1);
        };
        let name = self.here.iter().find(|(other, _)| *other == who).unwrap().1;
        let linked = |(a, b, dialect): &(ConnectionId, ConnectionId, bool)| {
            *dialect == v1 && ((*a, *b) == (who, target) || (*a, *b) == (target, who))
        };
        if !self.links.iter().any(linked) {
            self.links.push((who, target, v1));
        }
        let stream = (target, who, id);
        let ack = self.ask(
            who,
            target,
            What::Stream {
                name: to,
                v1,
                stream,
            },
            OPEN_MS,
        );
        let packet = request(id, to, v1).replace('}', &format!(r#","sourceClientId":"{name}"}}"#));
        self.send(target, &format!("42{ack}{packet}"));
    }

    pub(crate) fn say(
        &mut self,
        who: ConnectionId,
        to: &'static str,
        stream: &'static str,
        ack: bool,
        content: String,
    ) {
        let Some(target) = self.find(to) else {
            return self.missing(who, to, false);
        };
        let wait = ACK_MS.max(IDLE_MS);
        let ack = ack.then(|| self.ask(who, target, What::Message { name: to }, wait));
        let stream = (who, target, stream);
        if !self.is_waiting(stream) || self.open.contains(&stream) {
            let ack = ack.map(|id| id.to_string()).unwrap_or_default();
            self.streams.note(stream, part(&content), self.now);
            return self.send(target, &format!("42{ack}{content}"));
        }
        let mut ahead = self.held.iter().filter(|((from, ..), ..)| *from == who);
        if ahead.by_ref().count() < EARLY_EVENTS {
            return self.held.push((stream, content, ack));
        }
        // Too much: the requests are given up and all that was said is dropped.
        let text = "Error: limit-reached: one connection may have at most 2 \
                    events ahead of an acceptance (policy.early_events)";
        self.held.push((stream, content, ack));
        let requests = self.pending.iter().cloned();
        let requests: Vec<_> = requests
            .filter(|p| matches!(p.what, What::Stream { stream: s, .. } if s == stream))
            .collect();
        for request in requests {
            self.pending.retain(|pending| pending.id != request.id);
            self.error(request.source, text);
        }
        self.discard(stream);
        self.error(who, text);
    }

    pub(crate) fn vanish(&mut self, who: ConnectionId) {
        let name = self.here.iter().find(|(other, _)| *other == who).unwrap().1;
        self.here.retain(|(other, _)| *other != who);
        self.apis.retain(|(_, owner)| *owner != who);
        self.held.retain(|((a, b, _), ..)| *a != who && *b != who);
        self.open.retain(|(a, b, _)| *a != who && *b != who);
        self.streams.vanish(who);
        self.pending.retain(|pending| pending.source != who);
        let (owed, rest) = self.pending.drain(..).partition(|p| p.target == who);
        self.pending = rest;
        let owed: Vec<Pending> = owed;
        for Pending { source, what, .. } in owed {
            match what {
                What::Message { name } => self.missing(source, name, false),
                // The link says it.
                What::Stream { .. } => {}
                What::Call { api } => self.no_api(source, api),
            }
        }
        for (a, b, v1) in self.links.clone() {
            let peer = match (a == who, b == who) {
                (true, false) => b,
                (false, true) => a,
                _ => continue,
            };
            let prefix = if v1 { "MULTI_API_" } else { "" };
            self.send(
                peer,
                &format!(r#"42["{prefix}TARGET_DISCONNECT","{name}"]"#),
            );
        }
        self.links.retain(|(a, b, _)| *a != who && *b != who);
    }

    pub(crate) fn answer(&mut self, pending: Pending, text: &str, refuse: bool) {
        self.pending.retain(|other| other.id != pending.id);
        self.send(pending.source, &format!("43{ASKED}{text}"));
        let What::Stream { stream, v1, .. } = pending.what else {
            return;
        };
        if refuse {
            return self.refused(stream);
        }
        let ends = [(stream.1, stream.0, SOURCE), stream];
        self.streams.begin(Open { v1, ends }, self.now);
        let (now, later) = self.held.drain(..).partition(|(held, ..)| *held == stream);
        self.held = later;
        let now: Vec<(Stream, String, Option<u64>)> = now;
        for (_, content, ack) in now {
            let ack = ack.map(|id| id.to_string()).unwrap_or_default();
            self.streams.note(stream, part(&content), self.now);
            self.send(stream.1, &format!("42{ack}{content}"));
        }
        self.open.push(stream);
        if !self.is_waiting(stream) {
            self.discard(stream);
        }
    }

    pub(crate) fn create(&mut self, who: ConnectionId, api: &'static str) {
        let owner = self.apis.iter().find(|(name, _)| *name == api);
        match owner.map(|(_, owner)| *owner) {
            Some(owner) if owner == who => {}
            Some(owner) if !self.supersedes(who, owner) => {
                let text = format!("the API `{api}` is provided by another client");
                self.error(who, &format!("Error: not-allowed: {text}"));
            }
            _ if self.apis.iter().filter(|(_, owner)| *owner == who).count() == APIS => {
                let text =
                    "Error: limit-reached: one connection may have at most 2 APIs (policy.apis)";
                self.error(who, text);
            }
            _ => {
                self.apis.retain(|(name, _)| *name != api);
                self.apis.push((api, who));
            }
        }
    }

    pub(crate) fn destroy(&mut self, who: ConnectionId, api: &'static str) {
        let owner = self.apis.iter().find(|(name, _)| *name == api);
        match owner.map(|(_, owner)| *owner) {
            None => self.no_api(who, api),
            Some(owner) if owner == who || self.supersedes(who, owner) => {
                self.apis.retain(|(name, _)| *name != api);
            }
            Some(_) => {}
        }
    }

    /// True if both have the same name and `who` came later.
    fn supersedes(&self, who: ConnectionId, older: ConnectionId) -> bool {
        let name = |who| self.here.iter().find(|(other, _)| *other == who).unwrap().1;
        // Connections are numbered in the order of their coming.
        name(who) == name(older) && older < who
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now += ms;
        let now = self.now;
        // One by one: what fails may take others with it.
        loop {
            let due = self.pending.iter().filter(|pending| pending.due <= now);
            let Some(late) = due.min_by_key(|pending| (pending.due, pending.id)) else {
                break;
            };
            let late = late.clone();
            self.pending.retain(|pending| pending.id != late.id);
            let who = match &late.what {
                What::Message { name } | What::Stream { name, .. } => format!("client `{name}`"),
                What::Call { api } => format!("the API `{api}`"),
            };
            let text = format!("Error: timed-out: {who} has not answered in time");
            self.fail(late, &text);
        }
        for stream in self.streams.idle(now) {
            for (owner, peer, id) in stream.ends {
                let name = self
                    .here
                    .iter()
                    .find(|(other, _)| *other == owner)
                    .unwrap()
                    .1;
                let args = if stream.v1 {
                    format!(r#""{name}","{id}""#)
                } else {
                    format!(r#""{id}""#)
                };
                self.send(peer, &format!(r#"42["PEER_STREAM_DESTROYED",{args}]"#));
            }
        }
    }
}

pub(crate) fn request(stream: &str, to: &str, v1: bool) -> String {
    let prefix = if v1 { "MULTI_API_" } else { "" };
    format!(
        r#"["{prefix}CREATE_STREAM",{{"sourceStreamId":"o","targetStreamId":"{stream}","targetClientId":"{to}"}}]"#
    )
}
