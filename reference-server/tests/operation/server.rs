//! A server for one test, with its admin pages.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use sio_p2p_server::{BoundServer, Certificates, Config, P2pServer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::http::get;

/// How long a test waits for something that must come. Never waited out unless
/// the test fails.
const DEADLINE: Duration = Duration::from_secs(20);

/// Waits for something that must come.
pub(crate) async fn must<T>(what: &str, come: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, come).await.expect(what)
}

/// Prepares a server on free ports.
pub(crate) async fn bind(change: impl FnOnce(&mut Config)) -> std::io::Result<BoundServer> {
    let mut config = Config::default();
    config.admin.listen = Some("127.0.0.1:0".parse().unwrap());
    change(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    P2pServer::new(config).bind(listener).await
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) certificates: Option<Certificates>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let bound = bind(change).await.expect("the settings are good");
        Self::run(bound)
    }

    pub(crate) fn run(bound: BoundServer) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        Self {
            address: bound.address(),
            admin: bound.admin_address().expect("it has admin pages"),
            certificates: bound.certificates(),
            stop: Some(stop),
            running: tokio::spawn(bound.run(async {
                stopped.await.ok();
            })),
        }
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits until the server has stopped.
    pub(crate) async fn stopped(self) {
        let outcome = must("the server must stop", self.running).await;
        outcome.unwrap().unwrap();
    }

    /// What `/metrics` says, by name with labels.
    pub(crate) async fn metrics(&self) -> HashMap<String, f64> {
        let page = get(self.admin, "/metrics").await;
        assert_eq!(page.status, 200);
        let samples = page.body.lines().filter(|line| !line.starts_with('#'));
        let sample = |line: &str| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        };
        samples.map(sample).collect()
    }

    /// Waits until a metric has this value. What a server does about a connection
    /// that ends happens in a task of its own.
    pub(crate) async fn reaches(&self, name: &str, value: f64) {
        let reached = async {
            loop {
                let found = self.metrics().await.get(name).copied();
                if found == Some(value) {
                    return;
                }
            }
        };
        must(name, reached).await;
    }
}
