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
    // A request to add a target has an ack that can say no.
    for id in [4, 5] {
        relay.ask(a, id, r#"["ADD_TARGET","b"]"#);
    }
    let sent = relay.ask(a, 6, r#"["ADD_TARGET","b"]"#);
    assert_eq!(sent[0], format!(r#"1 434["{text}"]"#));
    relay.all_gone();
}
