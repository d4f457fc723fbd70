//! A server for one test.

use std::net::SocketAddr;
use std::time::Duration;

use sio_p2p_server::{Config, Handle, P2pServer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a test waits for something that must come. Never waited out unless
/// the test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A running server on a free port. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::serving(P2pServer::new(config)).await
    }

    /// A server whose handle the test has.
    pub(crate) async fn serving(server: P2pServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let handle = server.handle();
        let running = tokio::spawn(server.serve(listener, async {
            stopped.await.ok();
        }));
        Self {
            address,
            handle,
            stop: Some(stop),
            running,
        }
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits until the server has stopped.
    pub(crate) async fn stopped(self) {
        let stopped = tokio::time::timeout(DEADLINE, self.running).await;
        stopped.expect("the server must stop").unwrap().unwrap();
    }
}

/// The default settings with some changed.
pub(crate) fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}
