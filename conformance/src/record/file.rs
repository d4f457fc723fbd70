//! The file of a scenario that was made of a recording.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Map;
use sio_p2p_protocol::{Clause, Family};
use sio_p2p_transport::EioVersion;

use super::convert::Converter;
use super::variables::template;
use crate::json::spaced;
use crate::scenario::Level;
use crate::scenario::group::Group;
use crate::scenario::model::ActorDocument;
use crate::scenario::step::{Step, Verb};
use crate::scenario::text::escaped;

impl Converter<'_> {
    /// Steps with what may come in any order put together: events in a row at one actor that
    /// different clients have caused.
    fn ordered(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut rest = self.steps.as_slice();
        while let Some(first) = rest.first() {
            let row = match &first.received {
                None => 1,
                Some((at, _)) => rest
                    .iter()
                    .take_while(|step| step.received.as_ref().is_some_and(|(to, _)| to == at))
                    .count(),
            };
            let (row, after) = rest.split_at(row);
            rest = after;
            let causes = row.iter().filter_map(|step| step.received.as_ref());
            let causes: BTreeSet<_> = causes.filter_map(|(_, cause)| cause.as_ref()).collect();
            let inner = row.iter().map(|made| Verb::Do(made.action.clone()).into());
            if row.len() > 1 && causes.len() == row.len() {
                steps.push(Verb::Group(Group::All(inner.collect())).into());
            } else {
                steps.extend(inner);
            }
        }
        steps
    }

    pub(super) fn file(&self, id: &str) -> Result<String, String> {
        let dialect = self.recording.dialect();
        let mut clauses = BTreeSet::new();
        let mut requires: BTreeSet<String> = BTreeSet::new();
        requires.extend(self.recording.needs().map(|needs| needs.to_string()));
        for (_, event) in self.recording.client_events() {
            let spec = event.spec();
            // The first is what the event is for.
            let known = spec.clauses.iter().take(1).map(ToString::to_string);
            clauses.extend(known.filter(|clause| {
                let found = Clause::find(clause);
                found.is_some_and(|found| {
                    found.id.to_string().starts_with("SRV-") && found.dialects.contains(&dialect)
                })
            }));
            if matches!(
                spec.family,
                Family::Stream | Family::Service | Family::Topic
            ) {
                requires.insert(spec.family.as_str().to_owned());
            }
        }
        if clauses.is_empty() {
            clauses.insert("SRV-CON-1".to_owned());
        }
        let title = format!("As recorded in {}", self.recording.name());
        let mut members = vec![
            ("id", spaced(&id)),
            ("title", spaced(&title)),
            ("clauses", spaced(&clauses)),
            ("level", spaced(&Level::Must)),
            ("dialects", spaced(&[dialect.as_str()])),
        ];
        if !requires.is_empty() {
            members.push(("requires", spaced(&requires)));
        }
        members.push(("actors", spaced(&self.actors()?)));
        members.push(("steps", lines(&self.ordered(), 4)));
        let mut text = String::from("{\n");
        let last = members.len() - 1;
        for (index, (name, value)) in members.into_iter().enumerate() {
            let value = value.map_err(|error| error.to_string())?;
            let comma = if index < last { "," } else { "" };
            let _ = writeln!(text, "  \"{name}\": {value}{comma}");
        }
        text.push_str("}\n");
        Ok(text)
    }

    /// The actors, with what is not the usual.
    fn actors(&self) -> Result<Map<String, serde_json::Value>, String> {
        let opens = || self.recording.opens();
        let generations: BTreeSet<_> = opens().filter_map(|open| open.eio).collect();
        let mut actors = Map::new();
        for open in opens() {
            let actor = self.variables.actor(open.client);
            if actors.contains_key(&actor) {
                continue;
            }
            let mut document = ActorDocument::default();
            match open
                .id
                .as_deref()
                .and_then(|id| self.variables.actor_of(id))
            {
                None => document.anonymous = true,
                Some(owner) if owner != actor => {
                    document.client_id = Some(template(format!("${{{owner}}}"))?);
                }
                Some(_) => {}
            }
            let others: Vec<_> = open
                .query
                .split('&')
                .filter(|pair| !pair.is_empty() && !pair.starts_with("clientId="))
                .collect();
            if !others.is_empty() {
                let mut pairs: Vec<_> = others.into_iter().map(escaped).collect();
                if open.id.is_some() {
                    pairs.insert(0, format!("clientId=${{{actor}}}"));
                }
                document.query = Some(template(pairs.join("&"))?);
            }
            let eio = open.eio.filter(|_| generations.len() > 1);
            document.eio = eio.map(EioVersion::number);
            let document = serde_json::to_value(document).map_err(|error| error.to_string())?;
            actors.insert(actor, document);
        }
        Ok(actors)
    }
}

/// An array with a step on each line, so far to the right.
fn lines(steps: &[Step], indent: usize) -> serde_json::Result<String> {
    let (inner, outer) = (" ".repeat(indent), " ".repeat(indent - 2));
    let step = |step: &Step| {
        let text = match &step.verb {
            Verb::Group(Group::All(steps)) => {
                format!("{{ \"all\": {} }}", lines(steps, indent + 2)?)
            }
            _ => spaced(step)?,
        };
        Ok(format!("{inner}{text}"))
    };
    let steps: serde_json::Result<Vec<_>> = steps.iter().map(step).collect();
    Ok(format!("[\n{}\n{outer}]", steps?.join(",\n")))
}
