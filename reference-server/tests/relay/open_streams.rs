//! The relay knows which streams are open, and lets pass what it does not know.

use sio_p2p_server::relay::{ConnectionId, Policy};

use crate::driver::Driver;

const NOTHING: Vec<String> = Vec::new();

fn open(source: &str, target: &str, to: &str) -> String {
    format!(
        r#"["CREATE_STREAM",{{"sourceStreamId":"{source}","targetStreamId":"{target}","targetClientId":"{to}"}}]"#
    )
}

/// A message on a stream, without ack.
fn on_stream(to: &str, event: &str, argument: &str) -> String {
    format!(r#"["P2P_EMIT","{to}","{event}",[{argument}],null]"#)
}

/// `a` (1) has opened a stream `s` to `b` (2), whose end is `t`.
fn opened() -> (Driver, ConnectionId, ConnectionId) {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, &open("s", "t", "b"));
    assert_eq!(relay.relay.gauges().streams, 0, "it is not accepted yet");
    relay.ack(b, 0, "[]");
    assert_eq!(relay.relay.gauges().streams, 1);
    (relay, a, b)
}

#[test]
fn a_refused_stream_is_none() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, &open("s", "t", "b"));
    relay.ack(b, 0, r#"["no"]"#);
    assert_eq!(relay.relay.gauges().streams, 0);
    relay.all_gone();
}

#[test]
fn a_stream_ends_with_the_first_end_that_is_destroyed() {
    for opener in [true, false] {
        let (mut relay, a, b) = opened();
        let (from, to, id) = if opener { (a, "b", "s") } else { (b, "a", "t") };
        let destroyed = on_stream(to, "PEER_STREAM_DESTROYED", &format!("\"{id}\""));
        assert_eq!(relay.event(from, &destroyed).len(), 1);
        assert_eq!(relay.relay.gauges().streams, 0);
        relay.all_gone();
    }
}

#[test]
fn the_first_dialect_says_which_end_in_its_second_argument() {
    let (mut relay, a, _) = opened();
    let destroyed =
        r#"["P2P_EMIT",{"targetClientId":"b","event":"PEER_STREAM_DESTROYED","args":["a","s"]}]"#;
    relay.event(a, destroyed);
    assert_eq!(relay.relay.gauges().streams, 0);
    relay.all_gone();
}

#[test]
fn a_stream_is_over_when_both_ends_have_ended() {
    let (mut relay, a, b) = opened();
    relay.event(a, &on_stream("b", "P2P_EMIT_STREAM-from-stream-s", "null"));
    assert_eq!(relay.relay.gauges().streams, 1, "half-open");
    relay.event(b, &on_stream("a", "P2P_EMIT_STREAM-from-stream-t", "null"));
    assert_eq!(relay.relay.gauges().streams, 0);
    // What comes after the end is delivered all the same, as the originals do.
    let late = relay.event(a, &on_stream("b", "P2P_EMIT_STREAM-from-stream-s", "1"));
    assert_eq!(late, [r#"2 42["P2P_EMIT_STREAM-from-stream-s",1]"#]);
    relay.all_gone();
}

#[test]
fn a_stream_ends_with_the_client_that_leaves() {
    for who in [0, 1] {
        let (mut relay, a, b) = opened();
        relay.gone([a, b][who]);
        assert_eq!(relay.relay.gauges().streams, 0);
        relay.all_gone();
    }
}

#[test]
fn what_was_held_counts_when_it_is_delivered() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, &open("s", "t", "b"));
    let destroyed = on_stream("a", "PEER_STREAM_DESTROYED", r#""t""#);
    assert_eq!(relay.event(b, &destroyed), NOTHING);
    assert_eq!(relay.ack(b, 0, "[]").len(), 2);
    assert_eq!(relay.relay.gauges().streams, 0);
    relay.all_gone();
}

#[test]
fn the_streams_that_a_connection_opens_are_bounded() {
    let mut relay = Driver::new(Policy {
        streams: 2,
        ..Policy::default()
    });
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, &open("s", "t", "b"));
    relay.ack(b, 0, "[]");
    relay.ask(a, 2, &open("s2", "t2", "b"));
    let text = "Error: limit-reached: one connection may have at most 2 streams (policy.streams)";
    // One is open and one is asked for.
    let refused = [format!(r#"1 433["{text}"]"#)];
    assert_eq!(relay.ask(a, 3, &open("s3", "t3", "b")), refused);
    // Those that others open to it do not count for the acceptor.
    for id in ["x", "y"] {
        assert_eq!(relay.ask(b, 4, &open(id, id, "a")).len(), 1);
    }
    // A refusal and an end make room for one each.
    relay.ack(b, 1, r#"["no"]"#);
    assert_eq!(relay.ask(a, 5, &open("s3", "t3", "b")).len(), 1);
    relay.event(b, &on_stream("a", "PEER_STREAM_DESTROYED", r#""t""#));
    assert_eq!(relay.ask(a, 6, &open("s4", "t4", "b")).len(), 1);
    assert_eq!(relay.ask(a, 3, &open("s5", "t5", "b")), refused);
    relay.all_gone();
}
