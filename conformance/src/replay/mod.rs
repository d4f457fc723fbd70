//! Replaying a recording against a server, and showing where it does otherwise.

mod connect;
mod connection;
mod names;
mod play;
mod program;
mod quiet;
mod sequence;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sio_p2p_protocol::Dialect;
use sio_p2p_server::relay::DuplicateIds;
use sio_p2p_server::store::MemoryStore;
use sio_p2p_server::{Config, P2pServer};
use sio_p2p_transport::EioVersion;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) use self::names::{failures, keys_of};
use self::play::{Play, Setting, Stop};
use self::program::Program;
use crate::access::SharedAccess;
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
    let mut server = JoinSet::new();
    let setting = match setting(recording, against, options, &mut server).await {
        Ok(setting) => setting,
        Err(stop) => {
            (outcome.verdict, outcome.message) = told(stop);
            return outcome;
        }
    };
    let mut play = Play::new(recording, setting);
    let result = play.play().await;
    outcome.matched = play.matched;
    outcome.meant = play.meant;
    if let Err(stop) = result {
        let shows = matches!(stop, Stop::Different(_) | Stop::Stale(_));
        (outcome.verdict, outcome.message) = told(stop);
        if shows {
            let last = play.rows.iter().rev().find_map(sequence::Row::number);
            let after = |line: &&Line| last.is_some_and(|last| line.t > last);
            let next: Vec<_> = recording.lines.iter().filter(after).take(NEXT).collect();
            let text = sequence::render(&play.rows, &next, &play.waiting(), WIDTH);
            outcome.sequence = Some(text);
        }
    }
    outcome
}

fn told(stop: Stop) -> (Verdict, String) {
    match stop {
        Stop::Different(why) => (Verdict::Different, why),
        Stop::Stale(why) => (Verdict::Stale, why),
        Stop::Untestable(why) => (Verdict::Untestable, why),
        Stop::NotApplicable(why) => (Verdict::NotApplicable, why),
    }
}

async fn setting(
    recording: &Recording,
    against: &Against,
    options: &Options,
    servers: &mut JoinSet<std::io::Result<()>>,
) -> Result<Setting, Stop> {
    let needs = recording.needs();
    let (url, program) = match against {
        Against::Embedded => {
            let (url, program) = embedded(needs, servers)
                .await
                .map_err(|error| Stop::Untestable(format!("no embedded server: {error}")))?;
            (url, Some(program))
        }
        Against::Running { url, claims } => {
            if let Some(needs) = needs.filter(|needs| !claims.contains(needs)) {
                let why = format!("it needs {needs}, which is not claimed");
                return Err(Stop::NotApplicable(why));
            }
            if recording.has_application() {
                let why = "the application on the server takes part in it, and only the \
                           embedded server can be given one";
                return Err(Stop::NotApplicable(why.to_owned()));
            }
            (url.clone(), None)
        }
    };
    Ok(Setting {
        url,
        program,
        dialect: options.dialect.unwrap_or_else(|| recording.dialect()),
        eio: options.eio,
        exact: options.exact,
        patience: options.patience,
        access: Arc::clone(&options.access),
    })
}

/// A reference server that does with a second connection of an id what the recorded one did.
async fn embedded(
    needs: Option<Capability>,
    servers: &mut JoinSet<std::io::Result<()>>,
) -> std::io::Result<(String, Program)> {
    let mut config = Config::default();
    config.policy.duplicate_ids = match needs {
        Some(Capability::ClientOverwrite) => DuplicateIds::Replace,
        Some(Capability::ClientAllow) => DuplicateIds::Allow,
        _ => DuplicateIds::Reject,
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let store = Arc::new(MemoryStore::default());
    let server = P2pServer::builder().config(config).store(store).build();
    let url = format!("http://{}", listener.local_addr()?);
    let program = Program::new(server.handle());
    servers.spawn(server.serve(listener, std::future::pending::<()>()));
    Ok((url, program))
}
