//! Reconnecting, and what a new connection has to be told.
//!
//! To the server a new connection is a new client that happens to have the same id. What the
//! client had set up on the former one comes back in three ways:
//!
//! - **Nothing to do**: listeners, handlers, acceptors and everything else that is only here.
//! - **Told again** before anything else is sent: rooms and own topics. Nobody answers these, so
//!   nothing can go wrong with them that one could hear of.
//! - **Asked for again**, beside normal use: targets, APIs and subscriptions. The other side may
//!   have lost its connection too and come back later, so this is done with patience; what fails
//!   in the end is told, and its streams end.
//!
//! Streams and open questions do not come back, see `stream.rs` and `acks.rs`.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use sio_p2p_protocol::{Failure, Place};
use sio_p2p_transport::{CloseReason, Packet, PacketSocket};
use tokio::{sync::watch, time::sleep};

use crate::{
    error::CallError,
    events::ConnectionEvent,
    options::Reconnect,
    outbox,
    restored::{Restorable, Restored},
    shared::Shared,
    state::{ConnectionState, DisconnectReason},
};

/// How one connection ended.
pub(crate) enum End {
    /// The application closed the client, or dropped its last handle.
    Closed,
    /// The server or the network ended it.
    Lost(CloseReason),
}

/// Waits until the application wants the client to end. Cancel safe.
pub(crate) async fn closing(close: &mut watch::Receiver<bool>) {
    // Whoever drops the last handle says so first, so an error means the same.
    drop(close.wait_for(|close| *close).await);
}

/// What comes after the end of a connection.
pub(crate) enum Next {
    Connected(PacketSocket),
    Ended(DisconnectReason),
}

/// The attempts since a connection was last in use. A connection that the server ends before
/// it has served it was one more attempt: only being served begins the delays anew.
pub(crate) struct Attempts {
    policy: Reconnect,
    delays: Box<dyn Iterator<Item = Duration> + Send>,
    made: usize,
    /// Whether the connection that has just ended was served.
    served: bool,
}

impl Attempts {
    /// None yet.
    pub(crate) fn new(policy: Reconnect) -> Self {
        Self {
            policy,
            delays: Box::new(policy.delays()),
            made: 0,
            served: true,
        }
    }

    /// A connection has ended, which was served or was not.
    pub(crate) fn ended(&mut self, served: bool) {
        if served {
            *self = Self::new(self.policy);
        }
        self.served = served;
    }
}

/// Decides what comes next, and tries to connect again if that is it.
pub(crate) async fn next(
    shared: &Arc<Shared>,
    end: End,
    first: bool,
    attempts: &mut Attempts,
    close: &mut watch::Receiver<bool>,
) -> Next {
    let reason = match end {
        End::Closed => return Next::Ended(DisconnectReason::Local),
        End::Lost(reason) => reason,
    };
    let policy = shared.options.reconnect;
    let said = shared.core.last_words();
    // On a reconnect the server may not have noticed yet that the former connection is gone, and
    // takes us for a second client of that id. That passes, so it is no reason to end.
    let duplicate = said.as_deref().is_some_and(is_duplicate);
    let by_server = reason == CloseReason::ServerDisconnect && (first || !duplicate);
    let refused = reason == CloseReason::ServerDisconnect && duplicate;
    let disconnected = if by_server || refused {
        DisconnectReason::Server { said }
    } else {
        DisconnectReason::Lost(reason.clone())
    };
    if (by_server && !policy.after_goodbye) || policy.attempts == Some(0) {
        return Next::Ended(disconnected);
    }
    let mut last = match &disconnected {
        DisconnectReason::Server { .. } => disconnected.to_string(),
        _ => reason.to_string(),
    };
    let now = reconnecting(attempts.made + 1, &last);
    if attempts.served || first {
        shared.tell_disconnected(now, &disconnected);
    } else {
        // Nobody was told that this one had come; but why it was turned away is news.
        shared.state.send_replace(now);
        if refused {
            let reason = disconnected.clone();
            shared
                .events
                .send(&ConnectionEvent::Disconnected { reason });
        }
    }
    shared.connection_lost(&disconnected);
    for delay in attempts.delays.by_ref() {
        attempts.made += 1;
        shared
            .state
            .send_replace(reconnecting(attempts.made, &last));
        let attempt = async {
            sleep(delay).await;
            PacketSocket::connect(&shared.transport).await
        };
        tokio::select! {
            () = closing(close) => return Next::Ended(DisconnectReason::Local),
            connected = attempt => match connected {
                Ok(socket) => return Next::Connected(socket),
                Err(error) => last = error.to_string(),
            },
        }
    }
    let attempts = attempts.made;
    Next::Ended(DisconnectReason::GaveUp { attempts, last })
}

/// Whether a server says by this text that a client id is in use already.
pub(crate) fn is_duplicate(said: &str) -> bool {
    let failure = Failure::classify(said, Place::ServerError);
    matches!(failure, Some(Failure::DuplicateClientId { .. }))
}

fn reconnecting(attempt: usize, reason: &str) -> ConnectionState {
    let reason = reason.into();
    ConnectionState::Reconnecting { attempt, reason }
}

/// What a new connection is told first, without asking for an answer.
pub(crate) fn prelude(shared: &Shared) -> Vec<Packet> {
    let mut events = shared.rejoin_rooms();
    events.extend(shared.recreate_topics());
    events
        .iter()
        .map(|event| outbox::event(event, Vec::new(), None))
        .collect()
}

/// How often to try what a peer may only be ready for later, because it reconnects as well.
const TRIES: usize = 5;

/// Restores what needs an answer, all at once, and tells the application.
pub(crate) async fn restore(shared: &Arc<Shared>) {
    let mut missing: Vec<Restorable> = Vec::new();
    missing.extend(shared.targets.all().into_iter().map(Restorable::Target));
    missing.extend(shared.apis_to_restore().into_iter().map(Restorable::Api));
    let subscriptions = shared.subscriptions_to_restore().into_iter();
    missing.extend(subscriptions.map(|(service, topic)| Restorable::Subscription(service, topic)));
    join_all(missing.into_iter().map(|item| restore_item(shared, item))).await;
    shared.restored.send(&Restored::Done);
}

/// Restores one thing, with patience, and tells what became of it.
async fn restore_item(shared: &Arc<Shared>, item: Restorable) {
    let mut delays = shared.options.reconnect.delays().take(TRIES - 1);
    loop {
        let error = match try_restore(shared, &item).await {
            Ok(()) => return shared.restored.send(&Restored::Back(item)),
            Err(error) => error,
        };
        let Some(delay) = delays.next() else {
            forget(shared, &item);
            let why = error.to_string();
            return shared.restored.send(&Restored::Lost(item, why));
        };
        sleep(delay).await;
    }
}

async fn try_restore(shared: &Arc<Shared>, item: &Restorable) -> Result<(), CallError> {
    match item {
        Restorable::Target(target) => shared.restore_target(target).await,
        Restorable::Api(api) => shared.restore_api(api).await,
        Restorable::Subscription(service, topic) => {
            shared.restore_subscription(service, topic).await
        }
        // Nothing that we could ask for again.
        Restorable::LinkBy(_) => Ok(()),
    }
}

fn forget(shared: &Arc<Shared>, item: &Restorable) {
    match item {
        Restorable::Target(target) => shared.targets.forget(target),
        Restorable::Api(api) => shared.api_lost(api),
        Restorable::Subscription(service, topic) => shared.subscription_lost(service, topic),
        Restorable::LinkBy(_) => {}
    }
}
