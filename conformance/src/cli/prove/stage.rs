//! One play of one check on a server of its own on which one thing goes wrong.
//!
//! Nothing is shared between plays: a fault that happens only once, or hits "somebody
//! else", happens to this scenario and to no other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_server::Config;
use sio_p2p_server::faults::{Fault, FaultSpec};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::wrong::Wrong;
use crate::access::SharedAccess;
use crate::cli::embedded;
use crate::player::client::DriverCommand;
use crate::player::client_check;
use crate::player::play::check::Check;
use crate::player::play::finding::Outcome;
use crate::player::play::trace::Trace;
use crate::player::play::{Play, Played, Road};
use crate::proxy::FaultyProxy;
use crate::proxy::faults::PREFIX;
use crate::runner::testee::{Instance, StartCommand};
use crate::settings;

/// Repeats what is left to chance.
const SEED: u64 = 1;
/// How long a step may take that has nothing to wait for but a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a play with nothing wrong is tried until it passes.
const TRIES: usize = 3;
/// How the events begin by which fences travel; the runner's own, which no fault may hit.
const FENCE: &str = "\"fence-";

/// What a play came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    /// Everything was as the scenario expects.
    Green,
    /// The scenario noticed something, and says what.
    Red(String),
    /// The play proves nothing: the server could not be talked to at all.
    Nothing(String),
}

/// The stage: where the servers come from.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    /// Starts a server in a process of its own, for faults that end the process.
    command: Arc<str>,
    /// Starts the driver of the client that scenarios about clients are played with.
    driver: Option<DriverCommand>,
}

impl Stage {
    /// A stage that starts this very program where a server needs its own process.
    pub(super) fn new(driver: Option<DriverCommand>) -> std::io::Result<Self> {
        let itself = std::env::current_exe()?;
        let command = format!("'{}' prove --serve {{addr}}", itself.display());
        Ok(Self {
            command: command.into(),
            driver,
        })
    }

    /// Plays a check with a fault, or with none.
    pub(super) async fn play(&self, check: &Check, wrong: Option<&Wrong>) -> Came {
        match wrong {
            Some(Wrong::Fault(spec)) if spec.fault == Fault::Crash => {
                self.play_apart(check, *spec).await
            }
            Some(Wrong::Proxy(_)) => self.play_once(check, wrong, true).await,
            Some(_) => self.play_once(check, wrong, false).await,
            None => self.control(check).await,
        }
    }

    /// With nothing wrong it has to pass, also behind a proxy if one is to prove something.
    async fn control(&self, check: &Check) -> Came {
        let came = self.calm(check, false).await;
        let mut proof = check.scenario.proof.iter();
        if came == Came::Green && proof.any(|(name, _)| name.starts_with(PREFIX)) {
            return self.calm(check, true).await;
        }
        came
    }

    /// Plays with nothing wrong. What depends on time may need several tries here, where many
    /// play at once; whether it is flaky is for `run --repeat` to say.
    async fn calm(&self, check: &Check, behind: bool) -> Came {
        let mut came = self.play_once(check, None, behind).await;
        for _ in 1..TRIES {
            if came == Came::Green {
                break;
            }
            came = self.play_once(check, None, behind).await;
        }
        came
    }

    async fn play_once(&self, check: &Check, wrong: Option<&Wrong>, behind: bool) -> Came {
        if check.scenario.server.is_none() {
            let played = play_here(check, wrong, behind).await;
            return played.unwrap_or_else(Came::Nothing);
        }
        let fault = match wrong {
            None => None,
            Some(Wrong::Client(spec)) => Some(spec.clone()),
            Some(other) => return Came::Nothing(format!("{other} is no fault of a client")),
        };
        let Some(driver) = &self.driver else {
            return Came::Nothing("there is no driver".to_owned());
        };
        let patience = wrong.is_none().then_some(PATIENCE);
        let trace = Trace::new();
        let access = SharedAccess::default();
        judge(client_check::play(
            check, driver, &trace, &access, patience, fault,
        ))
        .await
    }

    async fn play_apart(&self, check: &Check, on: FaultSpec) -> Came {
        let scenario = &check.scenario;
        let usual = embedded::config_for(&scenario.requires) == Config::default();
        if !usual || !scenario.settings.is_empty() {
            return Came::Nothing(format!("{on} can only be tried with the usual settings"));
        }
        let command = format!("{} --fault {on}", self.command);
        let started = match StartCommand::parse(&command) {
            Ok(command) => Instance::start(&command, &[check.eio]).await,
            Err(error) => Err(error),
        };
        match started {
            Ok(server) => play_at(check, &server.url(), None).await,
            Err(error) => Came::Nothing(error.to_string()),
        }
    }
}

/// The settings of a server on which this goes wrong.
fn config(check: &Check, wrong: Option<&Wrong>) -> Result<Config, String> {
    let scenario = &check.scenario;
    let stated = !scenario.settings.is_empty() && wrong != Some(&Wrong::DefaultSettings);
    let mut config = if stated {
        settings::config(&scenario.settings)?
    } else {
        embedded::config_for(&scenario.requires)
    };
    if let Some(Wrong::Fault(spec)) = wrong {
        config.faults.on = vec![*spec];
    }
    config.faults.seed = Some(SEED);
    Ok(config)
}

/// Plays on a server of its own, perhaps behind a proxy; or says why that cannot be.
async fn play_here(check: &Check, wrong: Option<&Wrong>, behind: bool) -> Result<Came, String> {
    // Ends the server and the proxy when it is dropped.
    let mut serving = JoinSet::new();
    let mut url = embedded::spawn(config(check, wrong)?, &mut serving)
        .map_err(|error| format!("the server could not be started: {error}"))?;
    if behind {
        let fault = match wrong {
            Some(Wrong::Proxy(spec)) => Some(spec.clone()),
            _ => None,
        };
        let started = async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let proxy = FaultyProxy::new(&url, fault, Some(FENCE.to_owned()));
            let proxy = proxy.map_err(std::io::Error::other)?;
            std::io::Result::Ok((listener.local_addr()?, proxy.serve(listener)))
        };
        let (address, serve) = started
            .await
            .map_err(|error| format!("the proxy could not be started: {error}"))?;
        url = format!("http://{address}");
        serving.spawn(async {
            serve.await;
            Ok(())
        });
    }
    // With nothing wrong it has to pass, however busy the machine is.
    let patience = wrong.is_none().then_some(PATIENCE);
    Ok(play_at(check, &url, patience).await)
}

async fn play_at(check: &Check, url: &str, patience: Option<Duration>) -> Came {
    let road = Road {
        own_server: true,
        ..Road::default()
    };
    let play = Play::new(check, url, Trace::new(), patience).by(road);
    judge(play.run()).await
}

async fn judge(play: impl Future<Output = Played> + Send + 'static) -> Came {
    // In a task of its own: should the runner panic, that is no proof.
    match tokio::spawn(play).await {
        Ok(played) => match played.outcome {
            Outcome::Passed => Came::Green,
            Outcome::Broken(finding) | Outcome::Down(finding) => {
                let at = finding.at.map(|at| format!("line {}: ", at.line));
                Came::Red(format!("{}{}", at.unwrap_or_default(), finding.message))
            }
            Outcome::Untestable(finding) if played.talked => Came::Red(finding.message),
            Outcome::Untestable(finding) => Came::Nothing(finding.message),
            Outcome::NotApplicable(why) | Outcome::NotJudged(why) => Came::Nothing(why),
        },
        Err(error) => Came::Nothing(format!("the runner failed: {error}")),
    }
}

/// Serves with these faults until the process ends.
pub(super) async fn serve(address: SocketAddr, on: &[FaultSpec]) -> std::io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let forever = std::future::pending::<()>();
    let mut config = Config::default();
    config.faults.on = on.to_vec();
    embedded::server(config)?.serve(listener, forever).await
}
