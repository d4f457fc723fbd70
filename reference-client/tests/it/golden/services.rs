//! Services and topics of v1, both ends of the recordings.

use serde_json::json;
use sio_p2p_client::Binary;

use super::replay_v1;
use crate::support::golden::{Script, service_v1};

#[tokio::test]
async fn calls_both_ways() {
    replay_v1("service_client_side", "a", async |us| {
        let svc = us.service("svc").unwrap();
        let mut pushes = svc.listen("push").unwrap();
        let echo: String = svc.call("echo", "hi").await.unwrap();
        assert_eq!(echo, "echo hi");
        svc.notify("fire", "go").await.unwrap();
        assert_eq!(pushes.next().await.unwrap().parse(), Ok("p1".to_owned()));
        let push = pushes.next().await.unwrap();
        push.answer("got p2").await.unwrap();
        let quick = us.with_deadline(std::time::Duration::from_millis(50));
        let _unanswered = quick.request_to::<String>("svc", "echo", "hi again").await;
    })
    .await;
}

#[tokio::test]
async fn subscribing_and_unsubscribing() {
    replay_v1("topics_client_service_raw_unsubscribe", "a", async |us| {
        // The recording's unsubscription is the one that works; the library's own is DEV-5.
        drop(us.service("svc").unwrap().subscribe("T").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn being_a_service() {
    // The answer to a subscription comes when it is true, not before (unlike DEV-6).
    let script = Script::read(
        "v1.5.0-sio2",
        "topics_client_service_raw_unsubscribe",
        "svc",
    );
    let (before, publication) = script.answers_late().split_before("EMIT_ROOM");
    let (svc, mut wire) = service_v1("svc").await;
    let (topics, ()) = tokio::join!(
        async {
            let mut topics = Vec::new();
            for name in ["T", "U", "V"] {
                topics.push(svc.create_topic(name).await.unwrap());
            }
            topics
        },
        before.play(&mut wire)
    );
    topics[0].publish("not seen by a").await.unwrap();
    publication.play(&mut wire).await;
    // The end of a topic: the packet of the other recording.
    drop(topics);
    for name in ["T", "U", "V"] {
        let room = format!("service:svc:topic:{name}");
        wire.expect(&format!(
            r#"42["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","{room}"]"#
        ))
        .await;
    }
}

#[tokio::test]
async fn publications_arrive() {
    let script = Script::read("v1.5.0-sio2", "topics_client_service", "a");
    let script = script.without("UNSUBSCRIBE_TOPIC");
    let (us, mut wire) = service_v1("a").await;
    tokio::join!(script.play(&mut wire), async {
        let mut topic = us.service("svc").unwrap().subscribe("T").await.unwrap();
        let first = topic.next().await.unwrap();
        assert_eq!(first.parse(), Ok((1, json!({"k": 2}))));
        assert!(topic.next().await.unwrap().args().arguments().is_empty());
        assert_eq!(topic.next().await.unwrap().parse(), Ok(Binary::from("bin")));
        topic.next().await.unwrap();
        // The topic ends, and nothing is left to unsubscribe from.
        assert!(topic.next().await.is_none());
    });
    wire.nothing_but_an_answer(r#"427["MULTI_API_ADD_TARGET","c"]"#, "437[]")
        .await;
}
