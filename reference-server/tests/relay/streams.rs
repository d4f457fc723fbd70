//! Opening streams. One test per rule.

use sio_p2p_server::relay::{ConnectionId, Policy};

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

/// A request from `a` to the target, for an end called `TB`.
pub(crate) fn open(target: &str) -> String {
    format!(
        r#"["CREATE_STREAM",{{"sourceStreamId":"TA","targetStreamId":"TB","targetClientId":"{target}"}}]"#
    )
}

/// A relay with `a`, and `b` who has been asked for a stream under ack id 0.
pub(crate) fn asked(policy: Policy) -> (Driver, ConnectionId, ConnectionId) {
    let mut relay = Driver::new(policy);
    let (a, b) = (relay.join("a"), relay.join("b"));
    assert_eq!(relay.ask(a, 1, &open("b")).len(), 1);
    (relay, a, b)
}

/// SRV-STR-1, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-16.
#[test]
fn a_request_reaches_its_target_with_the_source_and_is_answered_verbatim() {
    let mut relay = Driver::default();
    let (a, b) = (relay.join("a"), relay.join("b"));
    let info = |source: &str| {
        format!(
            r#"{{"sourceStreamId":"1", "x":1e400,{source}"targetStreamId":"2","targetClientId":"b","argArray":[{{"_placeholder":true,"num":0}}]}}"#
        )
    };
    // A forged source is replaced where it stands.
    let json = format!(
        r#"["CREATE_STREAM",{},"ignored"]"#,
        info(r#""sourceClientId":{"z":1} ,"#)
    );
    let expected = format!(
        r#"2 45(3)-0["CREATE_STREAM",{}]"#,
        info(r#""sourceClientId":"a" ,"#)
    );
    assert_eq!(relay.request(a, &json, &[b"bin"], Some(7)), [expected]);
    assert_eq!(relay.ack(b, 0, "[]"), ["1 437[]"]);
    // A missing one is added at the end.
    let json = r#"["MULTI_API_CREATE_STREAM",{"sourceStreamId":"1","targetStreamId":"2","targetClientId":"b","channel":"c"}]"#;
    let expected = format!(
        "2 421{}",
        json.replace(r#""c"}"#, r#""c","sourceClientId":"a"}"#)
    );
    assert_eq!(relay.ask(a, 8, json), [expected]);
    let refusal = r#"["Client b is not listening to create stream event", 2]"#;
    assert_eq!(relay.ack(b, 1, refusal), [format!("1 438{refusal}")]);
    assert_eq!(relay.ack(b, 1, "[]"), NOTHING, "only the first counts");
    relay.all_gone();
}

/// SRV-STR-12: a channel is part of the event's name, whatever it spells.
#[test]
fn a_channel_makes_the_name_of_the_event() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    let json =
        |channel: &str| open("b").replace(r#""b"}"#, &format!(r#""b","channel":{channel}}}"#));
    for (number, (channel, name)) in [
        (r#""files""#, "CREATE_STREAM-CHANNEL-files"),
        (r#""__proto__\"""#, r#"CREATE_STREAM-CHANNEL-__proto__\""#),
        ("7", "CREATE_STREAM-CHANNEL-7"),
        (r#""""#, "CREATE_STREAM"),
        ("null", "CREATE_STREAM"),
    ]
    .into_iter()
    .enumerate()
    {
        let expected = json(channel)
            .replace("CREATE_STREAM", name)
            .replace('}', r#","sourceClientId":"a"}"#);
        let sent = relay.ask(a, 1, &json(channel));
        assert_eq!(sent, [format!("2 42{number}{expected}")]);
    }
}

/// SRV-STR-3, and nothing is linked with a client that is not there.
#[test]
fn an_unknown_target_is_refused_in_each_dialect() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    assert_eq!(
        relay.ask(a, 1, &open("zz")),
        [r#"1 431["Stream: Client zz is not connected to server"]"#]
    );
    let v1 = open("zz").replace("CREATE", "MULTI_API_CREATE");
    assert_eq!(
        relay.ask(a, 2, &v1),
        [
            r#"1 42["SERVER_ERROR","Error: Could not find target client 'zz' socket"]"#,
            r#"1 432["Client zz is not registered to server"]"#,
        ]
    );
    let gauges = relay.relay.gauges();
    assert_eq!((gauges.link_ends, gauges.stream_requests), (0, 0));
}

/// SRV-ROB-11, SRV-ROB-1: no ack id, no description, no ids: an error each.
#[test]
fn a_request_that_cannot_be_answered_is_an_error() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    for target in ["b", "zz"] {
        for json in [
            open(target),
            open(target).replace("CREATE", "MULTI_API_CREATE"),
        ] {
            let sent = relay.event(a, &json);
            assert_eq!(sent.len(), 1, "{json}");
            assert!(
                sent[0].starts_with(r#"1 42["SERVER_ERROR","Error: missing-ack: "#),
                "{json}: {sent:?}"
            );
        }
    }
    for info in ["null", "{}", "[]", r#""b""#, r#"{"targetClientId":"b"}"#] {
        for name in ["CREATE_STREAM", "MULTI_API_CREATE_STREAM"] {
            let sent = relay.ask(a, 1, &format!(r#"["{name}",{info}]"#));
            assert!(
                sent.len() == 1 && sent[0].contains("malformed-argument"),
                "{info}: {sent:?}"
            );
        }
    }
}

/// An acceptor could not address a client whose id it does not know.
#[test]
fn a_client_without_id_cannot_open_streams() {
    let mut relay = Driver::default();
    let (anonymous, _) = relay.connect(None);
    relay.join("b");
    let text = "Error: client-id-missing: a connection without a client id cannot open streams";
    for json in [open("b"), open("b").replace("CREATE", "MULTI_API_CREATE")] {
        assert_eq!(
            relay.ask(anonymous, 1, &json),
            [format!(r#"1 42["SERVER_ERROR","{text}"]"#)]
        );
    }
    // That the target is not there is another matter only where the original says so.
    let missing = [open("zz"), open("zz").replace("CREATE", "MULTI_API_CREATE")];
    let [v2, v1] = missing.map(|json| relay.ask(anonymous, 1, &json));
    assert_eq!(v2, [format!(r#"1 42["SERVER_ERROR","{text}"]"#)]);
    assert_eq!(v1[1], r#"1 431["Client zz is not registered to server"]"#);
    relay.all_gone();
}

/// SRV-STR-13, SRV-STR-2, SRV-MSG-20: linked as by adding a target, and told once.
#[test]
fn the_ends_of_a_stream_are_told_that_the_other_left() {
    for opener_leaves in [true, false] {
        let (mut relay, a, b) = asked(Policy::default());
        relay.ask(a, 2, &open("b"));
        relay.ask(a, 3, r#"["ADD_TARGET","b"]"#);
        relay.ack(b, 0, "[]");
        relay.ack(b, 1, r#"["no"]"#);
        relay.ack(b, 2, "[]");
        let sent = relay.gone(if opener_leaves { a } else { b });
        let expected = if opener_leaves {
            r#"2 42["TARGET_DISCONNECT","a"]"#
        } else {
            r#"1 42["TARGET_DISCONNECT","b"]"#
        };
        assert_eq!(sent, [expected]);
        relay.all_gone();
    }
}

/// SRV-MSG-30 for streams: the notice says it, and the ack stays open.
#[test]
fn a_target_that_leaves_before_it_answers_is_told_by_the_notice_alone() {
    let (mut relay, a, b) = asked(Policy::default());
    relay.ask(a, 2, &open("b").replace("CREATE", "MULTI_API_CREATE"));
    relay.ask(b, 1, crate::early::DATA);
    assert_eq!(relay.relay.gauges().early_events, 1);
    assert_eq!(
        relay.gone(b),
        [
            r#"1 42["TARGET_DISCONNECT","b"]"#,
            r#"1 42["MULTI_API_TARGET_DISCONNECT","b"]"#,
        ]
    );
    relay.all_gone();
}

/// SRV-MSG-19 and the limit of links hold for streams as for targets.
#[test]
fn a_link_too_many_refuses_the_stream() {
    let (mut relay, a, _) = asked(Policy {
        links: 1,
        ..Policy::default()
    });
    relay.join("c");
    let text = "Error: limit-reached: one connection may have at most 1 targets (policy.links)";
    assert_eq!(relay.ask(a, 2, &open("c")), [format!(r#"1 432["{text}"]"#)]);
    assert_eq!(relay.ask(a, 3, &open("b")).len(), 1, "the link stands");
    relay.all_gone();
}
