//! Who does which check next.
//!
//! A file may use literal client ids and rooms, where the literal is the point. So results
//! of one file are never played at the same time on one server, nor are those of two files
//! that write down the same name. A scenario that states settings has a server of its own,
//! and waits for nobody.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::options::Options;
use crate::player::play::check::Check;
use crate::scenario::danger::Danger;
use crate::scenario::literals::{Literal, client_ids, literals};

/// The checks that are still to be done.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
    /// What each check has to itself while it is played.
    claims: Vec<Vec<usize>>,
    /// Which checks have the whole server to themselves.
    alone: Vec<bool>,
}

#[derive(Debug)]
struct State {
    /// Numbers of plays.
    waiting: Vec<usize>,
    /// What is claimed by somebody.
    busy: BTreeSet<usize>,
    /// How many checks are being done.
    doing: usize,
    /// One of them has the whole server to itself.
    occupied: bool,
}

/// A check that somebody is doing; what it claims is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Ticket<'q> {
    /// Number of the play.
    pub(crate) index: usize,
    queue: &'q Queue,
}

/// Something that only one check at a time may use.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim<'c> {
    File(&'c str),
    Name(Literal),
}

impl Queue {
    /// All checks of a plan, each as often as there are rounds. The number of a play is
    /// that of its check, plus the number of checks for each round before it. Checks exclude
    /// each other if they are `exclusive`: on a server that all share. If that server is
    /// `mortal`, what can end it comes last, and one at a time.
    pub(crate) fn new(checks: &[Check], exclusive: bool, mortal: bool, options: &Options) -> Self {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for check in checks {
            *sizes.entry(file(check)).or_default() += 1;
        }
        let mut waiting: Vec<_> = (0..checks.len() * options.rounds).collect();
        match options.shuffle {
            Some(seed) => fastrand::Rng::with_seed(seed).shuffle(&mut waiting),
            // Long files first, so that none is left alone at the end.
            None => waiting.sort_by_key(|index| {
                let size = sizes.get(file(&checks[index % checks.len()])).copied();
                (std::cmp::Reverse(size), *index)
            }),
        }
        let danger = |play: usize| checks[play % checks.len()].scenario.danger;
        if mortal {
            waiting.sort_by_key(|play| danger(*play));
        }
        // The next one is taken from the end.
        waiting.reverse();
        let claims = if exclusive {
            claims(checks)
        } else {
            vec![Vec::new(); checks.len()]
        };
        let state = Mutex::new(State {
            waiting,
            busy: BTreeSet::new(),
            doing: 0,
            occupied: false,
        });
        let dangerous = |check: &Check| mortal && check.scenario.danger > Danger::Ordinary;
        Self {
            state,
            changed: Notify::new(),
            claims,
            alone: checks.iter().map(dangerous).collect(),
        }
    }

    /// Gives out no more checks.
    pub(crate) fn close(&self) {
        self.state.lock().waiting.clear();
        self.changed.notify_waiters();
    }

    /// The next check; `None` when all have been given out.
    pub(crate) async fn next(&self) -> Option<Ticket<'_>> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.state.lock();
                if state.waiting.is_empty() {
                    return None;
                }
                let is_free = |play: &usize| {
                    let mut claims = self.claims_of(*play).iter();
                    !state.occupied
                        && (state.doing == 0 || !self.is_alone(*play))
                        && claims.all(|claim| !state.busy.contains(claim))
                };
                if let Some(free) = state.waiting.iter().rposition(is_free) {
                    let index = state.waiting.remove(free);
                    state.busy.extend(self.claims_of(index));
                    state.doing += 1;
                    state.occupied = self.is_alone(index);
                    return Some(Ticket { index, queue: self });
                }
            }
            changed.await;
        }
    }

    fn claims_of(&self, play: usize) -> &[usize] {
        &self.claims[play % self.claims.len()]
    }

    fn is_alone(&self, play: usize) -> bool {
        self.alone[play % self.alone.len()]
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        for claim in self.queue.claims_of(self.index) {
            state.busy.remove(claim);
        }
        state.doing -= 1;
        state.occupied = false;
        drop(state);
        self.queue.changed.notify_waiters();
    }
}

fn file(check: &Check) -> &str {
    &check.scenario.at.source.path
}

/// What each check claims: its file, and the names that it writes down, as numbers.
fn claims(checks: &[Check]) -> Vec<Vec<usize>> {
    let shared = checks.iter().filter(|c| c.scenario.settings.is_empty());
    let ids = shared.flat_map(|check| client_ids(&check.scenario));
    let ids: BTreeSet<_> = ids.collect();
    let mut numbers = BTreeMap::new();
    let mut claims = Vec::with_capacity(checks.len());
    for check in checks {
        if !check.scenario.settings.is_empty() {
            claims.push(Vec::new());
            continue;
        }
        let names = literals(&check.scenario, &ids).into_iter().map(Claim::Name);
        let all = std::iter::once(Claim::File(file(check))).chain(names);
        let numbered = all.map(|claim| {
            let next = numbers.len();
            *numbers.entry(claim).or_insert(next)
        });
        claims.push(numbered.collect());
    }
    claims
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use sio_p2p_protocol::Dialect;
    use sio_p2p_transport::EioVersion;
    use tokio::time::timeout;

    use super::*;
    use crate::scenario::{Library, TransportName};

    fn checks(ids: &[&str]) -> Vec<Check> {
        let library = Library::embedded();
        let found = ids.iter().map(|id| {
            let mut all = library.scenarios.iter();
            let scenario = all.find(|scenario| scenario.id == *id).expect(id);
            Check {
                scenario: Arc::clone(scenario),
                dialect: Dialect::V1,
                eio: EioVersion::V4,
                transport: TransportName::default(),
            }
        });
        found.collect()
    }

    #[tokio::test]
    async fn results_of_one_file_wait_unless_each_has_a_server() {
        for (id, exclusive, at_once) in [
            ("message-with-ack", true, 1),
            ("message-with-ack", false, 2),
            ("limit-rooms", true, 2),
        ] {
            let checks = checks(&[id, id]);
            let queue = Queue::new(&checks, exclusive, false, &Options::default());
            let mut tickets = Vec::new();
            while let Ok(Some(ticket)) = timeout(Duration::ZERO, queue.next()).await {
                tickets.push(ticket);
            }
            assert_eq!(tickets.len(), at_once, "{id}");
        }
    }

    #[tokio::test]
    async fn what_shares_a_name_waits_and_others_pass() {
        let checks = checks(&[
            "room-names/constructor",
            "hostile-topic/end-of-a-prototype",
            "room-names/proto",
            "message-with-ack",
        ]);
        let queue = Queue::new(&checks, true, false, &Options::default());
        let first = queue.next().await.unwrap();
        let second = queue.next().await.unwrap();
        assert_eq!((first.index, second.index), (0, 3));
        let mut third = std::pin::pin!(queue.next());
        let waits = std::future::poll_fn(|context| {
            std::task::Poll::Ready(third.as_mut().poll(context).is_pending())
        });
        assert!(waits.await);
        drop(first);
        // A file with one result comes after one with several.
        assert_eq!(third.await.unwrap().index, 2);
        let last = queue.next().await.unwrap();
        assert_eq!(last.index, 1);
        assert!(queue.next().await.is_none());
    }

    #[tokio::test]
    async fn on_servers_of_their_own_nobody_waits() {
        let checks = checks(&["room-names/constructor", "room-names/proto"]);
        let options = Options {
            rounds: 2,
            ..Options::default()
        };
        let queue = Queue::new(&checks, false, false, &options);
        let mut tickets = Vec::new();
        while let Some(ticket) = queue.next().await {
            tickets.push(ticket);
        }
        let plays: Vec<_> = tickets.iter().map(|ticket| ticket.index).collect();
        assert_eq!(plays, [0, 1, 2, 3]);
    }

    #[tokio::test]
    async fn what_can_end_a_server_comes_last_and_alone() {
        let checks = checks(&[
            "hostile-topic/end-of-a-prototype",
            "message-with-ack",
            "flood-of-one-client/rooms",
            "list-clients",
        ]);
        for shuffle in [None, Some(1), Some(2)] {
            let options = Options {
                shuffle,
                ..Options::default()
            };
            let queue = Queue::new(&checks, true, true, &options);
            let first = queue.next().await.unwrap();
            let second = queue.next().await.unwrap();
            assert_eq!(
                first.index + second.index,
                1 + 3,
                "the ordinary ones at once"
            );
            drop(first);
            // Somebody is still playing.
            assert!(timeout(Duration::ZERO, queue.next()).await.is_err());
            drop(second);
            let third = queue.next().await.unwrap();
            assert_eq!(third.index, 2);
            assert!(timeout(Duration::ZERO, queue.next()).await.is_err());
            drop(third);
            assert_eq!(queue.next().await.unwrap().index, 0);
        }
    }

    #[tokio::test]
    async fn a_closed_queue_is_empty() {
        let checks = checks(&["message-with-ack"]);
        let queue = Queue::new(&checks, true, false, &Options::default());
        queue.close();
        assert!(queue.next().await.is_none());
    }
}
