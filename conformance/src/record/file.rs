//! The file of a scenario that was made of a recording.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sio_p2p_protocol::{Clause, Family};

use super::convert::Converter;
use super::recording::{client_id, eio_of};
use crate::json::quote;

impl Converter<'_> {
    /// Steps with what may come in any order put together: events in a row at one actor that
    /// different clients have caused.
    fn ordered(&self) -> Vec<String> {
        let mut texts = Vec::new();
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
            if row.len() > 1 && causes.len() == row.len() {
                let inner: Vec<_> = row
                    .iter()
                    .map(|step| format!("      {}", step.text))
                    .collect();
                texts.push(format!("{{ \"all\": [\n{}\n    ] }}", inner.join(",\n")));
            } else {
                texts.extend(row.iter().map(|step| step.text.clone()));
            }
        }
        texts
    }

    pub(super) fn file(&self, id: &str) -> String {
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
        let listed = |items: &BTreeSet<String>| {
            let items: Vec<_> = items.iter().map(|item| quote(item)).collect();
            items.join(", ")
        };
        let mut text = String::from("{\n");
        let title = format!("As recorded in {}", self.recording.name());
        let _ = writeln!(text, "  \"id\": {},", quote(id));
        let _ = writeln!(text, "  \"title\": {},", quote(&title));
        let _ = writeln!(text, "  \"clauses\": [{}],", listed(&clauses));
        let _ = writeln!(text, "  \"level\": \"must\",");
        let _ = writeln!(text, "  \"dialects\": [\"{dialect}\"],");
        if !requires.is_empty() {
            let _ = writeln!(text, "  \"requires\": [{}],", listed(&requires));
        }
        let _ = writeln!(text, "  \"actors\": {{ {} }},", self.actors());
        let _ = writeln!(text, "  \"steps\": [");
        let steps: Vec<_> = self
            .ordered()
            .iter()
            .map(|step| format!("    {step}"))
            .collect();
        let _ = writeln!(text, "{}", steps.join(",\n"));
        text.push_str("  ]\n}\n");
        text
    }

    /// The actors, with what is not the usual.
    fn actors(&self) -> String {
        let opens: Vec<_> = self
            .recording
            .lines
            .iter()
            .filter(|l| l.is_control("open"))
            .collect();
        let generations: BTreeSet<_> = opens.iter().filter_map(|open| eio_of(open)).collect();
        let mut written = BTreeSet::new();
        let mut actors = Vec::new();
        for open in opens {
            if !written.insert(&open.client) {
                continue;
            }
            let mut members = Vec::new();
            let query = open.text(0).unwrap_or_default();
            let id = client_id(&query);
            let actor = self.holes.actor(&open.client);
            match id.as_deref().and_then(|id| self.holes.actor_of(id)) {
                None => members.push("\"anonymous\": true".to_owned()),
                Some(owner) if owner != actor => {
                    members.push(format!("\"client_id\": \"${{{owner}}}\""));
                }
                Some(_) => {}
            }
            let others: Vec<_> = query
                .split('&')
                .filter(|pair| !pair.is_empty() && !pair.starts_with("clientId="))
                .collect();
            if !others.is_empty() {
                let mut pairs: Vec<_> = others.into_iter().map(super::holes::escaped).collect();
                if id.is_some() {
                    pairs.insert(0, format!("clientId=${{{actor}}}"));
                }
                members.push(format!("\"query\": {}", quote(&pairs.join("&"))));
            }
            if let (Some(eio), true) = (eio_of(open), generations.len() > 1) {
                members.push(format!("\"eio\": {eio}"));
            }
            let members = match members.join(", ") {
                none if none.is_empty() => "{}".to_owned(),
                some => format!("{{ {some} }}"),
            };
            actors.push(format!("\"{actor}\": {members}"));
        }
        actors.join(", ")
    }
}
