//! What the program does with its handle, as clients see it, frame by frame.

use sio_p2p_protocol::ClientId;
use sio_p2p_server::{Args, Backlog, CallError, Handle, PresenceEvent, ProvideError};

use crate::client::{Client, WAYS};
use crate::server::{DEADLINE, Server};

pub(crate) fn id(text: &str) -> ClientId {
    ClientId::new(text).unwrap()
}

/// SRV-SVC-2, SRV-SVC-3, DEV-22: an API of the server, from every kind of connection.
#[tokio::test]
async fn an_api_of_the_server_is_one_like_any_other() {
    for way in WAYS {
        let server = Server::start().await;
        let mut a = Client::join_by(way, &server, "a").await;
        let mut calls = server.handle.provide_api("x").unwrap();
        assert!(matches!(
            server.handle.provide_api("x"),
            Err(ProvideError::Refused(_))
        ));
        a.send(r#"420["CHECK_API_NAME","x"]"#).await;
        a.expect("430[true]").await;
        a.send(r#"421["USE_API","x",1e400,"two"]"#).await;
        let call = calls.next().await.unwrap();
        assert_eq!(call.args().arguments().as_json(), r#"[1e400,"two"]"#);
        assert_eq!(call.caller().client, Some(id("a")));
        call.answer((1, "two")).unwrap();
        a.expect(r#"431[1,"two"]"#).await;

        a.send(r#"42["USE_API","x"]"#).await;
        assert!(!calls.next().await.unwrap().wants_answer());
        // Neither taken over nor destroyed by a client.
        a.send(r#"42["CREATE_API","x"]"#).await;
        let text = "Error: not-allowed: the API `x` is provided by the server";
        a.expect(&format!(r#"42["SERVER_ERROR","{text}"]"#)).await;
        a.send(r#"42["DESTROY_API","x"]"#).await;
        a.send(r#"42["DESTROY_API"]"#).await;
        a.send(r#"422["USE_API","x"]"#).await;
        // Dropped without an answer, a call fails as if its provider had left.
        drop(calls.next().await.unwrap());
        let gone = r#"42["SERVER_ERROR","Error: unknown-api: nobody provides an API called `x`"]"#;
        a.expect(gone).await;

        // So does one that nobody has taken when the provider goes.
        a.send(r#"423["USE_API","x"]"#).await;
        a.fence().await;
        drop(calls);
        a.expect(gone).await;
        a.send(r#"424["CHECK_API_NAME","x"]"#).await;
        a.expect("434[false]").await;
    }
}

/// SRV-ROB-2: callers of a provider that is too slow are told at once.
#[tokio::test]
async fn calls_beyond_the_backlog_are_turned_away() {
    let server = Server::start().await;
    let backlog = Backlog {
        calls: 2,
        bytes: 100,
    };
    let mut calls = server.handle.provide_api_with("x", backlog).unwrap();
    let mut a = Client::join(&server, "a").await;
    let full =
        r#"42["SERVER_ERROR","Error: limit-reached: the API `x` has too many calls waiting"]"#;
    for ack in ["0", "1", "2", ""] {
        a.send(&format!(r#"42{ack}["USE_API","x",{ack}]"#).replace(",]", "]"))
            .await;
    }
    a.expect(full).await;
    a.expect(full).await;
    // Bytes count, too, but one call always passes.
    calls.next().await.unwrap().answer(()).unwrap();
    a.expect("430[]").await;
    let long = "y".repeat(200);
    a.send(&format!(r#"423["USE_API","x","{long}"]"#)).await;
    a.expect(full).await;
    calls.next().await.unwrap().answer(()).unwrap();
    a.expect("431[]").await;
    a.send(&format!(r#"424["USE_API","x","{long}"]"#)).await;
    calls.next().await.unwrap().answer(()).unwrap();
    a.expect("434[]").await;
}

/// Handlers run one after the other, or at once, and end with what they serve.
#[tokio::test]
async fn handlers_are_called_in_order_or_concurrently() {
    let server = Server::start().await;
    let mut a = Client::join(&server, "a").await;
    let one = server.handle.provide_api("one").unwrap();
    let many = server.handle.provide_api("many").unwrap();
    let one = tokio::spawn(one.for_each(async |call| {
        let args = call.args().clone();
        call.answer(args).unwrap();
    }));
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(3));
    let many = tokio::spawn(many.for_each_concurrent(3, move |call| {
        let barrier = std::sync::Arc::clone(&barrier);
        async move {
            // Passed only by three calls at a time.
            barrier.wait().await;
            call.answer(()).unwrap();
        }
    }));
    for n in 0..3 {
        a.send(&format!(r#"42{n}["USE_API","one",{n}]"#)).await;
        a.expect(&format!("43{n}[{n}]")).await;
    }
    for n in 0..6 {
        a.send(&format!(r#"42{n}["USE_API","many"]"#)).await;
    }
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(a.receive().await);
    }
    answers.sort_unstable();
    assert_eq!(
        answers,
        ["430[]", "431[]", "432[]", "433[]", "434[]", "435[]"]
    );
    server.handle.destroy_all_apis();
    one.await.unwrap();
    many.await.unwrap();
}

/// SRV-SVC-F1, SRV-SVC-F2, SRV-SVC-1, DEV-9: several services of one server.
#[tokio::test]
async fn services_of_the_server_answer_for_themselves() {
    for way in WAYS {
        let server = Server::start().await;
        let mut a = Client::join_by(way, &server, "a").await;
        let (x, y) = (
            server.handle.service("x").unwrap(),
            server.handle.service("y").unwrap(),
        );
        let mut of_x = x.provide("echo").unwrap();
        let mut of_y = y.provide("echo").unwrap();
        for (n, service) in ["x", "y"].into_iter().enumerate() {
            a.send(&format!(
                r#"42{n}["P2P_EMIT_ACKNOWLEDGE",{{"targetClientId":"{service}","event":"echo","args":["a",{n}]}}]"#
            ))
            .await;
        }
        let call = of_y.next().await.unwrap();
        assert_eq!(call.args().arguments().as_json(), "[1]");
        call.answer("y").unwrap();
        a.expect(r#"431["y"]"#).await;
        drop(of_x.next().await.unwrap());
        // As if a client of that name had left.
        a.expect(r#"42["SERVER_ERROR","Error: Could not find target client 'x' socket"]"#)
            .await;

        x.emit_to("a", "push", 1).unwrap();
        a.expect(r#"42["push","x",1]"#).await;
        let (answer, packet) = tokio::join!(y.request_to("a", "push", ()), async {
            let packet = a.receive().await;
            let ack = packet.strip_suffix(r#"["push","y"]"#).expect(&packet);
            a.send(&format!(r#"43{}["pong"]"#, &ack[2..])).await;
            packet
        });
        assert_eq!(answer, Ok("pong".to_owned()), "{packet}");

        x.destroy_all();
        assert!(of_x.next().await.is_none());
        a.send(r#"42["P2P_EMIT",{"targetClientId":"x","event":"echo","args":["a"]}]"#)
            .await;
        a.expect(r#"42["SERVER_ERROR","Error: Could not find target client 'x' socket"]"#)
            .await;
    }
}

/// SRV-SVC-4, SRV-SVC-F5, DEV-5, DEV-7, DEV-8: topics of the server.
#[tokio::test]
async fn topics_of_the_server_reach_subscribers_and_nobody_else() {
    for way in WAYS {
        let server = Server::start().await;
        let mut a = Client::join_by(way, &server, "a").await;
        let mut b = Client::join_by(way, &server, "b").await;
        let service = server.handle.service("svc").unwrap();
        let publish = |n: u32| service.publish("T", n);
        let error = publish(0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing was published: topic service:svc:topic:T is not yet created"
        );
        service.create_topic("T").unwrap();
        service.create_topic("T").unwrap();
        assert_eq!(publish(0), Ok(0));
        let ask = |ack: &str, event: &str, who: &str, topic: &str| {
            let args = format!(r#"["a","{who}","{topic}"]"#);
            format!(
                r#"42{ack}["P2P_EMIT_ACKNOWLEDGE",{{"targetClientId":"svc","event":"{event}","args":{args}}}]"#
            )
        };
        for who in ["a", "b"] {
            a.send(&ask("0", "SUBSCRIBE_TOPIC", who, "T")).await;
            a.expect("430[]").await;
        }
        assert_eq!(publish(1), Ok(2));
        for client in [&mut a, &mut b] {
            client
                .expect(r#"42["service:svc:topic:T-DEFAULT_TOPIC_EVENT",1]"#)
                .await;
        }
        // In the words of old clients, whose topic has its prefix already.
        a.send(&ask("", "UNSUBSCRIBE_TOPIC", "b", "service:svc:topic:T"))
            .await;
        a.send(&ask("1", "SUBSCRIBE_TOPIC", "a", "")).await;
        a.expect(r#"431["topicName can not be empty"]"#).await;
        a.send(&ask("2", "SUBSCRIBE_TOPIC", "ghost", "T")).await;
        a.expect(r#"432["client ghost is not connected to p2p server"]"#)
            .await;
        assert_eq!(publish(2), Ok(1));
        a.expect(r#"42["service:svc:topic:T-DEFAULT_TOPIC_EVENT",2]"#)
            .await;
        assert!(service.destroy_topic("T"));
        assert!(!service.destroy_topic("T"));
        a.expect(r#"42["service:svc:topic:T-TOPIC_BEING_DESTROYED"]"#)
            .await;
        assert!(publish(3).is_err());
        a.fence().await;
        b.fence().await;
    }
}

/// SRV-CORE-F7, SRV-CORE-F8, SRV-CORE-12: rooms and connections by the program.
#[tokio::test]
async fn the_program_fills_rooms_and_ends_connections() {
    let server = Server::start().await;
    let handle = &server.handle;
    let mut presence = handle.presence();
    let mut a = Client::join(&server, "a").await;
    let mut b = Client::join(&server, "b").await;
    handle.join_room("a", "r").unwrap();
    handle.join_room("b", "r").unwrap();
    assert!(handle.join_room("nobody", "r").is_err());
    let members = |handle: &Handle| -> Vec<_> {
        let members = handle.room_members("r").into_iter();
        members.map(|member| member.client.unwrap()).collect()
    };
    assert_eq!(members(handle), [id("a"), id("b")]);
    assert_eq!(handle.emit_room("r", "news", 1), Ok(2));
    assert!(handle.emit_room("r", "connect", 1).is_err());
    a.expect(r#"42["news",1]"#).await;
    b.expect(r#"42["news",1]"#).await;
    assert!(handle.leave_room("b", "r") && !handle.leave_room("b", "r"));
    handle.emit_room("r", "news", 1).unwrap();
    a.expect(r#"42["news",1]"#).await;
    b.fence().await;

    assert!(handle.is_connected("a"));
    // The host is told if the client that it waits for is disconnected.
    let asked = handle.request_to::<Args>("a", "question", ());
    let put_out = async {
        let question = a.receive().await;
        assert!(question.ends_with(r#"["question"]"#), "{question}");
        assert!(handle.disconnect("a"));
        a.expect("41").await;
    };
    let (answer, ()) = tokio::join!(asked, put_out);
    assert!(matches!(answer, Err(CallError::Unanswered(_))));
    assert!(!handle.is_connected("a") && !handle.disconnect("a"));
    assert_eq!(members(handle), []);
    for expected in ["a", "b", "a"] {
        let event = presence.next().await.unwrap();
        let (PresenceEvent::Connected { client, .. } | PresenceEvent::Gone { client, .. }) = event
        else {
            panic!("{event:?}");
        };
        assert_eq!(client, Some(id(expected)));
    }
}

/// When the server has ended, so have all that wait for something of it.
#[tokio::test]
async fn the_end_of_the_server_is_the_end_of_all_waiting() {
    let mut server = Server::start().await;
    let handle = server.handle.clone();
    let mut calls = handle.provide_api("x").unwrap();
    let mut presence = handle.presence();
    server.stop();
    server.stopped().await;
    assert!(calls.next().await.is_none());
    let ended = tokio::time::timeout(DEADLINE, presence.next()).await;
    assert_eq!(ended, Ok(None));
    assert_eq!(handle.provide_api("y").unwrap_err(), ProvideError::Ended);
    assert!(handle.emit_to("a", "e", ()).is_err());
}

/// What is no name, and a value that cannot be written, is told by the call itself.
#[tokio::test]
async fn mistakes_of_the_program_are_told_to_it() {
    let server = Server::start().await;
    let handle = &server.handle;
    let unwritable = std::collections::HashMap::from([((), 1)]);
    insta::assert_snapshot!(handle.emit_to("", "e", ()).unwrap_err(), @"a client id must not be empty");
    insta::assert_snapshot!(handle.emit_to("a", "e", &unwritable).unwrap_err(), @"cannot write arguments: key must be a string");
    insta::assert_snapshot!(handle.request_to::<Args>("", "e", ()).await.unwrap_err(), @"a client id must not be empty");
    insta::assert_snapshot!(handle.provide_api("").unwrap_err(), @"an API name must not be empty");
    insta::assert_snapshot!(handle.join_room("", "r").unwrap_err(), @"a client id must not be empty");
    insta::assert_snapshot!(handle.service("").unwrap_err(), @"a client id must not be empty");
    assert!(!handle.is_connected("") && !handle.disconnect("") && !handle.destroy_api(""));
    assert!(!handle.leave_room("", "r") && handle.room_members("r").is_empty());

    // An answer that cannot be written is none, and the caller is told.
    let mut calls = handle.provide_api("x").unwrap();
    let mut a = Client::join(&server, "a").await;
    a.send(r#"420["USE_API","x"]"#).await;
    let error = calls.next().await.unwrap().answer(&unwritable).unwrap_err();
    insta::assert_snapshot!(error, @"cannot write arguments: key must be a string");
    a.expect(r#"42["SERVER_ERROR","Error: unknown-api: nobody provides an API called `x`"]"#)
        .await;
    a.send(r#"421["USE_API","x","many",2]"#).await;
    let call = calls.next().await.unwrap();
    insta::assert_snapshot!(call.parse::<u8>().unwrap_err(), @r#"cannot read arguments: invalid type: string "many", expected u8 at line 1 column 6"#);
    let asked = handle.request_to::<u8>("a", "e", ());
    let packet = a.receive().await;
    let ack = packet.strip_suffix(r#"["e"]"#).expect(&packet);
    a.send(&format!(r#"43{}["text"]"#, &ack[2..])).await;
    insta::assert_snapshot!(asked.await.unwrap_err(), @r#"the answer is not what was expected: cannot read arguments: invalid type: string "text", expected u8 at line 1 column 6"#);
}
