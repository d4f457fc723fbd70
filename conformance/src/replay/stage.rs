//! What a recording is played on: a server, and a play with a peer for each client.

use std::sync::Arc;

use sio_p2p_server::relay::DuplicateIds;
use sio_p2p_server::store::MemoryStore;
use sio_p2p_server::{Config, P2pServer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Against, Options, Stop, Verdict};
use crate::host::Recorded;
use crate::player::peer::Road;
use crate::player::peer::actor::Actor;
use crate::player::play::Play;
use crate::player::play::check::Check;
use crate::player::play::trace::Trace;
use crate::player::probe::built_in;
use crate::record::Recording;
use crate::scenario::{Capability, TransportName};

/// The actor that asks who is there.
pub(super) const WATCHER: &str = "$watcher";

/// The scenario of a replay. Its clients come in when the recording opens them, and what
/// happens is what was recorded.
const SCENARIO: &str = r#"{
  "id": "replay",
  "title": "The server does what was recorded",
  "clauses": ["GEN-1"],
  "level": "must",
  "dialects": ["v1", "v2"],
  "actors": {},
  "steps": [{ "note": "as recorded" }]
}"#;

/// A play at this server in which nobody but the watcher takes part yet.
pub(super) fn play(recording: &Recording, url: &str, options: &Options) -> Option<Play> {
    let check = Check {
        scenario: Arc::new(built_in(SCENARIO)?),
        dialect: options.dialect.unwrap_or_else(|| recording.dialect()),
        eio: options.eio.unwrap_or_else(|| recording.eio()),
        transport: TransportName::default(),
    };
    let road = Road {
        access: Arc::clone(&options.access),
        ..Road::default()
    };
    let mut play = Play::new(&check, url, Trace::new(), None).by(road);
    play.deadline = options.patience;
    let watcher = Actor::new(WATCHER, check.dialect, check.eio);
    play.peers.actors.insert(WATCHER.to_owned(), watcher);
    // No client of the recording: those have ids that end so.
    let id = format!("{}-watcher", play.bindings.run());
    play.bindings.introduce(WATCHER, Some(id));
    Some(play)
}

/// Where a recording is played, and the application there if there can be one.
pub(super) async fn server(
    recording: &Recording,
    against: &Against,
    servers: &mut JoinSet<std::io::Result<()>>,
) -> Result<(String, Option<Recorded>), Stop> {
    let needs = recording.needs();
    match against {
        Against::Embedded => {
            let started = embedded(needs, servers).await;
            let (url, application) = started.map_err(|error| {
                Verdict::Untestable.because(format!("no embedded server: {error}"))
            })?;
            Ok((url, Some(application)))
        }
        Against::Running { url, claims } => {
            if let Some(needs) = needs.filter(|needs| !claims.contains(needs)) {
                let why = format!("it needs {needs}, which is not claimed");
                return Err(Verdict::NotApplicable.because(why));
            }
            if recording.has_application() {
                let why = "the application on the server takes part in it, and only the \
                           embedded server can be given one";
                return Err(Verdict::NotApplicable.because(why));
            }
            Ok((url.clone(), None))
        }
    }
}

/// A reference server that does with a second connection of an id what the recorded one did.
async fn embedded(
    needs: Option<Capability>,
    servers: &mut JoinSet<std::io::Result<()>>,
) -> std::io::Result<(String, Recorded)> {
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
    let application = Recorded::new(server.handle());
    servers.spawn(server.serve(listener, std::future::pending::<()>()));
    Ok((url, application))
}
