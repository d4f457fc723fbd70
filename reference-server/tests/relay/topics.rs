//! Topics of client services, dialect `v1`. One test per rule.

use sio_p2p_server::relay::ConnectionId;

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

/// The room of a topic and its event.
const ROOM: &str = "service:svc:topic:T";

fn publish(relay: &mut Driver, service: ConnectionId) -> Vec<String> {
    let json = format!(r#"["EMIT_ROOM","{ROOM}","{ROOM}-DEFAULT_TOPIC_EVENT",1]"#);
    relay.event(service, &json)
}

/// DEV-5: a subscriber of the original names the topic by its room, to which its
/// service adds the prefix again. It leaves the room all the same.
#[test]
fn unsubscribing_works_for_old_clients_and_for_new_ones() {
    for room in [ROOM.to_owned(), format!("service:svc:topic:{ROOM}")] {
        let mut relay = Driver::default();
        let (svc, a, b) = (relay.join("svc"), relay.join("a"), relay.join("b"));
        relay.event(
            svc,
            &format!(r#"["JOIN_ROOM","SERVICE_CREATE_TOPIC","{ROOM}"]"#),
        );
        for subscriber in ["a", "b"] {
            let join = format!(r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","{subscriber}","{ROOM}"]"#);
            assert_eq!(relay.ask(svc, 1, &join), ["1 431[]"]);
        }
        let leave = format!(r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","a","{room}"]"#);
        assert_eq!(relay.ask(svc, 2, &leave), ["1 432[]"]);
        let event = format!(r#"3 42["{ROOM}-DEFAULT_TOPIC_EVENT",1]"#);
        assert_eq!(publish(&mut relay, svc), [event]);
        // Nobody else may take the prefix away, and nobody can be told to
        // leave what he is not in.
        let doubled =
            format!(r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","b","service:svc:topic:{ROOM}"]"#);
        assert_eq!(relay.event(a, &doubled), NOTHING);
        assert_eq!(publish(&mut relay, svc).len(), 1);
        assert_eq!(relay.gone(b), NOTHING);
        relay.all_gone();
    }
}

/// A topic may really be called like that.
#[test]
fn the_room_that_is_named_is_left_first() {
    let mut relay = Driver::default();
    let (svc, _) = (relay.join("svc"), relay.join("a"));
    let doubled = format!("service:svc:topic:{ROOM}");
    for room in [ROOM, &doubled] {
        relay.event(
            svc,
            &format!(r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","a","{room}"]"#),
        );
    }
    let leave = format!(r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","a","{doubled}"]"#);
    relay.event(svc, &leave);
    assert_eq!(publish(&mut relay, svc).len(), 1);
    relay.event(svc, &leave);
    assert_eq!(publish(&mut relay, svc), NOTHING);
}

/// A service that leaves tells nobody, and one that comes back finds its
/// subscribers: that is what the clients of the original build upon.
#[test]
fn topics_outlive_their_service() {
    let mut relay = Driver::default();
    let (svc, _) = (relay.join("svc"), relay.join("a"));
    relay.event(
        svc,
        &format!(r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","a","{ROOM}"]"#),
    );
    assert_eq!(relay.gone(svc), NOTHING);
    let svc = relay.join("svc");
    assert_eq!(publish(&mut relay, svc).len(), 1);
    relay.all_gone();
}
