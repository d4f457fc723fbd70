//! The reference server that is part of this program, as a testee.
//!
//! What is optional in the protocol because policies differ cannot be shown by one
//! server. So there is one for each policy, and every check plays on the one that
//! declares what it requires.

use std::sync::Arc;

use sio_p2p_server::relay::DuplicateIds;
use sio_p2p_server::store::MemoryStore;
use sio_p2p_server::{Config, P2pServer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::host;
use crate::runner::run::{Declared, Fresh, Target};
use crate::scenario::{Capability, Settings};
use crate::settings;

/// What all of them declare.
const COMMON: [Capability; 4] = [
    Capability::Stream,
    Capability::Service,
    Capability::Topic,
    Capability::Settings,
];

/// The servers: what each declares beyond that, and the policy that makes it true.
/// Checks that require none of this play on the first.
const SERVERS: [(&[Capability], DuplicateIds); 3] = [
    (&[Capability::ClientReject], DuplicateIds::Reject),
    (&[Capability::ClientOverwrite], DuplicateIds::Replace),
    (
        &[Capability::ClientOverwrite, Capability::ClientAllow],
        DuplicateIds::Allow,
    ),
];

/// Everything that one of the servers declares.
pub(super) fn claims() -> Vec<Capability> {
    let own = SERVERS.iter().flat_map(|(claims, _)| *claims);
    let mut claims: Vec<_> = own.chain(&COMMON).chain(host::CLAIMS).collect();
    claims.sort_unstable();
    claims.dedup();
    claims.into_iter().copied().collect()
}

/// The embedded servers, for as long as this is kept.
pub(super) struct Embedded {
    /// Ends them when it is dropped.
    _servers: JoinSet<std::io::Result<()>>,
}

/// Starts the embedded servers.
pub(super) fn start() -> std::io::Result<(Target, Embedded)> {
    let mut servers = JoinSet::new();
    let mut declared = Vec::new();
    for (claims, duplicate_ids) in SERVERS {
        let mut config = Config::default();
        config.policy.duplicate_ids = duplicate_ids;
        declared.push(Declared {
            url: spawn(config, &mut servers)?,
            claims: [claims, &COMMON[..], host::CLAIMS].concat(),
        });
    }
    let embedded = Embedded { _servers: servers };
    Ok((Target::Embedded(declared, start_with), embedded))
}

/// Starts a server with the settings of a scenario.
fn start_with(stated: &Settings) -> Result<Fresh, String> {
    let config = settings::config(stated)?;
    let mut tasks = JoinSet::new();
    let url = spawn(config, &mut tasks).map_err(|error| error.to_string())?;
    Ok(Fresh { url, tasks })
}

/// Starts a server and gives its URL.
pub(super) fn spawn(
    config: Config,
    servers: &mut JoinSet<std::io::Result<()>>,
) -> std::io::Result<String> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let url = format!("http://{}", listener.local_addr()?);
    let forever = std::future::pending::<()>();
    servers.spawn(server(config)?.serve(listener, forever));
    Ok(url)
}

/// A server with the conformance host on it.
pub(super) fn server(config: Config) -> std::io::Result<P2pServer> {
    let store = Arc::new(MemoryStore::default());
    let server = P2pServer::builder().config(config).store(store).build();
    host::install(&server.handle()).map_err(std::io::Error::other)?;
    Ok(server)
}

/// The settings of the server that a scenario with these requirements plays on.
#[cfg(feature = "faults")]
pub(super) fn config_for(requires: &[Capability]) -> Config {
    let declares = |claims: &[Capability], capability: &Capability| {
        claims.contains(capability)
            || COMMON.contains(capability)
            || host::CLAIMS.contains(capability)
    };
    let fits = |(claims, _): &&(&[Capability], DuplicateIds)| {
        requires
            .iter()
            .all(|capability| declares(claims, capability))
    };
    let mut config = Config::default();
    if let Some((_, duplicate_ids)) = SERVERS.iter().find(fits) {
        config.policy.duplicate_ids = *duplicate_ids;
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A check is not applicable to all of them only because of what none can be.
    #[test]
    fn every_way_with_a_second_connection_is_declared_by_one_of_them() {
        let claims = claims();
        for capability in [
            Capability::ClientReject,
            Capability::ClientOverwrite,
            Capability::ClientAllow,
        ] {
            assert!(claims.contains(&capability), "{capability}");
        }
    }
}
