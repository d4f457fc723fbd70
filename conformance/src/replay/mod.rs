//! Replaying a recording against a server, and showing where it does otherwise.

mod clients;
mod names;
mod play;
mod quiet;
mod sequence;
mod stage;

use std::time::Duration;

use serde::Serialize;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;
use tokio::task::JoinSet;

use self::play::Replay;
use crate::access::SharedAccess;
use crate::player::play::stop;
use crate::record::{Line, Recording};
use crate::scenario::Capability;

/// How wide a sequence is drawn.
const WIDTH: usize = 80;
/// How many recorded lines are shown after the difference.
const NEXT: usize = 2;

/// What a recording is played against.
#[derive(Debug, Clone)]
pub enum Against {
    /// A reference server of its own for each recording.
    Embedded,
    /// A running server, and what it declares.
    Running {
        /// Where it is.
        url: String,
        /// What it declares.
        claims: Vec<Capability>,
    },
}

/// How recordings are played.
#[derive(Debug, Clone)]
pub struct Options {
    /// The dialect of the replay's own messages, if not the one that the recording tells.
    pub dialect: Option<Dialect>,
    /// The generation of Engine.IO, if not the recorded one.
    pub eio: Option<EioVersion>,
    /// The recorded implementation itself is on trial: no difference is meant.
    pub exact: bool,
    /// How long a packet is waited for.
    pub patience: Duration,
    /// What every connection to the server brings along.
    pub access: SharedAccess,
}

impl Verdict {
    /// A replay stops with this verdict.
    fn because(self, why: impl Into<String>) -> Stop {
        let why = why.into();
        Stop { verdict: self, why }
    }
}

/// Why a replay stops before its end.
#[derive(Debug)]
struct Stop {
    verdict: Verdict,
    why: String,
}

impl From<stop::Stop> for Stop {
    fn from(mut stop: stop::Stop) -> Self {
        let why = std::mem::take(&mut stop.finding().message);
        let verdict = match stop {
            stop::Stop::Broken(_) => Verdict::Different,
            stop::Stop::Untestable(_) | stop::Stop::Down(_) => Verdict::Untestable,
            stop::Stop::NotApplicable(_) => Verdict::NotApplicable,
        };
        verdict.because(why)
    }
}

/// What came of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything came as it was recorded, but for what is meant to differ.
    Same,
    /// Something came otherwise.
    Different,
    /// A difference that the recording names does not occur.
    Stale,
    /// The server could not be talked to.
    Untestable,
    /// It cannot be played here.
    NotApplicable,
}

/// The outcome of one replay.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The file.
    pub recording: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Why, if it is not [`Same`](Verdict::Same).
    pub message: String,
    /// Both sides up to the first difference, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// How many packets came as they were recorded.
    pub matched: usize,
    /// How many differences are meant and occurred.
    pub meant: usize,
}

/// Plays a recording.
pub async fn replay(recording: &Recording, against: &Against, options: &Options) -> Outcome {
    let mut outcome = Outcome {
        recording: recording.path.clone(),
        verdict: Verdict::Same,
        message: String::new(),
        sequence: None,
        matched: 0,
        meant: 0,
    };
    // Dropped, and so ended, when the recording has been played.
    let mut servers = JoinSet::new();
    let server = stage::server(recording, against, &mut servers).await;
    let result = match server.and_then(|server| Replay::new(recording, server, options)) {
        Ok(mut replay) => {
            let result = replay.run().await;
            outcome.matched = replay.matched;
            outcome.meant = replay.meant;
            outcome.sequence = result.as_ref().err().and_then(|stop| drawn(&replay, stop));
            result
        }
        Err(stop) => Err(stop),
    };
    if let Err(stop) = result {
        (outcome.verdict, outcome.message) = (stop.verdict, stop.why);
    }
    outcome
}

/// Both sides up to where a replay has stopped, if the server did something else.
fn drawn(replay: &Replay<'_>, stop: &Stop) -> Option<String> {
    if !matches!(stop.verdict, Verdict::Different | Verdict::Stale) {
        return None;
    }
    let last = replay.rows.iter().rev().find_map(|row| row.t);
    let after = |line: &&Line| last.is_some_and(|last| line.t > last);
    let lines = replay.recording.lines.iter();
    let next: Vec<_> = lines.filter(after).take(NEXT).collect();
    Some(sequence::render(
        &replay.rows,
        &next,
        &replay.waiting(),
        WIDTH,
    ))
}
