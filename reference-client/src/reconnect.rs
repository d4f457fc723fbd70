//! Reconnecting, and what a new connection has to be told.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use sio_p2p_protocol::ClientId;
use sio_p2p_transport::{CloseReason, Packet, PacketSocket};
use tokio::{sync::watch, time::sleep};

use crate::{
    client::Shared,
    outbox,
    state::{ConnectionState, DisconnectReason},
    task::{End, wanted},
};

/// When to try again after the connection was lost: at growing intervals with jitter, so that
/// the clients of a restarted server do not come back all at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconnect {
    /// About how long to wait before the first attempt; up to as much again is added by chance.
    pub first_delay: Duration,
    /// The longest delay, before chance adds to it.
    pub longest_delay: Duration,
    /// How many attempts to make before giving up; `None` for no end. Zero means that the first
    /// loss ends the client.
    pub attempts: Option<usize>,
}

impl Default for Reconnect {
    /// Half a second, growing to 30 seconds, for ever.
    fn default() -> Self {
        Self {
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(30),
            attempts: None,
        }
    }
}

impl Reconnect {
    /// The first loss of the connection ends the client.
    pub fn never() -> Self {
        Self {
            attempts: Some(0),
            ..Self::default()
        }
    }

    fn delays(self) -> impl Iterator<Item = Duration> {
        let delays = ExponentialBuilder::default()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_jitter();
        match self.attempts {
            Some(attempts) => delays.with_max_times(attempts).build(),
            None => delays.without_max_times().build(),
        }
    }
}

/// What a client had set up and what became of it after a reconnect.
///
/// What is not told is as it was: listeners stay, and rooms are joined again without an answer
/// that could say no.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restored {
    /// The target is added again.
    Target(ClientId),
    /// The target could not be added again, and is forgotten.
    TargetLost(ClientId, String),
    /// This client had added us; the link is gone, and only it can make another.
    LinkLost(ClientId),
}

/// What comes after the end of a connection.
pub(crate) enum Next {
    Connected(PacketSocket),
    Ended(DisconnectReason),
}

/// Decides what comes next, and tries to connect again if that is it.
pub(crate) async fn next(
    shared: &Arc<Shared>,
    end: End,
    said: Option<String>,
    close: &mut watch::Receiver<bool>,
) -> Next {
    let reason = match end {
        End::Wanted => return Next::Ended(DisconnectReason::Local),
        End::Lost(reason) => reason,
    };
    let policy = shared.options.reconnect;
    let by_server = reason == CloseReason::ServerDisconnect;
    let disconnected = if by_server {
        DisconnectReason::Server { said }
    } else {
        DisconnectReason::Lost(reason.clone())
    };
    if by_server || policy.attempts == Some(0) {
        return Next::Ended(disconnected);
    }
    let mut last = reason.to_string();
    set_reconnecting(shared, 1, &last);
    shared.connection_lost(&disconnected);
    let mut attempts = 0;
    for delay in policy.delays() {
        attempts += 1;
        set_reconnecting(shared, attempts, &last);
        let attempt = async {
            sleep(delay).await;
            PacketSocket::connect(&shared.transport).await
        };
        tokio::select! {
            () = wanted(close) => return Next::Ended(DisconnectReason::Local),
            connected = attempt => match connected {
                Ok(socket) => return Next::Connected(socket),
                Err(error) => last = error.to_string(),
            },
        }
    }
    Next::Ended(DisconnectReason::GaveUp { attempts, last })
}

fn set_reconnecting(shared: &Shared, attempt: usize, reason: &str) {
    let reason = reason.into();
    shared
        .state
        .send_replace(ConnectionState::Reconnecting { attempt, reason });
}

/// What a new connection is told first, without asking for an answer.
pub(crate) fn prelude(shared: &Shared) -> Vec<Packet> {
    let events = shared.rejoin_rooms();
    events
        .iter()
        .map(|event| outbox::event(event, Vec::new(), None))
        .collect()
}

/// Restores what needs an answer, one after the other, and tells the application.
pub(crate) async fn restore(shared: &Arc<Shared>) {
    shared.restore_targets().await;
}
