//! Laws that hold for every typed value and for every text.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

mod common;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sio_p2p_protocol::{
    AddTargetAck, CheckApiNameAck, ClientEvent, ConnectedStatusAck, CreateStreamAck, Dialect,
    EmptyAck, ForwardedAck, JoinRoomV1Ack, ListClientsAck, NullAck, PongAck, ServerEvent,
    StreamDataAck, SubscribeTopicAck, catalogue,
};

/// Checks the arguments against the generated schema, unless a number in them is
/// too large for the validator.
#[cfg(feature = "schema")]
fn fits_schema(type_name: &str, arguments: &str) -> bool {
    use std::collections::HashMap;
    use std::sync::LazyLock;

    static VALIDATORS: LazyLock<HashMap<String, jsonschema::Validator>> = LazyLock::new(|| {
        let files = sio_p2p_protocol::schema::files().into_iter();
        files
            .map(|file| {
                (
                    file.name,
                    jsonschema::draft202012::new(&file.schema).unwrap(),
                )
            })
            .collect()
    });
    let validator = &VALIDATORS[&sio_p2p_protocol::schema::file_name(type_name)];
    serde_json::from_str(arguments).is_ok_and(|value| validator.is_valid(&value))
        || serde_json::from_str::<serde_json::Value>(arguments).is_err()
}

#[cfg(not(feature = "schema"))]
fn fits_schema(_: &str, _: &str) -> bool {
    true
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: 200,
        ..Config::default()
    })
}

#[test]
fn what_a_client_sends_is_read_back_equal() {
    let strategies = common::client_events();
    let keys: Vec<&str> = strategies.iter().map(|(key, _)| *key).collect();
    let declared: Vec<&str> = ClientEvent::SPECS.iter().map(|spec| spec.key).collect();
    assert_eq!(keys, declared, "each declaration has its strategy");
    for (key, strategy) in strategies {
        let law = |event: ClientEvent| {
            prop_assert_eq!(event.spec().key, key);
            let data = event.encode();
            let arguments = event.arguments();
            prop_assert!(
                fits_schema(event.spec().type_name, arguments.as_json()),
                "{}",
                data
            );
            prop_assert_eq!(
                ClientEvent::decode(&data, event.wants_ack()),
                Ok(event),
                "{}",
                data
            );
            Ok(())
        };
        runner()
            .run(&strategy, law)
            .unwrap_or_else(|failure| panic!("{key}: {failure}"));
    }
}

#[test]
fn what_a_server_sends_is_read_back_equal() {
    let strategies = common::server_events();
    let keys: Vec<&str> = strategies.iter().map(|(key, _)| *key).collect();
    let declared: Vec<&str> = ServerEvent::SPECS.iter().map(|spec| spec.key).collect();
    assert_eq!(keys, declared, "each declaration has its strategy");
    for (key, strategy) in strategies {
        let law = |event: ServerEvent| {
            prop_assert_eq!(event.spec().key, key);
            let data = event.encode();
            let arguments = event.arguments();
            prop_assert!(
                fits_schema(event.spec().type_name, arguments.as_json()),
                "{}",
                data
            );
            for dialect in event.dialects() {
                let again = ServerEvent::decode(&data, event.wants_ack(), *dialect);
                prop_assert_eq!(again.as_ref(), Ok(&event), "{}", data);
            }
            Ok(())
        };
        runner()
            .run(&strategy, law)
            .unwrap_or_else(|failure| panic!("{key}: {failure}"));
    }
}

macro_rules! ack_law {
    ($($name:ident: $type:ident from $strategy:expr;)+) => {
        proptest! {
            $(
                #[test]
                fn $name(ack in $strategy) {
                    let data = ack.encode();
                    prop_assert_eq!($type::decode(&data), Ok(ack), "{}", data);
                }
            )+
        }
    };
}

fn truthy() -> impl Strategy<Value = sio_p2p_protocol::Payload> {
    common::payload().prop_filter("falsy", sio_p2p_protocol::Payload::is_truthy)
}

ack_law! {
    forwarded_ack: ForwardedAck from common::arguments().prop_map(ForwardedAck);
    empty_ack: EmptyAck from Just(EmptyAck);
    null_ack: NullAck from Just(NullAck);
    list_clients_ack: ListClientsAck from
        prop::collection::vec(common::client(), 0..5).prop_map(ListClientsAck);
    connected_status_ack: ConnectedStatusAck from any::<bool>().prop_map(ConnectedStatusAck);
    check_api_name_ack: CheckApiNameAck from any::<bool>().prop_map(CheckApiNameAck);
    pong_ack: PongAck from common::client().prop_map(|client| PongAck { client });
    add_target_ack: AddTargetAck from
        prop_oneof![Just(AddTargetAck::Accepted), truthy().prop_map(AddTargetAck::Refused)];
    create_stream_ack: CreateStreamAck from
        prop_oneof![Just(CreateStreamAck::Accepted), truthy().prop_map(CreateStreamAck::Refused)];
    stream_data_ack: StreamDataAck from
        prop_oneof![Just(StreamDataAck::Taken), truthy().prop_map(StreamDataAck::WriteFailed)];
    subscribe_topic_ack: SubscribeTopicAck from
        prop_oneof![Just(SubscribeTopicAck::Subscribed), truthy().prop_map(SubscribeTopicAck::Refused)];
    join_room_ack: JoinRoomV1Ack from
        prop_oneof![Just(JoinRoomV1Ack::Joined), common::payload().prop_map(JoinRoomV1Ack::Failed)];
}

/// Decodes a text in every way there is. What is understood must be understood
/// the same when it is written again.
fn decode_everyhow(data: &str) -> Result<(), TestCaseError> {
    for ack in [false, true] {
        match ClientEvent::decode(data, ack) {
            Ok(event) => {
                let again = ClientEvent::decode(&event.encode(), event.wants_ack());
                prop_assert_eq!(again.as_ref(), Ok(&event), "{}", data);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        for dialect in Dialect::ALL {
            if let Ok(event) = ServerEvent::decode(data, ack, dialect) {
                let again = ServerEvent::decode(&event.encode(), event.wants_ack(), dialect);
                prop_assert_eq!(again.as_ref(), Ok(&event), "{}", data);
            }
        }
    }
    let _ = ForwardedAck::decode(data);
    let _ = ListClientsAck::decode(data);
    let _ = AddTargetAck::decode(data);
    let _ = PongAck::decode(data);
    Ok(())
}

/// Every fixed name, and one name of every pattern.
fn names() -> Vec<String> {
    catalogue().iter().map(|spec| spec.name.name("x")).collect()
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in any::<String>()) {
        decode_everyhow(&text)?;
    }

    #[test]
    fn no_json_is_a_panic(text in common::json()) {
        decode_everyhow(&text)?;
    }

    #[test]
    fn no_arguments_are_a_panic(
        name in prop::sample::select(names()),
        args in prop::collection::vec(common::json(), 0..5),
    ) {
        let mut data = format!("[{}", serde_json::to_string(&name).unwrap());
        for arg in args {
            data.push(',');
            data.push_str(&arg);
        }
        data.push(']');
        decode_everyhow(&data)?;
    }

    /// Real packets with one piece cut out or replaced come closest to the edges.
    #[test]
    fn no_damaged_packet_is_a_panic(
        which in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        length in 0..12_usize,
        patch in prop_oneof![Just(String::new()), common::json(), "[\\[\\]{}\",:0-9a-z\\\\]{0,4}"],
    ) {
        let examples: Vec<&str> =
            catalogue().iter().flat_map(|spec| spec.examples).map(|e| e.data).collect();
        let mut packet: Vec<char> = which.get(&examples).chars().collect();
        let from = from.index(packet.len());
        let to = (from + length).min(packet.len());
        packet.splice(from..to, patch.chars());
        decode_everyhow(&packet.into_iter().collect::<String>())?;
    }
}
