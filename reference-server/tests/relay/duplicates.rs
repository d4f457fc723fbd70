//! Two connections with one client id, under every policy.

use std::time::Duration;

use sio_p2p_server::relay::{ConnectionId, DuplicateIds, Gauges, Policy};

use crate::driver::Driver;

fn driver(duplicate_ids: DuplicateIds) -> Driver {
    Driver::new(Policy {
        duplicate_ids,
        ..Policy::default()
    })
}

/// A message without ack, and who receives it.
fn receiver(relay: &mut Driver, from: ConnectionId, to: &str) -> Vec<String> {
    relay.event(from, &format!(r#"["P2P_EMIT","{to}","hi",[],null]"#))
}

#[test]
fn replacing_pings_the_newcomer_and_then_the_older_one() {
    let mut relay = driver(DuplicateIds::Replace);
    let (old, w) = (relay.join("a"), relay.join("w"));
    let (new, sent) = relay.connect(Some("a"));
    assert_eq!(sent, [r#"3 420["SERVER_PING"]"#, r#"1 421["SERVER_PING"]"#]);
    assert_eq!(receiver(&mut relay, w, "a"), [r#"3 42["hi"]"#]);
    // The older one can still send, and is told whom it sends to as ever.
    assert_eq!(receiver(&mut relay, old, "w"), [r#"2 42["hi"]"#]);
    assert_eq!(receiver(&mut relay, old, "a"), [r#"3 42["hi"]"#]);
    let list = relay.ask(w, 1, r#"["LIST_CLIENTS"]"#);
    assert_eq!(list, [r#"2 431[["a","w"]]"#]);
    // The answers stay with the server, and only the right ones count.
    assert!(relay.ack(old, 0, "[]").is_empty());
    assert_eq!(relay.relay.gauges().pings, 2);
    assert!(relay.ack(new, 0, r#"["pong from client a"]"#).is_empty());
    assert!(relay.ack(old, 1, "[]").is_empty());
    assert_eq!(relay.relay.gauges().pings, 0);
    relay.all_gone();
}

#[test]
fn allowing_is_silent() {
    let mut relay = driver(DuplicateIds::Allow);
    let (old, w) = (relay.join("a"), relay.join("w"));
    let new = relay.join("a");
    assert_eq!(receiver(&mut relay, w, "a"), [r#"3 42["hi"]"#]);
    assert_eq!(receiver(&mut relay, old, "w"), [r#"2 42["hi"]"#]);
    relay.gone(new);
    assert_eq!(receiver(&mut relay, w, "a"), [r#"1 42["hi"]"#]);
    relay.all_gone();
}

#[test]
fn an_id_is_never_lost_while_somebody_holds_it() {
    for policy in [DuplicateIds::Replace, DuplicateIds::Allow] {
        let mut relay = driver(policy);
        let w = relay.join("w");
        for _ in 0..3 {
            relay.connect(Some("a"));
        }
        // 2, 3 and 4 hold the id. When one leaves, the newest of the others has it.
        for (leaves, expected) in [(3, "4"), (4, "2")] {
            relay.gone(ConnectionId(leaves));
            assert_eq!(
                receiver(&mut relay, w, "a"),
                [format!(r#"{expected} 42["hi"]"#)]
            );
            assert_eq!(
                relay.ask(w, 1, r#"["GET_CLIENT_CONNECTED_STATUS","a"]"#),
                ["1 431[true]"]
            );
        }
        relay.gone(ConnectionId(2));
        assert_eq!(
            relay.ask(w, 1, r#"["GET_CLIENT_CONNECTED_STATUS","a"]"#),
            ["1 431[null]"]
        );
        relay.all_gone();
    }
}

#[test]
fn what_was_asked_of_the_older_connection_is_answered_by_it() {
    let mut relay = driver(DuplicateIds::Allow);
    let (old, w) = (relay.join("a"), relay.join("w"));
    relay.ask(w, 7, r#"["P2P_EMIT","a","sum",[1,2]]"#);
    relay.ask(w, 8, r#"["P2P_EMIT","a","sum",[3,4]]"#);
    let new = relay.join("a");
    assert!(relay.ack(new, 0, "[0]").is_empty(), "it was not asked");
    assert_eq!(relay.ack(old, 0, "[3]"), ["2 437[3]"]);
    // What it still owes fails with it, although the id lives on.
    let text = "Error: Core: Client a is not connected to server";
    assert_eq!(
        relay.gone(old),
        [format!(r#"2 42["SERVER_ERROR","{text}"]"#)]
    );
    relay.all_gone();
}

#[test]
fn links_and_rooms_stay_with_their_connection() {
    let mut relay = driver(DuplicateIds::Allow);
    let (old, w) = (relay.join("a"), relay.join("w"));
    relay.ask(w, 1, r#"["ADD_TARGET","a"]"#);
    relay.ack(old, 0, "[]");
    relay.event(old, r#"["JOIN_ROOM","r"]"#);
    let new = relay.join("a");
    assert_eq!(
        relay.event(w, r#"["EMIT_ROOM","r","hi"]"#),
        [r#"1 42["hi"]"#]
    );
    // The newcomer is not linked, so nobody is told that it leaves.
    assert!(relay.gone(new).is_empty());
    assert_eq!(relay.gone(old), [r#"2 42["TARGET_DISCONNECT","a"]"#]);
    relay.all_gone();
}

#[test]
fn a_newer_connection_takes_over_apis_and_an_older_one_does_not() {
    let mut relay = driver(DuplicateIds::Allow);
    let (old, w) = (relay.join("a"), relay.join("w"));
    relay.event(old, r#"["CREATE_API","x"]"#);
    relay.event(old, r#"["CREATE_API","y"]"#);
    relay.ask(w, 1, r#"["USE_API","x",1]"#);
    let new = relay.join("a");
    // Nothing is taken over by coming alone.
    assert_eq!(relay.event(w, r#"["USE_API","x",2]"#), [r#"1 42["x",2]"#]);
    assert_eq!(relay.ask(new, 2, r#"["CREATE_API","x"]"#), ["3 432[]"]);
    assert_eq!(relay.event(w, r#"["USE_API","x",3]"#), [r#"3 42["x",3]"#]);
    assert_eq!(relay.ack(old, 0, r#"["late"]"#), [r#"2 431["late"]"#]);
    let text = "Error: not-allowed: the API `x` is provided by another client";
    assert_eq!(
        relay.event(old, r#"["CREATE_API","x"]"#),
        [format!(r#"1 42["SERVER_ERROR","{text}"]"#)]
    );
    // The same for destroying: by name from the newer one, never the other way.
    relay.event(old, r#"["DESTROY_API","x"]"#);
    relay.event(new, r#"["DESTROY_API"]"#);
    relay.event(new, r#"["CREATE_API","x"]"#);
    relay.event(old, r#"["DESTROY_API"]"#);
    assert_eq!(relay.relay.gauges().apis, 1);
    relay.event(old, r#"["CREATE_API","y"]"#);
    relay.event(new, r#"["DESTROY_API","y"]"#);
    assert_eq!(
        relay.ask(w, 1, r#"["CHECK_API_NAME","y"]"#),
        ["2 431[false]"]
    );
    // An older connection that leaves takes nothing from the newer one.
    relay.gone(old);
    assert_eq!(relay.event(w, r#"["USE_API","x",4]"#), [r#"3 42["x",4]"#]);
    relay.all_gone();
}

/// The policy for half-open connections.
fn disconnecting() -> Driver {
    Driver::new(Policy {
        duplicate_ids: DuplicateIds::Replace,
        disconnect_replaced: true,
        server_ping_timeout: Duration::from_millis(100),
        ..Policy::default()
    })
}

#[test]
fn a_replaced_connection_that_stays_silent_is_let_go() {
    let mut relay = disconnecting();
    relay.advance(1_000);
    let (old, w) = (relay.join("a"), relay.join("w"));
    relay.ask(w, 1, r#"["ADD_TARGET","a"]"#);
    relay.ack(old, 0, "[]");
    let (new, _) = relay.connect(Some("a"));
    assert!(relay.advance(1_099).is_empty());
    let text = "Error: timed-out: a newer connection has this client id, \
                and this one was silent for 100 ms";
    assert_eq!(
        relay.advance(1_100),
        [
            format!(r#"1 42["SERVER_ERROR","{text}"]"#),
            r#"2 42["TARGET_DISCONNECT","a"]"#.to_owned(),
            "1 41".to_owned(),
        ]
    );
    // The newcomer has not answered either, and stays.
    assert_eq!(receiver(&mut relay, w, "a"), [r#"3 42["hi"]"#]);
    assert!(relay.event(old, r#"["LIST_CLIENTS"]"#).is_empty());
    assert!(relay.ack(new, 1, "[]").is_empty(), "a late pong is dropped");
    relay.all_gone();
}

#[test]
fn whatever_a_replaced_connection_sends_keeps_it() {
    for answers in [true, false] {
        let mut relay = disconnecting();
        let old = relay.join("a");
        relay.connect(Some("a"));
        if answers {
            relay.ack(old, 1, "[]");
        } else {
            // A client of dialect `v1` does not know the ping.
            relay.event(old, r#"["EMIT_ROOM","r","x"]"#);
        }
        assert!(relay.advance(1_000).is_empty());
        assert_eq!(relay.relay.gauges().connections, 2);
        relay.all_gone();
    }
}

#[test]
fn a_connection_that_has_its_id_back_is_kept() {
    let mut relay = disconnecting();
    relay.join("a");
    let (new, _) = relay.connect(Some("a"));
    relay.gone(new);
    assert!(relay.advance(1_000).is_empty());
    assert_eq!(relay.relay.gauges().clients, 1);
    relay.all_gone();
}

#[test]
fn nobody_is_disconnected_unless_the_policy_says_so() {
    let mut relay = driver(DuplicateIds::Replace);
    relay.join("a");
    relay.connect(Some("a"));
    assert!(relay.advance(u64::MAX).is_empty());
    let gauges = relay.relay.gauges();
    assert_eq!((gauges.connections, gauges.pings), (2, 0));
    relay.all_gone();
    assert_eq!(relay.relay.gauges(), Gauges::default());
}

#[test]
fn one_id_has_a_bounded_number_of_connections() {
    let mut relay = Driver::new(Policy {
        duplicate_ids: DuplicateIds::Allow,
        connections_per_id: 2,
        ..Policy::default()
    });
    let old = relay.join("a");
    relay.join("a");
    let (_, sent) = relay.connect(Some("a"));
    let text = "Error: limit-reached: one client id may have at most 2 connections \
                (policy.connections_per_id)";
    assert_eq!(
        sent,
        [
            format!(r#"3 42["SERVER_ERROR","{text}"]"#),
            "3 41".to_owned()
        ]
    );
    relay.join("b");
    relay.gone(old);
    relay.join("a");
    relay.all_gone();
}
