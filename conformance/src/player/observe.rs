//! The verbs that look: each waits until its packet is there, and no longer than needed.

use std::collections::BTreeSet;

use crate::blame::{How, Sign};
use crate::json::shorten;
use crate::player::client::finish;
use crate::player::peer::fences;
use crate::player::play::Play;
use crate::player::play::attempt::Attempt;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::player::{client, peer};
use crate::scenario::step::{Action, ClientVerb, Step, Verb};
use crate::scenario::text::Text;
use crate::scenario::verb::Body;

/// Waits for one observation.
pub(crate) async fn observe(play: &mut Play, action: &Action) -> Result<(), Stop> {
    let wait = play.wait();
    loop {
        play.drain();
        match attempt(play, action)? {
            Attempt::Matched => return Ok(()),
            Attempt::Mismatch(finding) => return Err(Stop::Broken(finding)),
            Attempt::Pending => {}
        }
        still_possible(play, action)?;
        if !play.arrival(wait).await {
            return Err(missing(play, action));
        }
    }
}

/// Waits for several observations in any order.
pub(crate) async fn observe_all(play: &mut Play, steps: &[Step]) -> Result<(), Stop> {
    let mut open: Vec<&Step> = steps.iter().collect();
    let mut wait = play.wait();
    while !open.is_empty() {
        play.drain();
        let mut matched = None;
        let mut blocked: Vec<(String, &Step, Finding)> = Vec::new();
        let mut waiting = BTreeSet::new();
        for (index, step) in open.iter().enumerate() {
            let Verb::Do(action) = &step.verb else {
                continue;
            };
            let at = place(play, action)?;
            match attempt(play, action)? {
                Attempt::Matched => {
                    matched = Some(index);
                    break;
                }
                Attempt::Mismatch(finding) => blocked.push((at, step, finding)),
                Attempt::Pending => {
                    waiting.insert(at);
                }
            }
        }
        if let Some(index) = matched {
            open.remove(index);
            wait = play.wait();
            continue;
        }
        // What is first at an actor fits none of the steps that look there.
        let mut blocked = blocked.into_iter();
        if let Some((_, step, finding)) = blocked.find(|(at, ..)| !waiting.contains(at)) {
            return Err(of_step(play, step, Stop::Broken(finding)));
        }
        for step in &open {
            if let Verb::Do(action) = &step.verb {
                still_possible(play, action).map_err(|stop| of_step(play, step, stop))?;
            }
        }
        if !play.arrival(wait).await {
            let Some(step) = open.first() else {
                break;
            };
            let Verb::Do(action) = &step.verb else {
                break;
            };
            return Err(of_step(play, step, missing(play, action)));
        }
    }
    Ok(())
}

/// A step of several that are looked at together is what has failed.
fn of_step(play: &Play, step: &Step, mut why: Stop) -> Stop {
    play.blame(why.finding(), Some(step));
    why
}

/// Decides between alternatives; gives the steps that are still to be done.
pub(crate) async fn choose<'a>(
    play: &mut Play,
    alternatives: &'a [Vec<Step>],
) -> Result<&'a [Step], Stop> {
    let wait = play.wait();
    let quiet = alternatives
        .iter()
        .find(|steps| !begins_with_observation(steps));
    let mut fenced = false;
    loop {
        play.drain();
        let mut possible = false;
        let mut seen = None;
        for steps in alternatives
            .iter()
            .filter(|steps| begins_with_observation(steps))
        {
            let Some(Verb::Do(action)) = steps.first().map(|step| &step.verb) else {
                continue;
            };
            match attempt(play, action)? {
                Attempt::Matched => return Ok(&steps[1..]),
                Attempt::Pending => possible |= still_possible(play, action).is_ok(),
                Attempt::Mismatch(finding) => seen = Some((steps, finding)),
            }
        }
        if let Some(quiet) = quiet {
            if fenced {
                return Ok(quiet);
            }
            // A fence that breaks because a connection ends may be what an alternative
            // waits for: they are asked once more in any case.
            fenced = true;
            let open = play.peers.open_names();
            let fragile = alternatives
                .iter()
                .flatten()
                .filter_map(may_close)
                .collect();
            let mut through = fences::fence_all(play, &open, &fragile).await;
            if through.is_ok() {
                through = finish::fence_clients(play).await;
            }
            if let Err(stop) = through {
                play.drain();
                if alternatives.iter().any(|steps| would_match(play, steps)) {
                    continue;
                }
                return Err(stop);
            }
            continue;
        }
        if let Some((steps, finding)) = seen {
            let why = Stop::Broken(finding);
            return Err(match steps.first() {
                Some(step) => of_step(play, step, why),
                None => why,
            });
        }
        if !possible || !play.arrival(wait).await {
            let message = "none of the allowed alternatives came about";
            let stop = Stop::broken(message).comparing("one of them", play.peers.unmatched());
            return Err(stop.signed(How::Missing));
        }
    }
}

fn would_match(play: &Play, steps: &[Step]) -> bool {
    let Some(Verb::Do(Action::Closed(body))) = steps.first().map(|step| &step.verb) else {
        return false;
    };
    let connection = play.peers.connection(&body.at);
    connection.is_some_and(|connection| connection.inbox.closed.is_some())
}

/// Proves that a request has no ack.
pub(crate) async fn unanswered(play: &mut Play, request: &Text) -> Result<(), Stop> {
    let request = play.fill(request)?;
    let Some(asked) = play.peers.asked.get(&request).cloned() else {
        return Err(Stop::broken(format!(
            "nothing has been asked for as {request}"
        )));
    };
    let source = BTreeSet::from([asked.actor.clone()]);
    fences::fence_all(play, &source, &BTreeSet::new()).await?;
    play.drain();
    let connection = play.peers.connection(&asked.actor);
    let ack = connection
        .filter(|connection| connection.generation == asked.generation)
        .and_then(|connection| connection.inbox.acks.get(&asked.number))
        .and_then(|acks| acks.front());
    match ack {
        None => Ok(()),
        Some(ack) => {
            let message = format!("{request} has got an ack");
            let actual = shorten(&ack.data.json, 200);
            let stop = Stop::broken(message).comparing("no ack", actual);
            Err(stop.signed(Sign::invented_ack()))
        }
    }
}

/// The actor whose connection the server may end in this step.
fn may_close(step: &Step) -> Option<String> {
    match &step.verb {
        Verb::Do(Action::Closed(body)) => Some(body.at.clone()),
        _ => None,
    }
}

fn begins_with_observation(steps: &[Step]) -> bool {
    let first = steps.first();
    first.is_some_and(|step| step.verb.observation().is_some())
}

/// Looks once; takes out what matches.
fn attempt(play: &mut Play, action: &Action) -> Result<Attempt, Stop> {
    match action {
        Action::Client(verb) => client::expect::attempt(play, verb),
        Action::Acked(body) => {
            let request = play.fill(&body.request)?;
            let asked = play.peers.asked.get(&request).cloned();
            match asked.filter(|asked| play.clients.has(&asked.actor)) {
                Some(asked) => client::expect::match_ack(play, &request, &asked, body),
                None => peer::expect::attempt(play, action),
            }
        }
        _ => peer::expect::attempt(play, action),
    }
}

/// The actor that an observation looks at.
fn place(play: &Play, action: &Action) -> Result<String, Stop> {
    let found = match action {
        Action::Client(ClientVerb::Replied(body)) => {
            let command = play.clients.commands.get(&play.fill(&body.command)?);
            command.map(|(client, _)| client.clone())
        }
        Action::Acked(body) => {
            let request = play.fill(&body.request)?;
            let asked = play.peers.asked.get(&request);
            let asked = asked.ok_or_else(|| format!("nothing has been asked for as {request}"))?;
            Some(asked.actor.clone())
        }
        _ => action.client().or(action.observer()).map(str::to_owned),
    };
    found.ok_or_else(|| Stop::broken("not an observation"))
}

/// Waiting is pointless when the connection that is looked at has ended.
fn still_possible(play: &Play, action: &Action) -> Result<(), Stop> {
    let at = place(play, action)?;
    if play.clients.has(&at) {
        return play.clients.goes_on(&at);
    }
    if play.peers.is_open(&at) {
        Ok(())
    } else {
        Err(play.peers.lost(&at))
    }
}

/// The finding that an observation has not come true in time.
fn missing(play: &Play, action: &Action) -> Stop {
    if let Some(stop) = finish::missing(play, action) {
        return stop;
    }
    let what = match action {
        Action::Acked(body) => {
            let request = play.fill(&body.request).unwrap_or_default();
            format!("{request} was not answered")
        }
        Action::Closed(body) => format!("the server did not end the connection of {}", body.at),
        Action::ReceivePacket(body) => format!("{} received no such packet", body.at),
        _ => match peer::expect::expected(play, action) {
            Ok(Some(expected)) => {
                format!(
                    "{} did not receive event {}",
                    expected.at, expected.event.name
                )
            }
            _ => "nothing came".to_owned(),
        },
    };
    let expected = match peer::expect::expected(play, action) {
        Ok(Some(expected)) => peer::expect::words(play, &expected),
        _ => "an arrival within the deadline".to_owned(),
    };
    let stop = Stop::broken(what).comparing(expected, play.peers.unmatched());
    stop.signed(How::Missing)
}
