//! Nobody speaks in another's name, where `policy.identities` is `bound`.

use sio_p2p_server::relay::{ConnectionId, Identities, Policy};

use crate::driver::Driver;

/// `alice` and `bob` have a stream, and `evil` looks on.
struct Harness {
    relay: Driver,
    alice: ConnectionId,
    bob: ConnectionId,
    evil: ConnectionId,
}

fn harness(identities: Identities) -> Harness {
    let mut relay = Driver::new(Policy {
        identities,
        ..Policy::default()
    });
    let [alice, bob, evil] = ["alice", "bob", "evil"].map(|client| relay.join(client));
    let offered = relay.ask(
        alice,
        1,
        r#"["CREATE_STREAM",{"sourceStreamId":"s","targetStreamId":"t","targetClientId":"bob"}]"#,
    );
    let id = offered.concat();
    let id = id
        .strip_prefix("2 42")
        .and_then(|rest| rest.split('[').next());
    relay.ack(bob, id.unwrap().parse().unwrap(), "[]");
    Harness {
        relay,
        alice,
        bob,
        evil,
    }
}

/// What is said if `evil` sends this, under both rules.
fn said(event: &str) -> [String; 2] {
    [Identities::Claimed, Identities::Bound].map(|identities| {
        let mut harness = harness(identities);
        let said = harness.relay.event(harness.evil, event).concat();
        harness.relay.all_gone();
        said
    })
}

fn refused(reason: &str) -> String {
    format!(r#"3 42["SERVER_ERROR","Error: not-allowed: {reason} (policy.identities)"]"#)
}

#[test]
fn the_source_of_a_message_of_v1_is_its_sender() {
    const SOURCE: &str = "the first argument of a message names its source in `v1`, and must be \
                          the sender's own client id";
    for first in [r#""alice""#, "7", "null", r#""""#, r#"{"a":1}"#] {
        let message =
            format!(r#"["P2P_EMIT",{{"targetClientId":"bob","event":"pay","args":[{first},9]}}]"#);
        let [claimed, bound] = said(&message);
        assert_eq!(claimed, format!(r#"2 42["pay",{first},9]"#));
        assert_eq!(bound, refused(SOURCE), "{first}");
    }
    for args in [r#"["evil",9]"#, "[]"] {
        let message =
            format!(r#"["P2P_EMIT",{{"targetClientId":"bob","event":"pay","args":{args}}}]"#);
        let [claimed, bound] = said(&message);
        assert!(bound.starts_with(r#"2 42["pay""#), "{bound}");
        assert_eq!(claimed, bound);
    }
}

#[test]
fn who_has_no_id_names_nobody() {
    let mut harness = harness(Identities::Bound);
    let (anonymous, _) = harness.relay.connect(None);
    for (first, passes) in [("null", true), (r#""""#, true), (r#""alice""#, false)] {
        let message =
            format!(r#"["P2P_EMIT",{{"targetClientId":"bob","event":"e","args":[{first}]}}]"#);
        let said = harness.relay.event(anonymous, &message).concat();
        assert_eq!(said.starts_with("2 42"), passes, "{said}");
    }
    harness.relay.all_gone();
}

#[test]
fn nobody_speaks_for_the_server() {
    const SERVER: &str = "only a server sends events of this name";
    for name in [
        "TARGET_DISCONNECT",
        "SERVER_ERROR",
        "CREATE_STREAM-CHANNEL-x",
        "reconnect_failed",
        "ping",
    ] {
        let [claimed, bound] = said(&format!(r#"["P2P_EMIT","bob","{name}",["alice"]]"#));
        assert_eq!(claimed, format!(r#"2 42["{name}","alice"]"#));
        assert_eq!(bound, refused(SERVER));
        let [_, bound] = said(&format!(r#"["EMIT_ROOM","r","{name}","alice"]"#));
        assert_eq!(bound, refused(SERVER));
    }
    let [claimed, bound] = said(r#"["P2P_EMIT","bob","hello",["alice"]]"#);
    assert_eq!(claimed, bound);
}

#[test]
fn a_topic_is_its_service_s() {
    const TOPIC: &str =
        "the room of a topic is entered through its service, and only that sends to it";
    let room = "service:alice:topic:news";
    for event in [
        format!(r#"["JOIN_ROOM","{room}"]"#),
        format!(r#"["JOIN_ROOM","x","{room}"]"#),
        format!(r#"["EMIT_ROOM","{room}","{room}-DEFAULT_TOPIC_EVENT","forged"]"#),
    ] {
        assert_eq!(said(&event), [String::new(), refused(TOPIC)], "{event}");
    }
    // The service itself enters, takes others in, and publishes.
    let mut harness = harness(Identities::Bound);
    let Harness { relay, alice, .. } = &mut harness;
    relay.event(
        *alice,
        &format!(r#"["JOIN_ROOM","SERVICE_CREATE_TOPIC","{room}"]"#),
    );
    let moved = format!(r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","bob","{room}"]"#);
    relay.event(*alice, &moved);
    let published = relay.event(*alice, &format!(r#"["EMIT_ROOM","{room}","e",1]"#));
    assert_eq!(published, [r#"2 42["e",1]"#]);
    relay.all_gone();
}

#[test]
fn who_calls_itself_after_a_topic_of_another_has_no_part_in_it() {
    for identities in [Identities::Claimed, Identities::Bound] {
        let mut relay = Driver::new(Policy {
            identities,
            foreign_room_moves: sio_p2p_server::relay::RoomMoves::TopicOwner,
            ..Policy::default()
        });
        let liar = relay.join("alice:topic:x");
        let said = relay.event(
            liar,
            r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","service:alice:topic:x:topic:y"]"#,
        );
        assert!(said.concat().contains("not-allowed"), "{said:?}");
        relay.all_gone();
    }
}

#[test]
fn the_room_of_another_connection_is_closed() {
    let reason = "the room is that of another connection";
    assert_eq!(
        said(r#"["JOIN_ROOM","sid-2"]"#),
        [String::new(), refused(reason)]
    );
    assert_eq!(said(r#"["JOIN_ROOM","sid-3"]"#), ["", ""]);
}

#[test]
fn what_belongs_to_a_stream_comes_from_its_ends() {
    const STREAM: &str = "the two clients have no such stream";
    let data = r#"["P2P_EMIT","bob","P2P_EMIT_STREAM-from-stream-s",["chunk"]]"#;
    let end = r#"["P2P_EMIT","bob","P2P_EMIT_STREAM-from-stream-s",[null]]"#;
    let gone = r#"["P2P_EMIT","bob","PEER_STREAM_DESTROYED",["s"]]"#;
    assert_eq!(said(data)[1], refused(STREAM));
    assert_eq!(said(end)[1], refused(STREAM));
    // Ends say so of each other, late or not, and nobody is to blame for it.
    assert_eq!(
        said(gone),
        [
            r#"2 42["PEER_STREAM_DESTROYED","s"]"#.to_owned(),
            String::new()
        ]
    );
    let mut harness = harness(Identities::Bound);
    let Harness {
        relay, alice, bob, ..
    } = &mut harness;
    let passes = |said: Vec<String>, to: &str| assert!(said.concat().starts_with(to), "{said:?}");
    passes(relay.event(*alice, data), "2 42");
    passes(
        relay.event(
            *bob,
            r#"["P2P_EMIT","alice","P2P_EMIT_STREAM-from-stream-t",["back"]]"#,
        ),
        "1 42",
    );
    passes(relay.event(*alice, end), "2 42");
    passes(relay.event(*alice, gone), "2 42");
    relay.all_gone();
}

#[test]
fn nobody_opens_a_stream_under_the_id_of_another() {
    let open =
        r#"["CREATE_STREAM",{"sourceStreamId":"s","targetStreamId":"u","targetClientId":"bob"}]"#;
    let mut harness = harness(Identities::Bound);
    let Harness {
        relay, alice, evil, ..
    } = &mut harness;
    let refused = relay.ask(*evil, 5, open).concat();
    assert!(refused.starts_with("3 435["), "{refused}");
    assert!(refused.contains("another client has a stream of this id"));
    // Its owner may, as ever.
    assert!(relay.ask(*alice, 6, open).concat().starts_with("2 42"));
    relay.all_gone();
}
