//! Streams and APIs against a model that is simple enough to be believed.
//!
//! Random clients ask for streams, speak too early, answer, provide, call and
//! vanish. After every step the relay must have sent exactly what the model says,
//! and hold exactly as much; when all have left, nothing remains.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use sio_p2p_server::relay::{DuplicateIds, Policy};

use crate::driver::Driver;
use crate::peers_model::{
    ACK_MS, APIS, ASKED, EARLY_EVENTS, Model, OPEN_MS, PENDING_ACKS, STREAMS as STREAM_LIMIT, What,
    request,
};
use crate::streams_model::{IDLE_MS, SOURCE};

const IDS: [&str; 3] = ["a", "b", "c"];
/// Two ends of acceptors, and that of all openers.
const STREAMS: [&str; 3] = ["s", "t", SOURCE];
const NAMES: [&str; 3] = ["x", "y", "z"];

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
        what: usize,
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
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = 0..100usize;
    let id = 0..IDS.len();
    let stream = 0..2usize;
    let end = 0..STREAMS.len();
    let api = 0..NAMES.len();
    let flag = any::<bool>();
    let step = prop_oneof![
        3 => id.clone().prop_map(Step::Connect),
        1 => n.clone().prop_map(Step::Vanish),
        5 => (n.clone(), id.clone(), stream.clone(), flag)
            .prop_map(|(who, to, stream, v1)| Step::Open { who, to, stream, v1 }),
        6 => (n.clone(), id.clone(), end, flag, 0..6usize)
            .prop_map(|(who, to, stream, ack, what)| Step::Say {
                who, to, stream, ack, what,
            }),
        2 => (1..50u64).prop_map(Step::Wait),
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

/// Does a step on the relay and on the model; returns what the relay has sent.
fn apply(
    step: &Step,
    number: usize,
    duplicates: bool,
    relay: &mut Driver,
    model: &mut Model,
) -> Vec<String> {
    if let Step::Connect(id) = *step {
        if duplicates || model.find(IDS[id]).is_none() {
            let who = relay.join(IDS[id]);
            model.here.push((who, IDS[id]));
        }
        return Vec::new();
    }
    if let Step::Wait(ms) = *step {
        model.wait(ms);
        // Streams that are idle at the same time end in any order.
        model.sent.sort();
        let mut sent = relay.advance(model.now);
        sent.sort();
        return sent;
    }
    if model.here.is_empty() {
        return Vec::new();
    }
    let choose = |who: usize| model.here[who % model.here.len()].0;
    match *step {
        Step::Connect(_) | Step::Wait(_) => unreachable!("handled above"),
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
            what,
        } => {
            let (who, to, stream) = (choose(who), IDS[to], STREAMS[stream]);
            let (event, argument) = if what == 0 {
                ("PEER_STREAM_DESTROYED".to_owned(), format!("\"{stream}\""))
            } else {
                let event = format!("P2P_EMIT_STREAM-from-stream-{stream}");
                let ends = what == 1;
                let argument = if ends {
                    "null".to_owned()
                } else {
                    number.to_string()
                };
                (event, argument)
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
            model.destroy(who, api);
            relay.event(who, &format!(r#"["DESTROY_API","{api}"]"#))
        }
        Step::Use { who, api, ack } => {
            let (who, api) = (choose(who), NAMES[api]);
            match model.apis.iter().find(|(name, _)| *name == api).copied() {
                Some((_, owner)) => {
                    let id = ack.then(|| model.ask(who, owner, What::Call { api }, ACK_MS));
                    let id = id.map(|id| id.to_string()).unwrap_or_default();
                    model.send(owner, &format!("42{id}[\"{api}\",{number}]"));
                }
                None => model.no_api(who, api),
            }
            let json = format!(r#"["USE_API","{api}",{number}]"#);
            relay.request(who, &json, &[], ack.then_some(ASKED))
        }
        Step::Answer { pending, refuse } => {
            // A client that has not got the question cannot answer it.
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
    fn streams_and_apis_are_as_the_model_says(duplicates in any::<bool>(), steps in steps()) {
        let mut relay = Driver::new(Policy {
            pending_acks: PENDING_ACKS,
            early_events: EARLY_EVENTS,
            apis: APIS,
            streams: STREAM_LIMIT,
            duplicate_ids: if duplicates { DuplicateIds::Allow } else { DuplicateIds::Reject },
            ack_timeout: Duration::from_millis(ACK_MS),
            stream_open_timeout: Duration::from_millis(OPEN_MS),
            stream_idle_timeout: Duration::from_millis(IDLE_MS),
            ..Policy::default()
        });
        let mut model = Model::default();
        for (number, step) in steps.iter().enumerate() {
            let sent = apply(step, number, duplicates, &mut relay, &mut model);
            prop_assert_eq!(&sent, &model.sent, "step {}: {:?}", number, step);
            model.sent.clear();
            let gauges = relay.relay.gauges();
            prop_assert_eq!(gauges.pending_acks, model.pending.len());
            prop_assert_eq!(gauges.early_events, model.held.len());
            prop_assert_eq!(gauges.apis, model.apis.len());
            prop_assert_eq!(gauges.streams, model.streams.open.len());
            let requests = model.pending.iter();
            let requests = requests.filter(|p| matches!(p.what, What::Stream { .. }));
            prop_assert_eq!(gauges.stream_requests, requests.count());
        }
        relay.all_gone();
    }
}
