//! Writing a recording of connections that pass by.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use sio_p2p_transport::{Data, EioVersion, Frame, FrameReader, Heard, Packet, PayloadReader};

use super::line::{Kind, Line};
use super::private::{redact_auth, redact_query};
use super::recording::client_id;
use super::text::from_wire;
use super::tokens::Tokens;
use crate::json::{elements, unquote};
use crate::runner::trace::Way;

/// The largest message that is read; larger ones pass, and are not recorded.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;
/// The largest packet, its attachments included.
const MAX_PACKET: usize = 64 << 20;
/// How many attachments a packet may have.
const MAX_ATTACHMENTS: usize = 1_000;
/// How many connections are followed at a time.
const MAX_SESSIONS: usize = 10_000;
/// A polling client that does not poll for so long is gone.
const IDLE: Duration = Duration::from_mins(2);

/// The query of a request to Engine.IO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Engine {
    eio: EioVersion,
    polling: bool,
    jsonp: bool,
    sid: Option<String>,
    /// The rest, which is the application's.
    query: String,
}

impl Engine {
    /// Reads a query; `None` if it is not one of Engine.IO.
    pub(crate) fn of(query: &str) -> Option<Self> {
        let (mut eio, mut transport, mut sid, mut jsonp) = (None, None, None, false);
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            match key {
                "EIO" => eio = value.parse().ok(),
                "transport" => transport = Some(value),
                "sid" => sid = Some(value.to_owned()),
                "j" => jsonp = true,
                "t" | "b64" => {}
                _ => rest.push(pair),
            }
        }
        Some(Self {
            eio: eio?,
            polling: transport? == "polling",
            jsonp,
            sid,
            query: rest.join("&"),
        })
    }
}

/// Writes what is seen as lines of a recording.
pub struct Recorder {
    state: Mutex<State>,
    keep_secrets: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// What was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Connections that began.
    pub connections: usize,
    /// Packets that were written.
    pub packets: u64,
    /// Connections that could not be followed to their end.
    pub unreadable: usize,
    /// Values that were replaced because they may be secret.
    pub redacted: usize,
    /// Why the file is not complete, if it is not.
    pub failed: Option<String>,
}

struct State {
    out: Box<dyn Write + Send>,
    t: u64,
    sessions: HashMap<u64, Connection>,
    by_sid: HashMap<String, u64>,
    next: u64,
    names: BTreeMap<String, usize>,
    tokens: Tokens,
    summary: Summary,
    sealed: bool,
}

struct Connection {
    name: String,
    readers: [FrameReader; 2],
    sid: Option<String>,
    upgraded: bool,
    broken: bool,
    /// Requests that wait for their answer.
    pending: usize,
    last: Instant,
}

impl Recorder {
    /// A recorder that writes here. Without `keep_secrets`, values of queries (but for the
    /// client id) and of auth payloads are replaced.
    pub fn new(out: Box<dyn Write + Send>, keep_secrets: bool) -> Self {
        let state = State {
            out,
            t: 0,
            sessions: HashMap::new(),
            by_sid: HashMap::new(),
            next: 0,
            names: BTreeMap::new(),
            tokens: Tokens::default(),
            summary: Summary::default(),
            sealed: false,
        };
        Self {
            state: Mutex::new(state),
            keep_secrets,
        }
    }

    /// Ends the recording: nothing is written any more.
    pub fn finish(&self) -> Summary {
        let mut state = self.lock();
        state.sealed = true;
        if let Err(error) = state.out.flush() {
            state.summary.failed = Some(error.to_string());
        }
        state.summary.clone()
    }

    /// The session that a request belongs to, a new one if it begins one. `None` if it is not
    /// followed.
    pub(crate) fn session(self: &Arc<Self>, engine: &Engine) -> Option<Session> {
        let mut state = self.lock();
        let (id, probe) = match &engine.sid {
            Some(sid) => (*state.by_sid.get(sid)?, !engine.polling),
            None => (state.open(engine, self.keep_secrets)?, false),
        };
        if engine.jsonp {
            state.break_off(id, "JSONP polling is not read");
        }
        Some(Session {
            recorder: Arc::clone(self),
            id,
            eio: engine.eio,
            polling: engine.polling,
            probe,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn open(&mut self, engine: &Engine, keep_secrets: bool) -> Option<u64> {
        let now = Instant::now();
        let idle = self.sessions.iter().filter(|(_, connection)| {
            connection.pending == 0 && !connection.upgraded && now - connection.last > IDLE
        });
        for id in idle.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.closed(id, Way::Out);
        }
        if self.sessions.len() >= MAX_SESSIONS || self.sealed {
            return None;
        }
        let base = client_id(&engine.query).unwrap_or_else(|| "anonymous".to_owned());
        let count = self.names.entry(base.clone()).or_default();
        *count += 1;
        let name = match *count {
            1 => base,
            count => format!("{base}-{count}"),
        };
        let query = if keep_secrets {
            engine.query.clone()
        } else {
            redact_query(&engine.query, &mut self.summary.redacted)
        };
        let reader = || FrameReader::new(engine.eio, MAX_PACKET, MAX_ATTACHMENTS);
        let id = self.next;
        self.next += 1;
        self.summary.connections += 1;
        self.sessions.insert(
            id,
            Connection {
                name: name.clone(),
                readers: [reader(), reader()],
                sid: None,
                upgraded: !engine.polling,
                broken: false,
                pending: 0,
                last: now,
            },
        );
        let transport = if engine.polling {
            "polling"
        } else {
            "websocket"
        };
        let how = serde_json::json!({"eio": engine.eio.number(), "transport": transport});
        let args = serde_json::json!([query, how]).to_string();
        self.write(
            &name,
            Way::Out,
            Kind::Control,
            Some("open"),
            &args,
            None,
            0,
            None,
        );
        Some(id)
    }

    fn frame(&mut self, id: u64, way: Way, frame: Frame, keep_secrets: bool) {
        let Some(connection) = self.sessions.get_mut(&id) else {
            return;
        };
        connection.last = Instant::now();
        if connection.broken {
            return;
        }
        if way == Way::Out && frame == Frame::text("5") {
            connection.upgraded = true;
        }
        let reader = &mut connection.readers[usize::from(way == Way::In)];
        match reader.read(frame) {
            Ok(Heard::Packet(packet)) => self.packet(id, way, packet, keep_secrets),
            Ok(Heard::Open(json)) => {
                #[derive(serde::Deserialize)]
                struct Open {
                    sid: String,
                }
                if let Ok(Open { sid }) = serde_json::from_str(&json) {
                    self.tokens.sid(&sid, &connection.name);
                    connection.sid = Some(sid.clone());
                    self.by_sid.insert(sid, id);
                }
            }
            Ok(Heard::Close) => self.closed(id, way),
            Ok(Heard::Nothing) => {}
            Err(why) => self.break_off(id, &why.to_string()),
        }
    }

    fn packet(&mut self, id: u64, way: Way, packet: Packet, keep_secrets: bool) {
        let Some(name) = self
            .sessions
            .get(&id)
            .map(|connection| connection.name.clone())
        else {
            return;
        };
        let namespace = Some(packet.namespace().to_owned()).filter(|nsp| nsp != "/");
        let home = namespace.is_none();
        let (kind, data, ack) = match packet {
            Packet::Connect { data, .. } => {
                if let (Way::In, Some(sid)) = (way, data.as_deref().and_then(sid_of)) {
                    self.tokens.sid(&sid, &name);
                }
                let data = data.map(|data| match way {
                    Way::Out if !keep_secrets => redact_auth(&data, &mut self.summary.redacted),
                    _ => data,
                });
                (Kind::Connect, listed(data), None)
            }
            Packet::ConnectError { data, .. } => (Kind::ConnectError, listed(data), None),
            Packet::Disconnect { .. } => (Kind::Disconnect, Data::new("[]"), None),
            Packet::Event { data, ack, .. } => (Kind::Event, data, ack),
            Packet::Ack { data, id, .. } => (Kind::Ack, data, Some(id)),
        };
        let list = from_wire(&data, &mut |text| self.tokens.exchange(text, way));
        let parts = elements(&list).unwrap_or_default();
        let (event, args) = match kind {
            Kind::Event => {
                let event = parts.first().map_or("", |name| name.get());
                let event = unquote(event).unwrap_or_else(|| event.to_owned());
                let rest: Vec<_> = parts.iter().skip(1).map(|arg| arg.get()).collect();
                (Some(event), format!("[{}]", rest.join(",")))
            }
            _ => (None, list.clone()),
        };
        let binary = data.attachments.len() as u64;
        self.summary.packets += 1;
        self.write(
            &name,
            way,
            kind,
            event.as_deref(),
            &args,
            ack,
            binary,
            namespace,
        );
        if kind == Kind::Disconnect && home {
            self.forget(id);
        }
    }

    /// The transport of a connection has ended without a packet.
    fn closed(&mut self, id: u64, way: Way) {
        if let Some(name) = self.forget(id) {
            self.write(&name, way, Kind::Close, None, "[]", None, 0, None);
        }
    }

    fn forget(&mut self, id: u64) -> Option<String> {
        let connection = self.sessions.remove(&id)?;
        if let Some(sid) = &connection.sid {
            self.by_sid.remove(sid);
        }
        self.tokens.forget(&connection.name);
        Some(connection.name)
    }

    /// A connection cannot be followed any more; it goes on all the same.
    fn break_off(&mut self, id: u64, why: &str) {
        let Some(connection) = self.sessions.get_mut(&id) else {
            return;
        };
        if std::mem::replace(&mut connection.broken, true) {
            return;
        }
        let name = connection.name.clone();
        self.summary.unreadable += 1;
        eprintln!("warning: {name} cannot be followed: {why}");
        let args = serde_json::json!([why]).to_string();
        self.write(
            &name,
            Way::Out,
            Kind::Control,
            Some("unreadable"),
            &args,
            None,
            0,
            None,
        );
    }

    #[expect(clippy::too_many_arguments, reason = "the members of a line, one each")]
    fn write(
        &mut self,
        client: &str,
        dir: Way,
        kind: Kind,
        event: Option<&str>,
        args: &str,
        id: Option<u64>,
        binary: u64,
        nsp: Option<String>,
    ) {
        if self.sealed {
            return;
        }
        self.t += 1;
        let args = elements(args).unwrap_or_default();
        let line = Line {
            t: self.t,
            client: client.to_owned(),
            dir,
            kind,
            event: event.map(str::to_owned),
            args: args.into_iter().map(RawValue::to_owned).collect(),
            id,
            binary,
            nsp,
        };
        let written = serde_json::to_vec(&line).map_err(std::io::Error::other);
        let written = written.and_then(|mut line| {
            line.push(b'\n');
            self.out.write_all(&line)
        });
        if let Err(error) = written {
            // The clients must not notice; the user is told, now and at the end.
            eprintln!("error: the recording ends here: {error}");
            self.summary.failed = Some(error.to_string());
            self.sealed = true;
        }
    }
}

fn sid_of(json: &str) -> Option<String> {
    let members = crate::json::members(json)?;
    let (_, sid) = members.into_iter().find(|(key, _)| key == "sid")?;
    unquote(sid.get())
}

fn listed(data: Option<String>) -> Data {
    Data::new(format!("[{}]", data.unwrap_or_default()))
}

/// A request's view of its session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    recorder: Arc<Recorder>,
    id: u64,
    eio: EioVersion,
    polling: bool,
    /// A WebSocket to which the session may be upgraded.
    probe: bool,
}

impl Session {
    /// Whether the request is a polling one.
    pub(crate) fn is_poll(&self) -> bool {
        self.polling
    }

    /// A reader for a polling payload of this session.
    pub(crate) fn payload(&self, content_type: &str) -> PayloadReader {
        PayloadReader::new(self.eio, content_type, MAX_MESSAGE)
    }

    /// A frame passes.
    pub(crate) fn frame(&self, way: Way, frame: Frame) {
        // What is tried on a probe is no end of the session.
        if matches!(frame, Frame::Close { .. }) && self.is_only_tried() {
            return;
        }
        let keep = self.recorder.keep_secrets;
        self.recorder.lock().frame(self.id, way, frame, keep);
    }

    /// Something passes that cannot be read.
    pub(crate) fn unreadable(&self, why: &str) {
        self.recorder.lock().break_off(self.id, why);
    }

    /// The WebSocket has ended.
    pub(crate) fn closed(&self, by: Way) {
        if !self.is_only_tried() {
            self.recorder.lock().closed(self.id, by);
        }
    }

    /// The server has refused a request, and so knows the session no longer or not at all.
    pub(crate) fn refused(&self, status: u16) {
        let mut state = self.recorder.lock();
        if self.probe {
            return;
        }
        if let Some(name) = state.forget(self.id) {
            let args = serde_json::json!([format!("http status {status}")]).to_string();
            state.write(&name, Way::In, Kind::Close, None, &args, None, 0, None);
        }
    }

    fn is_only_tried(&self) -> bool {
        let state = self.recorder.lock();
        let connection = state.sessions.get(&self.id);
        self.probe && connection.is_some_and(|connection| !connection.upgraded)
    }

    /// A request that waits for its answer; on polling, one that is broken off is the end of
    /// the session.
    pub(crate) fn pending(&self, counts: bool) -> Pending {
        if let Some(connection) = self.recorder.lock().sessions.get_mut(&self.id) {
            connection.pending += 1;
        }
        Pending {
            session: self.clone(),
            counts,
        }
    }
}

/// See [`Session::pending`].
#[derive(Debug)]
pub(crate) struct Pending {
    session: Session,
    counts: bool,
}

impl Pending {
    /// The answer has passed.
    pub(crate) fn done(mut self) {
        self.counts = false;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut state = self.session.recorder.lock();
        let Some(connection) = state.sessions.get_mut(&self.session.id) else {
            return;
        };
        connection.pending = connection.pending.saturating_sub(1);
        connection.last = Instant::now();
        if self.counts && !connection.upgraded {
            state.closed(self.session.id, Way::Out);
        }
    }
}
