//! Messages between clients, as the clauses describe them.

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
    assert_eq!(relay.relay.gauges().pending_acks, 0);
}

/// SRV-MSG-30: the source learns it at once, and nothing is kept. A client that asked
/// to add the target learns it by the notices of its links.
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

/// SRV-ROB-3: for every target, and in every form.
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
