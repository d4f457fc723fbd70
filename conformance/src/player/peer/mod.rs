//! Peers: clients of the runner's own, on the wire.

pub(crate) mod act;
pub(crate) mod actor;
mod beats;
mod causes;
pub(crate) mod connect;
pub(crate) mod engine;
pub(crate) mod expect;
pub(crate) mod fences;
pub(crate) mod heartbeat;
pub(crate) mod leftovers;
pub(crate) mod lowering;
pub(crate) mod outgoing;
pub mod pace;
pub(crate) mod questions;
pub(crate) mod send;
pub(crate) mod strangers;
mod take;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_transport::{EioVersion, SessionSocket};
use tokio::sync::mpsc;

use self::actor::{Actor, Arrival, Connection, Mailbox};
use self::causes::Causes;
use self::pace::Pace;
use crate::access::SharedAccess;
use crate::player::play::check::Check;
use crate::player::play::stop::Stop;
use crate::scenario::Scenario;

/// A request of the play whose ack may come.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Who asked.
    pub(crate) actor: String,
    /// By which of its connections.
    pub(crate) generation: u64,
    /// Under which number.
    pub(crate) number: u64,
}

/// A request that an actor has received and may answer.
#[derive(Debug, Clone)]
pub(crate) struct Requested {
    /// Who received it.
    pub(crate) actor: String,
    /// Under which number the ack goes back.
    pub(crate) number: u64,
}

/// How a play reaches its server. The default is what most servers ask for: nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Road {
    /// What every connection brings along.
    pub(crate) access: SharedAccess,
    /// How fast connections are made, if the server is not the runner's own.
    pub(crate) pace: Option<Arc<Pace>>,
    /// Nobody but this program uses the server.
    pub(crate) own_server: bool,
}

/// All peers of one play.
#[derive(Debug)]
pub(crate) struct Peers {
    /// Where they connect to.
    pub(crate) url: String,
    /// The other servers of a cluster.
    pub(crate) others: Vec<String>,
    pub(crate) road: Road,
    pub(crate) actors: BTreeMap<String, Actor>,
    /// Connections of actors that have fallen silent, open until the end of the play.
    pub(crate) silent: Vec<Connection>,
    /// WebSocket connections that are no transport of anybody, open until the end of the play.
    pub(crate) probes: Vec<SessionSocket>,
    pub(crate) mailbox: Mailbox,
    pub(crate) incoming: mpsc::UnboundedReceiver<Arrival>,
    pub(crate) asked: BTreeMap<String, Asked>,
    pub(crate) requested: BTreeMap<String, Requested>,
    pub(crate) causes: Causes,
}

impl Peers {
    /// The peers of a check, none of which has connected.
    pub(crate) fn new(check: &Check, url: &str) -> Self {
        let (mailbox, incoming) = Mailbox::new();
        let peers = check.scenario.actors.iter();
        let peers = peers.filter(|(_, (actor, _))| !actor.driven);
        let actors = peers.map(|(name, (actor, _))| {
            let eio = match actor.eio {
                Some(3) => EioVersion::V3,
                Some(_) => EioVersion::V4,
                None => check.eio,
            };
            let actor = Actor {
                transport: actor.transport.unwrap_or(check.transport),
                query: actor.query.clone(),
                states_eio: !actor.without_eio,
                ..Actor::new(name, actor.dialect.unwrap_or(check.dialect), eio)
            };
            (name.clone(), actor)
        });
        Self {
            url: url.to_owned(),
            others: Vec::new(),
            road: Road::default(),
            actors: actors.collect(),
            silent: Vec::new(),
            probes: Vec::new(),
            mailbox,
            incoming,
            asked: BTreeMap::new(),
            requested: BTreeMap::new(),
            causes: Causes::default(),
        }
    }

    /// The peer that an actor is.
    pub(crate) fn get(&mut self, name: &str) -> Result<&mut Actor, Stop> {
        self.actors
            .get_mut(name)
            .ok_or_else(|| Stop::broken(format!("the scenario has no actor {name}")))
    }

    /// The connection of an actor: the current one, or the last one if the server has ended it.
    pub(crate) fn connection(&self, name: &str) -> Option<&Connection> {
        self.actors.get(name)?.connection.as_ref()
    }

    /// Whether the connection of an actor is open.
    pub(crate) fn is_open(&self, name: &str) -> bool {
        self.actors.get(name).is_some_and(Actor::is_open)
    }

    /// The connection of an actor, which has to be open.
    pub(crate) fn open(&mut self, name: &str) -> Result<&mut Connection, Stop> {
        if !self.get(name)?.is_open() {
            return Err(self.lost(name));
        }
        let connection = self.get(name)?.open();
        connection.ok_or_else(|| Stop::broken(format!("{name} is not connected")))
    }

    /// The server that an actor connects to: the one that the scenario says, or else one
    /// after the other in the order of the actors' names. With fewer servers than the
    /// scenario counts, it begins again with the first.
    pub(crate) fn server_of(&self, scenario: &Scenario, name: &str) -> &str {
        let actors = &scenario.actors;
        let said = actors.get(name).and_then(|(actor, _)| actor.at_server);
        let place = match said {
            Some(server) => usize::from(server.get()) - 1,
            None => actors.keys().position(|actor| actor == name).unwrap_or(0),
        };
        match place % (self.others.len() + 1) {
            0 => &self.url,
            other => self.others.get(other - 1).unwrap_or(&self.url),
        }
    }

    /// The names of the actors whose connections are open.
    pub(crate) fn open_names(&self) -> BTreeSet<String> {
        self.actors
            .values()
            .filter(|actor| actor.is_open())
            .map(|a| a.name.clone())
            .collect()
    }

    /// Closes what is still open, without waiting for it.
    pub(crate) fn say_goodbye(&mut self) {
        self.probes.clear();
        for connection in self.silent.drain(..) {
            tokio::spawn(connection.abort());
        }
        for actor in self.actors.values_mut() {
            if let Some(connection) = actor.connection.take() {
                tokio::spawn(connection.leave(Duration::from_secs(1)));
            }
        }
    }
}
