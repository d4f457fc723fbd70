//! Message (CLI-MSG-*): messages, questions and targets.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sio_p2p_client::{
    AnswerError, Args, Arguments, Binary, CallError, Dialect, EioVersion, Event, Request,
    TargetEvent,
};

use crate::support::{Setup, fake::FakeServer, soon, until};

/// CLI-MSG-5, CLI-MSG-6, CLI-MSG-F4: every pair of three clients, oneself included.
#[tokio::test]
async fn messages_reach_exactly_their_target() {
    for setup in Setup::all().await {
        let clients = [
            setup.client("a").await,
            setup.client("b").await,
            setup.client("c").await,
        ];
        let mut listeners: Vec<_> = clients.iter().map(|c| c.listen("hi").unwrap()).collect();
        for from in &clients {
            for to in &clients {
                let text = format!("{} to {}", from.id(), to.id());
                from.emit_to(to.id(), "hi", &text).await.unwrap();
                let at = clients.iter().position(|c| c.id() == to.id()).unwrap();
                let message = soon(listeners[at].next()).await.unwrap();
                assert_eq!(message.parse::<String>().unwrap(), text, "{}", setup.name);
                let source = (setup.dialect == Dialect::V1).then(|| from.id());
                assert_eq!(message.source(), source);
            }
        }
    }
}

#[tokio::test]
async fn a_javascript_peer_is_asked_and_asks() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut peer = setup.peer("js").await;
        peer.run(
            "p.on('sum', (a, b, ack) => ack(a + b));
             p.on('bytes', (bytes, ack) => ack(Buffer.concat([bytes, Buffer.from([255])]), 'two'));
             p.on('note', (...args) => out(args));",
        )
        .await;
        let five: i32 = us.request_to("js", "sum", (2, 3)).await.unwrap();
        assert_eq!(five, 5);
        let (bytes, two): (Binary, String) = us
            .request_to("js", "bytes", Binary::from(vec![1, 2]))
            .await
            .unwrap();
        assert_eq!((&bytes.0[..], two.as_str()), (&[1, 2, 255][..], "two"));
        us.emit_to("js", "note", ("a", json!({"k": [1]}), Binary::from("x")))
            .await
            .unwrap();
        assert_eq!(
            peer.said().await,
            json!(["a", {"k": [1]}, {"$bin": "eA=="}])
        );

        let _sum = us.on("sum", async |question| {
            let (a, b): (i32, i32) = question.parse().unwrap();
            question.answer((a + b, Binary::from("ok"))).await.unwrap();
        });
        let answer = peer
            .run("return new Promise(done => p.emitTo('rust', 'sum', 4, 5, (...args) => done(args)))")
            .await;
        assert_eq!(answer, json!([9, {"$bin": "b2s="}]), "{}", setup.name);
    }
}

/// What one client sends to another keeps its order, whatever its size and kind.
#[tokio::test]
async fn order_is_kept() {
    for setup in Setup::all().await {
        let (us, other) = (setup.client("a").await, setup.client("b").await);
        let mut listener = other.listen("n").unwrap();
        for n in 0..300_usize {
            let size = if n % 7 == 0 { 20_000 } else { n };
            let bytes = Binary::from(vec![0_u8; size]);
            us.emit_to("b", "n", (n, bytes)).await.unwrap();
        }
        for expected in 0..300_usize {
            let message = soon(listener.next()).await.unwrap();
            let (n, _): (usize, Binary) = message.parse().unwrap();
            assert_eq!(n, expected, "{}", setup.name);
        }
        until("everything is given back", || {
            us.counters().outgoing_bytes == 0 && other.counters().incoming_bytes == 0
        })
        .await;
    }
}

/// CLI-MSG-F1, CLI-MSG-10, SRV-MSG-2 from the client's side, with a JavaScript peer.
#[tokio::test]
async fn targets_with_a_javascript_peer() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut events = us.target_events();
        let mut peer = setup.peer("js").await;
        peer.run(
            "p.onAddP2pTarget(id => out(id)); p.onP2pTargetDisconnect(id => out('left ' + id));",
        )
        .await;
        us.add_target("js").await.unwrap();
        assert_eq!(peer.said().await, "rust");
        peer.run("await p.addP2pTarget('rust'); return 'ok'").await;
        let js = || "js".try_into().unwrap();
        assert_eq!(soon(events.next()).await, Some(TargetEvent::AddedBy(js())));
        peer.kill().await;
        assert_eq!(
            soon(events.next()).await,
            Some(TargetEvent::Left(js())),
            "{}",
            setup.name
        );

        // And the other way round.
        let mut peer = setup.peer("js2").await;
        peer.run("p.onP2pTargetDisconnect(id => out('left ' + id)); await p.addP2pTarget('rust')")
            .await;
        us.close().await;
        assert_eq!(peer.said().await, "left rust", "{}", setup.name);
    }
}

#[tokio::test]
async fn who_may_add_us_is_for_us_to_say() {
    for setup in Setup::all().await {
        let accept = setup
            .builder("picky")
            .accept_targets(|id| id.as_str() == "friend");
        let us = accept.connect().await.unwrap();
        let (friend, foe) = (setup.client("friend").await, setup.client("foe").await);
        friend.add_target("picky").await.unwrap();
        let refused = foe.add_target("picky").await.unwrap_err();
        let CallError::Refused(refused) = refused else {
            panic!("{refused}")
        };
        assert_eq!(
            refused.reason,
            "this client does not accept being added as a target"
        );
        let missing = friend.add_target("nobody").await.unwrap_err();
        let CallError::Refused(missing) = missing else {
            panic!("{missing}")
        };
        assert!(missing.failure.is_some(), "{}: {missing}", setup.name);
        drop(us);
    }
}

/// SRV-MSG-14: several listeners may try, the first answer counts.
#[tokio::test]
async fn a_question_is_answered_once() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("me").await;
    let (mut one, mut two) = (us.listen("q").unwrap(), us.listen("q").unwrap());
    wire.send(r#"425["q"]"#).await;
    let (first, second) = (
        soon(one.next()).await.unwrap(),
        soon(two.next()).await.unwrap(),
    );
    assert!(first.wants_answer() && second.wants_answer());
    second.answer("second").await.unwrap();
    assert_eq!(
        first.answer("first").await,
        Err(AnswerError::AlreadyAnswered)
    );
    wire.expect(r#"435["second"]"#).await;
    // A question that nobody listens to stays unanswered, as in the original.
    wire.send(r#"426["nobody-listens"]"#).await;
    wire.nothing_but_an_answer(r#"427["SERVER_PING"]"#, r#"437["pong from client me"]"#)
        .await;
}

#[tokio::test]
async fn raw_arguments_arrive_byte_for_byte() {
    for setup in Setup::all().await {
        let (us, other) = (setup.client("a").await, setup.client("b").await);
        let mut listener = other.listen("raw").unwrap();
        let text = r#"["x",1e400,-0,{"b":1,"a":{"_placeholder":true,"num":0}},9007199254740993]"#;
        let args = Args::new(Arguments::parse(text).unwrap(), vec!["data".into()]);
        us.emit_to("b", "raw", args.clone()).await.unwrap();
        let message = soon(listener.next()).await.unwrap();
        if setup.name == "p2p-server" {
            assert_eq!(message.args(), &args);
        } else {
            // JavaScript reads numbers, so only the shape survives there.
            assert_eq!(message.args().arguments().len(), 5);
        }
        assert_eq!(
            message.args().attachments(),
            args.attachments(),
            "{}",
            setup.name
        );
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Resize {
    image: Binary,
    width: u32,
}

impl Event for Resize {
    const NAME: &'static str = "resize";
}

impl Request for Resize {
    type Answer = Option<u64>;
}

#[tokio::test]
async fn events_are_rust_types() {
    for setup in Setup::all().await {
        let (us, worker) = (setup.client("a").await, setup.client("worker").await);
        let mut jobs = worker.listen_typed::<Resize>().unwrap();
        tokio::spawn(async move {
            while let Some(job) = jobs.next().await {
                match job {
                    Ok(job) if job.wants_answer() => {
                        let answer = Some(u64::from(job.event.width) + 1);
                        job.answer(&answer).await.unwrap();
                    }
                    Ok(_) | Err(_) => {}
                }
            }
        });
        // Neither arguments of another type nor a message without question end the stream.
        us.emit_to("worker", "resize", 7).await.unwrap();
        let job = Resize {
            image: Binary::from("png"),
            width: 41,
        };
        us.emit_typed("worker", &job).await.unwrap();
        assert_eq!(
            us.request_typed("worker", &job).await.unwrap(),
            Some(42),
            "{}",
            setup.name
        );
    }
}
