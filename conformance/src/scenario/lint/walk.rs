//! Walking through the steps without playing them: is every step reachable?

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sio_p2p_protocol::{Dialect, FailureCode};

use super::HEARTBEAT;
use super::story::{Presence, Story, merge};
use crate::scenario::body::Leaving;
use crate::scenario::failures::meant;
use crate::scenario::group::Group;
use crate::scenario::parse::{Problem, Scenario};
use crate::scenario::resolve::resolve;
use crate::scenario::source::Location;
use crate::scenario::step::{Action, ClientVerb, Step, Verb};
use crate::scenario::text::{Part, Text};
use crate::scenario::value::Pattern;
use crate::scenario::verb::{Body, Mention};

struct Walk<'a> {
    scenario: &'a Scenario,
    dialect: Dialect,
    story: Story,
    in_repeat: bool,
    problems: &'a mut Vec<Problem>,
}

/// Walks a scenario in each of its dialects and generations.
pub(super) fn walk(scenario: &Scenario, problems: &mut Vec<Problem>) {
    let mut mentioned = BTreeSet::new();
    for &dialect in &scenario.dialects {
        for eio in [3, 4] {
            if !scenario.eio.is_empty() && !scenario.eio.contains(&eio) {
                continue;
            }
            let steps = resolve(&scenario.steps, dialect, eio);
            let mut walk = Walk {
                scenario,
                dialect,
                story: Story::default(),
                in_repeat: false,
                problems,
            };
            for name in scenario.actors.keys() {
                walk.story.presence.insert(name.clone(), Presence::Absent);
            }
            walk.steps(&steps);
            mentioned.append(&mut walk.story.mentioned);
        }
    }
    for (actor, _) in scenario.actors.values() {
        for text in [&actor.client_id, &actor.query].into_iter().flatten() {
            mentioned.extend(actors_in(text).map(str::to_owned));
        }
    }
    for (name, (actor, at)) in &scenario.actors {
        if actor.without_eio && actor.eio != Some(3) && scenario.eio != [3] {
            let message = format!("{name} is `without_eio`, so `eio` has to be 3");
            problems.push(Problem::new(at, message));
        }
        if !mentioned.contains(name) {
            let message = format!("actor {name} takes no part");
            problems.push(Problem::new(at, message));
        }
    }
}

fn actors_in(text: &Text) -> impl Iterator<Item = &str> {
    text.parts().iter().filter_map(|part| match part {
        Part::Actor(name) => Some(name.as_str()),
        _ => None,
    })
}

impl Walk<'_> {
    fn problem(&mut self, at: &Location, message: impl Into<String>) {
        self.problems.push(Problem::new(at, message));
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        match &step.verb {
            Verb::Do(action) => self.action(&step.at, action),
            Verb::Group(Group::All(steps)) => {
                for inner in steps {
                    if inner.verb.observation().is_none() {
                        self.problem(&inner.at, "`all` holds observations only");
                    }
                }
                self.steps(steps);
            }
            Verb::Group(Group::AnyOf(alternatives)) => self.any_of(step, alternatives),
            Verb::Group(Group::Repeat(repeat)) => {
                if repeat.times == 0 {
                    self.problem(&step.at, "`repeat` needs at least one time");
                }
                let outer = std::mem::replace(&mut self.in_repeat, true);
                self.steps(&repeat.steps);
                self.in_repeat = outer;
            }
            Verb::Group(Group::Within(within)) => {
                if !(1..=60_000).contains(&within.ms) {
                    self.problem(&step.at, "`ms` is between 1 and 60000");
                }
                self.steps(&within.steps);
            }
            // Resolved before, or reported by the parser.
            Verb::Group(Group::When(_) | Group::Case(_)) => {}
        }
    }

    fn any_of(&mut self, step: &Step, alternatives: &[Vec<Step>]) {
        let before = self.story.clone();
        let mut quiet = 0;
        let mut after: Option<Story> = None;
        for alternative in alternatives {
            match alternative.first().map(|first| (&first.at, &first.verb)) {
                None | Some((_, Verb::Do(Action::Silent(_) | Action::Unanswered(_)))) => {
                    quiet += 1;
                }
                Some((_, verb)) if verb.observation().is_some() => {}
                Some((at, _)) => self.problem(
                    at,
                    "an alternative begins with an observation, with `silent` or `unanswered`, \
                     or is empty",
                ),
            }
            self.story = before.clone();
            self.steps(alternative);
            let story = std::mem::take(&mut self.story);
            after = Some(match after {
                None => story,
                Some(other) => merge(other, story),
            });
        }
        self.story = after.unwrap_or(before);
        if quiet > 1 {
            self.problem(&step.at, "only one alternative can be that nothing comes");
        }
        if alternatives.is_empty() {
            self.problem(&step.at, "`any_of` without alternatives for this dialect");
        }
    }

    fn action(&mut self, at: &Location, action: &Action) {
        let mut mentions = Vec::new();
        action.visit(&mut |mention| mentions.push(mention));
        for mention in &mentions {
            match mention {
                Mention::Acts(name) => self.expect(at, name, &[Presence::Here], "acts"),
                Mention::Observes(name) => {
                    self.expect(at, name, &[Presence::Here, Presence::Ended], "observes");
                }
                Mention::Names(name) | Mention::Client(name) => {
                    self.mention(at, name);
                }
                _ => {}
            }
        }
        for mention in &mentions {
            mention.texts(&mut |text| self.text(at, text));
        }
        let is_sent =
            |mention: &Mention<'_>| matches!(mention, Mention::Sends(value) if value.is_matcher());
        if mentions.iter().any(is_sent) {
            self.problem(
                at,
                "$any, $prefix, $suffix, $keep and $optional can only be expected, not sent",
            );
        }
        // Names of requests have to be given before they are used.
        for mention in &mentions {
            match mention {
                Mention::Awaits(name) if !self.story.asked.contains(name.source()) => {
                    let message = format!("nothing has been asked for as {:?}", name.source());
                    self.problem(at, message);
                }
                Mention::Answers(name) if !self.story.taken.contains(name.source()) => {
                    let message = format!("nobody has received a request as {:?}", name.source());
                    self.problem(at, message);
                }
                Mention::Fails(codes) => self.failures(at, codes.as_slice()),
                _ => {}
            }
        }
        for mention in &mentions {
            self.captures(mention);
        }
        self.special(at, action);
    }

    /// The names that a step gives.
    fn captures(&mut self, mention: &Mention<'_>) {
        let story = &mut self.story;
        match mention {
            Mention::Asks(name) => {
                story.asked.insert(name.source().to_owned());
            }
            Mention::Takes(name) => {
                story.taken.insert(name.source().to_owned());
            }
            Mention::Expects(value) => value.keeps(&mut |name| {
                story.kept.insert(name.to_owned());
            }),
            _ => {}
        }
    }

    fn failures(&mut self, at: &Location, codes: &[String]) {
        let mut fits = false;
        for code in codes.iter().flat_map(|code| meant(code)) {
            match code.parse::<FailureCode>() {
                Ok(code) => fits |= code.spec().dialects.contains(&self.dialect),
                Err(error) => return self.problem(at, error.to_string()),
            }
        }
        if !fits {
            self.problem(
                at,
                format!("none of these failures exists in {}", self.dialect),
            );
        }
    }

    /// What is true of single verbs only.
    fn special(&mut self, at: &Location, action: &Action) {
        match action {
            Action::Connect(names) => {
                if names.is_empty() {
                    self.problem(at, "nobody connects");
                }
                for name in names {
                    self.enter(at, name);
                }
            }
            Action::Refused(body) => {
                if body.text.is_some() && body.status.is_some() {
                    self.problem(at, "an HTTP status comes without a reason to compare");
                }
                let before = self.story.presence.get(&body.at).copied();
                self.enter(at, &body.at);
                if let Some(before) = before {
                    self.story.presence.insert(body.at.clone(), before);
                }
            }
            Action::Disconnect(body) => {
                self.expect(at, &body.from, &[Presence::Here], "leaves");
                if body.how == Leaving::Silent && !self.scenario.settings.contains_key(HEARTBEAT) {
                    let message = format!(
                        "the scenario has to state {HEARTBEAT}, by which a silent client is missed"
                    );
                    self.problem(at, message);
                }
                self.story
                    .presence
                    .insert(body.from.clone(), Presence::Left);
            }
            Action::Closed(body) => {
                self.expect(at, &body.at, &[Presence::Here], "is closed");
                self.story.presence.insert(body.at.clone(), Presence::Ended);
            }
            Action::Client(ClientVerb::HangUp(body)) => {
                let ended = Presence::Ended;
                self.story.presence.insert(body.client.clone(), ended);
            }
            Action::Acked(body) if body.args.is_some() && body.failure.is_some() => {
                self.problem(at, "either `args` or `failure`");
            }
            Action::ConnectionStatus(_) if self.dialect == Dialect::V1 => {
                self.problem(at, "`connection_status` exists in v2 only");
            }
            Action::CheckApi(_)
            | Action::CreateApi(_)
            | Action::DestroyApi(_)
            | Action::UseApi(_)
                if self.dialect == Dialect::V1 =>
            {
                self.problem(at, "APIs exist in v2 only");
            }
            Action::OpenStream(body) => {
                self.stream(at, body.channel.as_ref(), body.members.as_ref());
            }
            Action::StreamOffered(body) => {
                self.stream(at, body.channel.as_ref(), body.members.as_ref());
            }
            Action::ListClients(body) if body.includes.is_empty() && body.excludes.is_empty() => {
                self.problem(at, "`list_clients` looks for nobody");
            }
            Action::SendFrame(body) => match (&body.text, &body.binary) {
                (Some(_), None) => {}
                (None, Some(base64)) => {
                    if let Err(error) = STANDARD.decode(base64) {
                        self.problem(at, format!("`binary` is not base64: {error}"));
                    }
                }
                _ => self.problem(at, "either `text` or `binary`"),
            },
            Action::Http(body) if body.status.is_empty() => {
                self.problem(at, "no answer is right: `status` is empty");
            }
            _ => {}
        }
    }

    fn stream(&mut self, at: &Location, channel: Option<&Text>, members: Option<&Pattern>) {
        if channel.is_some() && self.dialect == Dialect::V1 {
            self.problem(at, "channels exist in v2 only");
        }
        if !matches!(members, None | Some(Pattern::Object(_))) {
            self.problem(at, "`members` is an object");
        }
    }

    fn enter(&mut self, at: &Location, name: &str) {
        if self.mention(at, name) {
            if self.story.presence.get(name) == Some(&Presence::Here) {
                self.problem(at, format!("{name} is connected already"));
            }
            self.story.presence.insert(name.to_owned(), Presence::Here);
        }
    }

    fn expect(&mut self, at: &Location, name: &str, allowed: &[Presence], does: &str) {
        if !self.mention(at, name) {
            return;
        }
        let presence = self
            .story
            .presence
            .get(name)
            .copied()
            .unwrap_or(Presence::Absent);
        if allowed.contains(&presence) || presence == Presence::Unclear {
            return;
        }
        let message = match presence {
            Presence::Absent => format!("{name} {does} before it connects"),
            Presence::Left => format!("{name} {does} after it has left"),
            _ => format!("{name} {does} after its connection has ended"),
        };
        self.problem(at, message);
    }

    fn mention(&mut self, at: &Location, name: &str) -> bool {
        if !self.scenario.actors.contains_key(name) {
            self.problem(at, format!("there is no actor {name:?}"));
            return false;
        }
        self.story.mentioned.insert(name.to_owned());
        true
    }

    fn text(&mut self, at: &Location, text: &Text) {
        for part in text.parts() {
            match part {
                Part::Actor(name)
                    if self.mention(at, name)
                        && self
                            .scenario
                            .actors
                            .get(name)
                            .is_some_and(|(a, _)| a.anonymous) =>
                {
                    self.problem(at, format!("{name} is anonymous and has no client id"));
                }
                Part::Socket(name) | Part::Engine(name) => {
                    let known = [Presence::Here, Presence::Left, Presence::Ended];
                    self.expect(at, name, &known, "has no session");
                }
                Part::Counter if !self.in_repeat => {
                    self.problem(at, "${n} means something in `repeat` only");
                }
                Part::Ack(request) if !self.story.taken.contains(request) => {
                    self.problem(at, format!("nobody has received a request as {request:?}"));
                }
                Part::Kept(name) if !self.story.kept.contains(name) => {
                    self.problem(at, format!("nothing has been kept as {name:?}"));
                }
                _ => {}
            }
        }
    }
}
