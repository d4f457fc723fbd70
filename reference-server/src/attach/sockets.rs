//! Where the relay meets the sockets of socketioxide.
//!
//! As in the shell of `P2pServer`, everything happens under one lock, the sending
//! included. What may call back into the application, and so into us, waits until
//! the lock is free: disconnecting.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::check_placeholders;
use socketioxide_core::packet::Packet as Frame;
use socketioxide_core::{Sid, Value};
use tokio::runtime::{EnterGuard, Handle as Runtime};
use tracing::info;

use super::adapter::{Slot, Unsent};
use super::asks::{Asks, Signals};
use crate::Config;
use crate::driver::Misstep;
use crate::host::{DriverGuard, HostDriver, SharedDriver, new_driver};
use crate::relay::{Answer, ConnectionId, Data, Handshake, Output, Packet, Request};
use crate::shell::frame::DEFAULT_NAMESPACE;
use crate::shell::handshake;

/// What all parts of one attached relay share.
pub(super) struct Shared {
    sockets: Mutex<Sockets>,
    pub(super) config: Config,
    pub(super) slot: Slot,
    pub(super) signals: Arc<Signals>,
    /// Waiting for answers needs its timers, also outside of a runtime.
    pub(super) runtime: OnceLock<Runtime>,
}

/// All sockets of the default namespace, and the relay.
pub(super) struct Sockets {
    driver: HostDriver,
    members: HashMap<ConnectionId, Member>,
    /// A client that comes back on the same transport has the same id.
    sids: HashMap<Sid, ConnectionId>,
    joins: u64,
    slot: Slot,
    signals: Arc<Signals>,
    /// How many packets may wait for one socket.
    queued_packets: usize,
    /// Sockets to be disconnected when the lock is free.
    leaving: Vec<Sid>,
}

/// One socket.
struct Member {
    sid: Sid,
    /// The relay knows it.
    joined: bool,
    /// What it is to be sent once it is in the namespace; `None` when it is.
    held: Option<Vec<Packet>>,
    asks: Asks,
}

impl Shared {
    pub(super) fn new(config: Config) -> Self {
        let slot = Slot::default();
        let signals = Arc::new(Signals::default());
        let sockets = Sockets {
            driver: new_driver(&config),
            members: HashMap::new(),
            sids: HashMap::new(),
            joins: 0,
            slot: Arc::clone(&slot),
            signals: Arc::clone(&signals),
            queued_packets: config.queue.packets,
            leaving: Vec::new(),
        };
        Self {
            sockets: Mutex::new(sockets),
            config,
            slot,
            signals,
            runtime: OnceLock::new(),
        }
    }

    /// Takes the lock on everything.
    pub(super) fn lock(&self) -> Locked<'_> {
        let runtime = self.runtime.get().map(Runtime::enter);
        // A panic is dealt with where it happens; everybody else must go on being
        // served.
        let sockets = self.sockets.lock();
        Locked {
            sockets: Some(sockets),
            shared: self,
            _runtime: runtime,
        }
    }
}

/// The sockets, locked. When it is dropped, what was done is sent, the lock is free
/// again, and sockets that have to leave are disconnected.
pub(super) struct Locked<'a> {
    /// Always there until it is dropped.
    sockets: Option<MutexGuard<'a, Sockets>>,
    shared: &'a Shared,
    _runtime: Option<EnterGuard<'a>>,
}

impl Locked<'_> {
    /// Runs something on the sockets.
    pub(super) fn with<T>(&mut self, act: impl FnOnce(&mut Sockets) -> T) -> Option<T> {
        self.sockets.as_deref_mut().map(act)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let Some(mut sockets) = self.sockets.take() else {
            return;
        };
        // While a panic unwinds, the relay may be half-way through something; what
        // it says next sends what is left.
        if !std::thread::panicking() {
            sockets.deliver();
        }
        let leaving = std::mem::take(&mut sockets.leaving);
        drop(sockets);
        let Some(outlet) = self.shared.slot.get() else {
            return;
        };
        // A socket whose queue is full cannot even be told to go. It is tried again
        // until it is empty enough, or the socket has gone.
        let full = |sid: &Sid| outlet.disconnect(*sid) == Err(Unsent::Full);
        let mut stuck: Vec<_> = leaving.into_iter().filter(full).collect();
        if !stuck.is_empty() {
            let mut sockets = self.shared.sockets.lock();
            sockets.leaving.append(&mut stuck);
        }
    }
}

/// The sockets, locked for the host.
struct HostGuard<'a> {
    locked: Locked<'a>,
}

impl Deref for HostGuard<'_> {
    type Target = HostDriver;

    #[expect(
        clippy::expect_used,
        reason = "the lock is held until the guard is dropped"
    )]
    fn deref(&self) -> &HostDriver {
        &self.locked.sockets.as_ref().expect("it is locked").driver
    }
}

impl DerefMut for HostGuard<'_> {
    #[expect(
        clippy::expect_used,
        reason = "the lock is held until the guard is dropped"
    )]
    fn deref_mut(&mut self) -> &mut HostDriver {
        &mut self.locked.sockets.as_mut().expect("it is locked").driver
    }
}

impl SharedDriver for Shared {
    fn lock_driver(&self) -> DriverGuard<'_> {
        Box::new(HostGuard {
            locked: self.lock(),
        })
    }
}

/// Why the sender of a packet is disconnected. Only the log gets to read it.
#[derive(Debug, thiserror::Error)]
#[error("it sent {0}")]
pub(super) struct Refusal(&'static str);

impl Refusal {
    /// There is no event name in it.
    pub(super) fn no_event() -> Self {
        Self("an event without a name")
    }
}

/// Takes a value of the codec for what it is.
pub(super) fn content(value: Value) -> Result<Data, Refusal> {
    let Value::Str(json, attachments) = value else {
        return Err(Refusal("a packet of another encoding"));
    };
    if let Some(attachments) = &attachments {
        // Only binary packets have placeholders; in others they are data.
        check_placeholders(&json, attachments.len())
            .map_err(|_| Refusal("a placeholder without attachment"))?;
    }
    Ok(Data {
        json: json.into(),
        attachments: attachments.unwrap_or_default().into(),
    })
}

fn value(data: Data) -> Value {
    Value::Str(data.json.into(), Some(data.attachments.into()))
}

impl Sockets {
    /// A socket is about to join the namespace, and is introduced to the relay.
    ///
    /// Once the client is told that it has joined, others may know that it has, and
    /// must find it here. But before, socketioxide sends it nothing. So what it is to
    /// be sent is held back until it is [admitted](Self::admit).
    pub(super) fn introduce(&mut self, sid: Sid, query: Option<&str>) -> ConnectionId {
        let id = ConnectionId(self.joins);
        self.joins += 1;
        if let Some(before) = self.sids.insert(sid, id) {
            self.forget(before);
        }
        let asks = Asks::new(id, Arc::clone(&self.signals));
        let member = Member {
            sid,
            joined: false,
            held: Some(Vec::new()),
            asks,
        };
        self.members.insert(id, member);
        self.join(id, query);
        id
    }

    /// The id that a socket was prepared under, unless it has gone since then.
    pub(super) fn known(&self, sid: Sid) -> Option<ConnectionId> {
        self.sids.get(&sid).copied()
    }

    /// The socket is in the namespace: sends what was held back for it.
    pub(super) fn admit(&mut self, id: ConnectionId) {
        let member = self.members.get_mut(&id);
        let held = member.and_then(|member| member.held.take());
        for packet in held.into_iter().flatten() {
            self.transmit(id, packet);
        }
    }

    fn join(&mut self, id: ConnectionId, query: Option<&str>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.joined = true;
        let sid = member.sid.to_string();
        let client_id = handshake::client_id(query);
        let client = handshake::shown(client_id.as_deref());
        info!(connection = id.0, client, %sid, "joined");
        self.driver.connected(id, Handshake { client_id, sid });
    }

    /// The socket has sent an event, after all that it has answered before.
    pub(super) fn received(&mut self, id: ConnectionId, request: Request) {
        self.take_answers(id);
        self.driver.received(id, request);
    }

    /// The socket has left, or is not listened to any more.
    pub(super) fn gone(&mut self, id: ConnectionId) {
        self.take_answers(id);
        self.forget(id);
    }

    fn forget(&mut self, id: ConnectionId) {
        let Some(member) = self.members.remove(&id) else {
            return;
        };
        if self.sids.get(&member.sid) == Some(&id) {
            self.sids.remove(&member.sid);
        }
        if member.joined {
            info!(connection = id.0, "left");
            self.driver.gone(id);
        }
    }

    /// Disconnects a socket; everybody concerned is told at once.
    pub(super) fn shut(&mut self, id: ConnectionId, reason: &str) {
        let Some(sid) = self.members.get(&id).map(|member| member.sid) else {
            return;
        };
        info!(connection = id.0, reason, "disconnecting");
        self.forget(id);
        self.leaving.push(sid);
    }

    /// Hands the answers of a client to the relay.
    pub(super) fn take_answers(&mut self, id: ConnectionId) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        for (asked, reply) in member.asks.ready() {
            let answer = match reply {
                Ok(value) => content(value)
                    .and_then(|data| Answer::read(data).map_err(|_| Refusal("a strange ack"))),
                // That a client has gone is told in another way.
                Err(Unsent::Closed) => continue,
                Err(Unsent::Full) => return self.shut(id, "it is too far behind"),
            };
            match answer {
                Ok(answer) => self.driver.acked(id, asked, answer),
                Err(refusal) => return self.shut(id, &refusal.to_string()),
            }
        }
    }

    /// Does what is due by time alone.
    pub(super) fn housekeep(&mut self) {
        self.driver.pass_time();
        let relay = &self.driver.relay;
        for member in self.members.values_mut() {
            member.asks.prune(|id| relay.awaits(id));
        }
        // Applications may replace the handler by which we hear of a departure.
        let Some(outlet) = self.slot.get() else {
            return;
        };
        let gone = |(_, member): &(_, &Member)| member.held.is_none() && !outlet.has(member.sid);
        let gone: Vec<_> = self
            .members
            .iter()
            .filter(gone)
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.gone(id);
        }
    }

    /// Sends all that the relay wants sent.
    fn deliver(&mut self) {
        while let Some(Output { to, packet }) = self.driver.next() {
            let limit = self.queued_packets;
            let Some(member) = self.members.get_mut(&to) else {
                continue;
            };
            match &mut member.held {
                Some(held) if held.len() < limit => held.push(packet),
                Some(_) => self.shut(to, "it is too far behind"),
                None => self.transmit(to, packet),
            }
        }
    }

    /// Queues one packet for a socket that is in the namespace.
    fn transmit(&mut self, to: ConnectionId, packet: Packet) {
        let (Some(member), Some(outlet)) = (self.members.get_mut(&to), self.slot.get()) else {
            return;
        };
        let sid = member.sid;
        let sent = match packet {
            Packet::Event { data, ack } => {
                let data = Arc::unwrap_or_clone(data);
                let frame = Frame::event(DEFAULT_NAMESPACE, value(data));
                if let Some(id) = ack {
                    member.asks.push(id, outlet.ask(sid, frame));
                    self.take_answers(to);
                    Ok(())
                } else {
                    outlet.send(sid, frame)
                }
            }
            Packet::Ack { data, id } => {
                let id = i64::try_from(id).unwrap_or(i64::MAX);
                outlet.send(sid, Frame::ack(DEFAULT_NAMESPACE, value(data), id))
            }
            Packet::Disconnect => {
                // The relay has let go of it already, unless a fault wants it to
                // look like a loss.
                member.joined &= self.driver.errs(Misstep::Break(to));
                self.shut(to, "the relay says so");
                Ok(())
            }
        };
        // A consumer that is too far behind would have to miss packets, and would
        // not know that it did.
        if sent == Err(Unsent::Full) {
            self.shut(to, "it is too far behind");
        }
    }
}
