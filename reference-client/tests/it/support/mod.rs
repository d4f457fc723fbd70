//! Servers and peers to test against.

pub(crate) mod fake;
pub(crate) mod golden;
#[path = "../../support/node.rs"]
pub(crate) mod node;
#[path = "../../support/waiting.rs"]
mod waiting;

use std::time::Duration;

use sio_p2p_client::{Client, ClientBuilder, Dialect, EioVersion, Reconnect};
use sio_p2p_server::{Config, serve};
use tokio::{net::TcpListener, task::JoinHandle};

use node::{Host, Peer};
pub(crate) use waiting::{PATIENCE, soon, unique, until};

/// A server to test against, and how its clients speak.
pub(crate) struct Setup {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    pub(crate) eio: EioVersion,
    /// The dialect of the Rust clients.
    pub(crate) dialect: Dialect,
    _server: Server,
}

enum Server {
    Ours(JoinHandle<()>),
    Original { _host: Box<Host> },
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Ours(task) = self {
            task.abort();
        }
    }
}

impl Setup {
    /// `p2p-server`, in this process.
    pub(crate) async fn ours(eio: EioVersion, dialect: Dialect) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let forever = std::future::pending();
            serve(listener, Config::default(), forever).await.unwrap();
        });
        Self {
            name: "p2p-server",
            url,
            eio,
            dialect,
            _server: Server::Ours(server),
        }
    }

    /// The original plugin on Socket.IO 2 (Engine.IO 3) or 4 (Engine.IO 4).
    pub(crate) async fn original(eio: EioVersion) -> Self {
        let host = Host::start(eio).await;
        Self {
            name: match eio {
                EioVersion::V3 => "original on socket.io 2",
                EioVersion::V4 => "original on socket.io 4",
            },
            url: host.url.clone(),
            eio,
            dialect: Dialect::V2,
            _server: Server::Original {
                _host: Box::new(host),
            },
        }
    }

    /// Every server that speaks `v2`, with both generations of Engine.IO.
    pub(crate) async fn all_v2() -> Vec<Self> {
        vec![
            Self::ours(EioVersion::V4, Dialect::V2).await,
            Self::ours(EioVersion::V3, Dialect::V2).await,
            Self::original(EioVersion::V3).await,
            Self::original(EioVersion::V4).await,
        ]
    }

    /// Every server there is, in every dialect that it speaks.
    pub(crate) async fn all() -> Vec<Self> {
        let mut all = Self::all_v2().await;
        all.push(Self::ours(EioVersion::V3, Dialect::V1).await);
        all.push(Self::ours(EioVersion::V4, Dialect::V1).await);
        all
    }

    /// Sets up a Rust client.
    pub(crate) fn builder(&self, id: &str) -> ClientBuilder {
        Client::builder(&self.url, id)
            .dialect(self.dialect)
            .eio(self.eio)
            .deadline(Duration::from_secs(5))
            .reconnect(Reconnect::never())
    }

    /// A connected Rust client.
    pub(crate) async fn client(&self, id: &str) -> Client {
        self.builder(id).connect().await.unwrap()
    }

    /// A connected JavaScript client of the original plugin, on the matching Socket.IO.
    pub(crate) async fn peer(&self, id: &str) -> Peer {
        Peer::start(&self.url, id, self.eio, Dialect::V2).await
    }
}
