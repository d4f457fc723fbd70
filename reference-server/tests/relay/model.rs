//! The relay against a model that is simple enough to be believed.
//!
//! Random clients connect, write, link, join, answer and vanish. After every
//! step the relay must have sent exactly what the model says, in this order; and
//! when all have left, nothing may remain. The model keeps plain lists and walks
//! over them, so it shares no idea with the tables of the relay.

use proptest::collection::vec;
use proptest::prelude::*;
use sio_p2p_server::relay::{ConnectionId, Policy};

use crate::driver::Driver;

/// Small enough that random steps reach it.
const PENDING_ACKS: usize = 3;

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
        1 => n.prop_map(|who| Step::AnswerUnknown { who }),
    ];
    vec(step, 1..120)
}

#[derive(Debug, Default)]
struct Model {
    /// Who is connected, in order of connecting.
    here: Vec<(ConnectionId, Option<&'static str>)>,
    /// Links in order of making: two ends and whether they are of dialect v1.
    links: Vec<(ConnectionId, ConnectionId, bool)>,
    /// Room, member, in order of joining.
    members: Vec<(&'static str, ConnectionId)>,
    pending: Vec<Pending>,
    issued: u64,
}

#[derive(Debug, Clone)]
struct Pending {
    id: u64,
    source: ConnectionId,
    target: ConnectionId,
    name: &'static str,
    v1: bool,
    add: bool,
}

/// The ack id of every request; the relay must not care that it repeats.
const ASKED: u64 = 5;

impl Model {
    fn find(&self, id: &str) -> Option<ConnectionId> {
        self.here
            .iter()
            .find(|(_, name)| *name == Some(id))
            .map(|(who, _)| *who)
    }

    fn name(&self, who: ConnectionId) -> Option<&'static str> {
        self.here
            .iter()
            .find(|(other, _)| *other == who)
            .and_then(|(_, name)| *name)
    }

    fn listing(&self) -> String {
        let mut names: Vec<_> = self.here.iter().filter_map(|(_, name)| *name).collect();
        names.sort_by_key(|name| *name != "10");
        serde_json::to_string(&[names]).unwrap()
    }

    /// Enters an ack; the oldest of too many is told to its source.
    fn ask(
        &mut self,
        source: ConnectionId,
        target: ConnectionId,
        name: &'static str,
        v1: bool,
        add: bool,
        sent: &mut Vec<String>,
    ) -> u64 {
        let own: Vec<_> = self
            .pending
            .iter()
            .filter(|p| p.source == source)
            .cloned()
            .collect();
        if own.len() == PENDING_ACKS {
            let text = "Error: limit-reached: one connection may have at most 3 acks under way (policy.pending_acks)";
            let oldest = &own[0];
            sent.push(if oldest.add {
                format!("{} 43{ASKED}[\"{text}\"]", source.0)
            } else {
                format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", source.0)
            });
            self.pending.retain(|pending| pending.id != oldest.id);
        }
        let id = self.issued;
        self.issued += 1;
        self.pending.push(Pending {
            id,
            source,
            target,
            name,
            v1,
            add,
        });
        id
    }

    /// A message, and what it is to make the relay send.
    fn message(
        &mut self,
        who: ConnectionId,
        to: &'static str,
        v1: bool,
        relayed_ack: bool,
        server_ack: bool,
        content: &str,
    ) -> Vec<String> {
        let Some(target) = self.find(to) else {
            return vec![missing(who, to, v1)];
        };
        let mut sent = Vec::new();
        let id = relayed_ack.then(|| self.ask(who, target, to, v1, false, &mut sent));
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        sent.push(format!("{} 42{id}{content}", target.0));
        if server_ack {
            sent.push(format!("{} 43{ASKED}[]", who.0));
        }
        sent
    }

    fn vanish(&mut self, who: ConnectionId) -> Vec<String> {
        let mut sent = Vec::new();
        let name = self.name(who);
        self.here.retain(|(other, _)| *other != who);
        self.members.retain(|(_, member)| *member != who);
        self.pending.retain(|pending| pending.source != who);
        for owed in self.pending.iter().filter(|pending| pending.target == who) {
            let source = owed.source;
            match (owed.add, owed.v1) {
                (false, v1) => sent.push(missing(source, owed.name, v1)),
                (true, v1) => sent.extend(refusal(source, owed.name, v1)),
            }
        }
        self.pending.retain(|pending| pending.target != who);
        for (a, b, v1) in &self.links {
            let peer = match (*a == who, *b == who) {
                (true, false) => *b,
                (false, true) => *a,
                _ => continue,
            };
            let event = if *v1 {
                "MULTI_API_TARGET_DISCONNECT"
            } else {
                "TARGET_DISCONNECT"
            };
            let name = serde_json::to_string(&name).unwrap();
            sent.push(format!("{} 42[\"{event}\",{name}]", peer.0));
        }
        self.links.retain(|(a, b, _)| *a != who && *b != who);
        sent
    }

    fn add_target(&mut self, who: ConnectionId, to: &'static str, v1: bool) -> Vec<String> {
        let Some(target) = self.find(to) else {
            return refusal(who, to, v1);
        };
        let name = self.name(who);
        if name.is_none() && !v1 {
            let text = "Error: client-id-missing: \
                        a connection without a client id cannot add targets";
            return vec![format!("{} 43{ASKED}[\"{text}\"]", who.0)];
        }
        let linked = |(a, b, dialect): &(ConnectionId, ConnectionId, bool)| {
            *dialect == v1 && ((*a, *b) == (who, target) || (*a, *b) == (target, who))
        };
        if !self.links.iter().any(linked) {
            self.links.push((who, target, v1));
        }
        let mut sent = Vec::new();
        let id = self.ask(who, target, to, v1, true, &mut sent);
        let event = if v1 {
            "MULTI_API_ADD_TARGET"
        } else {
            "ADD_TARGET"
        };
        let name = serde_json::to_string(&name).unwrap();
        sent.push(format!("{} 42{id}[\"{event}\",{name}]", target.0));
        sent
    }

    fn join(&mut self, who: ConnectionId, room: &'static str) {
        if !self.members.contains(&(room, who)) {
            self.members.push((room, who));
        }
    }
}

fn missing(to: ConnectionId, target: &str, v1: bool) -> String {
    let text = if v1 {
        format!("Error: Could not find target client '{target}' socket")
    } else {
        format!("Error: Core: Client {target} is not connected to server")
    };
    format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", to.0)
}

fn refusal(to: ConnectionId, target: &str, v1: bool) -> Vec<String> {
    if v1 {
        let text = format!("Client {target} is not registered to server");
        vec![
            missing(to, target, true),
            format!("{} 43{ASKED}[\"{text}\"]", to.0),
        ]
    } else {
        let text = format!("Message: Client {target} is not connected to server");
        vec![format!("{} 43{ASKED}[\"{text}\"]", to.0)]
    }
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
        if id.is_some_and(|id| model.find(id).is_some()) {
            let id = id.unwrap_or_default();
            let text = format!(
                "p2p Socket.io lib: Duplicated clientId {id} on connect, new socket id = \
                 sid-{}, new socket with duplicated clientId will be disconnected",
                who.0
            );
            let told = format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", who.0);
            return (sent, vec![told, format!("{} 41", who.0)]);
        }
        model.here.push((who, id));
        return (sent, vec![]);
    }
    if model.here.is_empty() {
        return (vec![], vec![]);
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
        Step::Connect { .. } => unreachable!("handled above"),
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
            (
                relay.ack(who, foreign[pending % foreign.len()].id, "[]"),
                vec![],
            )
        }
        Step::AnswerUnknown { who } => (relay.ack(choose(who), model.issued, "[]"), vec![]),
    }
}

proptest! {
    #[test]
    fn the_relay_sends_exactly_what_the_model_says(steps in steps()) {
        let policy = Policy { pending_acks: PENDING_ACKS, ..Policy::default() };
        let (mut relay, mut model) = (Driver::new(policy), Model::default());
        for (number, step) in steps.iter().enumerate() {
            let (sent, expected) = apply(step, number, &mut relay, &mut model);
            prop_assert_eq!(sent, expected, "step {}: {:?}", number, step);
            let census = relay.relay.census();
            prop_assert_eq!(census.connections, model.here.len());
            prop_assert_eq!(census.pending_acks, model.pending.len());
            prop_assert_eq!(census.memberships, model.here.len() + model.members.len());
        }
        relay.all_gone();
    }
}
