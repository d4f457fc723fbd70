//! The connections that a recorder follows, and the lines that come of them.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::time::{Duration, Instant};

use sio_p2p_transport::{Frame, FrameReader, Heard, Packet};

use super::line::{Kind, Line};
use super::private::{redact_auth, redact_query};
use super::recorder::{Engine, Summary};
use super::recording::client_id;
use super::tokens::Tokens;
use crate::json::{members, unquote};
use crate::player::play::trace::Way;

/// The largest packet, its attachments included.
const MAX_PACKET: usize = 64 << 20;
/// How many attachments a packet may have.
const MAX_ATTACHMENTS: usize = 1_000;
/// How many connections are followed at a time.
const MAX_SESSIONS: usize = 10_000;
/// A polling client that does not poll for so long is gone.
const IDLE: Duration = Duration::from_mins(2);

/// What a recorder knows.
pub(super) struct State {
    pub(super) out: Box<dyn Write + Send>,
    pub(super) t: u64,
    pub(super) sessions: HashMap<u64, Connection>,
    pub(super) by_sid: HashMap<String, u64>,
    pub(super) next: u64,
    pub(super) names: BTreeMap<String, usize>,
    pub(super) tokens: Tokens,
    pub(super) summary: Summary,
    pub(super) sealed: bool,
    /// Values of queries and auth payloads are not replaced.
    keep_secrets: bool,
}

/// A connection that is followed.
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) readers: [FrameReader; 2],
    pub(super) sid: Option<String>,
    pub(super) upgraded: bool,
    pub(super) broken: bool,
    /// Requests that wait for their answer.
    pub(super) pending: usize,
    pub(super) last: Instant,
}

impl State {
    pub(super) fn new(out: Box<dyn Write + Send>, keep_secrets: bool) -> Self {
        Self {
            out,
            t: 0,
            sessions: HashMap::new(),
            by_sid: HashMap::new(),
            next: 0,
            names: BTreeMap::new(),
            tokens: Tokens::default(),
            summary: Summary::default(),
            sealed: false,
            keep_secrets,
        }
    }

    pub(super) fn open(&mut self, engine: &Engine) -> Option<u64> {
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
        let query = if self.keep_secrets {
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
        self.write(&name, Way::Out, Line::control("open").with_args(&args));
        Some(id)
    }

    pub(super) fn frame(&mut self, id: u64, way: Way, frame: Frame) {
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
            Ok(Heard::Packet(packet)) => self.packet(id, way, packet),
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

    fn packet(&mut self, id: u64, way: Way, mut packet: Packet) {
        let Some(name) = self
            .sessions
            .get(&id)
            .map(|connection| connection.name.clone())
        else {
            return;
        };
        if let Packet::Connect {
            data: Some(data), ..
        } = &mut packet
        {
            match way {
                Way::In => {
                    if let Some(sid) = sid_of(data) {
                        self.tokens.sid(&sid, &name);
                    }
                }
                Way::Out if self.keep_secrets => {}
                Way::Out => *data = redact_auth(data, &mut self.summary.redacted),
            }
        }
        let line = Line::of_packet(packet, &mut |text| self.tokens.exchange(text, way));
        let leaves = line.kind == Kind::Disconnect && line.nsp.is_none();
        self.summary.packets += 1;
        self.write(&name, way, line);
        if leaves {
            self.forget(id);
        }
    }

    /// The transport of a connection has ended without a packet.
    pub(super) fn closed(&mut self, id: u64, way: Way) {
        if let Some(name) = self.forget(id) {
            self.write(&name, way, Line::new(Kind::Close));
        }
    }

    pub(super) fn forget(&mut self, id: u64) -> Option<String> {
        let connection = self.sessions.remove(&id)?;
        if let Some(sid) = &connection.sid {
            self.by_sid.remove(sid);
        }
        self.tokens.forget(&connection.name);
        Some(connection.name)
    }

    /// A connection cannot be followed any more; it goes on all the same.
    pub(super) fn break_off(&mut self, id: u64, why: &str) {
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
            Line::control("unreadable").with_args(&args),
        );
    }

    /// Writes what came from or went to a client.
    pub(super) fn write(&mut self, client: &str, dir: Way, line: Line) {
        if self.sealed {
            return;
        }
        self.t += 1;
        let line = Line {
            t: self.t,
            client: client.to_owned(),
            dir,
            ..line
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
    let members = members(json)?;
    let (_, sid) = members.into_iter().find(|(key, _)| key == "sid")?;
    unquote(sid.get())
}
