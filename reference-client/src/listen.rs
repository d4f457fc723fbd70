//! Listening: who gets which event.
//!
//! A listener is a stream of messages. It is removed when it is dropped, when its name is
//! removed, or, if it listens to one client, when that client has left; nothing else removes it
//! (unlike DEV-1 to DEV-4 of the original).

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use sio_p2p_protocol::{ClientId, Dialect, EventName};
use tokio::task::AbortHandle;

use crate::{
    client::Client, error::ListenError, message::Message, queue::QueueReceiver, shared::Shared,
    tables::listeners::Filter,
};

/// What a listener listens to. By default every message of its name, from any client
/// (CLI-MSG-2).
///
/// ```no_run
/// use sio_p2p_client::ListenOptions;
/// # fn f(client: &sio_p2p_client::Client) -> Result<(), sio_p2p_client::ListenError> {
/// let next = client.listen_with("hello", ListenOptions::default().once())?;
/// let from_bob = client.listen_with("hello", ListenOptions::from_client("bob"))?;
/// let news_of_a_room = client.listen_with("news", ListenOptions::plain())?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListenOptions {
    /// Only messages from this client (CLI-MSG-3), see [`from_client`](Self::from_client).
    pub from: Option<String>,
    /// Only the next one, see [`once`](Self::once).
    pub once: bool,
    /// What has no source in front, see [`plain`](Self::plain). Not together with `from`.
    pub plain: bool,
}

impl ListenOptions {
    /// Only messages from this client (CLI-MSG-F3), dialect `v1` only: messages of dialect `v2`
    /// do not say who sent them, and the error says so.
    ///
    /// Such a listener ends when that client has left, if this client and that one are linked
    /// by [`add_target`](Client::add_target) or a stream (CLI-MSG-1).
    pub fn from_client(client: impl AsRef<str>) -> Self {
        Self {
            from: Some(client.as_ref().to_owned()),
            ..Self::default()
        }
    }

    /// What has no source id in front: room messages and events of the server application. In
    /// dialect `v2`, which has no sources, the same as the default.
    pub fn plain() -> Self {
        Self {
            plain: true,
            ..Self::default()
        }
    }

    /// Only the next event (CLI-MSG-4): the listener ends after it. What passes for another
    /// listener does not use it up (unlike DEV-3).
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    fn filter(self, dialect: Dialect) -> Result<Filter, ListenError> {
        match self.from {
            None if self.plain => Ok(Filter::Plain),
            None => Ok(Filter::Anybody),
            Some(_) if self.plain => Err(ListenError::PlainFrom),
            Some(_) if dialect == Dialect::V2 => Err(ListenError::NoSources),
            Some(from) => Ok(Filter::From(ClientId::new(from)?)),
        }
    }
}

impl Shared {
    pub(crate) fn add_listener(
        self: &Arc<Self>,
        event: EventName,
        filter: Filter,
        once: bool,
    ) -> Listener {
        let (id, messages) = self
            .listeners()
            .add(event.clone(), filter, once, &self.budget);
        Listener {
            id,
            event,
            messages,
            shared: Arc::clone(self),
        }
    }
}

impl Client {
    /// Listens to an event from any client (CLI-MSG-2), until the listener is dropped.
    ///
    /// From now on every message of that name is queued for the listener, in order; several
    /// listeners of one event all get it.
    pub fn listen(&self, event: impl AsRef<str>) -> Result<Listener, ListenError> {
        self.listen_with(event, ListenOptions::default())
    }

    /// Listens to an event as the options say: from one client, once, or without a source.
    pub fn listen_with(
        &self,
        event: impl AsRef<str>,
        options: ListenOptions,
    ) -> Result<Listener, ListenError> {
        let event = EventName::new(event.as_ref())?;
        if event.is_reserved() {
            return Err(ListenError::Reserved(event));
        }
        let once = options.once;
        let filter = options.filter(self.dialect())?;
        Ok(self.shared.add_listener(event, filter, once))
    }

    /// Runs a handler for every event of that name from any client, one after the other and in
    /// order, in one task, until the guard is dropped. With options:
    /// [`listen_with`](Self::listen_with) and [`Listener::handle`].
    pub fn on<F, R>(&self, event: impl AsRef<str>, handler: F) -> Result<ListenerGuard, ListenError>
    where
        F: FnMut(Message) -> R + Send + 'static,
        R: Future<Output = ()> + Send,
    {
        Ok(self.listen(event)?.handle(handler))
    }

    /// Removes the listeners of an event from any client, and no others (unlike DEV-4). They
    /// still give what is queued, and then end.
    pub fn stop_listening(&self, event: impl AsRef<str>) -> Result<(), ListenError> {
        self.stop_listening_with(event, ListenOptions::default())
    }

    /// Removes the listeners of an event with these options, and no others; those that end
    /// after one event are removed with those that do not.
    pub fn stop_listening_with(
        &self,
        event: impl AsRef<str>,
        options: ListenOptions,
    ) -> Result<(), ListenError> {
        let event = EventName::new(event.as_ref())?;
        let filter = options.filter(self.dialect())?;
        self.shared.listeners().remove_all(&event, &filter);
        Ok(())
    }
}

/// A stream of messages; dropping it stops listening.
///
/// It does not keep the connection alive: it ends when the client does. It lives through
/// reconnects.
#[derive(Debug)]
pub struct Listener {
    id: u64,
    event: EventName,
    messages: QueueReceiver<Message>,
    shared: Arc<Shared>,
}

impl Listener {
    /// The next message, `None` once the listener has been removed or the client has ended.
    /// Cancel safe: no message is lost.
    pub async fn next(&mut self) -> Option<Message> {
        self.messages.next().await
    }

    /// What tells this listener from all others.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Runs a handler for every message, one after the other, in one task.
    pub fn handle<F, R>(mut self, mut handler: F) -> ListenerGuard
    where
        F: FnMut(Message) -> R + Send + 'static,
        R: Future<Output = ()> + Send,
    {
        // One task for the handler, not one per message: the next message waits for this one, so
        // order is kept. A handler that panics ends its own task and nothing else.
        let task = tokio::spawn(async move {
            while let Some(message) = self.next().await {
                handler(message).await;
            }
        });
        let task = Some(task.abort_handle());
        ListenerGuard { task }
    }
}

impl Stream for Listener {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.messages.poll_next(context)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.listeners().remove(&self.event, self.id);
    }
}

/// A running handler; dropping it stops the handler, at its next await, and the listening.
#[derive(Debug)]
#[must_use = "the handler stops when this is dropped"]
pub struct ListenerGuard {
    /// The task to stop; none once it is detached.
    task: Option<AbortHandle>,
}

impl ListenerGuard {
    /// Lets the handler run until the listener is removed by name or the client ends.
    pub fn detach(mut self) {
        self.task = None;
    }
}

impl Drop for ListenerGuard {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
