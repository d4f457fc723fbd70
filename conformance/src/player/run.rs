//! The walk through the steps of a scenario, and its end: everything is fenced, and nothing
//! is left.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::client::finish;
use super::peer::fences;
use super::play::finding::{Finding, Outcome};
use super::play::stop::Stop;
use super::play::{Play, Played};
use super::{act, observe};
use crate::blame::Blame;
use crate::scenario::group::Group;
use crate::scenario::resolve::resolve;
use crate::scenario::step::{Action, Step, Verb};
use crate::scenario::verb::Body;

/// A scenario that takes longer than this as a whole is given up, however much comes.
const SCENARIO_LIMIT: Duration = Duration::from_mins(5);

impl Play {
    /// Plays the scenario to its end, final fences included.
    pub(crate) async fn run(mut self) -> Played {
        let scenario = Arc::clone(&self.check.scenario);
        let steps = resolve(&scenario.steps, self.check.dialect, self.check.eio.number());
        let story = async {
            self.steps(&steps).await?;
            nothing_left(&mut self).await
        };
        let result = match tokio::time::timeout(SCENARIO_LIMIT, story).await {
            Ok(result) => result,
            Err(_) => Err(Stop::broken("the scenario was not over after five minutes")),
        };
        let result = result.map_err(|mut stop| {
            self.blame(stop.finding(), None);
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

    /// Says which clauses may be broken, unless a step inside has said it.
    pub(super) fn blame(&self, finding: &mut Finding, step: Option<&Step>) {
        if finding.blame().is_none() {
            let message = self.bindings.humanise(&finding.message);
            let blame = Blame::of(&self.check.scenario, step, &finding.sign(), &message);
            finding.reason_mut().blame = Some(blame);
        }
    }

    /// Writes generated names in the message as the scenario writes them, and adds the last
    /// remark. Both sides of a comparison keep them: they are read beside the packets.
    fn complete(&self, finding: &mut Finding) {
        finding.message = self.bindings.humanise(&finding.message);
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
                    let finding = stop.finding();
                    // The innermost step keeps its place, and its clause.
                    finding.at.get_or_insert_with(|| Box::new(step.at.clone()));
                    self.blame(finding, Some(step));
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
}

/// The end of the story: everything is fenced, and nothing is left unmatched.
async fn nothing_left(play: &mut Play) -> Result<(), Stop> {
    play.drain();
    departures_noticed(play).await?;
    let open = play.peers.open_names();
    fences::fence_all(play, &open, &BTreeSet::new()).await?;
    finish::fence_clients(play).await?;
    // What the clients under test have sent meanwhile.
    if !play.clients.all.is_empty() {
        fences::fence_all(play, &open, &BTreeSet::new()).await?;
    }
    play.drain();
    finish::are_done(play).await?;
    for name in play.peers.actors.keys().cloned().collect::<Vec<_>>() {
        play.peers.no_leftovers(&name, true)?;
    }
    Ok(())
}

/// Waits until the server has noticed who has left, if anybody is there to ask. A server
/// that never forgets is not judged here: other scenarios are about that.
async fn departures_noticed(play: &mut Play) -> Result<(), Stop> {
    let open = play.peers.open_names();
    let present: BTreeSet<_> = open
        .iter()
        .filter_map(|name| play.bindings.id(name))
        .map(str::to_owned)
        .collect();
    let gone: Vec<_> = play
        .peers
        .actors
        .values()
        .filter(|actor| actor.left && actor.generations > 0)
        .filter_map(|actor| play.bindings.id(&actor.name))
        .filter(|id| !present.contains(*id))
        .map(str::to_owned)
        .collect();
    let observer = open
        .iter()
        .find(|name| play.bindings.id(name).is_some())
        .cloned();
    let (Some(observer), false) = (observer, gone.is_empty()) else {
        return Ok(());
    };
    let _ = fences::unlisted(play, &observer, &gone).await?;
    Ok(())
}
