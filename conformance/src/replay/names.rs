//! Names of a replay: what was recorded under one name is played under another that nobody
//! else uses, and what a server chose itself is known by what it was called in the recording.

use std::collections::{BTreeMap, BTreeSet};

use sio_p2p_protocol::{ClientEvent, DestroyApi, Dialect, FailureCode, Rooms};

use crate::json::{elements, members, unquote};
use crate::player::matching::same_number;
use crate::player::play::bindings::fresh;
use crate::record::recording::client_id;
use crate::record::{Kind, Recording};

/// The names of one replay.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Ends every generated name, with a hyphen before it.
    run: String,
    /// What is renamed: client ids, rooms, APIs and services.
    renamed: BTreeSet<String>,
    /// What `<sid:x>` and `<uuid:n>` turned out to be.
    bound: BTreeMap<String, String>,
    /// Whether texts have to be those of the recording, whatever else they may be.
    exact: bool,
}

impl Names {
    /// Names for one replay of a recording.
    pub(crate) fn new(recording: &Recording, exact: bool) -> Self {
        let mut renamed = BTreeSet::new();
        for line in &recording.lines {
            if line.is_control("open") {
                renamed.extend(line.text(0).as_deref().and_then(client_id));
            } else if line.is_server() && line.kind == Kind::Control {
                let name = line.event.as_deref().unwrap_or_default();
                let names_first = name.starts_with("asService.") || name == "provideService";
                renamed.extend(names_first.then(|| line.text(0)).flatten());
            }
        }
        for (_, event) in recording.client_events() {
            renamed.extend(keys_of(&event));
        }
        renamed.retain(|name| !name.is_empty() && !name.starts_with("service:"));
        Self {
            run: fresh(),
            renamed,
            bound: BTreeMap::new(),
            exact,
        }
    }

    /// The text of this replay only.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// A recorded query with generated client ids.
    pub(crate) fn query(&self, recorded: &str) -> String {
        let pairs = recorded
            .split('&')
            .map(|pair| match pair.strip_prefix("clientId=") {
                Some(id) if !id.is_empty() => format!("{pair}-{}", self.run),
                _ => pair.to_owned(),
            });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// What is sent for a recorded string, if that is something else.
    pub(crate) fn sent(&self, recorded: &str) -> Option<String> {
        let filled = self.fill(recorded);
        let text = filled.as_deref().unwrap_or(recorded);
        if self.renamed.contains(text) {
            return Some(format!("{text}-{}", self.run));
        }
        // The room and the events of a topic hold the name of the service, perhaps twice.
        if text.starts_with("service:") {
            let mut topic = text.to_owned();
            for name in &self.renamed {
                let (old, new) = (
                    format!("service:{name}:topic:"),
                    format!("service:{name}-{}:topic:", self.run),
                );
                topic = topic.replace(&old, &new);
            }
            return (topic != text).then_some(topic).or(filled);
        }
        filled
    }

    /// A string that was received, with the names of the recording, if they differ.
    pub(crate) fn received(&self, seen: &str) -> Option<String> {
        let suffix = format!("-{}", self.run);
        seen.contains(&suffix).then(|| seen.replace(&suffix, ""))
    }

    /// Whether a client of this list is one of the replay.
    pub(crate) fn is_ours(&self, id: &str) -> bool {
        id.ends_with(&format!("-{}", self.run))
    }

    /// A recorded list of clients as [`ours_of`](super::connection::ours_of) gives it.
    pub(crate) fn recorded_list(&self, json: &str) -> String {
        let Ok((ids,)) = serde_json::from_str::<(Vec<String>,)>(json) else {
            return json.to_owned();
        };
        let mut ours: Vec<_> = ids
            .into_iter()
            .filter(|id| self.renamed.contains(id))
            .collect();
        ours.sort();
        serde_json::json!([ours]).to_string()
    }

    /// What a token has turned out to be.
    pub(crate) fn bind(&mut self, token: &str, value: &str) {
        self.bound.insert(token.to_owned(), value.to_owned());
    }

    /// Replaces the tokens whose values are known.
    fn fill(&self, text: &str) -> Option<String> {
        let mut filled = text.to_owned();
        for (token, value) in &self.bound {
            filled = filled.replace(token, value);
        }
        (filled != text).then_some(filled)
    }

    /// Compares a recorded JSON text with one that was received and has been given the names
    /// of the recording. Tokens are bound if the whole text fits.
    pub(crate) fn fits(&mut self, recorded: &str, seen: &str) -> bool {
        let mut tried = self.clone();
        let fits = tried.same(recorded, seen);
        if fits {
            *self = tried;
        }
        fits
    }

    fn same(&mut self, recorded: &str, seen: &str) -> bool {
        let (recorded, seen) = (recorded.trim(), seen.trim());
        if recorded == seen {
            return true;
        }
        match recorded.as_bytes().first() {
            Some(b'"') => match (unquote(recorded), unquote(seen)) {
                (Some(recorded), Some(seen)) => self.same_text(&recorded, &seen),
                _ => false,
            },
            Some(b'[') => {
                let (Some(left), Some(right)) = (elements(recorded), elements(seen)) else {
                    return false;
                };
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(&right)
                        .all(|(left, right)| self.same(left.get(), right.get()))
            }
            Some(b'{') => {
                let (Some(left), Some(mut right)) = (members(recorded), members(seen)) else {
                    return false;
                };
                left.len() == right.len()
                    && left.iter().all(|(key, value)| {
                        let found = right.iter().position(|(other, _)| key == other);
                        found.is_some_and(|at| self.same(value.get(), right.remove(at).1.get()))
                    })
            }
            Some(b'-' | b'0'..=b'9') => same_number(recorded, seen),
            _ => false,
        }
    }

    fn same_text(&mut self, recorded: &str, seen: &str) -> bool {
        let filled = self.fill(recorded);
        let recorded = filled.as_deref().unwrap_or(recorded);
        if recorded == seen {
            return true;
        }
        if let Some(found) = capture(recorded, seen) {
            self.bound.extend(found);
            return true;
        }
        !self.exact && same_failure(recorded, seen)
    }
}

/// What an event makes the server keep or look up, besides client ids.
pub(crate) fn keys_of(event: &ClientEvent) -> Vec<String> {
    let rooms = |rooms: &Rooms| {
        let rooms = rooms.as_slice().iter();
        rooms.map(|room| room.as_str().to_owned()).collect()
    };
    let one = |name: &str| vec![name.to_owned()];
    match event {
        ClientEvent::JoinRoomV1(event) => rooms(&event.rooms),
        ClientEvent::JoinRoomV2(event) => rooms(&event.rooms),
        ClientEvent::LeaveRoomV1(event) => rooms(&event.rooms),
        ClientEvent::LeaveRoomV2(event) => rooms(&event.rooms),
        ClientEvent::EmitRoom(event) => one(event.room.as_str()),
        ClientEvent::CreateApi(event) => one(event.api.as_str()),
        ClientEvent::CheckApiName(event) => one(event.api.as_str()),
        ClientEvent::UseApi(event) => one(event.api.as_str()),
        ClientEvent::DestroyApi(DestroyApi::One(api)) => one(api.as_str()),
        _ => Vec::new(),
    }
}

/// The tokens of a recorded text with what stands in their places; `None` if there are none,
/// or the rest does not fit.
fn capture(recorded: &str, seen: &str) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let (mut recorded, mut seen) = (recorded, seen);
    loop {
        let start = ["<sid:", "<uuid:"]
            .iter()
            .filter_map(|token| recorded.find(token))
            .min();
        let Some(start) = start else {
            return (recorded == seen && !found.is_empty()).then_some(found);
        };
        let end = start + recorded.get(start..)?.find('>')? + 1;
        let (token, rest) = (recorded.get(start..end)?, recorded.get(end..)?);
        seen = seen.strip_prefix(recorded.get(..start)?)?;
        // Up to what stands between this token and the next.
        let until = rest.find('<').map_or(rest, |next| &rest[..next]);
        let length = match until {
            "" => seen.len(),
            until => seen.find(until)?,
        };
        let value = seen.get(..length).filter(|value| !value.is_empty())?;
        found.insert(token.to_owned(), value.to_owned());
        (recorded, seen) = (rest, seen.get(length..)?);
    }
}

/// Whether both are wordings of one failure about the same things: versions of the original
/// differ in whether they name the API.
fn same_failure(one: &str, other: &str) -> bool {
    FailureCode::ALL.iter().any(|code| {
        let spec = code.spec();
        let gaps = |text: &str| {
            let mut wordings = spec.texts.iter().chain(&spec.bare);
            wordings.find_map(|wording| gaps(wording, text))
        };
        gaps(one).is_some_and(|found| gaps(other) == Some(found))
    })
}

/// The failures of a dialect whose text this can be, and what the first gap holds.
pub(crate) fn failures(text: &str, dialect: Dialect) -> (Vec<FailureCode>, Option<String>) {
    let mut about = None;
    let mut codes = FailureCode::ALL.to_vec();
    codes.retain(|code| {
        let spec = code.spec();
        let mut wordings = spec.texts.iter().chain(&spec.bare);
        let found = wordings.find_map(|wording| gaps(wording, text));
        let fits = spec.dialects.contains(&dialect) && found.is_some();
        if let (true, Some(found)) = (fits, found) {
            about = found.into_iter().next();
        }
        fits
    });
    (codes, about)
}

/// What stands in the gaps of a wording.
fn gaps(wording: &str, text: &str) -> Option<Vec<String>> {
    let mut parts = wording.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    for part in parts {
        let end = match part {
            "" => rest.len(),
            part => rest.find(part)?,
        };
        found.push(rest.get(..end)?.to_owned());
        rest = rest.get(end + part.len()..)?;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(exact: bool) -> Names {
        Names {
            run: "r1".to_owned(),
            renamed: ["a", "svc"].map(str::to_owned).into(),
            bound: BTreeMap::new(),
            exact,
        }
    }

    #[test]
    fn names_go_out_and_come_back() {
        let names = names(false);
        assert_eq!(
            names.query("x=1&clientId=a&clientId="),
            "x=1&clientId=a-r1&clientId="
        );
        assert_eq!(names.sent("a").as_deref(), Some("a-r1"));
        assert_eq!(names.sent("ab"), None);
        let topic = names.sent("service:svc:topic:T").unwrap();
        assert_eq!(topic, "service:svc-r1:topic:T");
        assert_eq!(
            names.received(&topic).as_deref(),
            Some("service:svc:topic:T")
        );
    }

    #[test]
    fn tokens_are_bound_once_and_sent_again() {
        let mut names = names(false);
        assert!(names.fits(
            r#"[{"s":"<uuid:1>--server-side"}]"#,
            r#"[{"s":"77--server-side"}]"#
        ));
        assert!(names.fits(r#"["x <uuid:1>!"]"#, r#"["x 77!"]"#));
        assert!(!names.fits(r#"["<uuid:1>"]"#, r#"["78"]"#));
        assert_eq!(
            names.sent("<uuid:1>--server-side").as_deref(),
            Some("77--server-side")
        );
        assert!(names.fits(r#"["id = <sid:d>, new"]"#, r#"["id = q, new"]"#));
        assert_eq!(names.bound["<sid:d>"], "q");
        assert!(!names.fits(r#"["<sid:x>",1]"#, r#"["q",2]"#));
        assert!(!names.bound.contains_key("<sid:x>"));
    }

    #[test]
    fn values_are_compared_not_their_notation() {
        let mut names = names(false);
        assert!(names.fits(
            r#"[1,{"a":null,"b":[true]}]"#,
            r#"[1.0,{"b":[true],"a":null}]"#
        ));
        assert!(!names.fits("[1]", "[1,2]"));
        assert!(!names.fits(r#"{"a":1,"a":2}"#, r#"{"a":1,"b":2}"#));
        assert!(!names.fits("null", "false"));
    }

    #[test]
    fn failures_may_be_worded_as_another_version_does() {
        let bare = r#"["Error: Client b is not connected to server"]"#;
        let full = r#"["Error: Core: Client b is not connected to server"]"#;
        assert!(names(false).fits(bare, full));
        assert!(!names(true).fits(bare, full));
        assert!(!names(false).fits(bare, &full.replace(" b ", " c ")));
    }
}
