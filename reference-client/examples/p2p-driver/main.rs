//! A driver of this client for the conformance suite, as `spec/driver.md` describes it.

mod news;
mod values;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use news::{Stream, say};
use serde_json::{Value, json};
use sio_p2p_client::{Client, EioVersion, Reconnect, Responder, Topic, Transports};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio_util::task::AbortOnDropHandle;
use values::{bytes, from_args, to_args};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The client and everything that has a name.
#[derive(Default)]
struct Driver {
    client: Mutex<Option<Client>>,
    listeners: Mutex<HashMap<String, AbortOnDropHandle<()>>>,
    requests: Mutex<HashMap<String, Responder>>,
    topics: Mutex<HashMap<String, Topic>>,
    streams: Mutex<HashMap<String, Stream>>,
    accepting: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// Nothing that holds a lock here can leave half a change behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Connects.
async fn connect(c: &Value) -> Result<Client, Failure> {
    let text = |key: &str| c[key].as_str().unwrap_or_default();
    let reconnect = Reconnect {
        first_delay: Duration::from_millis(20),
        ..Reconnect::default()
    };
    let client = Client::builder(text("url"), text("client_id"))
        .dialect(text("dialect").parse()?)
        .eio(if c["eio"] == 3 {
            EioVersion::V3
        } else {
            EioVersion::V4
        })
        .transports(match text("transport") {
            "polling" => Transports::Polling,
            "upgrade" => Transports::PollingThenUpgrade,
            _ => Transports::WebSocket,
        })
        .reconnect(if c["reconnect"] == true {
            reconnect
        } else {
            Reconnect::never()
        })
        .service(c["service"] == true);
    Ok(client.connect().await?)
}

/// Does what a command says; gives the value of the reply.
async fn obey(driver: &Arc<Driver>, c: &Value) -> Result<Value, Failure> {
    let text = |key: &str| c[key].as_str().unwrap_or_default();
    let (to, event, listener) = (text("to"), text("event"), text("listener"));
    let what = text("do");
    if what == "connect" {
        let client = connect(c).await?;
        news::follow(&client);
        *lock(&driver.client) = Some(client);
        return Ok(Value::Null);
    }
    let client = lock(&driver.client).clone();
    let client = client.ok_or("not connected")?;
    let args = || to_args(&c["args"]);
    match what {
        "disconnect" => drop(client.close().await),
        "emit" => client.emit_raw_to(to, event, args()?).await?,
        "request" => return from_args(&client.request_raw_to(to, event, args()?).await?),
        "listen" => {
            let found = match (c["from"].as_str(), c["once"] == true, c["plain"] == true) {
                (Some(from), true, _) => client.from_client(from)?.listen_once(event)?,
                (Some(from), false, _) => client.from_client(from)?.listen(event)?,
                (None, true, _) => client.listen_once(event)?,
                (None, false, true) => client.listen_plain(event)?,
                (None, false, false) => client.listen(event)?,
            };
            driver.report(listener, listener, found);
        }
        "unlisten" | "unsubscribe" => driver.forget(listener),
        "answer" => {
            let responder = lock(&driver.requests).remove(text("request"));
            responder
                .ok_or("no such request")?
                .answer_raw(args()?)
                .await?;
        }
        "add_target" => client.add_target(to).await?,
        "join_room" => client.join_room(text("room")).await?,
        "leave_room" => client.leave_room(text("room")).await?,
        "emit_room" => client.emit_room_raw(text("room"), event, args()?).await?,
        "clients" => return Ok(json!(client.list_clients().await?)),
        "open_stream" => {
            let mut request = client.open_stream(to);
            if let Some(channel) = c["channel"].as_str() {
                request = request.channel(channel);
            }
            driver.stream(text("stream"), request.await?);
        }
        "accept_streams" => driver.accept(&client),
        "refuse_streams" => *lock(&driver.accepting) = None,
        "write" | "end" => {
            let done = {
                let streams = lock(&driver.streams);
                let stream = streams.get(text("stream")).ok_or("no such stream")?;
                stream.write(bytes(&c["data"]))
            };
            done.await??;
        }
        "destroy" => drop(lock(&driver.streams).remove(text("stream"))),
        "provide" => {
            let calls = client.provide_api(text("api")).await?;
            driver.report(&format!("api {}", text("api")), listener, calls);
        }
        "withdraw" => driver.forget(&format!("api {}", text("api"))),
        "call" => return from_args(&client.use_api_raw(text("api"), args()?).await?),
        "create_topic" => {
            let topic = client.create_topic(text("topic")).await?;
            lock(&driver.topics).insert(text("topic").to_owned(), topic);
        }
        "publish" => {
            let topics = lock(&driver.topics);
            let topic = topics.get(text("topic")).ok_or("no such topic")?;
            // Queued at once; the future borrows the table.
            futures_util::FutureExt::now_or_never(topic.publish_raw(args()?)).ok_or("busy")??;
        }
        "subscribe" => {
            let service = client.service(text("service"))?;
            driver.follow_topic(&client, listener, service.subscribe(text("topic")).await?);
        }
        "destroy_topic" => drop(lock(&driver.topics).remove(text("topic"))),
        _ => return Err("unsupported".into()),
    }
    Ok(Value::Null)
}

// One thread: commands are begun in the order in which they come, and none waits for another.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    say(&json!({
        "driver": "reference client", "version": env!("CARGO_PKG_VERSION"), "protocol": 1,
        "dialects": ["v1", "v2"], "eio": [3, 4],
        "can": ["room", "clients", "stream", "service", "topic", "reconnect"],
    }));
    let driver = Arc::new(Driver::default());
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let c: Value = serde_json::from_str(&line)?;
        if c["do"] == "exit" {
            say(&json!({ "id": c["id"], "ok": null }));
            std::process::exit(0);
        }
        let driver = Arc::clone(&driver);
        tokio::spawn(async move {
            match obey(&driver, &c).await {
                Ok(value) => say(&json!({ "id": c["id"], "ok": value })),
                Err(error) => say(&json!({ "id": c["id"], "error": error.to_string() })),
            }
        });
    }
    Ok(())
}
