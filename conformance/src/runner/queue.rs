//! Who does which check next.
//!
//! Results of one scenario file are never played at the same time on one server: a file
//! may use literal client ids and rooms, where the literal is the point. Those of a
//! scenario that states settings have a server each, and wait for nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::options::Options;
use super::plan::Check;

/// The checks that are still to be done.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// Index of the check and its file, if it shares the server with others.
    waiting: Vec<(usize, Option<String>)>,
    busy: BTreeSet<String>,
}

/// A check that somebody is doing; the file is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Ticket<'q> {
    /// Index of the check.
    pub(crate) index: usize,
    file: Option<String>,
    queue: &'q Queue,
}

impl Queue {
    /// All checks of a plan, each as often as there are rounds. `exclusive`: files exclude
    /// each other, on a server that all share. The index of a play is
    /// that of its check, plus the number of checks for each round before it.
    pub(crate) fn new(checks: &[Check], exclusive: bool, options: &Options) -> Self {
        let paths = checks.iter().map(|c| c.scenario.at.source.path.as_str());
        let paths: Vec<_> = paths.collect();
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for path in &paths {
            *sizes.entry(path).or_default() += 1;
        }
        let shared = |check: &Check| {
            let alone = !exclusive || !check.scenario.settings.is_empty();
            (!alone).then(|| check.scenario.at.source.path.clone())
        };
        let plays = checks.len() * options.rounds;
        let files = checks.iter().map(shared).cycle().take(plays);
        let mut waiting: Vec<_> = files.enumerate().collect();
        match options.shuffle {
            Some(seed) => fastrand::Rng::with_seed(seed).shuffle(&mut waiting),
            // Long files first, so that none is left alone at the end.
            None => waiting.sort_by_key(|(index, _)| {
                let path = paths[index % paths.len()];
                (std::cmp::Reverse(sizes.get(path).copied()), *index)
            }),
        }
        let state = Mutex::new(State {
            waiting,
            busy: BTreeSet::new(),
        });
        Self {
            state,
            changed: Notify::new(),
        }
    }

    /// Gives out no more checks.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.clear();
        drop(state);
        self.changed.notify_waiters();
    }

    /// The next check; `None` when all have been given out.
    pub(crate) async fn next(&self) -> Option<Ticket<'_>> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.waiting.is_empty() {
                    return None;
                }
                let is_free = |(_, file): &(usize, Option<String>)| {
                    file.as_ref().is_none_or(|file| !state.busy.contains(file))
                };
                let free = state.waiting.iter().position(is_free);
                if let Some(free) = free {
                    let (index, file) = state.waiting.remove(free);
                    state.busy.extend(file.clone());
                    return Some(Ticket {
                        index,
                        file,
                        queue: self,
                    });
                }
            }
            changed.await;
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let Some(file) = &self.file else { return };
        let state = &self.queue.state;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy.remove(file);
        drop(state);
        self.queue.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sio_p2p_protocol::Dialect;
    use sio_p2p_transport::EioVersion;
    use tokio::time::timeout;

    use super::*;
    use crate::runner::plan::Selection;
    use crate::scenario::{Capability, Library, TransportName};

    /// How many checks of a scenario are given out while none is done.
    async fn at_once(scenario: &str, exclusive: bool) -> usize {
        let library = Library::embedded();
        let selection = Selection {
            dialects: Dialect::ALL.to_vec(),
            eio: vec![EioVersion::V3, EioVersion::V4],
            transports: vec![TransportName::default()],
            patterns: vec![scenario.to_owned()],
            claims: vec![Capability::Settings],
            revision: 1,
            claimed: None,
        };
        let checks = selection.checks(&library.scenarios);
        assert_eq!(checks.len(), 4, "two dialects, two generations");
        let queue = Queue::new(&checks, exclusive, &Options::default());
        let mut tickets = Vec::new();
        while let Ok(Some(ticket)) = timeout(Duration::from_secs(1), queue.next()).await {
            tickets.push(ticket);
        }
        tickets.len()
    }

    #[tokio::test(start_paused = true)]
    async fn only_checks_that_share_a_server_wait_for_their_file() {
        assert_eq!(at_once("message-with-ack", true).await, 1);
        assert_eq!(at_once("message-with-ack", false).await, 4);
        assert_eq!(at_once("limit-rooms", true).await, 4, "a server each");
    }
}
