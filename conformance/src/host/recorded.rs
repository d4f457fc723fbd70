//! The application of a recording: does through the handle what the recorded one did, line
//! by line.

use std::collections::HashMap;
use std::future::{Future, IntoFuture as _};
use std::io;
use std::time::Duration;

use serde::Deserialize;
use sio_p2p_protocol::StreamId;
use sio_p2p_server::{Args, Calls, Handle, HostStream, ProvideError, Stored};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::asked::{Asked, said, text_of};
use super::handle_all;

/// How long the end of a stream is waited for that is destroyed.
const DESTROYED: Duration = Duration::from_secs(5);

/// What a stream is told to write.
#[derive(Debug)]
struct Order {
    text: String,
    /// Nothing comes after it.
    ends: bool,
}

/// A stream: it is destroyed when nobody can tell it anything any more.
#[derive(Debug)]
struct Stream {
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
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
    streams: HashMap<String, Stream>,
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
                answer_all(calls, &asked.key(0)?, asked.key(1)?)?;
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
            "stream.write" => self.write(&asked, false)?,
            "stream.end" => self.write(&asked, true)?,
            "stream.destroy" => {
                let stream = self.streams.remove(&asked.key(0)?);
                let Stream { orders, task } = stream.ok_or("there is no such stream")?;
                drop(orders);
                // What the client does next must not come before it.
                let _ = tokio::time::timeout(DESTROYED, task).await;
            }
            _ => return Err(format!("it is not known how a server does {action}")),
        }
        Ok(())
    }

    fn act_as_service(&mut self, action: &str, asked: &Asked) -> Result<(), String> {
        let service = self.handle.service(asked.key(0)?).map_err(said)?;
        let first = asked.key(1)?;
        match action {
            "provideService" => answer_all(service.provide(&first), &first, asked.key(2)?)?,
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
        let task = tokio::spawn(async move {
            if let Ok(stream) = opening.await {
                // How it ends is for the client to see.
                run(stream, todo).await.ok();
            }
        });
        let stream = Stream { orders, task };
        self.streams.insert(ids.source_stream_id, stream);
        Ok(())
    }

    fn write(&self, asked: &Asked, ends: bool) -> Result<(), String> {
        let (id, text) = (asked.key(0)?, asked.key(1)?);
        let stream = self.streams.get(&id);
        let stream = stream.ok_or_else(|| format!("the server has opened no stream {id}"))?;
        let told = stream.orders.send(Order { text, ends });
        told.map_err(|_| format!("the stream {id} is not open"))
    }
}

/// Answers calls as the recording says: `no reply`, `acks "x"`, or `acks "x "+arg`.
fn answer_all(
    calls: Result<Calls, ProvideError>,
    name: &str,
    answer: String,
) -> Result<(), String> {
    let answering = handle_all(calls, name, move |asked| {
        let Some(acks) = answer.strip_prefix("acks ") else {
            drop(asked.later());
            return Ok(());
        };
        let (fixed, arg) = match acks.strip_suffix("+arg") {
            Some(fixed) => (fixed, asked.text(0).ok().flatten()),
            None => (acks, None),
        };
        let fixed: String = serde_json::from_str(fixed).map_err(said)?;
        asked.answer(text_of(&(fixed + &arg.unwrap_or_default())));
        Ok(())
    });
    answering.map_err(said)
}

/// Reads a stream at once, and writes what it is told to. What has come is always read before
/// the next order is looked at: whether a stream is over must not depend on who is quicker.
async fn run(stream: HostStream, mut orders: mpsc::UnboundedReceiver<Order>) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut space = [0; 4096];
    let mut ended = false;
    loop {
        tokio::select! {
            biased;
            read = reader.read(&mut space), if !ended => {
                ended = !read.is_ok_and(|read| read > 0);
            }
            order = orders.recv() => {
                let Some(Order { text, ends }) = order else {
                    return Ok(());
                };
                writer.write_all(text.as_bytes()).await?;
                if ends {
                    writer.shutdown().await?;
                } else {
                    writer.flush().await?;
                }
            }
        }
    }
}
