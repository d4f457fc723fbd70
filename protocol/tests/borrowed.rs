//! Messages that are read without copying are the messages that are read otherwise.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sio_p2p_protocol::{Arguments, ClientEvent, MessageForm, MessageRef, argument_list, forward};

/// White space that may stand anywhere.
fn space() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", "", "", "", " ", "\n\t"])
}

/// A JSON value: mostly a name, sometimes something else.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(vec!["b", "bob", "é", "__proto__", "e", "hello", "\u{7f}\u{2028}"])
            .prop_map(|name| serde_json::to_string(name).unwrap()),
        1 => select(vec![
            "\"\"", "5", "null", "[\"b\"]", "\"\\u0062\"", "\"\\ud800\"", "\"error\"", "{}",
            "\"a\nb\"", "-1", "\"connect\"", "\"disconnect \"", "true",
        ]).prop_map(str::to_owned),
    ]
}

/// The arguments of a message.
fn args() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        select(vec![
            "1",
            "-0",
            "1e400",
            "\"x\"",
            "null",
            "{\"a\":[1,{\"b\":[]}]}",
            "[[],[0]]",
            "\"\\n\\ud800\"",
            "{\"_placeholder\":true,\"num\":0}",
            "01",
            "{\"a\" : 1 , \"a\" : 2}",
            "tru",
            "\"\u{1}\"",
        ])
        .prop_map(str::to_owned),
        ".{0,80}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let list = (proptest::collection::vec((value, space()), 0..5), space());
    prop_oneof![
        12 => list.prop_map(|(values, space)| {
            let values: Vec<_> = values.iter().map(|(value, s)| format!("{s}{value}{s}")).collect();
            format!("[{space}{}{space}]", values.join(","))
        }),
        1 => select(vec!["{}", "null", "[", "\"[]\"", "[1 2]"]).prop_map(str::to_owned),
    ]
}

/// The text of an event packet that is a message, or looks like one.
fn packet() -> impl Strategy<Value = String> {
    let event = select(vec![
        "P2P_EMIT",
        "P2P_EMIT",
        "P2P_EMIT",
        "P2P_EMIT_ACKNOWLEDGE",
        "EMIT_ROOM",
        "P2P_EMI\\u0054",
    ]);
    let last = select(vec![
        "", "", ",null", ",null", ",false", ",0", ",1", ",{}", ",\"\"", ",null,1", ",",
    ]);
    let members = Just(vec![0, 1, 2]).prop_shuffle();
    let extra = prop_oneof![
        9 => Just(None),
        1 => select(vec!["\"more\":1", "\"event\":\"f\"", "\"ar\\u0067s\":[]", "\"args\":[]"])
            .prop_map(Some),
    ];
    let content = (event, name(), name(), args(), last);
    (content, members, extra, any::<bool>(), space()).prop_map(
        |((event, target, name, args, last), members, extra, v1, s)| {
            let content = if v1 {
                let all = [
                    format!("{s}\"targetClientId\"{s}:{s}{target}"),
                    format!("\"event\":{name}{s}"),
                    format!("{s}\"args\":{args}"),
                ];
                let mut all: Vec<_> = members.iter().map(|at| all[*at].clone()).collect();
                all.extend(extra.map(str::to_owned));
                format!("{{{}}}", all.join(","))
            } else {
                format!("{target}{s},{name},{s}{args}")
            };
            format!("{s}[\"{event}\",{s}{content}{s}{last}]{s}")
        },
    )
}

/// Checks that whoever reads in the plain way reads what the other way reads, and
/// returns whether it was read.
fn agree(text: &str, ack: bool) -> Result<bool, TestCaseError> {
    let Some(message) = MessageRef::read(text) else {
        return Ok(false);
    };
    let decoded = ClientEvent::decode(text, ack);
    let (form, target, event, args) = match decoded {
        Ok(ClientEvent::P2pEmitV1(m)) => (MessageForm::V1, m.target, m.event, m.args),
        Ok(ClientEvent::P2pEmitAcknowledge(m)) => {
            (MessageForm::V1Acknowledge, m.target, m.event, m.args)
        }
        Ok(ClientEvent::P2pEmitV2(m)) => (MessageForm::V2, m.target, m.event, m.args),
        other => {
            let reason = format!("{text} was read as {message:?} and is {other:?}");
            return Err(TestCaseError::fail(reason));
        }
    };
    prop_assert_eq!(message.form, form);
    prop_assert_eq!(
        message.form.spec().key,
        ClientEvent::decode(text, ack).unwrap().spec().key
    );
    prop_assert_eq!(message.target, target.as_str());
    prop_assert_eq!(message.event, event.as_str());
    prop_assert!(!event.is_reserved());
    prop_assert_eq!(message.args, args.inner());
    prop_assert_eq!(message.count, args.len());
    let forwarded = message.forwarded().concat();
    prop_assert_eq!(forwarded.len(), message.forwarded_len());
    prop_assert_eq!(forwarded, forward(&event, &args));
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_message_is_the_same_however_it_is_read(text in packet(), ack in any::<bool>()) {
        agree(&text, ack)?;
    }

    #[test]
    fn so_it_is_if_its_text_was_changed(
        text in packet(), at in any::<Index>(), with in "[\\[\\]{}\",:\\\\ 0nu\u{1}é]{0,2}",
    ) {
        let at = at.index(text.len());
        let end = (at + 1..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        if text.is_char_boundary(at) {
            let changed = format!("{}{with}{}", &text[..at], &text[end..]);
            agree(&changed, false)?;
        }
    }

    #[test]
    fn an_argument_list_is_the_same_however_it_is_read(
        text in prop_oneof![args(), packet(), "[\\[\\]{}\",:a1 ]{0,12}"], s in space(),
    ) {
        let text = format!("{s}{text}{s}");
        let parsed = Arguments::parse(text.as_str()).ok();
        prop_assert_eq!(argument_list(&text), parsed.as_ref().map(Arguments::as_json));
    }

    #[test]
    fn messages_as_clients_write_them_are_all_read(
        target in "[^\"\\\\\\pC]{1,9}", event in "[^\"\\\\\\pC]{8,20}", text in ".{0,200}",
        form in 0..4,
    ) {
        let args = serde_json::json!([text, {"a": [1, null, text]}, -1.5]);
        let packet = match form {
            0 => serde_json::json!(["P2P_EMIT", target, event, args]),
            1 => serde_json::json!(["P2P_EMIT", target, event, args, null]),
            _ => {
                let message = serde_json::json!({
                    "targetClientId": target, "event": event, "args": args
                });
                let name = if form == 2 { "P2P_EMIT" } else { "P2P_EMIT_ACKNOWLEDGE" };
                serde_json::json!([name, message])
            }
        };
        // No reserved name is left out by chance alone.
        let reserved = sio_p2p_protocol::EventName::reserved().contains(&event.as_str());
        prop_assert_eq!(agree(&packet.to_string(), true)?, !reserved, "{}", packet);
    }
}
