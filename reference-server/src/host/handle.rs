//! The handle of a running server.

use std::fmt;
use std::sync::Arc;

use sio_p2p_protocol::{ApiName, ClientId, FromArgs, IntoArgs, InvalidName};

use super::call::{Calls, ProvideError};
use super::error::SendError;
use super::presence::Presence;
use super::providers::Backlog;
use super::request::{Outgoing, Requested};
use super::service::Service;
use super::shared::SharedDriver;
use crate::relay::{Authorize, Callee};

/// A handle of a server, for the program that the server is part of.
///
/// Clones are handles of the same server. Every method takes effect at once and
/// in order with what clients send; none waits unless it is `async`.
///
/// Ids and names are texts; one that is none, such as an empty client id, is an error
/// of the call. Arguments and answers follow the rule of [`Args`](crate::Args): a tuple
/// is the argument list, anything else one argument.
#[derive(Clone)]
pub struct Handle {
    pub(super) driver: Arc<dyn SharedDriver>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
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
    pub fn list_clients(&self) -> Vec<ClientId> {
        self.driver.lock_driver().host().clients()
    }

    /// Who comes and goes from now on.
    pub fn presence(&self) -> Presence {
        let events = self.driver.lock_driver().state.presence();
        Presence { events }
    }

    /// Sends an event to a client (SRV-MSG-26).
    ///
    /// ```no_run
    /// # fn tell(handle: sio_p2p_server::Handle) -> Result<(), sio_p2p_server::SendError> {
    /// handle.emit_to("alice", "moved", ("pawn", [4, 2]))
    /// # }
    /// ```
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
        let sent = driver.host().emit(&client, &event, args, None);
        sent.map_err(SendError::Refused)
    }

    /// Sends an event to a client and asks it for an ack (SRV-MSG-27), which is read
    /// as the type that is asked for: [`Args`](crate::Args) for it as it is.
    ///
    /// The event is sent before this returns, whether the answer is waited for or
    /// not. There is no deadline but the server's own; wrap the future in a
    /// [`timeout`](tokio::time::timeout) for a shorter one.
    ///
    /// ```no_run
    /// # async fn ask(handle: sio_p2p_server::Handle) -> Result<(), sio_p2p_server::CallError> {
    /// let answer: u32 = handle.request_to("alice", "calculate", (2, "times", 21)).await?;
    /// # Ok(())
    /// # }
    /// ```
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
                host.emit(&client, &event, args, Some(id))
            }),
            Err(error) => Requested::failed(error),
        }
    }

    /// Provides an API of the second dialect until the returned value is dropped
    /// (SRV-SVC-11). Nobody can take the name over meanwhile (SRV-SVC-15).
    ///
    /// Fails if the name is reserved, or if somebody provides it, be it a client.
    ///
    /// ```no_run
    /// # async fn provide(handle: sio_p2p_server::Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut calls = handle.provide_api("add")?;
    /// while let Some(call) = calls.next().await {
    ///     let (a, b): (i64, i64) = call.parse()?;
    ///     call.answer(a + b)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn provide_api(&self, api: impl AsRef<str>) -> Result<Calls, ProvideError> {
        self.provide_api_with(api, Backlog::default())
    }

    /// As [`provide_api`](Self::provide_api), with a bound of what may wait.
    pub fn provide_api_with(
        &self,
        api: impl AsRef<str>,
        backlog: Backlog,
    ) -> Result<Calls, ProvideError> {
        let api = ApiName::new(api.as_ref())?;
        Calls::provide(&self.driver, Callee::Api(api), backlog)
    }

    /// Removes an API, whoever provides it (SRV-SVC-13). False if nobody does.
    ///
    /// If this program provides it, the [`Calls`] of it end after what waits there. A
    /// client is not told that its API is gone.
    pub fn destroy_api(&self, api: impl AsRef<str>) -> bool {
        // Nobody provides what has no name.
        let Ok(api) = ApiName::new(api.as_ref()) else {
            return false;
        };
        let mut driver = self.driver.lock_driver();
        driver.state.providers.remove(&Callee::Api(api.clone()));
        driver.host().destroy_api(&api).is_some()
    }

    /// Removes every API that this program provides, and none of a client's.
    pub fn destroy_all_apis(&self) {
        let mut driver = self.driver.lock_driver();
        driver.state.providers.remove_apis();
        driver.host().destroy_apis();
    }

    /// The service of the first dialect with this name. It is nothing to others until
    /// it provides an event or creates a topic.
    pub fn service(&self, name: impl AsRef<str>) -> Result<Service, InvalidName> {
        Ok(Service::new(&self.driver, ClientId::new(name.as_ref())?))
    }
}
