//! Playing one scenario: the state, and the walk through the steps.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{EioVersion, SessionSocket};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::access::SharedAccess;
use crate::player::bindings::Bindings;
use crate::player::check::Check;
use crate::player::client::Clients;
use crate::player::finding::{Finding, Outcome};
use crate::player::peer::Causes;
use crate::player::peer::actor::{Actor, Arrival, Connection, Mailbox};
use crate::player::peer::heartbeat::Beats;
use crate::player::peer::pace::Pace;
use crate::player::trace::Trace;
use crate::player::wait::Wait;
use crate::scenario::group::Group;
use crate::scenario::resolve::resolve;
use crate::scenario::step::{Action, Step, Verb};
use crate::scenario::verb::Body;

/// A scenario that takes longer than this as a whole is given up, however much comes.
pub(crate) const SCENARIO_LIMIT: Duration = Duration::from_mins(5);

/// Why a play ends before its last step.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The server did something else than it should.
    Broken(Finding),
    /// The server could not be talked to.
    Untestable(Finding),
    /// The client under test died, which is a failure whatever the level.
    Down(Finding),
    /// It does not concern this implementation.
    NotApplicable(Finding),
}

impl Stop {
    /// The server did something else than it should; only a sentence to say.
    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Self::Broken(Finding::new(message))
    }

    pub(crate) fn finding(&mut self) -> &mut Finding {
        match self {
            Self::Broken(finding)
            | Self::Untestable(finding)
            | Self::Down(finding)
            | Self::NotApplicable(finding) => finding,
        }
    }
}

/// A request of the play whose ack may come.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Who asked.
    pub(crate) actor: String,
    /// By which of its connections.
    pub(crate) generation: u64,
    /// Under which number.
    pub(crate) number: u64,
}

/// A request that an actor has received and may answer.
#[derive(Debug, Clone)]
pub(crate) struct Requested {
    /// Who received it.
    pub(crate) actor: String,
    /// Under which number the ack goes back.
    pub(crate) number: u64,
}

/// The state of a play.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) url: String,
    /// The other servers of a cluster.
    others: Vec<String>,
    pub(crate) road: Road,
    pub(crate) dialect: Dialect,
    pub(crate) eio: EioVersion,
    pub(crate) check: Check,
    pub(crate) world: Bindings,
    pub(crate) trace: Trace,
    pub(crate) actors: BTreeMap<String, Actor>,
    /// Connections of actors that have fallen silent, open until the end of the play.
    pub(crate) silent: Vec<Connection>,
    /// WebSocket connections that are no transport of anybody, open until the end of the play.
    pub(crate) probes: Vec<SessionSocket>,
    pub(crate) mailbox: Mailbox,
    incoming: mpsc::UnboundedReceiver<Arrival>,
    pub(crate) asked: BTreeMap<String, Asked>,
    pub(crate) requested: BTreeMap<String, Requested>,
    pub(crate) causes: Causes,
    pub(crate) deadline: Duration,
    pub(crate) fences: u64,
    /// The clients under test, if the scenario judges a client.
    pub(crate) cast: Option<Clients>,
    /// Something was said to the server, or it said something: it could be talked to.
    pub(crate) talked: bool,
    remark: Option<String>,
}

/// How a play reaches its server. The default is what most servers ask for: nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Road {
    /// What every connection brings along.
    pub(crate) access: SharedAccess,
    /// How fast connections are made, if the server is not the runner's own.
    pub(crate) pace: Option<Arc<Pace>>,
    /// Nobody but this program uses the server.
    pub(crate) own_server: bool,
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
        let (mailbox, incoming) = Mailbox::new();
        let scenario = &check.scenario;
        let peers = scenario.actors.iter();
        let peers = peers.filter(|(_, (actor, _))| !actor.driven);
        let actors = peers.map(|(name, (actor, _))| {
            let eio = match actor.eio {
                Some(3) => EioVersion::V3,
                Some(_) => EioVersion::V4,
                None => check.eio,
            };
            let actor = Actor {
                name: name.clone(),
                dialect: actor.dialect.unwrap_or(check.dialect),
                eio,
                transport: actor.transport.unwrap_or(check.transport),
                connection: None,
                generations: 0,
                left: false,
                rhythm: None,
                beats: Beats::default(),
            };
            (name.clone(), actor)
        });
        Self {
            url: url.to_owned(),
            others: Vec::new(),
            road: Road::default(),
            dialect: check.dialect,
            eio: check.eio,
            actors: actors.collect(),
            silent: Vec::new(),
            probes: Vec::new(),
            world: Bindings::new(scenario),
            deadline: timeout.map_or(scenario.deadline, |given| given.max(scenario.deadline)),
            check: check.clone(),
            trace,
            mailbox,
            incoming,
            asked: BTreeMap::new(),
            requested: BTreeMap::new(),
            causes: Causes::default(),
            fences: 0,
            cast: None,
            talked: false,
            remark: None,
        }
    }

    /// The same with actors spread over further servers, which are one cluster with the
    /// first.
    #[must_use]
    pub(crate) fn beside(mut self, others: &[String]) -> Self {
        self.others = others.to_vec();
        self
    }

    /// The same on this road.
    #[must_use]
    pub(crate) fn by(mut self, road: Road) -> Self {
        self.road = road;
        self
    }

    /// The server that an actor connects to: the one that the scenario says, or else one
    /// after the other in the order of the actors' names. With fewer servers than the
    /// scenario counts, it begins again with the first.
    pub(crate) fn server_of(&self, name: &str) -> &str {
        let actors = &self.check.scenario.actors;
        let said = actors.get(name).and_then(|(actor, _)| actor.at_server);
        let place = match said {
            Some(server) => usize::from(server.get()) - 1,
            None => actors.keys().position(|actor| actor == name).unwrap_or(0),
        };
        match place % (self.others.len() + 1) {
            0 => &self.url,
            other => self.others.get(other - 1).unwrap_or(&self.url),
        }
    }

    /// Plays the scenario to its end, final fences included.
    pub(crate) async fn run(mut self) -> Played {
        let scenario = Arc::clone(&self.check.scenario);
        let steps = resolve(&scenario.steps, self.dialect, self.eio.number());
        let story = async {
            self.steps(&steps).await?;
            self.nothing_left().await
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
        self.say_goodbye();
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
        finding.message = self.world.humanise(&finding.message);
        for text in [&mut finding.expected, &mut finding.actual]
            .into_iter()
            .flatten()
        {
            *text = self.world.humanise(text);
        }
        finding
            .notes
            .extend(self.remark.iter().map(|note| format!("note: {note}")));
        let drivers = self.cast.iter().flat_map(Clients::last_words);
        finding.notes.extend(drivers);
    }

    /// Closes what is still open, without waiting for it.
    fn say_goodbye(&mut self) {
        self.probes.clear();
        for connection in self.silent.drain(..) {
            tokio::spawn(connection.abort());
        }
        for actor in self.actors.values_mut() {
            if let Some(connection) = actor.connection.take() {
                tokio::spawn(connection.leave(Duration::from_secs(1)));
            }
        }
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
            Verb::Do(action) if action.is_observation() => self.observe(action).await,
            Verb::Do(action) => self.act(action).await,
            Verb::Group(Group::All(steps)) => self.observe_all(steps).await,
            Verb::Group(Group::AnyOf(alternatives)) => {
                let rest = self.choose(alternatives).await?;
                self.steps(rest).await
            }
            Verb::Group(Group::Repeat(repeat)) => {
                let outer = self.world.counter;
                for counter in 0..repeat.times {
                    self.world.counter = counter;
                    self.steps(&repeat.steps).await?;
                }
                self.world.counter = outer;
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
        while let Ok(arrival) = self.incoming.try_recv() {
            self.take(arrival);
        }
        while let Some(cast) = &mut self.cast
            && let Some(news) = cast.try_next()
        {
            cast.take(news);
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
        let Some(cast) = &mut self.cast else {
            return match timeout_at(until, self.incoming.recv()).await {
                Ok(Some(arrival)) => {
                    self.take(arrival);
                    true
                }
                _ => false,
            };
        };
        tokio::select! {
            Some(news) = cast.next() => cast.take(news),
            Some(arrival) = self.incoming.recv() => self.take(arrival),
            () = tokio::time::sleep_until(until) => return false,
        }
        true
    }

    /// The event by which fences of this play travel.
    pub(crate) fn fence_name(&self) -> String {
        format!("fence-{}", self.world.run())
    }

    /// The namespace, but for its number, that echoes of this play ask for.
    pub(crate) fn echo_prefix(&self) -> String {
        format!("/fence-{}-", self.world.run())
    }

    /// The names of the actors whose connections are open.
    pub(crate) fn open_actors(&self) -> BTreeSet<String> {
        self.actors
            .values()
            .filter(|actor| actor.is_open())
            .map(|a| a.name.clone())
            .collect()
    }
}
