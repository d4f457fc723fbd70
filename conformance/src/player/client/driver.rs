//! Commands to the drivers of clients, and coming and going.

use sio_p2p_driver::members::{Connect, Listen};
use sio_p2p_driver::{Command, Feature, Reply, UNSUPPORTED};
use tokio::time::Instant;

use crate::player::client::clients::{HELLO_LIMIT, Stage};
use crate::player::client::driven::FENCE;
use crate::player::client::{Clients, finish};
use crate::player::play::Play;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::player::play::wait::Wait;
use crate::scenario::TransportName;

impl Clients {
    /// A driver that has died or talks nonsense is not waited for.
    pub(crate) fn goes_on(&self, name: &str) -> Result<(), Stop> {
        let trouble = self.trouble(name);
        trouble.map_or(Ok(()), |finding| Err(Stop::Down(finding)))
    }

    /// The finding that a command was not replied.
    pub(crate) fn no_reply(&self, name: &str, command: &Command) -> Stop {
        let what = command.name();
        let finding = Finding::new(format!("{name} did not reply to {what}"));
        Stop::Broken(finding.comparing("a reply within the deadline", self.unmatched()))
    }

    /// Whether a reply says that the driver does not know a command, and may say so.
    pub(crate) fn unsupported(
        &self,
        name: &str,
        command: &Command,
        reply: &Reply,
    ) -> Result<(), Stop> {
        if reply.error.as_deref() != Some(UNSUPPORTED) {
            return Ok(());
        }
        let what = command.name();
        let message = match command.feature() {
            Some(feature) if !self.can(name, feature) => {
                let message = format!("the client has no {}", feature.as_str().replace('_', " "));
                return Err(Stop::NotApplicable(Finding::new(message)));
            }
            Some(feature) => format!(
                "the driver claims {} and does not know {what}",
                feature.as_str()
            ),
            None => format!("the driver does not know {what}, which every driver has to"),
        };
        Err(Stop::broken(message))
    }
}

/// Waits until `seen` gives something, or the client cannot go on, or the deadline.
pub(crate) async fn await_client<T>(
    play: &mut Play,
    name: &str,
    wait: Wait,
    mut seen: impl FnMut(&mut Clients) -> Option<T> + Send,
) -> Result<Option<T>, Stop> {
    loop {
        play.drain();
        if let Some(found) = seen(&mut play.clients) {
            return Ok(Some(found));
        }
        play.clients.goes_on(name)?;
        if !play.arrival(wait).await {
            return Ok(None);
        }
    }
}

/// Starts the driver of a client and hears its hello.
pub(crate) async fn start_driver(play: &mut Play, name: &str) -> Result<(), Stop> {
    let clients = &mut play.clients;
    let client = clients.all.get(name);
    if client.is_some_and(|client| client.process.is_some()) {
        return Ok(());
    }
    let failed = |error: String| {
        let finding = Finding::new(format!("the driver of {name} could not be started"));
        Stop::Untestable(finding.comparing("a driver", error))
    };
    clients
        .start(name)
        .map_err(|error| failed(error.to_string()))?;
    if clients.stage == Stage::Scripted {
        clients
            .set_up(name)
            .await
            .map_err(|error| failed(error.to_string()))?;
    }
    let wait = Wait::new(HELLO_LIMIT);
    let heard = await_client(play, name, wait, |clients| {
        let hello = clients
            .all
            .get(name)
            .and_then(|client| client.hello.as_ref());
        hello.map(|_| ())
    })
    .await;
    match heard {
        Ok(Some(())) => Ok(()),
        Ok(None) => Err(failed("no hello".to_owned())),
        Err(mut stop) => {
            // Not a word about the client: it was never there.
            Err(Stop::Untestable(stop.finding().clone()))
        }
    }
}

/// Sends a command and waits for its reply.
pub(crate) async fn command(play: &mut Play, name: &str, command: Command) -> Result<Reply, Stop> {
    let id = play.clients.say(name, command.clone());
    let wait = play.wait();
    match reply(play, name, id, wait).await? {
        Some(reply) => Ok(reply),
        None => Err(play.clients.no_reply(name, &command)),
    }
}

pub(crate) async fn reply(
    play: &mut Play,
    name: &str,
    id: u64,
    wait: Wait,
) -> Result<Option<Reply>, Stop> {
    await_client(play, name, wait, |clients| {
        clients.all.get_mut(name)?.replies.remove(&id)
    })
    .await
}

/// A step `connect` of a client under test.
pub(crate) async fn connect_client(play: &mut Play, name: &str) -> Result<(), Stop> {
    start_driver(play, name).await?;
    let connect = connection_of(play, name)?;
    let (told, reply) = drive_connect(play, name, connect).await?;
    play.clients.unsupported(name, &told, &reply)?;
    match reply.error {
        None => Ok(()),
        Some(error) => {
            let finding = Finding::new(format!("{name} did not connect"));
            Err(Stop::Broken(finding.comparing("a connection", error)))
        }
    }
}

/// What a client is told of its connection, as far as the run says it.
pub(crate) fn connection_of(play: &Play, name: &str) -> Result<Connect, Stop> {
    let client_id = play.id(name)?;
    let (dialect, eio) = (play.check.dialect, play.check.eio.number());
    let transport = play.check.transport.into();
    let client = play.clients.all.get(name);
    let scripted = client.and_then(|client| client.scripted.as_ref());
    let url = match &play.clients.stage {
        Stage::Server(url) => url.clone(),
        Stage::Scripted => scripted.map(|it| it.server.url()).unwrap_or_default(),
    };
    Ok(Connect {
        url,
        client_id,
        dialect,
        eio,
        transport,
        reconnect: false,
        service: false,
    })
}

/// The command `connect` to a driver that has been started; gives its reply, too.
pub(crate) async fn drive_connect(
    play: &mut Play,
    name: &str,
    connect: Connect,
) -> Result<(Command, Reply), Stop> {
    if connect.reconnect && !play.clients.can(name, Feature::Reconnect) {
        let message = "the client does not connect again by itself";
        return Err(Stop::NotApplicable(Finding::new(message)));
    }
    let id = play.id(name)?;
    let told = Command::Connect(connect);
    let reply = command(play, name, told.clone()).await?;
    if reply.ok.is_none() {
        return Ok((told, reply));
    }
    play.talked = true;
    let wait = play.wait();
    let scripted = play.clients.stage == Stage::Scripted;
    if scripted {
        let joined = await_client(play, name, wait, |clients| {
            clients
                .all
                .get_mut(name)?
                .scripted
                .as_mut()?
                .joined
                .pop_front()
        })
        .await?;
        let Some(query) = joined else {
            let message = format!("{name} says that it is connected, and is not");
            return Err(Stop::broken(message));
        };
        handshake_as_told(play, name, &query)?;
    }
    if let Some(client) = play.clients.all.get_mut(name) {
        client.connected = true;
        // A driver may have made a new client of it.
        client.listens = false;
        client.id.clone_from(&id);
    }
    listen_for_fences(play, name).await?;
    Ok((told, reply))
}

/// Whether a client came as the driver was told, so that what is judged is what the
/// report says: on this generation, and by this transport.
fn handshake_as_told(play: &Play, name: &str, query: &str) -> Result<(), Stop> {
    let first = match play.check.transport {
        TransportName::Websocket => "websocket",
        TransportName::Polling | TransportName::Upgrade => "polling",
    };
    let eio = play.check.eio.number().to_string();
    for (key, told) in [("EIO", eio.as_str()), ("transport", first)] {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        if !pairs.any(|(name, value)| name == key && value == told) {
            let message = format!("{name} does not connect as it was told");
            let finding = Finding::new(message);
            return Err(Stop::Broken(
                finding.comparing(format!("{key}={told}"), query),
            ));
        }
    }
    Ok(())
}

/// A client that was told to upgrade has done so, or does before a few more messages.
pub(crate) async fn upgraded_as_told(play: &mut Play, name: &str) -> Result<(), Stop> {
    let until = Instant::now() + play.deadline;
    while play.check.transport == TransportName::Upgrade {
        let client = play.clients.all.get(name);
        let Some(client) = client.filter(|client| client.connected) else {
            break;
        };
        if client
            .scripted
            .as_ref()
            .is_none_or(|scripted| scripted.server.is_on_websocket())
        {
            break;
        }
        if Instant::now() > until {
            let finding = Finding::new(format!("{name} was told to upgrade, and stays"));
            return Err(Stop::Broken(finding.comparing("a WebSocket", "polling")));
        }
        finish::fence_client(play, name).await?;
    }
    Ok(())
}

async fn listen_for_fences(play: &mut Play, name: &str) -> Result<(), Stop> {
    let first = play
        .clients
        .all
        .get_mut(name)
        .is_some_and(|client| !std::mem::replace(&mut client.listens, true));
    if !first {
        return Ok(());
    }
    let listen = Listen {
        listener: FENCE.to_owned(),
        event: play.bindings.fence_name(),
        from: None,
        once: false,
        plain: false,
    };
    let reply = command(play, name, Command::Listen(listen)).await?;
    match reply.error {
        None => Ok(()),
        Some(error) => {
            let finding = Finding::new(format!("{name} cannot listen to an event"));
            Err(Stop::Broken(finding.comparing("a listener", error)))
        }
    }
}

/// A step `disconnect` of a client under test.
pub(crate) async fn disconnect_client(play: &mut Play, name: &str) -> Result<(), Stop> {
    let reply = command(play, name, Command::Disconnect {}).await?;
    if let Some(error) = reply.error {
        let finding = Finding::new(format!("{name} could not disconnect"));
        return Err(Stop::Broken(finding.comparing("a reply", error)));
    }
    if let Some(client) = play.clients.all.get_mut(name) {
        client.connected = false;
    }
    Ok(())
}
