//! The handler that the Engine.IO layer calls for every connection and frame.
//!
//! Frames are handled where they are read. There is no task per message, so what
//! one client sends is relayed in the order in which it came (SRV-MSG-12), and a
//! client that floods the server slows down only itself.

mod fast;
mod joining;

use std::io;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use sio_p2p_engine::{CloseReason, Generation, Handler, Opening};
use socketioxide_core::Str;
use socketioxide_core::parser::ParseConfig;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{Level, debug, enabled, error, info};

use self::fast::Fast;
use super::ending::Ending;
use super::figures::{Figures, Intake, Waiting};
use super::frame::{DEFAULT_NAMESPACE, Encoded, Frame, FrameError, FrameKind};
use super::gate::Gate;
use super::handshake::namespace_path;
use super::hub::Hub;
use super::rates::Rates;
use super::session::{Batch, Connection, Phase, Session, span};
use crate::Config;
use crate::driver::Misstep;
use crate::host::{DriverGuard, HostDriver, SharedDriver};
use crate::relay::{Answer, Request};

/// Ties the relay to Engine.IO connections of both generations.
///
/// It decides what a frame means for the connection that sent it: whether it may
/// be sent in this phase, and whether it is well-formed enough to be handed on.
/// What it means for others is the relay's to say.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Locked for as long as one packet takes to be relayed, never across an
    /// await.
    hub: Mutex<Hub>,
    /// What is counted without the lock.
    intake: Intake,
    /// The bounds of what one packet may carry.
    limits: ParseConfig,
    /// Who may join.
    gate: Arc<Gate>,
    /// How much a client may send.
    rates: Arc<Rates>,
}

impl Engine {
    pub(crate) fn new(config: &Arc<Config>) -> Self {
        let rates = Arc::new(Rates::new(&config.rates));
        Self {
            hub: Mutex::new(Hub::new(Arc::clone(config), Arc::clone(&rates))),
            gate: Arc::new(Gate::new(config)),
            rates,
            intake: Intake::default(),
            // One size for all: the same that the engine keeps for text.
            limits: ParseConfig {
                max_incoming_binary_buf_size: config.engine.max_message,
                max_incoming_binaries: config.engine.max_attachments,
                ..ParseConfig::default()
            },
        }
    }

    /// Gets ready for clients. The error is a sentence that says which part of the
    /// configuration cannot be carried out.
    pub(crate) fn prepare(&self, config: &Config) -> io::Result<()> {
        config
            .validate()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.gate()
            .prepare()
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))
    }

    /// Who may join.
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// How often an address may connect, and how much a client may send.
    pub(crate) fn rates(&self) -> &Arc<Rates> {
        &self.rates
    }

    /// Closes every connection, and every one that is still to come.
    pub(crate) fn stop(&self) {
        self.hub().stop();
    }

    /// Tells the host that this is the end: nobody will come any more.
    pub(crate) fn end(&self) {
        self.lock_driver().close();
    }

    /// Tells how many connections are open, now and whenever that changes.
    pub(crate) fn open_connections(&self) -> watch::Receiver<usize> {
        self.hub().open_connections()
    }

    /// All figures at this moment.
    pub(crate) fn figures(&self) -> Figures {
        // Only copied under the lock; made readable by who asked.
        let (figures, connections) = {
            let hub = self.hub();
            (hub.figures(), hub.connections())
        };
        let mut waiting = Waiting::default();
        for connection in connections {
            let queued = connection.queued();
            waiting.add(queued.packets, queued.bytes);
        }
        Figures {
            waiting,
            ..figures.with(&self.intake)
        }
    }

    /// Keeps house until it is dropped. There is one such task for all
    /// connections, so that an idle connection costs no timer of ours.
    pub(crate) async fn housekeep(self: Arc<Self>, connect_timeout: Duration) {
        // Often enough to be punctual, seldom enough to cost nothing.
        let pause = (connect_timeout / 8).clamp(Duration::from_millis(10), Duration::from_secs(1));
        let mut tick = tokio::time::interval(pause);
        loop {
            tick.tick().await;
            self.hub().housekeep();
        }
    }

    /// Takes the lock on everything. What is queued under it is written when it is free
    /// again.
    fn hub(&self) -> HubGuard<'_> {
        HubGuard {
            hub: self.lock(),
            batch: None,
            own: Batch::new(),
        }
    }

    /// As [`hub`](Self::hub), and what is queued goes into the batch.
    fn hub_with<'a>(&'a self, batch: &'a mut Batch) -> HubGuard<'a> {
        let mut hub = self.lock();
        // The batch stands in for that of the hub, so that both keep their room.
        std::mem::swap(&mut hub.batch, batch);
        HubGuard {
            hub,
            batch: Some(batch),
            own: Batch::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Hub> {
        // A panic is dealt with where it happens, by closing the connection that
        // caused it; all others must go on being served.
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to make this mistake now.
    fn errs(&self, misstep: Misstep) -> bool {
        self.hub().driver_mut().errs(misstep)
    }

    /// Handles what one connection sent. Whatever goes wrong with it, even a
    /// mistake of our own, ends that connection and nothing else (SRV-ROB-6).
    fn guarded(
        &self,
        connection: &Connection,
        batch: &mut Batch,
        handle: impl FnOnce(&mut Batch) -> Result<(), Refusal>,
    ) {
        // More frames may have been read before it was closed.
        if connection.data().phase() == Phase::Closed {
            return;
        }
        // The relay knows connections by their number alone, and says something only
        // where details are wanted. Then the log tells on whose behalf.
        let details = enabled!(target: "sio_p2p_server::relay", Level::DEBUG);
        let _entered = details.then(|| span(connection).entered());
        // What a panic leaves half-done concerns the connection that caused it, and
        // that is undone next.
        let outcome = catch_unwind(AssertUnwindSafe(|| handle(batch)));
        let ending = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(_)) if self.errs(Misstep::TolerateGarbage) => return,
            Ok(Err(refusal)) => {
                span(connection).in_scope(|| info!(%refusal, "closing the sender"));
                Ending::Protocol
            }
            // The panic hook has printed where and why.
            Err(_) => {
                span(connection).in_scope(|| error!("a packet could not be handled"));
                Ending::Internal
            }
        };
        // Closing tells peers, and so runs through the relay once more.
        let close = || self.hub_with(batch).close(connection, ending);
        if catch_unwind(AssertUnwindSafe(close)).is_err() {
            span(connection).in_scope(|| error!("a connection could not be closed in order"));
        }
    }

    /// Handles a whole packet, according to the phase of its connection.
    ///
    /// The generations of Socket.IO differ in what they make of a packet that is
    /// out of place: 4 closes the transport, 2 pretends not to have seen it
    /// (SRV-CON-3, SRV-ROB-6).
    fn frame(
        self: &Arc<Self>,
        connection: &Connection,
        frame: Frame,
        counted: bool,
        batch: &mut Batch,
    ) -> Result<(), Refusal> {
        let eio3 = connection.generation() == Generation::V3;
        // Only clients of Engine.IO 3 may append a query to a namespace.
        let namespace = if eio3 {
            namespace_path(&frame.namespace)
        } else {
            &frame.namespace
        };
        // There is one namespace. Clients may ask for others and are told so; the
        // one they are in goes on.
        if namespace != DEFAULT_NAMESPACE {
            return match frame.kind {
                FrameKind::Connect { .. } if self.errs(Misstep::AcceptNamespace) => {
                    let text = format!("0{namespace},{{\"sid\":\"x\"}}").into();
                    let attachments = Vec::new();
                    self.hub_with(batch)
                        .reply(connection, Encoded { text, attachments });
                    Ok(())
                }
                FrameKind::Connect { .. } => {
                    span(connection).in_scope(|| debug!(namespace, "no such namespace"));
                    let refusal = Encoded::invalid_namespace(namespace, !eio3);
                    self.hub_with(batch).reply(connection, refusal);
                    Ok(())
                }
                _ => Refusal::unless(eio3, "a packet for a namespace that was not joined"),
            };
        }
        let phase = connection.data().phase();
        match (frame.kind, phase) {
            // A 2.x client is in the default namespace unasked and may ask anyway.
            (FrameKind::Connect { .. }, Phase::Joined(_) | Phase::Judged) => {
                Refusal::unless(eio3, "a second request to join")
            }
            (FrameKind::Connect { .. }, Phase::Refused) => {
                Refusal::unless(eio3, "a request to join after it was refused")
            }
            (FrameKind::Connect { payload }, _) => self.request_to_join(connection, payload, batch),
            (FrameKind::Disconnect, Phase::Joined(_)) => {
                self.hub_with(batch).leave(connection);
                Ok(())
            }
            (FrameKind::Event { data, ack }, Phase::Joined(from)) => {
                // The short way may have counted it and then declined.
                if !counted && let Err(rate) = connection.data().may_send() {
                    self.hub_with(batch).refuse_too_fast(from, rate);
                    return Ok(());
                }
                let attachments = data.attachments.into();
                // Reading is done outside of the lock; it is the larger part of the work.
                // An event that makes no sense is answered by the relay; only what is
                // no event at all ends the connection.
                let request = Request::read(&data.json, attachments, ack)
                    .map_err(|_| Refusal::Packet("an event without a name"))?;
                self.hub_with(batch).receive(connection, from, request);
                Ok(())
            }
            (FrameKind::Ack { data, id }, Phase::Joined(from)) => {
                let answer = Answer::read(data.into())
                    .map_err(|_| Refusal::Packet("an ack that is not an array"))?;
                self.hub_with(batch).answer(from, id, answer);
                Ok(())
            }
            // Before joining and after leaving there is nothing to say. Socket.IO 4
            // closes the transport then, Socket.IO 2 does not listen.
            (_, _) => Refusal::unless(eio3, "a packet from outside of the namespace"),
        }
    }
}

/// The hub, locked. What was queued under the lock is written, or handed on, when it is
/// free again.
#[derive(Debug)]
struct HubGuard<'a> {
    hub: MutexGuard<'a, Hub>,
    /// Who writes what was queued, if not the guard itself.
    batch: Option<&'a mut Batch>,
    /// What the guard writes itself: dropped after the lock, and written by that.
    own: Batch,
}

impl Deref for HubGuard<'_> {
    type Target = Hub;

    fn deref(&self) -> &Hub {
        &self.hub
    }
}

impl DerefMut for HubGuard<'_> {
    fn deref_mut(&mut self) -> &mut Hub {
        &mut self.hub
    }
}

impl Drop for HubGuard<'_> {
    fn drop(&mut self) {
        let batch = match &mut self.batch {
            Some(batch) => batch,
            None => &mut self.own,
        };
        std::mem::swap(&mut self.hub.batch, batch);
    }
}

/// The hub, locked for the host.
#[derive(Debug)]
struct HostGuard<'a>(HubGuard<'a>);

impl Deref for HostGuard<'_> {
    type Target = HostDriver;

    fn deref(&self) -> &HostDriver {
        self.0.driver()
    }
}

impl DerefMut for HostGuard<'_> {
    fn deref_mut(&mut self) -> &mut HostDriver {
        self.0.driver_mut()
    }
}

/// Queues what the host has given rise to, while the lock is still held.
impl Drop for HostGuard<'_> {
    fn drop(&mut self) {
        self.0.deliver();
    }
}

impl SharedDriver for Engine {
    fn lock_driver(&self) -> DriverGuard<'_> {
        Box::new(HostGuard(self.hub()))
    }
}

/// Why the sender of a packet is turned away. Only the log gets to read it: there
/// is no way to tell a client that does not speak the language.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    /// It is no packet.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// It is a packet, but not one for now or for here.
    #[error("it sent {0}")]
    Packet(&'static str),
}

impl Refusal {
    /// Refuses a packet, or tolerates it without effect.
    fn unless(tolerated: bool, what: &'static str) -> Result<(), Self> {
        if tolerated {
            Ok(())
        } else {
            Err(Self::Packet(what))
        }
    }
}

/// What the engine tells the program. It calls these inline, from the task that reads the
/// connection, and goes on reading when they return.
#[derive(Debug)]
pub(crate) struct Sessions(pub(crate) Arc<Engine>);

impl Handler for Sessions {
    type Data = Session;

    fn open(&self, opening: Opening) -> Session {
        Session::new(opening, self.0.gate(), self.0.rates())
    }

    fn opened(&self, socket: &Connection, batch: &mut Batch) {
        let engine = &self.0;
        engine.guarded(socket, batch, |batch| {
            let outcome = engine.gate.known(socket);
            engine.hub_with(batch).open(Arc::clone(socket), outcome);
            Ok(())
        });
    }

    // Called once for each connection.
    fn closed(&self, socket: &Connection, reason: CloseReason, batch: &mut Batch) {
        let engine = &self.0;
        // Why the server has let go of a client is what its operator is asked for. When it
        // stops, it lets go of all.
        let ours = socket.data().ending();
        let told = ours.map_or_else(
            || reason.is_fault_of_client(),
            |ending| ending != Ending::Stopping,
        );
        let why = ours.map_or_else(|| reason.name(), Ending::name);
        span(socket).in_scope(|| {
            if told {
                info!(reason = why, "transport closed");
            } else {
                debug!(reason = why, "transport closed");
            }
        });
        let gone = || engine.hub_with(batch).gone(socket, Ending::from(reason));
        if catch_unwind(AssertUnwindSafe(gone)).is_err() {
            span(socket).in_scope(|| error!("a connection could not be forgotten in order"));
        }
    }

    fn text(&self, socket: &Connection, text: &str, batch: &mut Batch) {
        let engine = &self.0;
        let start = Instant::now();
        engine.intake.read(text.len());
        engine.guarded(socket, batch, |batch| {
            let counted = match engine.fast(socket, text, start, batch) {
                Fast::Handled => return Ok(()),
                Fast::Declined { counted } => counted,
            };
            let decoder = &socket.data().decoder;
            let frame = decoder.text(&engine.limits, Str::from(text.to_owned()))?;
            frame.map_or(Ok(()), |frame| engine.frame(socket, frame, counted, batch))
        });
        engine.intake.handled(start.elapsed());
    }

    fn binary(&self, socket: &Connection, data: &[u8], batch: &mut Batch) {
        let engine = &self.0;
        let start = Instant::now();
        engine.intake.read(data.len());
        engine.guarded(socket, batch, |batch| {
            let decoder = &socket.data().decoder;
            let frame = decoder.binary(&engine.limits, Bytes::copy_from_slice(data))?;
            frame.map_or(Ok(()), |frame| engine.frame(socket, frame, false, batch))
        });
        engine.intake.handled(start.elapsed());
    }
}

#[cfg(test)]
mod tests;
