//! A driver of this client for the conformance suite, as `spec/driver.md` describes it: commands
//! come on standard input, replies and reports go to standard output, one JSON object per line.

use std::{cell::RefCell, collections::HashMap, rc::Rc, task::Poll, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{
    StreamExt,
    future::ready,
    stream::{self, LocalBoxStream},
};
use serde_json::{Value, json};
use sio_p2p_client::{
    Args, Client, Message, P2pStream, Reconnect, Responder, StreamAcceptor, StreamWriter, Topic,
};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::task::{LocalSet, spawn_local};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error>;
type Named<T> = RefCell<HashMap<String, T>>;
type Messages = LocalBoxStream<'static, Message>;

/// The client and everything that has a name.
#[derive(Default)]
struct Driver {
    client: RefCell<Option<Client>>,
    reports: Named<AbortOnDropHandle<()>>,
    requests: Named<Responder>,
    topics: Named<Rc<Topic>>,
    streams: Named<StreamWriter>,
}

/// Prints a line: a JSON object with these members.
macro_rules! say {
    ($($members:tt)*) => { println!("{}", json!({ $($members)* })) };
}

/// Arguments as the driver protocol has them.
fn plain(args: &Args) -> Result<Value, Failure> {
    Ok(serde_json::from_str(&args.to_json())?)
}

impl Driver {
    /// Does what a command says; gives the value of the reply.
    async fn obey(&'static self, c: &Value) -> Result<Value, Failure> {
        let text = |key: &str| c[key].as_str().unwrap_or_default();
        let [to, event, room, topic] = ["to", "event", "room", "topic"].map(text);
        let [listener, stream, api] = ["listener", "stream", "api"].map(text);
        let provided = format!("api {api}"); // a listener may have the name of an API
        let args = || Args::from_json(&c["args"].to_string());
        let client = || self.client.borrow().clone().ok_or("not connected");
        match text("do") {
            "connect" => self.connect(c).await?,
            "disconnect" => drop(client()?.close().await),
            "exit" => {}
            "emit" => client()?.emit_raw_to(to, event, args()?).await?,
            "request" => return plain(&client()?.request_raw_to(to, event, args()?).await?),
            "listen" => {
                let client = client()?;
                let messages = match (text("from"), c["once"] == true) {
                    ("", false) if c["plain"] == true => client.listen_plain(event)?,
                    ("", false) => client.listen(event)?,
                    ("", true) => client.listen_once(event)?,
                    (from, false) => client.from_client(from)?.listen(event)?,
                    (from, true) => client.from_client(from)?.listen_once(event)?,
                };
                self.report(listener, listener, messages.boxed_local());
            }
            "unlisten" | "unsubscribe" => drop(self.reports.borrow_mut().remove(listener)),
            "answer" => {
                let asked = self.requests.borrow_mut().remove(text("request"));
                asked.ok_or("no such request")?.answer_raw(args()?).await?;
            }
            "add_target" => client()?.add_target(to).await?,
            "join_room" => client()?.join_room(room).await?,
            "leave_room" => client()?.leave_room(room).await?,
            "emit_room" => client()?.emit_room_raw(room, event, args()?).await?,
            "clients" => return Ok(json!(client()?.list_clients().await?)),
            "open_stream" => {
                let opening = client()?.open_stream(to).channel(c["channel"].as_str());
                self.stream(stream.to_owned(), opening.await?);
            }
            "accept_streams" => self.accept(client()?.accept_streams()),
            "refuse_streams" => drop(self.reports.borrow_mut().remove("accepting streams")),
            "write" | "end" => {
                let writer = self.streams.borrow().get(stream).cloned();
                let writer = writer.ok_or("no such stream")?;
                match c["data"]["$bin"].as_str() {
                    Some(data) => writer.write(BASE64_STANDARD.decode(data)?).await?,
                    None => writer.end().await?,
                }
            }
            "destroy" => {
                let writer = self.streams.borrow_mut().remove(stream);
                writer.ok_or("no such stream")?.destroy();
            }
            "provide" => {
                let calls = client()?.provide_api(api).await?;
                self.report(&provided, listener, calls.boxed_local());
            }
            "withdraw" => drop(self.reports.borrow_mut().remove(&provided)),
            "call" => return plain(&client()?.use_api_raw(api, args()?).await?),
            "create_topic" => {
                let created = Rc::new(client()?.create_topic(topic).await?);
                self.topics.borrow_mut().insert(topic.to_owned(), created);
            }
            "publish" => {
                let found = self.topics.borrow().get(topic).cloned();
                found.ok_or("no such topic")?.publish_raw(args()?).await?;
            }
            "subscribe" => {
                let client = client()?;
                let publications = client.service(text("service"))?.subscribe(topic).await?;
                let (state, listener) = (client.state(), listener.to_owned());
                let end = stream::poll_fn(move |_| {
                    // A client that has ended has ended its subscriptions, too.
                    if state.borrow().is_connected() {
                        say!("event": "topic_destroyed", "listener": listener);
                    }
                    Poll::Ready(None)
                });
                let messages = publications.chain(end).boxed_local();
                self.report(text("listener"), text("listener"), messages);
            }
            "destroy_topic" => drop(self.topics.borrow_mut().remove(topic)),
            _ => return Err("unsupported".into()),
        }
        Ok(Value::Null)
    }

    async fn connect(&self, c: &Value) -> Result<(), Failure> {
        let text = |key: &str| c[key].as_str().unwrap_or_default();
        let client = Client::builder(text("url"), text("client_id"))
            .dialect(text("dialect").parse()?)
            .eio(c["eio"].to_string().parse()?)
            .transports(text("transport").parse()?)
            .reconnect(Reconnect {
                attempts: (c["reconnect"] != true).then_some(0),
                first_delay: Duration::from_millis(20),
                ..Reconnect::default()
            })
            .service(c["service"] == true);
        let client = client.connect().await?;
        let events = client.connection_events();
        spawn_local(events.for_each(async |event| println!("{}", json!(event))));
        self.client.replace(Some(client));
        Ok(())
    }

    /// Does this until it is dropped by its name.
    fn hold(&self, name: &str, work: impl Future<Output = ()> + 'static) {
        let task = AbortOnDropHandle::new(spawn_local(work));
        self.reports.borrow_mut().insert(name.to_owned(), task);
    }

    /// Reports what a listener receives.
    fn report(&'static self, name: &str, listener: &str, messages: Messages) {
        let listener = listener.to_owned();
        let report = messages.for_each(move |mut message| {
            let args = plain(message.args()).unwrap_or_default();
            let mut line = json!({ "event": "received", "listener": listener, "args": args });
            if let Some(source) = message.source() {
                line["from"] = json!(source);
            }
            if let Some(responder) = message.take_responder() {
                let request = Uuid::new_v4().to_string();
                line["request"] = json!(request);
                self.requests.borrow_mut().insert(request, responder);
            }
            println!("{line}");
            ready(())
        });
        self.hold(name, report);
    }

    fn accept(&'static self, offers: StreamAcceptor) {
        let accept = offers.for_each(async |offer| {
            if let Ok(opened) = offer.accept() {
                let (stream, from) = (opened.id().to_string(), opened.peer());
                say!("event": "stream_opened", "stream": stream, "from": from);
                self.stream(stream, opened);
            }
        });
        self.hold("accepting streams", accept);
    }

    /// Gives a stream its name and reports what comes from it.
    fn stream(&'static self, stream: String, opened: P2pStream) {
        let (mut reader, writer) = opened.into_split();
        self.streams.borrow_mut().insert(stream.clone(), writer);
        spawn_local(async move {
            while let Some(piece) = reader.next().await {
                match piece.map(|data| BASE64_STANDARD.encode(data)) {
                    Ok(data) => say!("event": "data", "stream": stream, "data": { "$bin": data }),
                    Err(error) if self.streams.borrow().contains_key(&stream) => {
                        return say!("event": "closed", "stream": stream, "error": error.to_string());
                    }
                    // By `destroy`.
                    Err(_) => return,
                }
            }
            say!("event": "ended", "stream": stream);
        });
    }
}

// One thread: commands are begun in the order in which they come, and none waits for another.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    say!(
        "driver": "reference client", "version": env!("CARGO_PKG_VERSION"), "protocol": 1,
        "dialects": ["v1", "v2"], "eio": [3, 4],
        "can": ["room", "clients", "stream", "service", "topic", "reconnect"],
    );
    let driver: &Driver = Box::leak(Box::default());
    let mut lines = BufReader::new(stdin()).lines();
    let obeying = async {
        while let Some(line) = lines.next_line().await? {
            let c: Value = serde_json::from_str(&line)?;
            spawn_local(async move {
                match driver.obey(&c).await {
                    Ok(value) => say!("id": c["id"], "ok": value),
                    Err(error) => say!("id": c["id"], "error": error.to_string()),
                }
                if c["do"] == "exit" {
                    std::process::exit(0);
                }
            });
        }
        Ok(())
    };
    LocalSet::new().run_until(obeying).await
}
