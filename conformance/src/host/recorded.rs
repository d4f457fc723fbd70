//! The application of a recording: does through the handle what the recorded one did, line
//! by line.

use std::collections::HashMap;
use std::future::{Future, IntoFuture as _};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use sio_p2p_protocol::StreamId;
use sio_p2p_server::{Args, Calls, Handle, HostStream, ProvideError, Stored};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::asked::{Asked, said};

/// How long the end of a stream is waited for that is destroyed.
const DESTROYED: Duration = Duration::from_secs(5);

/// What a stream is told to do.
#[derive(Debug)]
enum Order {
    Write(String),
    End(String),
    Destroy,
}

/// The ids of both ends of a stream.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ids {
    source_stream_id: String,
    target_stream_id: String,
}

/// The application of one recording.
#[derive(Debug)]
pub(crate) struct Recorded {
    handle: Handle,
    /// What it has been told to wait for; ends with it.
    tasks: JoinSet<()>,
    /// Its streams, by the id of the server's end.
    streams: HashMap<String, mpsc::UnboundedSender<Order>>,
    /// The persistent message that was stored last.
    stored: Option<Stored>,
}

impl Recorded {
    /// An application on a server.
    pub(crate) fn new(handle: Handle) -> Self {
        Self {
            handle,
            tasks: JoinSet::new(),
            streams: HashMap::new(),
            stored: None,
        }
    }

    /// Does what a line of the recording says. The error says why that is not possible.
    pub(crate) async fn act(&mut self, action: &str, args: Args) -> Result<(), String> {
        let asked = Asked::told(args);
        if let Some(action) = action.strip_prefix("asService.") {
            return self.act_as_service(action, &asked);
        }
        let handle = &self.handle;
        match action {
            "start" | "registerAckFunction" => {}
            "provideService" => {
                let calls = handle.provide_api(asked.key(0)?);
                self.answer_all(calls, asked.key(1)?)?;
            }
            "destroyService" => drop(handle.destroy_api(asked.key(0)?)),
            "destroyAllServices" => handle.destroy_all_apis(),
            "emitTo" => {
                let sent = handle.emit_to(asked.key(0)?, asked.key(1)?, asked.rest(2)?);
                // To nobody, the original is silent.
                sent.ok();
            }
            "emitTo+ack" => {
                let args = asked.rest(2)?;
                let answer = handle.request_to::<Args>(asked.key(0)?, asked.key(1)?, args);
                self.wait_for(answer);
            }
            "emitToPersistent" => {
                let args = asked.list(2)?.unwrap_or_default();
                let mut message = handle.emit_persistent(asked.key(0)?, asked.key(1)?, args);
                if let Some(function) = asked.text(3)? {
                    message = message.ack(function, asked.list(4)?.unwrap_or_default());
                }
                self.stored = Some(message.await.map_err(said)?);
            }
            "cancel" => {
                if let Some(stored) = self.stored.take() {
                    stored.undo().await.map_err(said)?;
                }
            }
            "addStreamAsClient" => self.open_stream(&asked)?,
            "stream.write" => self.order(&asked, Order::Write(asked.key(1)?))?,
            "stream.end" => self.order(&asked, Order::End(asked.key(1)?))?,
            "stream.destroy" => {
                self.order(&asked, Order::Destroy)?;
                // What the client does next must not come before it.
                if let Some(stream) = self.streams.remove(&asked.key(0)?) {
                    let _ = tokio::time::timeout(DESTROYED, stream.closed()).await;
                }
            }
            _ => return Err(format!("it is not known how a server does {action}")),
        }
        Ok(())
    }

    fn act_as_service(&mut self, action: &str, asked: &Asked) -> Result<(), String> {
        let service = self.handle.service(asked.key(0)?).map_err(said)?;
        let first = asked.key(1)?;
        match action {
            "provideService" => self.answer_all(service.provide(first), asked.key(2)?)?,
            "destroyService" => service.destroy(first),
            "emitClient" => {
                let sent = service.emit_to(first, asked.key(2)?, asked.rest(3)?);
                sent.map_err(said)?;
            }
            "emitClient+ack" => {
                let answer = service.request_to::<Args>(first, asked.key(2)?, asked.rest(3)?);
                self.wait_for(answer);
            }
            "createTopic" => service.create_topic(first).map_err(said)?,
            "publishTopic" => drop(service.publish(first, asked.rest(2)?).map_err(said)?),
            "destroyTopic" => drop(service.destroy_topic(first)),
            _ => return Err(format!("it is not known how a service does {action}")),
        }
        Ok(())
    }

    /// Waits for an answer that nobody looks at.
    fn wait_for<T: Send>(&mut self, answer: impl Future<Output = T> + Send + 'static) {
        self.tasks.spawn(async move { drop(answer.await) });
    }

    /// Answers calls as the recording says: `no reply`, `acks "x"`, or `acks "x "+arg`.
    fn answer_all(
        &mut self,
        calls: Result<Calls, ProvideError>,
        answer: String,
    ) -> Result<(), String> {
        let mut calls = calls.map_err(said)?;
        self.tasks.spawn(async move {
            while let Some(call) = calls.next().await {
                let Some(said) = answer.strip_prefix("acks ") else {
                    continue;
                };
                let (fixed, arg) = match said.strip_suffix("+arg") {
                    Some(fixed) => {
                        let args = call.args().parse_list::<Value>().unwrap_or_default();
                        let arg = args.first().and_then(Value::as_str).unwrap_or_default();
                        (fixed, arg.to_owned())
                    }
                    None => (said, String::new()),
                };
                let fixed: String = serde_json::from_str(fixed).unwrap_or_default();
                call.answer(fixed + &arg).ok();
            }
        });
        Ok(())
    }

    /// `addStreamAsClient`: a client, perhaps a channel, and the ids.
    fn open_stream(&mut self, asked: &Asked) -> Result<(), String> {
        let channel = asked.text(1).ok().flatten();
        let ids: Option<Ids> = asked.value(1 + usize::from(channel.is_some()))?;
        let ids = ids.ok_or("the stream has no ids")?;
        let source = StreamId::new(ids.source_stream_id.as_str()).map_err(said)?;
        let target = StreamId::new(ids.target_stream_id).map_err(said)?;
        let opening = self.handle.open_stream(asked.key(0)?).ids(source, target);
        let opening = opening.channel(channel.as_deref()).into_future();
        let (orders, todo) = mpsc::unbounded_channel();
        self.tasks.spawn(async move {
            if let Ok(stream) = opening.await {
                run(stream, todo).await;
            }
        });
        self.streams.insert(ids.source_stream_id, orders);
        Ok(())
    }

    fn order(&self, asked: &Asked, order: Order) -> Result<(), String> {
        let id = asked.key(0)?;
        let stream = self.streams.get(&id);
        let stream = stream.ok_or_else(|| format!("the server has opened no stream {id}"))?;
        stream
            .send(order)
            .map_err(|_| format!("the stream {id} is not open"))
    }
}

/// Reads a stream at once, and writes what it is told to. What has come is always read before
/// the next order is looked at: whether a stream is over must not depend on who is quicker.
async fn run(stream: HostStream, mut orders: mpsc::UnboundedReceiver<Order>) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut space = [0; 4096];
    let mut ended = false;
    loop {
        let order = tokio::select! {
            biased;
            read = reader.read(&mut space), if !ended => {
                ended = !read.is_ok_and(|read| read > 0);
                continue;
            }
            order = orders.recv() => order,
        };
        let done = match order {
            Some(Order::Write(text)) => match writer.write_all(text.as_bytes()).await {
                Ok(()) => writer.flush().await,
                Err(error) => Err(error),
            },
            Some(Order::End(text)) => match writer.write_all(text.as_bytes()).await {
                Ok(()) => writer.shutdown().await,
                Err(error) => Err(error),
            },
            Some(Order::Destroy) | None => return,
        };
        if done.is_err() {
            return;
        }
    }
}
