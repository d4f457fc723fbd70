//! Rooms: who is in them, and what reaches them.

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

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
