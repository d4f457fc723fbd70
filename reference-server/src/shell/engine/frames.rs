//! What a packet means for the connection that sent it.

use std::sync::Arc;

use sio_p2p_engine::Generation;
use tracing::debug;

use super::Engine;
use crate::driver::Misstep;
use crate::relay::{Answer, Request};
use crate::shell::frame::{DEFAULT_NAMESPACE, Encoded, Frame, FrameError, FrameKind};
use crate::shell::handshake::namespace_path;
use crate::shell::session::{Batch, Connection, Phase, span};

impl Engine {
    /// Handles a whole packet, according to the phase of its connection.
    ///
    /// The generations of Socket.IO differ in what they make of a packet that is
    /// out of place: 4 closes the transport, 2 pretends not to have seen it
    /// (SRV-CON-3, SRV-ROB-6).
    pub(super) fn frame(
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
                    self.namespace_with(batch)
                        .reply(connection, Encoded { text, attachments });
                    Ok(())
                }
                FrameKind::Connect { .. } => {
                    // It costs as much as an event, and counts as one.
                    if let Err(excess) = connection.data().may_send() {
                        connection.data().backpressure.exceed(excess.wait);
                    }
                    span(connection).in_scope(|| debug!(namespace, "no such namespace"));
                    let refusal = Encoded::invalid_namespace(namespace, !eio3);
                    self.namespace_with(batch).reply(connection, refusal);
                    Ok(())
                }
                _ => Refusal::unless(eio3, "a packet for a namespace that was not joined"),
            };
        }
        let phase = connection.data().phase();
        match (frame.kind, phase) {
            // A 2.x client is in the default namespace unasked and may ask anyway.
            (FrameKind::Connect { .. }, Phase::Joined(_) | Phase::Authenticating) => {
                Refusal::unless(eio3, "a second request to join")
            }
            (FrameKind::Connect { .. }, Phase::Refused) => {
                Refusal::unless(eio3, "a request to join after it was refused")
            }
            (FrameKind::Connect { payload }, _) => self.request_to_join(connection, payload, batch),
            (FrameKind::Disconnect, Phase::Joined(_)) => {
                self.namespace_with(batch).leave(connection);
                Ok(())
            }
            (FrameKind::Event { data, ack }, Phase::Joined(from)) => {
                // The short way may have counted it and then declined.
                if !counted && let Err(excess) = connection.data().may_send() {
                    self.namespace_with(batch)
                        .refuse_too_fast(connection, from, excess);
                    return Ok(());
                }
                let attachments = data.attachments.into();
                // Reading is done outside of the lock; it is the larger part of the work.
                // An event that makes no sense is answered by the relay; only what is
                // no event at all ends the connection.
                let request = Request::read(&data.json, attachments, ack)
                    .map_err(|_| Refusal::Packet("an event without a name"))?;
                self.namespace_with(batch)
                    .receive(connection, from, request);
                Ok(())
            }
            (FrameKind::Ack { data, id }, Phase::Joined(from)) => {
                let answer = Answer::read(data.into())
                    .map_err(|_| Refusal::Packet("an ack that is not an array"))?;
                self.namespace_with(batch).answer(from, id, answer);
                Ok(())
            }
            // Before joining and after leaving there is nothing to say. Socket.IO 4
            // closes the transport then, Socket.IO 2 does not listen.
            (_, _) => Refusal::unless(eio3, "a packet from outside of the namespace"),
        }
    }
}

/// Why the sender of a packet is turned away. Only the log gets to read it: there
/// is no way to tell a client that does not speak the language.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
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
