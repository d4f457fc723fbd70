//! What has arrived and no step has matched.

use sio_p2p_transport::CloseReason;

use crate::blame::{Asked, How, Sign, Subject};
use crate::json::{shorten, unquote};
use crate::player::peer::Peers;
use crate::player::play::finding::NOTHING;
use crate::player::play::stop::Stop;

impl Peers {
    /// Whatever has arrived at an actor and was not matched is a finding.
    pub(crate) fn no_leftovers(&self, name: &str, with_acks: bool) -> Result<(), Stop> {
        let Some(connection) = self.connection(name) else {
            return Ok(());
        };
        let inbox = &connection.inbox;
        if let Some(event) = inbox.events.front() {
            let message = format!("{name} received {event}, which no step expects");
            let (event, _) = event.parts();
            let event = unquote(&event).unwrap_or(event);
            let stop = Stop::broken(message).comparing("nothing more", self.unmatched());
            return Err(stop.signed(Sign::surplus(&event)));
        }
        if let Some((_, packet)) = inbox.packets.front() {
            let message = format!("{name} received {packet:?}, which no step expects");
            return Err(Stop::broken(message).signed(Sign::about(Subject::Packet, How::Extra)));
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
            let stop = Stop::broken(message).comparing("no ack", data);
            return Err(stop.signed(match request {
                Some((request, _)) if !self.causes.is_answered(request) => Sign::invented_ack(),
                _ => Sign::about(Subject::Ack(Asked::Message), How::Extra),
            }));
        }
        if inbox.closed.is_some() && !connection.end_seen {
            return Err(self.lost(name));
        }
        Ok(())
    }

    /// The finding that the server has ended an actor's connection.
    pub(crate) fn lost(&self, name: &str) -> Stop {
        let connection = self.connection(name);
        let Some(reason) = connection.and_then(|it| it.inbox.closed.as_ref()) else {
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
        let stop = Stop::broken(message).comparing("an open connection", actual);
        stop.signed(How::Lost)
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
                lines.push(format!("at {}: {event}", actor.name));
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
            NOTHING.to_owned()
        } else {
            lines.join("\n")
        }
    }
}
