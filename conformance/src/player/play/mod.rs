//! One play of a check: who takes part, what is known so far, and how it ends.

pub(crate) mod attempt;
pub(crate) mod bindings;
pub(crate) mod check;
pub(crate) mod event;
pub(crate) mod finding;
pub(crate) mod stop;
pub mod trace;
pub(crate) mod wait;

use std::time::Duration;

use tokio::time::Instant;

use self::bindings::Bindings;
use self::check::Check;
use self::finding::Outcome;
use self::stop::Stop;
use self::trace::Trace;
use self::wait::Wait;
use super::client::Clients;
use super::peer::Peers;
pub(crate) use super::peer::Road;
use crate::scenario::text::Text;

/// The state of a play: who takes part, and what is known so far.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) check: Check,
    pub(crate) peers: Peers,
    /// The clients under test; none if the scenario judges a server.
    pub(crate) clients: Clients,
    pub(crate) bindings: Bindings,
    pub(crate) trace: Trace,
    pub(crate) deadline: Duration,
    pub(crate) fences: u64,
    /// Something was said to the server, or it said something: it could be talked to.
    pub(crate) talked: bool,
    /// The last note of the scenario.
    pub(crate) remark: Option<String>,
}

/// What a play came to.
#[derive(Debug)]
pub(crate) struct Played {
    /// The outcome.
    pub(crate) outcome: Outcome,
    /// Whether at least one actor was accepted by the server.
    pub(crate) talked: bool,
}

impl Play {
    /// A play of this check against the server at `url`.
    pub(crate) fn new(check: &Check, url: &str, trace: Trace, timeout: Option<Duration>) -> Self {
        let scenario = &check.scenario;
        let bindings = Bindings::new(scenario);
        Self {
            peers: Peers::new(check, url),
            clients: Clients::new(check, bindings.fence_name(), trace.clone()),
            bindings,
            deadline: timeout.map_or(scenario.deadline, |given| given.max(scenario.deadline)),
            check: check.clone(),
            trace,
            fences: 0,
            talked: false,
            remark: None,
        }
    }

    /// The same with actors spread over further servers, which are one cluster with the
    /// first.
    #[must_use]
    pub(crate) fn beside(mut self, others: &[String]) -> Self {
        self.peers.others = others.to_vec();
        self
    }

    /// The same on this road.
    #[must_use]
    pub(crate) fn by(mut self, road: Road) -> Self {
        self.peers.road = road;
        self
    }

    /// Takes in everything that has arrived so far.
    pub(crate) fn drain(&mut self) {
        while let Ok(arrival) = self.peers.incoming.try_recv() {
            self.peers.take(arrival, &self.bindings);
        }
        while let Some(notification) = self.clients.try_next() {
            self.clients.take(notification);
        }
    }

    /// Waiting begins, with the deadline of a step.
    pub(crate) fn wait(&self) -> Wait {
        Wait::new(self.deadline)
    }

    /// Waits for something to arrive; `false` if nothing does, and nothing moves, until the
    /// deadline.
    pub(crate) async fn arrival(&mut self, wait: Wait) -> bool {
        loop {
            let until = wait.until(&self.trace);
            if self.arrival_until(until).await {
                return true;
            }
            // What has moved meanwhile was part of something larger.
            if wait.until(&self.trace) <= until {
                return false;
            }
        }
    }

    async fn arrival_until(&mut self, until: Instant) -> bool {
        tokio::select! {
            // What is there already has come in time.
            biased;
            Some(notification) = self.clients.next() => self.clients.take(notification),
            Some(arrival) = self.peers.incoming.recv() => self.peers.take(arrival, &self.bindings),
            () = tokio::time::sleep_until(until) => return false,
        }
        true
    }

    pub(crate) fn id(&self, name: &str) -> Result<String, Stop> {
        self.bindings
            .id(name)
            .map(str::to_owned)
            .ok_or_else(|| Stop::broken(format!("{name} has no client id")))
    }

    pub(crate) fn fill(&self, text: &Text) -> Result<String, Stop> {
        Ok(self.bindings.fill(text)?)
    }
}
