//! Links between clients, and who is told of whom.

use sio_p2p_server::relay::Gauges;

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

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
        refused[0].starts_with(r#"1 42["SERVER_ERROR","Error: client-id-missing: "#),
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
    assert_eq!(relay.relay.gauges().clients, 1);
    relay.gone(first);
    relay.join("a");
}

/// What is counted is what there is.
#[test]
fn the_census_counts_everything() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    relay.connect(None);
    relay.ask(a, 1, r#"["ADD_TARGET","b"]"#);
    relay.event(a, r#"["JOIN_ROOM",["r","q"],null]"#);
    let expected = Gauges {
        connections: 3,
        clients: 2,
        link_ends: 2,
        rooms: 5,
        memberships: 5,
        pending_acks: 1,
        ..Gauges::default()
    };
    assert_eq!(relay.relay.gauges(), expected);
    relay.all_gone();
}
