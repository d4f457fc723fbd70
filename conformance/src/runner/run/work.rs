//! The work of a run: one check after the other, and what became of its server.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::mpsc;

use super::silence::is_silence;
use super::{Progress, Shared, StartWith, Target};
use crate::known::Flaky;
use crate::player::client_check;
use crate::player::peer::Road;
use crate::player::play::check::Check;
use crate::player::play::finding::{Finding, Outcome};
use crate::player::play::trace::Trace;
use crate::player::play::{Play, Played};
use crate::runner::health::{judge_own, judge_shared};
use crate::runner::life::Suspect;
use crate::runner::plan::Unplayed;
use crate::runner::target::server_for;
use crate::runner::testee::Instance;
use crate::runner::verdict::CheckResult;
use crate::verdict::Verdict;

pub(super) async fn work(
    shared: Arc<Shared>,
    progress: mpsc::UnboundedSender<Progress>,
    alone: bool,
) {
    let mut instance = None;
    while let Some(ticket) = shared.queue.next().await {
        one(&shared, ticket.index, &progress, &mut instance, alone).await;
    }
}

pub(super) async fn work_again(shared: Arc<Shared>, progress: mpsc::UnboundedSender<Progress>) {
    let again = std::mem::take(&mut *shared.again.lock());
    for index in again {
        one(&shared, index, &progress, &mut None, true).await;
    }
}

/// Does one check. Nobody minds if the run has ended meanwhile and does not listen.
async fn one(
    shared: &Shared,
    index: usize,
    progress: &mpsc::UnboundedSender<Progress>,
    instance: &mut Option<Instance>,
    alone: bool,
) {
    let _ = progress.send(Progress::Started(index));
    let (check, unplayed) = &shared.checks[index % shared.checks.len()];
    let began = Instant::now();
    let mut trace = Trace::new();
    let outcome = match unplayed {
        Some(Unplayed::NotApplicable(why)) => Some(Outcome::NotApplicable(why.clone())),
        Some(Unplayed::Untestable(why)) => Some(Outcome::Untestable(Finding::new(why))),
        None if shared.life.is_gone() => {
            let verdict = shared.life.verdict_on(index);
            let (outcome, seen) = verdict.unwrap_or_else(|| {
                let why = "not judged: the server had ended before".to_owned();
                (Outcome::NotJudged(why), trace.clone())
            });
            trace = seen;
            Some(outcome)
        }
        None => examine(shared, index, instance, &trace, alone).await,
    };
    let Some(outcome) = outcome else {
        shared.again.lock().push(index);
        return;
    };
    let mut result = CheckResult::new(
        check.clone(),
        outcome,
        began.elapsed(),
        trace.lines(),
        shared.options.held_to,
    );
    if check.scenario.since > shared.revision {
        result = result.unscored(shared.revision);
    }
    result.expected_because = shared.baseline.expects(&result.seen()).map(str::to_owned);
    if let Some(why) = shared.baseline.flaky(&check.key()) {
        let passed = result.verdict == Verdict::Pass;
        if !passed {
            result.expected_because = Some(format!("known to flicker: {why}"));
        }
        result.flaky = Some(Flaky {
            why: why.to_owned(),
            passed: usize::from(passed),
            rounds: 1,
        });
    }
    if result.is_unexpected() {
        let failures = shared.failures.fetch_add(1, Ordering::SeqCst) + 1;
        if shared
            .options
            .max_failures
            .is_some_and(|max| failures >= max)
        {
            shared.queue.close();
        }
    }
    shared.listens(&result);
    let _ = progress.send(Progress::Finished(index, Box::new(result)));
}

/// After how many checks in which nothing came at all, and none that passed, a run is given up.
const MUTE: usize = 20;

impl Shared {
    /// Gives the run up if the server lets clients in and then says nothing: each of its checks
    /// would wait to the end.
    fn listens(&self, result: &CheckResult) {
        if result.verdict == Verdict::Pass {
            self.passed.store(true, Ordering::SeqCst);
        }
        if !is_silence(result) {
            return;
        }
        let unanswered = self.unanswered.fetch_add(1, Ordering::SeqCst) + 1;
        if unanswered >= MUTE && !self.passed.load(Ordering::SeqCst) {
            self.is_mute.store(true, Ordering::SeqCst);
            self.queue.close();
        }
    }
}

/// Plays one check and sees to the server's health afterwards. `None` if it has to be done
/// again alone, or if the server has ended for good.
async fn examine(
    shared: &Shared,
    index: usize,
    instance: &mut Option<Instance>,
    trace: &Trace,
    alone: bool,
) -> Option<Outcome> {
    let check = shared.check(index);
    let url = match &shared.target {
        Target::Driven(command) => {
            let (access, timeout) = (&shared.options.access, shared.options.timeout);
            let play = client_check::play(check, command, trace, access, timeout, None);
            return Some(guarded(play).await.outcome);
        }
        Target::Running { urls } => urls.first().cloned().unwrap_or_default(),
        Target::Embedded(_, start) if !check.scenario.settings.is_empty() => {
            return Some(examine_alone(shared, check, *start, trace).await);
        }
        Target::Embedded(servers, _) => server_for(servers, check)
            .map(|server| server.url.clone())
            .unwrap_or_default(),
        Target::Started(command) => {
            if instance
                .as_mut()
                .is_none_or(|instance| instance.ended().is_some())
            {
                let access = &shared.own_road.access;
                match Instance::start_reaching(command, &shared.eio, access, shared.transport).await
                {
                    Ok(started) => *instance = Some(started),
                    Err(error) => {
                        let finding = Finding::new("the server could not be started");
                        let finding = finding.comparing("a server", error.to_string());
                        return Some(Outcome::Untestable(finding));
                    }
                }
            }
            instance.as_ref().map(Instance::url).unwrap_or_default()
        }
    };
    let others: &[String] = match &shared.target {
        Target::Running { urls } => urls.get(1..).unwrap_or_default(),
        _ => &[],
    };
    let road = shared.road();
    // A server that refuses some for the moment is asked for less at a time.
    let _turn = match &road.pace {
        Some(pace) if pace.is_slow() => Some(pace.turn.lock().await),
        _ => None,
    };
    let playing = shared.playing.fetch_add(1, Ordering::SeqCst);
    let mine = shared.begun.fetch_add(1, Ordering::SeqCst) + 1;
    shared.life.begins(check.name());
    let timeout = shared.options.timeout;
    let play = Play::new(check, &url, trace.clone(), timeout).beside(others);
    let own_server = !matches!(shared.target, Target::Running { .. });
    let road = Road {
        own_server,
        ..road.clone()
    };
    let played = guarded(play.by(road).run()).await;
    let undisturbed = playing == 0 && shared.begun.load(Ordering::SeqCst) == mine;
    shared.playing.fetch_sub(1, Ordering::SeqCst);
    if instance.is_some() {
        return Some(judge_own(check, played, instance).await);
    }
    let knock = shared.knock(&url);
    let Played { outcome, talked } = played;
    let suspect = Suspect {
        play: index,
        name: check.name(),
        outcome,
        trace: trace.clone(),
        alone: alone || undisturbed,
    };
    judge_shared(&shared.life, &knock, check.eio, suspect, talked).await
}

/// Plays one check on a server with the settings of its scenario. That server may well turn
/// strangers away, so it is not asked how it is.
async fn examine_alone(shared: &Shared, check: &Check, start: StartWith, trace: &Trace) -> Outcome {
    match start(&check.scenario.settings) {
        Ok(server) => {
            let timeout = shared.options.timeout;
            let play = Play::new(check, &server.url, trace.clone(), timeout).by(Road {
                own_server: true,
                ..Road::default()
            });
            guarded(play.run()).await.outcome
        }
        Err(error) => {
            let finding = Finding::new("a server with these settings could not be started");
            Outcome::Untestable(finding.comparing("a server", error))
        }
    }
}

/// Plays in a task of its own: should the runner itself panic, it costs one verdict.
async fn guarded(play: impl Future<Output = Played> + Send + 'static) -> Played {
    match tokio::spawn(play).await {
        Ok(played) => played,
        Err(error) => {
            let finding = Finding::new("the runner failed; this is a defect of the runner")
                .comparing("a verdict", error.to_string());
            Played {
                outcome: Outcome::Untestable(finding),
                talked: true,
            }
        }
    }
}
