//! The recordings, read and made playable.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// One line of a recording. What the originals answered is not read: they are
/// no models here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Case {
    #[serde(rename = "case")]
    pub(crate) title: String,
    pub(crate) setup: Option<String>,
    pub(crate) then: Option<String>,
    /// The attacker's part of the query, if it is not `clientId=x`.
    pub(crate) attacker_query: Option<String>,
    pub(crate) messages: Vec<Message>,
    pub(crate) frames: Vec<String>,
    /// Did the original end?
    pub(crate) server_crashed: bool,
}

/// An event packet of the attacker.
#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    data: Value,
    /// Is an ack asked for?
    ack: bool,
}

/// All lines of the recording of one original.
pub(crate) fn recorded(original: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/hostile/observed");
    let path = folder.join(format!("{original}.jsonl"));
    let lines = fs::read_to_string(&path).expect("the fixture is there");
    let case = |line: &str| serde_json::from_str(line).expect(line);
    lines.lines().map(case).collect()
}

impl Case {
    /// Frames, as they are sent.
    pub(crate) fn packets(&self, sid_of_v: &str, virtual_id: &str) -> Vec<String> {
        let messages = self.messages.iter().enumerate().map(|(id, message)| {
            let id = if message.ack {
                id.to_string()
            } else {
                String::new()
            };
            // The recordings stand for ids that are random by words.
            let data = message.data.to_string();
            let data = data.replace("<socket id of v>", sid_of_v);
            let words = "<virtual client id of the server stream>";
            format!("42{id}{}", data.replace(words, virtual_id))
        });
        let frames = self.frames.iter().map(|frame| nested(frame));
        messages.chain(frames).collect()
    }

    /// The attacker's part of the query.
    pub(crate) fn query(&self) -> String {
        let query = self.attacker_query.as_deref().unwrap_or("clientId=x");
        let Some((begin, length)) = query.split_once("LLL...(") else {
            return query.to_owned();
        };
        let length = length.strip_suffix(" characters)");
        let length: usize = length.expect(query).parse().expect(query);
        format!("{begin}{}", "L".repeat(length - begin.len()))
    }
}

/// Writes out `<4000 nested arrays>`, which would not be readable as they are.
fn nested(frame: &str) -> String {
    let Some((before, rest)) = frame.split_once('<') else {
        return frame.to_owned();
    };
    let (depth, after) = rest.split_once(" nested arrays>").expect(frame);
    let depth = depth.parse().expect(frame);
    format!("{before}{}{}{after}", "[".repeat(depth), "]".repeat(depth))
}
