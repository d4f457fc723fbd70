//! The end of a story with clients under test: fences through them, and nothing left over.

use sio_p2p_driver::Command;
use sio_p2p_driver::members::Emit;

use crate::json::shorten;
use crate::player::client::{Clients, driver};
use crate::player::play::Play;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::step::{Action, ClientVerb};

/// How often every fence is sent; see the fences of the runner.
const ROUNDS: usize = 2;

impl Clients {
    /// Nothing unmatched is at these clients. Acks may still be matched later.
    pub(crate) fn are_silent(&self, names: &[String]) -> Result<(), Stop> {
        let mut driven = names.iter().filter(|name| self.has(name));
        driven.try_for_each(|name| self.leftovers(name, false))
    }

    /// Nothing unmatched is at this client.
    pub(crate) fn leftovers(&self, name: &str, at_the_end: bool) -> Result<(), Stop> {
        let Some(client) = self.all.get(name) else {
            return Ok(());
        };
        let broken = |message: String, actual: String| {
            Err(Stop::Broken(
                Finding::new(message).comparing("nothing more", actual),
            ))
        };
        if client.nonsense.is_some() || (client.ended.is_some() && !client.exited) {
            return self.goes_on(name);
        }
        if let Some(event) = client.events.front() {
            let message = format!("{name} reported {}, which no step expects", event.name);
            return broken(message, self.unmatched());
        }
        if let Some(scripted) = &client.scripted {
            if let Some(event) = scripted.events.front() {
                let message = format!("{name} sent {event}, which no step expects");
                return broken(message, self.unmatched());
            }
            if let Some(other) = scripted.others.front() {
                let message = format!("{name} sent what is neither an event nor an ack");
                return broken(message, other.clone());
            }
            if scripted.gone {
                let message = format!("{name} ended its connection");
                return broken(message, "the connection has ended".to_owned());
            }
            let stray = scripted.acks.iter().find(|(_, acks)| !acks.is_empty());
            if let (Some((number, acks)), true) = (stray, at_the_end) {
                let data = acks.front().map(|data| shorten(&data.json, 200));
                let message = match self.asked_as(name, *number) {
                    Some(request) => {
                        format!("{name} sent an ack of {request} that no step expects")
                    }
                    None => format!("{name} sent an ack of something that it was never asked"),
                };
                return broken(message, data.unwrap_or_default());
            }
            if let (Some(_), true) = (scripted.joined.front(), at_the_end) {
                return broken(
                    format!("{name} connected again"),
                    "a new connection".to_owned(),
                );
            }
        }
        let reply = client.replies.values().next();
        if let (Some(reply), true) = (reply, at_the_end) {
            let place = (name.to_owned(), reply.id);
            let mut named = self.commands.iter();
            let command = named.find(|(_, at)| **at == place).map(|(name, _)| name);
            let command = command.map_or("", String::as_str);
            let message = format!("{name} replied to {command}");
            return broken(message, format!("{reply:?}"));
        }
        Ok(())
    }

    fn asked_as(&self, client: &str, number: u64) -> Option<String> {
        let place = (client.to_owned(), number);
        let found = self.asked.iter().find(|(_, at)| **at == place)?;
        Some(found.0.clone())
    }

    /// Everything that the clients have said and no step has matched, in words.
    pub(crate) fn unmatched(&self) -> String {
        let mut lines = Vec::new();
        for (name, client) in &self.all {
            for event in client.events.iter().take(5) {
                let json = shorten(&event.json, 200);
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
    let emit = Emit {
        to: play.id(name)?,
        event: play.bindings.fence_name(),
        args: vec![number.into()],
    };
    let reply = driver::command(play, name, Command::Emit(emit)).await?;
    if let Some(error) = reply.error {
        let finding = Finding::new(format!("{name} failed to emit"));
        return Err(Stop::Broken(finding.comparing("success", error)));
    }
    let wait = play.wait();
    let seen = driver::await_client(play, name, wait, |clients| {
        let client = clients.all.get_mut(name)?;
        // A connection that ended meanwhile brings nothing more.
        (client.fences.remove(&number) || !client.connected).then_some(())
    })
    .await?;
    if seen.is_some() {
        return Ok(());
    }
    let finding = Finding::new(format!("a message of {name} to itself was not reported"));
    let expected = "the fence that closes this step, sent, relayed and received";
    Err(Stop::Broken(
        finding.comparing(expected, play.clients.unmatched()),
    ))
}

/// The end: drivers answer once more, and nothing is left over.
pub(crate) async fn are_done(play: &mut Play) -> Result<(), Stop> {
    let names: Vec<String> = play.clients.all.keys().cloned().collect();
    for name in &names {
        driver::upgraded_as_told(play, name).await?;
    }
    // All of them before the first one exits, which others may be told.
    for name in &names {
        play.clients.leftovers(name, true)?;
    }
    for name in &names {
        let started = play
            .clients
            .all
            .get(name)
            .is_some_and(|c| c.process.is_some());
        if !started {
            continue;
        }
        let connected = play.clients.all.get(name).is_some_and(|c| c.connected);
        // Its reply comes after everything that a client without a connection has to say.
        let reply = driver::command(play, name, Command::Exit {}).await?;
        if let Some(error) = reply.error {
            let finding = Finding::new(format!("the driver of {name} does not exit"));
            return Err(Stop::Broken(finding.comparing("success", error)));
        }
        if let Some(client) = play.clients.all.get_mut(name) {
            // From here on it may end.
            client.exited = true;
        }
        if !connected {
            play.clients.leftovers(name, true)?;
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
            let (client, _) = play.clients.asked.get(&name)?;
            format!("{client} did not answer {name}")
        }
        _ => return None,
    };
    let finding = Finding::new(message);
    let expected = "an arrival within the deadline";
    Some(Stop::Broken(
        finding.comparing(expected, play.clients.unmatched()),
    ))
}
