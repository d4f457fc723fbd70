//! Events and acknowledgements in both directions, at event level.

use std::time::Duration;

use bytes::Bytes;
use sio_p2p_transport::{AckError, Args, Connection, Data, EncodeError, Event, Events, SendError};

use crate::support::{JsServer, Target, soon};

const LONG: Duration = Duration::from_secs(20);

against_every_server!(
    acknowledgements_carry_any_arguments,
    arguments_arrive_as_they_were_sent,
    binary_travels_nested_both_ways,
    server_questions_are_answered_once,
    a_missing_acknowledgement_times_out,
    closing_fails_what_waits,
    a_namespace_is_a_connection_of_its_own,
);

against_every_server_by_polling!(
    acknowledgements_carry_any_arguments,
    arguments_arrive_as_they_were_sent,
    binary_travels_nested_both_ways,
    server_questions_are_answered_once,
    a_missing_acknowledgement_times_out,
    a_namespace_is_a_connection_of_its_own,
);

async fn connect(server: &JsServer) -> (Connection, Events) {
    let (connection, mut events) = soon(Connection::connect(&server.options())).await.unwrap();
    assert_eq!(next(&mut events).await.name, "welcome");
    (connection, events)
}

async fn next(events: &mut Events) -> Event {
    soon(events.next()).await.expect("an event")
}

/// Numbers as JavaScript writes them again, Unicode, several arguments, none.
const LISTS: [&str; 4] = [
    "[]",
    "[null]",
    r#"["é😀",[1,[2]],{"b":1,"a":-0.5}]"#,
    "[1,2,3,4,5,6,7,8,9]",
];

async fn acknowledgements_carry_any_arguments(target: Target) {
    let server = JsServer::start(target).await;
    let (connection, _events) = connect(&server).await;
    for list in LISTS {
        let answer = connection
            .emit_with_ack("echo", Data::new(list), LONG)
            .await
            .unwrap();
        assert_eq!(answer, Data::new(list));
    }
}

async fn arguments_arrive_as_they_were_sent(target: Target) {
    let server = JsServer::start(target).await;
    let (connection, mut events) = connect(&server).await;
    for list in LISTS {
        connection.emit("back", Data::new(list)).await.unwrap();
        let event = next(&mut events).await;
        assert_eq!((event.name.as_str(), event.args), ("back", Data::new(list)));
        assert!(event.responder.is_none());
    }
    let refused = connection.emit("back", Data::new("{}")).await.unwrap_err();
    assert!(matches!(
        refused,
        SendError::Encode(EncodeError::Arguments(_))
    ));
}

/// Two attachments, one of them empty, one inside an object.
fn nested() -> Data {
    let mut args = Args::new();
    let inner = args.attach(Bytes::from_static(&[0, 4, 255]));
    args.json(&format!(r#"{{"x":[{inner}]}}"#))
        .json("7")
        .binary(Bytes::new())
        .into()
}

async fn binary_travels_nested_both_ways(target: Target) {
    let server = JsServer::start(target).await;
    let (connection, mut events) = connect(&server).await;
    let answer = connection
        .emit_with_ack("echo", nested(), LONG)
        .await
        .unwrap();
    assert_eq!(answer, nested());
    connection.emit("back", nested()).await.unwrap();
    assert_eq!(next(&mut events).await.args, nested());
    // An event with binary may be answered without, and the other way round.
    connection.emit("ask", nested()).await.unwrap();
    let question = next(&mut events).await;
    assert_eq!(
        (question.name.as_str(), &question.args),
        ("question", &nested())
    );
    question
        .responder
        .unwrap()
        .ack(Data::default())
        .await
        .unwrap();
    assert_eq!(next(&mut events).await.args, Data::default());
    connection.emit("ask", Data::default()).await.unwrap();
    next(&mut events)
        .await
        .responder
        .unwrap()
        .ack(nested())
        .await
        .unwrap();
    assert_eq!(next(&mut events).await.args, nested());
}

async fn server_questions_are_answered_once(target: Target) {
    let server = JsServer::start(target).await;
    let (connection, mut events) = connect(&server).await;
    for list in LISTS {
        connection.emit("ask", Data::new("[\"?\"]")).await.unwrap();
        let question = next(&mut events).await;
        assert_eq!(
            (question.name.as_str(), question.args.json.as_str()),
            ("question", "[\"?\"]")
        );
        question
            .responder
            .unwrap()
            .ack(Data::new(list))
            .await
            .unwrap();
        let answered = next(&mut events).await;
        assert_eq!(
            (answered.name.as_str(), answered.args.json.as_str()),
            ("answered", list)
        );
    }
    connection.emit("ask", Data::default()).await.unwrap();
    let responder = next(&mut events).await.responder.unwrap();
    let refused = responder.ack(Data::new("1")).await.unwrap_err();
    assert!(matches!(
        refused,
        SendError::Encode(EncodeError::Arguments(_))
    ));
}

async fn a_missing_acknowledgement_times_out(target: Target) {
    let server = JsServer::start(target).await;
    let (connection, _events) = connect(&server).await;
    let after = Duration::from_millis(1);
    let error = connection
        .emit_with_ack("nobody listens", Data::default(), after)
        .await;
    assert_eq!(error, Err(AckError::Timeout { after }));
    // The connection is none the worse, and a late answer would find nobody.
    assert!(
        connection
            .emit_with_ack("echo", Data::default(), LONG)
            .await
            .is_ok()
    );
}

async fn closing_fails_what_waits(target: Target) {
    let server = JsServer::start(target).await;
    let (connection, mut events) = connect(&server).await;
    let waiting = tokio::spawn({
        let connection = connection.clone();
        async move {
            connection
                .emit_with_ack("nobody listens", Data::default(), LONG)
                .await
        }
    });
    // Sent after the question: when its answer is here, the question has been sent.
    soon(connection.emit_with_ack("echo", Data::default(), LONG))
        .await
        .unwrap();
    connection.emit("cut", Data::default()).await.unwrap();
    let reason = soon(connection.closed()).await;
    assert_eq!(
        soon(waiting).await.unwrap(),
        Err(AckError::Closed(reason.clone()))
    );
    assert!(soon(events.next()).await.is_none());
    let late = soon(connection.emit_with_ack("echo", Data::default(), LONG)).await;
    assert_eq!(late, Err(AckError::Closed(reason)));
    assert_eq!(
        connection.emit("echo", Data::default()).await,
        Err(SendError::Closed(()))
    );
}

async fn a_namespace_is_a_connection_of_its_own(target: Target) {
    let server = JsServer::start(target).await;
    let mut options = server.options().namespace("admin");
    if target.is_v5() {
        options = options.auth(r#"{"token":"secret"}"#);
    } else {
        options = options.query("token", "secret");
    }
    let (connection, mut events) = soon(Connection::connect(&options)).await.unwrap();
    let welcome = next(&mut events).await;
    assert!(
        welcome.args.json.contains(r#""namespace":"/admin""#),
        "{welcome:?}"
    );
    let answer = connection
        .emit_with_ack("echo", nested(), LONG)
        .await
        .unwrap();
    assert_eq!(answer, nested());
    connection.emit("ask", Data::new("[1]")).await.unwrap();
    next(&mut events)
        .await
        .responder
        .unwrap()
        .ack(nested())
        .await
        .unwrap();
    assert_eq!(next(&mut events).await.args, nested());
}

/// Many questions at once: every answer finds its own, whatever the order.
#[tokio::test]
async fn answers_do_not_mix() {
    let server = JsServer::start(Target::V4).await;
    let (connection, _events) = connect(&server).await;
    let mut questions = tokio::task::JoinSet::new();
    for number in 0..500 {
        let connection = connection.clone();
        questions.spawn(async move {
            let data = Data::new(format!("[{number}]"));
            let answer = connection.emit_with_ack("echo", data.clone(), LONG).await;
            assert_eq!(answer, Ok(data));
        });
    }
    soon(questions.join_all()).await;
}

/// Who waits for an answer need not take the events before it.
#[tokio::test]
async fn answers_overtake_events_that_nobody_takes() {
    let server = JsServer::start(Target::V4).await;
    let (connection, mut events) = connect(&server).await;
    connection
        .emit("many", Data::new("[500,100]"))
        .await
        .unwrap();
    let answer = soon(connection.emit_with_ack("echo", Data::new("[1]"), LONG)).await;
    assert_eq!(answer, Ok(Data::new("[1]")));
    for number in 0..500 {
        let item: (usize, String) = next(&mut events).await.args.parse().unwrap();
        assert_eq!(item.0, number);
    }
}

/// Who keeps nothing of a connection leaves it, cleanly.
#[tokio::test]
async fn a_dropped_connection_says_goodbye() {
    let mut server = JsServer::start(Target::V4).await;
    let (connection, events) = connect(&server).await;
    drop(connection.clone());
    drop(events);
    soon(connection.emit_with_ack("echo", Data::default(), LONG))
        .await
        .unwrap();
    drop(connection);
    assert_eq!(
        server.told("disconnect").await,
        "client namespace disconnect"
    );
}
