//! Every frame of every actor, in the order in which the runner's connections saw them.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_transport::{Direction, Frame};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::json::shorten;

/// How many frames of one check are kept; of a longer one, the last.
const KEPT: usize = 400;
/// How many characters of a frame are kept.
const SHOWN: usize = 300;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TraceLine {
    /// Time since the check began, in microseconds.
    pub at_us: u64,
    /// Whose connection.
    pub actor: String,
    /// `out`: from the actor to the server; `in`: from the server to the actor.
    pub direction: Way,
    /// The frame: Engine.IO text, long ones shortened; binary and close frames described.
    pub frame: String,
}

/// Which way a frame went, seen from the actor.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// From the actor to the server.
    Out,
    /// From the server to the actor.
    In,
}

impl Way {
    /// As it is drawn between an actor on the left and the server on the right.
    pub const fn arrow(self) -> &'static str {
        match self {
            Self::Out => "->",
            Self::In => "<-",
        }
    }
}

/// The recorder of one check, shared by its connections.
#[derive(Debug, Clone)]
pub struct Trace {
    began: Instant,
    state: Arc<Mutex<State>>,
    /// Told of every line.
    pushed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<TraceLine>,
    stopped: bool,
    /// When the last frame that is no heartbeat was seen.
    moved: Option<tokio::time::Instant>,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            state: Arc::default(),
            pushed: Arc::default(),
        }
    }
}

impl Trace {
    /// An empty recording; time counts from here.
    pub fn new() -> Self {
        Self::default()
    }

    /// The observer to hand to an actor's connection.
    pub fn observer(&self, actor: &str) -> impl Fn(Direction, &Frame) + Send + Sync + use<> {
        let (trace, actor) = (self.clone(), actor.to_owned());
        move |direction, frame| {
            let way = match direction {
                Direction::In => Way::In,
                Direction::Out => Way::Out,
            };
            if !is_heartbeat(frame) {
                trace.state.lock().moved = Some(tokio::time::Instant::now());
            }
            trace.push(&actor, way, describe(frame));
        }
    }

    /// When the last frame that is no heartbeat was seen on any connection.
    pub(crate) fn last_move(&self) -> Option<tokio::time::Instant> {
        self.state.lock().moved
    }

    /// Records no more.
    pub fn stop(&self) {
        self.state.lock().stopped = true;
    }

    /// Records a line.
    pub(crate) fn push(&self, actor: &str, direction: Way, frame: String) {
        let at_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut state = self.state.lock();
        if state.stopped {
            return;
        }
        if state.lines.len() == KEPT {
            state.lines.pop_front();
        }
        state.lines.push_back(TraceLine {
            at_us,
            actor: actor.to_owned(),
            direction,
            frame,
        });
        self.pushed.notify_waiters();
    }

    /// Waits for the next line that is recorded after this call.
    pub(crate) fn next_line(&self) -> Notified<'_> {
        self.pushed.notified()
    }

    /// How many frames with this text have come in at an actor since this long after the
    /// beginning, as far as they are kept.
    pub(crate) fn count(&self, actor: &str, text: &str, since: Duration) -> usize {
        let is_one = |line: &&TraceLine| {
            let later = Duration::from_micros(line.at_us) >= since;
            later && line.actor == actor && line.direction == Way::In && line.frame == text
        };
        self.state.lock().lines.iter().filter(is_one).count()
    }

    /// How long ago the recording began.
    pub(crate) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// The frames so far, in order.
    pub fn lines(&self) -> Vec<TraceLine> {
        self.state.lock().lines.iter().cloned().collect()
    }
}

/// Whether a frame only says that a connection is there.
fn is_heartbeat(frame: &Frame) -> bool {
    matches!(frame, Frame::Text(text) if text == "2" || text == "3")
}

fn describe(frame: &Frame) -> String {
    match frame {
        Frame::Text(text) => shorten(text, SHOWN),
        Frame::Binary(bytes) => {
            let mut text = format!("<binary, {} bytes:", bytes.len());
            for byte in bytes.iter().take(16) {
                let _ = write!(text, " {byte:02x}");
            }
            if bytes.len() > 16 {
                text.push_str(" …");
            }
            text.push('>');
            text
        }
        Frame::Close {
            code: Some(code),
            reason,
        } if reason.is_empty() => format!("<close {code}>"),
        Frame::Close {
            code: Some(code),
            reason,
        } => format!("<close {code}: {reason}>"),
        Frame::Close { code: None, .. } => "<close>".to_owned(),
    }
}
