//! The host as a participant. One test per rule.

use sio_p2p_protocol::{ApiName, Args, ClientId, EventName, TopicName};
use sio_p2p_server::relay::{Callee, HostEvent, Policy};

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

pub(crate) fn client(name: &str) -> ClientId {
    ClientId::new(name).unwrap()
}

pub(crate) fn api(name: &str) -> Callee {
    Callee::Api(ApiName::new(name).unwrap())
}

pub(crate) fn service(name: &str, event: &str) -> Callee {
    Callee::Service {
        service: client(name),
        event: EventName::new(event).unwrap(),
    }
}

/// SRV-SVC-F1: a message to a service is intercepted in both dialects, and exactly
/// if the event is provided.
#[test]
fn a_service_is_told_from_a_client_of_its_name_by_the_event() {
    let mut relay = Driver::default();
    let (svc, a) = (relay.join("svc"), relay.join("a"));
    relay.told();
    relay
        .host(|host| host.provide(&service("svc", "echo")))
        .0
        .unwrap();
    assert!(
        relay
            .host(|host| host.provide(&service("svc", "echo")))
            .0
            .is_err()
    );
    for (json, ack) in [
        (
            r#"["P2P_EMIT",{"targetClientId":"svc","event":"echo","args":["a",1e400]}]"#,
            None,
        ),
        (r#"["P2P_EMIT","svc","echo",["forged",1e400]]"#, Some(3)),
    ] {
        assert_eq!(relay.request(a, json, &[], ack), NOTHING);
        let told = relay.told();
        let [HostEvent::Called(call)] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(call.callee, service("svc", "echo"));
        assert_eq!(call.caller.client, Some(client("a")));
        assert_eq!(call.args.arguments().as_json(), "[1e400]");
        assert_eq!(call.ack.is_some(), ack.is_some());
    }
    let other = r#"["P2P_EMIT",{"targetClientId":"svc","event":"other","args":["a"]}]"#;
    assert_eq!(relay.event(a, other), [r#"1 42["other","a"]"#]);
    // Nor are subscribers its own before it has topics.
    let subscribe =
        r#"["P2P_EMIT",{"targetClientId":"svc","event":"SUBSCRIBE_TOPIC","args":["a","a","t"]}]"#;
    assert_eq!(
        relay.event(a, subscribe),
        [r#"1 42["SUBSCRIBE_TOPIC","a","a","t"]"#]
    );
    let topic = TopicName::new("t").unwrap();
    relay.host(|host| host.create_topic(&client("svc"), &topic));
    assert_eq!(relay.event(a, subscribe), NOTHING);
    let (events, ended) = relay.host(|host| host.remove_service(&client("svc")));
    assert_eq!(events, [service("svc", "echo")]);
    assert_eq!(
        ended,
        [r#"2 42["service:svc:topic:t-TOPIC_BEING_DESTROYED"]"#]
    );
    assert_eq!(
        relay.event(a, subscribe),
        [r#"1 42["SUBSCRIBE_TOPIC","a","a","t"]"#]
    );
    relay.gone(svc);
    relay.all_gone();
}

/// SRV-SVC-F5, SRV-ROB-1, SRV-ROB-2: what subscribers of the host can do wrong.
#[test]
fn subscribers_of_the_host_are_told_what_is_wrong() {
    let mut relay = Driver::new(Policy {
        rooms: 1,
        ..Policy::default()
    });
    let a = relay.join("a");
    let topic = TopicName::new("t").unwrap();
    relay.host(|host| host.create_topic(&client("svc"), &topic));
    let ask = |event: &str, args: &str| {
        format!(
            r#"["P2P_EMIT_ACKNOWLEDGE",{{"targetClientId":"svc","event":"{event}","args":{args}}}]"#
        )
    };
    for (args, answer) in [
        (r#"["a","a",""]"#, r#"1 430["topicName can not be empty"]"#),
        (
            r#"["a","a",null]"#,
            r#"1 430["topicName can not be empty"]"#,
        ),
        (
            r#"["a","zz","t"]"#,
            r#"1 430["client zz is not connected to p2p server"]"#,
        ),
        (r#"["x","a","t"]"#, "1 430[]"),
        (r#"["x","a","t"]"#, "1 430[]"),
    ] {
        assert_eq!(
            relay.ask(a, 0, &ask("SUBSCRIBE_TOPIC", args)),
            [answer],
            "{args}"
        );
    }
    let full = relay.ask(a, 0, &ask("SUBSCRIBE_TOPIC", r#"["a","a","u"]"#));
    assert!(
        full[0].starts_with(r#"1 430["Error: limit-reached: "#),
        "{full:?}"
    );
    // Without an ack there is only one way to tell.
    let told = relay.event(a, &ask("SUBSCRIBE_TOPIC", r#"["a","zz","t"]"#));
    assert!(told[0].starts_with(r#"1 42["SERVER_ERROR","#), "{told:?}");
    for args in ["[]", r#"["a",{}]"#, r#"["a","a",{}]"#] {
        let told = relay.ask(a, 0, &ask("SUBSCRIBE_TOPIC", args));
        assert!(told[0].contains("malformed-argument"), "{told:?}");
    }
    let leave = relay.ask(a, 0, &ask("UNSUBSCRIBE_TOPIC", r#"["a","zz","t"]"#));
    assert_eq!(leave, ["1 430[]"]);
    let twice = r#"["a","a","service:svc:topic:t"]"#;
    assert_eq!(relay.event(a, &ask("UNSUBSCRIBE_TOPIC", twice)), NOTHING);
    let (published, _) = relay.host(|host| host.publish(&client("svc"), &topic, Args::default()));
    assert_eq!(published, Ok(0));
    relay.host(|host| host.remove_service(&client("svc")));
    relay.all_gone();
}

/// SRV-SVC-13: the host may remove the API of a client, which it then can create anew.
#[test]
fn the_host_has_the_last_word_about_api_names() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    relay.event(a, r#"["CREATE_API","x"]"#);
    assert!(relay.host(|host| host.provide(&api("x"))).0.is_err());
    assert!(
        relay
            .host(|host| host.provide(&api("disconnect")))
            .0
            .is_err()
    );
    let x = ApiName::new("x").unwrap();
    assert_eq!(relay.host(|host| host.destroy_api(&x)), (Some(a), vec![]));
    assert_eq!(relay.host(|host| host.destroy_api(&x)), (None, vec![]));
    relay.host(|host| host.provide(&api("x"))).0.unwrap();
    relay.host(|host| host.withdraw(&api("x")));
    assert_eq!(relay.ask(a, 0, r#"["CREATE_API","x"]"#), ["1 430[]"]);
    relay.all_gone();
}
