//! A run: many checks, several at a time, none of which can end it.

mod silence;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sio_p2p_transport::EioVersion;
use tokio::sync::mpsc;

use super::events::{Event, Reporter, ServerStory};
use super::life::Life;
use super::options::Options;
use super::plan::{Selection, Unplayed};
use super::queue::Queue;
use super::rounds::merged;
pub use super::target::{Declared, Fresh, StartWith, Target};
use super::testee::{Instance, Knock};
use super::verdict::{CheckResult, settle};
use crate::access::SharedAccess;
use crate::known::{Baseline, Stale};
use crate::player::peer::Road;
use crate::player::peer::pace::{Limits, is_refusal_for_now};
use crate::player::play::check::Check;
use crate::scenario::TransportName;

/// How long a server may take to accept the first client.
const REACHING: Duration = Duration::from_secs(10);

/// How long a server may be away at most, whatever the patience.
const AWAY: Duration = Duration::from_secs(10);

/// Everything that a run needs to know.
#[derive(Debug)]
pub struct Run<'a> {
    /// What is judged.
    pub target: Target,
    /// How reports call it.
    pub name: String,
    /// The checks, in the order of the report.
    pub checks: Vec<Check>,
    /// What was asked for, and what the server declares.
    pub selection: &'a Selection,
    /// How it is done.
    pub options: Options,
    /// What is known to be wrong.
    pub baseline: &'a Baseline,
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The server does not answer, or cannot be started.
    #[error("{0}")]
    CannotReach(String),
    /// A reporter cannot write.
    #[error("cannot write the report: {0}")]
    Report(#[from] std::io::Error),
}

/// What the workers share.
#[derive(Debug)]
struct Shared {
    target: Target,
    checks: Vec<(Check, Option<Unplayed>)>,
    eio: Vec<EioVersion>,
    revision: u32,
    options: Options,
    baseline: Baseline,
    queue: Queue,
    /// The life of a server that is not the runner's own.
    life: Life,
    /// How servers of the runner's own are reached.
    own_road: Road,
    transport: TransportName,
    /// Checks that have to be done again alone, because the server went down while several
    /// were running.
    again: Mutex<Vec<usize>>,
    /// How many plays are going on.
    playing: AtomicUsize,
    /// How many plays have begun.
    begun: AtomicUsize,
    /// How many have failed unexpectedly.
    failures: AtomicUsize,
    /// Whether one has passed.
    passed: AtomicBool,
    /// In how many nothing came at all.
    unanswered: AtomicUsize,
    /// The run is given up, because nothing comes at all.
    is_mute: AtomicBool,
}

impl Shared {
    /// The check that a play is of.
    fn check(&self, play: usize) -> &Check {
        &self.checks[play % self.checks.len()].0
    }

    /// How the server that all checks share is reached.
    fn road(&self) -> Road {
        match self.target {
            Target::Running { .. } => Road {
                pace: Some(Arc::clone(&self.life.pace)),
                ..self.own_road.clone()
            },
            // The servers of this program want nothing.
            Target::Embedded(..) => Road::default(),
            Target::Started(_) | Target::Driven(_) => self.own_road.clone(),
        }
    }

    fn knock(&self, url: &str) -> Knock {
        Knock {
            url: url.to_owned(),
            access: self.road().access,
            transport: self.transport,
        }
    }
}

enum Progress {
    Started(usize),
    Finished(usize, Box<CheckResult>),
}

impl Run<'_> {
    /// Does the checks and tells the reporters; gives the results in the order of the plan.
    pub async fn run(
        self,
        reporters: &mut [Box<dyn Reporter>],
    ) -> Result<(Vec<CheckResult>, Vec<Stale>), RunError> {
        let began = Instant::now();
        self.reach().await?;
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|check| (check.clone(), self.selection.unplayed(check)))
            .collect();
        let rounds = self.options.rounds.max(1);
        let total = checks.len() * rounds;
        let jobs = self.options.jobs.clamp(1, total.max(1));
        let options = Options {
            jobs,
            rounds,
            ..self.options.clone()
        };
        let tell = |reporters: &mut [Box<dyn Reporter>], event: &Event<'_>| {
            reporters
                .iter_mut()
                .try_for_each(|reporter| reporter.event(event))
        };
        tell(
            reporters,
            &Event::Started {
                target: &self.name,
                total,
                options: &options,
            },
        )?;
        let exclusive = !matches!(self.target, Target::Started(_) | Target::Driven(_));
        let mortal = matches!(self.target, Target::Running { .. });
        let limits = Limits {
            refused: options.patience,
            away: options.patience.min(AWAY),
        };
        let own_road = Road {
            own_server: false,
            access: Arc::clone(&options.access),
            pace: None,
        };
        let shared = Arc::new(Shared {
            target: self.target,
            checks,
            eio: self.selection.eio.clone(),
            revision: self.selection.revision,
            queue: Queue::new(&self.checks, exclusive, mortal, &options),
            life: Life::new(limits),
            own_road,
            transport: self.selection.transport(),
            options,
            baseline: self.baseline.clone(),
            again: Mutex::default(),
            playing: AtomicUsize::new(0),
            begun: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            passed: AtomicBool::new(false),
            unanswered: AtomicUsize::new(0),
            is_mute: AtomicBool::new(false),
        });
        let mut results = vec![Vec::new(); shared.checks.len()];
        // Second part: what was interrupted by somebody else's crash, one at a time.
        for second in [false, true] {
            let (sender, mut progress) = mpsc::unbounded_channel();
            if second {
                tokio::spawn(work::work_again(Arc::clone(&shared), sender));
            } else {
                for _ in 0..jobs {
                    tokio::spawn(work::work(Arc::clone(&shared), sender.clone(), jobs == 1));
                }
                drop(sender);
            }
            while let Some(step) = progress.recv().await {
                match step {
                    Progress::Started(index) => {
                        tell(reporters, &Event::CheckStarted(shared.check(index)))?;
                    }
                    Progress::Finished(index, result) => {
                        tell(reporters, &Event::CheckFinished(&result))?;
                        results[index % shared.checks.len()].push(*result);
                    }
                }
            }
        }
        let mut results = merged(results);
        settle(&mut results);
        let stale = self.baseline.stale(results.iter().map(CheckResult::seen));
        let slowed = shared.life.pace.slowed();
        let server = ServerStory {
            ended: shared.life.ended(),
            slowed: (!slowed.is_nothing()).then_some(slowed),
            is_mute: shared.is_mute.load(Ordering::SeqCst),
        };
        let duration = began.elapsed();
        tell(
            reporters,
            &Event::Finished {
                results: &results,
                stale: &stale,
                duration,
                server: &server,
            },
        )?;
        Ok((results, stale))
    }

    /// Makes sure that there is anything to talk to.
    async fn reach(&self) -> Result<(), RunError> {
        match &self.target {
            Target::Started(command) => {
                let started = Instance::start_reaching(
                    command,
                    &self.selection.eio,
                    &self.options.access,
                    self.selection.transport(),
                )
                .await;
                started
                    .map(drop)
                    .map_err(|error| RunError::CannotReach(error.to_string()))
            }
            // Its hello has been heard.
            Target::Driven(_) => Ok(()),
            Target::Running { urls } => {
                for url in urls {
                    self.reach_url(url, &self.options.access).await?;
                }
                Ok(())
            }
            Target::Embedded(servers, _) => {
                for server in servers {
                    self.reach_url(&server.url, &SharedAccess::default())
                        .await?;
                }
                Ok(())
            }
        }
    }

    async fn reach_url(&self, url: &str, access: &SharedAccess) -> Result<(), RunError> {
        let knock = Knock {
            url: url.to_owned(),
            access: Arc::clone(access),
            transport: self.selection.transport(),
        };
        let mut refusals = Vec::new();
        for &eio in &self.selection.eio {
            match knock.greet(eio, REACHING).await {
                Ok(()) => return Ok(()),
                // It is there, and the run will be patient.
                Err(error) if is_refusal_for_now(&error) => return Ok(()),
                Err(error) => refusals.push(format!("Engine.IO {eio}: {error}")),
            }
        }
        let message = format!("no server to talk to at {url}; {}", refusals.join("; "));
        Err(RunError::CannotReach(message))
    }
}
