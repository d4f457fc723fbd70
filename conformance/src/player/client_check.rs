//! Playing a check about a client: its server is scripted, or the reference server.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_server::{Config, P2pServer};
use tokio::net::TcpListener;

use super::client::{ClientFaultSpec, DriverCommand};
use super::peer::Road;
use super::play::check::Check;
use super::play::finding::{Finding, Outcome};
use super::play::trace::Trace;
use super::play::{Play, Played};
use super::scripted::gate::Gate;
use crate::access::SharedAccess;
use crate::scenario::ServerRole;

/// Plays one check about a client that a driver drives, with a fault or without.
pub(crate) fn play(
    check: &Check,
    command: &DriverCommand,
    trace: &Trace,
    access: &SharedAccess,
    timeout: Option<Duration>,
    fault: Option<ClientFaultSpec>,
) -> impl Future<Output = Played> + Send + 'static {
    let (check, command, trace) = (check.clone(), command.clone(), trace.clone());
    let gate = Gate::new(access);
    // Actors that are no clients under test go the same way.
    let road = Road {
        access: Arc::clone(access),
        ..Road::default()
    };
    async move {
        let reference = check.scenario.server == Some(ServerRole::Reference);
        // Its own server: nobody else is to be listed, and it goes with the play.
        let (url, server) = if reference {
            match reference_server(gate.path()).await {
                Ok((url, server)) => (url, Some(server)),
                Err(error) => return untestable("the reference server did not start", &error),
            }
        } else {
            (String::new(), None)
        };
        let mut play = Play::new(&check, &url, trace, timeout).by(road);
        play.clients.command = Some(command);
        play.clients.gate = gate;
        play.clients.server = reference.then_some(url);
        play.clients.interference.fault = fault;
        let played = play.run().await;
        drop(server);
        played
    }
}

fn untestable(message: &str, error: &std::io::Error) -> Played {
    let finding = Finding::new(message).comparing("a server", error.to_string());
    Played {
        outcome: Outcome::Untestable(finding),
        talked: false,
    }
}

type Serving = tokio::task::JoinSet<std::io::Result<()>>;

/// A reference server for one play; it ends when the second value is dropped.
async fn reference_server(path: &str) -> std::io::Result<(String, Serving)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut serving = Serving::new();
    let mut config = Config::default();
    path.clone_into(&mut config.engine.path);
    let server = P2pServer::new(config);
    serving.spawn(server.serve(listener, std::future::pending()));
    Ok((url, serving))
}
