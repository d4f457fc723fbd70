//! Targets: a link between two clients, by which each learns that the other has left.
//!
//! Adding a target makes a link in the server; so does every request to open a stream. A link has
//! no end of its own: it lasts until one of the two connections does (SRV-MSG-19), and both ends
//! are told, whoever made it. The notice is what ends streams and listeners for a departed client.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use parking_lot::Mutex;
use sio_p2p_protocol::{
    AddTarget, AddTargetAck, ClientEvent, ClientId, Dialect, MultiApiAddTarget, Payload, Place,
};

use crate::{
    broadcast::{Broadcast, EventStream},
    client::{Client, Shared},
    error::{CallError, Refused},
    message::Responder,
};

/// What a client that was not accepted is told.
const NOT_ACCEPTED: &str = "this client does not accept being added as a target";

/// Who may add this client.
#[derive(Clone, Default)]
pub(crate) struct Filter(pub(crate) Option<Arc<AcceptFn>>);

/// A filter of the application.
pub(crate) type AcceptFn = dyn Fn(&ClientId) -> bool + Send + Sync;

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "filtered"
        } else {
            "anybody"
        })
    }
}

impl Filter {
    /// A client without an id cannot be asked about; only a filter turns it away.
    fn accepts(&self, client: Option<&ClientId>) -> bool {
        match (&self.0, client) {
            (None, _) => true,
            (Some(filter), Some(client)) => filter(client),
            (Some(_), None) => false,
        }
    }
}

/// What happens to the links of this client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetEvent {
    /// Another client added this one, and was accepted.
    AddedBy(ClientId),
    /// A linked client has left, whoever made the link. Its streams have ended, and so have the
    /// listeners for it (CLI-MSG-1); to hear of it again, add it again.
    Left(ClientId),
}

/// What the family keeps.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// The targets that this client added, to be added again after a reconnect.
    added: Mutex<BTreeSet<ClientId>>,
    /// Every client with a link to this connection, whoever made it. Servers of the original
    /// tell of one departure once for each link; this is how the application hears it once.
    linked: Mutex<BTreeSet<ClientId>>,
    pub(crate) events: Broadcast<TargetEvent>,
}

impl Targets {
    pub(crate) fn len(&self) -> usize {
        self.added.lock().len()
    }

    pub(crate) fn all(&self) -> Vec<ClientId> {
        self.added.lock().iter().cloned().collect()
    }

    /// A target is gone, or could not be added again.
    pub(crate) fn forget(&self, client: &ClientId) {
        self.added.lock().remove(client);
    }

    /// A link with this client is made, or about to be.
    pub(crate) fn link(&self, client: ClientId) {
        self.linked.lock().insert(client);
    }

    /// The connection has ended, and with it all links, which bind connections and not ids
    /// (SRV-MSG-19). Gives the clients that linked themselves to this one: only they can do so
    /// again.
    pub(crate) fn connection_lost(&self) -> Vec<ClientId> {
        let linked = std::mem::take(&mut *self.linked.lock());
        let added = self.added.lock();
        linked
            .into_iter()
            .filter(|client| !added.contains(client))
            .collect()
    }

    pub(crate) fn close(&self) {
        self.added.lock().clear();
        self.linked.lock().clear();
        self.events.close();
    }
}

impl Client {
    /// Adds a client as a target: from now on each of the two learns when the other has left,
    /// see [`target_events`](Self::target_events). After a reconnect it is added again.
    ///
    /// The error tells who refused, and why (CLI-MSG-F1): the server, because there is no such
    /// client, or that client. Cancel safe; a dropped future may leave the two linked.
    pub async fn add_target(&self, target: impl AsRef<str>) -> Result<(), CallError> {
        let target = ClientId::new(target.as_ref())?;
        self.shared.ask_target(&target, self.deadline()).await?;
        self.shared.targets.added.lock().insert(target);
        Ok(())
    }

    /// Who adds this client, and which linked clients leave, from now on.
    pub fn target_events(&self) -> EventStream<TargetEvent> {
        self.shared.targets.events.subscribe(&self.shared.budget)
    }
}

impl Shared {
    /// Adds a target again on a new connection.
    pub(crate) async fn restore_target(&self, target: &ClientId) -> Result<(), CallError> {
        self.ask_target(target, self.options.deadline).await
    }

    /// Asks to add a target.
    async fn ask_target(&self, target: &ClientId, deadline: Duration) -> Result<(), CallError> {
        let question: ClientEvent = match self.dialect {
            Dialect::V1 => MultiApiAddTarget {
                target: target.clone(),
            }
            .into(),
            Dialect::V2 => AddTarget {
                target: target.clone(),
            }
            .into(),
        };
        // The link exists before the target answers, and it may leave at any time.
        self.targets.link(target.clone());
        let answer = self
            .ask((question, Vec::new()), Some(target), None, deadline)
            .await?;
        match AddTargetAck::decode(&answer.json)? {
            AddTargetAck::Accepted => Ok(()),
            AddTargetAck::Refused(why) => Err(Refused::new(&why, Place::AddTargetAck).into()),
        }
    }

    /// Somebody added this client: answered at once (CLI-MSG-10), with an empty ack or a reason.
    pub(crate) fn on_target_added(&self, source: Option<ClientId>, responder: Option<Responder>) {
        let accepted = self.options.accept_targets.accepts(source.as_ref());
        let answer = if accepted {
            AddTargetAck::Accepted
        } else {
            AddTargetAck::Refused(Payload::string(NOT_ACCEPTED))
        };
        if let Some(responder) = responder {
            responder.reply(answer.encode());
        }
        if let (true, Some(source)) = (accepted, source) {
            self.targets.link(source.clone());
            self.tell_target_event(TargetEvent::AddedBy(source));
        }
    }

    /// A linked client has left. All but the first of several notices find nothing to do.
    pub(crate) fn on_target_left(&self, client: ClientId) {
        self.targets.forget(&client);
        self.listeners().target_left(&client);
        self.streams_of_departed(&client);
        if self.targets.linked.lock().remove(&client) {
            self.tell_target_event(TargetEvent::Left(client));
        }
    }
}
