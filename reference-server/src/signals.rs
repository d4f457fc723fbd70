//! What the program does when it is told something from outside.

use std::pin::pin;

use sio_p2p_server::BoundServer;
use tokio::sync::oneshot;
use tracing::{error, info, warn};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To end: Ctrl-C of a terminal, SIGTERM of a service manager.
    Stop,
    /// To read certificates again: SIGHUP.
    Reload,
}

/// Serves until a signal asks for the end, and the clients are gone. A second one
/// does not wait for them. The error is a sentence for the terminal.
pub(crate) async fn serve(server: BoundServer, mut signals: Signals) -> Result<(), String> {
    let address = server.address();
    let certificates = server.certificates();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut stop = Some(stop);
    let mut serving = pin!(server.run(async {
        stopped.await.ok();
    }));
    // Clients wait in the accept queue until it runs, so it is ready already.
    service::ready();
    loop {
        let wish = tokio::select! {
            outcome = serving.as_mut() => {
                return outcome.map_err(|error| format!("cannot serve on {address}: {error}"));
            }
            wish = signals.next() => wish,
        };
        match (wish, stop.take()) {
            (Wish::Stop, Some(stop)) => {
                service::stopping();
                stop.send(()).ok();
            }
            (Wish::Stop, None) => {
                return Err("ended by a second signal before all clients were gone".to_owned());
            }
            (Wish::Reload, unchanged) => {
                stop = unchanged;
                match certificates
                    .as_ref()
                    .map(sio_p2p_server::Certificates::reload)
                {
                    Some(Ok(())) => info!("new connections get the certificate as it is now"),
                    Some(Err(error)) => error!(%error, "the certificate stays what it was"),
                    None => warn!("there is no certificate to read again"),
                }
            }
        }
    }
}

/// The service manager, if there is one that wants to know. Where there is none,
/// nothing happens.
#[cfg(unix)]
mod service {
    use sd_notify::NotifyState;
    use tracing::warn;

    pub(super) fn ready() {
        tell(&[NotifyState::Ready]);
    }

    pub(super) fn stopping() {
        tell(&[NotifyState::Stopping]);
    }

    fn tell(state: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(state) {
            warn!(%error, "cannot reach the service manager");
        }
    }
}

/// There is none that would want to know.
#[cfg(not(unix))]
mod service {
    pub(super) fn ready() {}

    pub(super) fn stopping() {}
}

/// The signals that the program listens to.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From here on, a signal does not end the process by itself.
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal.
    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.terminate.recv() => Wish::Stop,
            _ = self.hangup.recv() => Wish::Reload,
        }
    }
}

/// The signals that the program listens to.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Wish {
        tokio::signal::ctrl_c().await.ok();
        Wish::Stop
    }
}
