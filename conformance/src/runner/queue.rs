//! Who does which check next.
//!
//! Results of one scenario file are never played at the same time on one server: a file
//! may use literal client ids and rooms, where the literal is the point.

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
    /// Whether files exclude each other: on a server that all share.
    exclusive: bool,
}

#[derive(Debug)]
struct State {
    /// Index of the check and its file.
    waiting: Vec<(usize, String)>,
    busy: BTreeSet<String>,
}

/// A check that somebody is doing; the file is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Ticket<'q> {
    /// Index of the check.
    pub(crate) index: usize,
    file: String,
    queue: &'q Queue,
}

impl Queue {
    /// All checks of a plan, each as often as there are rounds. The index of a play is
    /// that of its check, plus the number of checks for each round before it.
    pub(crate) fn new(checks: &[Check], exclusive: bool, options: &Options) -> Self {
        let files: Vec<_> = checks
            .iter()
            .map(|c| c.scenario.at.source.path.clone())
            .collect();
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for file in &files {
            *sizes.entry(file).or_default() += 1;
        }
        let plays = checks.len() * options.rounds;
        let mut waiting: Vec<_> = files
            .iter()
            .cloned()
            .cycle()
            .take(plays)
            .enumerate()
            .collect();
        match options.shuffle {
            Some(seed) => fastrand::Rng::with_seed(seed).shuffle(&mut waiting),
            // Long files first, so that none is left alone at the end.
            None => waiting.sort_by_key(|(index, file)| {
                (std::cmp::Reverse(sizes.get(file.as_str()).copied()), *index)
            }),
        }
        let state = Mutex::new(State {
            waiting,
            busy: BTreeSet::new(),
        });
        Self {
            state,
            changed: Notify::new(),
            exclusive,
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
                let free = state
                    .waiting
                    .iter()
                    .position(|(_, file)| !self.exclusive || !state.busy.contains(file));
                if let Some(free) = free {
                    let (index, file) = state.waiting.remove(free);
                    state.busy.insert(file.clone());
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
        let mut state = self
            .queue
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.busy.remove(&self.file);
        drop(state);
        self.queue.changed.notify_waiters();
    }
}
