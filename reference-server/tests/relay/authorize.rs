//! Who may do what: rules that are data, and the hook of an embedding program.

use std::sync::Arc;

use parking_lot::Mutex;
use sio_p2p_server::relay::{
    Action, Authorize, ConnectionId, ListClients, PermissionDenied, Policy, RoomEmitters,
    RoomMoves, Sender,
};

use crate::driver::Driver;

const NOTHING: Vec<String> = Vec::new();

/// Denies what it is told to, and keeps a list of all it was asked.
#[derive(Default)]
struct Authorizer {
    denies: bool,
    asked: Mutex<Vec<String>>,
}

impl Authorize for Authorizer {
    fn allows(&self, client: &Sender<'_>, action: &Action<'_>) -> Result<(), PermissionDenied> {
        let who = client.client_id.map_or("nobody", |id| id.as_str());
        self.asked.lock().push(format!("{who}: {action:?}"));
        if self.denies {
            return Err(PermissionDenied::new("closed today"));
        }
        Ok(())
    }
}

impl Authorizer {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock())
    }
}

/// A relay with an authorizer, `a` (1), `b` (2), and an API `x` of `b`'s.
fn authorized(denies: bool) -> (Driver, Arc<Authorizer>) {
    let mut relay = Driver::default();
    let authorizer = Arc::new(Authorizer {
        denies,
        ..Authorizer::default()
    });
    relay.join("a");
    let b = relay.join("b");
    relay.event(b, r#"["CREATE_API","x"]"#);
    relay
        .relay
        .set_authorizer(Arc::<Authorizer>::clone(&authorizer));
    (relay, authorizer)
}

/// Everything that a client can ask for, and how often it is judged.
const EVENTS: [(&str, usize); 19] = [
    (r#"["P2P_EMIT","b","hi",[]]"#, 1),
    (
        r#"["P2P_EMIT",{"targetClientId":"b","event":"hi","args":[]}]"#,
        1,
    ),
    (
        r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"b","event":"hi","args":[]}]"#,
        1,
    ),
    (r#"["ADD_TARGET","b"]"#, 1),
    (r#"["MULTI_API_ADD_TARGET","b"]"#, 1),
    (
        r#"["CREATE_STREAM",{"sourceStreamId":"s","targetStreamId":"t","targetClientId":"b"}]"#,
        1,
    ),
    (
        r#"["MULTI_API_CREATE_STREAM",{"sourceStreamId":"s","targetStreamId":"t","targetClientId":"b"}]"#,
        1,
    ),
    (r#"["JOIN_ROOM",["r","q"]]"#, 2),
    (r#"["JOIN_ROOM","any","r"]"#, 1),
    (r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","b","r"]"#, 1),
    (r#"["LEAVE_ROOM","r"]"#, 1),
    (r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","b","r"]"#, 1),
    (r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","r"]"#, 1),
    (r#"["EMIT_ROOM","sid-2","hi"]"#, 1),
    (r#"["LIST_CLIENTS"]"#, 1),
    (r#"["GET_CLIENT_CONNECTED_STATUS","b"]"#, 1),
    (r#"["CHECK_API_NAME","x"]"#, 1),
    (r#"["CREATE_API","y"]"#, 1),
    (r#"["USE_API","x",1]"#, 1),
];

#[test]
fn every_action_is_judged_once_and_allowed_ones_have_their_effect() {
    for (event, times) in EVENTS {
        let (mut relay, authorizer) = authorized(false);
        let (mut free, _) = authorized(false);
        let a = ConnectionId(1);
        let sent = relay.ask(a, 7, event);
        assert_eq!(authorizer.asked().len(), times, "{event}");
        assert_eq!(sent, free.ask(a, 7, event), "{event}");
        relay.all_gone();
    }
}

#[test]
fn what_is_denied_is_told_to_the_sender_and_changes_nothing() {
    let text = "Error: not-allowed: closed today";
    for (event, _) in EVENTS {
        let (mut relay, authorizer) = authorized(true);
        let before = relay.relay.gauges();
        let a = ConnectionId(1);
        let sent = relay.ask(a, 7, event);
        let expected = if event.contains("ADD_TARGET") || event.contains("CREATE_STREAM") {
            format!(r#"1 437["{text}"]"#)
        } else {
            format!(r#"1 42["SERVER_ERROR","{text}"]"#)
        };
        assert_eq!(sent, [expected], "{event}");
        assert_eq!(
            authorizer.asked().len(),
            1,
            "the first denial is enough: {event}"
        );
        assert_eq!(relay.relay.gauges(), before, "{event}");
        relay.all_gone();
    }
}

#[test]
fn giving_up_what_one_has_is_no_action_and_neither_is_answering() {
    let (mut relay, authorizer) = authorized(true);
    let b = ConnectionId(2);
    assert_eq!(relay.ask(b, 1, r#"["DESTROY_API","x"]"#), ["2 431[]"]);
    assert_eq!(relay.ack(b, 0, "[]"), NOTHING);
    assert_eq!(authorizer.asked(), NOTHING);
    relay.all_gone();
}

#[test]
fn the_hook_is_told_who_asks_for_what() {
    let (mut relay, authorizer) = authorized(false);
    let (anonymous, _) = relay.connect(None);
    relay.event(anonymous, r#"["LIST_CLIENTS"]"#);
    assert_eq!(
        authorizer.asked(),
        NOTHING,
        "without an ack id it is no request"
    );
    relay.ask(anonymous, 1, r#"["LIST_CLIENTS"]"#);
    assert_eq!(authorizer.asked(), ["nobody: ListClients"]);
    let a = ConnectionId(1);
    relay.event(a, r#"["P2P_EMIT","b","hi",[],null]"#);
    let asked = authorizer.asked().concat();
    assert!(asked.starts_with("a: Emit") && asked.contains("ack: false"));
    // A client that names itself moves nobody else.
    relay.ask(a, 2, r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","a","r"]"#);
    assert!(authorizer.asked().concat().starts_with("a: JoinRoom"));
    relay.all_gone();
}

/// What is sent when `a`, `b` and `news` have joined and `news` does the last event.
fn as_news(policy: Policy, before: &[(u64, &str)], event: &str) -> Vec<String> {
    let mut relay = Driver::new(policy);
    for client in ["a", "b", "news"] {
        relay.join(client);
    }
    for (who, event) in before {
        relay.event(ConnectionId(*who), event);
    }
    let sent = relay.ask(ConnectionId(3), 7, event);
    relay.all_gone();
    sent
}

#[test]
fn foreign_moves_can_be_kept_to_the_topics_of_a_service_or_forbidden() {
    let own = "service:news:topic:x";
    for (room, anyone, owner, nobody) in [
        (own, true, true, false),
        ("service:new:topic:x", true, false, false),
        ("service:newspaper:topic:x", true, false, false),
        ("lobby", true, false, false),
    ] {
        for (moves, allowed) in [
            (RoomMoves::Anyone, anyone),
            (RoomMoves::TopicOwner, owner),
            (RoomMoves::Nobody, nobody),
        ] {
            for event in [
                format!(r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","a","{room}"]"#),
                format!(r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","a","{room}"]"#),
                format!(r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","{room}"]"#),
            ] {
                let policy = Policy {
                    foreign_room_moves: moves,
                    ..Policy::default()
                };
                let sent = as_news(policy, &[], &event);
                let told = sent.concat();
                assert_eq!(sent.len(), 1, "{event}");
                assert_eq!(told == "3 437[]", allowed, "{moves:?} {event}: {told}");
                assert_eq!(told.contains("policy.foreign_room_moves"), !allowed);
            }
        }
    }
}

#[test]
fn rooms_can_be_left_to_their_members() {
    let event = r#"["EMIT_ROOM","r","hi"]"#;
    for (emitters, member, delivered) in [
        (RoomEmitters::Anyone, false, true),
        (RoomEmitters::Members, true, true),
        (RoomEmitters::Members, false, false),
    ] {
        let policy = Policy {
            room_emitters: emitters,
            ..Policy::default()
        };
        let mut before = vec![(1, r#"["JOIN_ROOM","r"]"#)];
        if member {
            before.push((3, r#"["JOIN_ROOM","r"]"#));
        }
        let sent = as_news(policy, &before, event);
        if delivered {
            assert_eq!(sent, [r#"1 42["hi"]"#, "3 437[]"]);
        } else {
            let text = "Error: not-allowed: only members may send to a room \
                        (policy.room_emitters)";
            assert_eq!(sent, [format!(r#"3 42["SERVER_ERROR","{text}"]"#)]);
        }
    }
}

#[test]
fn the_listing_can_be_closed() {
    let policy = Policy {
        list_clients: ListClients::Nobody,
        ..Policy::default()
    };
    let text = "Error: not-allowed: nobody may list the clients (policy.list_clients)";
    assert_eq!(
        as_news(policy.clone(), &[], r#"["LIST_CLIENTS"]"#),
        [format!(r#"3 42["SERVER_ERROR","{text}"]"#)]
    );
    let status = as_news(policy, &[], r#"["GET_CLIENT_CONNECTED_STATUS","a"]"#);
    assert_eq!(status, ["3 437[true]"]);
}
