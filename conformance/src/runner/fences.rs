//! Proofs that nothing (more) comes: round trips along the same path, never waiting.
//!
//! A fence from `a` to `b` is a message with a number that only this play knows. The
//! server handles what `a` sends in order and delivers to `b` in order, so when the fence
//! has arrived, everything that `a` had caused at `b` has arrived before it. Servers that
//! put an event off by a tick, or hand it to another task, are caught by sending every
//! fence twice, the second time when all of the first have come back.

use std::collections::BTreeSet;

use sio_p2p_transport::Packet;
use tokio::time::Instant;

use super::lowering;
use super::play::{Play, Stop};
use super::verdict::Finding;
use super::world::Rendered;
use crate::json::shorten;

/// How often every fence is sent.
const ROUNDS: usize = 2;

/// How long to pause between two looks at the list of clients. The pause is only to leave
/// the processor to others; what is waited for is a fact, not a time.
const LISTING_PAUSE: std::time::Duration = std::time::Duration::from_millis(2);

impl Play {
    /// Sends fences between the pairs and waits until all have come through.
    pub(super) async fn fence(&mut self, pairs: &[(String, String)]) -> Result<(), Stop> {
        let mut waiting = BTreeSet::new();
        for (from, to) in pairs {
            let Some(target) = self.world.id(to).map(str::to_owned) else {
                return Err(Stop::broken(format!("no fence to {to}: it has no client id")));
            };
            self.fences += 1;
            let number = self.fences;
            let args = Rendered { json: format!("[{number}]"), attachments: Vec::new() };
            let source = self.world.id(from).map(str::to_owned);
            let dialect = self.actor(from)?.dialect;
            let name = self.fence_name();
            let outgoing =
                lowering::message(dialect, source.as_deref(), &target, &name, args, false)
                    .map_err(Stop::broken)?;
            self.send(from, outgoing).await?;
            waiting.insert((from.clone(), to.clone(), number));
        }
        self.come_through(waiting, false).await
    }

    /// A round trip of each actor's own connection: it asks for a namespace that does not
    /// exist. For actors that nobody can address.
    pub(super) async fn echo(&mut self, actors: &[String]) -> Result<(), Stop> {
        let mut waiting = BTreeSet::new();
        for name in actors {
            self.fences += 1;
            let number = self.fences;
            let namespace = format!("{}{number}", self.echo_prefix());
            let packet = Packet::Connect { namespace, data: None };
            self.send_packet(name, packet).await?;
            waiting.insert((name.clone(), name.clone(), number));
        }
        self.come_through(waiting, true).await
    }

    async fn come_through(
        &mut self,
        mut waiting: BTreeSet<(String, String, u64)>,
        echo: bool,
    ) -> Result<(), Stop> {
        let until = Instant::now() + self.deadline;
        loop {
            self.drain();
            let ids: Vec<_> = waiting.iter().cloned().collect();
            for fence in ids {
                if self.has_come(&fence.1, fence.2) {
                    waiting.remove(&fence);
                }
            }
            let Some((from, to, _)) = waiting.first().cloned() else { return Ok(()) };
            for name in [&to, &from] {
                if !self.actor(name)?.is_open() {
                    return Err(self.lost(name));
                }
            }
            if !self.arrival(until).await {
                let message = if echo {
                    format!("a question of {to} to the server was not answered")
                } else {
                    format!("a message from {from} to {to} did not arrive")
                };
                let expected = "the answer to the fence that closes this step".to_owned();
                return Err(Stop::Broken(Finding::new(message).comparing(expected, self.unmatched())));
            }
        }
    }

    /// Whether a fence has come to an actor, or to another connection with the same id.
    fn has_come(&self, to: &str, number: u64) -> bool {
        let id = self.world.id(to);
        self.actors
            .values()
            .filter(|actor| actor.name == to || (id.is_some() && self.world.id(&actor.name) == id))
            .filter_map(|actor| actor.connection.as_ref())
            .any(|connection| connection.inbox.fences.contains(&number))
    }

    /// Fences from every open actor to each of these, twice. Those that cannot be addressed,
    /// and the `fragile`, whose connection may rightly end at any moment, have an echo of
    /// their own instead: a message to somebody who has just gone would make the server
    /// complain to its sender, who has nothing to do with it.
    pub(super) async fn fence_all(
        &mut self,
        to: &BTreeSet<String>,
        fragile: &BTreeSet<String>,
    ) -> Result<(), Stop> {
        let open = self.open_actors();
        let to: Vec<_> = to.intersection(&open).cloned().collect();
        let (addressable, hidden): (Vec<_>, Vec<_>) = to
            .into_iter()
            .partition(|name| self.is_addressable(name) && !fragile.contains(name));
        let pairs: Vec<_> = open
            .iter()
            .filter(|from| self.world.id(from).is_some())
            .flat_map(|from| addressable.iter().map(move |to| (from.clone(), to.clone())))
            .collect();
        // An anonymous sender may be refused all service: its echo shows at least that the
        // server has read what it sent.
        let echoing: Vec<_> = open
            .iter()
            .filter(|name| self.world.id(name).is_none() || hidden.contains(name))
            .cloned()
            .collect();
        for _ in 0..ROUNDS {
            self.echo(&echoing).await?;
            self.fence(&pairs).await?;
        }
        Ok(())
    }

    /// Whether a message to the actor's id arrives at this very connection.
    fn is_addressable(&self, name: &str) -> bool {
        let Some(id) = self.world.id(name) else { return false };
        let sharing = self
            .actors
            .values()
            .filter(|actor| actor.is_open() && self.world.id(&actor.name) == Some(id));
        sharing.count() == 1
    }

    /// The end of the story: everything is fenced, and nothing is left unmatched.
    pub(super) async fn nothing_left(&mut self) -> Result<(), Stop> {
        self.drain();
        self.departures_noticed().await?;
        let open = self.open_actors();
        self.fence_all(&open, &BTreeSet::new()).await?;
        self.drain();
        for name in self.actors.keys().cloned().collect::<Vec<_>>() {
            self.no_leftovers(&name, true)?;
        }
        Ok(())
    }

    /// Waits until the server has noticed who has left, if anybody is there to ask. A server
    /// that never forgets is not judged here: other scenarios are about that.
    async fn departures_noticed(&mut self) -> Result<(), Stop> {
        let open = self.open_actors();
        let present: BTreeSet<_> =
            open.iter().filter_map(|name| self.world.id(name)).map(str::to_owned).collect();
        let gone: Vec<_> = self
            .actors
            .values()
            .filter(|actor| actor.left && actor.generations > 0)
            .filter_map(|actor| self.world.id(&actor.name))
            .filter(|id| !present.contains(*id))
            .map(str::to_owned)
            .collect();
        let observer = open.iter().find(|name| self.world.id(name).is_some()).cloned();
        let (Some(observer), false) = (observer, gone.is_empty()) else { return Ok(()) };
        let _ = self.unlisted(&observer, &gone).await?;
        Ok(())
    }

    /// Asks for the list of clients until none of the ids is in it. `false` if that does not
    /// happen within the deadline.
    pub(super) async fn unlisted(&mut self, observer: &str, ids: &[String]) -> Result<bool, Stop> {
        let until = Instant::now() + self.deadline;
        loop {
            let listed = self.client_list(observer).await?;
            if !ids.iter().any(|id| listed.contains(id)) {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            tokio::time::sleep(LISTING_PAUSE).await;
        }
    }

    /// Whatever has arrived at an actor and was not matched is a finding.
    pub(super) fn no_leftovers(&mut self, name: &str, with_acks: bool) -> Result<(), Stop> {
        let Some(connection) = self.actors.get(name).and_then(|actor| actor.connection.as_ref())
        else {
            return Ok(());
        };
        let inbox = &connection.inbox;
        if let Some(event) = inbox.events.front() {
            let message = format!("{name} received {}, which no step expects", describe(event));
            return Err(Stop::Broken(
                Finding::new(message).comparing("nothing more", self.unmatched()),
            ));
        }
        if let Some(packet) = inbox.packets.front() {
            let message = format!("{name} received {packet:?}, which no step expects");
            return Err(Stop::broken(message));
        }
        let stray = inbox.acks.iter().find(|(_, acks)| !acks.is_empty());
        if let (Some((number, acks)), true) = (stray, with_acks) {
            let data = acks.front().map(|ack| shorten(&ack.data.json, 200)).unwrap_or_default();
            let request = self.asked.iter().find(|(_, asked)| {
                asked.actor == name
                    && asked.generation == connection.generation
                    && asked.number == *number
            });
            let message = match request {
                Some((request, _)) => {
                    format!("{name} received an ack of {request} that no step expects")
                }
                None => format!("{name} received an ack of something that it never asked for"),
            };
            return Err(Stop::Broken(Finding::new(message).comparing("no ack", data)));
        }
        if inbox.closed.is_some() && !connection.end_seen {
            return Err(self.lost(name));
        }
        Ok(())
    }

    /// The finding that the server has ended an actor's connection.
    pub(super) fn lost(&self, name: &str) -> Stop {
        let connection = self.actors.get(name).and_then(|actor| actor.connection.as_ref());
        let Some(reason) = connection.and_then(|connection| connection.inbox.closed.as_ref())
        else {
            return Stop::broken(format!("{name} is not connected"));
        };
        let message = format!("the server ended the connection of {name}");
        let actual = format!("{reason}\n{}", self.unmatched());
        Stop::Broken(Finding::new(message).comparing("an open connection", actual))
    }

    /// Everything that has arrived and is not matched, in words.
    pub(super) fn unmatched(&self) -> String {
        let mut lines = Vec::new();
        for actor in self.actors.values() {
            let Some(connection) = &actor.connection else { continue };
            let inbox = &connection.inbox;
            for event in inbox.events.iter().take(5) {
                lines.push(format!("at {}: {}", actor.name, describe(event)));
            }
            if inbox.events.len() > 5 {
                lines.push(format!("at {}: … {} events", actor.name, inbox.events.len()));
            }
            if let Some(reason) = &inbox.closed {
                lines.push(format!("at {}: {reason}", actor.name));
            }
        }
        if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
    }
}

/// An event in words.
pub(super) fn describe(event: &super::actor::EventSeen) -> String {
    let (name, args) = event.parts();
    let ack = if event.ack.is_some() { ", asking for an ack" } else { "" };
    format!("event {name} {}{ack}", shorten(&args, 200))
}
