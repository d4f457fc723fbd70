//! Everything that the network can make grow has a bound, and passing it is
//! told in words (SRV-ROB-2).

use sio_p2p_server::relay::Policy;

use crate::driver::Driver;

#[test]
fn a_long_client_id_is_turned_away() {
    let mut relay = Driver::new(Policy {
        client_id_bytes: 3,
        ..Policy::default()
    });
    relay.join("abc");
    let (_, sent) = relay.connect(Some("abcd"));
    let text =
        "Error: limit-reached: a client id may have at most 3 bytes (policy.client_id_bytes)";
    assert_eq!(
        sent,
        [
            format!(r#"2 42["SERVER_ERROR","{text}"]"#),
            "2 41".to_owned()
        ]
    );
    relay.all_gone();
}

#[test]
fn rooms_are_bounded_in_number_and_in_length() {
    let mut relay = Driver::new(Policy {
        rooms: 1,
        room_name_bytes: 3,
        ..Policy::default()
    });
    let a = relay.join("a");
    assert_eq!(relay.ask(a, 1, r#"["JOIN_ROOM","abc"]"#), ["1 431[null]"]);
    assert_eq!(relay.ask(a, 2, r#"["JOIN_ROOM","abc"]"#), ["1 432[null]"]);
    let text = "Error: limit-reached: one connection may have at most 1 rooms (policy.rooms)";
    assert_eq!(
        relay.ask(a, 3, r#"["JOIN_ROOM","q"]"#),
        [format!(r#"1 42["SERVER_ERROR","{text}"]"#)]
    );
    let text =
        "Error: limit-reached: a room name may have at most 3 bytes (policy.room_name_bytes)";
    assert_eq!(
        relay.ask(a, 4, r#"["JOIN_ROOM","any","abcd"]"#),
        [format!(r#"1 42["SERVER_ERROR","{text}"]"#)]
    );
    relay.all_gone();
}

#[test]
fn links_are_bounded_and_the_refusal_is_in_the_ack() {
    let mut relay = Driver::new(Policy {
        links: 1,
        ..Policy::default()
    });
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.join("c");
    relay.ask(a, 1, r#"["ADD_TARGET","b"]"#);
    let text = "Error: limit-reached: one connection may have at most 1 targets (policy.links)";
    assert_eq!(
        relay.ask(a, 2, r#"["ADD_TARGET","c"]"#),
        [format!(r#"1 432["{text}"]"#)]
    );
    assert_eq!(
        relay.ask(b, 1, r#"["ADD_TARGET","c"]"#),
        [r#"3 421["ADD_TARGET","b"]"#]
    );
    relay.all_gone();
}

#[test]
fn the_oldest_of_too_many_acks_fails_and_the_newest_is_asked() {
    let mut relay = Driver::new(Policy {
        pending_acks: 2,
        ..Policy::default()
    });
    let (a, b) = (relay.join("a"), relay.join("b"));
    relay.ask(a, 1, r#"["P2P_EMIT","b","hi",[1]]"#);
    relay.ask(a, 2, r#"["P2P_EMIT","b","hi",[2]]"#);
    let text = "Error: limit-reached: one connection may have at most 2 acks under way (policy.pending_acks)";
    assert_eq!(
        relay.ask(a, 3, r#"["P2P_EMIT","b","hi",[3]]"#),
        [
            format!(r#"1 42["SERVER_ERROR","{text}"]"#),
            r#"2 422["hi",3]"#.to_owned(),
        ]
    );
    assert!(relay.ack(b, 0, "[]").is_empty());
    assert_eq!(relay.ack(b, 1, "[]"), ["1 432[]"]);
    assert_eq!(relay.ack(b, 2, "[]"), ["1 433[]"]);
    // A request to add a target could say no in its ack, but that is the target's now.
    for id in [4, 5] {
        relay.ask(a, id, r#"["ADD_TARGET","b"]"#);
    }
    let sent = relay.ask(a, 6, r#"["ADD_TARGET","b"]"#);
    assert_eq!(sent[0], format!(r#"1 42["SERVER_ERROR","{text}"]"#));
    relay.all_gone();
}

#[test]
fn the_clients_of_a_server_are_bounded_and_anonymous_ones_count() {
    let mut relay = Driver::new(Policy {
        clients: 2,
        ..Policy::default()
    });
    let a = relay.join("a");
    let (anonymous, sent) = relay.connect(None);
    assert!(sent.is_empty());
    let text = "Error: limit-reached: this server may have at most 2 clients (policy.clients)";
    for id in [Some("b"), None] {
        let (refused, sent) = relay.connect(id);
        let n = refused.0;
        assert_eq!(
            sent,
            [
                format!(r#"{n} 42["SERVER_ERROR","{text}"]"#),
                format!("{n} 41")
            ]
        );
    }
    // Who is in stays in, and who leaves makes room for one.
    assert_eq!(relay.ask(a, 1, r#"["LIST_CLIENTS"]"#), ["1 431[[\"a\"]]"]);
    relay.gone(anonymous);
    relay.join("b");
    relay.all_gone();
}

#[test]
fn the_topics_that_a_service_makes_are_bounded() {
    let mut relay = Driver::new(Policy {
        topics: 1,
        ..Policy::default()
    });
    let (a, b) = (relay.join("a"), relay.join("b"));
    let create = |room: &str| format!(r#"["JOIN_ROOM","SERVICE_CREATE_TOPIC","{room}"]"#);
    for id in [1, 2] {
        assert_eq!(relay.ask(a, id, &create("t")), [format!("1 43{id}[]")]);
    }
    let text = "Error: limit-reached: one connection may have at most 1 topics (policy.topics)";
    let refused = [format!(r#"1 42["SERVER_ERROR","{text}"]"#)];
    assert_eq!(relay.ask(a, 3, &create("u")), refused);
    // A plain room is no topic, and others have limits of their own.
    assert_eq!(relay.ask(a, 4, r#"["JOIN_ROOM","any","u"]"#), ["1 434[]"]);
    assert_eq!(relay.ask(b, 1, &create("u")), ["2 431[]"]);
    assert_eq!(relay.relay.gauges().topics, 2);
    // A topic that ends makes room for one.
    relay.event(a, r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","t"]"#);
    assert_eq!(relay.ask(a, 5, &create("v")), ["1 435[]"]);
    relay.all_gone();
}

/// Every event that carries a message on: to a client, to a room, to an API.
fn messages(event: &str, args: &str) -> [String; 4] {
    let list = if args.is_empty() {
        String::new()
    } else {
        format!(",{args}")
    };
    [
        format!(r#"["P2P_EMIT","b","{event}",[{args}]]"#),
        format!(
            r#"["P2P_EMIT_ACKNOWLEDGE",{{"targetClientId":"b","event":"{event}","args":[{args}]}}]"#
        ),
        format!(r#"["EMIT_ROOM","sid-2","{event}"{list}]"#),
        format!(r#"["USE_API","{event}"{list}]"#),
    ]
}

#[test]
fn messages_are_bounded_in_name_arguments_and_bytes() {
    let policy = || Policy {
        event_name_bytes: 4,
        arguments: 3,
        message_bytes: 12,
        ..Policy::default()
    };
    for (event, args, attachments, text) in [
        ("four", "1,2,3", &[][..], None),
        (
            "fiver",
            "",
            &[],
            Some("an event name may have at most 4 bytes (policy.event_name_bytes)"),
        ),
        ("four", "\"0123456789\"", &[], None),
        (
            "four",
            "\"0123456789a\"",
            &[],
            Some("a message may have at most 12 bytes (policy.message_bytes)"),
        ),
        (
            "four",
            "1,2,3,4",
            &[],
            Some("a message may have at most 3 arguments (policy.arguments)"),
        ),
        ("four", "[1,2,3,4]", &[], None),
    ] {
        for message in messages(event, args) {
            let mut relay = Driver::new(policy());
            let (a, b) = (relay.join("a"), relay.join("b"));
            relay.event(b, &format!(r#"["CREATE_API","{event}"]"#));
            let sent = relay.request(a, &message, attachments, Some(1));
            match text {
                None => assert!(sent[0].starts_with("2 42"), "{message}: {sent:?}"),
                Some(text) => {
                    let text = format!("Error: limit-reached: {text}");
                    let told = format!(r#"1 42["SERVER_ERROR","{text}"]"#);
                    assert_eq!(sent, [told], "{message}");
                }
            }
            relay.all_gone();
        }
    }
}

#[test]
fn attachments_count_as_bytes_of_the_message() {
    let message = r#"["P2P_EMIT","b","e",[{"_placeholder":true,"num":0}],null]"#;
    let text = r#"{"_placeholder":true,"num":0}"#;
    for (limit, delivered) in [(text.len() + 4, true), (text.len() + 3, false)] {
        let mut relay = Driver::new(Policy {
            message_bytes: limit,
            ..Policy::default()
        });
        let a = relay.join("a");
        relay.join("b");
        let sent = relay.request(a, message, &[b"four"], None);
        assert_eq!(sent[0].starts_with("2 45"), delivered);
        relay.all_gone();
    }
}

#[test]
fn the_ids_and_channels_of_streams_are_bounded_in_length() {
    let open = |source: &str, target: &str, channel: &str| {
        format!(
            r#"["CREATE_STREAM",{{"sourceStreamId":"{source}","targetStreamId":"{target}","targetClientId":"b","channel":"{channel}"}}]"#
        )
    };
    for (request, text) in [
        (open("abc", "abc", "four"), None),
        (
            open("abcd", "t", "c"),
            Some("a stream id may have at most 3 bytes (policy.stream_id_bytes)"),
        ),
        (
            open("s", "abcd", "c"),
            Some("a stream id may have at most 3 bytes (policy.stream_id_bytes)"),
        ),
        (
            open("s", "t", "fiver"),
            Some("a channel name may have at most 4 bytes (policy.channel_bytes)"),
        ),
    ] {
        let mut relay = Driver::new(Policy {
            stream_id_bytes: 3,
            channel_bytes: 4,
            ..Policy::default()
        });
        let a = relay.join("a");
        relay.join("b");
        let sent = relay.ask(a, 1, &request);
        match text {
            None => assert!(sent[0].starts_with("2 42"), "{sent:?}"),
            Some(text) => {
                assert_eq!(sent, [format!(r#"1 431["Error: limit-reached: {text}"]"#)]);
                assert_eq!(relay.relay.gauges().link_ends, 0, "nothing was done");
            }
        }
        relay.all_gone();
    }
}
