//! What the client reports: messages, streams, and what happens to the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures_util::{Stream as Messages, StreamExt, stream};
use serde_json::{Value, json};
use sio_p2p_client::{
    Client, ConnectionState, DisconnectReason, Message, P2pStream, Subscription, TargetEvent,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    Driver, lock,
    values::{bin, from_args},
};

/// Prints a line.
pub(crate) fn say(line: &Value) {
    println!("{line}");
}

fn spawn(work: impl Future<Output = ()> + Send + 'static) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(work))
}

/// A name that nothing else has.
fn name(prefix: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(1);
    format!("{prefix}{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A write, or the end, and who is told when it is done.
type Write = (Option<Vec<u8>>, oneshot::Sender<std::io::Result<()>>);

/// A stream, destroyed when this is dropped.
pub(crate) struct Stream {
    writes: mpsc::UnboundedSender<Write>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Stream {
    /// Writes these bytes after all before, or ends.
    pub(crate) fn write(&self, data: Option<Vec<u8>>) -> oneshot::Receiver<std::io::Result<()>> {
        let (done, told) = oneshot::channel();
        // If the stream is gone, `told` says so.
        self.writes.send((data, done)).ok();
        told
    }
}

/// Reports what happens to the connection.
pub(crate) fn follow(client: &Client) {
    let (mut errors, mut targets) = (client.server_errors(), client.target_events());
    let mut state = client.state();
    tokio::spawn(async move {
        while let Some(error) = errors.next().await {
            say(&json!({ "event": "server_error", "text": error.text }));
        }
    });
    tokio::spawn(async move {
        while let Some(event) = targets.next().await {
            match event {
                TargetEvent::AddedBy(id) => say(&json!({ "event": "target_added", "client": id })),
                TargetEvent::Left(id) => say(&json!({ "event": "target_left", "client": id })),
                _ => {}
            }
        }
    });
    tokio::spawn(async move {
        let mut was = true;
        while state.changed().await.is_ok() {
            let now = state.borrow_and_update().clone();
            let local = matches!(now, ConnectionState::Closed(DisconnectReason::Local));
            if now.is_connected() && !was {
                say(&json!({ "event": "connected" }));
            } else if !now.is_connected() && was && !local {
                say(&json!({ "event": "disconnected" }));
            }
            was = now.is_connected();
        }
    });
}

impl Driver {
    /// Reports the publications of a topic until it is forgotten, and that the topic is gone.
    pub(crate) fn follow_topic(
        self: &Arc<Self>,
        client: &Client,
        listener: &str,
        publications: Subscription,
    ) {
        let state = client.state();
        let line = json!({ "event": "topic_destroyed", "listener": listener });
        let end = stream::poll_fn(move |_| {
            // A client that has ended has ended its subscriptions, too.
            if state.borrow().is_connected() {
                say(&line);
            }
            Poll::Ready(None)
        });
        self.report(listener, listener, publications.chain(end));
    }

    /// Reports the messages of a listener until it is forgotten under this key.
    pub(crate) fn report(
        self: &Arc<Self>,
        key: &str,
        listener: &str,
        mut messages: impl Messages<Item = Message> + Unpin + Send + 'static,
    ) {
        let (driver, listener) = (Arc::clone(self), listener.to_owned());
        let task = spawn(async move {
            while let Some(mut message) = messages.next().await {
                let args = from_args(message.args()).unwrap_or_default();
                let mut line = json!({ "event": "received", "listener": listener, "args": args });
                if let Some(source) = message.source() {
                    line["from"] = json!(source);
                }
                if let Some(responder) = message.take_responder() {
                    let request = name("r");
                    line["request"] = json!(request);
                    lock(&driver.requests).insert(request, responder);
                }
                say(&line);
            }
        });
        lock(&self.listeners).insert(key.to_owned(), task);
    }

    /// Stops listening.
    pub(crate) fn forget(&self, key: &str) {
        lock(&self.listeners).remove(key);
    }

    /// Accepts streams from now on.
    pub(crate) fn accept(self: &Arc<Self>, client: &Client) {
        let (driver, mut requests) = (Arc::clone(self), client.accept_streams());
        let task = spawn(async move {
            while let Some(request) = requests.next().await {
                let (stream, from) = (name("in"), request.peer().clone());
                if let Ok(opened) = request.accept() {
                    say(&json!({ "event": "stream_opened", "stream": stream, "from": from }));
                    driver.stream(&stream, opened);
                }
            }
        });
        *lock(&self.accepting) = Some(task);
    }

    /// Gives a stream its name and reports what comes from it.
    pub(crate) fn stream(&self, stream: &str, opened: P2pStream) {
        let (mut from, mut to) = split(opened);
        let (writes, mut waiting) = mpsc::unbounded_channel::<Write>();
        let called = stream.to_owned();
        let reader = spawn(async move {
            let mut buffer = vec![0; 64 << 10];
            loop {
                match from.read(&mut buffer).await {
                    Ok(0) => return say(&json!({ "event": "ended", "stream": called })),
                    Ok(size) => {
                        let data = bin(&buffer[..size]);
                        say(&json!({ "event": "data", "stream": called, "data": data }));
                    }
                    Err(error) => {
                        let error = error.to_string();
                        let line = json!({ "event": "closed", "stream": called, "error": error });
                        return say(&line);
                    }
                }
            }
        });
        let pump = spawn(async move {
            while let Some((data, done)) = waiting.recv().await {
                let result = match data {
                    Some(data) => to.write_all(&data).await,
                    None => to.shutdown().await,
                };
                // Nobody waits for a command that has been given up.
                done.send(result).ok();
            }
        });
        let tasks = [reader, pump];
        let stream = stream.to_owned();
        let opened = Stream {
            writes,
            _tasks: tasks,
        };
        lock(&self.streams).insert(stream, opened);
    }
}
