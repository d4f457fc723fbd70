//! What a recording cannot show: that the server has read what was sent, has noticed who has
//! left, and that nothing more comes. Round trips prove it, see the fences of the runner.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sio_p2p_protocol::ListClientsAck;
use sio_p2p_transport::{Packet, PacketSocket};
use tokio::time::Instant;

use super::connection::{Connection, ECHO, FENCE};
use super::names::Names;
use super::play::{Play, Stop};
use super::sequence::Row;
use crate::player::peer::lowering;
use crate::player::play::bindings::{Rendered, fresh};
use crate::record::recording::client_id;
use crate::record::{Kind, Recording};

/// How long a departure is waited for that a server may never notice.
const DEPARTURE: Duration = Duration::from_secs(1);
/// Pause between two looks at the list of clients.
const LISTING_PAUSE: Duration = Duration::from_millis(2);

impl Play<'_> {
    /// The server has read everything that another client has sent.
    pub(super) async fn settle(&mut self, actor: Option<&str>) -> Result<(), Stop> {
        match self.busy.take() {
            Some(busy) if actor == Some(busy.as_str()) => {
                self.busy = Some(busy);
                Ok(())
            }
            Some(busy) => self.echo(&busy).await,
            None => Ok(()),
        }
    }

    /// A round trip of a client's own connection.
    pub(super) async fn echo(&mut self, client: &str) -> Result<(), Stop> {
        self.fences += 1;
        let namespace = format!("{ECHO}{}", self.fences);
        let Some(connection) = self.clients.get_mut(client) else {
            return Ok(());
        };
        let packet = Packet::Connect {
            namespace: namespace.clone(),
            data: None,
        };
        // If it is closed, the next line about it will show that.
        let sent = connection.sender().send(packet).await.is_ok();
        if sent && !come(connection, &namespace, &self.names, self.setting.patience).await {
            return Err(Stop::Different(format!(
                "the server does not answer {client} any more"
            )));
        }
        Ok(())
    }

    /// Waits until the server has noticed that a client has left. One that never does is not
    /// judged by that.
    pub(super) async fn departed(&mut self, client: &str) -> Result<(), Stop> {
        let id = self.queries.get(client).and_then(|query| client_id(query));
        let Some(id) = id else {
            return Ok(());
        };
        let shared = self.clients.keys().any(|other| {
            let query = self.queries.get(other);
            query.and_then(|query| client_id(query)).as_ref() == Some(&id)
        });
        if shared {
            return Ok(());
        }
        let id = self.names.sent(&id).unwrap_or(id);
        let until = Instant::now() + DEPARTURE;
        while Instant::now() < until {
            if !self.listed().await?.contains(&id) {
                return Ok(());
            }
            tokio::time::sleep(LISTING_PAUSE).await;
        }
        Ok(())
    }

    /// The ids in the server's list of clients.
    async fn listed(&mut self) -> Result<Vec<String>, Stop> {
        let lost = |why: String| Stop::Untestable(format!("the list of clients: {why}"));
        if self.watcher.is_none() {
            let eio = self.setting.eio.unwrap_or_else(|| self.recording.eio());
            let options = self.setting.access.options(&self.setting.url, eio);
            let options = options
                .map_err(|error| lost(error.to_string()))?
                .connect_timeout(self.setting.patience)
                .query("clientId", &format!("watcher-{}", fresh()));
            let socket = PacketSocket::connect(&options).await;
            let socket = socket.map_err(|error| lost(error.to_string()))?;
            self.watcher = Some(Connection::new(socket));
        }
        let Some(watcher) = &mut self.watcher else {
            return Ok(Vec::new());
        };
        let packet = Packet::Event {
            namespace: "/".to_owned(),
            data: lowering::list_clients().data,
            ack: Some(0),
        };
        let sent = watcher.sender().send(packet).await;
        sent.map_err(|error| lost(error.to_string()))?;
        let until = Instant::now() + self.setting.patience;
        // Its own ids are not renamed, so that no name of the list is.
        let plain = Names::new(
            &Recording {
                path: String::new(),
                lines: Vec::new(),
                differences: Vec::new(),
            },
            true,
        );
        while watcher.peek(&plain, until).await.is_some() {
            let Some(seen) = watcher.pop().filter(|seen| seen.kind != Kind::Close) else {
                break;
            };
            if seen.kind == Kind::Ack {
                let answer = ListClientsAck::decode(&seen.args);
                let answer = answer.map_err(|error| lost(error.to_string()))?;
                let ids = answer.0.iter().map(|id| id.as_str().to_owned());
                return Ok(ids.collect());
            }
        }
        Err(lost("no answer".to_owned()))
    }

    /// Everything has come, and nothing more does.
    pub(super) async fn nothing_more(&mut self) -> Result<(), Stop> {
        // Twice: a server may put an event off.
        for _ in 0..2 {
            for client in self.clients.keys().cloned().collect::<Vec<_>>() {
                self.echo(&client).await?;
            }
            self.fence_pairs().await?;
        }
        for client in self.clients.keys().cloned().collect::<Vec<_>>() {
            self.nothing_left(&client, false)?;
        }
        match self.floating.first() {
            Some(difference) => Err(Stop::Stale(format!(
                "what {} says comes after line {} does not come",
                difference.why,
                difference.after.unwrap_or_default()
            ))),
            None => Ok(()),
        }
    }

    /// Nothing that has come to a client is neither recorded nor meant; if it is `leaving` in the
    /// midst of things, only what is meant is looked at.
    pub(super) fn nothing_left(&mut self, client: &str, leaving: bool) -> Result<(), Stop> {
        while let Some(seen) = self.clients.get_mut(client).and_then(Connection::pop) {
            // The transport ends after the goodbye of the server.
            let ended = self.rows.iter().any(|row| row.is_end_of(client));
            if seen.kind == Kind::Close && ended {
                continue;
            }
            if let Some(connection) = self.clients.get_mut(client) {
                connection.put_back(seen.clone());
            }
            if self.is_floating(client, &seen) {
                continue;
            }
            self.not_stale(client, &seen)?;
            if leaving {
                self.clients.get_mut(client).and_then(Connection::pop);
                continue;
            }
            self.rows.push(Row::surplus(client, seen.to_string()));
            return Err(Stop::Different(format!(
                "{client} gets more than was recorded"
            )));
        }
        Ok(())
    }

    /// A message from everybody to everybody, as far as they have ids of their own.
    async fn fence_pairs(&mut self) -> Result<(), Stop> {
        let ids: BTreeMap<String, String> = self
            .queries
            .iter()
            .filter_map(|(client, query)| Some((client.clone(), client_id(query)?)))
            .collect();
        let once = |id: &String| ids.values().filter(|other| *other == id).count() == 1;
        let open: BTreeSet<_> = self
            .clients
            .iter()
            .filter(|(_, connection)| connection.is_open())
            .map(|(client, _)| client.clone())
            .collect();
        let mut waiting = Vec::new();
        for from in &open {
            let Some(source) = ids.get(from) else {
                continue;
            };
            for to in &open {
                let Some(target) = ids.get(to).filter(|id| once(id)) else {
                    continue;
                };
                self.fences += 1;
                let event = format!("{FENCE}{}", self.fences);
                let full = |id: &String| format!("{id}-{}", self.names.run());
                let args = Rendered {
                    json: "[]".to_owned(),
                    attachments: Vec::new(),
                };
                let message = lowering::message(
                    self.setting.dialect,
                    Some(&full(source)),
                    &full(target),
                    &event,
                    args,
                    false,
                )
                .map_err(Stop::NotApplicable)?;
                let packet = Packet::Event {
                    namespace: "/".to_owned(),
                    data: message.data,
                    ack: None,
                };
                if let Some(connection) = self.clients.get(from)
                    && connection.sender().send(packet).await.is_ok()
                {
                    waiting.push((from, to, event));
                }
            }
        }
        for (from, to, event) in waiting {
            if let Some(connection) = self.clients.get_mut(to)
                && !come(connection, &event, &self.names, self.setting.patience).await
            {
                return Err(Stop::Different(format!(
                    "a message from {from} to {to} does not arrive"
                )));
            }
        }
        Ok(())
    }
}

/// Waits until an echo or a fence has come; a connection that ends is not waited for.
async fn come(connection: &mut Connection, fence: &str, names: &Names, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    while !connection.fences.remove(fence) {
        if !connection.is_open() && connection.closed.is_some() {
            return true;
        }
        if !connection.receive(names, until).await {
            return connection.closed.is_some();
        }
    }
    true
}
