//! Input that the originals do not survive, misread or merely tolerate, and what
//! becomes of it here: a value, or an error that says what is wrong and where.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sio_p2p_protocol::{ClientEvent, Dialect, ServerEvent};

/// One line for each input: the packet as it would be written again, or the error.
fn client(inputs: &[(&str, bool)]) -> String {
    let mut out = String::new();
    for (data, ack) in inputs {
        let outcome = match ClientEvent::decode(data, *ack) {
            Ok(event) => format!("{} {}", event.spec().key, event.encode()),
            Err(error) => format!("{}: {error}", error.kind),
        };
        let ack = if *ack { " +ack" } else { "" };
        writeln!(out, "{data}{ack}\n    {outcome}").unwrap();
    }
    out
}

fn without(inputs: &[&'static str]) -> Vec<(&'static str, bool)> {
    inputs.iter().map(|data| (*data, false)).collect()
}

#[test]
fn packets_that_are_no_events() {
    let text = client(&without(&[
        "",
        "[]",
        "{}",
        "null",
        "5",
        "[null]",
        "[5]",
        r#"[["P2P_EMIT"]]"#,
        r#"["\ud800"]"#,
        r#"["P2P_EMIT""#,
        r#"["P2P_EMIT"] x"#,
        "[\"a\nb\"]",
        r#"["P2P_EMIT",01]"#,
        r#"["NO_SUCH_EVENT",1]"#,
        r#"["disconnect"]"#,
        r#"["__proto__"]"#,
    ]));
    insta::assert_snapshot!(text);
}

#[test]
fn messages_of_dialect_v2() {
    let text = client(&[
        (r#"["P2P_EMIT"]"#, false),
        (r#"["P2P_EMIT",null]"#, false),
        (r#"["P2P_EMIT","v"]"#, false),
        (r#"["P2P_EMIT","v","e"]"#, true),
        (r#"["P2P_EMIT","v","e",null]"#, false),
        (r#"["P2P_EMIT","v","e",{}]"#, false),
        (r#"["P2P_EMIT","v","e","abc"]"#, false),
        (r#"["P2P_EMIT","v",5,["q"]]"#, false),
        (r#"["P2P_EMIT","v",null,["q"]]"#, false),
        (r#"["P2P_EMIT","v","\ud800",["q"]]"#, false),
        (r#"["P2P_EMIT",["v"],"e",["q"]]"#, false),
        (r#"["P2P_EMIT","","e",["q"]]"#, false),
        (r#"["P2P_EMIT",5,"e",["q"]]"#, false),
        (r#"["P2P_EMIT",1.5,"e",["q"]]"#, false),
        (r#"["P2P_EMIT",9007199254740993,"e",[]]"#, false),
        (r#"["P2P_EMIT","__proto__","constructor",[],null]"#, false),
        (r#"["P2P_EMIT","v","e",["q"],"not a function"]"#, false),
        (r#"["P2P_EMIT","v","e",["q"],0]"#, false),
        (r#"["P2P_EMIT","v","e",["q"],null]"#, true),
        (r#"["P2P_EMIT","v","e",["q"],null,1,2]"#, false),
        (r#"[ "P2P_EMIT" , "v" , "e" , [ 1 ] , null ]"#, false),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn messages_of_dialect_v1() {
    let text = client(&[
        (r#"["P2P_EMIT",{}]"#, false),
        (r#"["P2P_EMIT",{"targetClientId":"v","event":"e"}]"#, false),
        (
            r#"["P2P_EMIT",{"targetClientId":"v","event":"e","args":"abc"}]"#,
            false,
        ),
        (
            r#"["P2P_EMIT",{"targetClientId":{"toString":1},"event":"e","args":[]}]"#,
            false,
        ),
        (
            r#"["P2P_EMIT",{"targetClientId":"v","event":["e"],"args":[]}]"#,
            false,
        ),
        (
            r#"["P2P_EMIT",{"targetClientId":"v","event":"e","args":[],"more":{}}]"#,
            false,
        ),
        (
            r#"["P2P_EMIT",{"targetClientId":"x","event":"e","args":[1],"targetClientId":"v"}]"#,
            false,
        ),
        (
            r#"["P2P_EMIT",{"\u0074argetClientId":"v","event":"e","args":[],"\ud800":1}]"#,
            false,
        ),
        (
            r#"["P2P_EMIT",{"targetClientId":7,"event":"e","args":[]}, "surplus"]"#,
            true,
        ),
        (r#"["P2P_EMIT_ACKNOWLEDGE"]"#, true),
        (r#"["P2P_EMIT_ACKNOWLEDGE",null]"#, true),
        (
            r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"v","event":"e","args":[]}]"#,
            false,
        ),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn targets_streams_and_queries() {
    let info = r#"{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"v"}"#;
    let stream = format!(r#"["CREATE_STREAM",{info}]"#);
    let text = client(&[
        (r#"["ADD_TARGET","v"]"#, false),
        (r#"["ADD_TARGET"]"#, true),
        (r#"["MULTI_API_ADD_TARGET",{"toString":1}]"#, true),
        (&stream, false),
        (&stream, true),
        (r#"["CREATE_STREAM",null]"#, true),
        (r#"["CREATE_STREAM",{}]"#, true),
        (r#"["CREATE_STREAM",[]]"#, true),
        (
            r#"["CREATE_STREAM",{"sourceStreamId":[],"targetStreamId":"SB","targetClientId":"v"}]"#,
            true,
        ),
        (
            r#"["MULTI_API_CREATE_STREAM",{"sourceStreamId":1,"targetStreamId":2,"targetClientId":3}]"#,
            true,
        ),
        (r#"["LIST_CLIENTS"]"#, false),
        (r#"["LIST_CLIENTS",{}]"#, true),
        (r#"["GET_CLIENT_CONNECTED_STATUS"]"#, true),
        (r#"["GET_CLIENT_CONNECTED_STATUS",""]"#, true),
        (r#"["GET_CLIENT_CONNECTED_STATUS","v"]"#, false),
        (r#"["CHECK_API_NAME",{"toString":1}]"#, true),
        (r#"["CREATE_API",""]"#, false),
        (r#"["CREATE_API","disconnect"]"#, false),
        (r#"["USE_API"]"#, false),
        (r#"["USE_API","constructor"]"#, true),
        (r#"["DESTROY_API"]"#, true),
        (r#"["DESTROY_API",null]"#, false),
        (r#"["DESTROY_API",["a"]]"#, false),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn rooms_of_both_dialects() {
    let text = client(&[
        (r#"["JOIN_ROOM"]"#, true),
        (r#"["JOIN_ROOM",null]"#, true),
        (r#"["JOIN_ROOM","r"]"#, true),
        (r#"["JOIN_ROOM","r",null]"#, false),
        (r#"["JOIN_ROOM","r",null]"#, true),
        (r#"["JOIN_ROOM",["r",5],null]"#, false),
        (r#"["JOIN_ROOM",["r",{}],null]"#, false),
        (r#"["JOIN_ROOM","r",{}]"#, false),
        (r#"["JOIN_ROOM",{"toString":1}]"#, false),
        (r#"["JOIN_ROOM","action","r"]"#, true),
        (r#"["JOIN_ROOM",null,"r"]"#, true),
        (r#"["JOIN_ROOM","action",["r","s"],"surplus"]"#, false),
        (r#"["JOIN_ROOM","action",["r",null]]"#, false),
        (r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","v"]"#, true),
        (r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","v","r"]"#, true),
        (r#"["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC",["v"],"r"]"#, true),
        (r#"["JOIN_ROOM","__proto__"]"#, true),
        (r#"["LEAVE_ROOM",""]"#, false),
        (r#"["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","v","r"]"#, true),
        (r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","r"]"#, false),
        (r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC"]"#, false),
        (r#"["EMIT_ROOM","r"]"#, false),
        (r#"["EMIT_ROOM","r",null]"#, false),
        (r#"["EMIT_ROOM",{"toString":1},"e"]"#, false),
        (r#"["EMIT_ROOM","r","connect",1]"#, true),
        (r#"["EMIT_ROOM","r", "e" , 1 , 2 ]"#, false),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn what_a_client_can_be_sent() {
    let mut out = String::new();
    for (data, ack, dialect) in [
        (r#"["SERVER_ERROR"]"#, false, Dialect::V2),
        (r#"["SERVER_ERROR",{}]"#, false, Dialect::V2),
        (r#"["ADD_TARGET","a"]"#, false, Dialect::V2),
        (r#"["ADD_TARGET","a"]"#, false, Dialect::V1),
        (r#"["ADD_TARGET",null]"#, true, Dialect::V2),
        (r#"["MULTI_API_ADD_TARGET",null]"#, true, Dialect::V1),
        (r#"["MULTI_API_ADD_TARGET",["a","b"]]"#, true, Dialect::V1),
        (r#"["CREATE_STREAM",null]"#, true, Dialect::V2),
        (r#"["CREATE_STREAM-CHANNEL-",{}]"#, true, Dialect::V2),
        (r#"["P2P_EMIT_STREAM-from-stream-"]"#, true, Dialect::V2),
        (
            r#"["P2P_EMIT_STREAM-from-stream-S",null]"#,
            false,
            Dialect::V2,
        ),
        (
            r#"["P2P_EMIT_STREAM-from-stream-S",null]"#,
            false,
            Dialect::V1,
        ),
        (r#"["PEER_STREAM_DESTROYED",{}]"#, false, Dialect::V2),
        (r#"["TARGET_DISCONNECT","someone"]"#, false, Dialect::V2),
        (r#"["SUBSCRIBE_TOPIC","a","a",""]"#, true, Dialect::V1),
        (r#"["SUBSCRIBE_TOPIC","a"]"#, true, Dialect::V1),
        (r#"["-TOPIC_BEING_DESTROYED"]"#, false, Dialect::V1),
        (r#"["",1]"#, false, Dialect::V1),
        (r#"[null,"q"]"#, false, Dialect::V2),
    ] {
        let outcome = match ServerEvent::decode(data, ack, dialect) {
            Ok(event) => format!("{} {}", event.spec().key, event.encode()),
            Err(error) => format!("{}: {error}", error.kind),
        };
        let ack = if ack { " +ack" } else { "" };
        writeln!(out, "{dialect} {data}{ack}\n    {outcome}").unwrap();
    }
    insta::assert_snapshot!(out);
}

/// What was sent to the originals to see what they survive: no answer of ours is
/// a panic, and what is understood is understood the same when written again.
#[test]
fn everything_that_was_tried_on_the_originals() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/hostile/observed");
    let mut tried = 0;
    for implementation in ["v1.5.0-sio2", "v1.12.1-sio2", "v2.0.0-sio4"] {
        let file = folder.join(format!("{implementation}.jsonl"));
        for line in fs::read_to_string(file).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            for message in case["messages"].as_array().into_iter().flatten() {
                let (data, ack) = (message["data"].to_string(), message["ack"] == true);
                tried += 1;
                if let Ok(event) = ClientEvent::decode(&data, ack) {
                    let again = ClientEvent::decode(&event.encode(), event.wants_ack());
                    assert_eq!(again.as_ref(), Ok(&event), "{data}");
                }
                for dialect in Dialect::ALL {
                    if let Ok(event) = ServerEvent::decode(&data, ack, dialect) {
                        assert!(event.spec().speaks(dialect));
                    }
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} messages found");
}
