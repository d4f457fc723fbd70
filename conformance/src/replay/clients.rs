//! The clients of a replay: peers of the player, and what came to them in the words of the
//! recording.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sio_p2p_transport::{CloseReason, ConnectError, ConnectOptions, Data, EioVersion, Packet};

use super::names::Names;
use super::play::Replay;
use super::sequence::{Mark, Row};
use super::{Stop, Verdict};
use crate::attachments::{strings, to_wire};
use crate::player::peer::actor::{Actor, Connection};
use crate::player::peer::connect;
use crate::record::recording::Open;
use crate::record::{Kind, Line};
use crate::scenario::text::Text;

/// What a replay knows of a client, besides the peer that it is.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// The payload by which it asked for its namespace.
    pub(super) auth: Option<String>,
    /// What has come and was not looked at, in the order of arrival.
    pub(super) inbox: VecDeque<Line>,
    /// Numbers of the acks that the server asked for, by those of the recording.
    pub(super) asked: BTreeMap<u64, u64>,
    /// Numbers of its questions for the list of clients.
    pub(super) lists: BTreeSet<u64>,
}

impl Client {
    /// Puts the next that has arrived on its connection into its inbox, if there is any.
    fn take_in(&mut self, connection: &mut Connection, names: &Names) -> bool {
        if let Some(mut packet) = connection.inbox.pop_first() {
            if let Packet::Ack { data, id, .. } = &mut packet
                && self.lists.contains(id)
            {
                *data = Data::new(names.received_list(&data.json));
            }
            let seen = Line::of_packet(packet, &mut |text| names.received(text));
            self.inbox.push_back(seen);
            return true;
        }
        let Some(reason) = connection
            .inbox
            .closed
            .as_ref()
            .filter(|_| !connection.end_seen)
        else {
            return false;
        };
        if matches!(reason, CloseReason::ServerDisconnect) {
            self.inbox.push_back(Line::new(Kind::Disconnect));
        }
        self.inbox.push_back(Line::new(Kind::Close));
        connection.end_seen = true;
        true
    }
}

impl Replay<'_> {
    /// A client begins to connect.
    pub(super) fn open(&mut self, open: Open<'_>) {
        let check = &self.play.check;
        let name = open.client.to_owned();
        let new = || Actor::new(&name, check.dialect, check.eio);
        let peer = self.play.peers.actors.entry(name.clone());
        let peer = peer.or_insert_with(new);
        peer.eio = self.eio.or(open.eio).unwrap_or(check.eio);
        peer.query = Some(Text::literal(self.names.query(&open.query)));
        let id = open.id.map(|id| self.names.sent(&id).unwrap_or(id));
        self.play.bindings.introduce(&name, id);
        self.clients.entry(name).or_default();
    }

    /// The connection of a client, until it leaves.
    pub(super) fn connection(&mut self, client: &str) -> Option<&mut Connection> {
        self.play.peers.actors.get_mut(client)?.connection.as_mut()
    }

    /// The clients that have not left.
    pub(super) fn connected(&self) -> Vec<String> {
        let peers = &self.play.peers.actors;
        let is_connected = |client: &&String| {
            let peer = peers.get(*client);
            peer.is_some_and(|peer| peer.connection.is_some())
        };
        self.clients.keys().filter(is_connected).cloned().collect()
    }

    /// What is next at a client, without taking it; `None` if nothing comes in time.
    pub(super) async fn next(&mut self, client: &str) -> Option<Line> {
        let wait = self.play.wait();
        loop {
            if let Some(seen) = self.first(client) {
                return Some(seen);
            }
            self.play.drain();
            if self.take_in(client) {
                continue;
            }
            if !self.play.peers.is_open(client) || !self.play.arrival(wait).await {
                return None;
            }
        }
    }

    /// What is first of what has come to a client.
    pub(super) fn first(&self, client: &str) -> Option<Line> {
        self.clients.get(client)?.inbox.front().cloned()
    }

    /// Takes in one thing that has arrived at a client, if there is any.
    fn take_in(&mut self, name: &str) -> bool {
        let peer = self.play.peers.actors.get_mut(name);
        let connection = peer.and_then(|peer| peer.connection.as_mut());
        match (self.clients.get_mut(name), connection) {
            (Some(client), Some(connection)) => client.take_in(connection, &self.names),
            _ => false,
        }
    }

    /// Takes in everything that has arrived at a client.
    pub(super) fn take_in_all(&mut self, client: &str) {
        self.play.drain();
        while self.take_in(client) {}
    }

    /// Takes what [`next`](Self::next) has shown.
    pub(super) fn pop(&mut self, client: &str) -> Option<Line> {
        self.clients.get_mut(client)?.inbox.pop_front()
    }

    fn options(&mut self, client: &str) -> Result<ConnectOptions, Stop> {
        let options = connect::options(&mut self.play, client)?;
        // What the user says stands above what was recorded, which may be left out.
        let access = &self.play.peers.road.access;
        let own = access.auth.is_some() || access.token.is_some();
        let recorded = self.clients.get(client).and_then(|it| it.auth.as_deref());
        Ok(match (recorded, self.play.peers.get(client)?.eio) {
            (Some(auth), EioVersion::V4) if !own => {
                options.auth(strings(auth, &mut |text| self.names.sent(text)))
            }
            _ => options,
        })
    }

    /// Connects a client; says how the server refuses it, if it does.
    async fn try_to_connect(&mut self, client: &str) -> Result<Option<ConnectError>, Stop> {
        let options = self.options(client)?;
        if let Some(client) = self.clients.get_mut(client) {
            *client = Client {
                auth: client.auth.take(),
                ..Client::default()
            };
        }
        let mailbox = self.play.peers.mailbox.clone();
        let peer = self.play.peers.get(client)?;
        match peer.connect(&options, None, &mailbox).await {
            Ok(handshake) => {
                if let Some(sid) = handshake.sid {
                    self.names.bind(&format!("<sid:{client}>"), &sid);
                }
                Ok(None)
            }
            Err(error @ (ConnectError::Unreachable { .. } | ConnectError::InvalidOptions(_))) => {
                Err(Verdict::Untestable.because(error.to_string()))
            }
            Err(error) => Ok(Some(error)),
        }
    }

    /// A client is accepted, or refused, as it was.
    pub(super) async fn connect(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        let was_refused = line.kind == Kind::ConnectError;
        let seen = match self.try_to_connect(&line.client).await? {
            None => "connect".to_owned(),
            Some(ConnectError::Refused(refusal)) if was_refused => {
                format!("[{}]", refusal.data.unwrap_or_default())
            }
            Some(error) => error.to_string(),
        };
        let is_accepted = self.connection(&line.client).is_some();
        let (fits, why) = if was_refused {
            (self.names.fits(&line.list(), &seen), "refused as it was")
        } else {
            (is_accepted, "accepted")
        };
        if was_refused && let Some(connection) = self.part(&line.client) {
            connection.leave(self.play.deadline).await;
        }
        if !fits {
            self.rows.push(Row::new(line, Mark::Other, Some(seen)));
            let why = format!("{} is not {why}", line.client);
            return Err(Verdict::Different.because(why));
        }
        self.rows.push(Row::same(line));
        self.matched += usize::from(was_refused);
        Ok(())
    }

    pub(super) async fn leave(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        // Whatever it has caused at itself is there when its echo is. If it left at once after
        // its last packet, what that caused came too late to be recorded.
        let at_once = self.busy.as_ref() == Some(&line.client);
        self.echo(&line.client).await?;
        self.nothing_left(&line.client, at_once)?;
        self.rows.push(Row::same(line));
        let Some(connection) = self.part(&line.client) else {
            return Ok(());
        };
        self.busy = None;
        self.play.peers.get(&line.client)?.left = true;
        if line.kind == Kind::Disconnect {
            connection.leave(self.play.deadline).await;
        } else {
            connection.abort().await;
        }
        self.departed(&line.client).await
    }

    /// The server learns that the transport of a client is gone, whoever closes it.
    pub(super) async fn break_off(&mut self, client: &str) -> Result<(), Stop> {
        match self.part(client) {
            Some(connection) => {
                connection.abort().await;
                self.departed(client).await
            }
            None => Ok(()),
        }
    }

    /// Takes the connection from a client, and what waits there.
    fn part(&mut self, client: &str) -> Option<Connection> {
        self.clients.get_mut(client)?.inbox.clear();
        self.play.peers.actors.get_mut(client)?.connection.take()
    }

    pub(super) async fn send(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        self.rows.push(Row::same(line));
        if self.connection(&line.client).is_none() {
            let why = format!("{} is no longer connected", line.client);
            return Err(Verdict::Different.because(why));
        }
        let Some(packet) = self.packet(line) else {
            return Ok(());
        };
        if let Some(connection) = self.connection(&line.client)
            && let Err(error) = connection.send(packet).await
        {
            return Err(Verdict::Different.because(format!("{}: {error}", line.client)));
        }
        self.busy = Some(line.client.clone());
        Ok(())
    }

    /// What a client sent, under the names of this replay.
    fn packet(&mut self, line: &Line) -> Option<Packet> {
        let namespace = line.nsp.clone().unwrap_or_else(|| "/".to_owned());
        let client = self.clients.get_mut(&line.client)?;
        let mut rename = |text: &str| self.names.sent(text);
        Some(match line.kind {
            Kind::Event => {
                if line.event.as_deref() == Some("LIST_CLIENTS") {
                    client.lists.extend(line.id);
                }
                Packet::Event {
                    namespace,
                    data: to_wire(&line.event_list(), &mut rename),
                    ack: line.id,
                }
            }
            Kind::Ack => Packet::Ack {
                namespace,
                data: to_wire(&line.list(), &mut rename),
                // An ack of what the server has not asked for keeps its number.
                id: line
                    .id
                    .map_or(0, |id| client.asked.get(&id).copied().unwrap_or(id)),
            },
            Kind::Connect => Packet::Connect {
                namespace,
                data: line.args.first().map(|data| data.get().to_owned()),
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::peer::actor::{AckSeen, Inbox};
    use crate::player::play::event::EventSeen;

    #[test]
    fn what_has_arrived_is_taken_in_the_order_of_arrival() {
        let mut inbox = Inbox::default();
        let ack = |order, json: &str| AckSeen {
            order,
            data: Data::new(json),
        };
        let event = EventSeen {
            order: 1,
            data: Data::new(r#"["x"]"#),
            ack: None,
        };
        let namespace = "/other".to_owned();
        inbox.acks.entry(7).or_default().push_back(ack(0, "[]"));
        inbox.acks.entry(3).or_default().push_back(ack(3, "[1]"));
        inbox.events.push_back(event);
        let packet = Packet::Disconnect { namespace };
        inbox.packets.push_back((2, packet));
        let packets = std::iter::from_fn(|| inbox.pop_first());
        let lines = packets.map(|packet| Line::of_packet(packet, &mut |_| None).to_string());
        let lines: Vec<_> = lines.collect();
        assert_eq!(lines, ["ack #7 []", "x", "disconnect", "ack #3 [1]"]);
    }
}
