//! The end of a story with clients under test: fences through them, and nothing left over.

use sio_p2p_driver::Command;
use sio_p2p_driver::members::Emit;

use crate::json::shorten;
use crate::player::finding::Finding;
use crate::player::play::{Play, Stop};
use crate::scenario::step::{Action, ClientVerb};

/// How often every fence is sent; see the fences of the runner.
const ROUNDS: usize = 2;

impl Play {
    /// A message of each connected client to itself, twice: what it was sent before has then
    /// been reported, and what it sends by itself has been seen.
    pub(crate) async fn fence_clients(&mut self) -> Result<(), Stop> {
        let Some(cast) = &self.cast else {
            return Ok(());
        };
        let open: Vec<String> = cast
            .clients
            .iter()
            .filter(|(_, client)| client.connected)
            .map(|(name, _)| name.clone())
            .collect();
        for _ in 0..ROUNDS {
            for name in &open {
                self.fence_client(name).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn fence_client(&mut self, name: &str) -> Result<(), Stop> {
        self.fences += 1;
        let number = self.fences;
        let emit = Emit {
            to: self.id(name)?,
            event: self.fence_name(),
            args: vec![number.into()],
        };
        let reply = self.command(name, Command::Emit(emit)).await?;
        if let Some(error) = reply.error {
            let finding = Finding::new(format!("{name} failed to emit"));
            return Err(Stop::Broken(finding.comparing("success", error)));
        }
        let wait = self.wait();
        let seen = self
            .await_client(name, wait, |cast| {
                let client = cast.clients.get_mut(name)?;
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
            finding.comparing(expected, self.client_unmatched()),
        ))
    }

    /// Nothing unmatched is at these clients. Acks may still be matched later.
    pub(crate) fn clients_are_silent(&self, names: &[String]) -> Result<(), Stop> {
        let mut driven = names.iter().filter(|name| self.is_driven(name));
        driven.try_for_each(|name| self.client_leftovers(name, false))
    }

    /// The end: drivers answer once more, and nothing is left over.
    pub(crate) async fn clients_are_done(&mut self) -> Result<(), Stop> {
        let Some(cast) = &self.cast else {
            return Ok(());
        };
        let names: Vec<String> = cast.clients.keys().cloned().collect();
        for name in &names {
            self.upgraded_as_told(name).await?;
        }
        // All of them before the first one exits, which others may be told.
        for name in &names {
            self.client_leftovers(name, true)?;
        }
        for name in &names {
            let started = self
                .cast()?
                .clients
                .get(name)
                .is_some_and(|c| c.process.is_some());
            if !started {
                continue;
            }
            let connected = self.cast()?.clients.get(name).is_some_and(|c| c.connected);
            // Its reply comes after everything that a client without a connection has to say.
            let reply = self.command(name, Command::Exit {}).await?;
            if let Some(error) = reply.error {
                let finding = Finding::new(format!("the driver of {name} does not exit"));
                return Err(Stop::Broken(finding.comparing("success", error)));
            }
            if let Some(client) = self.cast()?.clients.get_mut(name) {
                // From here on it may end.
                client.exited = true;
            }
            if !connected {
                self.client_leftovers(name, true)?;
            }
        }
        Ok(())
    }

    fn client_leftovers(&self, name: &str, at_the_end: bool) -> Result<(), Stop> {
        let Some(client) = self.cast.as_ref().and_then(|cast| cast.clients.get(name)) else {
            return Ok(());
        };
        let broken = |message: String, actual: String| {
            Err(Stop::Broken(
                Finding::new(message).comparing("nothing more", actual),
            ))
        };
        if client.nonsense.is_some() || (client.ended.is_some() && !client.exited) {
            return self.client_goes_on(name);
        }
        if let Some(event) = client.events.front() {
            let message = format!("{name} reported {}, which no step expects", event.name);
            return broken(message, self.client_unmatched());
        }
        if let Some(seat) = &client.seat {
            if let Some(event) = seat.events.front() {
                let what = crate::player::peer::leftovers::describe(event);
                let message = format!("{name} sent {what}, which no step expects");
                return broken(message, self.client_unmatched());
            }
            if let Some(other) = seat.others.front() {
                let message = format!("{name} sent what is neither an event nor an ack");
                return broken(message, other.clone());
            }
            if seat.gone {
                let message = format!("{name} ended its connection");
                return broken(message, "the connection has ended".to_owned());
            }
            let stray = seat.acks.iter().find(|(_, acks)| !acks.is_empty());
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
            if let (Some(_), true) = (seat.joined.front(), at_the_end) {
                return broken(
                    format!("{name} connected again"),
                    "a new connection".to_owned(),
                );
            }
        }
        let reply = client.replies.values().next();
        if let (Some(reply), true) = (reply, at_the_end) {
            let command = self.cast.as_ref().and_then(|cast| {
                let place = (name.to_owned(), reply.id);
                let mut named = cast.commands.iter();
                named
                    .find(|(_, at)| **at == place)
                    .map(|(command, _)| command.clone())
            });
            let message = format!("{name} replied to {}", command.unwrap_or_default());
            return broken(message, format!("{reply:?}"));
        }
        Ok(())
    }

    fn asked_as(&self, client: &str, number: u64) -> Option<String> {
        let place = (client.to_owned(), number);
        let asked = &self.cast.as_ref()?.asked;
        let found = asked.iter().find(|(_, at)| **at == place)?;
        Some(found.0.clone())
    }

    /// Everything that the clients have said and no step has matched, in words.
    pub(crate) fn client_unmatched(&self) -> String {
        let mut lines = Vec::new();
        for (name, client) in self.cast.iter().flat_map(|cast| &cast.clients) {
            for event in client.events.iter().take(5) {
                let json = shorten(&event.json, 200);
                lines.push(format!("{name} reported {} {json}", event.name));
            }
            for reply in client.replies.values().take(5) {
                let text = serde_json::to_string(reply).unwrap_or_default();
                lines.push(format!("{name} replied {}", shorten(&text, 200)));
            }
            let Some(seat) = &client.seat else { continue };
            for event in seat.events.iter().take(5) {
                lines.push(format!(
                    "{name} sent {}",
                    crate::player::peer::leftovers::describe(event)
                ));
            }
            lines.extend(
                seat.others
                    .iter()
                    .take(2)
                    .map(|other| format!("{name} sent {other}")),
            );
            if seat.gone {
                lines.push(format!("{name} ended its connection"));
            }
        }
        if lines.is_empty() {
            "nothing".to_owned()
        } else {
            lines.join("\n")
        }
    }

    /// The finding that something of a client did not come.
    pub(crate) fn missing_of_client(&self, action: &Action) -> Option<Stop> {
        let cast = self.cast.as_ref()?;
        let message = match action {
            Action::Client(verb) => match verb {
                ClientVerb::Replied(body) => {
                    let name = self.fill(&body.command).unwrap_or_default();
                    format!("{name} was not replied")
                }
                ClientVerb::Told(body) => format!("{} did not report {}", body.client, body.event),
                ClientVerb::Read(body) => format!("{} did not read all bytes", body.client),
                ClientVerb::Expect(body) => {
                    let event = self.fill(&body.event).unwrap_or_default();
                    format!("{} did not send {event}", body.client)
                }
                ClientVerb::ExpectMessage(body) => {
                    let event = self.fill(&body.event).unwrap_or_default();
                    format!("{} did not send the message {event}", body.client)
                }
                ClientVerb::Joined(body) => format!("{} did not connect again", body.client),
                ClientVerb::Left(body) => format!("{} did not leave", body.client),
                _ => return None,
            },
            Action::Acked(body) => {
                let name = self.fill(&body.request).ok()?;
                let (client, _) = cast.asked.get(&name)?;
                format!("{client} did not answer {name}")
            }
            _ => return None,
        };
        let finding = Finding::new(message);
        let expected = "an arrival within the deadline";
        Some(Stop::Broken(
            finding.comparing(expected, self.client_unmatched()),
        ))
    }
}
