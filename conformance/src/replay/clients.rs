//! The clients of a replay: peers of the player, and what came to them in the words of the
//! recording.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sio_p2p_transport::{CloseReason, ConnectError, ConnectOptions, Data, EioVersion, Packet};

use super::names::Names;
use super::play::{Replay, Stop};
use super::sequence::Row;
use crate::attachments::{strings, to_wire};
use crate::player::peer::actor::Connection;
use crate::player::peer::connect;
use crate::record::{Kind, Line};

/// A client of the recording.
#[derive(Debug)]
pub(super) struct Client {
    /// The peer that it is.
    pub(super) actor: String,
    /// The payload by which it asked for its namespace.
    pub(super) auth: Option<String>,
    /// It has left by itself and not come back.
    pub(super) gone: bool,
    /// What has come and was not looked at, in the order of arrival.
    pub(super) inbox: VecDeque<Line>,
    /// Numbers of the acks that the server asked for, by those of the recording.
    pub(super) asked: BTreeMap<u64, u64>,
    /// Numbers of its questions for the list of clients.
    pub(super) lists: BTreeSet<u64>,
}

impl Client {
    /// A client that has not connected.
    pub(super) fn new(actor: String) -> Self {
        Self {
            actor,
            auth: None,
            gone: false,
            inbox: VecDeque::new(),
            asked: BTreeMap::new(),
            lists: BTreeSet::new(),
        }
    }

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
    /// The connection of a client, until it leaves.
    pub(super) fn connection(&mut self, client: &str) -> Option<&mut Connection> {
        let actor = &self.clients.get(client)?.actor;
        self.play.peers.actors.get_mut(actor)?.connection.as_mut()
    }

    /// The clients that have not left.
    pub(super) fn connected(&self) -> Vec<String> {
        let peers = &self.play.peers.actors;
        let is_connected = |client: &Client| {
            let peer = peers.get(&client.actor);
            peer.is_some_and(|peer| peer.connection.is_some())
        };
        let clients = self.clients.iter();
        let clients = clients.filter(|(_, client)| is_connected(client));
        clients.map(|(name, _)| name.clone()).collect()
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
            let actor = &self.clients.get(client)?.actor;
            if !self.play.peers.is_open(actor) || !self.play.arrival(wait).await {
                return None;
            }
        }
    }

    /// What is first of what has come to a client.
    pub(super) fn first(&self, client: &str) -> Option<Line> {
        self.clients.get(client)?.inbox.front().cloned()
    }

    /// Takes in one thing that has arrived at a client, if there is any.
    fn take_in(&mut self, client: &str) -> bool {
        let Some(client) = self.clients.get_mut(client) else {
            return false;
        };
        let peer = self.play.peers.actors.get_mut(&client.actor);
        let connection = peer.and_then(|peer| peer.connection.as_mut());
        connection.is_some_and(|connection| client.take_in(connection, &self.names))
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

    fn options(&mut self, actor: &str, auth: Option<&str>) -> Result<ConnectOptions, Stop> {
        let options = connect::options(&mut self.play, actor)?;
        // What the user says stands above what was recorded, which may be left out.
        let access = &self.play.peers.road.access;
        let own = access.auth.is_some() || access.token.is_some();
        let eio = self.play.peers.get(actor)?.eio;
        Ok(match auth {
            Some(auth) if !own && eio == EioVersion::V4 => {
                options.auth(strings(auth, &mut |text| self.names.sent(text)))
            }
            _ => options,
        })
    }

    /// Connects a client; says how the server refuses it, if it does.
    async fn try_to_connect(&mut self, client: &str) -> Result<Option<ConnectError>, Stop> {
        let Some(known) = self.clients.get_mut(client) else {
            return Err(Stop::different(format!("{client} is not known")));
        };
        let (actor, auth) = (known.actor.clone(), known.auth.clone());
        *known = Client::new(actor.clone());
        known.auth.clone_from(&auth);
        let options = self.options(&actor, auth.as_deref())?;
        let mailbox = self.play.peers.mailbox.clone();
        let peer = self.play.peers.get(&actor)?;
        match peer.connect(&options, None, &mailbox).await {
            Ok(handshake) => {
                if let Some(sid) = handshake.sid {
                    self.names.bind(&format!("<sid:{client}>"), &sid);
                }
                Ok(None)
            }
            Err(error @ (ConnectError::Unreachable { .. } | ConnectError::InvalidOptions(_))) => {
                Err(Stop::untestable(error.to_string()))
            }
            Err(error) => Ok(Some(error)),
        }
    }

    pub(super) async fn connect(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        match self.try_to_connect(&line.client).await? {
            None => {
                self.rows.push(Row::same(line, "connect".to_owned()));
                Ok(())
            }
            Some(error) => {
                self.rows.push(Row::other(line, Some(error.to_string())));
                let why = format!("{} is not accepted", line.client);
                Err(Stop::different(why))
            }
        }
    }

    pub(super) async fn refused(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        let seen = match self.try_to_connect(&line.client).await? {
            Some(ConnectError::Refused(refusal)) => {
                format!("[{}]", refusal.data.unwrap_or_default())
            }
            Some(error) => error.to_string(),
            None => {
                if let Some(connection) = self.part(&line.client) {
                    connection.leave(self.play.deadline).await;
                }
                "connect".to_owned()
            }
        };
        if self.names.fits(&line.list(), &seen) {
            self.rows
                .push(Row::same(line, format!("connect_error {seen}")));
            self.matched += 1;
            return Ok(());
        }
        self.rows.push(Row::other(line, Some(seen)));
        let why = format!("{} is not refused as it was", line.client);
        Err(Stop::different(why))
    }

    pub(super) async fn leave(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        // Whatever it has caused at itself is there when its echo is. If it left at once after
        // its last packet, what that caused came too late to be recorded.
        let at_once = self.busy.as_ref() == Some(&line.client);
        self.echo(&line.client).await?;
        self.nothing_left(&line.client, at_once)?;
        self.rows.push(Row::sent(line));
        let Some(connection) = self.part(&line.client) else {
            return Ok(());
        };
        self.busy = None;
        if let Some(client) = self.clients.get_mut(&line.client) {
            client.gone = true;
        }
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
        let client = self.clients.get_mut(client)?;
        client.inbox.clear();
        let peer = self.play.peers.actors.get_mut(&client.actor)?;
        peer.connection.take()
    }

    pub(super) async fn send(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        self.rows.push(Row::sent(line));
        if self.connection(&line.client).is_none() {
            let why = format!("{} is no longer connected", line.client);
            return Err(Stop::different(why));
        }
        let Some(packet) = self.packet(line) else {
            return Ok(());
        };
        if let Some(connection) = self.connection(&line.client)
            && let Err(error) = connection.send(packet).await
        {
            return Err(Stop::different(format!("{}: {error}", line.client)));
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
