//! A recording on its way: line after line, in the order in which it was recorded.
//!
//! What the recording says went out is sent; what came in is waited for. A recording is one
//! order of all packets, and its lines are played one after the other. Two things are added,
//! because they cannot be seen in a recording. Before another client acts, the server has to
//! have read what the last one sent; and before anything is sent to a client that has left,
//! the server has to have noticed that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{EioVersion, Packet};
use tokio::time::Instant;

use super::connection::{Connection, Seen};
use super::names::Names;
use super::program::Program;
use super::sequence::Row;
use crate::access::SharedAccess;
use crate::attachments::{strings, to_wire};
use crate::json::quote;
use crate::player::play::trace::Way;
use crate::record::recording::eio_of;
use crate::record::{Difference, Kind, Line, Recording};

/// Why a replay stops before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What comes is not what was recorded.
    Different(String),
    /// A named difference does not occur.
    Stale(String),
    /// The server could not be talked to.
    Untestable(String),
    /// This cannot be played here.
    NotApplicable(String),
}

/// What a replay is played against, and how.
pub(crate) struct Setting {
    pub(crate) url: String,
    pub(crate) access: SharedAccess,
    pub(crate) program: Option<Program>,
    pub(crate) dialect: Dialect,
    /// The generation of Engine.IO, if not the recorded one.
    pub(crate) eio: Option<EioVersion>,
    /// The recorded implementation itself is on trial: nothing is meant to differ.
    pub(crate) exact: bool,
    pub(crate) patience: Duration,
}

/// A replay.
pub(crate) struct Play<'r> {
    pub(super) recording: &'r Recording,
    pub(super) setting: Setting,
    pub(super) names: Names,
    pub(super) clients: BTreeMap<String, Connection>,
    /// Clients that have left by themselves and not come back.
    pub(super) gone: BTreeSet<String>,
    pub(super) queries: BTreeMap<String, String>,
    pub(super) generations: BTreeMap<String, EioVersion>,
    pub(super) auths: BTreeMap<String, String>,
    /// Who has sent something that the server may not have read yet.
    pub(super) busy: Option<String>,
    /// Differences that may come from now on.
    pub(super) floating: Vec<&'r Difference>,
    /// Recorded packets that are meant not to come.
    pub(super) absent: Vec<(&'r Line, &'r Difference)>,
    /// Asks who is there.
    pub(super) watcher: Option<Connection>,
    pub(super) fences: u64,
    pub(crate) rows: Vec<Row>,
    /// How many packets came as they were recorded.
    pub(crate) matched: usize,
    /// How many differences were meant and found.
    pub(crate) meant: usize,
}

impl<'r> Play<'r> {
    pub(crate) fn new(recording: &'r Recording, setting: Setting) -> Self {
        Self {
            names: Names::new(recording, setting.exact),
            recording,
            setting,
            clients: BTreeMap::new(),
            gone: BTreeSet::new(),
            queries: BTreeMap::new(),
            generations: BTreeMap::new(),
            auths: BTreeMap::new(),
            busy: None,
            floating: Vec::new(),
            absent: Vec::new(),
            watcher: None,
            fences: 0,
            rows: Vec::new(),
            matched: 0,
            meant: 0,
        }
    }

    /// Plays all lines and then makes sure that nothing more comes.
    pub(crate) async fn play(&mut self) -> Result<(), Stop> {
        let recording = self.recording;
        for line in &recording.lines {
            self.step(line).await?;
            if !self.setting.exact {
                let after = recording.differences.iter();
                self.floating
                    .extend(after.filter(|difference| difference.after == Some(line.t)));
            }
        }
        self.nothing_more().await
    }

    async fn step(&mut self, line: &'r Line) -> Result<(), Stop> {
        match (line.kind, line.dir) {
            (Kind::Control, _) if line.is_control("open") => {
                let query = line.text(0).unwrap_or_default();
                self.queries.insert(line.client.clone(), query);
                let eio = self.setting.eio.or_else(|| eio_of(line));
                let eio = eio.unwrap_or_else(|| self.recording.eio());
                self.generations.insert(line.client.clone(), eio);
                self.rows.push(Row::sent(line));
            }
            (Kind::Control, _) if line.is_server() => self.act_as_server(line).await?,
            (Kind::Control, _) => {}
            (Kind::Connect, Way::Out) if line.nsp.is_none() => {
                if let Some(auth) = line.args.first() {
                    self.auths
                        .insert(line.client.clone(), auth.get().to_owned());
                }
                self.rows.push(Row::sent(line));
            }
            (Kind::Connect, Way::In) if line.nsp.is_none() => self.connect(line).await?,
            (Kind::ConnectError, Way::In) if !self.clients.contains_key(&line.client) => {
                self.refused(line).await?;
            }
            (Kind::Close, Way::In) if !self.clients.contains_key(&line.client) => {
                // It was closed from this side, or never came about.
                self.rows.push(Row::sent(line));
            }
            (Kind::Disconnect | Kind::Close, Way::Out) => self.leave(line).await?,
            (_, Way::In) if self.gone.contains(&line.client) => {
                // It was on its way when the client left.
                self.rows.push(Row::sent(line));
            }
            (_, Way::Out) => self.send(line).await?,
            (_, Way::In) => self.expect(line).await?,
        }
        Ok(())
    }

    async fn act_as_server(&mut self, line: &'r Line) -> Result<(), Stop> {
        self.settle(None).await?;
        self.rows.push(Row::sent(line));
        if line.is_control("start") {
            return Ok(());
        }
        if line.is_control("close transport of client") {
            // Whoever closes it: the server learns that the transport is gone.
            let client = line.text(0).unwrap_or_default();
            if let Some(connection) = self.clients.remove(&client) {
                connection.sender().abort().await;
                self.departed(&client).await?;
            }
            return Ok(());
        }
        let args = strings(&line.list(), &mut |text| self.names.sent(text));
        let args: Vec<Value> = serde_json::from_str(&args)
            .map_err(|error| Stop::NotApplicable(format!("line {}: {error}", line.t)))?;
        let action = line.event.as_deref().unwrap_or_default();
        let Some(program) = &mut self.setting.program else {
            return Err(Stop::NotApplicable(format!(
                "line {}: the application on the server does {action}, for which no client \
                 can ask",
                line.t
            )));
        };
        let done = program.act(action, &args).await;
        done.map_err(|why| Stop::Different(format!("line {}: {why}", line.t)))
    }

    async fn send(&mut self, line: &'r Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        self.rows.push(Row::sent(line));
        let names = &self.names;
        let mut rename = |text: &str| names.sent(text);
        let Some(connection) = self.clients.get_mut(&line.client) else {
            let why = format!("{} is no longer connected", line.client);
            return Err(Stop::Different(why));
        };
        let namespace = line.nsp.clone().unwrap_or_else(|| "/".to_owned());
        let packet = match line.kind {
            Kind::Event => {
                if let (Some(id), Some(event)) = (line.id, &line.event) {
                    connection.questions.insert(id, event.clone());
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
                    .map_or(0, |id| connection.asked.get(&id).copied().unwrap_or(id)),
            },
            Kind::Connect => Packet::Connect {
                namespace,
                data: line.args.first().map(|data| data.get().to_owned()),
            },
            _ => return Ok(()),
        };
        if let Err(error) = connection.sender().send(packet).await {
            return Err(Stop::Different(format!("{}: {error}", line.client)));
        }
        self.busy = Some(line.client.clone());
        Ok(())
    }

    /// Waits for the packet of a line, or for what is meant to come in its place.
    async fn expect(&mut self, line: &'r Line) -> Result<(), Stop> {
        let mut meant = self.recording.differences.iter();
        let difference = meant.find(|difference| difference.at == Some(line.t));
        let difference = difference.filter(|_| !self.setting.exact);
        let expected = match difference {
            Some(difference) => {
                self.meant += 1;
                let Some(comes) = &difference.comes else {
                    self.absent.push((line, difference));
                    self.rows.push(Row::meant(line, &difference.why, None));
                    return Ok(());
                };
                comes
            }
            None => line,
        };
        let until = Instant::now() + self.setting.patience;
        loop {
            let Some(connection) = self.clients.get_mut(&line.client) else {
                self.rows.push(Row::other(line, None));
                return Err(Stop::Different(format!("{} is not connected", line.client)));
            };
            let Some(seen) = connection.peek(&self.names, until).await.cloned() else {
                self.rows.push(Row::other(line, None));
                let text = match difference {
                    Some(Difference { why, .. }) => {
                        return Err(Stop::Stale(format!(
                            "what {why} says comes at line {} does not come",
                            line.t
                        )));
                    }
                    None => format!("{} does not get what was recorded", line.client),
                };
                return Err(Stop::Different(text));
            };
            if self.is_same(expected, &seen) {
                self.take(line, &seen, difference);
                return Ok(());
            }
            if self.is_floating(&line.client, &seen) {
                continue;
            }
            self.not_stale(&line.client, &seen)?;
            if difference.is_some() && self.is_same(line, &seen) {
                let why = difference.map_or("", |difference| &difference.why);
                return Err(Stop::Stale(format!(
                    "line {} comes as it was recorded, although {why} says otherwise",
                    line.t
                )));
            }
            self.rows.push(Row::other(line, Some(seen.to_string())));
            return Err(Stop::Different(format!(
                "{} gets something else than was recorded",
                line.client
            )));
        }
    }

    fn take(&mut self, line: &'r Line, seen: &Seen, difference: Option<&Difference>) {
        if let Some(connection) = self.clients.get_mut(&line.client) {
            connection.pop();
            if let (Kind::Event, Some(recorded), Some(seen)) = (line.kind, line.id, seen.id) {
                connection.asked.insert(recorded, seen);
            }
        }
        self.rows.push(match difference {
            Some(difference) => Row::meant(line, &difference.why, Some(seen.to_string())),
            None => Row::same(line, seen.to_string()),
        });
        self.matched += usize::from(difference.is_none());
        // Whatever it has sent before has been read, if this is the answer.
        if line.kind == Kind::Ack && self.busy.as_ref() == Some(&line.client) {
            self.busy = None;
        }
    }

    pub(super) fn is_same(&mut self, line: &Line, seen: &Seen) -> bool {
        if line.kind != seen.kind {
            return false;
        }
        let ids = match line.kind {
            Kind::Ack => line.id == seen.id,
            Kind::Event => line.id.is_some() == seen.id.is_some(),
            // What the transport says of its end is its own affair.
            _ => return true,
        };
        let name = |event: &Option<String>| quote(event.as_deref().unwrap_or_default());
        let mut recorded = line.list();
        if line.kind == Kind::Ack {
            let connection = self.clients.get(&line.client);
            let question = connection.and_then(|open| open.questions.get(&line.id?));
            if question.is_some_and(|event| event == "LIST_CLIENTS") {
                recorded = self.names.recorded_list(&recorded);
            }
        }
        let recorded = format!("[{},{recorded}]", name(&line.event));
        let seen = format!("[{},{}]", name(&seen.event), seen.args);
        ids && self.names.fits(&recorded, &seen)
    }

    /// Whether this is a difference that is meant and may come by now. If so, it is taken.
    pub(super) fn is_floating(&mut self, client: &str, seen: &Seen) -> bool {
        for index in 0..self.floating.len() {
            let difference = self.floating[index];
            let Some(comes) = difference
                .comes
                .as_ref()
                .filter(|_| difference.client == client)
            else {
                continue;
            };
            if self.is_same(comes, seen) {
                if let Some(connection) = self.clients.get_mut(client) {
                    connection.pop();
                }
                self.floating.remove(index);
                self.meant += 1;
                let row = Row::meant(comes, &difference.why, Some(seen.to_string()));
                self.rows.push(row.unrecorded());
                return true;
            }
        }
        false
    }

    /// Fails if this is what a difference says does not come.
    pub(super) fn not_stale(&mut self, client: &str, seen: &Seen) -> Result<(), Stop> {
        for (line, difference) in self.absent.clone() {
            if line.client == client && self.is_same(line, seen) {
                return Err(Stop::Stale(format!(
                    "line {} comes, although {} says that it does not",
                    line.t, difference.why
                )));
            }
        }
        Ok(())
    }

    /// What waits at a client and was not looked at.
    pub(crate) fn waiting(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let shown = self.rows.last().and_then(Row::seen).unwrap_or_default();
        for (client, connection) in &self.clients {
            let others = connection
                .waiting()
                .filter(|seen| seen.to_string() != shown);
            for seen in others.take(4) {
                texts.push(format!("{client}: {seen}"));
            }
        }
        texts
    }
}
