//! The servers under test: the program, and one inside of the test that does what the
//! recording's server did.

use std::net::SocketAddr;
use std::time::Duration;

use sio_p2p_server::{Config, Handle, P2pServer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::process::Program;

/// How long a test waits for something that must come. Never waited out unless
/// the test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    life: Life,
}

/// What a server is part of.
#[derive(Debug)]
enum Life {
    /// A `p2p-server` of its own.
    Program(Program),
    /// This test, which is its host. The first task is the server.
    Test(Handle, JoinSet<()>),
}

impl Server {
    pub(crate) fn start() -> Self {
        let program = Program::start(&["--log", "error"]);
        Self {
            address: program.address(),
            life: Life::Program(program),
        }
    }

    /// A server whose host is this test.
    pub(crate) async fn hosted(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let server = P2pServer::new(config);
        let handle = server.handle();
        let mut tasks = JoinSet::new();
        tasks.spawn(async {
            let ended = server.serve(listener, std::future::pending()).await;
            panic!("the server has ended: {ended:?}");
        });
        Self {
            address,
            life: Life::Test(handle, tasks),
        }
    }

    /// The host's handle, where the host is this test.
    pub(crate) fn handle(&self) -> &Handle {
        match &self.life {
            Life::Test(handle, _) => handle,
            Life::Program(_) => panic!("the program is its own host"),
        }
    }

    /// Does something for as long as the server lives.
    pub(crate) fn meanwhile(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        match &mut self.life {
            Life::Test(_, tasks) => drop(tasks.spawn(task)),
            Life::Program(_) => panic!("the program is its own host"),
        }
    }

    /// Ends the server. What a client sends is no reason for an error in the
    /// server's log, let alone for a panic in one of its tasks.
    pub(crate) fn killed_without_complaint(self) {
        match self.life {
            Life::Program(program) => assert_eq!(program.killed(), ""),
            Life::Test(_, mut tasks) => {
                let ended = tasks.try_join_next();
                assert!(ended.is_none(), "a task of the host ended: {ended:?}");
            }
        }
    }
}
