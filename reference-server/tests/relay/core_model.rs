//! Who is connected under which id, links, rooms and acks, as plain lists.
//!
//! The model walks over its lists and shares no idea with the tables of the
//! relay. What the relay is to send, its functions return.

use sio_p2p_server::relay::{ConnectionId, DuplicateIds};

/// Small enough that random steps reach them.
pub(crate) const PENDING_ACKS: usize = 3;
pub(crate) const PER_ID: usize = 3;

/// How long acks and pings are waited for, in milliseconds.
pub(crate) const ACK_MS: u64 = 70;
pub(crate) const PING_MS: u64 = 50;

#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Who is connected, in order of connecting.
    pub(crate) here: Vec<(ConnectionId, Option<&'static str>)>,
    /// Links in order of making: two ends and whether they are of dialect v1.
    pub(crate) links: Vec<(ConnectionId, ConnectionId, bool)>,
    /// Room, member, in order of joining.
    pub(crate) members: Vec<(&'static str, ConnectionId)>,
    pub(crate) pending: Vec<Pending>,
    pub(crate) issued: u64,
    pub(crate) duplicate_ids: DuplicateIds,
    pub(crate) disconnect_replaced: bool,
    /// The client ids that are listed, in order of registration.
    pub(crate) registered: Vec<&'static str>,
    /// Pings that are not answered.
    pub(crate) pings: Vec<Ping>,
    /// What the clock shows, in milliseconds.
    pub(crate) now: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Ping {
    pub(crate) who: ConnectionId,
    pub(crate) id: u64,
    due: u64,
    alive: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) id: u64,
    pub(crate) source: ConnectionId,
    pub(crate) target: ConnectionId,
    pub(crate) name: &'static str,
    pub(crate) v1: bool,
    pub(crate) add: bool,
    due: u64,
}

/// The ack id of every request; the relay must not care that it repeats.
pub(crate) const ASKED: u64 = 5;

impl Model {
    pub(crate) fn find(&self, id: &str) -> Option<ConnectionId> {
        self.here
            .iter()
            .rev()
            .find(|(_, name)| *name == Some(id))
            .map(|(who, _)| *who)
    }

    pub(crate) fn name(&self, who: ConnectionId) -> Option<&'static str> {
        self.here
            .iter()
            .find(|(other, _)| *other == who)
            .and_then(|(_, name)| *name)
    }

    pub(crate) fn listing(&self) -> String {
        let mut names = self.registered.clone();
        names.sort_by_key(|name| *name != "10");
        serde_json::to_string(&[names]).unwrap()
    }

    /// A connection comes, and is let in or not.
    pub(crate) fn connect(&mut self, who: ConnectionId, id: Option<&'static str>) -> Vec<String> {
        let Some(id) = id else {
            self.here.push((who, None));
            return vec![];
        };
        let older = self.find(id);
        let holders = self.here.iter().filter(|(_, name)| *name == Some(id));
        let text = if self.duplicate_ids == DuplicateIds::Reject && older.is_some() {
            format!(
                "p2p Socket.io lib: Duplicated clientId {id} on connect, new socket id = \
                 sid-{}, new socket with duplicated clientId will be disconnected",
                who.0
            )
        } else if holders.count() == PER_ID {
            "Error: limit-reached: one client id may have at most 3 connections \
             (policy.connections_per_id)"
                .to_owned()
        } else {
            self.here.push((who, Some(id)));
            if !self.registered.contains(&id) {
                self.registered.push(id);
            }
            let pinged = older.filter(|_| self.duplicate_ids == DuplicateIds::Replace);
            let pinged = pinged.map(|older| [self.ping(who), self.ping(older)]);
            return pinged.into_iter().flatten().collect();
        };
        let told = format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", who.0);
        vec![told, format!("{} 41", who.0)]
    }

    fn ping(&mut self, who: ConnectionId) -> String {
        let id = self.issued;
        self.issued += 1;
        if let Some(ping) = self.pings.iter_mut().find(|ping| ping.who == who) {
            ping.id = id;
        } else {
            let due = self.now + PING_MS;
            let alive = false;
            self.pings.push(Ping {
                who,
                id,
                due,
                alive,
            });
        }
        format!("{} 42{id}[\"SERVER_PING\"]", who.0)
    }

    /// A connection has sent anything at all.
    pub(crate) fn heard(&mut self, who: ConnectionId) {
        for ping in self.pings.iter_mut().filter(|ping| ping.who == who) {
            ping.alive = true;
        }
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, ms: u64) -> Vec<String> {
        self.now += ms;
        let now = self.now;
        let mut sent = Vec::new();
        // All acks wait equally long, so they are due in the order of asking.
        let (due, rest) = self.pending.drain(..).partition(|p| p.due <= now);
        self.pending = rest;
        let due: Vec<Pending> = due;
        for late in due {
            let name = late.name;
            let text = format!("Error: timed-out: client `{name}` has not answered in time");
            sent.push(late.given_up(&text));
        }
        let (mut due, rest): (Vec<_>, Vec<_>) =
            self.pings.drain(..).partition(|ping| ping.due <= now);
        self.pings = rest;
        due.sort_by_key(|ping| (ping.due, ping.who));
        for Ping { who, alive, .. } in due {
            // A client that was pinged has an id, or has gone.
            let newest = self.name(who).and_then(|name| self.find(name));
            if self.disconnect_replaced && newest != Some(who) && !alive {
                let text = "Error: timed-out: a newer connection has this client id, \
                            and this one was silent for 50 ms";
                sent.push(format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", who.0));
                sent.extend(self.vanish(who));
                sent.push(format!("{} 41", who.0));
            }
        }
        sent
    }

    /// Enters an ack; the oldest of too many is told to its source.
    pub(crate) fn ask(
        &mut self,
        source: ConnectionId,
        target: ConnectionId,
        name: &'static str,
        v1: bool,
        add: bool,
        sent: &mut Vec<String>,
    ) -> u64 {
        let own: Vec<_> = self
            .pending
            .iter()
            .filter(|p| p.source == source)
            .cloned()
            .collect();
        if own.len() == PENDING_ACKS {
            let text = "Error: limit-reached: one connection may have at most 3 acks under way (policy.pending_acks)";
            let oldest = &own[0];
            sent.push(oldest.given_up(text));
            self.pending.retain(|pending| pending.id != oldest.id);
        }
        let id = self.issued;
        self.issued += 1;
        self.pending.push(Pending {
            id,
            source,
            target,
            name,
            v1,
            add,
            due: self.now + ACK_MS,
        });
        id
    }

    /// A message, and what it is to make the relay send.
    pub(crate) fn message(
        &mut self,
        who: ConnectionId,
        to: &'static str,
        v1: bool,
        relayed_ack: bool,
        server_ack: bool,
        content: &str,
    ) -> Vec<String> {
        let Some(target) = self.find(to) else {
            return vec![missing(who, to, v1)];
        };
        let mut sent = Vec::new();
        let id = relayed_ack.then(|| self.ask(who, target, to, v1, false, &mut sent));
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        sent.push(format!("{} 42{id}{content}", target.0));
        if server_ack {
            sent.push(format!("{} 43{ASKED}[]", who.0));
        }
        sent
    }

    pub(crate) fn vanish(&mut self, who: ConnectionId) -> Vec<String> {
        let mut sent = Vec::new();
        let name = self.name(who);
        self.here.retain(|(other, _)| *other != who);
        let held: Vec<_> = self.here.iter().filter_map(|(_, name)| *name).collect();
        self.registered.retain(|name| held.contains(name));
        self.pings.retain(|ping| ping.who != who);
        self.members.retain(|(_, member)| *member != who);
        self.pending.retain(|pending| pending.source != who);
        // Who has asked to add the one that leaves hears it by the link alone.
        for owed in self.pending.iter().filter(|pending| pending.target == who) {
            if !owed.add {
                sent.push(missing(owed.source, owed.name, owed.v1));
            }
        }
        self.pending.retain(|pending| pending.target != who);
        for (a, b, v1) in &self.links {
            let peer = match (*a == who, *b == who) {
                (true, false) => *b,
                (false, true) => *a,
                _ => continue,
            };
            let event = if *v1 {
                "MULTI_API_TARGET_DISCONNECT"
            } else {
                "TARGET_DISCONNECT"
            };
            let name = serde_json::to_string(&name).unwrap();
            sent.push(format!("{} 42[\"{event}\",{name}]", peer.0));
        }
        self.links.retain(|(a, b, _)| *a != who && *b != who);
        sent
    }

    pub(crate) fn add_target(
        &mut self,
        who: ConnectionId,
        to: &'static str,
        v1: bool,
    ) -> Vec<String> {
        let name = self.name(who);
        if name.is_none() && !v1 {
            let text = "Error: client-id-missing: \
                        a connection without a client id cannot add targets";
            return vec![format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", who.0)];
        }
        let Some(target) = self.find(to) else {
            return refusal(who, to, v1);
        };
        let linked = |(a, b, dialect): &(ConnectionId, ConnectionId, bool)| {
            *dialect == v1 && ((*a, *b) == (who, target) || (*a, *b) == (target, who))
        };
        if !self.links.iter().any(linked) {
            self.links.push((who, target, v1));
        }
        let mut sent = Vec::new();
        let id = self.ask(who, target, to, v1, true, &mut sent);
        let event = if v1 {
            "MULTI_API_ADD_TARGET"
        } else {
            "ADD_TARGET"
        };
        let name = serde_json::to_string(&name).unwrap();
        sent.push(format!("{} 42{id}[\"{event}\",{name}]", target.0));
        sent
    }

    pub(crate) fn join(&mut self, who: ConnectionId, room: &'static str) {
        if !self.members.contains(&(room, who)) {
            self.members.push((room, who));
        }
    }
}

impl Pending {
    /// How its source is told that it is not waited for any more.
    fn given_up(&self, text: &str) -> String {
        format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", self.source.0)
    }
}

fn missing(to: ConnectionId, target: &str, v1: bool) -> String {
    let text = if v1 {
        format!("Error: Could not find target client '{target}' socket")
    } else {
        format!("Error: Core: Client {target} is not connected to server")
    };
    format!("{} 42[\"SERVER_ERROR\",\"{text}\"]", to.0)
}

fn refusal(to: ConnectionId, target: &str, v1: bool) -> Vec<String> {
    if v1 {
        let text = format!("Client {target} is not registered to server");
        vec![
            missing(to, target, true),
            format!("{} 43{ASKED}[\"{text}\"]", to.0),
        ]
    } else {
        let text = format!("Message: Client {target} is not connected to server");
        vec![format!("{} 43{ASKED}[\"{text}\"]", to.0)]
    }
}
