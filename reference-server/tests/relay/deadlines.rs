//! Nothing is waited for without an end (SRV-ROB-12), and what ends is told.

use std::time::Duration;

use sio_p2p_protocol::{Arguments, ClientId, EventName};
use sio_p2p_server::relay::{ConnectionId, HostEvent, Policy, RoundTrips};

use crate::driver::Driver;

const LATE: &str = "Error: timed-out: client `b` has not answered in time";
const NOTHING: Vec<String> = Vec::new();

/// Acks are waited for 100 ms, streams 50 ms to be opened and 80 ms between chunks.
/// The clock shows 1,000 ms when `a` (1) and `b` (2) have joined.
fn timed() -> (Driver, ConnectionId, ConnectionId) {
    let ms = Duration::from_millis;
    let mut relay = Driver::new(Policy {
        ack_timeout: ms(100),
        stream_open_timeout: ms(50),
        stream_idle_timeout: ms(80),
        ..Policy::default()
    });
    relay.advance(1_000);
    let (a, b) = (relay.join("a"), relay.join("b"));
    (relay, a, b)
}

fn open(v1: bool) -> String {
    let prefix = if v1 { "MULTI_API_" } else { "" };
    format!(
        r#"["{prefix}CREATE_STREAM",{{"sourceStreamId":"s","targetStreamId":"t","targetClientId":"b"}}]"#
    )
}

/// Data on a stream of dialect `v2`.
fn chunk(to: &str, id: &str, chunk: &str) -> String {
    format!(r#"["P2P_EMIT","{to}","P2P_EMIT_STREAM-from-stream-{id}",[{chunk}]]"#)
}

#[test]
fn a_message_that_is_not_answered_fails_and_a_late_answer_is_dropped() {
    for question in [
        r#"["P2P_EMIT","b","hi",[]]"#,
        r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"b","event":"hi","args":[]}]"#,
    ] {
        let (mut relay, a, b) = timed();
        relay.ask(a, 7, question);
        assert_eq!(relay.advance(1_099), NOTHING);
        let told = format!(r#"1 42["SERVER_ERROR","{LATE}"]"#);
        assert_eq!(relay.advance(1_100), [told]);
        assert_eq!(relay.advance(9_999), NOTHING, "it is told once");
        assert_eq!(relay.ack(b, 0, "[1]"), NOTHING);
        assert_eq!(relay.relay.gauges().pending_acks, 0);
        relay.all_gone();
    }
}

/// The relay has no clock, so how long an answer took is what its driver says.
#[test]
fn the_time_that_answers_take_is_counted_from_the_question() {
    let (mut relay, a, b) = timed();
    for (id, asked, answered) in [(0, 2_000, 2_001), (1, 3_000, 3_060), (2, 4_000, 4_000)] {
        relay.advance(asked);
        relay.ask(a, 7, r#"["P2P_EMIT","b","hi",[]]"#);
        relay.advance(answered);
        relay.ack(b, id, "[]");
    }
    // Neither one that is too late nor one that nobody waits for has a time.
    relay.ask(a, 7, r#"["P2P_EMIT","b","hi",[]]"#);
    relay.advance(9_000);
    relay.ack(b, 3, "[]");
    relay.ack(b, 99, "[]");
    let RoundTrips { counts, sum } = relay.counters().round_trips;
    assert_eq!(sum, Duration::from_millis(61));
    assert_eq!(counts[0], 2, "at most 1 ms");
    assert_eq!(counts[6], 1, "more than 50 ms, at most 100 ms");
    assert_eq!(counts.iter().sum::<u64>(), 3);
    relay.all_gone();
}

#[test]
fn a_target_that_is_not_added_fails_and_the_ack_stays_open() {
    for event in ["ADD_TARGET", "MULTI_API_ADD_TARGET"] {
        let (mut relay, a, b) = timed();
        relay.ask(a, 7, &format!(r#"["{event}","b"]"#));
        assert_eq!(
            relay.advance(1_100),
            [format!(r#"1 42["SERVER_ERROR","{LATE}"]"#)]
        );
        assert_eq!(relay.ack(b, 0, "[]"), NOTHING);
        relay.all_gone();
    }
}

#[test]
fn a_call_of_an_api_that_is_not_answered_fails() {
    let (mut relay, a, b) = timed();
    relay.event(b, r#"["CREATE_API","x"]"#);
    relay.ask(a, 7, r#"["USE_API","x"]"#);
    let text = "Error: timed-out: the API `x` has not answered in time";
    let told = format!(r#"1 42["SERVER_ERROR","{text}"]"#);
    assert_eq!(relay.advance(1_100), [told]);
    assert_eq!(relay.ack(b, 0, "[]"), NOTHING);
    relay.all_gone();
}

#[test]
fn what_is_answered_in_time_is_not_touched() {
    let (mut relay, a, b) = timed();
    relay.ask(a, 7, r#"["P2P_EMIT","b","hi",[]]"#);
    relay.advance(1_050);
    relay.ask(a, 8, r#"["P2P_EMIT","b","hi",[]]"#);
    assert_eq!(relay.ack(b, 0, "[1]"), ["1 437[1]"]);
    assert_eq!(relay.advance(1_149), NOTHING);
    assert_eq!(relay.advance(1_150).len(), 1);
    // A clock that goes back is not believed.
    relay.advance(3);
    relay.ask(a, 9, r#"["P2P_EMIT","b","hi",[]]"#);
    assert_eq!(relay.advance(1_249), NOTHING);
    assert_eq!(relay.advance(1_250).len(), 1);
    relay.all_gone();
}

#[test]
fn a_stream_that_is_not_accepted_fails_with_what_was_sent_ahead() {
    for v1 in [false, true] {
        let (mut relay, a, b) = timed();
        relay.ask(a, 7, &open(v1));
        relay.ask(b, 8, &chunk("a", "t", "1"));
        let dropped = "Error: not-allowed: data of a stream that was refused is not delivered";
        assert_eq!(
            relay.advance(1_050),
            [
                format!(r#"1 42["SERVER_ERROR","{LATE}"]"#),
                format!(r#"2 42["SERVER_ERROR","{dropped}"]"#),
            ]
        );
        // The acceptance comes too late to be heard, and the end that it has made has
        // no other (SRV-STR-17).
        assert_eq!(relay.relay.gauges().given_up_requests, 1);
        assert_eq!(relay.ack(a, 0, "[]"), NOTHING, "it was not asked");
        let gone = if v1 { r#""a","s""# } else { r#""s""# };
        let told = format!(r#"2 42["PEER_STREAM_DESTROYED",{gone}]"#);
        assert_eq!(relay.ack(b, 0, "[]"), [told]);
        assert_eq!(relay.ack(b, 0, "[]"), NOTHING, "it is told once");
        assert_eq!(relay.relay.gauges().streams, 0);
        assert_eq!(relay.relay.gauges().given_up_requests, 0);
        relay.all_gone();
    }
}

/// Who refuses too late has no end, and one whose opener has left has been told so.
#[test]
fn only_a_late_acceptance_is_told_and_only_of_an_opener_that_is_there() {
    let (mut relay, a, b) = timed();
    relay.ask(a, 7, &open(false));
    relay.advance(1_050);
    assert_eq!(relay.ack(b, 0, r#"["no"]"#), NOTHING);
    relay.ask(a, 8, &open(false));
    relay.advance(1_100);
    relay.gone(a);
    assert_eq!(relay.ack(b, 1, "[]"), NOTHING);
    relay.all_gone();
}

/// A request can also be given up because its opener asks for too much.
#[test]
fn a_request_that_was_given_up_for_another_is_remembered_too() {
    let mut relay = Driver::new(Policy {
        pending_acks: 1,
        ..Policy::default()
    });
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 7, &open(false));
    relay.ask(a, 8, r#"["P2P_EMIT","b","hi",[]]"#);
    let told = [r#"2 42["PEER_STREAM_DESTROYED","s"]"#];
    assert_eq!(relay.ack(b, 0, "[]"), told);
    relay.all_gone();
}

#[test]
fn an_idle_stream_is_destroyed_at_both_ends() {
    for (v1, sent) in [
        (
            false,
            [
                r#"2 42["PEER_STREAM_DESTROYED","s"]"#,
                r#"1 42["PEER_STREAM_DESTROYED","t"]"#,
            ],
        ),
        (
            true,
            [
                r#"2 42["PEER_STREAM_DESTROYED","a","s"]"#,
                r#"1 42["PEER_STREAM_DESTROYED","b","t"]"#,
            ],
        ),
    ] {
        let (mut relay, a, b) = timed();
        relay.ask(a, 7, &open(v1));
        relay.advance(1_010);
        relay.ack(b, 0, "[]");
        assert_eq!(relay.relay.gauges().streams, 1);
        assert_eq!(relay.advance(1_089), NOTHING);
        assert_eq!(relay.advance(1_090), sent);
        assert_eq!(relay.relay.gauges().streams, 0);
        // What clients answer to that finds its way, and means nothing here.
        let echo = relay.event(b, r#"["P2P_EMIT","a","PEER_STREAM_DESTROYED",["t"],null]"#);
        assert_eq!(echo, [r#"1 42["PEER_STREAM_DESTROYED","t"]"#]);
        relay.all_gone();
    }
}

#[test]
fn a_stream_lives_on_what_its_ends_send_and_on_nothing_else() {
    let (mut relay, a, b) = timed();
    let c = relay.join("c");
    relay.ask(a, 7, &open(false));
    relay.ack(b, 0, "[]");
    for (now, from, to) in [(1_060, a, "b"), (1_120, b, "a")] {
        assert_eq!(relay.advance(now), NOTHING);
        let id = if from == a { "s" } else { "t" };
        relay.event(from, &chunk(to, id, "1"));
    }
    relay.advance(1_190);
    // A third client that knows the id is heard by the end, as ever (DEV-17), but
    // does not keep the stream.
    let forged = relay.event(c, &chunk("b", "s", "2"));
    assert_eq!(forged, [r#"2 42["P2P_EMIT_STREAM-from-stream-s",2]"#]);
    relay.event(c, r#"["P2P_EMIT","b","PEER_STREAM_DESTROYED",["s"],null]"#);
    assert_eq!(relay.relay.gauges().streams, 1);
    assert_eq!(relay.advance(1_199), NOTHING);
    assert_eq!(relay.advance(1_200).len(), 2);
    relay.all_gone();
}

#[test]
fn the_ack_of_a_chunk_is_waited_for_as_long_as_its_stream_may_pause() {
    let mut relay = Driver::new(Policy {
        ack_timeout: Duration::from_millis(10),
        stream_idle_timeout: Duration::from_millis(100),
        ..Policy::default()
    });
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, &open(false));
    relay.ack(b, 0, "[]");
    relay.ask(a, 2, &chunk("b", "s", "1"));
    assert_eq!(relay.advance(99), NOTHING);
    assert_eq!(relay.ack(b, 1, "[]"), ["1 432[]"]);
    relay.all_gone();
}

/// The host asks in two ways: for an answer, which has a deadline, and until it gets
/// one, which has none (SRV-MSG-27).
#[test]
fn a_persistent_message_is_waited_for_as_long_as_its_client_is_there() {
    let (mut relay, _, b) = timed();
    let target = ClientId::new("b").unwrap();
    let event = EventName::new("job").unwrap();
    relay.told();
    relay.host(|host| {
        host.emit(&target, &event, Arguments::empty().into(), Some(1))
            .unwrap();
        host.emit_persistent(&target, &event, Arguments::empty().into(), 2)
            .unwrap();
    });
    let year = 365 * 24 * 60 * 60 * 1_000;
    relay.advance(year);
    let told = relay.told();
    assert!(
        matches!(told[..], [HostEvent::Unanswered { id: 1, .. }]),
        "{told:?}"
    );
    relay.ack(b, 1, "[true]");
    let told = relay.told();
    assert!(
        matches!(told[..], [HostEvent::Answered { id: 2, .. }]),
        "{told:?}"
    );
    relay.all_gone();
}
