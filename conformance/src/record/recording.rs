//! A whole recording: its lines, the differences that are meant, and what it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use sio_p2p_protocol::{ClauseId, ClientEvent, DestroyApi, Deviation, Dialect, Rooms};
use sio_p2p_transport::EioVersion;

use super::line::{Kind, Line};
use crate::attachments::to_wire;
use crate::files;
use crate::player::play::trace::Way;
use crate::scenario::Capability;
use crate::source::{Problem, Source};

/// How large a file may be: it is read as a whole.
const MAX_FILE: u64 = 256 << 20;

/// Why a file is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("cannot read the recording {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A line is not as it has to be.
    #[error(transparent)]
    Line(#[from] Problem),
}

/// Where an implementation that follows the protocol does otherwise than the recorded one, and
/// why. It stands at the end of a recording, as the control line `differs`.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The line that names it.
    pub t: u64,
    /// At which client.
    pub client: String,
    /// The deviation or clause that is the reason.
    pub why: String,
    /// The line whose packet does not come.
    pub at: Option<u64>,
    /// The line after which `comes` comes, if nothing recorded stands in its place.
    pub after: Option<u64>,
    /// What comes instead or besides.
    pub comes: Option<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differs {
    why: String,
    at: Option<u64>,
    after: Option<u64>,
    comes: Option<Comes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comes {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    args: Vec<Box<RawValue>>,
    #[serde(default)]
    id: Option<u64>,
}

/// A recording.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Where it comes from.
    pub path: String,
    /// All lines but those that name differences.
    pub lines: Vec<Line>,
    /// The differences that are meant.
    pub differences: Vec<Difference>,
}

impl Recording {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::Read {
            path: path.display().to_string(),
            source,
        };
        if std::fs::metadata(path).map_err(failed)?.len() > MAX_FILE {
            let why = format!("a recording has at most {} MiB", MAX_FILE >> 20);
            return Err(failed(std::io::Error::other(why)));
        }
        let text = files::read_text(path).map_err(failed)?;
        Self::parse(&path.display().to_string(), text)
    }

    /// Reads the text of a file.
    pub fn parse(path: &str, text: impl Into<String>) -> Result<Self, RecordingError> {
        let mut recording = Self {
            path: path.to_owned(),
            lines: Vec::new(),
            differences: Vec::new(),
        };
        let mut known: BTreeMap<u64, String> = BTreeMap::new();
        let mut opened: BTreeSet<String> = BTreeSet::new();
        let source = Source::new(path, text);
        let mut next = 0;
        for text in source.text.split_inclusive('\n') {
            let at = next;
            next += text.len();
            let wrong = |why: String| RecordingError::Line(source.problem(at, why));
            if text.trim().is_empty() {
                continue;
            }
            let line: Line =
                serde_json::from_str(text).map_err(|error| source.json_problem(at, &error))?;
            if known.last_key_value().is_some_and(|(t, _)| *t >= line.t) {
                return Err(wrong(format!("t is {}, which does not grow", line.t)));
            }
            known.insert(line.t, line.client.clone());
            if line.is_control("differs") {
                let difference = difference(&line, &known).map_err(wrong)?;
                recording.differences.push(difference);
                continue;
            }
            if line.is_control("open") {
                if line.text(0).is_none() {
                    return Err(wrong("`open` takes the query as its argument".to_owned()));
                }
                opened.insert(line.client.clone());
            } else if !line.is_server() && !opened.contains(&line.client) {
                let client = &line.client;
                return Err(wrong(format!(
                    "nothing of {client} may come before its line `open`"
                )));
            }
            if line.kind == Kind::Event && line.event.is_none() {
                return Err(wrong("an event has a name".to_owned()));
            }
            if line.kind == Kind::Ack && line.id.is_none() {
                return Err(wrong("an ack has an id".to_owned()));
            }
            let binary = to_wire(&line.list(), &mut |_| None).attachments.len() as u64;
            if line.kind != Kind::Control && binary != line.binary {
                return Err(wrong(format!(
                    "`binary` is {}, and the arguments hold {binary} attachments",
                    line.binary
                )));
            }
            recording.lines.push(line);
        }
        Ok(recording)
    }

    /// The name of the file without its ending.
    pub fn name(&self) -> &str {
        let path = Path::new(&self.path);
        let stem = path.file_stem().and_then(std::ffi::OsStr::to_str);
        stem.unwrap_or(&self.path)
    }

    /// How its clients began to connect.
    pub(crate) fn opens(&self) -> impl Iterator<Item = Open<'_>> {
        self.lines.iter().filter_map(Open::of)
    }

    /// The rooms and APIs that clients named.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        let keys = self.client_events().flat_map(|(_, event)| keys_of(&event));
        keys.filter(|key| !key.is_empty() && !key.starts_with("service:"))
    }

    /// The events that clients sent, with their declarations, as far as they have one.
    pub(crate) fn client_events(&self) -> impl Iterator<Item = (&Line, ClientEvent)> {
        let sent = self
            .lines
            .iter()
            .filter(|line| line.kind == Kind::Event && line.dir == Way::Out && !line.is_server());
        sent.filter_map(|line| {
            let data = to_wire(&line.event_list(), &mut |_| None);
            let event = ClientEvent::decode(&data.json, line.id.is_some()).ok()?;
            Some((line, event))
        })
    }

    /// The dialect that its clients speak: the first that one of its packets tells.
    pub fn dialect(&self) -> Dialect {
        let told = self
            .client_events()
            .find_map(|(_, event)| match event.dialects() {
                [dialect] => Some(*dialect),
                _ => None,
            });
        told.unwrap_or(Dialect::V2)
    }

    /// The generation of Engine.IO that it was recorded on, if its line `open` does not say
    /// another of a client: in the fourth, clients ask for their namespace.
    pub fn eio(&self) -> EioVersion {
        let asks = |line: &Line| line.kind == Kind::Connect && line.dir == Way::Out;
        if self.lines.iter().any(asks) {
            EioVersion::V4
        } else {
            EioVersion::V3
        }
    }

    /// What a server does with a second connection of an id in use, if there is one here.
    pub fn needs(&self) -> Option<Capability> {
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        let mut open: BTreeMap<&str, &str> = BTreeMap::new();
        let mut twice = false;
        let mut turned_away = false;
        for line in &self.lines {
            if let Some(Open { client, id, .. }) = Open::of(line) {
                ids.insert(client, id.unwrap_or_default());
            }
            match (line.kind, line.dir) {
                (Kind::Connect, Way::In) => {
                    let id = ids.get(line.client.as_str()).map_or("", String::as_str);
                    twice |= !id.is_empty()
                        && open
                            .keys()
                            .any(|other| ids.get(*other).is_some_and(|theirs| theirs == id));
                    open.insert(&line.client, "");
                }
                (Kind::Disconnect, way) => {
                    turned_away |= way == Way::In;
                    open.remove(line.client.as_str());
                }
                (Kind::Close, _) => {
                    open.remove(line.client.as_str());
                }
                _ => {}
            }
        }
        let overwrites = self.lines.iter().any(|line| {
            line.is_control("start") && line.list().contains(r#""clientOverwrite":true"#)
        });
        match (overwrites, twice) {
            (true, _) => Some(Capability::ClientOverwrite),
            (false, true) if turned_away => Some(Capability::ClientReject),
            (false, true) => Some(Capability::ClientAllow),
            (false, false) => None,
        }
    }

    /// Whether the application on the server takes part.
    pub fn has_application(&self) -> bool {
        let idle =
            |line: &Line| line.is_control("start") || line.is_control("close transport of client");
        self.lines
            .iter()
            .any(|line| line.is_server() && !idle(line))
    }
}

/// A client begins to connect: a line `open`.
#[derive(Debug)]
pub(crate) struct Open<'r> {
    pub(crate) client: &'r str,
    pub(crate) query: String,
    /// The client id in the query.
    pub(crate) id: Option<String>,
    /// The generation of Engine.IO, if the line says one.
    pub(crate) eio: Option<EioVersion>,
}

impl<'r> Open<'r> {
    /// What a line says, if it is one of these.
    pub(crate) fn of(line: &'r Line) -> Option<Self> {
        #[derive(Deserialize)]
        struct How {
            eio: u8,
        }
        let query = line.text(0).filter(|_| line.is_control("open"))?;
        let how = line.args.get(1);
        let how = how.and_then(|how| serde_json::from_str::<How>(how.get()).ok());
        Some(Self {
            client: &line.client,
            id: client_id(&query),
            query,
            eio: how.and_then(|how| how.eio.to_string().parse().ok()),
        })
    }
}

/// What an event makes the server keep or look up, besides client ids.
fn keys_of(event: &ClientEvent) -> Vec<String> {
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

/// The client id of a query: the last one, as servers read it.
pub(crate) fn client_id(query: &str) -> Option<String> {
    let value = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("clientId="))
        .next_back()?;
    let value = value.replace('+', " ");
    let id = percent_encoding::percent_decode_str(&value).decode_utf8_lossy();
    (!id.is_empty()).then(|| id.into_owned())
}

fn difference(line: &Line, known: &BTreeMap<u64, String>) -> Result<Difference, String> {
    let [said] = line.args.as_slice() else {
        return Err("`differs` takes one object".to_owned());
    };
    let said: Differs =
        serde_json::from_str(said.get()).map_err(|error| crate::scenario::message_of(&error))?;
    let Differs {
        why,
        at,
        after,
        comes,
    } = said;
    if Deviation::find(&why).is_none() && why.parse::<ClauseId>().is_err() {
        return Err(format!("{why} is neither a deviation nor a clause"));
    }
    if at.is_some() == after.is_some() || (after.is_some() && comes.is_none()) {
        return Err(
            "`differs` takes `at`, the line whose packet does not come, with or without \
             `comes`, or `after` and `comes`"
                .to_owned(),
        );
    }
    match at.or(after).and_then(|t| known.get(&t)) {
        Some(client) if at.is_none() || *client == line.client => {}
        Some(client) => return Err(format!("the line is about {client}")),
        None => return Err("no line before this one has that number".to_owned()),
    }
    let comes = comes.map(|comes| Line {
        t: line.t,
        client: line.client.clone(),
        event: comes.event,
        args: comes.args,
        id: comes.id,
        ..Line::new(comes.kind)
    });
    Ok(Difference {
        t: line.t,
        client: line.client.clone(),
        why,
        at,
        after,
        comes,
    })
}
