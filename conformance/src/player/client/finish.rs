//! The end of a story with clients under test: fences through them, and nothing left over.

use sio_p2p_driver::Command;

use crate::blame::How;
use crate::json::shorten;
use crate::player::client::{Clients, driver};
use crate::player::play::Play;
use crate::player::play::stop::Stop;
use crate::scenario::step::{Action, ClientVerb};

/// How often every fence is sent; see the fences of the runner.
const ROUNDS: usize = 2;

/// Nothing unmatched is at these clients. Acks may still be matched later.
pub(crate) fn are_silent(play: &Play, names: &[String]) -> Result<(), Stop> {
    let mut driven = names.iter().filter(|name| play.clients.has(name));
    driven.try_for_each(|name| leftovers(play, name, false))
}

/// Nothing unmatched is at this client.
fn leftovers(play: &Play, name: &str, at_the_end: bool) -> Result<(), Stop> {
    play.clients.goes_on(name)?;
    let left = left(play, name, at_the_end);
    left.map_or(Ok(()), |(message, actual)| {
        let actual = actual.unwrap_or_else(|| play.clients.unmatched());
        Err(Stop::broken(format!("{name} {message}")).comparing("nothing more", actual))
    })
}

/// What is unmatched at this client, if anything is: what it did, and what shows it, if
/// that is not all that is unmatched.
fn left(play: &Play, name: &str, at_the_end: bool) -> Option<(String, Option<String>)> {
    let client = play.clients.all.get(name)?;
    if let Some(event) = client.events.front() {
        let message = format!("reported {}, which no step expects", event.name);
        return Some((message, None));
    }
    if let Some(scripted) = &client.scripted {
        if let Some(event) = scripted.events.front() {
            return Some((format!("sent {event}, which no step expects"), None));
        }
        if let Some(other) = scripted.others.front() {
            let message = "sent what is neither an event nor an ack".to_owned();
            return Some((message, Some(other.clone())));
        }
        if scripted.gone {
            let actual = "the connection has ended".to_owned();
            return Some(("ended its connection".to_owned(), Some(actual)));
        }
    }
    if !at_the_end {
        // The rest may still be matched.
        return None;
    }
    if let Some(scripted) = &client.scripted {
        let mut acks = scripted.acks.iter();
        if let Some((number, data)) = acks.find_map(|(id, acks)| Some((*id, acks.front()?))) {
            let mut asked = play.peers.asked.iter();
            let message = match asked.find(|(_, it)| it.actor == name && it.number == number) {
                Some((request, _)) => format!("sent an ack of {request} that no step expects"),
                None => "sent an ack of something that it was never asked".to_owned(),
            };
            return Some((message, Some(shorten(&data.json, 200))));
        }
        if !scripted.joined.is_empty() {
            let actual = "a new connection".to_owned();
            return Some(("connected again".to_owned(), Some(actual)));
        }
    }
    let reply = client.replies.values().next()?;
    let mut commands = play.clients.commands.iter();
    let command = commands.find(|(_, (client, id))| client == name && *id == reply.id);
    let command = command.map_or("", |(command, _)| command.as_str());
    Some((format!("replied to {command}"), Some(format!("{reply:?}"))))
}

impl Clients {
    /// Everything that the clients have said and no step has matched, in words.
    pub(crate) fn unmatched(&self) -> String {
        let mut lines = Vec::new();
        for (name, client) in &self.all {
            for event in client.events.iter().take(5) {
                let json = shorten(&event.members.json, 200);
                lines.push(format!("{name} reported {} {json}", event.name));
            }
            for reply in client.replies.values().take(5) {
                let text = serde_json::to_string(reply).unwrap_or_default();
                lines.push(format!("{name} replied {}", shorten(&text, 200)));
            }
            let Some(scripted) = &client.scripted else {
                continue;
            };
            for event in scripted.events.iter().take(5) {
                lines.push(format!("{name} sent {event}"));
            }
            lines.extend(
                scripted
                    .others
                    .iter()
                    .take(2)
                    .map(|other| format!("{name} sent {other}")),
            );
            if scripted.gone {
                lines.push(format!("{name} ended its connection"));
            }
        }
        if lines.is_empty() {
            "nothing".to_owned()
        } else {
            lines.join("\n")
        }
    }
}

/// A message of each connected client to itself, twice: what it was sent before has then
/// been reported, and what it sends by itself has been seen.
pub(crate) async fn fence_clients(play: &mut Play) -> Result<(), Stop> {
    let clients = play.clients.all.iter();
    let open: Vec<String> = clients
        .filter(|(_, client)| client.connected)
        .map(|(name, _)| name.clone())
        .collect();
    for _ in 0..ROUNDS {
        for name in &open {
            fence_client(play, name).await?;
        }
    }
    Ok(())
}

pub(crate) async fn fence_client(play: &mut Play, name: &str) -> Result<(), Stop> {
    play.fences += 1;
    let number = play.fences;
    let emit = Command::Emit {
        to: play.id(name)?,
        event: play.bindings.fence_name(),
        args: vec![number.into()],
    };
    let failed = format!("{name} failed to emit");
    driver::succeed(play, name, emit, failed, "success").await?;
    let wait = play.wait();
    let seen = driver::await_client(play, name, wait, |client| {
        // A connection that ended meanwhile brings nothing more.
        (client.fences.remove(&number) || !client.connected).then_some(())
    })
    .await?;
    seen.ok_or_else(|| {
        Stop::broken(format!("a message of {name} to itself was not reported")).comparing(
            "the fence that closes this step, sent, relayed and received",
            play.clients.unmatched(),
        )
    })
}

/// The end: drivers answer once more, and nothing is left over.
pub(crate) async fn are_done(play: &mut Play) -> Result<(), Stop> {
    let names: Vec<String> = play.clients.all.keys().cloned().collect();
    for name in &names {
        driver::upgraded_as_told(play, name).await?;
    }
    // All of them before the first one exits, which others may be told.
    for name in &names {
        leftovers(play, name, true)?;
    }
    for name in &names {
        let client = play.clients.get(name)?;
        if client.process.is_none() {
            continue;
        }
        let connected = client.connected;
        // Its reply comes after everything that a client without a connection has to say.
        let failed = format!("the driver of {name} does not exit");
        driver::succeed(play, name, Command::Exit {}, failed, "success").await?;
        // From here on it may end.
        play.clients.get(name)?.exited = true;
        if !connected {
            leftovers(play, name, true)?;
        }
    }
    Ok(())
}

/// The finding that something of a client did not come.
pub(crate) fn missing(play: &Play, action: &Action) -> Option<Stop> {
    let message = match action {
        Action::Client(verb) => match verb {
            ClientVerb::Replied(body) => {
                let name = play.fill(&body.command).unwrap_or_default();
                format!("{name} was not replied")
            }
            ClientVerb::Told(body) => format!("{} did not report {}", body.client, body.event),
            ClientVerb::Read(body) => format!("{} did not read all bytes", body.client),
            ClientVerb::Expect(body) => {
                let event = play.fill(&body.event).unwrap_or_default();
                format!("{} did not send {event}", body.client)
            }
            ClientVerb::ExpectMessage(body) => {
                let event = play.fill(&body.event).unwrap_or_default();
                format!("{} did not send the message {event}", body.client)
            }
            ClientVerb::Joined(body) => format!("{} did not connect again", body.client),
            ClientVerb::Left(body) => format!("{} did not leave", body.client),
            _ => return None,
        },
        Action::Acked(body) => {
            let name = play.fill(&body.request).ok()?;
            let asked = play.peers.asked.get(&name)?;
            let client = Some(&asked.actor).filter(|name| play.clients.has(name))?;
            format!("{client} did not answer {name}")
        }
        _ => return None,
    };
    let expected = "an arrival within the deadline";
    let stop = Stop::broken(message).comparing(expected, play.clients.unmatched());
    Some(stop.signed(How::Missing))
}
