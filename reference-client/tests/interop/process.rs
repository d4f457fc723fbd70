//! `p2p-server` in a process of its own: this very test binary, started a second time.
//!
//! So the server is the one of this source tree, however the tests were built, and it can be
//! killed like any process.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use sio_p2p_server::{Config, P2pServer};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use crate::soon;

/// Tells the second start from the first: the address to listen on.
const ADDRESS: &str = "SIO_P2P_TEST_SERVER";

/// Whether this process is to be a server.
pub(crate) fn is_server() -> bool {
    std::env::var_os(ADDRESS).is_some()
}

/// Serves until standard input ends, which it does with the process of the tests.
pub(crate) fn serve() {
    let address: SocketAddr = std::env::var(ADDRESS).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut config = Config::default();
        config.admin.listen = Some("127.0.0.1:0".parse().unwrap());
        let listener = bind(address).await;
        let bound = P2pServer::new(config).bind(listener).await.unwrap();
        println!("{} {}", bound.address(), bound.admin_address().unwrap());
        let end = async {
            let mut rest = Vec::new();
            tokio::io::stdin().read_to_end(&mut rest).await.ok();
        };
        bound.run(end).await.unwrap();
    });
}

/// The port of a server that was killed may be taken for a moment.
async fn bind(address: SocketAddr) -> TcpListener {
    let mut wait = Duration::from_millis(1);
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) => {
                assert!(wait < Duration::from_secs(10), "{address}: {error}");
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
    }
}

/// A running `p2p-server`. It is killed when it is dropped.
pub(crate) struct Process {
    pub(crate) url: String,
    pub(crate) address: SocketAddr,
    /// Where the metrics are.
    pub(crate) admin: SocketAddr,
    child: Child,
}

impl Process {
    /// Starts a server, on a free port if it is 0.
    pub(crate) async fn start(address: SocketAddr) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ADDRESS, address.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        soon(output.read_line(&mut line)).await.unwrap();
        let (address, admin) = line
            .trim()
            .split_once(' ')
            .expect("the server did not start");
        Self {
            url: format!("http://{address}"),
            address: address.parse().unwrap(),
            admin: admin.parse().unwrap(),
            child,
        }
    }

    /// On a free port.
    pub(crate) async fn anywhere() -> Self {
        Self::start(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// The id of the process, while it runs.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// `kill -9`, and waits until it is dead.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
