//! The handle of a running server.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;
use sio_p2p_protocol::{ApiName, ClientId, EventName, Failure};
use tokio::sync::oneshot;

use super::call::{Calls, ProvideError};
use super::persistent::{AckRegistration, Acked, Persistence, Stored};
use super::presence::Presence;
use super::providers::Backlog;
use super::service::Service;
use super::shared::SharedDriver;
use super::state::AckWaiter;
use crate::relay::{Authorize, Callee, Content, Data, Host};
use crate::store::{NewMessage, StoreError};

/// A handle of a server, for the program that the server is part of.
///
/// Clones are handles of the same server. Every method takes effect at once and
/// in order with what clients send; none waits unless it is `async`.
#[derive(Clone)]
pub struct Handle {
    pub(super) driver: Arc<dyn SharedDriver>,
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
    /// The client has answered, but not what was expected.
    #[error("the answer is not what was expected: {0}")]
    Unreadable(String),
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

impl Handle {
    /// A handle of the server behind this driver.
    pub(crate) fn new(driver: Arc<dyn SharedDriver>) -> Self {
        Self { driver }
    }

    /// Asks `authorizer` what a client may do, from now on and in place of whoever
    /// was asked before. What the policy forbids is not asked about.
    pub fn set_authorizer(&self, authorizer: impl Authorize + 'static) {
        let authorizer = Arc::new(authorizer);
        self.driver.lock_driver().relay.set_authorizer(authorizer);
    }

    /// Every client id once, in the order of `LIST_CLIENTS` (SRV-CORE-10).
    pub fn clients(&self) -> Vec<ClientId> {
        self.driver.lock_driver().host().clients()
    }

    /// Who comes and goes from now on.
    pub fn presence(&self) -> Presence {
        let events = self.driver.lock_driver().state.presence();
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
        let mut driver = self.driver.lock_driver();
        let sent = driver.host().emit(client, event, content, None);
        sent.map_err(EmitError)
    }

    /// Sends an event to a client and asks it for an ack (SRV-MSG-27), whose
    /// arguments come back as they are, or are [read](Requested::read).
    ///
    /// The event is sent before this returns, whether the answer is waited for or
    /// not. There is no deadline but the server's own; wrap the future in a
    /// [`timeout`](tokio::time::timeout) for a shorter one.
    ///
    /// ```no_run
    /// # async fn ask(handle: sio_p2p_server::Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// use sio_p2p_server::Content;
    ///
    /// let question = Content::from_values((2, "times", 21))?;
    /// let asked = handle.request(&"alice".try_into()?, &"calculate".try_into()?, question);
    /// let (answer,): (u32,) = asked.read().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(
        &self,
        client: &ClientId,
        event: &EventName,
        content: impl Into<Content>,
    ) -> Requested {
        let content = content.into();
        Requested::new(&*self.driver, |host, id| {
            host.emit(client, event, content, Some(id))
        })
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
        let persistence = self.driver.lock_driver().state.persistence();
        persistence.ok_or(PersistError::NoStore)
    }

    /// Provides an API of the second dialect until the returned value is dropped
    /// (SRV-SVC-11). Nobody can take the name over meanwhile (SRV-SVC-15).
    ///
    /// Fails if the name is reserved, or if somebody provides it, be it a client.
    ///
    /// ```no_run
    /// # async fn provide(handle: sio_p2p_server::Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// use sio_p2p_server::Content;
    ///
    /// let mut calls = handle.provide(&"add".try_into()?)?;
    /// while let Some(call) = calls.next().await {
    ///     let sum: i64 = call.content.read::<Vec<i64>>()?.iter().sum();
    ///     call.answer(Content::from_values([sum])?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn provide(&self, api: &ApiName) -> Result<Calls, ProvideError> {
        self.provide_with(api, Backlog::default())
    }

    /// As [`provide`](Self::provide), with a bound of what may wait.
    pub fn provide_with(&self, api: &ApiName, backlog: Backlog) -> Result<Calls, ProvideError> {
        Calls::provide(&self.driver, Callee::Api(api.clone()), backlog)
    }

    /// Removes an API, whoever provides it (SRV-SVC-13). False if nobody does.
    ///
    /// If this program provides it, the [`Calls`] of it end after what waits there. A
    /// client is not told that its API is gone.
    pub fn destroy_api(&self, api: &ApiName) -> bool {
        let mut driver = self.driver.lock_driver();
        driver.state.providers.remove(&Callee::Api(api.clone()));
        driver.host().destroy_api(api).is_some()
    }

    /// Removes every API that this program provides, and none of a client's.
    pub fn destroy_apis(&self) {
        let mut driver = self.driver.lock_driver();
        driver.state.providers.remove_apis();
        driver.host().destroy_apis();
    }

    /// The service of the first dialect with this name. It is nothing to others until
    /// it provides an event or creates a topic.
    pub fn service(&self, name: ClientId) -> Service {
        Service::new(&self.driver, name)
    }
}

/// An answer that is under way.
#[derive(Debug)]
#[must_use = "whether the client answers is only known to who waits for it"]
pub struct Requested(Result<Receiver, EmitError>);

/// Where the answer arrives.
type Receiver = oneshot::Receiver<Result<Data, Failure>>;

impl Requested {
    /// Sends an event that asks for an ack under the given id. The lock is not held
    /// when this returns.
    pub(super) fn new(
        driver: &dyn SharedDriver,
        emit: impl FnOnce(&mut Host<'_>, u64) -> Result<(), Failure>,
    ) -> Self {
        let (reply, answer) = oneshot::channel();
        let mut driver = driver.lock_driver();
        let id = driver.state.expect(AckWaiter::Program(reply));
        let sent = emit(&mut driver.host(), id);
        Self(match sent {
            Ok(()) => Ok(answer),
            Err(failure) => {
                driver.state.forget(id);
                Err(EmitError(failure))
            }
        })
    }

    /// Why the event was not sent; `None` if it was.
    pub fn not_sent(&self) -> Option<&EmitError> {
        self.0.as_ref().err()
    }

    /// Waits for the answer and reads its arguments as a tuple, a list, or any type
    /// that is read from a JSON array.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, RequestError> {
        let answer = self.await?;
        answer
            .read()
            .map_err(|error| RequestError::Unreadable(error.to_string()))
    }
}

impl Future for Requested {
    type Output = Result<Content, RequestError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let receiver = match &mut self.0 {
            Ok(receiver) => receiver,
            Err(error) => return Poll::Ready(Err(error.clone().into())),
        };
        Pin::new(receiver).poll(cx).map(|outcome| match outcome {
            // Every ack was checked to be an argument list when it was read.
            Ok(Ok(answer)) => Ok(Content::try_from(answer).unwrap_or_default()),
            Ok(Err(failure)) => Err(RequestError::Unanswered(failure)),
            Err(_) => Err(RequestError::Ended),
        })
    }
}
