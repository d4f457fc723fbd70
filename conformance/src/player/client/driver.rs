//! Commands to the drivers of clients, and coming and going.

use std::collections::BTreeMap;

use sio_p2p_driver::{Command, Connect, Feature, Reply, UNSUPPORTED};
use tokio::time::Instant;

use crate::player::client::clients::HELLO_LIMIT;
use crate::player::client::driven::{Driven, FENCE};
use crate::player::client::{Clients, finish};
use crate::player::play::Play;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::player::play::wait::Wait;
use crate::scenario::TransportName;

impl Clients {
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
    mut seen: impl FnMut(&mut Driven) -> Option<T> + Send,
) -> Result<Option<T>, Stop> {
    loop {
        play.drain();
        if let Some(found) = seen(play.clients.get(name)?) {
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
    if play.clients.get(name)?.process.is_some() {
        return Ok(());
    }
    let failed = |error: String| {
        let finding = Finding::new(format!("the driver of {name} could not be started"));
        Stop::Untestable(finding.comparing("a driver", error))
    };
    play.clients.start(name).await.map_err(failed)?;
    let wait = Wait::new(HELLO_LIMIT);
    let heard = await_client(play, name, wait, |client| client.hello.as_ref().map(|_| ())).await;
    match heard {
        Ok(Some(())) => Ok(()),
        Ok(None) => Err(failed("no hello".to_owned())),
        // Not a word about the client: it was never there.
        Err(mut stop) => Err(Stop::Untestable(stop.finding().clone())),
    }
}

/// Sends a command and waits for its reply.
pub(crate) async fn command(play: &mut Play, name: &str, command: Command) -> Result<Reply, Stop> {
    let what = command.name();
    let id = play.clients.say(name, command);
    let wait = play.wait();
    let reply = await_client(play, name, wait, |client| client.replies.remove(&id)).await?;
    reply.ok_or_else(|| {
        Stop::broken(format!("{name} did not reply to {what}"))
            .comparing("a reply within the deadline", play.clients.unmatched())
    })
}

/// Sends a command that has to succeed. `failed` says what it means if it does not, and
/// `expected` what would have come of it.
pub(crate) async fn succeed(
    play: &mut Play,
    name: &str,
    told: Command,
    failed: String,
    expected: &str,
) -> Result<(), Stop> {
    let error = command(play, name, told).await?.error;
    error.map_or(Ok(()), |error| {
        Err(Stop::broken(failed).comparing(expected, error))
    })
}

/// A step `connect` of a client under test.
pub(crate) async fn connect_client(play: &mut Play, name: &str) -> Result<(), Stop> {
    start_driver(play, name).await?;
    let connect = connection_of(play, name)?;
    let reply = drive_connect(play, name, &connect).await?;
    let told = Command::Connect(connect);
    play.clients.unsupported(name, &told, &reply)?;
    reply.error.map_or(Ok(()), |error| {
        Err(Stop::broken(format!("{name} did not connect")).comparing("a connection", error))
    })
}

/// What a client is told of its connection, as far as the run says it.
pub(crate) fn connection_of(play: &mut Play, name: &str) -> Result<Connect, Stop> {
    let url = match &play.clients.server {
        Some(url) => url.clone(),
        None => play.clients.scripted(name)?.server.url(),
    };
    let mut connect = Connect {
        url,
        client_id: play.id(name)?,
        dialect: play.check.dialect,
        eio: play.check.eio.number(),
        transport: play.check.transport.into(),
        reconnect: false,
        service: false,
        path: None,
        headers: BTreeMap::new(),
        query: BTreeMap::new(),
        auth: None,
    };
    play.clients.gate.tell(&mut connect);
    Ok(connect)
}

/// The command `connect` to a driver that has been started; gives its reply.
pub(crate) async fn drive_connect(
    play: &mut Play,
    name: &str,
    connect: &Connect,
) -> Result<Reply, Stop> {
    if connect.reconnect && !play.clients.can(name, Feature::Reconnect) {
        let message = "the client does not connect again by itself";
        return Err(Stop::NotApplicable(Finding::new(message)));
    }
    let id = play.id(name)?;
    let reply = command(play, name, Command::Connect(connect.clone())).await?;
    if reply.ok.is_none() {
        return Ok(reply);
    }
    play.talked = true;
    if play.clients.server.is_none() {
        let wait = play.wait();
        let joined = await_client(play, name, wait, |client| {
            client.scripted.as_mut()?.joined.pop_front()
        })
        .await?;
        let Some(query) = joined else {
            let message = format!("{name} says that it is connected, and is not");
            return Err(Stop::broken(message));
        };
        handshake_as_told(play, name, &query)?;
    }
    let client = play.clients.get(name)?;
    client.connected = true;
    client.id = id;
    // A driver may have made a new client of it.
    listen_for_fences(play, name).await?;
    Ok(reply)
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
            return Err(Stop::broken(message).comparing(format!("{key}={told}"), query));
        }
    }
    Ok(())
}

/// A client that was told to upgrade has done so, or does before a few more messages.
pub(crate) async fn upgraded_as_told(play: &mut Play, name: &str) -> Result<(), Stop> {
    let until = Instant::now() + play.deadline;
    while play.check.transport == TransportName::Upgrade && play.clients.get(name)?.polls() {
        if Instant::now() > until {
            let message = format!("{name} was told to upgrade, and stays");
            return Err(Stop::broken(message).comparing("a WebSocket", "polling"));
        }
        finish::fence_client(play, name).await?;
    }
    Ok(())
}

async fn listen_for_fences(play: &mut Play, name: &str) -> Result<(), Stop> {
    let listen = Command::Listen {
        listener: FENCE.to_owned(),
        event: play.bindings.fence_name(),
        from: None,
        once: false,
        plain: false,
    };
    let failed = format!("{name} cannot listen to an event");
    succeed(play, name, listen, failed, "a listener").await
}

/// A step `disconnect` of a client under test.
pub(crate) async fn disconnect_client(play: &mut Play, name: &str) -> Result<(), Stop> {
    let failed = format!("{name} could not disconnect");
    succeed(play, name, Command::Disconnect {}, failed, "a reply").await?;
    play.clients.get(name)?.connected = false;
    Ok(())
}
