//! The short way of messages and acks against the long one.
//!
//! Two relays live through the same: one is told everything in the long way, the other
//! goes the short way wherever it is open. After every step both must have sent the
//! same, told the host the same, hold the same and have counted the same.

use std::time::Duration;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sio_p2p_protocol::{Args, ClientId, EventName, MessageRef};
use sio_p2p_server::relay::{ConnectionId, DuplicateIds, Gauges, Handshake, Policy, Request};

use crate::sides::{Sent, Side, told};

const IDS: [&str; 3] = ["a", "b", "10"];
const EVENTS: [&str; 8] = [
    "e",
    "hello",
    "P2P_EMIT_STREAM-from-stream-S",
    "P2P_EMIT_STREAM-from-stream-T",
    "PEER_STREAM_DESTROYED",
    "disconnect",
    "SUBSCRIBE_TOPIC",
    "an event whose name is too long for this policy",
];
const ARGS: [&str; 8] = [
    "[]",
    "[1]",
    "[null]",
    "[\"S\"]",
    "[ \"x\" , {\"a\":[]} ]",
    "[1,2,3,4]",
    "[1,2,3,4,5,6,7,8,9]",
    "[\"as many letters as it takes to be refused by a limit of bytes, and more\"]",
];

/// One step. Numbers choose among what there is, modulo how much there is.
#[derive(Debug, Clone)]
enum Step {
    Connect(Option<usize>),
    Vanish(usize),
    Send {
        who: usize,
        to: &'static str,
        event: &'static str,
        args: &'static str,
        form: usize,
        ack: Option<u64>,
        attached: usize,
    },
    /// Any other event, with an ack id.
    Other(usize, &'static str),
    /// Answers what was asked: the how many-th, and as whom if not as itself.
    Answer(usize, Option<usize>, &'static str),
    /// The host asks a client.
    Ask(usize),
    /// The host answers a call.
    Reply(u64),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = || 0..100_usize;
    let to = select(vec![
        "a",
        "b",
        "10",
        "a",
        "b",
        "nobody",
        "svc",
        "x--server-side",
    ]);
    let event = prop_oneof![3 => Just("e"), 4 => select(&EVENTS[..])];
    let send = (
        n(),
        to,
        event,
        select(&ARGS[..]),
        0..5_usize,
        proptest::option::weighted(0.6, 0..9_u64),
        prop_oneof![3 => Just(0), 1 => 1..40_usize],
    );
    let other = select(vec![
        r#"["ADD_TARGET","a"]"#,
        r#"["LIST_CLIENTS"]"#,
        r#"["CREATE_STREAM",{"sourceClientId":"a","targetClientId":"b","sourceStreamId":"S","targetStreamId":"T"}]"#,
        r#"["CREATE_STREAM",{"sourceClientId":"b","targetClientId":"a","sourceStreamId":"S","targetStreamId":"T"}]"#,
        r#"["CREATE_API","x"]"#,
        r#"["USE_API","x",[1]]"#,
        r#"["P2P_EMIT",10,"e",[]]"#,
        r#"["P2P_EMIT","a","e",[],1]"#,
        r#"["P2P_EMIT","a"]"#,
    ]);
    let answer = select(vec!["[]", "[null]", " [null,{\"a\":1}] ", "[\"no\"]"]);
    let step = prop_oneof![
        3 => proptest::option::weighted(0.8, 0..IDS.len()).prop_map(Step::Connect),
        1 => n().prop_map(Step::Vanish),
        12 => send.prop_map(|(who, to, event, args, form, ack, attached)| Step::Send {
            who, to, event, args, form, ack, attached,
        }),
        4 => (n(), other).prop_map(|(who, json)| Step::Other(who, json)),
        8 => (n(), proptest::option::weighted(0.1, n()), answer)
            .prop_map(|(asked, as_other, json)| Step::Answer(asked, as_other, json)),
        1 => n().prop_map(Step::Ask),
        1 => (0..9_u64).prop_map(Step::Reply),
        2 => (1..40_u64).prop_map(Step::Wait),
    ];
    vec(step, 1..150)
}

/// What both sides have been through.
#[derive(Default)]
struct Harness {
    here: Vec<ConnectionId>,
    opened: u64,
    now: u64,
    /// Who was asked, and under which id.
    asked: Vec<(ConnectionId, u64)>,
    host_asked: u64,
}

impl Harness {
    /// Does a step on one side. What it changes here, it changes once for both.
    fn apply(&self, step: &Step, side: &mut Side) -> Vec<Sent> {
        let choose = |who: usize| self.here[who % self.here.len()];
        match step {
            Step::Connect(id) => {
                let handshake = Handshake {
                    client_id: id.map(|id| IDS[id].to_owned()),
                    sid: format!("sid-{}", self.opened),
                };
                let connection = ConnectionId(self.opened);
                side.relay
                    .connected(connection, handshake, &mut side.outbox);
            }
            Step::Wait(_) => {
                side.relay
                    .advance(Duration::from_millis(self.now), &mut side.outbox);
            }
            Step::Answer(asked, as_other, json) => {
                if let Some((who, id)) = self.asked.get(asked % self.asked.len().max(1)) {
                    let who = as_other.map_or(*who, |other| ConnectionId(other as u64));
                    return side.answer(who, *id, json);
                }
            }
            Step::Reply(id) => {
                let content = Args::default();
                side.relay.as_host(&mut side.outbox).answer(*id, content);
            }
            _ if self.here.is_empty() => {}
            Step::Vanish(who) => side.relay.gone(choose(*who), &mut side.outbox),
            Step::Ask(who) => {
                let mut host = side.relay.as_host(&mut side.outbox);
                let target = ClientId::new(IDS[who % IDS.len()]).unwrap();
                let event = EventName::new("asked by the host").unwrap();
                host.emit(&target, &event, Args::default(), Some(self.host_asked))
                    .ok();
            }
            Step::Other(who, json) => return side.receive(choose(*who), json, Some(7), vec![]),
            Step::Send {
                who,
                to,
                event,
                args,
                form,
                ack,
                attached,
            } => {
                let v1 = |name| {
                    format!(
                        r#"["{name}",{{"targetClientId":"{to}","event":"{event}","args":{args}}}]"#
                    )
                };
                let json = match form {
                    0 => v1("P2P_EMIT"),
                    1 => v1("P2P_EMIT_ACKNOWLEDGE"),
                    2 => format!(r#"["P2P_EMIT","{to}","{event}",{args},null]"#),
                    _ => format!(r#"["P2P_EMIT","{to}","{event}",{args}]"#),
                };
                let attachments = match attached {
                    0 => vec![],
                    bytes => vec![Bytes::from(vec![7; *bytes])],
                };
                return side.receive(choose(*who), &json, *ack, attachments);
            }
        }
        side.sent()
    }
}

fn policy() -> Policy {
    Policy {
        duplicate_ids: DuplicateIds::Replace,
        server_ping_timeout: Duration::from_millis(35),
        disconnect_replaced: true,
        ack_timeout: Duration::from_millis(60),
        stream_idle_timeout: Duration::from_millis(90),
        pending_acks: 4,
        event_name_bytes: 40,
        message_bytes: 64,
        arguments: 5,
        early_events: 2,
        ..Policy::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_ways_lead_to_the_same(steps in steps()) {
        let (mut long, mut short) = (Side::new(policy(), false), Side::new(policy(), true));
        let mut harness = Harness::default();
        for step in steps {
            match &step {
                Step::Connect(_) => {
                    harness.opened += 1;
                    harness.here.push(ConnectionId(harness.opened));
                }
                Step::Wait(ms) => harness.now += ms,
                Step::Ask(_) => harness.host_asked += 1,
                _ => {}
            }
            let expected = harness.apply(&step, &mut long);
            let sent = harness.apply(&step, &mut short);
            prop_assert_eq!(&sent, &expected, "{:?}", step);
            prop_assert_eq!(told(&mut short), told(&mut long), "{:?}", step);
            prop_assert_eq!(short.relay.gauges(), long.relay.gauges(), "{:?}", step);
            prop_assert_eq!(short.outbox.counters(), long.outbox.counters(), "{:?}", step);
            for (to, kind, _, _) in sent {
                let id = kind.strip_prefix("event Some(").and_then(|id| id.strip_suffix(')'));
                if let Some(id) = id {
                    harness.asked.push((ConnectionId(to), id.parse().unwrap()));
                }
            }
        }
        for connection in 1..=harness.opened {
            for side in [&mut long, &mut short] {
                side.relay.gone(ConnectionId(connection), &mut side.outbox);
            }
            prop_assert_eq!(short.sent(), long.sent());
        }
        let gauges = Gauges { host_services: 1, ..Gauges::default() };
        prop_assert_eq!(short.relay.gauges(), gauges);
        prop_assert_eq!(long.taken, 0);
    }
}

/// The two clients of most tests, connected.
fn pair(policy: Policy) -> (Side, ConnectionId, ConnectionId) {
    let mut side = Side::new(policy, true);
    let [a, b] = ["a", "b"].map(|client| {
        let connection = ConnectionId(u64::from(client.as_bytes()[0]));
        let handshake = Handshake {
            client_id: Some(client.to_owned()),
            sid: format!("sid of {client}"),
        };
        side.relay
            .connected(connection, handshake, &mut side.outbox);
        connection
    });
    told(&mut side);
    (side, a, b)
}

#[test]
fn plain_messages_and_their_acks_take_the_short_way() {
    let (mut side, a, b) = pair(Policy::default());
    let v1 = |name| format!(r#"["{name}",{{"targetClientId":"b","event":"e","args":["a"]}}]"#);
    let messages = [
        r#"["P2P_EMIT","b","e",[1]]"#.to_owned(),
        r#"["P2P_EMIT","b","P2P_EMIT_STREAM-from-stream-S",["x"]]"#.to_owned(),
        v1("P2P_EMIT"),
        v1("P2P_EMIT_ACKNOWLEDGE"),
    ];
    for (number, message) in messages.iter().enumerate() {
        side.receive(a, message, None, vec![]);
        side.receive(a, message, Some(3), vec![Bytes::from_static(b"x")]);
        assert_eq!(side.taken, 2 * number + 2, "{message}");
    }
    side.taken = 0;
    for id in 0..3 {
        side.answer(b, id, "[1]");
        side.answer(b, id, "[1]");
    }
    assert_eq!(
        side.taken, 3,
        "the first answer counts, the second is a stray"
    );
    assert_eq!(side.outbox.counters().stray_acks, 3);
}

#[test]
fn what_waits_in_the_outbox_is_not_overtaken() {
    let (mut side, a, b) = pair(Policy::default());
    let message = MessageRef::read(r#"["P2P_EMIT","b","e",[]]"#).unwrap();
    let route = side.relay.route(a, &message, Some(1), 0, &mut side.outbox);
    let id = route.unwrap().ack.unwrap();
    let request = Request::read(r#"["LIST_CLIENTS"]"#, vec![], Some(1)).unwrap();
    side.relay.received(a, request, &mut side.outbox);
    let before = side.outbox.counters().clone();
    assert_eq!(
        side.relay.route(a, &message, None, 0, &mut side.outbox),
        None
    );
    assert_eq!(side.relay.route_ack(b, id, &mut side.outbox), None);
    assert_eq!(*side.outbox.counters(), before);
    side.sent();
    assert!(side.relay.route_ack(b, id, &mut side.outbox).is_some());
}

#[test]
fn data_that_takes_the_short_way_keeps_its_stream_alive() {
    let (mut side, a, b) = pair(policy());
    let offer =
        r#"["CREATE_STREAM",{"sourceStreamId":"S","targetStreamId":"T","targetClientId":"b"}]"#;
    side.receive(a, offer, Some(1), vec![]);
    side.answer(b, 0, "[]");
    assert_eq!(side.relay.gauges().streams, 1);
    let data = r#"["P2P_EMIT","b","P2P_EMIT_STREAM-from-stream-S",["x"],null]"#;
    for (ms, streams) in [(80, 1), (160, 1), (260, 0)] {
        let now = Duration::from_millis(ms);
        side.relay.advance(now, &mut side.outbox);
        assert_eq!(side.relay.gauges().streams, streams, "after {ms} ms");
        side.sent();
        side.taken = 0;
        side.receive(a, data, None, vec![]);
        assert_eq!(side.taken, 1);
    }
}
