//! What a recording is played on: a server, and a play with a peer for each client.

use std::collections::BTreeMap;
use std::sync::Arc;

use sio_p2p_server::relay::DuplicateIds;
use sio_p2p_server::store::MemoryStore;
use sio_p2p_server::{Config, P2pServer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::play::Stop;
use super::program::Program;
use super::{Against, Options};
use crate::player::check::Check;
use crate::player::peer::Road;
use crate::player::play::Play;
use crate::player::trace::Trace;
use crate::record::Recording;
use crate::record::recording::Open;
use crate::scenario::danger::Danger;
use crate::scenario::model::ActorDocument;
use crate::scenario::text::{Text, TextError, escaped};
use crate::scenario::{Capability, Level, Location, Scenario, Settings, Source, TransportName};

/// The actor that asks who is there.
pub(super) const WATCHER: &str = "$watcher";

/// The actor that a client is from a line `open` on: the next may have another query.
pub(super) fn actor_of(open: &Open<'_>) -> String {
    format!("{}@{}", open.client, open.t)
}

/// A play of what the clients of a recording do, at this server.
pub(super) fn play(recording: &Recording, url: &str, options: &Options) -> Result<Play, TextError> {
    let dialect = options.dialect.unwrap_or_else(|| recording.dialect());
    let eio = options.eio.unwrap_or_else(|| recording.eio());
    let at = Location {
        source: Source::new(recording.path.clone(), ""),
        line: 1,
        column: 1,
    };
    let watcher = ActorDocument {
        client_id: Some(Text::try_from("${run}-watcher".to_owned())?),
        ..ActorDocument::default()
    };
    let mut actors = BTreeMap::from([(WATCHER.to_owned(), (watcher, at.clone()))]);
    for open in recording.opens() {
        let document = ActorDocument {
            eio: Some(options.eio.or(open.eio).unwrap_or(eio).number()),
            ..actor(&open)?
        };
        actors.insert(actor_of(&open), (document, at.clone()));
    }
    let scenario = Scenario {
        id: recording.name().to_owned(),
        stem: String::new(),
        family: String::new(),
        title: String::new(),
        group: String::new(),
        why: None,
        clauses: Vec::new(),
        level: Level::Must,
        dialects: vec![dialect],
        eio: Vec::new(),
        server: None,
        requires: Vec::new(),
        danger: Danger::default(),
        settings: Settings::default(),
        settings_at: at.clone(),
        since: 1,
        proof: Vec::new(),
        actors,
        deadline: options.patience,
        steps: Vec::new(),
        at,
    };
    let check = Check {
        scenario: Arc::new(scenario),
        dialect,
        eio,
        transport: TransportName::default(),
    };
    let road = Road {
        access: Arc::clone(&options.access),
        ..Road::default()
    };
    Ok(Play::new(&check, url, Trace::new(), None).by(road))
}

/// A client as it connects: by its recorded query, with a client id that nobody else uses.
fn actor(open: &Open<'_>) -> Result<ActorDocument, TextError> {
    let own = |text: &str| format!("{}-${{run}}", escaped(text));
    let pairs = open
        .query
        .split('&')
        .map(|pair| match pair.strip_prefix("clientId=") {
            Some(id) if !id.is_empty() => own(pair),
            _ => escaped(pair),
        });
    let query = Text::try_from(pairs.collect::<Vec<_>>().join("&"))?;
    let id = open.id.as_deref().map(|id| Text::try_from(own(id)));
    Ok(ActorDocument {
        anonymous: id.is_none(),
        client_id: id.transpose()?,
        query: Some(query).filter(|_| !open.query.is_empty()),
        ..ActorDocument::default()
    })
}

/// Where a recording is played, and the application there if there can be one.
pub(super) async fn server(
    recording: &Recording,
    against: &Against,
    servers: &mut JoinSet<std::io::Result<()>>,
) -> Result<(String, Option<Program>), Stop> {
    let needs = recording.needs();
    match against {
        Against::Embedded => {
            let started = embedded(needs, servers).await;
            let (url, program) = started
                .map_err(|error| Stop::untestable(format!("no embedded server: {error}")))?;
            Ok((url, Some(program)))
        }
        Against::Running { url, claims } => {
            if let Some(needs) = needs.filter(|needs| !claims.contains(needs)) {
                let why = format!("it needs {needs}, which is not claimed");
                return Err(Stop::not_applicable(why));
            }
            if recording.has_application() {
                let why = "the application on the server takes part in it, and only the \
                           embedded server can be given one";
                return Err(Stop::not_applicable(why));
            }
            Ok((url.clone(), None))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_keeps_its_query_and_has_an_id_of_its_own() {
        let open = |query: &str| Open {
            t: 1,
            client: "a",
            query: query.to_owned(),
            id: crate::record::recording::client_id(query),
            eio: None,
        };
        let document = actor(&open("x=1&clientId=a%20b&clientId=")).unwrap();
        let query = document.query.unwrap();
        assert_eq!(query.source(), "x=1&clientId=a%20b-${run}&clientId=");
        assert!(document.anonymous);
        let document = actor(&open("clientId=a%20b")).unwrap();
        assert_eq!(document.client_id.unwrap().source(), "a b-${run}");
        let document = actor(&open("")).unwrap();
        assert!(document.anonymous && document.query.is_none());
    }
}
