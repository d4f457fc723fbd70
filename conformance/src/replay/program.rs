//! The application on the embedded server: does through the handle what the recorded
//! application did.

use std::collections::HashMap;
use std::future::IntoFuture as _;

use serde_json::Value;
use sio_p2p_protocol::{
    ApiName, Arguments, Channel, ClientId, EventName, InvalidName, StreamId, TopicName,
};
use sio_p2p_server::{Args, Calls, Handle, HostStream, Stored};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long the end of a stream is waited for that is destroyed.
const DESTROYED: std::time::Duration = std::time::Duration::from_secs(5);

/// What a stream of the program is told to do.
#[derive(Debug)]
enum Order {
    Write(String),
    End(String),
    Destroy,
}

/// The program of one replay.
#[derive(Debug)]
pub(crate) struct Program {
    handle: Handle,
    /// What it has been told to wait for; ends with it.
    tasks: JoinSet<()>,
    /// Its streams, by the id of the server's end.
    streams: HashMap<String, mpsc::UnboundedSender<Order>>,
    /// The persistent message that was stored last.
    stored: Option<Stored>,
}

impl Program {
    /// A program of a server.
    pub(crate) fn new(handle: Handle) -> Self {
        Self {
            handle,
            tasks: JoinSet::new(),
            streams: HashMap::new(),
            stored: None,
        }
    }

    /// Does what a line of the recording says. The error says why that is not possible.
    pub(crate) async fn act(&mut self, action: &str, args: &[Value]) -> Result<(), String> {
        if let Some(action) = action.strip_prefix("asService.") {
            return self.act_as_service(action, args);
        }
        match (action, args) {
            ("start" | "registerAckFunction", _) => {}
            ("provideService", [api, answer]) => {
                let calls = self
                    .handle
                    .provide_api(name::<ApiName>(api)?)
                    .map_err(told)?;
                self.answer_all(calls, text(answer)?);
            }
            ("destroyService", [api]) => {
                self.handle.destroy_api(name::<ApiName>(api)?);
            }
            ("destroyAllServices", []) => self.handle.destroy_all_apis(),
            ("emitTo", [client, event, args @ ..]) => {
                // To nobody, the original is silent.
                let (client, event) = addressed(client, event)?;
                drop(self.handle.emit_to(client, event, list(args)?));
            }
            ("emitTo+ack", [client, event, args @ ..]) => {
                let (client, event) = addressed(client, event)?;
                let asked = self.handle.request_to::<Args>(client, event, list(args)?);
                self.tasks.spawn(async move { drop(asked.await) });
            }
            ("emitToPersistent", [client, event, rest @ ..]) => {
                let args = rest.first().and_then(Value::as_array);
                let args = list(args.map_or(&[][..], Vec::as_slice))?;
                let (client, event) = addressed(client, event)?;
                let mut message = self.handle.emit_persistent(client, event, args);
                if let Some(function) = rest.get(1) {
                    let more = rest
                        .get(2)
                        .map_or_else(|| "[]".to_owned(), Value::to_string);
                    let more = Args::from(Arguments::parse(more).map_err(told)?);
                    message = message.ack(text(function)?, more);
                }
                self.stored = Some(message.await.map_err(told)?);
            }
            ("cancel", []) => {
                if let Some(stored) = self.stored.take() {
                    stored.undo().await.map_err(told)?;
                }
            }
            ("addStreamAsClient", [client, channel @ .., ids]) => {
                let id = |end: &str| StreamId::new(ids[end].as_str().unwrap_or_default());
                let (source, target) = (id("sourceStreamId"), id("targetStreamId"));
                let source = source.map_err(told)?;
                let key = source.as_str().to_owned();
                let opening = self.handle.open_stream(name::<ClientId>(client)?);
                let mut opening = opening.ids(source, target.map_err(told)?);
                if let [channel] = channel {
                    opening = opening.channel(name::<Channel>(channel)?.as_str());
                }
                let opening = opening.into_future();
                let (orders, todo) = mpsc::unbounded_channel();
                self.tasks.spawn(async move {
                    if let Ok(stream) = opening.await {
                        run(stream, todo).await;
                    }
                });
                self.streams.insert(key, orders);
            }
            ("stream.write", [id, chunk]) => self.order(id, Order::Write(text(chunk)?))?,
            ("stream.end", [id, chunk]) => self.order(id, Order::End(text(chunk)?))?,
            ("stream.destroy", [id]) => {
                self.order(id, Order::Destroy)?;
                // What the client does next must not come before it.
                if let Some(stream) = self.streams.remove(&text(id)?) {
                    let _ = tokio::time::timeout(DESTROYED, stream.closed()).await;
                }
            }
            _ => return Err(format!("it is not known how a server does {action}")),
        }
        Ok(())
    }

    fn act_as_service(&mut self, action: &str, args: &[Value]) -> Result<(), String> {
        let [service, first, args @ ..] = args else {
            return Err(format!("{action} lacks arguments"));
        };
        let service = self
            .handle
            .service(name::<ClientId>(service)?)
            .map_err(told)?;
        match (action, args) {
            ("provideService", [answer]) => {
                let calls = service.provide(name::<EventName>(first)?).map_err(told)?;
                self.answer_all(calls, text(answer)?);
            }
            ("destroyService", []) => service.destroy(name::<EventName>(first)?),
            ("emitClient", [event, args @ ..]) => {
                let (client, event) = addressed(first, event)?;
                let sent = service.emit_to(client, event, list(args)?);
                sent.map_err(told)?;
            }
            ("emitClient+ack", [event, args @ ..]) => {
                let (client, event) = addressed(first, event)?;
                let asked = service.request_to::<Args>(client, event, list(args)?);
                self.tasks.spawn(async move { drop(asked.await) });
            }
            ("createTopic", []) => service
                .create_topic(name::<TopicName>(first)?)
                .map_err(told)?,
            ("publishTopic", args) => {
                service
                    .publish(name::<TopicName>(first)?, list(args)?)
                    .map_err(told)?;
            }
            ("destroyTopic", []) => {
                service.destroy_topic(name::<TopicName>(first)?);
            }
            _ => return Err(format!("it is not known how a service does {action}")),
        }
        Ok(())
    }

    /// Answers calls as the recording says: `no reply`, `acks "x"`, or `acks "x "+arg`.
    fn answer_all(&mut self, mut calls: Calls, answer: String) {
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
    }

    fn order(&self, id: &Value, order: Order) -> Result<(), String> {
        let id = text(id)?;
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

fn text(value: &Value) -> Result<String, String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| format!("{value} has to be a text"))
}

fn name<N>(value: &Value) -> Result<N, String>
where
    N: for<'a> TryFrom<&'a str, Error = InvalidName>,
{
    N::try_from(value.as_str().unwrap_or_default()).map_err(told)
}

fn addressed(client: &Value, event: &Value) -> Result<(ClientId, EventName), String> {
    Ok((name(client)?, name(event)?))
}

fn list(args: &[Value]) -> Result<Args, String> {
    Args::from_list(args).map_err(told)
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
