//! CLI-MSG-5, CLI-MSG-6, CLI-MSG-F4: messages reach whom they are for, and nobody else.

use serde_json::json;
use sio_p2p_client::{Binary, Client, Listener};

use crate::{node::Peer, servers::Setup, soon, waiting::unique};

/// CLI-MSG-5: of two peers and ourselves only the one that was named gets it.
pub(super) async fn a_message_reaches_whom_it_is_for(setup: Setup) {
    let us = setup.client(&unique("rust")).await;
    let bystander = setup.client(&unique("bystander")).await;
    let mut overheard = bystander.listen("note").unwrap();
    let mut own = us.listen("note").unwrap();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("hear('note')").await;
    let args = ("a", json!({"k": [1, null]}), Binary::from("x"));
    us.emit_to(&js, "note", args).await.unwrap();
    let expected = json!(["a", {"k": [1, null]}, {"$bin": "eA=="}]);
    assert_eq!(peer.said().await, expected);
    // A message along the same path would come behind the one that must not come.
    us.emit_to(bystander.id(), "note", "fence").await.unwrap();
    us.emit_to(us.id(), "note", "fence").await.unwrap();
    for listener in [&mut overheard, &mut own] {
        assert_eq!(next(listener).await, "fence");
    }
}

/// CLI-MSG-6: each of two Rust clients and a JavaScript one, to each.
pub(super) async fn everybody_with_everybody(setup: Setup) {
    let (a, b) = (
        setup.client(&unique("a")).await,
        setup.client(&unique("b")).await,
    );
    let (mut at_a, mut at_b) = (a.listen("hi").unwrap(), b.listen("hi").unwrap());
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("hear('hi')").await;
    for from in [&a, &b] {
        for to in [a.id().as_str(), b.id().as_str(), js.as_str()] {
            from.emit_to(to, "hi", format!("{} to {to}", from.id()))
                .await
                .unwrap();
        }
    }
    for to in [a.id().as_str(), b.id().as_str(), js.as_str()] {
        let emit = format!("p.emitTo('{to}', 'hi', '{js} to {to}')");
        peer.run(&emit).await;
    }
    let senders = [a.id().as_str(), b.id().as_str(), js.as_str()];
    for (client, listener) in [(&a, &mut at_a), (&b, &mut at_b)] {
        let mut heard = Vec::new();
        for _ in senders {
            heard.push(next(listener).await);
        }
        assert_eq!(sorted(heard), greetings(senders, client.id().as_str()));
    }
    let mut heard = Vec::new();
    for _ in senders {
        heard.push(peer.said().await[0].as_str().unwrap().to_owned());
    }
    assert_eq!(sorted(heard), greetings(senders, &js));
}

/// CLI-MSG-F4: with and without an answer, one id says who is meant; what is no id is refused.
pub(super) async fn sending_takes_one_id(setup: Setup) {
    let us = setup.client(&unique("rust")).await;
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("hear('note'); p.on('sum', (...args) => { const ack = args.pop(); ack(args.at(-1) + args.at(-2)); })")
        .await;
    told_and_asked(&us, &js, &mut peer).await;
    assert!(us.emit_to("", "note", ()).await.is_err());
    assert_eq!(us.counters().outgoing_bytes, 0);
}

async fn told_and_asked(us: &Client, js: &str, peer: &mut Peer) {
    us.emit_to(js, "note", 1).await.unwrap();
    assert_eq!(peer.said().await, json!([1]));
    assert_eq!(us.request_to::<i32>(js, "sum", (2, 3)).await.unwrap(), 5);
}

async fn next(listener: &mut Listener) -> String {
    soon(listener.next()).await.unwrap().parse().unwrap()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

fn greetings(from: [&str; 3], to: &str) -> Vec<String> {
    sorted(from.iter().map(|from| format!("{from} to {to}")).collect())
}
