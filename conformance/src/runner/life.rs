//! The life of a server that all checks share and nobody starts again, and its end.
//!
//! When a check did not pass and the server cannot be talked to, it is waited for, within a
//! bound. If it does not come back, the check that was playing alone has ended it. If several
//! were playing, nobody can say which, and the report names all of them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use sio_p2p_transport::EioVersion;
use tokio::time::{Instant, sleep};

use super::testee::Knock;
use crate::player::peer::pace::{Limits, Pace, is_refusal_for_now};
use crate::player::play::finding::{Finding, Outcome};
use crate::player::play::trace::Trace;
use crate::scenario::DEFAULT_DEADLINE;

/// Pause between two looks whether a server is back.
const PAUSE: Duration = Duration::from_millis(200);

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// A client is accepted, or told to come later.
    Serves,
    /// It was away, and is back.
    Returned,
    /// It did not come back within the bound.
    Gone,
}

/// What is known about the server of a run.
#[derive(Debug)]
pub(super) struct Life {
    /// How fast connections are made.
    pub(super) pace: Arc<Pace>,
    patience: Duration,
    gone: OnceLock<()>,
    /// One at a time looks how the server is.
    looking: tokio::sync::Mutex<()>,
    suspects: Mutex<Vec<Suspect>>,
    /// The check that was the last to begin.
    last: Mutex<Option<String>>,
}

/// A check that was playing when the server ended.
#[derive(Debug, Clone)]
pub(super) struct Suspect {
    /// Number of the play.
    pub(super) play: usize,
    /// The check in words.
    pub(super) name: String,
    /// What the play had come to.
    pub(super) outcome: Outcome,
    /// Its packets.
    pub(super) trace: Trace,
    /// Nobody else was playing.
    pub(super) alone: bool,
}

/// The end of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The check that it ended of, or those of which one did it.
    pub of: Vec<String>,
    /// The check that had begun last, if none that was playing can have done it.
    pub after: Option<String>,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.of[..], &self.after) {
            ([one], _) => write!(f, "The server ended of {one}."),
            ([], Some(last)) => write!(
                f,
                "The server ended when no check was playing; the last one was {last}."
            ),
            ([], None) => f.write_str("The server ended."),
            (several, _) => write!(
                f,
                "The server ended of one of these {}, which were playing at once: {}. With \
                 --jobs 1 it is known which.",
                several.len(),
                several.join("; ")
            ),
        }
    }
}

impl Life {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            pace: Arc::new(Pace::new(limits)),
            patience: limits.away,
            gone: OnceLock::new(),
            looking: tokio::sync::Mutex::default(),
            suspects: Mutex::default(),
            last: Mutex::default(),
        }
    }

    /// Whether the server has ended for good.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.get().is_some()
    }

    /// A check begins.
    pub(super) fn begins(&self, name: String) {
        *self.last.lock() = Some(name);
    }

    /// How the server is; waits for it within a bound.
    pub(super) async fn health(&self, knock: &Knock, eio: EioVersion) -> Health {
        let _looking = self.looking.lock().await;
        let began = Instant::now();
        loop {
            if self.is_gone() {
                return Health::Gone;
            }
            match knock.greet(eio, DEFAULT_DEADLINE).await {
                Ok(()) if began.elapsed() < PAUSE => return Health::Serves,
                Ok(()) => return Health::Returned,
                Err(error) if is_refusal_for_now(&error) => return Health::Serves,
                Err(_) => {}
            }
            if self.pace.is_gone() || began.elapsed() >= self.patience {
                let _ = self.gone.set(());
                return Health::Gone;
            }
            sleep(PAUSE).await;
        }
    }

    /// Somebody was playing when the server ended.
    pub(super) fn suspect(&self, suspect: Suspect) {
        self.suspects.lock().push(suspect);
    }

    /// The outcome of a play that was a suspect.
    pub(super) fn verdict_on(&self, play: usize) -> Option<(Outcome, Trace)> {
        let suspects = self.suspects.lock();
        let suspect = suspects.iter().find(|suspect| suspect.play == play)?;
        let trace = suspect.trace.clone();
        let guilty = suspect.alone || suspects.len() == 1;
        if guilty {
            let outcome = suspect.outcome.clone();
            return Some((
                super::health::down(outcome, super::health::GONE, Vec::new()),
                trace,
            ));
        }
        let others = suspects.iter().filter(|other| other.play != play);
        let others: Vec<_> = others.map(|other| other.name.as_str()).collect();
        let mut finding = Finding::new("the server ended while this was playing with others");
        finding
            .notes
            .push(format!("the others: {}", others.join("; ")));
        Some((Outcome::Untestable(finding), trace))
    }

    /// How the server ended, if it did.
    pub(super) fn ended(&self) -> Option<Ended> {
        self.gone.get()?;
        let suspects = self.suspects.lock();
        let alone = suspects.iter().filter(|suspect| suspect.alone);
        let mut of: Vec<_> = alone.map(|suspect| suspect.name.clone()).collect();
        if of.is_empty() {
            of = suspects
                .iter()
                .map(|suspect| suspect.name.clone())
                .collect();
        }
        let after = self.last.lock().clone().filter(|_| of.is_empty());
        Some(Ended { of, after })
    }
}
