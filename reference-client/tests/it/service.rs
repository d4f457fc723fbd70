//! Service (CLI-SVC-*): named APIs of `v2`, services and topics of `v1`.

use serde_json::json;
use sio_p2p_client::{Binary, CallError, Dialect, EioVersion, ListenOptions, SendError};

use crate::support::{Setup, fake::FakeServer, soon};

async fn v1_setups() -> [Setup; 2] {
    [
        Setup::ours(EioVersion::V3, Dialect::V1).await,
        Setup::ours(EioVersion::V4, Dialect::V1).await,
    ]
}

/// CLI-SVC-1: a client provides and uses, its own APIs included.
#[tokio::test]
async fn apis_are_provided_used_and_ended() {
    for setup in Setup::all_v2().await {
        let (svc, user) = (setup.client("svc").await, setup.client("user").await);
        assert!(!user.api_exists("echo").await.unwrap());
        let unknown = user.use_api::<String>("echo", "hi").await;
        assert_eq!(
            unknown,
            Err(CallError::UnknownApi("echo".try_into().unwrap()))
        );

        let mut echo = svc.provide_api("echo").await.unwrap();
        assert_eq!(echo.name().as_str(), "echo");
        let task = tokio::spawn(async move {
            for _ in 0..3 {
                let call = echo.next().await.unwrap();
                assert_eq!(call.source(), None);
                let (text, bytes): (String, Option<Binary>) = call.parse().unwrap();
                call.answer((format!("echo {text}"), bytes)).await.unwrap();
            }
            echo
        });
        let answer: (String, Binary) = user
            .use_api("echo", ("hi", Binary::from("x")))
            .await
            .unwrap();
        assert_eq!(
            answer,
            ("echo hi".into(), Binary::from("x")),
            "{}",
            setup.name
        );
        user.notify_api("echo", "nobody waits").await.unwrap();
        let own: String = svc.use_api("echo", "self").await.unwrap();
        assert_eq!(own, "echo self");

        // E11, from us and from another client.
        for client in [&svc, &user] {
            let taken = client.provide_api("echo").await.unwrap_err();
            assert_eq!(taken.to_string(), "an api called 'echo' exists already");
        }
        assert_eq!((svc.counters().apis, user.counters().apis), (1, 0));
        drop(soon(task).await.unwrap());
        assert!(!svc.api_exists("echo").await.unwrap(), "{}", setup.name);
        assert_eq!((svc.counters().apis, svc.counters().listeners), (0, 0));
    }
}

#[tokio::test]
async fn apis_with_a_javascript_peer() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut peer = setup.peer("js").await;
        peer.run("p.provideService('js.sum', (a, b, ack) => ack(a + b)); return p.isClientConnected('js')").await;
        while !us.api_exists("js.sum").await.unwrap() {}
        assert_eq!(
            us.use_api::<i32>("js.sum", (2, 3)).await.unwrap(),
            5,
            "{}",
            setup.name
        );

        let mut provider = us.provide_api("rust.len").await.unwrap();
        peer.begin(
            "return new Promise(done => p.emitService('rust.len', Buffer.from('four'), done))",
        )
        .await;
        let call = soon(provider.next()).await.unwrap();
        let bytes: Binary = call.parse().unwrap();
        call.answer(bytes.0.len()).await.unwrap();
        assert_eq!(peer.finished().await, 4, "{}", setup.name);
        let refused = peer
            .run("return new Promise(done => p.provideService('rust.len', () => {}, done))")
            .await;
        assert_eq!(refused, "Duplicated API name: rust.len");
    }
}

#[tokio::test]
async fn all_apis_end_at_once() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut one = us.provide_api("one").await.unwrap();
        let mut two = us.provide_api("two").await.unwrap();
        us.destroy_all_apis().await.unwrap();
        assert!(soon(one.next()).await.is_none() && soon(two.next()).await.is_none());
        assert!(!us.api_exists("one").await.unwrap(), "{}", setup.name);
        // The former provider has nothing to say about a new one of that name.
        let _again = us.provide_api("one").await.unwrap();
        drop(one);
        assert!(us.api_exists("one").await.unwrap(), "{}", setup.name);
    }
}

#[tokio::test]
async fn what_a_dialect_lacks_is_said() {
    let v1 = Setup::ours(EioVersion::V4, Dialect::V1)
        .await
        .client("a")
        .await;
    let error = v1.api_exists("x").await.unwrap_err().to_string();
    assert_eq!(error, "dialect v1 has no registry of apis");
    assert!(matches!(
        v1.create_topic("t").await,
        Err(SendError::Unsupported { .. })
    ));
    let v2 = Setup::ours(EioVersion::V4, Dialect::V2)
        .await
        .client("a")
        .await;
    let error = v2
        .service("s")
        .unwrap()
        .subscribe("t")
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(error, "dialect v2 has no topics");
}

/// CLI-SVC-F2, SRV-SVC-5: create, subscribe, publish, unsubscribe, end.
#[tokio::test]
async fn topics_live_from_creation_to_end() {
    for setup in v1_setups().await {
        let svc = setup.builder("svc").service(true).connect().await.unwrap();
        let (a, b) = (setup.client("a").await, setup.client("b").await);
        let topic = svc.create_topic("T").await.unwrap();
        let mut at_a = a.service("svc").unwrap().subscribe("T").await.unwrap();
        let mut again = a.service("svc").unwrap().subscribe("T").await.unwrap();
        let mut at_b = b.service("svc").unwrap().subscribe("T").await.unwrap();
        topic
            .publish((1, json!({"k": 2}), Binary::from("x")))
            .await
            .unwrap();
        for subscription in [&mut at_a, &mut again, &mut at_b] {
            let publication = soon(subscription.next()).await.unwrap();
            let (n, object, bytes): (i32, serde_json::Value, Binary) = publication.parse().unwrap();
            assert_eq!((n, object, bytes), (1, json!({"k": 2}), Binary::from("x")));
        }
        // DEV-5: unsubscribing works, once nobody is left.
        drop(again);
        topic.publish(2).await.unwrap();
        assert_eq!(soon(at_a.next()).await.unwrap().parse(), Ok(2));
        assert_eq!(soon(at_b.next()).await.unwrap().parse(), Ok(2));
        drop(at_a);
        // Messages keep their order, so the service has heard of it when it answers.
        let mut fence = svc.listen("fence").unwrap();
        let (fenced, ()) = tokio::join!(a.request_to::<()>("svc", "fence", ()), async {
            soon(fence.next()).await.unwrap().answer(()).await.unwrap();
        });
        fenced.unwrap();
        let mut raw = a
            .listen_with(
                "service:svc:topic:T-DEFAULT_TOPIC_EVENT",
                ListenOptions::plain(),
            )
            .unwrap();
        topic.publish(3).await.unwrap();
        assert_eq!(soon(at_b.next()).await.unwrap().parse(), Ok(3));
        a.list_clients().await.unwrap();
        assert!(
            tokio::time::timeout(std::time::Duration::ZERO, raw.next())
                .await
                .is_err()
        );
        // The end of the topic is the end of the subscriptions.
        drop(topic);
        assert!(soon(at_b.next()).await.is_none());
        assert_eq!((b.counters().subscriptions, svc.counters().topics), (0, 0));
    }
}

#[tokio::test]
async fn calls_of_a_service_are_messages() {
    for setup in v1_setups().await {
        let svc = setup.builder("svc").service(true).connect().await.unwrap();
        let a = setup.client("a").await;
        let _echo = svc.on("echo", async |call| {
            let text: String = call.parse().unwrap();
            call.answer(format!("echo {text}")).await.unwrap();
        });
        let service = a.service("svc").unwrap();
        assert_eq!(
            service.call::<String>("echo", "hi").await.unwrap(),
            "echo hi"
        );
        let mut pushes = service.listen("push").unwrap();
        setup
            .client("b")
            .await
            .emit_to("a", "push", "not from the service")
            .await
            .unwrap();
        svc.emit_to("a", "push", "p").await.unwrap();
        assert_eq!(
            soon(pushes.next()).await.unwrap().parse(),
            Ok("p".to_owned())
        );
        service.notify("echo", "nobody waits").await.unwrap();
    }
}

/// What the service answers, packet by packet: refusals, and an ack only when the server agreed.
#[tokio::test]
async fn subscriptions_are_answered_when_they_are_true() {
    let server = FakeServer::new(EioVersion::V3, Dialect::V1).await;
    let (connected, mut wire) = tokio::join!(
        server.builder("svc").service(true).connect(),
        server.accept()
    );
    let _svc = connected.unwrap();
    wire.send(r#"425["SUBSCRIBE_TOPIC","a","a","T"]"#).await;
    wire.expect(r#"420["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","a","service:svc:topic:T"]"#)
        .await;
    wire.nothing_but_an_answer(r#"427["MULTI_API_ADD_TARGET","c"]"#, "437[]")
        .await;
    wire.send("430[]").await;
    wire.expect("435[]").await;
    wire.send(r#"426["SUBSCRIBE_TOPIC","a","a","T"]"#).await;
    wire.expect(r#"421["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","a","service:svc:topic:T"]"#)
        .await;
    wire.send("431[{}]").await;
    wire.expect(r#"436["client a is not connected to p2p server"]"#)
        .await;
    wire.send(r#"428["SUBSCRIBE_TOPIC","a","a",""]"#).await;
    wire.expect(r#"438["topicName can not be empty"]"#).await;
    wire.send(r#"429["SUBSCRIBE_TOPIC","a","victim","T"]"#)
        .await;
    wire.expect(r#"439["a client can only subscribe itself"]"#)
        .await;
    // The bare name, and the prefixed one that the original's library sends (DEV-5).
    for name in ["T", "service:svc:topic:T"] {
        wire.send(&format!(r#"42["UNSUBSCRIBE_TOPIC","a","a","{name}"]"#))
            .await;
        wire.expect(r#"42["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","a","service:svc:topic:T"]"#)
            .await;
    }

    // CLI-SVC-F1: a client that is no service does not answer.
    let (_plain, mut wire) = server.client("plain").await;
    wire.send(r#"425["SUBSCRIBE_TOPIC","a","a","T"]"#).await;
    wire.nothing_but_an_answer(r#"427["MULTI_API_ADD_TARGET","c"]"#, "437[]")
        .await;
}
