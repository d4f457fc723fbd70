//! The servers of all trials, one process each, started by whoever needs one first.

use std::{sync::Arc, time::Duration};

use sio_p2p_client::{Client, ClientBuilder, Dialect, EioVersion, Reconnect};
use tokio::sync::OnceCell;

use crate::{
    node::{Host, Peer},
    process::Process,
};

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The plugin 1.12.1 on Socket.IO 2.5 (Engine.IO 3).
    OriginalOn2,
    /// The plugin 1.12.1 on Socket.IO 4.8 (Engine.IO 4).
    OriginalOn4,
    /// `p2p-server`.
    Ours,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::OriginalOn2, Self::OriginalOn4, Self::Ours];

    /// Whether it is the original, which speaks `v2` only.
    pub(crate) fn is_original(self) -> bool {
        self != Self::Ours
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OriginalOn2 => "original on socket.io 2.5",
            Self::OriginalOn4 => "original on socket.io 4.8",
            Self::Ours => "p2p-server",
        })
    }
}

/// All of them.
#[derive(Default)]
pub(crate) struct Servers {
    on_2: OnceCell<Host>,
    on_4: OnceCell<Host>,
    ours: OnceCell<Process>,
}

impl Servers {
    /// The URL of one, which is started if it is not running yet.
    pub(crate) async fn url(&self, kind: Kind) -> String {
        match kind {
            Kind::OriginalOn2 => self.host(&self.on_2, EioVersion::V3).await,
            Kind::OriginalOn4 => self.host(&self.on_4, EioVersion::V4).await,
            Kind::Ours => self.ours().await.url.clone(),
        }
    }

    /// `p2p-server`.
    pub(crate) async fn ours(&self) -> &Process {
        self.ours.get_or_init(Process::anywhere).await
    }

    async fn host(&self, cell: &OnceCell<Host>, eio: EioVersion) -> String {
        cell.get_or_init(|| Host::start(eio)).await.url.clone()
    }
}

/// One server, and how a trial speaks with it.
pub(crate) struct Setup {
    pub(crate) dialect: Dialect,
    url: String,
    eio: EioVersion,
}

impl Setup {
    pub(crate) async fn new(servers: &Arc<Servers>, kind: Kind, dialect: Dialect) -> Self {
        // On ours, each dialect comes with the generation of Engine.IO that it was made on.
        let eio = match (kind, dialect) {
            (Kind::OriginalOn2, _) | (Kind::Ours, Dialect::V1) => EioVersion::V3,
            (Kind::OriginalOn4, _) | (Kind::Ours, Dialect::V2) => EioVersion::V4,
        };
        let url = servers.url(kind).await;
        Self { dialect, url, eio }
    }

    /// Sets up a Rust client.
    pub(crate) fn builder(&self, id: &str) -> ClientBuilder {
        Client::builder(&self.url, id)
            .dialect(self.dialect)
            .eio(self.eio)
            .deadline(Duration::from_secs(10))
            .reconnect(Reconnect::never())
    }

    /// A connected Rust client.
    pub(crate) async fn client(&self, id: &str) -> Client {
        self.builder(id).connect().await.unwrap()
    }

    /// A connected JavaScript client, of the same Socket.IO and dialect.
    pub(crate) async fn peer(&self, id: &str) -> Peer {
        Peer::start(&self.url, id, self.eio, self.dialect).await
    }
}
