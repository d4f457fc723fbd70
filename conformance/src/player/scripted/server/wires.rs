//! The bytes of every connection, on a wire that the runner can cut or hold.

use parking_lot::Mutex;
use tokio::io::{DuplexStream, copy_bidirectional, duplex};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Bytes that may be between the network and the engine.
const WIRE: usize = 64 << 10;

/// All wires of one server; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Wires {
    wires: Mutex<JoinSet<()>>,
    /// How often the wires that are there have been held.
    held: watch::Sender<u64>,
}

impl Default for Wires {
    fn default() -> Self {
        Self {
            wires: Mutex::default(),
            held: watch::Sender::new(0),
        }
    }
}

impl Wires {
    /// Lays one between the network and the end that is given back.
    pub(crate) fn lay(&self, mut stream: TcpStream) -> DuplexStream {
        let (mut near, far) = duplex(WIRE);
        let mut held = self.held.subscribe();
        self.wires.lock().spawn(async move {
            tokio::select! {
                _ = copy_bidirectional(&mut stream, &mut near) => {}
                // Both ends stay open, and nothing passes.
                _ = held.changed() => std::future::pending().await,
            }
        });
        far
    }

    /// Nothing passes any more, and nobody is told.
    pub(crate) fn hold(&self) {
        self.held.send_modify(|times| *times += 1);
    }

    /// Drops every TCP connection without a word. None is there any more when this is done.
    pub(crate) async fn cut(&self) {
        let mut wires = std::mem::take(&mut *self.wires.lock());
        wires.shutdown().await;
    }
}
