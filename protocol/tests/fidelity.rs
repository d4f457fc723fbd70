//! Payloads are text: what an application sends is what arrives, byte for byte
//! (SRV-MSG-10), whatever it is and however deep.

use serde_json::value::RawValue;
use sio_p2p_protocol::{
    Arguments, ClientEvent, Dialect, EventName, ForwardedAck, Payload, ServerEvent, forward,
};

/// Values that do not survive being parsed and printed again.
const DELICATE: &[&str] = &[
    "9007199254740993",
    "1e400",
    "-1E-400",
    "-0",
    "-0.0",
    "1.0",
    "123456789012345678901234567890",
    "0.1000000000000000055511151231257827",
    r#"{"a":1,"a":2}"#,
    r#"{"b":1,"a":2,"2":0,"1":0}"#,
    r#"{"__proto__":{"x":1},"constructor":null}"#,
    r#""\u0041\/\u00e9\ud83d\ude00""#,
    r#""\ud800""#,
    r#""\udfff\ud800""#,
    "\"\u{2028}\u{7f}\u{0}é\"",
    r#"{ "inner" : [ 1 ,	2 ] }"#,
    r#"{"_placeholder":true,"num":0}"#,
    r#"{"\ud800":1}"#,
    "[[[[]]]]",
];

fn delicate() -> Vec<String> {
    // A raw U+0000 is not JSON; everything else is.
    DELICATE
        .iter()
        .map(|text| text.replace('\0', "\\u0000"))
        .collect()
}

#[test]
fn every_way_of_sending_keeps_every_value() {
    for value in delicate() {
        let event = EventName::new("e").unwrap();
        let inner = format!("{value}, {value}");
        let forwarded = format!(r#"["e",{inner}]"#);

        for (data, ack) in [
            (format!(r#"["P2P_EMIT","b","e",[{inner}],null]"#), false),
            (format!(r#"["P2P_EMIT","b","e",[ {inner} ]]"#), true),
            (
                format!(r#"["P2P_EMIT",{{"args":[{inner}],"event":"e","targetClientId":"b"}}]"#),
                false,
            ),
            (
                format!(
                    r#"["P2P_EMIT_ACKNOWLEDGE",{{"targetClientId":"b","event":"e","args":[{inner}]}}]"#
                ),
                true,
            ),
            (format!(r#"["EMIT_ROOM","r","e",{inner}]"#), false),
            (format!(r#"["USE_API","e",{inner}]"#), true),
        ] {
            let args = match ClientEvent::decode(&data, ack).unwrap() {
                ClientEvent::P2pEmitV1(message) => message.args,
                ClientEvent::P2pEmitAcknowledge(message) => message.args,
                ClientEvent::P2pEmitV2(message) => message.args,
                ClientEvent::EmitRoom(message) => message.args,
                ClientEvent::UseApi(call) => call.args,
                other => panic!("{other:?}"),
            };
            assert_eq!(forward(&event, &args), forwarded, "{data}");
            assert_eq!(args.len(), 2);
        }

        let received = ServerEvent::decode(&forwarded, false, Dialect::V2).unwrap();
        assert_eq!(received.encode(), forwarded);

        let ack = format!("[{inner}]");
        assert_eq!(ForwardedAck::decode(&ack).unwrap().encode(), ack);
    }
}

#[test]
fn nesting_costs_no_stack() {
    for depth in [127, 8_000, 20_000, 400_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        for value in [deep, objects] {
            let data = format!(r#"["P2P_EMIT","b","e",[{value}],null]"#);
            let event = ClientEvent::decode(&data, false).unwrap();
            assert!(event.encode() == data);
            // The same where a name is expected, and where the packet itself should be.
            assert!(
                ClientEvent::decode(&format!(r#"["P2P_EMIT","b",{value},[]]"#), false).is_err()
            );
            assert!(
                ClientEvent::decode(&format!(r#"["JOIN_ROOM",[{value}],null]"#), false).is_err()
            );
            assert!(ClientEvent::decode(&value, false).is_err());
            assert!(Arguments::parse(format!("[{value}]")).unwrap().len() == 1);
            assert!(Payload::parse(value).is_ok());
        }
    }
}

#[test]
fn a_huge_list_of_arguments_is_not_taken_apart() {
    let list = vec!["0"; 500_000].join(",");
    let data = format!(r#"["EMIT_ROOM","r","e",{list}]"#);
    let event = ClientEvent::decode(&data, false).unwrap();
    assert!(event.encode() == data);
    assert_eq!(event.arguments().len(), 500_002);
}

#[test]
fn names_are_escaped_as_javascript_does() {
    let name = "q\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}\u{2028}é😀";
    let data = forward(&EventName::new(name).unwrap(), &Arguments::empty());
    assert_eq!(
        data,
        "[\"q\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\u{7f}\u{2028}é😀\"]"
    );
    let again = ServerEvent::decode(&data, false, Dialect::V1).unwrap();
    assert_eq!(again.name(), name);
}

#[test]
fn arguments_can_be_built_and_looked_at() {
    let args = Arguments::from_values(&["a", "b"]).unwrap();
    assert_eq!(args.as_json(), r#"["a","b"]"#);
    assert_eq!(args.first().unwrap().get(), r#""a""#);
    assert!(Arguments::empty().is_empty() && Arguments::parse(" [ ] ").unwrap().is_empty());
    assert_eq!(
        Arguments::parse("[ ]")
            .unwrap()
            .with(Payload::null().as_raw())
            .as_json(),
        "[null]"
    );
    let texts: Vec<&str> = args.elements().into_iter().map(RawValue::get).collect();
    assert_eq!(texts, [r#""a""#, r#""b""#]);
    let payloads = [Payload::string("x"), Payload::parse("-0").unwrap()];
    assert_eq!(Arguments::from_payloads(&payloads).as_json(), r#"["x",-0]"#);
    assert!(Arguments::parse("{}").is_err() && Arguments::parse("[1]x").is_err());
    assert_eq!(serde_json::to_string(&args).unwrap(), args.as_json());
    assert_eq!(
        serde_json::from_str::<Arguments>("[ 1e400 ]")
            .unwrap()
            .inner(),
        "1e400"
    );
    assert!(serde_json::from_str::<Arguments>("5").is_err());
}

#[test]
fn truth_is_that_of_javascript() {
    for falsy in ["null", "false", "0", "-0", "0.0", "-0e5", "1e-400", "\"\""] {
        assert!(!Payload::parse(falsy).unwrap().is_truthy(), "{falsy}");
    }
    for truthy in ["true", "1", "-1e400", "0.1", "\"0\"", "\" \"", "[]", "{}"] {
        assert!(Payload::parse(truthy).unwrap().is_truthy(), "{truthy}");
    }
}
