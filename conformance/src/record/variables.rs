//! Recorded values in the words of scenarios: what was chosen for the recording becomes a hole.

use std::collections::{BTreeMap, BTreeSet};

use sio_p2p_protocol::Dialect;

use super::line::Line;
use super::recording::Recording;
use crate::attachments::bytes_of;
use crate::json::{elements, members, unquote};
use crate::scenario::failures::FailureCodes;
use crate::scenario::failures::failures;
use crate::scenario::text::{Text, escaped, is_name};
use crate::scenario::value::{Kind, Pattern};

/// Which hole stands for which recorded name.
#[derive(Debug)]
pub(super) struct Variables {
    /// Actors by the name of the recorded client.
    clients: BTreeMap<String, String>,
    /// Actors by client id: the first that had it.
    ids: BTreeMap<String, String>,
    /// Clients whose id nobody else has.
    own: BTreeSet<String>,
    /// Rooms and APIs, with the names of their variables.
    rooms: BTreeMap<String, String>,
    /// Whole strings with something random in them that have come, with the names they are
    /// kept under.
    kept: BTreeMap<String, String>,
}

/// A failure, and the actor that it is about.
pub(super) type Failure = (FailureCodes, Option<String>);

/// Names that mean something else in scenarios.
const TAKEN: [&str; 2] = ["n", "run"];

impl Variables {
    pub(super) fn new(recording: &Recording) -> Self {
        let mut variables = Self {
            clients: BTreeMap::new(),
            ids: BTreeMap::new(),
            own: BTreeSet::new(),
            rooms: BTreeMap::new(),
            kept: BTreeMap::new(),
        };
        let mut used = BTreeSet::new();
        let mut sharing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for open in recording.opens() {
            if !variables.clients.contains_key(open.client) {
                let actor = free_name(open.client, "c", &mut used);
                variables.clients.insert(open.client.to_owned(), actor);
            }
            if let Some(id) = open.id {
                let actor = variables.actor(open.client);
                variables.ids.entry(id.clone()).or_insert(actor);
                sharing
                    .entry(id)
                    .or_default()
                    .insert(open.client.to_owned());
            }
        }
        for clients in sharing.into_values().filter(|clients| clients.len() == 1) {
            variables.own.extend(clients);
        }
        let mut used = BTreeSet::new();
        for key in recording.keys() {
            if !variables.rooms.contains_key(&key) && !variables.ids.contains_key(&key) {
                let name = free_name(&key, "r", &mut used);
                variables.rooms.insert(key, name);
            }
        }
        variables
    }

    /// The actor that a client is.
    pub(super) fn actor(&self, client: &str) -> String {
        self.clients.get(client).cloned().unwrap_or_default()
    }

    /// The actor with this client id.
    pub(super) fn actor_of(&self, id: &str) -> Option<String> {
        self.ids.get(id).cloned()
    }

    /// Client ids, with the actors that have them.
    pub(super) fn actors(&self) -> impl Iterator<Item = (&String, &String)> {
        self.ids.iter()
    }

    /// Whether a client has an id that no other client of the recording has.
    pub(super) fn has_own_id(&self, client: &str) -> bool {
        self.own.contains(client)
    }

    /// The arguments of a line.
    pub(super) fn list(&mut self, line: &Line, sent: bool) -> Result<Vec<Pattern>, String> {
        match self.value(&line.list(), sent)? {
            Pattern::Array(items) => Ok(items),
            other => Ok(vec![other]),
        }
    }

    /// A value, as it is sent or expected.
    pub(super) fn value(&mut self, json: &str, sent: bool) -> Result<Pattern, String> {
        self.nested(json.trim(), sent, 0)
    }

    fn nested(&mut self, json: &str, sent: bool, depth: usize) -> Result<Pattern, String> {
        // Scenarios nest less deep than the wire; deeper values are raw.
        if depth > 40 {
            return raw(json);
        }
        match json.as_bytes().first() {
            Some(b'"') => match unquote(json) {
                Some(text) => self.string(&text, sent),
                None => raw(json),
            },
            Some(b'[') => {
                let items = elements(json).unwrap_or_default();
                let items = items.into_iter();
                let items = items.map(|item| self.nested(item.get(), sent, depth + 1));
                items.collect::<Result<_, _>>().map(Pattern::Array)
            }
            Some(b'{') => {
                if let Some(bytes) = bytes_of(json) {
                    return Ok(Pattern::Binary(bytes.to_vec()));
                }
                let members = members(json).unwrap_or_default();
                if let [(key, _)] = members.as_slice()
                    && key.starts_with('$')
                {
                    return raw(json);
                }
                let members = members.into_iter().map(|(key, value)| {
                    let value = self.nested(value.get(), sent, depth + 1)?;
                    Ok((template(escaped(&key))?, value))
                });
                members.collect::<Result<_, String>>().map(Pattern::Object)
            }
            _ => Pattern::literal(json).ok_or_else(|| format!("{json:?} is no JSON")),
        }
    }

    /// A string, as it is sent or expected.
    fn string(&mut self, text: &str, sent: bool) -> Result<Pattern, String> {
        if text.contains("<uuid:") || text.contains("<sid:") {
            return self.random(text, sent);
        }
        if let Some(variable) = self.variable(text) {
            return template(variable).map(Pattern::String);
        }
        let mut said = escaped(text);
        for (service, actor) in &self.ids {
            let (old, new) = (
                format!("service:{service}:topic:"),
                format!("service:${{{actor}}}:topic:"),
            );
            said = said.replace(&old, &new);
        }
        template(said).map(Pattern::String)
    }

    /// The name of an event.
    pub(super) fn event(&mut self, name: &str, sent: bool) -> Result<Text, String> {
        match self.string(name, sent)? {
            Pattern::String(text) => Ok(text),
            _ => Err(format!(
                "{name:?} holds what the server chose, and is an event"
            )),
        }
    }

    /// The failure that the only argument of a line tells, and the actor that it is about.
    pub(super) fn failure(&self, line: &Line, dialect: Dialect) -> Option<Failure> {
        let text = line.text(0).filter(|_| line.args.len() == 1)?;
        let (codes, about) = failures(&text, dialect);
        if codes.is_empty() {
            return None;
        }
        let codes = codes.iter().map(|code| code.as_str().to_owned());
        let who = about.and_then(|id| self.actor_of(&id));
        Some((FailureCodes::Several(codes.collect()), who))
    }

    fn variable(&self, text: &str) -> Option<String> {
        let actor = self.ids.get(text).map(|actor| format!("${{{actor}}}"));
        actor.or_else(|| self.rooms.get(text).map(|room| format!("${{room:{room}}}")))
    }

    fn random(&mut self, text: &str, sent: bool) -> Result<Pattern, String> {
        if let Some(name) = self.kept.get(text) {
            return template(format!("${{kept:{name}}}")).map(Pattern::String);
        }
        if sent {
            return Err(format!(
                "{text:?} holds what the server chose, and did not come as a whole before"
            ));
        }
        // A sentence with something random in it is not worth keeping.
        if text.contains(' ') {
            return Ok(Pattern::Any(Kind::String));
        }
        let name = format!("random-{}", self.kept.len() + 1);
        self.kept.insert(text.to_owned(), name.clone());
        Ok(Pattern::Keep(name))
    }
}

/// A text in the form that scenario files have.
pub(super) fn template(source: String) -> Result<Text, String> {
    Text::try_from(source).map_err(|error| error.to_string())
}

fn raw(json: &str) -> Result<Pattern, String> {
    template(escaped(json)).map(Pattern::Raw)
}

/// A name that scenarios take and that is not used yet.
fn free_name(text: &str, fallback: &str, used: &mut BTreeSet<String>) -> String {
    let mut name: String = text
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    if !is_name(&name) {
        name = format!("{fallback}-{name}");
    }
    let base = name.clone();
    let mut count = 1;
    while TAKEN.contains(&name.as_str()) || !used.insert(name.clone()) {
        count += 1;
        name = format!("{base}-{count}");
    }
    name
}
