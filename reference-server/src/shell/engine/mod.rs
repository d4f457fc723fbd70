//! Engine.IO connections, and what their frames mean.
//!
//! Frames are handled where they are read. There is no task per message, so what
//! one client sends is relayed in the order in which it came (SRV-MSG-12), and a
//! client that floods the server slows down only itself.

mod fast;
mod frames;
mod guard;
mod handler;
mod joining;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use socketioxide_core::parser::ParseConfig;
use tokio::sync::watch;
use tracing::{Level, enabled, error, info};

use self::frames::Refusal;
use self::guard::NamespaceGuard;
pub(crate) use self::handler::Sessions;
use super::authentication::Authentication;
use super::disconnect_reason::DisconnectReason;
use super::metrics::{QueueGauges, ReadCounters, ShellMetrics};
use super::namespace::Namespace;
use super::rates::Rates;
use super::session::{Batch, Connection, Phase, span};
use crate::Config;
use crate::driver::Misstep;
use crate::host::SharedDriver;

/// Ties the relay to Engine.IO connections of both generations.
///
/// It decides what a frame means for the connection that sent it: whether it may
/// be sent in this phase, and whether it is well-formed enough to be handed on.
/// What it means for others is the relay's to say.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Locked for as long as one packet takes to be relayed, never across an
    /// await.
    namespace: Mutex<Namespace>,
    /// What is counted without the lock.
    read_counters: ReadCounters,
    /// The bounds of what one packet may carry.
    limits: ParseConfig,
    /// Who may join.
    authentication: Arc<Authentication>,
    /// How much a client may send.
    rates: Arc<Rates>,
}

impl Engine {
    pub(crate) fn new(config: &Arc<Config>) -> Self {
        let rates = Arc::new(Rates::new(&config.rates));
        Self {
            namespace: Mutex::new(Namespace::new(Arc::clone(config), Arc::clone(&rates))),
            authentication: Arc::new(Authentication::new(config)),
            rates,
            read_counters: ReadCounters::default(),
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
        self.authentication()
            .prepare()
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))
    }

    /// Who may join.
    pub(crate) fn authentication(&self) -> &Arc<Authentication> {
        &self.authentication
    }

    /// How often an address may connect, and how much a client may send.
    pub(crate) fn rates(&self) -> &Arc<Rates> {
        &self.rates
    }

    /// Closes every connection, and every one that is still to come.
    pub(crate) fn disconnect_all(&self) {
        self.namespace().disconnect_all();
    }

    /// Tells the host that the server has ended.
    pub(crate) fn close_host(&self) {
        self.lock_driver().close();
    }

    /// Tells how many connections are open, now and whenever that changes.
    pub(crate) fn open_connections(&self) -> watch::Receiver<usize> {
        self.namespace().open_connections()
    }

    /// All metrics at this moment.
    pub(crate) fn metrics(&self) -> ShellMetrics {
        // Only copied under the lock; made readable by who asked.
        let (metrics, connections) = {
            let namespace = self.namespace();
            (namespace.metrics(), namespace.connections())
        };
        let mut queues = QueueGauges::default();
        for connection in connections {
            let waiting = connection.queued();
            queues.add(waiting.packets, waiting.bytes);
        }
        ShellMetrics {
            queues,
            ..metrics.with(&self.read_counters)
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
            self.namespace().housekeep();
        }
    }

    /// Takes the lock on everything. What is queued under it is written when it is free
    /// again.
    fn namespace(&self) -> NamespaceGuard<'_> {
        NamespaceGuard::new(self.lock())
    }

    /// As [`namespace`](Self::namespace), and what is queued goes into the batch.
    fn namespace_with<'a>(&'a self, batch: &'a mut Batch) -> NamespaceGuard<'a> {
        NamespaceGuard::with(self.lock(), batch)
    }

    fn lock(&self) -> MutexGuard<'_, Namespace> {
        // A panic is dealt with where it happens, by closing the connection that
        // caused it; all others must go on being served.
        self.namespace.lock()
    }

    /// Whether to make this mistake now.
    fn errs(&self, misstep: Misstep) -> bool {
        self.namespace().driver_mut().errs(misstep)
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
        let reason = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(_)) if self.errs(Misstep::TolerateGarbage) => return,
            Ok(Err(refusal)) => {
                span(connection).in_scope(|| info!(%refusal, "closing the sender"));
                DisconnectReason::Protocol
            }
            // The panic hook has printed where and why.
            Err(_) => {
                span(connection).in_scope(|| error!("a packet could not be handled"));
                DisconnectReason::Internal
            }
        };
        // Closing tells peers, and so runs through the relay once more.
        let close = || self.namespace_with(batch).close(connection, reason);
        if catch_unwind(AssertUnwindSafe(close)).is_err() {
            span(connection).in_scope(|| error!("a connection could not be closed in order"));
        }
    }
}

#[cfg(test)]
mod tests;
