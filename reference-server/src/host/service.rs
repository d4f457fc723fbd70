//! Services of the host, dialect `v1`: events, calls of clients, topics.

use std::fmt;
use std::sync::Arc;

use sio_p2p_protocol::{
    ArgsError, ClientId, EventName, Failure, FromArgs, IntoArgs, InvalidName, TopicName,
};

use super::call::{Calls, ProvideError};
use super::error::SendError;
use super::providers::Backlog;
use super::request::{Outgoing, Requested};
use super::shared::SharedDriver;
use crate::relay::Callee;

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
#[non_exhaustive]
pub enum PublishError {
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The arguments cannot be written.
    #[error(transparent)]
    Args(#[from] ArgsError),
    /// The topic was not created, or is destroyed.
    #[error("nothing was published: {0}")]
    Refused(Failure),
}

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
    pub fn provide(&self, event: impl AsRef<str>) -> Result<Calls, ProvideError> {
        self.provide_with(event, Backlog::default())
    }

    /// As [`provide`](Self::provide), with a bound of what may wait.
    pub fn provide_with(
        &self,
        event: impl AsRef<str>,
        backlog: Backlog,
    ) -> Result<Calls, ProvideError> {
        let event = EventName::new(event.as_ref())?;
        Calls::provide(&self.driver, self.callee(event), backlog)
    }

    /// Provides an event no longer. The [`Calls`] of it end after what waits there.
    pub fn destroy(&self, event: impl AsRef<str>) {
        // Nobody provides what has no name.
        let Ok(event) = EventName::new(event.as_ref()) else {
            return;
        };
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
    pub fn emit_to(
        &self,
        client: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<(), SendError> {
        let Outgoing {
            client,
            event,
            args,
        } = Outgoing::new(client.as_ref(), event.as_ref(), args)?;
        let mut driver = self.driver.lock_driver();
        let sent = driver
            .host()
            .emit_as(&self.name, &client, &event, args, None);
        sent.map_err(SendError::Refused)
    }

    /// Sends an event to a client and asks it for an ack; see
    /// [`Handle::request_to`](super::Handle::request_to).
    pub fn request_to<R: FromArgs>(
        &self,
        client: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Requested<R> {
        match Outgoing::new(client.as_ref(), event.as_ref(), args) {
            Ok(Outgoing {
                client,
                event,
                args,
            }) => Requested::send(&*self.driver, |host, id| {
                host.emit_as(&self.name, &client, &event, args, Some(id))
            }),
            Err(error) => Requested::failed(error),
        }
    }

    /// Creates a topic, to which clients can subscribe. Doing so twice changes
    /// nothing (DEV-8), and nobody is put into it (DEV-7).
    pub fn create_topic(&self, topic: impl AsRef<str>) -> Result<(), InvalidName> {
        let topic = TopicName::new(topic.as_ref())?;
        self.driver
            .lock_driver()
            .host()
            .create_topic(&self.name, &topic);
        Ok(())
    }

    /// Sends a publication to the subscribers of a topic (SRV-SVC-5), and returns how
    /// many there are.
    ///
    /// Fails if the topic was not created, or is destroyed.
    pub fn publish(
        &self,
        topic: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<usize, PublishError> {
        let topic = TopicName::new(topic.as_ref())?;
        let args = args.into_args()?;
        let mut driver = self.driver.lock_driver();
        let published = driver.host().publish(&self.name, &topic, args);
        published.map_err(PublishError::Refused)
    }

    /// Ends a topic and tells its subscribers (SRV-SVC-3). False if it was not created.
    pub fn destroy_topic(&self, topic: impl AsRef<str>) -> bool {
        // What has no name was not created.
        let Ok(topic) = TopicName::new(topic.as_ref()) else {
            return false;
        };
        self.driver
            .lock_driver()
            .host()
            .destroy_topic(&self.name, &topic)
    }

    fn callee(&self, event: EventName) -> Callee {
        Callee::Service {
            service: self.name.clone(),
            event,
        }
    }
}
