//! Named APIs and topics, frame by frame.

use crate::client::{Client, WAYS};
use crate::server::Server;

/// SRV-SVC-10 to SRV-SVC-16, from every kind of connection to every other.
#[tokio::test]
async fn an_api_is_provided_used_and_destroyed() {
    for svc_way in WAYS {
        for user_way in WAYS {
            let server = Server::start().await;
            let mut svc = Client::join_by(svc_way, &server, "svc").await;
            let mut user = Client::join_by(user_way, &server, "user").await;
            svc.send(r#"420["CHECK_API_NAME","x"]"#).await;
            svc.expect("430[false]").await;
            svc.send(r#"42["CREATE_API","x"]"#).await;
            svc.fence().await;
            user.send(r#"420["CHECK_API_NAME","x"]"#).await;
            user.expect("430[true]").await;
            user.send(r#"421["USE_API","x",1e400]"#).await;
            svc.expect(r#"420["x",1e400]"#).await;
            user.send(r#"42["USE_API","x"]"#).await;
            svc.expect(r#"42["x"]"#).await;
            svc.send(r#"430[1, "two"]"#).await;
            user.expect(r#"431[1, "two"]"#).await;

            user.send(r#"42["CREATE_API","x"]"#).await;
            user.expect(
                r#"42["SERVER_ERROR","Error: not-allowed: the API `x` is provided by another client"]"#,
            )
            .await;
            user.send(r#"42["DESTROY_API","x"]"#).await;
            user.fence().await;
            svc.send(r#"42["DESTROY_API","x"]"#).await;
            svc.fence().await;
            user.send(r#"422["USE_API","x"]"#).await;
            user.expect(
                r#"42["SERVER_ERROR","Error: unknown-api: nobody provides an API called `x`"]"#,
            )
            .await;
            svc.send(r#"423["CREATE_API","y"]"#).await;
            svc.expect("433[]").await;
            svc.send("41").await;
            user.until_listed(r#"["user"]"#).await;
            user.send(r#"423["CHECK_API_NAME","y"]"#).await;
            user.expect("433[false]").await;
        }
    }
}

/// SRV-SVC-15: everybody agrees on who was first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_create_one_name_one_has_it() {
    const RIVALS: usize = 8;
    let server = Server::start().await;
    let mut user = Client::join(&server, "user").await;
    for round in 0..10 {
        let mut rivals = Vec::new();
        for number in 0..RIVALS {
            let mut rival = Client::join(&server, &format!("{round}-{number}")).await;
            rivals.push(tokio::spawn(async move {
                rival.send(r#"420["CREATE_API","x"]"#).await;
                let has_it = rival.receive().await == "430[]";
                (rival, has_it)
            }));
        }
        let mut providers = Vec::new();
        let mut others = Vec::new();
        for rival in rivals {
            let (rival, has_it) = rival.await.unwrap();
            if has_it {
                providers.push(rival);
            } else {
                others.push(rival);
            }
        }
        assert_eq!(providers.len(), 1);
        user.send(r#"42["USE_API","x",7]"#).await;
        providers[0].expect(r#"42["x",7]"#).await;
        for mut rival in providers.into_iter().chain(others) {
            rival.fence().await;
            rival.send("41").await;
        }
        user.until_listed(r#"["user"]"#).await;
    }
}

/// SRV-SVC-14: a provider breaks off in the middle of calls. Each of them is
/// answered or fails, none twice and none never.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_provider_that_breaks_off_leaves_no_call_open() {
    const CALLS: usize = 100;
    let server = Server::start().await;
    let mut user = Client::join(&server, "user").await;
    for round in 0..5 {
        let mut svc = Client::join(&server, &format!("svc{round}")).await;
        svc.send(r#"420["CREATE_API","x"]"#).await;
        svc.expect("430[]").await;
        let provider = tokio::spawn(async move {
            for _ in 0..CALLS / 2 {
                let call = svc.receive().await;
                let id = call.strip_suffix(r#"["x"]"#).expect(&call);
                svc.send(&format!("43{}[]", &id[2..])).await;
            }
            svc.abort();
        });
        for call in 0..CALLS {
            user.send(&format!(r#"42{call}["USE_API","x"]"#)).await;
        }
        let (mut answers, mut errors) = (0, 0);
        while answers + errors < CALLS {
            let packet = user.receive().await;
            if packet.starts_with("43") {
                answers += 1;
            } else {
                let text = "Error: unknown-api: nobody provides an API called `x`";
                assert_eq!(packet, format!(r#"42["SERVER_ERROR","{text}"]"#));
                errors += 1;
            }
        }
        assert!(errors >= CALLS / 2, "{answers} answers");
        provider.await.unwrap();
        user.fence().await;
    }
}

/// SRV-SVC-5, SRV-CORE-23, DEV-5: a topic of a client service, with subscribers
/// that leave it in the words of old clients and of new ones.
#[tokio::test]
async fn a_topic_is_published_to_its_subscribers() {
    for way in WAYS {
        let server = Server::start().await;
        let mut svc = Client::join_by(way, &server, "svc").await;
        let mut a = Client::join_by(way, &server, "a").await;
        let mut b = Client::join_by(way, &server, "b").await;
        let room = "service:svc:topic:t";
        svc.send(&format!(
            r#"42["JOIN_ROOM","SERVICE_CREATE_TOPIC","{room}"]"#
        ))
        .await;
        for subscriber in ["a", "b"] {
            svc.send(&format!(
                r#"420["JOIN_ROOM","CLIENT_SUBSCRIBE_TOPIC","{subscriber}","{room}"]"#
            ))
            .await;
            svc.expect("430[]").await;
        }
        let publication = |n: u32| format!(r#"["{room}-DEFAULT_TOPIC_EVENT",{n}]"#);
        let publish = |n: u32| {
            let event = publication(n).replacen('[', "", 1);
            format!(r#"42["EMIT_ROOM","{room}",{event}"#)
        };
        svc.send(&publish(1)).await;
        a.expect(&format!("42{}", publication(1))).await;
        b.expect(&format!("42{}", publication(1))).await;
        svc.send(&format!(
            r#"42["LEAVE_ROOM","CLIENT_UNSUBSCRIBE_TOPIC","a","service:svc:topic:{room}"]"#
        ))
        .await;
        svc.send(&publish(2)).await;
        b.expect(&format!("42{}", publication(2))).await;
        svc.send(&format!(
            r#"42["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","{room}"]"#
        ))
        .await;
        b.expect(&format!(r#"42["{room}-TOPIC_BEING_DESTROYED"]"#))
            .await;
        svc.expect(&format!(r#"42["{room}-TOPIC_BEING_DESTROYED"]"#))
            .await;
        a.fence().await;
    }
}
