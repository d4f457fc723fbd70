//! CLI-SVC-*: services and topics, `v1`, and named APIs, `v2`.

use serde_json::json;
use sio_p2p_client::{CallError, Client, Dialect, SendError};

use super::stream::pair;
use crate::{node::Peer, servers::Setup, soon, waiting::unique};

/// CLI-SVC-1: with the same client, at the same time.
pub(super) async fn uses_services_and_is_one(setup: Setup) {
    let us = unique("rust");
    let us = setup.builder(&us).service(setup.dialect == Dialect::V1);
    let us = us.connect().await.unwrap();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    match setup.dialect {
        Dialect::V1 => {
            answer_lengths(&us, "len").detach();
            peer.run("p.on('sum', (source, a, b, ack) => ack(a + b))")
                .await;
            let service = us.service(&js).unwrap();
            let sum: i32 = service.call("sum", (2, 3)).await.unwrap();
            let length = ask(&mut peer, &format!("p.emitTo('{}', 'len', 'four'", us.id())).await;
            assert_eq!((sum, length), (5, json!([4])));
        }
        Dialect::V2 => {
            let (theirs, ours) = (unique("sum"), unique("len"));
            provide(&mut peer, &theirs, "(a, b, ack) => ack(a + b)").await;
            let provider = answer_calls(&us, &ours).await;
            let sum: i32 = us.use_api(&theirs, (2, 3)).await.unwrap();
            let length = ask(&mut peer, &format!("p.emitService('{ours}', 'four'")).await;
            assert_eq!((sum, length), (5, json!([4])));
            provider.abort();
        }
    }
}

/// Answers the question `event` with the length of its text.
fn answer_lengths(us: &Client, event: &str) -> sio_p2p_client::ListenerGuard {
    us.on(event, |question| async {
        let text: String = question.parse().unwrap();
        question.answer(text.len()).await.unwrap();
    })
    .unwrap()
}

/// Provides an API that answers with the length of a text.
async fn answer_calls(us: &Client, api: &str) -> tokio::task::JoinHandle<()> {
    let mut provider = us.provide_api(api).await.unwrap();
    tokio::spawn(async move {
        while let Some(call) = provider.next().await {
            let text: String = call.parse().unwrap();
            call.answer(text.len()).await.unwrap();
        }
    })
}

/// The peer provides an API. It asks whether the name is free, then creates it: two questions
/// later the server has it.
async fn provide(peer: &mut Peer, api: &str, handler: &str) {
    let code = format!(
        "p.provideService('{api}', {handler});
         await p.isClientConnected('x'); await p.isClientConnected('x')"
    );
    peer.run(&code).await;
}

/// The peer makes a call that is still open, and gives the arguments of the answer.
async fn ask(peer: &mut Peer, call: &str) -> serde_json::Value {
    let code = format!("return new Promise((done) => {call}, (...answer) => done(answer)))");
    peer.run(&code).await
}

/// CLI-SVC-2: in `v1` the name of a service is the id of its client, so a client is one service.
/// In `v2` a name has an owner and a client can own several (DEV-23).
pub(super) async fn one_instance_is_one_service(setup: Setup) {
    let us = setup.builder(&unique("svc"));
    let us = us.service(setup.dialect == Dialect::V1).connect().await;
    let us = us.unwrap();
    let mut peer = setup.peer(&unique("js")).await;
    if setup.dialect == Dialect::V2 {
        for _ in 0..2 {
            let api = unique("api");
            let provider = answer_calls(&us, &api).await;
            let length = ask(&mut peer, &format!("p.emitService('{api}', 'four'")).await;
            assert_eq!(length, json!([4]));
            drop(provider);
        }
        assert_eq!(us.counters().apis, 2);
        return;
    }
    let mut topics = Vec::new();
    for name in ["A", "B"] {
        let topic = us.create_topic(name).await.unwrap();
        hear_topic(&mut peer, us.id().as_str(), name).await;
        topic.publish(name).await.unwrap();
        assert_eq!(peer.said().await, json!([name]));
        topics.push(topic);
    }
}

/// The peer subscribes to a topic of a service in `v1`, and prints what is published.
async fn hear_topic(peer: &mut Peer, service: &str, topic: &str) {
    let code = format!(
        "p.on('service:{service}:topic:{topic}-DEFAULT_TOPIC_EVENT', (...args) => out(args));
         p.on('service:{service}:topic:{topic}-TOPIC_BEING_DESTROYED', () => out('end'));"
    );
    peer.run(&code).await;
    let subscribe = format!("p.emitTo('{service}', 'SUBSCRIBE_TOPIC', p.clientId, '{topic}'");
    assert_eq!(ask(peer, &subscribe).await, json!([]));
}

/// CLI-SVC-F1: of two clients the one that is a service answers.
pub(super) async fn only_a_service_answers_subscriptions(setup: Setup) {
    let svc = setup.builder(&unique("svc")).service(true);
    let svc = svc.connect().await.unwrap();
    let mut peer = setup.peer(&unique("js")).await;
    let plain = setup.client(&unique("plain")).await;
    silent_to_subscriptions(&plain, &mut peer).await;
    let refused = plain.create_topic("T").await.unwrap_err();
    assert!(
        matches!(refused, SendError::Unsupported { .. }),
        "{refused}"
    );
    let _topic = svc.create_topic("T").await.unwrap();
    hear_topic(&mut peer, svc.id().as_str(), "T").await;
}

/// A question behind the subscription is answered, and the subscription is not.
async fn silent_to_subscriptions(us: &Client, peer: &mut Peer) {
    let _fence = answer_lengths(us, "fence");
    let id = us.id();
    let subscribe = format!(
        "p.emitTo('{id}', 'SUBSCRIBE_TOPIC', p.clientId, 'T', () => {{ keep.answered = true; }})"
    );
    peer.run(&subscribe).await;
    let fence = ask(peer, &format!("p.emitTo('{id}', 'fence', 'four'")).await;
    assert_eq!(fence, json!([4]));
    assert_eq!(peer.run("return keep.answered").await, json!(null));
}

/// CLI-SVC-F1, DEV-21: the message of that name is one of the application's there.
pub(super) async fn the_original_has_no_subscriptions(setup: Setup) {
    let (us, _, mut peer) = pair(&setup).await;
    silent_to_subscriptions(&us, &mut peer).await;
    let mut subscriptions = us.listen("SUBSCRIBE_TOPIC").unwrap();
    peer.run(&format!("p.emitTo('{}', 'SUBSCRIBE_TOPIC', 1)", us.id()))
        .await;
    assert_eq!(soon(subscriptions.next()).await.unwrap().parse(), Ok(1));
}

/// CLI-SVC-F2: on the wire, ours as the peer hears it and the peer's as we do.
pub(super) async fn topics_carry_the_name_of_their_service(setup: Setup) {
    let svc = setup.builder(&unique("svc")).service(true);
    let svc = svc.connect().await.unwrap();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    let topic = svc.create_topic("T").await.unwrap();
    hear_topic(&mut peer, svc.id().as_str(), "T").await;
    topic.publish((1, "two")).await.unwrap();
    assert_eq!(peer.said().await, json!([1, "two"]));
    drop(topic);
    assert_eq!(peer.said().await, "end");

    let serve = format!(
        "keep.room = 'service:{js}:topic:U';
         p.on('SUBSCRIBE_TOPIC', (source, client, topic, ack) =>
           p.emit('JOIN_ROOM', 'CLIENT_SUBSCRIBE_TOPIC', client, `service:{js}:topic:${{topic}}`,
             () => ack()))"
    );
    peer.run(&serve).await;
    let us = setup.client(&unique("rust")).await;
    let mut subscription = us.service(&js).unwrap().subscribe("U").await.unwrap();
    peer.run("p.emit('EMIT_ROOM', keep.room, `${keep.room}-DEFAULT_TOPIC_EVENT`, 3)")
        .await;
    assert_eq!(soon(subscription.next()).await.unwrap().parse(), Ok(3));
}

/// CLI-SVC-F2, DEV-21: and so a client of `v2` says.
pub(super) async fn the_original_has_no_topics(setup: Setup) {
    let us = setup.builder(&unique("us"));
    let us = us.service(true).connect().await.unwrap();
    let created = us.create_topic("T").await.unwrap_err();
    assert!(
        matches!(created, SendError::Unsupported { .. }),
        "{created}"
    );
    let subscribed = us.service("svc").unwrap().subscribe("T").await;
    let subscribed = subscribed.unwrap_err();
    assert!(
        matches!(&subscribed, CallError::Send(SendError::Unsupported { .. })),
        "{subscribed}"
    );
}
