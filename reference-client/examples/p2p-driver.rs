//! A driver of this client for the conformance suite, as `spec/driver.md` describes it: commands
//! come on standard input, replies and reports go to standard output, one JSON object per line.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures_util::{Stream, StreamExt, future::ready};
use serde_json::{Value, json};
use sio_p2p_client::{
    Args, Client, Dialect, ListenOptions, Message, Reconnect, Responder, StreamAcceptor,
    StreamReader, StreamWriter, Topic,
};
use sio_p2p_driver::{
    Command, Event, Failure, Feature, Hello, Named, PROTOCOL, RunError, UNSUPPORTED, run, say,
};
use tokio::task::spawn_local;
use tokio_util::task::AbortOnDropHandle;

/// What goes on until it is dropped.
type Task = AbortOnDropHandle<()>;

fn task(work: impl Future<Output = ()> + 'static) -> Task {
    AbortOnDropHandle::new(spawn_local(work))
}

/// The client and everything that has a name.
struct Driver {
    client: RefCell<Option<Client>>,
    listeners: Named<Task>,
    requests: Named<Responder>,
    acceptor: RefCell<Option<Task>>,
    streams: Named<StreamWriter>,
    apis: Named<Task>,
    topics: Named<Rc<Topic>>,
}

impl Driver {
    /// Does what a command says; gives the value of the reply.
    async fn obey(self: Rc<Self>, command: Command) -> Result<Value, Failure> {
        let client = || self.client.borrow().clone().ok_or("not connected");
        let args = |values: Vec<Value>| Args::from_json_values(&values);
        match command {
            Command::Connect {
                url,
                client_id,
                dialect,
                eio,
                transport,
                reconnect,
                service,
            } => {
                let client = Client::builder(url, client_id)
                    .dialect(dialect)
                    .eio(eio.to_string().parse()?)
                    .transports(transport.as_str().parse()?)
                    .reconnect(Reconnect {
                        attempts: (!reconnect).then_some(0),
                        first_delay: Duration::from_millis(20),
                        ..Reconnect::default()
                    })
                    .service(service);
                let client = client.connect().await?;
                let events = client.connection_events();
                spawn_local(events.for_each(async |event| say(&event)));
                self.client.replace(Some(client));
            }
            Command::Disconnect {} => drop(client()?.close().await),
            Command::Emit {
                to,
                event,
                args: values,
            } => {
                client()?.emit_raw_to(to, event, args(values)?).await?;
            }
            Command::Request {
                to,
                event,
                args: values,
            } => {
                let answer = client()?.request_raw_to(to, event, args(values)?).await?;
                return Ok(answer.to_json_values()?.into());
            }
            Command::Listen {
                listener,
                event,
                from,
                once,
                plain,
            } => {
                let options = ListenOptions { from, once, plain };
                let messages = client()?.listen_with(event, options)?;
                self.listeners
                    .put(&listener, task(self.report(&listener, messages)));
            }
            Command::Unlisten { listener } | Command::Unsubscribe { listener } => {
                drop(self.listeners.take(&listener)?);
            }
            Command::Answer {
                request,
                args: values,
            } => {
                self.requests
                    .take(&request)?
                    .answer_raw(args(values)?)
                    .await?;
            }
            Command::AddTarget { to } => client()?.add_target(to).await?,
            Command::JoinRoom { room } => client()?.join_room(room).await?,
            Command::LeaveRoom { room } => client()?.leave_room(room).await?,
            Command::EmitRoom {
                room,
                event,
                args: values,
            } => {
                client()?.emit_room_raw(room, event, args(values)?).await?;
            }
            Command::Clients {} => return Ok(json!(client()?.list_clients().await?)),
            Command::OpenStream {
                stream,
                to,
                channel,
            } => {
                let opening = client()?.open_stream(to).channel(channel.as_deref());
                let (reader, writer) = opening.await?.into_split();
                self.streams.put(&stream, writer);
                spawn_local(self.read(stream, reader));
            }
            Command::AcceptStreams {} => {
                let accept = Rc::clone(&self).accept(client()?.accept_streams());
                self.acceptor.replace(Some(task(accept)));
            }
            Command::RefuseStreams {} => drop(self.acceptor.take()),
            Command::Write { stream, data } => self.streams.get(&stream)?.write(data.0).await?,
            Command::End { stream } => self.streams.get(&stream)?.end().await?,
            Command::Destroy { stream } => self.streams.take(&stream)?.destroy(),
            Command::Provide { listener, api } => {
                let calls = client()?.provide_api(&api).await?;
                self.apis.put(api, task(self.report(&listener, calls)));
            }
            Command::Withdraw { api } => drop(self.apis.take(&api)?),
            Command::Call { api, args: values } => {
                let answer = client()?.use_api_raw(api, args(values)?).await?;
                return Ok(answer.to_json_values()?.into());
            }
            Command::CreateTopic { topic } => {
                let created = client()?.create_topic(&topic).await?;
                self.topics.put(topic, Rc::new(created));
            }
            Command::DestroyTopic { topic } => drop(self.topics.take(&topic)?),
            Command::Publish {
                topic,
                args: values,
            } => {
                self.topics.get(&topic)?.publish_raw(args(values)?).await?;
            }
            Command::Subscribe {
                listener,
                service,
                topic,
            } => {
                let client = client()?;
                let publications = client.service(service)?.subscribe(topic).await?;
                let report = self.report(&listener, publications);
                let (name, state) = (listener.clone(), client.state());
                let subscription = task(async move {
                    report.await;
                    // A client that has ended has ended its subscriptions, too.
                    if state.borrow().is_connected() {
                        say(&Event::TopicDestroyed { listener });
                    }
                });
                self.listeners.put(name, subscription);
            }
            Command::Exit {} | Command::Unknown => return Err(UNSUPPORTED.into()),
        }
        Ok(Value::Null)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RunError> {
    Ok(())
}
