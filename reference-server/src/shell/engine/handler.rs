//! What the Engine.IO layer calls for every connection and frame.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sio_p2p_engine::{CloseReason, Handler, Opening};
use socketioxide_core::Str;
use tokio::time::Instant;
use tracing::{debug, error, info};

use super::Engine;
use super::fast::Fast;
use crate::shell::disconnect_reason::DisconnectReason;
use crate::shell::session::{Batch, Connection, Session, span};

/// What the engine tells the program. It calls these inline, from the task that reads the
/// connection, and goes on reading when they return.
#[derive(Debug)]
pub(crate) struct Sessions(pub(crate) Arc<Engine>);

impl Handler for Sessions {
    type Data = Session;

    fn open(&self, opening: Opening) -> Session {
        Session::new(opening, self.0.authentication(), self.0.rates())
    }

    fn opened(&self, socket: &Connection, batch: &mut Batch) {
        let engine = &self.0;
        engine.guarded(socket, batch, |batch| {
            let outcome = engine.authentication.known(socket);
            engine
                .namespace_with(batch)
                .open(Arc::clone(socket), outcome);
            Ok(())
        });
    }

    fn pause(&self, socket: &Connection) -> Option<Duration> {
        socket.data().backpressure.pause()
    }

    // Called once for each connection.
    fn closed(&self, socket: &Connection, reason: CloseReason, batch: &mut Batch) {
        let engine = &self.0;
        // Why the server has let go of a client is what its operator is asked for. When it
        // stops, it lets go of all.
        let ours = socket.data().disconnect_reason();
        let told = ours.map_or_else(
            || reason.is_fault_of_client(),
            |ours| ours != DisconnectReason::Stopping,
        );
        let why = ours.map_or_else(|| reason.name(), DisconnectReason::name);
        span(socket).in_scope(|| {
            if told {
                info!(reason = why, "transport closed");
            } else {
                debug!(reason = why, "transport closed");
            }
        });
        let closed = || {
            engine
                .namespace_with(batch)
                .closed(socket, DisconnectReason::from(reason));
        };
        if catch_unwind(AssertUnwindSafe(closed)).is_err() {
            span(socket).in_scope(|| error!("a connection could not be forgotten in order"));
        }
    }

    fn text(&self, socket: &Connection, text: &str, batch: &mut Batch) {
        let engine = &self.0;
        let start = Instant::now();
        engine.read_counters.read(text.len());
        engine.guarded(socket, batch, |batch| {
            let counted = match engine.fast(socket, text, start, batch) {
                Fast::Handled => return Ok(()),
                Fast::Declined { counted } => counted,
            };
            let decoder = &socket.data().decoder;
            let frame = decoder.text(&engine.limits, Str::from(text.to_owned()))?;
            frame.map_or(Ok(()), |frame| engine.frame(socket, frame, counted, batch))
        });
        engine.read_counters.handled(start.elapsed());
    }

    fn binary(&self, socket: &Connection, data: &[u8], batch: &mut Batch) {
        let engine = &self.0;
        let start = Instant::now();
        engine.read_counters.read(data.len());
        engine.guarded(socket, batch, |batch| {
            let decoder = &socket.data().decoder;
            let frame = decoder.binary(&engine.limits, Bytes::copy_from_slice(data))?;
            frame.map_or(Ok(()), |frame| engine.frame(socket, frame, false, batch))
        });
        engine.read_counters.handled(start.elapsed());
    }
}
