//! Services of the host, dialect `v1`: events, calls of clients, topics.

use std::fmt;
use std::sync::Arc;

use sio_p2p_protocol::{ClientId, EventName, Failure, TopicName};

use super::call::{Calls, ProvideError};
use super::handle::{EmitError, Requested};
use super::providers::Backlog;
use super::shared::SharedDriver;
use crate::relay::{Callee, Content};

/// A service of the first dialect that is part of the server.
///
/// Callers address it like a client, by its name, and cannot tell the difference
/// (SRV-SVC-2). One server can be any number of services (SRV-SVC-1); values with
/// the same name are the same service, and dropping one changes nothing.
///
/// A client may have the same id as a service. It gets every message that the
/// service does not provide an event for (SRV-SVC-F1).
#[derive(Clone)]
pub struct Service {
    driver: Arc<dyn SharedDriver>,
    name: ClientId,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why nothing was published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing was published: {0}")]
pub struct PublishError(pub Failure);

impl Service {
    pub(super) fn new(driver: &Arc<dyn SharedDriver>, name: ClientId) -> Self {
        let driver = Arc::clone(driver);
        Self { driver, name }
    }

    /// The name of the service.
    pub fn name(&self) -> &ClientId {
        &self.name
    }

    /// Provides an event of this service until the returned value is dropped.
    pub fn provide(&self, event: &EventName) -> Result<Calls, ProvideError> {
        self.provide_with(event, Backlog::default())
    }

    /// As [`provide`](Self::provide), with a bound of what may wait.
    pub fn provide_with(&self, event: &EventName, backlog: Backlog) -> Result<Calls, ProvideError> {
        Calls::provide(&self.driver, self.callee(event), backlog)
    }

    /// Provides an event no longer. The [`Calls`] of it end after what waits there.
    pub fn destroy(&self, event: &EventName) {
        let callee = self.callee(event);
        let mut driver = self.driver.lock_driver();
        driver.host().withdraw(&callee);
        driver.state.providers.remove(&callee);
    }

    /// Provides nothing any more, and ends all topics of this service. Messages with
    /// its name go to the client of that id from now on.
    pub fn destroy_all(&self) {
        let mut driver = self.driver.lock_driver();
        for callee in driver.host().remove_service(&self.name) {
            driver.state.providers.remove(&callee);
        }
    }

    /// Sends an event to a client, which sees the name of the service as the source.
    pub fn emit(
        &self,
        client: &ClientId,
        event: &EventName,
        content: impl Into<Content>,
    ) -> Result<(), EmitError> {
        let content = content.into();
        let mut driver = self.driver.lock_driver();
        let sent = driver
            .host()
            .emit_as(&self.name, client, event, content, None);
        sent.map_err(EmitError)
    }

    /// Sends an event to a client and asks it for an ack; see
    /// [`Handle::request`](super::Handle::request).
    pub fn request(
        &self,
        client: &ClientId,
        event: &EventName,
        content: impl Into<Content>,
    ) -> Requested {
        let content = content.into();
        Requested::new(&*self.driver, |host, id| {
            host.emit_as(&self.name, client, event, content, Some(id))
        })
    }

    /// Creates a topic, to which clients can subscribe. Doing so twice changes
    /// nothing (DEV-8), and nobody is put into it (DEV-7).
    pub fn create_topic(&self, topic: &TopicName) {
        self.driver
            .lock_driver()
            .host()
            .create_topic(&self.name, topic);
    }

    /// Sends a publication to the subscribers of a topic (SRV-SVC-5), and returns how
    /// many there are.
    ///
    /// Fails if the topic was not created, or is destroyed.
    pub fn publish(
        &self,
        topic: &TopicName,
        content: impl Into<Content>,
    ) -> Result<usize, PublishError> {
        let content = content.into();
        let mut driver = self.driver.lock_driver();
        let published = driver.host().publish(&self.name, topic, content);
        published.map_err(PublishError)
    }

    /// Ends a topic and tells its subscribers (SRV-SVC-3). False if it was not created.
    pub fn destroy_topic(&self, topic: &TopicName) -> bool {
        self.driver
            .lock_driver()
            .host()
            .destroy_topic(&self.name, topic)
    }

    fn callee(&self, event: &EventName) -> Callee {
        Callee::Service {
            service: self.name.clone(),
            event: event.clone(),
        }
    }
}
