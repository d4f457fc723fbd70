//! The verbs that look: each waits until its packet is there, and no longer than needed.

use std::collections::BTreeSet;

use crate::json::shorten;
use crate::player::finding::Finding;
use crate::player::peer::look::Look;
use crate::player::play::{Play, Stop};
use crate::scenario::step::{Action, Step, Verb};
use crate::scenario::text::Text;
use crate::scenario::verb::Body;

impl Play {
    /// Waits for one observation.
    pub(crate) async fn observe(&mut self, action: &Action) -> Result<(), Stop> {
        let wait = self.wait();
        loop {
            self.drain();
            match self.look(action)? {
                Look::Matched => return Ok(()),
                Look::Other(finding) => return Err(Stop::Broken(finding)),
                Look::Pending => {}
            }
            self.still_possible(action)?;
            if !self.arrival(wait).await {
                return Err(self.missing(action));
            }
        }
    }

    /// Waits for several observations in any order.
    pub(crate) async fn observe_all(&mut self, steps: &[Step]) -> Result<(), Stop> {
        let mut open: Vec<&Step> = steps.iter().collect();
        let mut wait = self.wait();
        while !open.is_empty() {
            self.drain();
            let mut matched = None;
            let mut blocked: Vec<(String, Finding)> = Vec::new();
            let mut waiting = BTreeSet::new();
            for (index, step) in open.iter().enumerate() {
                let Verb::Do(action) = &step.verb else {
                    continue;
                };
                let at = self.place(action)?;
                match self.look(action)? {
                    Look::Matched => {
                        matched = Some(index);
                        break;
                    }
                    Look::Other(finding) => blocked.push((at, finding)),
                    Look::Pending => {
                        waiting.insert(at);
                    }
                }
            }
            if let Some(index) = matched {
                open.remove(index);
                wait = self.wait();
                continue;
            }
            // What is first at an actor fits none of the steps that look there.
            if let Some((_, finding)) = blocked.into_iter().find(|(at, _)| !waiting.contains(at)) {
                return Err(Stop::Broken(finding));
            }
            for step in &open {
                if let Verb::Do(action) = &step.verb {
                    self.still_possible(action)?;
                }
            }
            if !self.arrival(wait).await {
                let Some(Verb::Do(action)) = open.first().map(|step| &step.verb) else {
                    break;
                };
                return Err(self.missing(action));
            }
        }
        Ok(())
    }

    /// Decides between alternatives; gives the steps that are still to be done.
    pub(crate) async fn choose<'a>(
        &mut self,
        alternatives: &'a [Vec<Step>],
    ) -> Result<&'a [Step], Stop> {
        let wait = self.wait();
        let quiet = alternatives
            .iter()
            .find(|steps| !begins_with_observation(steps));
        let mut fenced = false;
        loop {
            self.drain();
            let mut possible = false;
            let mut seen = None;
            for steps in alternatives
                .iter()
                .filter(|steps| begins_with_observation(steps))
            {
                let Some(Verb::Do(action)) = steps.first().map(|step| &step.verb) else {
                    continue;
                };
                match self.look(action)? {
                    Look::Matched => return Ok(&steps[1..]),
                    Look::Pending => possible |= self.still_possible(action).is_ok(),
                    Look::Other(finding) => seen = Some(finding),
                }
            }
            if let Some(quiet) = quiet {
                if fenced {
                    return Ok(quiet);
                }
                // A fence that breaks because a connection ends may be what an alternative
                // waits for: they are asked once more in any case.
                fenced = true;
                let open = self.open_actors();
                let fragile = alternatives
                    .iter()
                    .flatten()
                    .filter_map(may_close)
                    .collect();
                let mut through = self.fence_all(&open, &fragile).await;
                if through.is_ok() {
                    through = self.fence_clients().await;
                }
                if let Err(stop) = through {
                    self.drain();
                    if alternatives.iter().any(|steps| self.would_match(steps)) {
                        continue;
                    }
                    return Err(stop);
                }
                continue;
            }
            if let Some(finding) = seen {
                return Err(Stop::Broken(finding));
            }
            if !possible || !self.arrival(wait).await {
                let message = "none of the allowed alternatives came about";
                return Err(Stop::Broken(
                    Finding::new(message).comparing("one of them", self.unmatched()),
                ));
            }
        }
    }

    fn would_match(&self, steps: &[Step]) -> bool {
        let Some(Verb::Do(Action::Closed(body))) = steps.first().map(|step| &step.verb) else {
            return false;
        };
        self.actors
            .get(&body.at)
            .and_then(|actor| actor.connection.as_ref())
            .is_some_and(|connection| connection.inbox.closed.is_some())
    }

    /// Proves that a request has no ack.
    pub(crate) async fn unanswered(&mut self, request: &Text) -> Result<(), Stop> {
        let request = self.fill(request)?;
        let Some(asked) = self.asked.get(&request).cloned() else {
            return Err(Stop::broken(format!(
                "nothing has been asked for as {request}"
            )));
        };
        let source = BTreeSet::from([asked.actor.clone()]);
        self.fence_all(&source, &BTreeSet::new()).await?;
        self.drain();
        let connection = self.actor(&asked.actor)?.connection.as_ref();
        let ack = connection
            .filter(|connection| connection.generation == asked.generation)
            .and_then(|connection| connection.inbox.acks.get(&asked.number))
            .and_then(|acks| acks.front());
        match ack {
            None => Ok(()),
            Some(ack) => {
                let message = format!("{request} has got an ack");
                let actual = shorten(&ack.data.json, 200);
                Err(Stop::Broken(
                    Finding::new(message).comparing("no ack", actual),
                ))
            }
        }
    }

    /// The actor that an observation looks at.
    fn place(&self, action: &Action) -> Result<String, Stop> {
        if let Some(client) = self.client_of(action)? {
            return Ok(client);
        }
        if let Action::Acked(body) = action {
            let request = self.fill(&body.request)?;
            let asked = self.asked.get(&request);
            return asked
                .map(|asked| asked.actor.clone())
                .ok_or_else(|| Stop::broken(format!("nothing has been asked for as {request}")));
        }
        let observer = action.observer().map(str::to_owned);
        observer.ok_or_else(|| Stop::broken("not an observation"))
    }

    /// Waiting is pointless when the connection that is looked at has ended.
    fn still_possible(&self, action: &Action) -> Result<(), Stop> {
        let at = self.place(action)?;
        if self.is_driven(&at) {
            return self.client_goes_on(&at);
        }
        let open = self
            .actors
            .get(&at)
            .is_some_and(crate::player::peer::actor::Actor::is_open);
        if open { Ok(()) } else { Err(self.lost(&at)) }
    }

    fn missing(&self, action: &Action) -> Stop {
        if let Some(stop) = self.missing_of_client(action) {
            return stop;
        }
        let what = match action {
            Action::Acked(body) => {
                let request = self.fill(&body.request).unwrap_or_default();
                format!("{request} was not answered")
            }
            Action::Closed(body) => format!("the server did not end the connection of {}", body.at),
            Action::ReceivePacket(body) => format!("{} received no such packet", body.at),
            _ => match self.expected(action) {
                Ok(Some(expected)) => {
                    format!("{} did not receive event {}", expected.at, expected.name)
                }
                _ => "nothing came".to_owned(),
            },
        };
        let expected = match self.expected(action) {
            Ok(Some(expected)) => self.words(&expected),
            _ => "an arrival within the deadline".to_owned(),
        };
        Stop::Broken(Finding::new(what).comparing(expected, self.unmatched()))
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
