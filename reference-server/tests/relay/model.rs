//! The relay against a model that is simple enough to be believed.
//!
//! Random clients connect, write, link, join, answer and vanish. After every
//! step the relay must have sent exactly what the model says, in this order; and
//! when all have left, nothing may remain. The model keeps plain lists and walks
//! over them, so it shares no idea with the tables of the relay.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use sio_p2p_server::relay::{ConnectionId, DuplicateIds, Policy};

use crate::core_model::{ACK_MS, ASKED, Model, PENDING_ACKS, PER_ID, PING_MS, Pending};
use crate::driver::Driver;

const IDS: [&str; 4] = ["a", "b", "10", "__proto__"];
const ROOMS: [&str; 2] = ["r", "q"];

/// One step. Numbers choose among what there is, modulo how much there is.
#[derive(Debug, Clone)]
enum Step {
    Connect {
        id: Option<usize>,
    },
    Vanish {
        who: usize,
    },
    Emit {
        who: usize,
        to: usize,
        ack: bool,
    },
    EmitV1 {
        who: usize,
        to: usize,
        ack: bool,
    },
    EmitAcknowledge {
        who: usize,
        to: usize,
        ack: bool,
    },
    AddTarget {
        who: usize,
        to: usize,
        v1: bool,
    },
    Join {
        who: usize,
        room: usize,
    },
    Leave {
        who: usize,
        room: usize,
    },
    Move {
        who: usize,
        client: usize,
        room: usize,
    },
    Dissolve {
        who: usize,
        room: usize,
    },
    EmitRoom {
        who: usize,
        room: usize,
    },
    List {
        who: usize,
    },
    Answer {
        pending: usize,
    },
    AnswerForAnother {
        pending: usize,
        who: usize,
    },
    AnswerUnknown {
        who: usize,
    },
    Pong {
        ping: usize,
    },
    Wait {
        ms: u64,
    },
}

impl Step {
    /// Who sends something by this step, if anybody does.
    fn actor(&self, model: &Model) -> Option<ConnectionId> {
        let who = match *self {
            Self::Answer { pending } => {
                let count = model.pending.len().max(1);
                return Some(model.pending.get(pending % count)?.target);
            }
            Self::Pong { ping } => {
                let count = model.pings.len().max(1);
                return Some(model.pings.get(ping % count)?.who);
            }
            // Whether anybody answers for another depends on what there is to answer.
            Self::Connect { .. }
            | Self::Vanish { .. }
            | Self::Wait { .. }
            | Self::AnswerForAnother { .. } => return None,
            Self::Emit { who, .. }
            | Self::EmitV1 { who, .. }
            | Self::EmitAcknowledge { who, .. }
            | Self::AddTarget { who, .. }
            | Self::Join { who, .. }
            | Self::Leave { who, .. }
            | Self::Move { who, .. }
            | Self::Dissolve { who, .. }
            | Self::EmitRoom { who, .. }
            | Self::List { who }
            | Self::AnswerUnknown { who } => who,
        };
        Some(model.here[who % model.here.len()].0)
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = 0..100usize;
    let id = 0..IDS.len();
    let room = 0..ROOMS.len();
    let messages = (n.clone(), id.clone(), any::<bool>());
    let step = prop_oneof![
        4 => proptest::option::weighted(0.8, id.clone()).prop_map(|id| Step::Connect { id }),
        2 => n.clone().prop_map(|who| Step::Vanish { who }),
        3 => messages.clone().prop_map(|(who, to, ack)| Step::Emit { who, to, ack }),
        2 => messages.clone().prop_map(|(who, to, ack)| Step::EmitV1 { who, to, ack }),
        2 => messages.clone().prop_map(|(who, to, ack)| Step::EmitAcknowledge { who, to, ack }),
        4 => messages.prop_map(|(who, to, v1)| Step::AddTarget { who, to, v1 }),
        2 => (n.clone(), room.clone()).prop_map(|(who, room)| Step::Join { who, room }),
        1 => (n.clone(), room.clone()).prop_map(|(who, room)| Step::Leave { who, room }),
        1 => (n.clone(), id, room.clone())
            .prop_map(|(who, client, room)| Step::Move { who, client, room }),
        1 => (n.clone(), room.clone()).prop_map(|(who, room)| Step::Dissolve { who, room }),
        2 => (n.clone(), room).prop_map(|(who, room)| Step::EmitRoom { who, room }),
        1 => n.clone().prop_map(|who| Step::List { who }),
        3 => n.clone().prop_map(|pending| Step::Answer { pending }),
        1 => (n.clone(), n.clone())
            .prop_map(|(pending, who)| Step::AnswerForAnother { pending, who }),
        1 => n.clone().prop_map(|who| Step::AnswerUnknown { who }),
        1 => n.prop_map(|ping| Step::Pong { ping }),
        2 => (1..40u64).prop_map(|ms| Step::Wait { ms }),
    ];
    vec(step, 1..120)
}

/// Does a step on the relay and on the model. Returns what was sent and what
/// should have been.
fn apply(
    step: &Step,
    number: usize,
    relay: &mut Driver,
    model: &mut Model,
) -> (Vec<String>, Vec<String>) {
    if let Step::Connect { id } = step {
        let id = id.map(|id| IDS[id]);
        let (who, sent) = relay.connect(id);
        return (sent, model.connect(who, id));
    }
    if let Step::Wait { ms } = *step {
        let expected = model.wait(ms);
        return (relay.advance(model.now), expected);
    }
    if model.here.is_empty() {
        return (vec![], vec![]);
    }
    if let Some(who) = step.actor(model) {
        model.heard(who);
    }
    let choose = |who: usize| model.here[who % model.here.len()].0;
    let (event, v1_event) = (
        |to: &str| format!(r#"["P2P_EMIT","{to}","e",[{number}]]"#),
        |name: &str, to: &str| {
            format!(r#"["{name}",{{"targetClientId":"{to}","event":"e","args":[{number}]}}]"#)
        },
    );
    let content = format!("[\"e\",{number}]");
    match *step {
        Step::Connect { .. } | Step::Wait { .. } => unreachable!("handled above"),
        Step::Vanish { who } => {
            let who = choose(who);
            (relay.gone(who), model.vanish(who))
        }
        Step::Emit { who, to, ack } => {
            let (who, to) = (choose(who), IDS[to]);
            let sent = relay.request(who, &event(to), &[], ack.then_some(ASKED));
            (sent, model.message(who, to, false, ack, false, &content))
        }
        Step::EmitV1 { who, to, ack } => {
            let (who, to) = (choose(who), IDS[to]);
            let json = v1_event("P2P_EMIT", to);
            let sent = relay.request(who, &json, &[], ack.then_some(ASKED));
            (sent, model.message(who, to, true, false, ack, &content))
        }
        Step::EmitAcknowledge { who, to, ack } => {
            let (who, to) = (choose(who), IDS[to]);
            let json = v1_event("P2P_EMIT_ACKNOWLEDGE", to);
            let sent = relay.request(who, &json, &[], ack.then_some(ASKED));
            (sent, model.message(who, to, true, ack, false, &content))
        }
        Step::AddTarget { who, to, v1 } => {
            let (who, to) = (choose(who), IDS[to]);
            let name = if v1 {
                "MULTI_API_ADD_TARGET"
            } else {
                "ADD_TARGET"
            };
            let sent = relay.ask(who, ASKED, &format!(r#"["{name}","{to}"]"#));
            (sent, model.add_target(who, to, v1))
        }
        Step::Join { who, room } => {
            let (who, room) = (choose(who), ROOMS[room]);
            let sent = relay.ask(who, ASKED, &format!(r#"["JOIN_ROOM","{room}"]"#));
            model.join(who, room);
            (sent, vec![format!("{} 43{ASKED}[null]", who.0)])
        }
        Step::Leave { who, room } => {
            let (who, room) = (choose(who), ROOMS[room]);
            let sent = relay.ask(who, ASKED, &format!(r#"["LEAVE_ROOM","any","{room}"]"#));
            model.members.retain(|member| *member != (room, who));
            (sent, vec![format!("{} 43{ASKED}[]", who.0)])
        }
        Step::Move { who, client, room } => {
            let (who, client, room) = (choose(who), IDS[client], ROOMS[room]);
            let json = format!(r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","{client}","{room}"]"#);
            let sent = relay.ask(who, ASKED, &json);
            let answer = match model.find(client) {
                Some(client) => {
                    model.join(client, room);
                    "[]"
                }
                None => "[{}]",
            };
            (sent, vec![format!("{} 43{ASKED}{answer}", who.0)])
        }
        Step::Dissolve { who, room } => {
            let (who, room) = (choose(who), ROOMS[room]);
            let json = format!(r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","{room}"]"#);
            let sent = relay.event(who, &json);
            let told = model.members.iter().filter(|(other, _)| *other == room);
            let told = told
                .map(|(_, member)| format!("{} 42[\"{room}-TOPIC_BEING_DESTROYED\"]", member.0))
                .collect();
            model.members.retain(|(other, _)| *other != room);
            (sent, told)
        }
        Step::EmitRoom { who, room } => {
            let (who, room) = (choose(who), ROOMS[room]);
            let sent = relay.event(who, &format!(r#"["EMIT_ROOM","{room}","e",{number}]"#));
            let told = model
                .members
                .iter()
                .filter(|(other, member)| *other == room && *member != who);
            (
                sent,
                told.map(|(_, member)| format!("{} 42{content}", member.0))
                    .collect(),
            )
        }
        Step::List { who } => {
            let who = choose(who);
            let sent = relay.ask(who, ASKED, r#"["LIST_CLIENTS"]"#);
            (
                sent,
                vec![format!("{} 43{ASKED}{}", who.0, model.listing())],
            )
        }
        Step::Answer { pending } => {
            if model.pending.is_empty() {
                return (vec![], vec![]);
            }
            let Pending {
                id, source, target, ..
            } = model.pending.remove(pending % model.pending.len());
            let sent = relay.ack(target, id, &content);
            (sent, vec![format!("{} 43{ASKED}{content}", source.0)])
        }
        Step::AnswerForAnother { pending, who } => {
            let who = choose(who);
            let foreign: Vec<_> = model.pending.iter().filter(|p| p.target != who).collect();
            if foreign.is_empty() {
                return (vec![], vec![]);
            }
            let id = foreign[pending % foreign.len()].id;
            model.heard(who);
            (relay.ack(who, id, "[]"), vec![])
        }
        Step::Pong { ping } => {
            if model.pings.is_empty() {
                return (vec![], vec![]);
            }
            let ping = model.pings.remove(ping % model.pings.len());
            (relay.ack(ping.who, ping.id, "[\"pong\"]"), vec![])
        }
        Step::AnswerUnknown { who } => (relay.ack(choose(who), model.issued, "[]"), vec![]),
    }
}

fn policies() -> impl Strategy<Value = (DuplicateIds, bool)> {
    let duplicate_ids = prop_oneof![
        Just(DuplicateIds::Reject),
        Just(DuplicateIds::Replace),
        Just(DuplicateIds::Allow),
    ];
    (duplicate_ids, any::<bool>())
}

proptest! {
    #[test]
    fn the_relay_sends_exactly_what_the_model_says(
        (duplicate_ids, disconnect_replaced) in policies(),
        steps in steps(),
    ) {
        let mut relay = Driver::new(Policy {
            duplicate_ids,
            disconnect_replaced,
            connections_per_id: PER_ID,
            pending_acks: PENDING_ACKS,
            ack_timeout: Duration::from_millis(ACK_MS),
            server_ping_timeout: Duration::from_millis(PING_MS),
            ..Policy::default()
        });
        let mut model = Model {
            duplicate_ids,
            disconnect_replaced,
            ..Model::default()
        };
        for (number, step) in steps.iter().enumerate() {
            let (sent, expected) = apply(step, number, &mut relay, &mut model);
            prop_assert_eq!(sent, expected, "step {}: {:?}", number, step);
            let gauges = relay.relay.gauges();
            prop_assert_eq!(gauges.connections, model.here.len());
            prop_assert_eq!(gauges.pending_acks, model.pending.len());
            prop_assert_eq!(gauges.pings, model.pings.len());
            prop_assert_eq!(gauges.memberships, model.here.len() + model.members.len());
        }
        relay.all_gone();
    }
}
