//! What the relay does, event by event. One test per rule.

use sio_p2p_server::relay::Census;

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

/// SRV-CORE-F5, SRV-MSG-10, SRV-MSG-15: event, arguments and nothing else.
#[test]
fn a_message_reaches_its_target_in_both_dialects() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    let v2 = relay.event(a, r#"["P2P_EMIT","b","hi",[1, {"x": 2}],null]"#);
    assert_eq!(v2, [r#"2 42["hi",1, {"x": 2}]"#]);
    let v1 = relay.event(
        a,
        r#"["P2P_EMIT",{"targetClientId":"b","event":"hi","args":["a",1e400]}]"#,
    );
    assert_eq!(v1, [r#"2 42["hi","a",1e400]"#]);
}

/// SRV-MSG-23: nothing is special about oneself.
#[test]
fn a_client_can_write_to_itself() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    assert_eq!(
        relay.ask(a, 5, r#"["P2P_EMIT","a","hi",[]]"#),
        [r#"1 420["hi"]"#]
    );
    assert_eq!(relay.ack(a, 0, "[1]"), ["1 435[1]"]);
    relay.all_gone();
}

/// SRV-MSG-11: attachments and their placeholders are not touched.
#[test]
fn attachments_travel_beside_the_text() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    let json = r#"["P2P_EMIT","b","bin",[{"_placeholder":true,"num":1}],null]"#;
    let sent = relay.request(a, json, &[b"one", b""], None);
    assert_eq!(sent, [r#"2 45(3,0)-["bin",{"_placeholder":true,"num":1}]"#]);
}

/// SRV-CORE-F6, SRV-MSG-13, SRV-MSG-14, SRV-MSG-16.
#[test]
fn the_first_ack_of_the_target_reaches_the_source_verbatim() {
    let mut relay = Driver::default();
    let (a, b, c) = (relay.join("a"), relay.join("b"), relay.join("c"));
    let sent = relay.ask(
        a,
        7,
        r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"b","event":"ask","args":[]}]"#,
    );
    assert_eq!(sent, [r#"2 420["ask"]"#]);
    assert_eq!(relay.ack(c, 0, "[0]"), NOTHING, "c was not asked");
    assert_eq!(relay.ack(b, 1, "[0]"), NOTHING, "this id was not issued");
    assert_eq!(relay.ack(b, 0, "[ -0, 1 ]"), ["1 437[ -0, 1 ]"]);
    assert_eq!(relay.ack(b, 0, "[2]"), NOTHING, "it was answered already");
    relay.all_gone();
}

/// SRV-MSG-15: no ack was asked for, so none is asked of the target.
#[test]
fn an_acknowledged_message_without_ack_id_is_a_plain_one() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    let sent = relay.event(
        a,
        r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"b","event":"ask","args":[1]}]"#,
    );
    assert_eq!(sent, [r#"2 42["ask",1]"#]);
}

/// The target sees no ack id; the server itself answers who asks all the same.
#[test]
fn an_unacknowledged_message_with_ack_id_is_answered_by_the_server() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    let json =
        |target| format!(r#"["P2P_EMIT",{{"targetClientId":"{target}","event":"hi","args":[]}}]"#);
    assert_eq!(relay.ask(a, 3, &json("b")), [r#"2 42["hi"]"#, "1 433[]"]);
    assert_eq!(
        relay.ask(a, 4, &json("zz")),
        [r#"1 42["SERVER_ERROR","Error: Could not find target client 'zz' socket"]"#]
    );
}

/// SRV-CORE-F3, SRV-MSG-18: told to the source, in its dialect, and never acked.
#[test]
fn an_unknown_target_is_an_error_to_the_source() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    assert_eq!(
        relay.ask(a, 1, r#"["P2P_EMIT","zz","hi",[]]"#),
        [r#"1 42["SERVER_ERROR","Error: Core: Client zz is not connected to server"]"#]
    );
    assert_eq!(
        relay.ask(
            a,
            2,
            r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"zz","event":"hi","args":[]}]"#
        ),
        [r#"1 42["SERVER_ERROR","Error: Could not find target client 'zz' socket"]"#]
    );
    assert_eq!(relay.relay.census().pending_acks, 0);
}

/// SRV-MSG-30: the source learns it at once, and nothing is kept.
#[test]
fn a_target_that_leaves_fails_what_it_was_asked() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, r#"["P2P_EMIT","b","hi",[]]"#);
    relay.ask(
        a,
        2,
        r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"b","event":"hi","args":[]}]"#,
    );
    relay.ask(a, 3, r#"["ADD_TARGET","b"]"#);
    relay.ask(a, 4, r#"["MULTI_API_ADD_TARGET","b"]"#);
    assert_eq!(
        relay.gone(b),
        [
            r#"1 42["SERVER_ERROR","Error: Core: Client b is not connected to server"]"#,
            r#"1 42["SERVER_ERROR","Error: Could not find target client 'b' socket"]"#,
            r#"1 433["Message: Client b is not connected to server"]"#,
            r#"1 42["SERVER_ERROR","Error: Could not find target client 'b' socket"]"#,
            r#"1 434["Client b is not registered to server"]"#,
            r#"1 42["TARGET_DISCONNECT","b"]"#,
            r#"1 42["MULTI_API_TARGET_DISCONNECT","b"]"#,
        ]
    );
    relay.all_gone();
}

/// SRV-MSG-17: also if a client with the same id is back.
#[test]
fn an_answer_after_the_source_has_left_is_dropped() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, r#"["P2P_EMIT","b","hi",[]]"#);
    relay.gone(a);
    relay.join("a");
    assert_eq!(relay.ack(b, 0, "[]"), NOTHING);
    relay.all_gone();
}

/// SRV-ROB-3: whoever the target is, and whatever the form.
#[test]
fn reserved_names_are_not_delivered() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.event(b, r#"["JOIN_ROOM","r",null]"#);
    for name in [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
        "error",
    ] {
        for json in [
            format!(r#"["P2P_EMIT","b","{name}",[],null]"#),
            format!(r#"["P2P_EMIT","zz","{name}",[],null]"#),
            format!(r#"["P2P_EMIT",{{"targetClientId":"b","event":"{name}","args":[]}}]"#),
            format!(r#"["EMIT_ROOM","r","{name}"]"#),
        ] {
            let sent = relay.ask(a, 1, &json);
            assert_eq!(sent.len(), 1, "{json}");
            let expected = r#"1 42["SERVER_ERROR","Error: reserved-event-name: "#;
            assert!(sent[0].starts_with(expected), "{json}: {}", sent[0]);
        }
    }
}

/// SRV-ROB-1, SRV-ROB-5, SRV-ROB-11: an error, and the connection goes on.
#[test]
fn what_cannot_be_understood_is_answered_by_an_error() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    for json in [
        r#"["P2P_EMIT"]"#,
        r#"["P2P_EMIT",null]"#,
        r#"["P2P_EMIT",{}]"#,
        r#"["P2P_EMIT","a","hi"]"#,
        r#"["P2P_EMIT","a",{"toString":1},[]]"#,
        r#"["P2P_EMIT",{"targetClientId":"a","event":"hi","args":null}]"#,
        r#"["JOIN_ROOM"]"#,
        r#"["EMIT_ROOM","r"]"#,
        r#"["ADD_TARGET","a"]"#,
        r#"["LIST_CLIENTS"]"#,
        r#"["disconnect"]"#,
        r#"["no such event",1]"#,
    ] {
        let sent = relay.event(a, json);
        assert_eq!(sent.len(), 1, "{json}: {sent:?}");
        assert!(
            sent[0].starts_with(r#"1 42["SERVER_ERROR","Error: "#),
            "{json}: {sent:?}"
        );
    }
    assert_eq!(
        relay.event(a, r#"["P2P_EMIT","a","hi",[],null]"#),
        [r#"1 42["hi"]"#]
    );
}

/// SRV-MSG-1, SRV-MSG-24, SRV-MSG-3, SRV-MSG-25.
#[test]
fn a_target_is_asked_and_an_unknown_one_is_refused() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    assert_eq!(
        relay.ask(a, 1, r#"["ADD_TARGET","b"]"#),
        [r#"2 420["ADD_TARGET","a"]"#]
    );
    assert_eq!(relay.ack(b, 0, "[]"), ["1 431[]"]);
    assert_eq!(
        relay.ask(a, 2, r#"["MULTI_API_ADD_TARGET","b"]"#),
        [r#"2 421["MULTI_API_ADD_TARGET","a"]"#]
    );
    assert_eq!(relay.ack(b, 1, r#"["no",1]"#), [r#"1 432["no",1]"#]);
    assert_eq!(
        relay.ask(a, 3, r#"["ADD_TARGET","zz"]"#),
        [r#"1 433["Message: Client zz is not connected to server"]"#]
    );
    assert_eq!(
        relay.ask(a, 4, r#"["MULTI_API_ADD_TARGET","zz"]"#),
        [
            r#"1 42["SERVER_ERROR","Error: Could not find target client 'zz' socket"]"#,
            r#"1 434["Client zz is not registered to server"]"#,
        ]
    );
}

/// SRV-MSG-2, SRV-MSG-20, SRV-MSG-21: both directions, once, silent targets too.
#[test]
fn linked_peers_are_told_once_that_a_client_left() {
    let mut relay = Driver::default();
    let (a, b, c) = (relay.join("a"), relay.join("b"), relay.join("c"));
    relay.join("stranger");
    for (from, to) in [(c, "a"), (a, "b"), (a, "b"), (b, "a")] {
        relay.ask(from, 1, &format!(r#"["ADD_TARGET","{to}"]"#));
    }
    relay.ack(a, 0, "[]");
    relay.ack(b, 1, "[]");
    relay.ack(b, 2, "[]");
    relay.ack(a, 3, "[]");
    assert_eq!(
        relay.gone(a),
        [
            r#"3 42["TARGET_DISCONNECT","a"]"#,
            r#"2 42["TARGET_DISCONNECT","a"]"#
        ]
    );
    assert_eq!(relay.gone(a), NOTHING);
    relay.all_gone();
}

/// SRV-MSG-22, SRV-MSG-19: a link binds connections, not ids.
#[test]
fn a_link_does_not_survive_its_connection() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, r#"["MULTI_API_ADD_TARGET","b"]"#);
    relay.ack(b, 0, "[]");
    assert_eq!(
        relay.gone(b),
        [r#"1 42["MULTI_API_TARGET_DISCONNECT","b"]"#]
    );
    let b = relay.join("b");
    assert_eq!(relay.gone(b), NOTHING);
}

/// SRV-CORE-17: served, but neither listed nor addressable.
#[test]
fn a_client_without_id_is_served() {
    let mut relay = Driver::default();
    let (anonymous, sent) = relay.connect(None);
    assert_eq!(sent, NOTHING);
    let (empty, sent) = relay.connect(Some(""));
    assert_eq!(sent, NOTHING);
    relay.join("b");
    assert_eq!(
        relay.ask(empty, 1, r#"["LIST_CLIENTS"]"#),
        [r#"2 431[["b"]]"#]
    );
    assert_eq!(
        relay.ask(anonymous, 1, r#"["MULTI_API_ADD_TARGET","b"]"#),
        [r#"3 420["MULTI_API_ADD_TARGET",null]"#]
    );
    let refused = relay.ask(anonymous, 2, r#"["ADD_TARGET","b"]"#);
    assert!(
        refused[0].starts_with(r#"1 432["Error: client-id-missing: "#),
        "{refused:?}"
    );
    assert_eq!(
        relay.gone(anonymous),
        [r#"3 42["MULTI_API_TARGET_DISCONNECT",null]"#]
    );
    relay.all_gone();
}

/// SRV-CORE-10, SRV-CORE-11, SRV-CORE-12, SRV-ROB-4.
#[test]
fn presence_is_told_on_request() {
    let mut relay = Driver::default();
    let b = relay.join("b");
    for id in ["10", "__proto__", "2", "constructor"] {
        relay.join(id);
    }
    assert_eq!(
        relay.ask(b, 1, r#"["LIST_CLIENTS",{"ignored":1}]"#),
        [r#"1 431[["2","10","b","__proto__","constructor"]]"#]
    );
    for (id, expected) in [
        (r#""__proto__""#, "true"),
        ("10", "true"),
        (r#""toString""#, "null"),
    ] {
        let json = format!(r#"["GET_CLIENT_CONNECTED_STATUS",{id}]"#);
        assert_eq!(relay.ask(b, 2, &json), [format!("1 432[{expected}]")]);
    }
}

/// SRV-CORE-13: the newcomer is told and sent away, and the listing forgets it.
#[test]
fn a_second_connection_with_the_same_id_is_rejected() {
    let mut relay = Driver::default();
    let first = relay.join("a");
    let (second, sent) = relay.connect(Some("a"));
    assert_eq!(
        sent,
        [
            "2 42[\"SERVER_ERROR\",\"p2p Socket.io lib: Duplicated clientId a on connect, \
             new socket id = sid-2, new socket with duplicated clientId will be disconnected\"]",
            "2 41",
        ]
    );
    assert_eq!(relay.event(second, r#"["LIST_CLIENTS"]"#), NOTHING);
    assert_eq!(relay.gone(second), NOTHING);
    assert_eq!(
        relay.event(first, r#"["P2P_EMIT","a","hi",[],null]"#),
        [r#"1 42["hi"]"#]
    );
    assert_eq!(relay.relay.census().clients, 1);
    relay.gone(first);
    relay.join("a");
}

/// SRV-CORE-F7, SRV-CORE-F8, SRV-CORE-19, SRV-CORE-22, SRV-CORE-18.
#[test]
fn rooms_reach_their_members_except_the_sender() {
    let mut relay = Driver::default();
    let (a, b, c) = (relay.join("a"), relay.join("b"), relay.join("c"));
    assert_eq!(relay.ask(b, 1, r#"["JOIN_ROOM","r"]"#), ["2 431[null]"]);
    assert_eq!(relay.ask(a, 1, r#"["JOIN_ROOM","any","r"]"#), ["1 431[]"]);
    assert_eq!(relay.event(a, r#"["JOIN_ROOM","r",null]"#), NOTHING);
    assert_eq!(
        relay.event(a, r#"["EMIT_ROOM","r","news",1,2]"#),
        [r#"2 42["news",1,2]"#]
    );
    assert_eq!(
        relay.event(c, r#"["EMIT_ROOM","r","news"]"#),
        [r#"2 42["news"]"#, r#"1 42["news"]"#]
    );
    assert_eq!(relay.event(a, r#"["EMIT_ROOM","empty","news"]"#), NOTHING);
    assert_eq!(relay.ask(b, 2, r#"["LEAVE_ROOM","r"]"#), ["2 432[null]"]);
    assert_eq!(relay.ask(b, 3, r#"["LEAVE_ROOM","any","r"]"#), ["2 433[]"]);
    relay.gone(a);
    assert_eq!(relay.event(c, r#"["EMIT_ROOM","r","news"]"#), NOTHING);
    relay.all_gone();
}

/// SRV-CORE-20: members could not all answer, so none is asked.
#[test]
fn a_room_message_with_ack_id_is_answered_by_the_server() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.event(b, r#"["JOIN_ROOM",["r","q"],null]"#);
    assert_eq!(
        relay.ask(a, 9, r#"["EMIT_ROOM","q","news"]"#),
        [r#"2 42["news"]"#, "1 439[]"]
    );
    assert_eq!(
        relay.ask(a, 10, r#"["EMIT_ROOM","none","news"]"#),
        ["1 4310[]"]
    );
}

/// SRV-CORE-23: a service moves its subscribers in and out and ends a topic.
#[test]
fn a_room_action_can_name_another_client() {
    let mut relay = Driver::default();
    let (service, client) = (relay.join("s"), relay.join("c"));
    let join = r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","c","t"]"#;
    assert_eq!(relay.ask(service, 1, join), ["1 431[]"]);
    assert_eq!(
        relay.event(service, r#"["EMIT_ROOM","t","p",1]"#),
        [r#"2 42["p",1]"#]
    );
    let leave = r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","c","t"]"#;
    assert_eq!(relay.ask(service, 2, leave), ["1 432[]"]);
    assert_eq!(relay.event(service, r#"["EMIT_ROOM","t","p",2]"#), NOTHING);

    let unknown = r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","zz","t"]"#;
    assert_eq!(relay.ask(service, 3, unknown), ["1 433[{}]"]);
    let unknown = r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","zz","t"]"#;
    assert_eq!(relay.ask(service, 4, unknown), ["1 434[]"]);

    relay.event(client, r#"["JOIN_ROOM","any","t"]"#);
    relay.event(service, r#"["JOIN_ROOM","SERVICE_CREATE_TOPIC","t"]"#);
    let end = r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","t"]"#;
    assert_eq!(
        relay.ask(service, 5, end),
        [
            r#"2 42["t-TOPIC_BEING_DESTROYED"]"#,
            r#"1 42["t-TOPIC_BEING_DESTROYED"]"#,
            "1 435[]",
        ]
    );
    assert_eq!(
        relay.ask(service, 6, end),
        ["1 436[]"],
        "nobody is left, nothing breaks"
    );
    relay.all_gone();
}

/// Socket.IO puts every connection into a room of its own.
#[test]
fn a_socket_id_is_a_room_name() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    assert_eq!(
        relay.event(a, r#"["EMIT_ROOM","sid-2","hi",1]"#),
        [r#"2 42["hi",1]"#]
    );
}

/// What is counted is what there is.
#[test]
fn the_census_counts_everything() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    relay.connect(None);
    relay.ask(a, 1, r#"["ADD_TARGET","b"]"#);
    relay.event(a, r#"["JOIN_ROOM",["r","q"],null]"#);
    let expected = Census {
        connections: 3,
        clients: 2,
        link_ends: 2,
        rooms: 5,
        memberships: 5,
        pending_acks: 1,
        ..Census::default()
    };
    assert_eq!(relay.relay.census(), expected);
    relay.all_gone();
}
