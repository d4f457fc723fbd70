//! Service: APIs that one client provides and others use.
//!
//! In dialect `v2` an API has a name of its own in a registry of the server. In dialect `v1` a
//! service is a client, or a name that the server answers to, and a call is a message to it: see
//! [`Service`], which also is the way to its topics.
//!
//! The registry of `v2` has no owner checks and, in the original, no bounds: creating an API that
//! exists takes it away from its provider, and calling or ending one that does not exist ends the
//! server. So this client asks before each of the three, as the original's library does before
//! two of them (CLI-SVC-1, SRV-SVC-3).

use std::{
    collections::btree_map::Entry,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use sio_p2p_protocol::{
    ApiName, CheckApiName, CheckApiNameAck, ClientEvent, ClientId, CreateApi, DestroyApi, Dialect,
    FromArgs, IntoArgs, UseApi,
};

use crate::{
    client::Client,
    emit::answered,
    error::{CallError, ListenError, Refused, SendError},
    listen::{ListenOptions, Listener},
    message::{Message, usable},
    outbox,
    shared::Shared,
    tables::{apis::Provided, listeners::Filter},
};

/// Why an API was not provided although nobody said so.
const NOT_TAKEN: &str = "the server did not take the api, its errors may say why";

impl Client {
    /// Whether somebody provides an API of this name; dialect `v2`. Cancel safe.
    pub async fn api_exists(&self, api: impl AsRef<str>) -> Result<bool, CallError> {
        let api = ApiName::new(api.as_ref())?;
        self.shared.check_api(&api, self.deadline()).await
    }

    /// Provides an API from now on; dialect `v2`. Its calls arrive in order. After a reconnect it
    /// is provided again.
    ///
    /// A name that is taken is refused, as the original does (E11). Between the question and the
    /// provision another client can be faster; then the server gives it to the later one. Done
    /// when the server has the API, so that whoever hears of it can use it. Cancel safe: a
    /// dropped future provides nothing.
    pub async fn provide_api(&self, api: impl AsRef<str>) -> Result<Calls, CallError> {
        let api = ApiName::new(api.as_ref())?;
        let event = usable(api.event().as_str())?;
        // The provider listens before the server knows of it, so that no call is missed, and
        // takes the name back when it is dropped, here or later.
        let listener = self.shared.add_listener(event, Filter::Api, false);
        let provided = Provided {
            listener: listener.id(),
            known_on: None,
        };
        match self.shared.apis.lock().entry(api.clone()) {
            Entry::Occupied(_) => return Err(CallError::ApiNameTaken(api)),
            Entry::Vacant(place) => place.insert(provided),
        };
        let calls = Calls {
            listener,
            api: api.clone(),
            shared: Arc::clone(&self.shared),
        };
        self.shared.connected(self.deadline()).await?;
        self.shared.create_api(&api, self.deadline()).await?;
        Ok(calls)
    }

    /// Calls an API and waits for its answer, up to the deadline of this handle; dialect `v2`.
    /// Arguments and answer follow the rule of [`Args`](crate::Args).
    ///
    /// Servers of the original do not survive the call of an unknown API, so its existence is
    /// asked for first. Cancel safe like [`request_to`](Self::request_to).
    pub async fn use_api<R: FromArgs>(
        &self,
        api: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<R, CallError> {
        let (call, attachments) = self.call(api.as_ref(), args, true).await?;
        let answer = self.ask(call, attachments, None).await?;
        answered(answer)
    }

    /// Calls an API without asking for an answer; dialect `v2`. Cancel safe.
    pub async fn notify_api(
        &self,
        api: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<(), CallError> {
        let (call, attachments) = self.call(api.as_ref(), args, false).await?;
        Ok(self.send(call, attachments).await?)
    }

    async fn call(
        &self,
        api: &str,
        args: impl IntoArgs,
        ack: bool,
    ) -> Result<(ClientEvent, Vec<bytes::Bytes>), CallError> {
        let args = args.into_args().map_err(SendError::from)?;
        let api = ApiName::new(api)?;
        if !self.shared.check_api(&api, self.deadline()).await? {
            return Err(CallError::UnknownApi(api));
        }
        let (args, attachments) = args.into_parts();
        Ok((UseApi { api, args, ack }.into(), attachments))
    }

    /// Provides no API any more: all [`Calls`]s of this client end. Cancel safe.
    pub async fn destroy_all_apis(&self) -> Result<(), SendError> {
        self.shared.only_v2()?;
        self.shared.apis.lock().clear();
        self.shared.listeners().remove_apis();
        self.send(DestroyApi::All.into(), Vec::new()).await
    }

    /// A service of dialect `v1`: a client that provides APIs and topics, or a name under which
    /// the server does.
    pub fn service(&self, name: impl AsRef<str>) -> Result<Service, SendError> {
        Ok(Service {
            client: self.clone(),
            id: ClientId::new(name.as_ref())?,
        })
    }
}

impl Shared {
    fn only_v2(&self) -> Result<(), SendError> {
        let what = "registry of apis";
        let dialect = self.dialect;
        match dialect {
            Dialect::V1 => Err(SendError::Unsupported { what, dialect }),
            Dialect::V2 => Ok(()),
        }
    }

    async fn check_api(&self, api: &ApiName, deadline: Duration) -> Result<bool, CallError> {
        self.only_v2()?;
        let question = CheckApiName { api: api.clone() }.into();
        let answer = self
            .ask((question, Vec::new()), None, None, deadline)
            .await?;
        Ok(CheckApiNameAck::decode(&answer.json)?.0)
    }

    /// Tells the server that this client provides an API, on the current connection only.
    async fn create_api(&self, api: &ApiName, deadline: Duration) -> Result<(), CallError> {
        let epoch = self.outbox.epoch();
        if self.check_api(api, deadline).await? {
            return Err(CallError::ApiNameTaken(api.clone()));
        }
        match self.apis.lock().get_mut(api) {
            Some(known) => known.known_on = Some(epoch),
            // Its provider was dropped meanwhile.
            None => return Ok(()),
        }
        let event = CreateApi { api: api.clone() }.into();
        let packet = outbox::event(&event, Vec::new(), None);
        self.outbox.reply(packet, Some(epoch));
        // Nobody answers that. Packets are handled in order, so a question behind it proves it.
        if self.check_api(api, deadline).await? {
            return Ok(());
        }
        let reason = NOT_TAKEN.to_owned();
        Err(Refused {
            reason,
            failure: None,
        }
        .into())
    }

    /// The APIs to provide again after a reconnect.
    pub(crate) fn apis_to_restore(&self) -> Vec<ApiName> {
        let mut apis = self.apis.lock();
        apis.values_mut().for_each(|known| known.known_on = None);
        apis.keys().cloned().collect()
    }

    /// Provides an API again.
    pub(crate) async fn restore_api(&self, api: &ApiName) -> Result<(), CallError> {
        self.create_api(api, self.options.deadline).await
    }

    /// An API could not be provided again: its provider ends.
    pub(crate) fn api_lost(&self, api: &ApiName) {
        self.apis.lock().remove(api);
        self.listeners().remove_api(&api.event());
    }
}

/// The calls of an API, as a stream of messages to be answered.
///
/// Dropping it ends the API. It does not keep the client alive.
#[derive(Debug)]
pub struct Calls {
    listener: Listener,
    api: ApiName,
    shared: Arc<Shared>,
}

impl Calls {
    /// The name of the API.
    pub fn name(&self) -> &ApiName {
        &self.api
    }

    /// The next call, `None` once the API has ended. Cancel safe: no call is lost.
    pub async fn next(&mut self) -> Option<Message> {
        self.listener.next().await
    }
}

impl Stream for Calls {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        Pin::new(&mut self.listener).poll_next(context)
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        let mut apis = self.shared.apis.lock();
        if apis
            .get(&self.api)
            .is_none_or(|known| known.listener != self.listener.id())
        {
            return;
        }
        let known = apis.remove(&self.api).and_then(|known| known.known_on);
        drop(apis);
        // Only where the server knows of it: those of the original do not survive the end of an
        // API that does not exist.
        if let Some(epoch) = known {
            let destroy = DestroyApi::One(self.api.clone()).into();
            let packet = outbox::event(&destroy, Vec::new(), None);
            self.shared.outbox.reply(packet, Some(epoch));
        }
    }
}

/// A service of dialect `v1`, see [`Client::service`]. To *be* a service, listen to the names of
/// its APIs ([`Client::listen`]) and, for topics, say so in
/// [`ClientBuilder::service`](crate::ClientBuilder::service).
#[derive(Debug, Clone)]
pub struct Service {
    pub(crate) client: Client,
    pub(crate) id: ClientId,
}

impl Service {
    /// The name of the service: the id of its client, or a name of the server's.
    pub fn name(&self) -> &ClientId {
        &self.id
    }

    /// Calls an API of the service, see [`Client::request_to`]. Cancel safe like it.
    pub async fn call<R: FromArgs>(
        &self,
        api: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<R, CallError> {
        self.client.request_to(&self.id, api, args).await
    }

    /// Calls an API without asking for an answer, see [`Client::emit_to`]. Cancel safe like it.
    pub async fn notify(&self, api: impl AsRef<str>, args: impl IntoArgs) -> Result<(), SendError> {
        self.client.emit_to(&self.id, api, args).await
    }

    /// Listens to an event that the service sends, see [`ListenOptions::from_client`].
    pub fn listen(&self, event: impl AsRef<str>) -> Result<Listener, ListenError> {
        let options = ListenOptions::from_client(&self.id);
        self.client.listen_with(event, options)
    }
}
