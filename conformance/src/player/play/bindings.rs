//! The names of one play: client ids and rooms that nobody else uses.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::json::quote;
use crate::scenario::Scenario;
use crate::scenario::text::{Part, Text, is_name};
use crate::scenario::value::Pattern;

/// What the holes of a scenario mean in one play of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    run: String,
    /// Client ids; `None` for the anonymous.
    ids: BTreeMap<String, Option<String>>,
    /// What has been learned in the course of the play, by what stands for it.
    learned: BTreeMap<Part, String>,
    /// Counter of the innermost `repeat`.
    pub(crate) counter: u32,
}

/// JSON text ready to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// The text, with placeholders for the attachments.
    pub(crate) json: String,
    /// The attachments in the order of their placeholders.
    pub(crate) attachments: Vec<Bytes>,
}

/// A text that differs from run to run and from call to call.
pub(crate) fn fresh() -> String {
    static PLAYS: AtomicU64 = AtomicU64::new(0);
    // A RandomState is seeded by the operating system: enough for "nobody else".
    let seed = RandomState::new().hash_one(std::process::id());
    let play = PLAYS.fetch_add(1, Ordering::Relaxed);
    format!("{:06x}{play:x}", seed & 0xff_ffff)
}

impl Bindings {
    /// Names for one play of a scenario.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let run = fresh();
        let mut bindings = Self {
            run: run.clone(),
            ..Self::default()
        };
        // Generated ids first: ids of their own may refer to them.
        for (name, (actor, _)) in &scenario.actors {
            let id = (!actor.anonymous).then(|| format!("{name}-{run}"));
            bindings.ids.insert(name.clone(), id);
        }
        for (name, (actor, _)) in &scenario.actors {
            if let Some(text) = &actor.client_id {
                let id = bindings.fill(text).ok();
                bindings.ids.insert(name.clone(), id);
            }
        }
        bindings
    }

    /// The client id of an actor; `None` for the anonymous and the unknown.
    pub(crate) fn id(&self, actor: &str) -> Option<&str> {
        self.ids.get(actor).and_then(Option::as_deref)
    }

    /// An actor comes in besides those of the scenario, with this client id.
    pub(crate) fn introduce(&mut self, actor: &str, id: Option<String>) {
        self.ids.insert(actor.to_owned(), id);
    }

    /// A text that only this play uses.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// The event by which fences of this play travel.
    pub(crate) fn fence_name(&self) -> String {
        format!("fence-{}", self.run)
    }

    /// The namespace, but for its number, that echoes of this play ask for.
    pub(crate) fn echo_prefix(&self) -> String {
        format!("/fence-{}-", self.run)
    }

    /// From now on this stands for this text.
    pub(crate) fn learn(&mut self, part: Part, text: String) {
        self.learned.insert(part, text);
    }

    /// Remembers by which number the server asked for an ack.
    pub(crate) fn ack_asked(&mut self, request: &str, number: u64) {
        self.learn(Part::Ack(request.to_owned()), number.to_string());
    }

    /// Remembers a string that was received.
    pub(crate) fn keep(&mut self, name: &str, text: String) {
        self.learn(Part::Kept(name.to_owned()), text);
    }

    /// The id of the Engine.IO session by which an actor has connected last.
    pub(crate) fn engine(&self, actor: &str) -> Result<String, String> {
        self.variable(&Part::Engine(actor.to_owned()))
    }

    /// A string with its holes filled.
    pub(crate) fn fill(&self, text: &Text) -> Result<String, String> {
        text.render(|part| self.variable(part))
    }

    /// The same for raw JSON or frame text: names are escaped as inside a JSON string.
    pub(crate) fn fill_raw(&self, text: &Text) -> Result<String, String> {
        text.render(|part| {
            self.variable(part).map(|text| {
                let quoted = quote(&text);
                quoted[1..quoted.len() - 1].to_owned()
            })
        })
    }

    fn variable(&self, part: &Part) -> Result<String, String> {
        if let Some(text) = self.learned.get(part) {
            return Ok(text.clone());
        }
        match part {
            Part::Actor(name) => match self.ids.get(name) {
                Some(Some(id)) => Ok(id.clone()),
                Some(None) => Err(format!("actor {name} is anonymous and has no id")),
                None => Err(format!("there is no actor {name}")),
            },
            Part::Counter => Ok(self.counter.to_string()),
            Part::Run => Ok(self.run.clone()),
            Part::Room(name) => Ok(format!("{name}-{}", self.run)),
            Part::Ack(request) => Err(format!("no ack has been asked for as {request}")),
            Part::Kept(name) => Err(format!("nothing has been kept as {name}")),
            Part::Socket(name) => Err(format!("the server has not told the socket id of {name}")),
            Part::Engine(name) => Err(format!("{name} has had no Engine.IO session")),
            // Those that need nothing of the play fill themselves.
            Part::Literal(_) | Part::Nested(_) | Part::Repeat(..) => Ok(String::new()),
        }
    }

    /// Argument list to send: a JSON array and its attachments.
    pub(crate) fn arguments(&self, values: &[Pattern]) -> Result<Rendered, String> {
        let mut attachments = Vec::new();
        let json = self.array(values, &mut attachments)?;
        Ok(Rendered { json, attachments })
    }

    fn array(&self, values: &[Pattern], attachments: &mut Vec<Bytes>) -> Result<String, String> {
        let values = values.iter().map(|value| self.value(value, attachments));
        let values: Vec<_> = values.collect::<Result<_, _>>()?;
        Ok(format!("[{}]", values.join(",")))
    }

    fn value(&self, value: &Pattern, attachments: &mut Vec<Bytes>) -> Result<String, String> {
        Ok(match value {
            Pattern::Plain(text) => (*text).to_owned(),
            Pattern::Number(text) => text.clone(),
            Pattern::String(text) => quote(&self.fill(text)?),
            Pattern::Raw(text) => self.fill_raw(text)?,
            Pattern::Array(items) => self.array(items, attachments)?,
            Pattern::Object(members) => {
                let members = members.iter().map(|(key, value)| {
                    let (key, value) = (self.fill(key)?, self.value(value, attachments)?);
                    Ok(format!("{}:{value}", quote(&key)))
                });
                let members: Vec<_> = members.collect::<Result<_, String>>()?;
                format!("{{{}}}", members.join(","))
            }
            Pattern::Binary(bytes) => {
                let number = attachments.len();
                attachments.push(Bytes::copy_from_slice(bytes));
                format!(r#"{{"_placeholder":true,"num":{number}}}"#)
            }
            Pattern::Any(_)
            | Pattern::Prefix(_)
            | Pattern::Suffix(_)
            | Pattern::Keep(_)
            | Pattern::Optional(_)
            | Pattern::OneOf(_) => {
                return Err(
                    "$any, $prefix, $suffix, $keep and $optional can only be expected".to_owned(),
                );
            }
        })
    }

    /// A message for people with the generated names turned back into what the scenario
    /// calls them, so that it reads the same in every run.
    pub(crate) fn humanise(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (part, learned) in &self.learned {
            let name = match part {
                // Short ones may stand for something else.
                Part::Kept(name) if learned.len() >= 8 => format!("${{kept:{name}}}"),
                Part::Socket(name) => format!("${{sid:{name}}}"),
                Part::Engine(name) => format!("${{engine:{name}}}"),
                _ => continue,
            };
            text = text.replace(learned, &name);
        }
        if !text.contains(&self.run) {
            return text;
        }
        // Longest first: a name may end like another.
        let mut names: Vec<_> = self.ids.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, id) in names {
            if let Some(id) = id.as_deref().filter(|id| id.contains(&self.run)) {
                text = text.replace(id, &format!("${{{name}}}"));
            }
        }
        // What is left of the form NAME-RUN is a room.
        let suffix = format!("-{}", self.run);
        let mut said = String::with_capacity(text.len());
        while let Some(at) = text.find(&suffix) {
            let is_part =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            let start = text[..at].trim_end_matches(is_part).len();
            let room = text[start..at].to_owned();
            said.push_str(&text[..start]);
            if is_name(&room) {
                let _ = write!(said, "${{room:{room}}}");
            } else {
                said.push_str(&room);
                said.push_str("-${run}");
            }
            text.drain(..at + suffix.len());
        }
        text.insert_str(0, &said);
        text.replace(&self.run, "${run}")
    }
}

/// Bindings of a play with these actors, for tests.
#[cfg(test)]
pub(crate) fn bindings_of(actors: &[&str]) -> Bindings {
    let run = fresh();
    let ids = actors
        .iter()
        .map(|name| ((*name).to_owned(), Some(format!("{name}-{run}"))))
        .collect();
    Bindings {
        run,
        ids,
        ..Bindings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Text {
        Text::try_from(source.to_owned()).unwrap()
    }

    #[test]
    fn plays_are_apart() {
        let (one, other) = (bindings_of(&["a"]), bindings_of(&["a"]));
        assert_ne!(one.id("a"), other.id("a"));
        let room = text("${room:x}");
        assert_ne!(one.fill(&room), other.fill(&room));
        assert_eq!(one.fill(&room), one.fill(&room));
    }

    #[test]
    fn messages_name_things_as_the_scenario_does() {
        let bindings = bindings_of(&["a", "aa", "b-a"]);
        let said = bindings
            .fill(&text(
                "${a} and ${aa} and ${b-a} in ${room:hall}, run ${run}",
            ))
            .unwrap();
        assert_eq!(
            bindings.humanise(&said),
            "${a} and ${aa} and ${b-a} in ${room:hall}, run ${run}"
        );
        let quoted = bindings
            .fill(&text("Client '${a}' [${room:x}-${run}]"))
            .unwrap();
        assert_eq!(
            bindings.humanise(&quoted),
            "Client '${a}' [${room:x}-${run}]"
        );
    }

    #[test]
    fn values_are_written_with_their_attachments() {
        let bindings = Bindings {
            counter: 7,
            ..bindings_of(&[])
        };
        let json =
            r#"["${n}", 1e400, {"$binary": "AQ=="}, {"k": [{"$binary": "Ag=="}, {"$raw": "-0"}]}]"#;
        let values: Vec<Pattern> = serde_json::from_str(json).unwrap();
        let rendered = bindings.arguments(&values).unwrap();
        assert_eq!(
            rendered.json,
            r#"["7",1e400,{"_placeholder":true,"num":0},{"k":[{"_placeholder":true,"num":1},-0]}]"#
        );
        assert_eq!(rendered.attachments, [&b"\x01"[..], b"\x02"]);
    }

    #[test]
    fn raw_text_gets_names_in_their_escaped_form() {
        let mut bindings = bindings_of(&["a"]);
        bindings.ids.insert("a".into(), Some("q\"é".into()));
        assert_eq!(
            bindings.fill_raw(&text("[\"${a}\"]")).unwrap(),
            "[\"q\\\"é\"]"
        );
        assert!(bindings.fill(&text("${ack:q}")).is_err());
        bindings.ack_asked("q", 12);
        assert_eq!(bindings.fill(&text("43${ack:q}[]")).unwrap(), "4312[]");
        assert!(bindings.fill(&text("${kept:x}")).is_err());
        bindings.keep("x", "0af3-17c2".to_owned());
        assert_eq!(bindings.fill(&text("<${kept:x}>")).unwrap(), "<0af3-17c2>");
        assert_eq!(bindings.humanise("to 0af3-17c2"), "to ${kept:x}");
        assert!(bindings.fill(&text("${sid:a}")).is_err());
        bindings.learn(Part::Socket("a".into()), "k3RtUQ_x".to_owned());
        assert_eq!(bindings.fill(&text("<${sid:a}>")).unwrap(), "<k3RtUQ_x>");
        assert_eq!(bindings.humanise("to k3RtUQ_x"), "to ${sid:a}");
        assert!(bindings.fill(&text("${engine:a}")).is_err());
        bindings.learn(Part::Engine("a".into()), "lv_VI97H".to_owned());
        assert_eq!(
            bindings.fill(&text("sid=${engine:a}")).unwrap(),
            "sid=lv_VI97H"
        );
        assert_eq!(bindings.humanise("of lv_VI97H"), "of ${engine:a}");
    }
}
