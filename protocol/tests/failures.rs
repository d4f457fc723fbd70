//! Failure texts are those of the original, and a text tells which failure it is.

use sio_p2p_protocol::{
    ClientEvent, ClientId, Dialect, EventName, Failure, FailureCode, Origin, Place, Refusal,
    Wording,
};

fn client() -> String {
    "zz".to_owned()
}

/// Every failure of the original with its texts: default wording, then bare wording.
fn originals() -> Vec<(Failure, Place, &'static str, &'static str)> {
    let e9 = "p2p Socket.io lib: Duplicated clientId a on connect, new socket id = s1, new socket with duplicated clientId will be disconnected";
    let e10 = "addP2pStream error: target client response timeout (10000ms) exceeded";
    let e12 = "Client zz is not listening to create stream event";
    let java = "Client is not listening to create stream event";
    let store = "You must provide all 4 functions: saveMessage, deleteMessage, loadMessages, updateMessage to use emitToPersistent";
    let id = "saveMessage function must return a message ID";
    let same = |failure, place, text| (failure, place, text, text);
    vec![
        same(
            Failure::TargetNotFound { client: client() },
            Place::ServerError,
            "Error: Could not find target client 'zz' socket",
        ),
        same(
            Failure::TargetNotRegistered { client: client() },
            Place::CreateStreamAck,
            "Client zz is not registered to server",
        ),
        (
            Failure::MessageTargetNotConnected { client: client() },
            Place::ServerError,
            "Error: Core: Client zz is not connected to server",
            "Error: Client zz is not connected to server",
        ),
        (
            Failure::AddTargetNotConnected { client: client() },
            Place::AddTargetAck,
            "Message: Client zz is not connected to server",
            "Client zz is not connected to server",
        ),
        (
            Failure::StreamTargetNotConnected { client: client() },
            Place::CreateStreamAck,
            "Stream: Client zz is not connected to server",
            "Client zz is not connected to server",
        ),
        same(
            Failure::TopicNameEmpty,
            Place::SubscribeTopicAck,
            "topicName can not be empty",
        ),
        same(
            Failure::SubscriberNotConnected { client: client() },
            Place::SubscribeTopicAck,
            "client zz is not connected to p2p server",
        ),
        same(
            Failure::ClusterTargetNotConnected { client: client() },
            Place::ServerError,
            "Client zz is not connected to server",
        ),
        same(
            Failure::DuplicateClientId {
                client: "a".into(),
                socket: "s1".into(),
            },
            Place::ServerError,
            e9,
        ),
        same(
            Failure::StreamTimeout {
                milliseconds: 10_000,
            },
            Place::Local,
            e10,
        ),
        same(
            Failure::ApiNameTaken { api: "echo".into() },
            Place::Local,
            "Duplicated API name: echo",
        ),
        same(
            Failure::NotListeningForStreams {
                client: Some(client()),
            },
            Place::CreateStreamAck,
            e12,
        ),
        same(
            Failure::NotListeningForStreams { client: None },
            Place::CreateStreamAck,
            java,
        ),
        same(
            Failure::AddTargetFailed { client: client() },
            Place::Local,
            "Target client zz is not connected to server",
        ),
        same(
            Failure::TopicNotCreated {
                room: "service:s:topic:t".into(),
            },
            Place::Local,
            "topic service:s:topic:t is not yet created",
        ),
        same(
            Failure::TopicNameNotText { found: "5".into() },
            Place::Local,
            "A string is required for topic name, got 5 instead",
        ),
        (
            Failure::PersistentStoreIncomplete,
            Place::Local,
            "Core: You must provide all 4 functions: saveMessage, deleteMessage, loadMessages, updateMessage to use emitToPersistent",
            store,
        ),
        (
            Failure::PersistentStoreGaveNoId,
            Place::Local,
            "Core: saveMessage function must return a message ID",
            id,
        ),
    ]
}

#[test]
fn texts_of_the_original_are_exact_in_both_wordings_and_read_back() {
    for (failure, place, text, bare) in originals() {
        assert_eq!(failure.text(), text);
        assert_eq!(failure.text_in(Wording::Bare), bare);
        assert_eq!(
            Failure::classify(text, place).as_ref(),
            Some(&failure),
            "{text}"
        );
        assert_eq!(
            Failure::classify(bare, place).as_ref(),
            Some(&failure),
            "{bare}"
        );
        assert!(failure.code().spec().places.contains(&place));
    }
}

#[test]
fn every_number_of_the_wire_catalogue_has_one_code() {
    let numbers: Vec<&str> = FailureCode::ALL
        .iter()
        .filter_map(|code| code.spec().number)
        .collect();
    let expected: Vec<String> = (1..=14).map(|n| format!("E{n}")).collect();
    assert_eq!(numbers, expected);
    let tested: Vec<FailureCode> = originals()
        .iter()
        .map(|(failure, ..)| failure.code())
        .collect();
    for code in FailureCode::ALL {
        assert_eq!(code.to_string().parse(), Ok(*code));
        let ours = code.spec().origin == Origin::SioP2p;
        assert!(
            ours || *code == FailureCode::SubscriberUnknown || tested.contains(code),
            "{code}"
        );
    }
}

#[test]
fn the_server_side_opener_of_2_0_0_words_its_timeout_differently() {
    let text = "Stream: addP2pStream error: target client response timeout (50ms) exceeded";
    assert_eq!(
        Failure::classify(text, Place::Local),
        Some(Failure::StreamTimeout { milliseconds: 50 })
    );
}

#[test]
fn an_unknown_client_for_a_room_is_an_empty_object() {
    assert_eq!(Failure::SubscriberUnknown.payload().as_json(), "{}");
    let text = Failure::TopicNameEmpty.payload();
    assert_eq!(text.as_json(), r#""topicName can not be empty""#);
}

#[test]
fn the_place_decides_between_equal_texts() {
    let text = "Client undefined is not connected to server";
    let code = |place| Failure::classify(text, place).map(|failure| failure.code());
    assert_eq!(
        code(Place::ServerError),
        Some(FailureCode::ClusterTargetNotConnected)
    );
    assert_eq!(
        code(Place::AddTargetAck),
        Some(FailureCode::AddTargetNotConnected)
    );
    assert_eq!(
        code(Place::CreateStreamAck),
        Some(FailureCode::StreamTargetNotConnected)
    );
    assert_eq!(code(Place::SubscribeTopicAck), None);
    assert_eq!(Failure::classify("anything else", Place::ServerError), None);
}

#[test]
fn our_own_refusals_name_their_code_and_read_back() {
    let error = ClientEvent::decode(r#"["P2P_EMIT","v",5,["q"]]"#, false).unwrap_err();
    let failure = Failure::from(&error);
    insta::assert_snapshot!(
        failure.text(),
        @"Error: malformed-argument: argument 1 of P2P_EMIT: expected an event name (a string), found a number (SRV-CORE-F5)"
    );
    let failures = [
        failure,
        Failure::reserved_event_name(&EventName::new("connect").unwrap()),
        Failure::target_left(&ClientId::new("b").unwrap()),
        Failure::refused(Refusal::LimitReached, "more than 5 rooms"),
    ];
    for failure in failures {
        for place in [Place::ServerError, Place::AddTargetAck] {
            assert_eq!(
                Failure::classify(&failure.text(), place),
                Some(failure.clone())
            );
        }
        assert_eq!(failure.code().spec().dialects, Dialect::ALL);
    }
}
