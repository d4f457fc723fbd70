//! What the shell knows about one Engine.IO connection.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use engineioxide::Socket;
use tracing::Span;

use super::backlog::Backlog;
use super::ending::Ending;
use super::figures::Spoken;
use super::frame::Decoder;
use super::rates::Pace;
use crate::relay::{ConnectionId, Rate};

/// A connection of the engine with our state in it.
pub(crate) type Connection = Arc<Socket<Session>>;

/// The state of one connection: its half-read packet and how far it has come.
#[derive(Debug)]
pub(crate) struct Session {
    /// Reading needs no lock but its own: it changes nothing for others.
    pub(crate) decoder: Decoder,
    /// A [`Phase`] as a number, so that reading it needs no lock. It is changed
    /// only by the holder of the hub's lock.
    phase: AtomicU64,
    /// Touched only by the holder of the hub's lock, so this one is always free.
    backlog: Mutex<Backlog>,
    /// How fast it may send, if there is a limit.
    pace: OnceLock<Pace>,
    /// The dialects it has spoken, as a number. Changed under the hub's lock.
    spoken: AtomicU8,
    /// Why we closed it, if we did.
    ending: OnceLock<Ending>,
    /// Who it is, for every line of the log that concerns it.
    span: OnceLock<Span>,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has not joined the default namespace yet.
    Waiting,
    /// It has requested to join and is being authenticated.
    Judged,
    /// It was refused, and may not ask again. The transport is still open, so that
    /// it can read why.
    Refused,
    /// It has joined, and the relay knows it by this id.
    Joined(ConnectionId),
    /// It has left the namespace, on its own or the server's account. The
    /// transport is still open.
    Left,
    /// We have closed it. Frames that were read before that are ignored.
    Closed,
}

// Connection ids count up from 0 and do not get this far.
const WAITING: u64 = u64::MAX;
const LEFT: u64 = u64::MAX - 1;
const CLOSED: u64 = u64::MAX - 2;
const JUDGED: u64 = u64::MAX - 3;
const REFUSED: u64 = u64::MAX - 4;

impl Default for Session {
    fn default() -> Self {
        Self {
            decoder: Decoder::default(),
            phase: AtomicU64::new(WAITING),
            backlog: Mutex::default(),
            pace: OnceLock::new(),
            spoken: AtomicU8::default(),
            ending: OnceLock::new(),
            span: OnceLock::new(),
        }
    }
}

impl Session {
    /// How far the connection has come.
    ///
    /// Without the hub's lock the answer may be out of date when it is used. The
    /// relay ignores connections that it does not know, so that does no harm.
    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            WAITING => Phase::Waiting,
            LEFT => Phase::Left,
            CLOSED => Phase::Closed,
            JUDGED => Phase::Judged,
            REFUSED => Phase::Refused,
            id => Phase::Joined(ConnectionId(id)),
        }
    }

    /// Notes a new phase. Only the holder of the hub's lock may do so.
    pub(crate) fn enter(&self, phase: Phase) {
        let number = match phase {
            Phase::Waiting => WAITING,
            Phase::Left => LEFT,
            Phase::Closed => CLOSED,
            Phase::Judged => JUDGED,
            Phase::Refused => REFUSED,
            Phase::Joined(ConnectionId(id)) => id,
        };
        self.phase.store(number, Ordering::Release);
    }

    /// Sets how fast it may send, once.
    pub(crate) fn keep_to(&self, pace: Pace) {
        self.pace.set(pace).ok();
    }

    /// Counts an event. The error is the rate that this is too much for.
    pub(crate) fn may_send(&self) -> Result<(), Rate> {
        self.pace.get().map_or(Ok(()), Pace::check)
    }

    /// The dialects it has spoken so far.
    pub(crate) fn spoken(&self) -> Spoken {
        Spoken::from_bits(self.spoken.load(Ordering::Relaxed))
    }

    /// Notes what it has spoken. Only the holder of the hub's lock may do so.
    pub(crate) fn speak(&self, spoken: Spoken) {
        self.spoken.store(spoken.bits(), Ordering::Relaxed);
    }

    /// Notes why we close it. The first reason counts.
    pub(crate) fn end(&self, ending: Ending) {
        self.ending.set(ending).ok();
    }

    /// Why we closed it; `None` if we did not.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }

    /// Says who it is. Once is enough.
    pub(crate) fn introduce(&self, span: Span) {
        self.span.set(span).ok();
    }

    /// Who it is: the parent of every line of the log that concerns it.
    pub(crate) fn span(&self) -> &Span {
        self.span.get_or_init(Span::none)
    }

    /// What waits for this connection.
    pub(crate) fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_reads_back() {
        let session = Session::default();
        assert_eq!(session.phase(), Phase::Waiting);
        for phase in [
            Phase::Joined(ConnectionId(0)),
            Phase::Left,
            Phase::Judged,
            Phase::Refused,
            Phase::Closed,
            Phase::Joined(ConnectionId(1 << 40)),
            Phase::Waiting,
        ] {
            session.enter(phase);
            assert_eq!(session.phase(), phase);
        }
    }
}
