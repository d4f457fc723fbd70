//! Playing one scenario: the state, and the walk through the steps.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::bindings::Bindings;
use super::check::Check;
use super::client::Clients;
use super::finding::{Finding, Outcome};
pub(crate) use super::peer::Road;
use super::peer::{Peers, leftovers};
use super::stop::Stop;
use super::trace::Trace;
use super::wait::Wait;
use super::{act, observe};
use crate::scenario::group::Group;
use crate::scenario::resolve::resolve;
use crate::scenario::step::{Action, Step, Verb};
use crate::scenario::text::Text;
use crate::scenario::verb::Body;

/// A scenario that takes longer than this as a whole is given up, however much comes.
pub(crate) const SCENARIO_LIMIT: Duration = Duration::from_mins(5);

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
    remark: Option<String>,
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
        Self {
            peers: Peers::new(check, url),
            clients: Clients::none(check.dialect, trace.clone()),
            bindings: Bindings::new(scenario),
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

    /// Plays the scenario to its end, final fences included.
    pub(crate) async fn run(mut self) -> Played {
        let scenario = Arc::clone(&self.check.scenario);
        let steps = resolve(&scenario.steps, self.check.dialect, self.check.eio.number());
        let story = async {
            self.steps(&steps).await?;
            leftovers::nothing_left(&mut self).await
        };
        let result = match tokio::time::timeout(SCENARIO_LIMIT, story).await {
            Ok(result) => result,
            Err(_) => Err(Stop::broken("the scenario was not over after five minutes")),
        };
        let result = result.map_err(|mut stop| {
            self.complete(stop.finding());
            stop
        });
        let talked = self.talked;
        // What follows is the runner cleaning up, not the story.
        self.trace.stop();
        self.peers.say_goodbye();
        let outcome = match result {
            Ok(()) => Outcome::Passed,
            Err(Stop::Broken(finding)) => Outcome::Broken(finding),
            Err(Stop::Untestable(finding)) => Outcome::Untestable(finding),
            Err(Stop::Down(finding)) => Outcome::Down(finding),
            Err(Stop::NotApplicable(finding)) => Outcome::NotApplicable(finding.message),
        };
        Played { outcome, talked }
    }

    /// Writes generated names as the scenario writes them, and adds the last remark.
    fn complete(&self, finding: &mut Finding) {
        finding.message = self.bindings.humanise(&finding.message);
        for text in [&mut finding.expected, &mut finding.actual]
            .into_iter()
            .flatten()
        {
            *text = self.bindings.humanise(text);
        }
        finding
            .notes
            .extend(self.remark.iter().map(|note| format!("note: {note}")));
        finding.notes.extend(self.clients.last_words());
    }

    /// The steps one after the other.
    fn steps<'a>(
        &'a mut self,
        steps: &'a [Step],
    ) -> Pin<Box<dyn Future<Output = Result<(), Stop>> + Send + 'a>> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await.map_err(|mut stop| {
                    // The innermost step keeps its place.
                    stop.finding().at.get_or_insert_with(|| step.at.clone());
                    stop
                })?;
            }
            Ok(())
        })
    }

    async fn step(&mut self, step: &Step) -> Result<(), Stop> {
        match &step.verb {
            Verb::Do(Action::Note(text)) => {
                self.remark = Some(text.clone());
                Ok(())
            }
            Verb::Do(action) if action.is_observation() => observe::observe(self, action).await,
            Verb::Do(action) => act::act(self, action).await,
            Verb::Group(Group::All(steps)) => observe::observe_all(self, steps).await,
            Verb::Group(Group::AnyOf(alternatives)) => {
                let rest = observe::choose(self, alternatives).await?;
                self.steps(rest).await
            }
            Verb::Group(Group::Repeat(repeat)) => {
                let outer = self.bindings.counter;
                for counter in 0..repeat.times {
                    self.bindings.counter = counter;
                    self.steps(&repeat.steps).await?;
                }
                self.bindings.counter = outer;
                Ok(())
            }
            Verb::Group(Group::Within(within)) => {
                let limit = Duration::from_millis(within.ms);
                let outer = std::mem::replace(&mut self.deadline, limit);
                let result = self.steps(&within.steps).await;
                self.deadline = outer;
                result
            }
            // Both are resolved before the play begins.
            Verb::Group(Group::When(_) | Group::Case(_)) => Ok(()),
        }
    }

    /// Takes in everything that has arrived so far.
    pub(crate) fn drain(&mut self) {
        while let Ok(arrival) = self.peers.incoming.try_recv() {
            self.peers.take(arrival, &self.bindings);
        }
        while let Some(news) = self.clients.try_next() {
            self.clients.take(news);
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
            Some(news) = self.clients.next() => self.clients.take(news),
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
        self.bindings.fill(text).map_err(Stop::broken)
    }
}
