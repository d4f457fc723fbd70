//! What acceptors say on a stream before their acceptance (SRV-STR-14).

use sio_p2p_server::relay::Policy;

use crate::driver::Driver;
use crate::streams::{asked, open};

const NOTHING: [&str; 0] = [];

/// Data of the acceptor's end, as the second dialect sends it.
pub(crate) const DATA: &str = r#"["P2P_EMIT","a","P2P_EMIT_STREAM-from-stream-TB",["x"]]"#;

/// SRV-STR-14: what the acceptor says on the stream comes after its acceptance,
/// in order, and nothing else waits for it.
#[test]
fn early_data_waits_for_the_acceptance() {
    let (mut relay, a, b) = asked(Policy::default());
    let data = |n: u32| {
        format!(
            r#"["P2P_EMIT","a","P2P_EMIT_STREAM-from-stream-TB",[{n},{{"_placeholder":true,"num":0}}]]"#
        )
    };
    for n in 0..3 {
        assert_eq!(
            relay.request(b, &data(n), &[b"bin"], Some(u64::from(n))),
            NOTHING
        );
    }
    // The same in the words of the other dialect, without asking for an ack.
    let v1 = r#"["P2P_EMIT",{"targetClientId":"a","event":"P2P_EMIT_STREAM-from-stream-TB","args":["b","v1"]}]"#;
    assert_eq!(relay.event(b, v1), NOTHING);
    let destroyed = r#"["P2P_EMIT","a","PEER_STREAM_DESTROYED",["TB"],null]"#;
    assert_eq!(relay.event(b, destroyed), NOTHING);
    // Another message, another stream, another receiver, the other direction.
    for (from, to, event) in [
        (b, "a", r#"["hello"]"#),
        (b, "a", r#"["P2P_EMIT_STREAM-from-stream-TC"]"#),
        (b, "a", r#"["PEER_STREAM_DESTROYED","TC"]"#),
        (b, "b", r#"["P2P_EMIT_STREAM-from-stream-TB"]"#),
        (a, "b", r#"["P2P_EMIT_STREAM-from-stream-TB"]"#),
    ] {
        let elements: Vec<serde_json::Value> = serde_json::from_str(event).unwrap();
        let args = serde_json::to_string(&elements[1..]).unwrap();
        let sent = relay.event(
            from,
            &format!(r#"["P2P_EMIT","{to}",{},{args},null]"#, elements[0]),
        );
        let to = if to == "a" { 1 } else { 2 };
        assert_eq!(sent, [format!("{to} 42{event}")]);
    }
    let name = "P2P_EMIT_STREAM-from-stream-TB";
    let bin = r#"{"_placeholder":true,"num":0}"#;
    assert_eq!(
        relay.ack(b, 0, "[null]"),
        [
            "1 431[null]".to_owned(),
            format!(r#"1 45(3)-1["{name}",0,{bin}]"#),
            format!(r#"1 45(3)-2["{name}",1,{bin}]"#),
            format!(r#"1 45(3)-3["{name}",2,{bin}]"#),
            format!(r#"1 42["{name}","b","v1"]"#),
            r#"1 42["PEER_STREAM_DESTROYED","TB"]"#.to_owned(),
        ]
    );
    // From now on it flows, and its acks did all along.
    assert_eq!(
        relay.request(b, &data(3), &[b"bin"], Some(3)),
        [format!(r#"1 45(3)-4["{name}",3,{bin}]"#)]
    );
    assert_eq!(relay.ack(a, 2, "[]"), ["2 431[]"]);
    relay.all_gone();
}

/// The notice that an acceptor has destroyed its end waits too: it would find
/// no stream, and the opener would keep one that has no other end.
#[test]
fn an_early_destruction_follows_the_acceptance_in_both_dialects() {
    for destroyed in [
        r#"["P2P_EMIT","a","PEER_STREAM_DESTROYED",["TB"],null]"#,
        r#"["P2P_EMIT",{"targetClientId":"a","event":"PEER_STREAM_DESTROYED","args":["b","TB"]}]"#,
    ] {
        let (mut relay, _, b) = asked(Policy::default());
        assert_eq!(relay.event(b, destroyed), NOTHING);
        let sent = relay.ack(b, 0, "[]");
        assert_eq!(sent[0], "1 431[]");
        assert!(
            sent[1].starts_with(r#"1 42["PEER_STREAM_DESTROYED""#),
            "{sent:?}"
        );
        relay.all_gone();
    }
}

/// The opener would not listen: its data is dropped, and the acceptor told once.
#[test]
fn data_ahead_of_a_refusal_is_dropped_and_told() {
    let (mut relay, a, b) = asked(Policy::default());
    for id in [1, 2] {
        relay.ask(b, id, DATA);
    }
    let text = "Error: not-allowed: data of a stream that was refused is not delivered";
    assert_eq!(
        relay.ack(b, 0, r#"["no"]"#),
        [
            r#"1 431["no"]"#.to_owned(),
            format!(r#"2 42["SERVER_ERROR","{text}"]"#)
        ]
    );
    assert_eq!(relay.relay.gauges().pending_acks, 0);
    // A refusal without data is nothing to complain about.
    relay.ask(a, 2, &open("b"));
    let answered = relay.ack(b, 3, r#"["no"]"#);
    assert_eq!(answered, [r#"1 432["no"]"#]);
    relay.all_gone();
}

/// SRV-ROB-12: an opener that leaves takes along what waited for it, and
/// a client that comes back under its id hears nothing of it (SRV-MSG-19).
#[test]
fn an_opener_that_leaves_fails_what_was_sent_ahead() {
    let (mut relay, a, b) = asked(Policy::default());
    relay.ask(b, 1, DATA);
    relay.event(b, &DATA.replace("\"x\"]", "\"no ack\"],null"));
    assert_eq!(
        relay.gone(a),
        [
            r#"2 42["SERVER_ERROR","Error: Core: Client a is not connected to server"]"#,
            r#"2 42["TARGET_DISCONNECT","a"]"#,
        ]
    );
    relay.join("a");
    assert_eq!(relay.ack(b, 0, "[]"), NOTHING);
    assert_eq!(
        relay.ask(b, 2, DATA),
        [r#"3 422["P2P_EMIT_STREAM-from-stream-TB","x"]"#]
    );
    relay.all_gone();
}

/// A client is a peer of itself like any other.
#[test]
fn a_stream_to_oneself_holds_early_data_too() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    let asked = relay.ask(a, 1, &open("a"));
    let info = r#"{"sourceStreamId":"TA","targetStreamId":"TB","targetClientId":"a","sourceClientId":"a"}"#;
    assert_eq!(asked, [format!(r#"1 420["CREATE_STREAM",{info}]"#)]);
    assert_eq!(relay.ask(a, 2, DATA), NOTHING);
    assert_eq!(
        relay.ack(a, 0, "[]"),
        ["1 431[]", r#"1 421["P2P_EMIT_STREAM-from-stream-TB","x"]"#]
    );
    relay.ask(a, 3, &open("a"));
    relay.ask(a, 4, DATA);
    assert_eq!(relay.gone(a), NOTHING);
    relay.all_gone();
}

/// SRV-STR-F1: several streams of a pair do not wait for each other. With the
/// same ids they cannot be told apart, and the first acceptance opens both.
#[test]
fn streams_are_held_one_by_one() {
    let (mut relay, a, b) = asked(Policy::default());
    let other = open("b").replace("TB", "TC");
    relay.ask(a, 2, &other);
    relay.event(b, &DATA.replace("\"x\"]", "\"tb\"],null"));
    relay.event(
        b,
        &DATA.replace("TB", "TC").replace("\"x\"]", "\"tc\"],null"),
    );
    assert_eq!(
        relay.ack(b, 1, "[]"),
        ["1 432[]", r#"1 42["P2P_EMIT_STREAM-from-stream-TC","tc"]"#]
    );
    relay.ask(a, 3, &open("b"));
    assert_eq!(
        relay.ack(b, 2, "[]"),
        ["1 433[]", r#"1 42["P2P_EMIT_STREAM-from-stream-TB","tb"]"#]
    );
    assert_eq!(relay.event(b, &DATA.replace("]]", "],null]")).len(), 1);
    assert_eq!(relay.ack(b, 0, r#"["late"]"#), [r#"1 431["late"]"#]);
    relay.all_gone();
}

/// A client that sends more ahead than is held loses the stream, not a part of it.
#[test]
fn too_much_ahead_costs_the_stream() {
    for (policy, what) in [
        (
            Policy {
                early_events: 2,
                ..Policy::default()
            },
            ("2 events", "early_events"),
        ),
        (
            Policy {
                early_bytes: 100,
                ..Policy::default()
            },
            ("100 bytes", "early_bytes"),
        ),
    ] {
        let (mut relay, a, b) = asked(policy);
        for id in [1, 2] {
            assert_eq!(relay.ask(b, id, DATA), NOTHING);
        }
        let (what, setting) = what;
        let text = format!(
            "Error: limit-reached: one connection may have at most {what} ahead of an acceptance \
             (policy.{setting})"
        );
        assert_eq!(
            relay.ask(b, 3, DATA),
            [
                format!(r#"1 42["SERVER_ERROR","{text}"]"#),
                format!(r#"2 42["SERVER_ERROR","{text}"]"#)
            ]
        );
        let gauges = relay.relay.gauges();
        assert_eq!((gauges.pending_acks, gauges.early_events), (0, 0));
        let gone = r#"2 42["PEER_STREAM_DESTROYED","TA"]"#;
        assert_eq!(relay.ack(b, 0, "[]"), [gone], "too late (SRV-STR-17)");
        // The room is free for the next one.
        relay.ask(a, 2, &open("b"));
        assert_eq!(relay.ask(b, 4, DATA), NOTHING);
        assert_eq!(relay.ack(b, 4, "[]").len(), 2);
        relay.all_gone();
    }
}

/// A request that is given up fails, with what had been sent on it.
#[test]
fn a_request_too_many_gives_up_the_oldest() {
    let (mut relay, a, b) = asked(Policy {
        pending_acks: 1,
        ..Policy::default()
    });
    relay.event(b, &DATA.replace("]]", "],null]"));
    let sent = relay.ask(a, 2, r#"["P2P_EMIT","b","hi",[]]"#);
    let limit = "Error: limit-reached: one connection may have at most 1 acks under way (policy.pending_acks)";
    let dropped = "Error: not-allowed: data of a stream that was refused is not delivered";
    assert_eq!(
        sent,
        [
            format!(r#"1 42["SERVER_ERROR","{limit}"]"#),
            format!(r#"2 42["SERVER_ERROR","{dropped}"]"#),
            r#"2 421["hi"]"#.to_owned(),
        ]
    );
    relay.all_gone();
}
