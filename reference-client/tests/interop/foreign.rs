//! `rust_socketio` 0.6, a client that knows nothing of the protocol, on `p2p-server` with our
//! client and a JavaScript peer: what it can do, and how what it cannot do shows.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use rust_socketio::{
    Payload, TransportType,
    asynchronous::{Client as Foreign, ClientBuilder},
};
use serde_json::{Value, json};
use sio_p2p_client::{CallError, Dialect};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{
    Plan,
    servers::{Kind, Servers, Setup},
    soon,
    waiting::unique,
};

pub(crate) fn plans() -> Vec<Plan> {
    vec![
        Plan::new("rust_socketio sends to Rust and JavaScript", sends),
        Plan::new("rust_socketio hears Rust and JavaScript", hears),
        Plan::new("rust_socketio asks for answers", asks),
        Plan::new("rust_socketio cannot answer", cannot_answer),
    ]
}

async fn setup(servers: &Arc<Servers>) -> Setup {
    Setup::new(servers, Kind::Ours, Dialect::V2).await
}

/// Connects it, over WebSocket; it hands on what `note` brings.
async fn foreign(servers: &Arc<Servers>, id: &str) -> (Foreign, UnboundedReceiver<Value>) {
    let (heard, hearing) = unbounded_channel();
    let (open, mut opened) = unbounded_channel();
    let url = format!("{}/?clientId={id}", servers.url(Kind::Ours).await);
    let client = ClientBuilder::new(url)
        .transport_type(TransportType::Websocket)
        .on("open", move |_, _| {
            open.send(()).ok();
            async {}.boxed()
        })
        .on("note", move |payload, _| {
            heard.send(values(payload)).ok();
            async {}.boxed()
        })
        .connect()
        .await
        .unwrap();
    // It comes back before the server has let it into the namespace.
    soon(opened.recv()).await.unwrap();
    (client, hearing)
}

/// The arguments of an event or an answer as one list.
fn values(payload: Payload) -> Value {
    match payload {
        Payload::Text(values) => Value::Array(values),
        Payload::Binary(bytes) => json!({ "binary": bytes.to_vec() }),
        #[expect(deprecated, reason = "the type still has it")]
        Payload::String(text) => Value::String(text),
    }
}

/// The arguments of a message: target, event, its arguments, and no ack.
fn message(target: &str, event: &str, args: Value) -> Vec<Value> {
    vec![json!(target), json!(event), args, Value::Null]
}

async fn sends(servers: Arc<Servers>) {
    let setup = setup(&servers).await;
    let us = setup.client(&unique("rust")).await;
    let mut notes = us.listen("note").unwrap();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("hear('note')").await;
    let (foreign, _) = foreign(&servers, &unique("foreign")).await;
    for target in [us.id().as_str(), &js] {
        let note = message(target, "note", json!([1, "two", {"three": [3]}]));
        foreign.emit("P2P_EMIT", note).await.unwrap();
    }
    let note: (u8, String, Value) = soon(notes.next()).await.unwrap().parse().unwrap();
    assert_eq!(note, (1, "two".to_owned(), json!({"three": [3]})));
    assert_eq!(peer.said().await, json!([1, "two", {"three": [3]}]));
    foreign.disconnect().await.unwrap();
}

async fn hears(servers: Arc<Servers>) {
    let setup = setup(&servers).await;
    let us = setup.client(&unique("rust")).await;
    let mut peer = setup.peer(&unique("js")).await;
    let id = unique("foreign");
    let (foreign, mut heard) = foreign(&servers, &id).await;
    us.emit_to(&id, "note", (1, "two")).await.unwrap();
    assert_eq!(soon(heard.recv()).await, Some(json!([1, "two"])));
    peer.run(&format!("p.emitTo('{id}', 'note', 3, [4])")).await;
    assert_eq!(soon(heard.recv()).await, Some(json!([3, [4]])));
    foreign.disconnect().await.unwrap();
}

async fn asks(servers: Arc<Servers>) {
    let setup = setup(&servers).await;
    let us = setup.client(&unique("rust")).await;
    let _sums = us.on("sum", |question| async move {
        let (a, b): (i32, i32) = question.parse().unwrap();
        question.answer((a + b, "rust")).await.unwrap();
    });
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("p.on('sum', (a, b, ack) => ack(a + b, 'js'))")
        .await;
    let (foreign, _) = foreign(&servers, &unique("foreign")).await;
    for (target, name) in [(us.id().as_str(), "rust"), (&js, "js")] {
        let question = vec![json!(target), json!("sum"), json!([2, 3])];
        let answer = ask(&foreign, "P2P_EMIT", question).await;
        assert_eq!(answer, json!([[5, name]]));
    }
    // What the server itself answers.
    let list = ask(&foreign, "LIST_CLIENTS", Vec::new()).await;
    assert!(
        list[0][0].as_array().unwrap().contains(&json!(js)),
        "{list}"
    );
    foreign.disconnect().await.unwrap();
}

/// Asks, and gives the answer in the form in which it hands it over.
async fn ask(foreign: &Foreign, event: &str, args: Vec<Value>) -> Value {
    let (answered, mut answer) = unbounded_channel();
    let callback = move |payload: Payload, _: Foreign| {
        answered.send(values(payload)).ok();
        async {}.boxed()
    };
    foreign
        .emit_with_ack(event, args, Duration::from_secs(10), callback)
        .await
        .unwrap();
    soon(answer.recv()).await.unwrap()
}

/// Its handlers learn neither that an answer is wanted nor under which id, so who asks waits.
async fn cannot_answer(servers: Arc<Servers>) {
    let setup = setup(&servers).await;
    let us = setup.client(&unique("rust")).await;
    let id = unique("foreign");
    let (foreign, mut heard) = foreign(&servers, &id).await;
    let asking = us
        .with_deadline(Duration::from_millis(200))
        .request_to::<()>(&id, "note", 1)
        .await;
    assert!(
        matches!(asking, Err(CallError::Timeout { .. })),
        "{asking:?}"
    );
    assert_eq!(soon(heard.recv()).await, Some(json!([1])));
    // So it cannot be a target, accept a stream, or take a chunk.
    let adding = us.with_deadline(Duration::from_millis(200));
    let added = adding.add_target(&id).await;
    assert!(matches!(added, Err(CallError::Timeout { .. })), "{added:?}");
    foreign.disconnect().await.unwrap();
}
