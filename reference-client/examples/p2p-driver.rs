//! A driver of this client for the conformance suite, as `spec/driver.md` describes it.

use std::{rc::Rc, time::Duration};

use futures_util::{Stream, StreamExt, future::ready};
use serde_json::{Value, json};
use sio_p2p_client::{
    Args, Client, ListenOptions, Message, Reconnect, Responder, StreamAcceptor, StreamWriter, Topic,
};
use sio_p2p_driver::{Command, Event, Failure, Hello, Kept, RunError, Task, UNSUPPORTED, run, say};
use tokio::task::spawn_local;

type Driver = Rc<Kept<Client, Responder, StreamWriter, Rc<Topic>>>;

fn read(values: Vec<Value>) -> Result<Args, Failure> {
    Ok(Args::from_json_values(&values)?)
}

/// Does what a command says; gives the value of the reply.
async fn obey(driver: Driver, command: Command) -> Result<Value, Failure> {
    let client = driver.client();
    match command {
        Command::Connect(c) => {
            let soon = Reconnect::after(Duration::from_millis(20));
            let mut builder = Client::builder(c.url, c.client_id)
                .dialect(c.dialect)
                .eio(c.eio.to_string().parse()?)
                .transports(c.transport.as_str().parse()?)
                .reconnect(c.reconnect.then_some(soon))
                .service(c.service);
            for (name, value) in c.headers {
                builder = builder.header(name, value);
            }
            for (key, value) in c.query {
                builder = builder.query(key, value);
            }
            if let Some(path) = c.path {
                builder = builder.path(path);
            }
            if let Some(auth) = c.auth {
                builder = builder.auth(auth.to_string());
            }
            let client = builder.connect().await?;
            let events = client.connection_events();
            spawn_local(events.for_each(async |event| say(&event)));
            driver.connected(client);
        }
        Command::Disconnect {} => drop(client?.close().await),
        Command::Emit { to, event, args } => client?.emit_to(to, event, read(args)?).await?,
        Command::Request { to, event, args } => {
            let answer: Args = client?.request_to(to, event, read(args)?).await?;
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
            let messages = client?.listen_with(event, options)?;
            let report = report(&driver, &listener, messages);
            driver.listeners.put(listener, report);
        }
        Command::Unlisten { listener } | Command::Unsubscribe { listener } => {
            drop(driver.listeners.take(&listener)?);
        }
        Command::Answer { request, args } => {
            let asked = driver.requests.take(&request)?;
            asked.answer(read(args)?).await?;
        }
        Command::AddTarget { to } => client?.add_target(to).await?,
        Command::JoinRoom { room } => client?.join_room(room).await?,
        Command::LeaveRoom { room } => client?.leave_room(room).await?,
        Command::EmitRoom { room, event, args } => {
            client?.emit_room(room, event, read(args)?).await?;
        }
        Command::Clients {} => return Ok(json!(client?.list_clients().await?)),
        Command::OpenStream {
            stream,
            to,
            channel,
        } => {
            let opening = client?.open_stream(to).channel(channel.as_deref());
            driver.streams.opened(stream, opening.await?.into_split());
        }
        Command::AcceptStreams {} => {
            let accept = accept(Rc::clone(&driver), client?.accept_streams());
            driver.accept_streams_by(Some(Task::new(accept)));
        }
        Command::RefuseStreams {} => driver.accept_streams_by(None),
        Command::Write { stream, data } => driver.streams.get(&stream)?.write(data.0).await?,
        Command::End { stream } => driver.streams.get(&stream)?.end().await?,
        Command::Destroy { stream } => driver.streams.take(&stream)?.destroy(),
        Command::Provide { listener, api } => {
            let calls = client?.provide_api(&api).await?;
            driver.apis.put(api, report(&driver, &listener, calls));
        }
        Command::Withdraw { api } => drop(driver.apis.take(&api)?),
        Command::Call { api, args } => {
            let answer: Args = client?.use_api(api, read(args)?).await?;
            return Ok(answer.to_json_values()?.into());
        }
        Command::CreateTopic { topic } => {
            let created = client?.create_topic(&topic).await?;
            driver.topics.put(topic, Rc::new(created));
        }
        Command::DestroyTopic { topic } => drop(driver.topics.take(&topic)?),
        Command::Publish { topic, args } => {
            let topic = driver.topics.get(&topic)?;
            topic.publish(read(args)?).await?;
        }
        Command::Subscribe {
            listener,
            service,
            topic,
        } => {
            let client = client?;
            let publications = client.service(service)?.subscribe(topic).await?;
            let report = report(&driver, &listener, publications);
            let (name, state) = (listener.clone(), client.state());
            let until_gone = async move {
                report.await;
                // A client that has ended has ended its subscriptions, too.
                if state.borrow().is_connected() {
                    say(&Event::TopicDestroyed { listener });
                }
            };
            driver.listeners.put(name, Task::new(until_gone));
        }
        Command::Exit {} | Command::Unknown => return Err(UNSUPPORTED.into()),
    }
    Ok(Value::Null)
}

async fn accept(driver: Driver, mut offers: StreamAcceptor) {
    while let Some(offer) = offers.next().await {
        // Whoever asked may have gone already.
        if let Ok(stream) = offer.accept() {
            let from = Some(stream.peer().to_string());
            driver.streams.accepted(from, stream.into_split());
        }
    }
}

/// Reports what a listener receives.
fn report(driver: &Driver, name: &str, messages: impl Stream<Item = Message> + 'static) -> Task {
    let (driver, listener) = (Rc::clone(driver), name.to_owned());
    Task::new(messages.for_each(move |mut message| {
        let args = message.args().to_json_values();
        let responder = message.take_responder();
        say(&Event::Received {
            listener: listener.clone(),
            args: args.unwrap_or_else(|error| vec![error.to_string().into()]),
            from: message.source().map(ToString::to_string),
            request: responder.map(|responder| driver.requests.put_new(responder)),
        });
        ready(())
    }))
}

// One thread: so the client takes what is sent in the order in which commands are begun.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RunError> {
    let hello = Hello::of_all("reference client", env!("CARGO_PKG_VERSION"));
    let driver = Driver::default();
    run(&hello, |command| obey(Rc::clone(&driver), command)).await
}
