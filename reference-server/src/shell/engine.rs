//! The handler that the Engine.IO layer calls for every connection and frame.
//!
//! Frames are handled where they are read. There is no task per message, so what
//! one client sends is relayed in the order in which it came (SRV-MSG-12), and a
//! client that floods the server slows down only itself.

mod joining;

use std::io;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use engineioxide::handler::EngineIoHandler;
use engineioxide::{DisconnectReason, ProtocolVersion, Socket, Str};
use socketioxide_core::parser::ParseConfig;
use tokio::sync::watch;
use tracing::{Level, debug, enabled, error, info};

use super::ending::Ending;
use super::figures::{Figures, Intake};
use super::frame::{DEFAULT_NAMESPACE, Encoded, Frame, FrameError, FrameKind};
use super::gate::Gate;
use super::handshake::{self, namespace_path};
use super::hub::Hub;
use super::rates::Rates;
use super::session::{Connection, Phase, Session};
use crate::host::{Core, Door, Inside};
use crate::relay::{Answer, Request};
use crate::{ClientAddress, Config};

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
        self.enter().close();
    }

    /// Tells how many connections are open, now and whenever that changes.
    pub(crate) fn open_connections(&self) -> watch::Receiver<usize> {
        self.hub().open_connections()
    }

    /// All figures at this moment.
    pub(crate) fn figures(&self) -> Figures {
        // Only copied under the lock; made readable by whoever asked.
        let figures = self.hub().figures();
        figures.with(&self.intake)
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

    /// Takes the lock on everything.
    fn hub(&self) -> MutexGuard<'_, Hub> {
        // A panic is dealt with where it happens, by closing the connection that
        // caused it; everybody else must go on being served.
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles what one connection sent. Whatever goes wrong with it, even a
    /// mistake of our own, ends that connection and nothing else (SRV-ROB-6).
    fn guarded(&self, connection: &Connection, handle: impl FnOnce() -> Result<(), Refusal>) {
        // The engine may have read more frames before it learned of the closing.
        if connection.data.phase() == Phase::Closed {
            return;
        }
        // The relay knows connections by their number alone, and says something only
        // where details are wanted. Then the log tells on whose behalf.
        let details = enabled!(target: "sio_p2p_server::relay", Level::DEBUG);
        let _entered = details.then(|| connection.data.span().enter());
        // What a panic leaves half-done concerns the connection that caused it, and
        // that is undone next.
        let outcome = catch_unwind(AssertUnwindSafe(handle));
        let who = connection.data.span();
        let ending = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(_)) if fault!(self.hub().core_mut(), TolerateGarbage) => return,
            Ok(Err(refusal)) => {
                info!(parent: who, %refusal, "closing the sender");
                Ending::Protocol
            }
            // The panic hook has printed where and why.
            Err(_) => {
                error!(parent: who, "a packet could not be handled");
                Ending::Internal
            }
        };
        // Closing tells peers, and so runs through the relay once more.
        let close = || self.hub().close(connection, ending);
        if catch_unwind(AssertUnwindSafe(close)).is_err() {
            error!(parent: who, "a connection could not be closed in order");
        }
    }

    /// Handles a whole packet, according to the phase of its connection.
    ///
    /// The generations of Socket.IO differ in what they make of a packet that is
    /// out of place: 4 closes the transport, 2 pretends not to have seen it
    /// (SRV-CON-3, SRV-ROB-6).
    fn frame(self: &Arc<Self>, connection: &Connection, frame: Frame) -> Result<(), Refusal> {
        let eio3 = connection.protocol == ProtocolVersion::V3;
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
                #[cfg(feature = "faults")]
                FrameKind::Connect { .. } if fault!(self.hub().core_mut(), AcceptNamespace) => {
                    let text = format!("0{namespace},{{\"sid\":\"x\"}}").into();
                    let attachments = std::collections::VecDeque::new();
                    self.hub().reply(connection, Encoded { text, attachments });
                    Ok(())
                }
                FrameKind::Connect { .. } => {
                    debug!(parent: connection.data.span(), namespace, "no such namespace");
                    let refusal = Encoded::invalid_namespace(namespace, !eio3);
                    self.hub().reply(connection, refusal);
                    Ok(())
                }
                _ => Refusal::unless(eio3, "a packet for a namespace that was not joined"),
            };
        }
        let phase = connection.data.phase();
        match (frame.kind, phase) {
            // A 2.x client is in the default namespace unasked and may ask anyway.
            (FrameKind::Connect { .. }, Phase::Joined(_) | Phase::Judged) => {
                Refusal::unless(eio3, "a second request to join")
            }
            (FrameKind::Connect { .. }, Phase::Refused) => {
                Refusal::unless(eio3, "a request to join after it was refused")
            }
            (FrameKind::Connect { payload }, _) => self.request_to_join(connection, payload),
            (FrameKind::Disconnect, Phase::Joined(_)) => {
                self.hub().leave(connection);
                Ok(())
            }
            (FrameKind::Event { data, ack }, Phase::Joined(from)) => {
                if let Err(rate) = connection.data.may_send() {
                    self.hub().refuse_too_fast(from, rate);
                    return Ok(());
                }
                let attachments = data.attachments.into();
                // Reading is done outside of the lock; it is the larger part of the work.
                // An event that makes no sense is answered by the relay; only what is
                // no event at all ends the connection.
                let request = Request::read(&data.json, attachments, ack)
                    .map_err(|_| Refusal::Packet("an event without a name"))?;
                self.hub().receive(connection, from, request);
                Ok(())
            }
            (FrameKind::Ack { data, id }, Phase::Joined(from)) => {
                let answer = Answer::read(data.into())
                    .map_err(|_| Refusal::Packet("an ack that is not an array"))?;
                self.hub().answer(from, id, answer);
                Ok(())
            }
            // Before joining and after leaving there is nothing to say. Socket.IO 4
            // closes the transport then, Socket.IO 2 does not listen.
            (_, _) => Refusal::unless(eio3, "a packet from outside of the namespace"),
        }
    }
}

/// The hub, locked for the host.
#[derive(Debug)]
struct HostGuard<'a>(MutexGuard<'a, Hub>);

impl Deref for HostGuard<'_> {
    type Target = Core;

    fn deref(&self) -> &Core {
        self.0.core()
    }
}

impl DerefMut for HostGuard<'_> {
    fn deref_mut(&mut self) -> &mut Core {
        self.0.core_mut()
    }
}

/// Sends what the host has given rise to, while the lock is still held.
impl Drop for HostGuard<'_> {
    fn drop(&mut self) {
        self.0.deliver();
    }
}

impl Door for Engine {
    fn enter(&self) -> Inside<'_> {
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

/// The engine calls these inline, from the task that reads the connection, and
/// goes on reading when they return.
impl EngineIoHandler for Engine {
    type Data = Session;

    fn on_connect(self: Arc<Self>, socket: Arc<Socket<Session>>) {
        // Before anything can be said about it.
        socket.data.introduce(handshake::span(&socket));
        self.guarded(&socket, || {
            let address = ClientAddress::of(&socket.req_parts.extensions);
            if let Some(pace) = self.rates.pace(address) {
                socket.data.keep_to(pace);
            }
            let outcome = self.gate.known(&socket);
            self.hub().open(Arc::clone(&socket), outcome);
            Ok(())
        });
    }

    // Called exactly once for each connection, whoever ended it; for a broken one
    // it may be late, which is why closing does not wait for it.
    fn on_disconnect(&self, socket: Arc<Socket<Session>>, reason: DisconnectReason) {
        let who = socket.data.span();
        debug!(parent: who, ?reason, "transport closed");
        let gone = || self.hub().gone(&socket, Ending::from(reason));
        if catch_unwind(AssertUnwindSafe(gone)).is_err() {
            error!(parent: who, "a connection could not be forgotten in order");
        }
    }

    fn on_message(self: &Arc<Self>, text: Str, socket: Arc<Socket<Session>>) {
        let start = Instant::now();
        self.intake.read(text.len());
        self.guarded(&socket, || {
            let frame = socket.data.decoder.text(&self.limits, text)?;
            frame.map_or(Ok(()), |frame| self.frame(&socket, frame))
        });
        self.intake.handled(start.elapsed());
    }

    fn on_binary(self: &Arc<Self>, bytes: Bytes, socket: Arc<Socket<Session>>) {
        let start = Instant::now();
        self.intake.read(bytes.len());
        self.guarded(&socket, || {
            let frame = socket.data.decoder.binary(&self.limits, bytes)?;
            frame.map_or(Ok(()), |frame| self.frame(&socket, frame))
        });
        self.intake.handled(start.elapsed());
    }
}

#[cfg(test)]
mod tests;
