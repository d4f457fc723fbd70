//! The handle of a running server.

use std::fmt;
use std::sync::Arc;

use sio_p2p_protocol::{ClientId, EventName, Failure};
use tokio::sync::oneshot;

use super::core::Door;
use super::persistent::{AckRegistration, Acked, Persistence, Stored};
use super::presence::Presence;
use crate::relay::{Authorize, Content, Data};
use crate::store::{NewMessage, StoreError};

/// A handle of a server, for the program that the server is part of.
///
/// Clones are handles of the same server. Every method takes effect at once and
/// in order with what clients send; none waits unless it is `async`.
#[derive(Clone)]
pub struct Handle {
    door: Arc<dyn Door>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// Why an event was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event was not sent: {0}")]
pub struct EmitError(pub Failure);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The event was not sent.
    #[error(transparent)]
    NotSent(#[from] EmitError),
    /// The client got the event and will not answer it, for example because it left.
    #[error("the event will not be answered: {0}")]
    Unanswered(Failure),
    /// The server has ended.
    #[error("the server has ended")]
    Ended,
}

/// Why a message will not be delivered persistently.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistError {
    /// The server was made without a store.
    #[error("the server has no message store; give it one when you build it")]
    NoStore,
    /// No client could be sent such an event.
    #[error(transparent)]
    NotSent(#[from] EmitError),
    /// The store has failed or is full.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The answer to an event that asked for an ack, when it comes.
pub(super) type Asked = oneshot::Receiver<Result<Data, Failure>>;

impl Handle {
    /// A handle of the server behind this door.
    pub(crate) fn new(door: Arc<dyn Door>) -> Self {
        Self { door }
    }

    /// Asks `authorizer` what a client may do, from now on and in place of whoever
    /// was asked before. What the policy forbids is not asked about.
    pub fn set_authorizer(&self, authorizer: impl Authorize + 'static) {
        let authorizer = Arc::new(authorizer);
        self.door.enter().relay.set_authorizer(authorizer);
    }

    /// Every client id once, in the order of `LIST_CLIENTS` (SRV-CORE-10).
    pub fn clients(&self) -> Vec<ClientId> {
        self.door.enter().host().clients()
    }

    /// Who comes and goes from now on.
    pub fn presence(&self) -> Presence {
        let events = self.door.enter().desk.presence();
        Presence { events }
    }

    /// Sends an event to a client (SRV-MSG-26).
    pub fn emit_to(
        &self,
        client: &ClientId,
        event: &EventName,
        content: impl Into<Content>,
    ) -> Result<(), EmitError> {
        let content = content.into();
        let mut core = self.door.enter();
        let sent = core.host().emit(client, event, content, None);
        sent.map_err(EmitError)
    }

    /// Sends an event to a client and waits for its ack (SRV-MSG-27), whose
    /// arguments come back as they are.
    ///
    /// There is no deadline but the server's own; wrap it in a
    /// [`timeout`](tokio::time::timeout) for a shorter one. If the future is dropped,
    /// the event stays sent and its answer is ignored.
    pub async fn request(
        &self,
        client: &ClientId,
        event: &EventName,
        content: impl Into<Content>,
    ) -> Result<Data, RequestError> {
        let asked = self.ask(client, event, content.into(), || true)?;
        let answer = asked.ok_or(RequestError::Ended)?;
        match answer.await {
            Ok(outcome) => outcome.map_err(RequestError::Unanswered),
            Err(_) => Err(RequestError::Ended),
        }
    }

    /// Stores a message and delivers it at least once, in the order of such calls:
    /// now if the client is connected, and at each of its connections until it has
    /// acked the message (SRV-MSG-27).
    ///
    /// When this returns, the message is as durable as the store makes it. If the
    /// future is dropped before that, the message may be stored or not.
    pub async fn emit_persistent(&self, message: NewMessage) -> Result<Stored, PersistError> {
        // Refused now, because it would be refused at each connection.
        if message.event.is_reserved() {
            let failure = Failure::reserved_event_name(&message.event);
            return Err(EmitError(failure).into());
        }
        let stored = self.persistence()?.emit(message).await?;
        Ok(stored)
    }

    /// Has `function` called for each persistent message that was stored with this
    /// name of an ack function and has been acked, until the registration is dropped.
    ///
    /// Register before the server serves: a message of an earlier life may be acked at
    /// once. The message is out of its store when the function is called, so it is
    /// called at most once for each message.
    pub fn on_ack(
        &self,
        name: impl Into<String>,
        function: impl Fn(&Acked) + Send + Sync + 'static,
    ) -> Result<AckRegistration, PersistError> {
        Ok(self.persistence()?.acks().register(name.into(), function))
    }

    fn persistence(&self) -> Result<Arc<Persistence>, PersistError> {
        let persistence = self.door.enter().desk.persistence();
        persistence.ok_or(PersistError::NoStore)
    }

    /// Sends an event that asks for an ack, or nothing if `still` does not hold any
    /// more. That is asked under the lock, so nobody comes or goes between the answer
    /// and the sending. The lock is not held when this returns.
    pub(super) fn ask(
        &self,
        client: &ClientId,
        event: &EventName,
        content: Content,
        still: impl FnOnce() -> bool,
    ) -> Result<Option<Asked>, EmitError> {
        let mut core = self.door.enter();
        if !still() {
            return Ok(None);
        }
        let (reply, answer) = oneshot::channel();
        let id = core.desk.expect(reply);
        let sent = core.host().emit(client, event, content, Some(id));
        match sent {
            Ok(()) => Ok(Some(answer)),
            Err(failure) => {
                core.desk.forget(id);
                Err(EmitError(failure))
            }
        }
    }
}
