//! Named APIs of dialect `v2`. One test per rule.

use sio_p2p_server::relay::Policy;

use crate::driver::Driver;

const NOTHING: [&str; 0] = [];

/// SRV-SVC-10, SRV-SVC-11, SRV-SVC-3, SRV-ROB-4.
#[test]
fn an_api_exists_from_its_creation_to_its_destruction() {
    let mut relay = Driver::default();
    let (svc, a) = (relay.join("svc"), relay.join("a"));
    for (name, other) in [
        (r#""resize""#, r#""constructor""#),
        (r#""__proto__""#, r#""toString""#),
        ("7", "8"),
    ] {
        let check = format!(r#"["CHECK_API_NAME",{name}]"#);
        assert_eq!(relay.ask(a, 1, &check), ["2 431[false]"]);
        let create = format!(r#"["CREATE_API",{name}]"#);
        assert_eq!(relay.event(svc, &create), NOTHING);
        assert_eq!(relay.ask(a, 2, &check), ["2 432[true]"]);
        let check_other = format!(r#"["CHECK_API_NAME",{other}]"#);
        assert_eq!(relay.ask(a, 3, &check_other), ["2 433[false]"]);
        assert_eq!(
            relay.event(svc, &format!(r#"["DESTROY_API",{name}]"#)),
            NOTHING
        );
        assert_eq!(relay.ask(a, 4, &check), ["2 434[false]"]);
    }
    // A client that asks for an ack gets it when the request is done.
    assert_eq!(relay.ask(svc, 5, r#"["CREATE_API","x"]"#), ["1 435[]"]);
    assert_eq!(relay.ask(svc, 6, r#"["DESTROY_API","x"]"#), ["1 436[]"]);
    relay.all_gone();
}

/// SRV-SVC-12, SRV-MSG-10, SRV-MSG-13, SRV-SVC-2.
#[test]
fn a_call_reaches_the_provider_and_its_answer_the_caller() {
    let mut relay = Driver::default();
    let (svc, a) = (relay.join("svc"), relay.join("a"));
    relay.event(svc, r#"["CREATE_API","echo"]"#);
    let plain = relay.event(a, r#"["USE_API","echo", 1e400,[ ]]"#);
    assert_eq!(plain, [r#"1 42["echo",1e400,[ ]]"#]);
    let json = r#"["USE_API","echo",{"_placeholder":true,"num":0},-0]"#;
    assert_eq!(
        relay.request(a, json, &[b"bin"], Some(4)),
        [r#"1 45(3)-0["echo",{"_placeholder":true,"num":0},-0]"#]
    );
    assert_eq!(relay.ack(svc, 0, r#"[ 1,"two"]"#), [r#"2 434[ 1,"two"]"#]);
    assert_eq!(relay.ack(svc, 0, "[]"), NOTHING);
    // A provider may call itself, and one without a client id can be called.
    assert_eq!(
        relay.ask(svc, 5, r#"["USE_API","echo"]"#),
        [r#"1 421["echo"]"#]
    );
    let (anonymous, _) = relay.connect(None);
    relay.event(anonymous, r#"["CREATE_API","nameless"]"#);
    assert_eq!(
        relay.ask(a, 6, r#"["USE_API","nameless"]"#),
        [r#"3 422["nameless"]"#]
    );
    relay.all_gone();
}

/// SRV-SVC-16: told to the sender only; the ack is not given, because a caller
/// would take it for the provider's.
#[test]
fn an_api_that_does_not_exist_is_an_error_to_the_sender() {
    let mut relay = Driver::default();
    let (a, _) = (relay.join("a"), relay.join("b"));
    let text = "Error: unknown-api: nobody provides an API called `nosuch`";
    for name in ["USE_API", "DESTROY_API"] {
        for ack in [None, Some(1)] {
            let json = format!(r#"["{name}","nosuch"]"#);
            assert_eq!(
                relay.request(a, &json, &[], ack),
                [format!(r#"1 42["SERVER_ERROR","{text}"]"#)]
            );
        }
    }
    relay.all_gone();
}

/// SRV-ROB-1, SRV-ROB-11: what cannot be understood changes nothing.
#[test]
fn malformed_requests_are_errors() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    relay.event(a, r#"["CREATE_API","mine"]"#);
    for json in [
        r#"["CHECK_API_NAME","mine"]"#,
        r#"["CREATE_API"]"#,
        r#"["CREATE_API",""]"#,
        r#"["CREATE_API",{"toString":1}]"#,
        r#"["USE_API"]"#,
        r#"["USE_API",null]"#,
        r#"["DESTROY_API",{}]"#,
    ] {
        let sent = relay.event(a, json);
        assert!(
            sent.len() == 1 && sent[0].starts_with(r#"1 42["SERVER_ERROR","Error: "#),
            "{json}: {sent:?}"
        );
    }
    assert_eq!(
        relay.ask(a, 1, r#"["CHECK_API_NAME","mine"]"#),
        ["1 431[true]"]
    );
}

/// SRV-SVC-15: a name stays with its owner (DEV-22), who may create it again.
#[test]
fn an_api_cannot_be_taken_over() {
    let mut relay = Driver::default();
    let (svc, thief) = (relay.join("svc"), relay.join("thief"));
    relay.event(svc, r#"["CREATE_API","x"]"#);
    assert_eq!(relay.event(svc, r#"["CREATE_API","x"]"#), NOTHING);
    let text = "Error: not-allowed: the API `x` is provided by another client";
    assert_eq!(
        relay.ask(thief, 1, r#"["CREATE_API","x"]"#),
        [format!(r#"2 42["SERVER_ERROR","{text}"]"#)]
    );
    assert_eq!(
        relay.event(thief, r#"["USE_API","x",1]"#),
        [r#"1 42["x",1]"#]
    );
    relay.gone(svc);
    assert_eq!(relay.event(thief, r#"["CREATE_API","x"]"#), NOTHING);
    relay.all_gone();
}

/// SRV-SVC-13: one, all, and never those of others. DEV-23 stays: a client owns
/// as many as it likes.
#[test]
fn a_client_destroys_its_own_apis_only() {
    let mut relay = Driver::default();
    let (svc, other) = (relay.join("svc"), relay.join("other"));
    for name in ["x", "y", "z"] {
        relay.event(svc, &format!(r#"["CREATE_API","{name}"]"#));
    }
    relay.event(other, r#"["CREATE_API","o"]"#);
    assert_eq!(relay.event(other, r#"["DESTROY_API","x"]"#), NOTHING);
    assert_eq!(relay.relay.gauges().apis, 4);
    relay.event(svc, r#"["DESTROY_API","x"]"#);
    assert_eq!(relay.relay.gauges().apis, 3);
    for all in [
        r#"["DESTROY_API"]"#,
        r#"["DESTROY_API",null]"#,
        r#"["DESTROY_API",""]"#,
    ] {
        relay.event(svc, r#"["CREATE_API","x"]"#);
        assert_eq!(relay.event(svc, all), NOTHING);
        assert_eq!(relay.relay.gauges().apis, 1);
    }
    relay.all_gone();
}

/// A call under way belongs to the two clients, not to the name.
#[test]
fn a_destroyed_api_still_answers_what_it_was_asked() {
    let mut relay = Driver::default();
    let (svc, a) = (relay.join("svc"), relay.join("a"));
    relay.event(svc, r#"["CREATE_API","x"]"#);
    relay.ask(a, 1, r#"["USE_API","x"]"#);
    relay.event(svc, r#"["DESTROY_API","x"]"#);
    assert_eq!(relay.ack(svc, 0, "[1]"), ["2 431[1]"]);
    relay.all_gone();
}

/// SRV-SVC-14, and SRV-MSG-30 for calls: as if the API had not existed.
#[test]
fn a_provider_that_leaves_takes_its_apis_and_fails_its_calls() {
    let mut relay = Driver::default();
    let (svc, a) = (relay.join("svc"), relay.join("a"));
    relay.event(svc, r#"["CREATE_API","x"]"#);
    relay.ask(a, 1, r#"["USE_API","x"]"#);
    relay.event(a, r#"["USE_API","x"]"#);
    let text = "Error: unknown-api: nobody provides an API called `x`";
    assert_eq!(
        relay.gone(svc),
        [format!(r#"2 42["SERVER_ERROR","{text}"]"#)],
        "callers are not linked with a provider"
    );
    assert_eq!(
        relay.ask(a, 2, r#"["CHECK_API_NAME","x"]"#),
        ["2 432[false]"]
    );
    // A client of the same id starts without.
    relay.join("svc");
    assert_eq!(
        relay.ask(a, 3, r#"["CHECK_API_NAME","x"]"#),
        ["2 433[false]"]
    );
    relay.all_gone();
}

/// SRV-ROB-3: the provider would take its calls for news of its own connection.
#[test]
fn an_api_cannot_have_a_reserved_name() {
    let mut relay = Driver::default();
    let a = relay.join("a");
    for name in ["connect", "disconnect", "error", "newListener"] {
        let sent = relay.event(a, &format!(r#"["CREATE_API","{name}"]"#));
        assert!(
            sent.len() == 1 && sent[0].contains("reserved-event-name"),
            "{sent:?}"
        );
    }
    assert_eq!(relay.relay.gauges().apis, 0);
}

#[test]
fn apis_are_bounded_in_number_and_in_length() {
    let mut relay = Driver::new(Policy {
        apis: 1,
        api_name_bytes: 3,
        ..Policy::default()
    });
    let a = relay.join("a");
    relay.event(a, r#"["CREATE_API","abc"]"#);
    for (name, text) in [
        ("q", "one connection may have at most 1 APIs (policy.apis)"),
        (
            "abcd",
            "an API name may have at most 3 bytes (policy.api_name_bytes)",
        ),
    ] {
        assert_eq!(
            relay.event(a, &format!(r#"["CREATE_API","{name}"]"#)),
            [format!(
                r#"1 42["SERVER_ERROR","Error: limit-reached: {text}"]"#
            )]
        );
    }
    relay.all_gone();
}
