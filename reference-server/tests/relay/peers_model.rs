//! Streams and APIs against a model that is simple enough to be believed.
//!
//! Like `model`, for what two clients have between them beyond messages: stream
//! requests and what is sent ahead of their answers, APIs and calls of them. The
//! model keeps plain lists and walks over them. After every step the relay must
//! have sent exactly what the model says; when all have left, nothing remains.

use proptest::collection::vec;
use proptest::prelude::*;
use sio_p2p_server::relay::{ConnectionId, Policy};

use crate::driver::Driver;

/// Small enough that random steps reach them.
const PENDING_ACKS: usize = 4;
const EARLY_EVENTS: usize = 2;
const APIS: usize = 2;

const IDS: [&str; 3] = ["a", "b", "c"];
const STREAMS: [&str; 2] = ["s", "t"];
const NAMES: [&str; 3] = ["x", "y", "z"];

/// The ack id of every request; the relay must not care that it repeats.
const ASKED: u64 = 5;

/// One step. Numbers choose among what there is, modulo how much there is.
#[derive(Debug, Clone)]
enum Step {
    Connect(usize),
    Vanish(usize),
    Open {
        who: usize,
        to: usize,
        stream: usize,
        v1: bool,
    },
    /// Data of a stream, or the notice that it is destroyed.
    Say {
        who: usize,
        to: usize,
        stream: usize,
        ack: bool,
        destroyed: bool,
    },
    Message {
        who: usize,
        to: usize,
    },
    Create {
        who: usize,
        api: usize,
    },
    Destroy {
        who: usize,
        api: Option<usize>,
    },
    Use {
        who: usize,
        api: usize,
        ack: bool,
    },
    Answer {
        pending: usize,
        refuse: bool,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = 0..100usize;
    let id = 0..IDS.len();
    let stream = 0..STREAMS.len();
    let api = 0..NAMES.len();
    let flag = any::<bool>();
    let step = prop_oneof![
        3 => id.clone().prop_map(Step::Connect),
        1 => n.clone().prop_map(Step::Vanish),
        5 => (n.clone(), id.clone(), stream.clone(), flag)
            .prop_map(|(who, to, stream, v1)| Step::Open { who, to, stream, v1 }),
        6 => (n.clone(), id.clone(), stream, flag, flag)
            .prop_map(|(who, to, stream, ack, destroyed)| Step::Say {
                who, to, stream, ack, destroyed,
            }),
        1 => (n.clone(), id).prop_map(|(who, to)| Step::Message { who, to }),
        2 => (n.clone(), api.clone()).prop_map(|(who, api)| Step::Create { who, api }),
        1 => (n.clone(), proptest::option::weighted(0.7, api.clone()))
            .prop_map(|(who, api)| Step::Destroy { who, api }),
        3 => (n.clone(), api, flag).prop_map(|(who, api, ack)| Step::Use { who, api, ack }),
        5 => (n, proptest::bool::weighted(0.3))
            .prop_map(|(pending, refuse)| Step::Answer { pending, refuse }),
    ];
    vec(step, 1..150)
}

#[derive(Debug, Clone, PartialEq)]
enum What {
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
type Stream = (ConnectionId, ConnectionId, &'static str);

#[derive(Debug, Clone)]
struct Pending {
    id: u64,
    source: ConnectionId,
    target: ConnectionId,
    what: What,
}

#[derive(Debug, Default)]
struct Model {
    here: Vec<(ConnectionId, &'static str)>,
    /// Links in order of making: two ends and whether they are of dialect v1.
    links: Vec<(ConnectionId, ConnectionId, bool)>,
    pending: Vec<Pending>,
    issued: u64,
    /// What is held, in order: its stream, its text, and its ack.
    held: Vec<(Stream, String, Option<u64>)>,
    /// Streams of which one request was accepted while others are still open.
    open: Vec<Stream>,
    apis: Vec<(&'static str, ConnectionId)>,
    sent: Vec<String>,
}

impl Model {
    fn find(&self, id: &str) -> Option<ConnectionId> {
        let mut here = self.here.iter();
        here.find(|(_, name)| *name == id).map(|(who, _)| *who)
    }

    fn send(&mut self, to: ConnectionId, packet: &str) {
        self.sent.push(format!("{} {packet}", to.0));
    }

    fn error(&mut self, to: ConnectionId, text: &str) {
        self.send(to, &format!(r#"42["SERVER_ERROR","{text}"]"#));
    }

    fn missing(&mut self, to: ConnectionId, name: &str, v1: bool) {
        match v1 {
            true => self.error(
                to,
                &format!("Error: Could not find target client '{name}' socket"),
            ),
            false => self.error(
                to,
                &format!("Error: Core: Client {name} is not connected to server"),
            ),
        }
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

    fn no_api(&mut self, to: ConnectionId, api: &str) {
        let text = format!("Error: unknown-api: nobody provides an API called `{api}`");
        self.error(to, &text);
    }

    /// Enters an ack and gives up the oldest of too many.
    fn ask(&mut self, source: ConnectionId, target: ConnectionId, what: What) -> u64 {
        let mut own = self.pending.iter().filter(|p| p.source == source);
        let oldest = own.next().cloned();
        let given_up = oldest.filter(|_| own.count() + 1 == PENDING_ACKS);
        if let Some(Pending { id, .. }) = &given_up {
            self.pending.retain(|pending| pending.id != *id);
        }
        let id = self.issued;
        self.issued += 1;
        self.pending.push(Pending {
            id,
            source,
            target,
            what,
        });
        if let Some(given_up) = given_up {
            let text = "Error: limit-reached: one connection may have at most 4 acks under way";
            self.fail(given_up, text);
        }
        id
    }

    /// An ack will not come.
    fn fail(&mut self, pending: Pending, text: &str) {
        let What::Stream { stream, .. } = pending.what else {
            return self.error(pending.source, text);
        };
        self.send(pending.source, &format!(r#"43{ASKED}["{text}"]"#));
        self.refused(stream);
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

    fn open(&mut self, who: ConnectionId, to: &'static str, id: &'static str, v1: bool) {
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
        );
        let packet = request(id, to, v1).replace('}', &format!(r#","sourceClientId":"{name}"}}"#));
        self.send(target, &format!("42{ack}{packet}"));
    }

    fn say(
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
        let ack = ack.then(|| self.ask(who, target, What::Message { name: to }));
        let stream = (who, target, stream);
        if !self.is_waiting(stream) || self.open.contains(&stream) {
            let ack = ack.map(|id| id.to_string()).unwrap_or_default();
            return self.send(target, &format!("42{ack}{content}"));
        }
        let mut ahead = self.held.iter().filter(|((from, ..), ..)| *from == who);
        if ahead.by_ref().count() < EARLY_EVENTS {
            return self.held.push((stream, content, ack));
        }
        // Too much: the requests are refused and all that was said is dropped.
        let text = "Error: limit-reached: one connection may have at most 2 \
                    events ahead of an acceptance";
        self.held.push((stream, content, ack));
        let requests = self.pending.iter().cloned();
        let requests: Vec<_> = requests
            .filter(|p| matches!(p.what, What::Stream { stream: s, .. } if s == stream))
            .collect();
        for request in requests {
            self.pending.retain(|pending| pending.id != request.id);
            self.send(request.source, &format!(r#"43{ASKED}["{text}"]"#));
        }
        self.discard(stream);
        self.error(who, text);
    }

    fn vanish(&mut self, who: ConnectionId) {
        let name = self.here.iter().find(|(other, _)| *other == who).unwrap().1;
        self.here.retain(|(other, _)| *other != who);
        self.apis.retain(|(_, owner)| *owner != who);
        self.held.retain(|((a, b, _), ..)| *a != who && *b != who);
        self.open.retain(|(a, b, _)| *a != who && *b != who);
        self.pending.retain(|pending| pending.source != who);
        let (owed, rest) = self.pending.drain(..).partition(|p| p.target == who);
        self.pending = rest;
        let owed: Vec<Pending> = owed;
        for Pending { source, what, .. } in owed {
            match what {
                What::Message { name } => self.missing(source, name, false),
                What::Stream { name, v1, .. } => self.no_stream(source, name, v1),
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

    fn answer(&mut self, pending: Pending, text: &str, refuse: bool) {
        self.pending.retain(|other| other.id != pending.id);
        self.send(pending.source, &format!("43{ASKED}{text}"));
        let What::Stream { stream, .. } = pending.what else {
            return;
        };
        if refuse {
            return self.refused(stream);
        }
        let (now, later) = self.held.drain(..).partition(|(held, ..)| *held == stream);
        self.held = later;
        let now: Vec<(Stream, String, Option<u64>)> = now;
        for (_, content, ack) in now {
            let ack = ack.map(|id| id.to_string()).unwrap_or_default();
            self.send(stream.1, &format!("42{ack}{content}"));
        }
        self.open.push(stream);
        if !self.is_waiting(stream) {
            self.discard(stream);
        }
    }

    fn create(&mut self, who: ConnectionId, api: &'static str) {
        let owner = self.apis.iter().find(|(name, _)| *name == api);
        match owner.map(|(_, owner)| *owner) {
            Some(owner) if owner == who => {}
            Some(_) => {
                let text = format!("the API `{api}` is provided by another client");
                self.error(who, &format!("Error: not-allowed: {text}"));
            }
            None if self.apis.iter().filter(|(_, owner)| *owner == who).count() == APIS => {
                let text = "Error: limit-reached: one connection may have at most 2 APIs";
                self.error(who, text);
            }
            None => self.apis.push((api, who)),
        }
    }
}

fn request(stream: &str, to: &str, v1: bool) -> String {
    let prefix = if v1 { "MULTI_API_" } else { "" };
    format!(
        r#"["{prefix}CREATE_STREAM",{{"sourceStreamId":"o","targetStreamId":"{stream}","targetClientId":"{to}"}}]"#
    )
}

/// Does a step on the relay and on the model; returns what the relay has sent.
fn apply(step: &Step, number: usize, relay: &mut Driver, model: &mut Model) -> Vec<String> {
    if let Step::Connect(id) = *step {
        if model.find(IDS[id]).is_none() {
            let who = relay.join(IDS[id]);
            model.here.push((who, IDS[id]));
        }
        return Vec::new();
    }
    if model.here.is_empty() {
        return Vec::new();
    }
    let choose = |who: usize| model.here[who % model.here.len()].0;
    match *step {
        Step::Connect(_) => unreachable!("handled above"),
        Step::Vanish(who) => {
            let who = choose(who);
            model.vanish(who);
            relay.gone(who)
        }
        Step::Open {
            who,
            to,
            stream,
            v1,
        } => {
            let who = choose(who);
            model.open(who, IDS[to], STREAMS[stream], v1);
            relay.ask(who, ASKED, &request(STREAMS[stream], IDS[to], v1))
        }
        Step::Say {
            who,
            to,
            stream,
            ack,
            destroyed,
        } => {
            let (who, to, stream) = (choose(who), IDS[to], STREAMS[stream]);
            let (event, argument) = match destroyed {
                true => ("PEER_STREAM_DESTROYED".to_owned(), format!("\"{stream}\"")),
                false => (
                    format!("P2P_EMIT_STREAM-from-stream-{stream}"),
                    number.to_string(),
                ),
            };
            model.say(who, to, stream, ack, format!("[\"{event}\",{argument}]"));
            let json = format!(r#"["P2P_EMIT","{to}","{event}",[{argument}]]"#);
            relay.request(who, &json, &[], ack.then_some(ASKED))
        }
        Step::Message { who, to } => {
            let (who, to) = (choose(who), IDS[to]);
            match model.find(to) {
                Some(target) => model.send(target, &format!("42[\"hi\",{number}]")),
                None => model.missing(who, to, false),
            }
            relay.event(who, &format!(r#"["P2P_EMIT","{to}","hi",[{number}],null]"#))
        }
        Step::Create { who, api } => {
            let (who, api) = (choose(who), NAMES[api]);
            model.create(who, api);
            relay.event(who, &format!(r#"["CREATE_API","{api}"]"#))
        }
        Step::Destroy { who, api } => {
            let who = choose(who);
            let Some(api) = api.map(|api| NAMES[api]) else {
                model.apis.retain(|(_, owner)| *owner != who);
                return relay.event(who, r#"["DESTROY_API",""]"#);
            };
            if !model.apis.iter().any(|(name, _)| *name == api) {
                model.no_api(who, api);
            }
            model.apis.retain(|entry| *entry != (api, who));
            relay.event(who, &format!(r#"["DESTROY_API","{api}"]"#))
        }
        Step::Use { who, api, ack } => {
            let (who, api) = (choose(who), NAMES[api]);
            match model.apis.iter().find(|(name, _)| *name == api).copied() {
                Some((_, owner)) => {
                    let id = ack.then(|| model.ask(who, owner, What::Call { api }));
                    let id = id.map(|id| id.to_string()).unwrap_or_default();
                    model.send(owner, &format!("42{id}[\"{api}\",{number}]"));
                }
                None => model.no_api(who, api),
            }
            let json = format!(r#"["USE_API","{api}",{number}]"#);
            relay.request(who, &json, &[], ack.then_some(ASKED))
        }
        Step::Answer { pending, refuse } => {
            // Whoever has not been told what is asked cannot answer it.
            let held = &model.held;
            let is_held = |id: u64| held.iter().any(|(_, _, ack)| *ack == Some(id));
            let known = model.pending.iter().filter(|p| !is_held(p.id));
            let known: Vec<_> = known.cloned().collect();
            if known.is_empty() {
                return Vec::new();
            }
            let pending = known[pending % known.len()].clone();
            let (target, id) = (pending.target, pending.id);
            let text = if refuse { "[\"no\"]" } else { "[null]" };
            model.answer(pending, text, refuse);
            relay.ack(target, id, text)
        }
    }
}

proptest! {
    #[test]
    fn streams_and_apis_are_as_the_model_says(steps in steps()) {
        let mut relay = Driver::new(Policy {
            pending_acks: PENDING_ACKS,
            early_events: EARLY_EVENTS,
            apis: APIS,
            ..Policy::default()
        });
        let mut model = Model::default();
        for (number, step) in steps.iter().enumerate() {
            let sent = apply(step, number, &mut relay, &mut model);
            prop_assert_eq!(&sent, &model.sent, "step {}: {:?}", number, step);
            model.sent.clear();
            let census = relay.relay.census();
            prop_assert_eq!(census.pending_acks, model.pending.len());
            prop_assert_eq!(census.early_events, model.held.len());
            prop_assert_eq!(census.apis, model.apis.len());
            let requests = model.pending.iter();
            let requests = requests.filter(|p| matches!(p.what, What::Stream { .. }));
            prop_assert_eq!(census.stream_requests, requests.count());
        }
        relay.all_gone();
    }
}
