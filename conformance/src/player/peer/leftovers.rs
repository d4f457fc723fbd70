//! The end of a story: departures are noticed, everything is fenced, nothing is left.

use std::collections::BTreeSet;

use sio_p2p_transport::CloseReason;

use crate::json::shorten;
use crate::player::client::finish;
use crate::player::finding::Finding;
use crate::player::peer::{Peers, fences};
use crate::player::play::Play;
use crate::player::stop::Stop;

impl Peers {
    /// Whatever has arrived at an actor and was not matched is a finding.
    pub(crate) fn no_leftovers(&self, name: &str, with_acks: bool) -> Result<(), Stop> {
        let Some(connection) = self
            .actors
            .get(name)
            .and_then(|actor| actor.connection.as_ref())
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
        if let Some((_, packet)) = inbox.packets.front() {
            let message = format!("{name} received {packet:?}, which no step expects");
            return Err(Stop::broken(message));
        }
        let stray = inbox.acks.iter().find(|(_, acks)| !acks.is_empty());
        if let (Some((number, acks)), true) = (stray, with_acks) {
            let data = acks
                .front()
                .map(|ack| shorten(&ack.data.json, 200))
                .unwrap_or_default();
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
            return Err(Stop::Broken(
                Finding::new(message).comparing("no ack", data),
            ));
        }
        if inbox.closed.is_some() && !connection.end_seen {
            return Err(self.lost(name));
        }
        Ok(())
    }

    /// The finding that the server has ended an actor's connection.
    pub(crate) fn lost(&self, name: &str) -> Stop {
        let connection = self
            .actors
            .get(name)
            .and_then(|actor| actor.connection.as_ref());
        let Some(reason) = connection.and_then(|connection| connection.inbox.closed.as_ref())
        else {
            return Stop::broken(format!("{name} is not connected"));
        };
        let message = match reason {
            // This side hung up, and had to: saying that the server did would mislead.
            CloseReason::InvalidPacket { .. } | CloseReason::WebSocket(_) => {
                format!("{name} was sent something that is not a packet")
            }
            CloseReason::Limit(_) => format!("{name} was sent more than a client takes"),
            CloseReason::HeartbeatTimeout => format!("the server fell silent towards {name}"),
            _ => format!("the server ended the connection of {name}"),
        };
        let actual = format!("{reason}\n{}", self.unmatched());
        Stop::Broken(Finding::new(message).comparing("an open connection", actual))
    }

    /// Everything that has arrived and is not matched, in words.
    pub(crate) fn unmatched(&self) -> String {
        let mut lines = Vec::new();
        for actor in self.actors.values() {
            let Some(connection) = &actor.connection else {
                continue;
            };
            let inbox = &connection.inbox;
            for event in inbox.events.iter().take(5) {
                lines.push(format!("at {}: {}", actor.name, describe(event)));
            }
            if inbox.events.len() > 5 {
                lines.push(format!(
                    "at {}: … {} events",
                    actor.name,
                    inbox.events.len()
                ));
            }
            if let Some(reason) = &inbox.closed {
                lines.push(format!("at {}: {reason}", actor.name));
            }
        }
        if lines.is_empty() {
            "nothing".to_owned()
        } else {
            lines.join("\n")
        }
    }
}

/// The end of the story: everything is fenced, and nothing is left unmatched.
pub(crate) async fn nothing_left(play: &mut Play) -> Result<(), Stop> {
    play.drain();
    departures_noticed(play).await?;
    let open = play.peers.open_names();
    fences::fence_all(play, &open, &BTreeSet::new()).await?;
    finish::fence_clients(play).await?;
    // What the clients under test have sent meanwhile.
    if !play.clients.all.is_empty() {
        fences::fence_all(play, &open, &BTreeSet::new()).await?;
    }
    play.drain();
    finish::are_done(play).await?;
    for name in play.peers.actors.keys().cloned().collect::<Vec<_>>() {
        play.peers.no_leftovers(&name, true)?;
    }
    Ok(())
}

/// Waits until the server has noticed who has left, if anybody is there to ask. A server
/// that never forgets is not judged here: other scenarios are about that.
async fn departures_noticed(play: &mut Play) -> Result<(), Stop> {
    let open = play.peers.open_names();
    let present: BTreeSet<_> = open
        .iter()
        .filter_map(|name| play.bindings.id(name))
        .map(str::to_owned)
        .collect();
    let gone: Vec<_> = play
        .peers
        .actors
        .values()
        .filter(|actor| actor.left && actor.generations > 0)
        .filter_map(|actor| play.bindings.id(&actor.name))
        .filter(|id| !present.contains(*id))
        .map(str::to_owned)
        .collect();
    let observer = open
        .iter()
        .find(|name| play.bindings.id(name).is_some())
        .cloned();
    let (Some(observer), false) = (observer, gone.is_empty()) else {
        return Ok(());
    };
    let _ = fences::unlisted(play, &observer, &gone).await?;
    Ok(())
}

/// An event in words.
pub(crate) fn describe(event: &crate::player::peer::actor::EventSeen) -> String {
    let (name, args) = event.parts();
    let ack = if event.ack.is_some() {
        ", asking for an ack"
    } else {
        ""
    };
    format!("event {name} {}{ack}", shorten(&args, 200))
}
