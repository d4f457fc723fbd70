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

fn args(values: Vec<Value>) -> Result<Args, Failure> {
    Ok(Args::from_json_values(&values)?)
}

/// Does what a command says; gives the value of the reply.
async fn obey(driver: Driver, command: Command) -> Result<Value, Failure> {
    let client = driver.client();
    match command {
        Command::Connect(c) => {
            let soon = Reconnect::after(Duration::from_millis(20));
            let client = Client::builder(c.url, c.client_id)
                .dialect(c.dialect)
                .eio(c.eio.to_string().parse()?)
                .transports(c.transport.as_str().parse()?)
                .reconnect(c.reconnect.then_some(soon))
                .service(c.service)
                .connect()
                .await?;
            let events = client.connection_events();
            spawn_local(events.for_each(async |event| say(&event)));
            driver.connected(client);
        }
        Command::Disconnect {} => drop(client?.close().await),
        Command::Emit(c) => client?.emit_to(c.to, c.event, args(c.args)?).await?,
        Command::Request(c) => {
            let answer: Args = client?.request_to(c.to, c.event, args(c.args)?).await?;
            return Ok(answer.to_json_values()?.into());
        }
        Command::Listen(c) => {
            let options = ListenOptions {
                from: c.from,
                once: c.once,
                plain: c.plain,
            };
            let messages = client?.listen_with(c.event, options)?;
            let report = report(&driver, &c.listener, messages);
            driver.listeners.put(c.listener, report);
        }
        Command::Unlisten(c) => drop(driver.listeners.take(&c.listener)?),
        Command::Answer(c) => {
            let asked = driver.requests.take(&c.request)?;
            asked.answer(args(c.args)?).await?;
        }
        Command::AddTarget(c) => client?.add_target(c.to).await?,
        Command::JoinRoom(c) => client?.join_room(c.room).await?,
        Command::LeaveRoom(c) => client?.leave_room(c.room).await?,
        Command::EmitRoom(c) => {
            let client = client?;
            client.emit_room(c.room, c.event, args(c.args)?).await?;
        }
        Command::Clients {} => return Ok(json!(client?.list_clients().await?)),
        Command::OpenStream(c) => {
            let opening = client?.open_stream(c.to).channel(c.channel.as_deref());
            driver.streams.opened(c.stream, opening.await?.into_split());
        }
        Command::AcceptStreams {} => {
            let accept = accept(Rc::clone(&driver), client?.accept_streams());
            driver.accept_streams_by(Some(Task::new(accept)));
        }
        Command::RefuseStreams {} => driver.accept_streams_by(None),
        Command::Write(c) => driver.streams.get(&c.stream)?.write(c.data.0).await?,
        Command::End(c) => driver.streams.get(&c.stream)?.end().await?,
        Command::Destroy(c) => driver.streams.take(&c.stream)?.destroy(),
        Command::Provide(c) => {
            let calls = client?.provide_api(&c.api).await?;
            driver.apis.put(c.api, report(&driver, &c.listener, calls));
        }
        Command::Withdraw(c) => drop(driver.apis.take(&c.api)?),
        Command::Call(c) => {
            let answer: Args = client?.use_api(c.api, args(c.args)?).await?;
            return Ok(answer.to_json_values()?.into());
        }
        Command::CreateTopic(c) => {
            let topic = client?.create_topic(&c.topic).await?;
            driver.topics.put(c.topic, Rc::new(topic));
        }
        Command::DestroyTopic(c) => drop(driver.topics.take(&c.topic)?),
        Command::Publish(c) => {
            let topic = driver.topics.get(&c.topic)?;
            topic.publish(args(c.args)?).await?;
        }
        Command::Subscribe(c) => {
            let client = client?;
            let publications = client.service(c.service)?.subscribe(c.topic).await?;
            let report = report(&driver, &c.listener, publications);
            let (listener, state) = (c.listener.clone(), client.state());
            let until_gone = async move {
                report.await;
                // A client that has ended has ended its subscriptions, too.
                if state.borrow().is_connected() {
                    say(&Event::TopicDestroyed { listener });
                }
            };
            driver.listeners.put(c.listener, Task::new(until_gone));
        }
        Command::Unsubscribe(c) => drop(driver.listeners.take(&c.listener)?),
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
