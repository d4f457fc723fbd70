//! Writing a recording of connections that pass by.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use sio_p2p_transport::{EioVersion, Frame, PayloadReader};

use super::line::{Kind, Line};
use super::state::State;
use crate::player::play::trace::Way;

/// The largest message that is read; larger ones pass, and are not recorded.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;

/// The query of a request to Engine.IO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Engine {
    pub(super) eio: EioVersion,
    pub(super) polling: bool,
    jsonp: bool,
    sid: Option<String>,
    /// The rest, which is the application's.
    pub(super) query: String,
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

    /// The generation of Engine.IO.
    pub(crate) fn eio(&self) -> EioVersion {
        self.eio
    }
}

/// Writes what is seen as lines of a recording.
pub struct Recorder {
    state: Mutex<State>,
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

impl Recorder {
    /// A recorder that writes here. Without `keep_secrets`, values of queries (but for the
    /// client id) and of auth payloads are replaced.
    pub fn new(out: Box<dyn Write + Send>, keep_secrets: bool) -> Self {
        Self {
            state: Mutex::new(State::new(out, keep_secrets)),
        }
    }

    /// Ends the recording: nothing is written any more.
    pub fn finish(&self) -> Summary {
        let mut state = self.state.lock();
        state.sealed = true;
        if let Err(error) = state.out.flush() {
            state.summary.failed = Some(error.to_string());
        }
        state.summary.clone()
    }

    /// The session that a request belongs to, a new one if it begins one. `None` if it is not
    /// followed.
    pub(crate) fn session(self: &Arc<Self>, engine: &Engine) -> Option<Session> {
        let mut state = self.state.lock();
        let (id, probe) = match &engine.sid {
            Some(sid) => (*state.by_sid.get(sid)?, !engine.polling),
            None => (state.open(engine)?, false),
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
        self.recorder.state.lock().frame(self.id, way, frame);
    }

    /// Something passes that cannot be read.
    pub(crate) fn unreadable(&self, why: &str) {
        self.recorder.state.lock().break_off(self.id, why);
    }

    /// The WebSocket has ended.
    pub(crate) fn closed(&self, by: Way) {
        if !self.is_only_tried() {
            self.recorder.state.lock().closed(self.id, by);
        }
    }

    /// The server has refused a request, and so knows the session no longer or not at all.
    pub(crate) fn refused(&self, status: u16) {
        let mut state = self.recorder.state.lock();
        if self.probe {
            return;
        }
        if let Some(name) = state.forget(self.id) {
            let args = serde_json::json!([format!("http status {status}")]).to_string();
            state.write(&name, Way::In, Line::new(Kind::Close).with_args(&args));
        }
    }

    fn is_only_tried(&self) -> bool {
        let state = self.recorder.state.lock();
        let connection = state.sessions.get(&self.id);
        self.probe && connection.is_some_and(|connection| !connection.upgraded)
    }

    /// A request that waits for its answer; on polling, one that is broken off is the end of
    /// the session.
    pub(crate) fn pending(&self, counts: bool) -> Pending {
        if let Some(connection) = self.recorder.state.lock().sessions.get_mut(&self.id) {
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
        let mut state = self.session.recorder.state.lock();
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
