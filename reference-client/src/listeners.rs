//! Listeners: who gets which event.
//!
//! A listener is a stream of messages. It is removed when it is dropped, when its name is
//! removed, or, if it listens to one client, when that client has left; nothing else removes it
//! (unlike DEV-1 to DEV-4 of the original).
//!
//! | Made by | Gets | Removed by name with |
//! |---|---|---|
//! | `listen`, `on` | messages from anybody (CLI-MSG-2) | `stop_listening` |
//! | `from_client(x).listen` | messages from x (CLI-MSG-3) | `from_client(x).stop_listening` |
//! | `listen_plain` | what has no source in front | `stop_listening_plain` |
//! | `listen_with` | any of these | the same as there |
//!
//! The original keeps all of these in one list per event and removes by position or by name
//! alone, which is where its deviations come from. Here every entry has an id and a filter, and
//! whatever removes says which entries it means.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use sio_p2p_protocol::{Args, ClientId, Dialect, EventName};
use tokio::task::AbortHandle;

use crate::{
    client::{Client, Shared},
    error::SendError,
    message::{Message, Responder, usable},
    queue::{Budget, QueueReceiver, QueueSender, queue},
};

/// Whom a listener listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Any client (CLI-MSG-2).
    Anybody,
    /// One client (CLI-MSG-3), dialect `v1` only.
    From(ClientId),
    /// Anything of that name, with the arguments as they travel: rooms and the server.
    Plain,
    /// The calls of an API that this client provides.
    Api,
}

#[derive(Debug)]
struct Entry {
    /// Tells it from all others of this client, former ones included.
    id: u64,
    filter: Filter,
    /// Used up by the first message that passes the filter (CLI-MSG-4).
    once: bool,
    messages: QueueSender<Message>,
}

/// The table of a client.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    next: u64,
    by_event: HashMap<EventName, Vec<Entry>>,
    closed: bool,
}

impl Listeners {
    fn add(
        &mut self,
        event: EventName,
        filter: Filter,
        once: bool,
        budget: &Budget,
    ) -> (u64, QueueReceiver<Message>) {
        let id = self.next;
        self.next += 1;
        let (messages, receiver) = queue(budget);
        if !self.closed {
            let entry = Entry {
                id,
                filter,
                once,
                messages,
            };
            self.by_event.entry(event).or_default().push(entry);
        }
        (id, receiver)
    }

    /// Keeps the entries of an event for which `keep` holds.
    fn retain(&mut self, event: &EventName, keep: impl FnMut(&Entry) -> bool) {
        // An event without listeners leaves no entry behind: names come from the application, and
        // there may be many.
        if let Some(entries) = self.by_event.get_mut(event) {
            let mut keep = keep;
            entries.retain(|entry| keep(entry));
            if entries.is_empty() {
                self.by_event.remove(event);
            }
        }
    }

    /// A linked client has left: the listeners for it end, and no others (CLI-MSG-1).
    pub(crate) fn target_left(&mut self, client: &ClientId) {
        self.by_event.retain(|_, entries| {
            entries.retain(|entry| !matches!(&entry.filter, Filter::From(from) if from == client));
            !entries.is_empty()
        });
    }

    /// An API has ended.
    pub(crate) fn end_api(&mut self, event: &EventName) {
        self.retain(event, |entry| entry.filter != Filter::Api);
    }

    /// All APIs have ended.
    pub(crate) fn end_apis(&mut self) {
        self.by_event.retain(|_, entries| {
            entries.retain(|entry| entry.filter != Filter::Api);
            !entries.is_empty()
        });
    }

    /// Ends every listener.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.by_event.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.by_event.values().map(Vec::len).sum()
    }

    /// Hands an event to everybody whom it concerns, in the order in which they began to
    /// listen. Tells whether there was anybody.
    pub(crate) fn deliver(
        &mut self,
        event: &EventName,
        args: Args,
        responder: Option<Responder>,
        dialect: Dialect,
    ) -> bool {
        let Some(entries) = self.by_event.get(event) else {
            return false;
        };
        // Only dialect v1 puts the source in front, and only messages have one.
        let (source, message_args) = match dialect {
            Dialect::V1 => args.clone().split_source(),
            Dialect::V2 => (None, args.clone()),
        };
        let concerned = |entry: &Entry| match &entry.filter {
            Filter::Anybody | Filter::Plain | Filter::Api => true,
            Filter::From(client) => source.as_ref() == Some(client),
        };
        // Each listener is charged for the whole message, although attachments are shared: the
        // bound is what counts, and it is on the safe side.
        let bytes = args.size();
        let mut used_up = Vec::new();
        let mut delivered = false;
        for entry in entries.iter().filter(|entry| concerned(entry)) {
            let plain = matches!(entry.filter, Filter::Plain | Filter::Api);
            let message = Message {
                event: event.clone(),
                source: if plain { None } else { source.clone() },
                args: if plain {
                    args.clone()
                } else {
                    message_args.clone()
                },
                responder: responder.as_ref().map(Responder::share),
            };
            entry.messages.push(message, bytes);
            delivered = true;
            // Used up by an event that it got, and by no other (unlike DEV-3).
            if entry.once {
                used_up.push(entry.id);
            }
        }
        self.retain(event, |entry| !used_up.contains(&entry.id));
        delivered
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
    pub fn listen(&self, event: impl AsRef<str>) -> Result<Listener, SendError> {
        let event = usable(event.as_ref())?;
        Ok(self.shared.add_listener(event, Filter::Anybody, false))
    }

    /// Listens to the next event of that name only (CLI-MSG-4): the listener ends after it.
    pub fn listen_once(&self, event: impl AsRef<str>) -> Result<Listener, SendError> {
        let event = usable(event.as_ref())?;
        Ok(self.shared.add_listener(event, Filter::Anybody, true))
    }

    /// Listens to what has no source id in front: room messages and events of the server
    /// application. In dialect `v2` the same as [`listen`](Self::listen).
    pub fn listen_plain(&self, event: impl AsRef<str>) -> Result<Listener, SendError> {
        let event = usable(event.as_ref())?;
        Ok(self.shared.add_listener(event, Filter::Plain, false))
    }

    /// Removes the listeners of an event that [`listen`](Self::listen),
    /// [`listen_once`](Self::listen_once) and [`on`](Self::on) made, and no others (unlike
    /// DEV-4). They still give what is queued, and then end.
    pub fn stop_listening(&self, event: impl AsRef<str>) -> Result<(), SendError> {
        self.remove_by_name(event.as_ref(), &Filter::Anybody)
    }

    /// Removes the listeners of an event that [`listen_plain`](Self::listen_plain) made.
    pub fn stop_listening_plain(&self, event: impl AsRef<str>) -> Result<(), SendError> {
        self.remove_by_name(event.as_ref(), &Filter::Plain)
    }

    /// Runs a handler for every event of that name from any client, one after the other and in
    /// order, in one task, until the guard is dropped.
    pub fn on<F, R>(&self, event: impl AsRef<str>, handler: F) -> Result<ListenerGuard, SendError>
    where
        F: FnMut(Message) -> R + Send + 'static,
        R: Future<Output = ()> + Send,
    {
        Ok(self.listen(event)?.handle(handler))
    }

    /// The listeners for one client (CLI-MSG-F3), dialect `v1` only: messages of dialect `v2`
    /// do not say who sent them, and the error says so.
    pub fn from_client(&self, client: impl AsRef<str>) -> Result<FromClient<'_>, SendError> {
        self.only_with_sources()?;
        let id = ClientId::new(client.as_ref())?;
        Ok(FromClient { client: self, id })
    }

    fn remove_by_name(&self, event: &str, filter: &Filter) -> Result<(), SendError> {
        let event = EventName::new(event)?;
        self.shared
            .listeners()
            .retain(&event, |entry| entry.filter != *filter);
        Ok(())
    }
}

/// Listeners for one client, see [`Client::from_client`].
///
/// They end when that client has left, if this client and that one are linked by
/// [`add_target`](Client::add_target) or a stream (CLI-MSG-1).
#[derive(Debug)]
pub struct FromClient<'a> {
    client: &'a Client,
    id: ClientId,
}

impl FromClient<'_> {
    /// Listens to an event from this client only (CLI-MSG-3).
    pub fn listen(&self, event: impl AsRef<str>) -> Result<Listener, SendError> {
        self.add(event.as_ref(), false)
    }

    /// Listens to the next event of that name from this client; the same event from another
    /// client does not use it up (unlike DEV-3).
    pub fn listen_once(&self, event: impl AsRef<str>) -> Result<Listener, SendError> {
        self.add(event.as_ref(), true)
    }

    /// Runs a handler, see [`Client::on`].
    pub fn on<F, R>(&self, event: impl AsRef<str>, handler: F) -> Result<ListenerGuard, SendError>
    where
        F: FnMut(Message) -> R + Send + 'static,
        R: Future<Output = ()> + Send,
    {
        Ok(self.listen(event)?.handle(handler))
    }

    /// Removes this client's listeners of an event, and no others.
    pub fn stop_listening(&self, event: impl AsRef<str>) -> Result<(), SendError> {
        self.client
            .remove_by_name(event.as_ref(), &Filter::From(self.id.clone()))
    }

    fn add(&self, event: &str, once: bool) -> Result<Listener, SendError> {
        let filter = Filter::From(self.id.clone());
        Ok(self
            .client
            .shared
            .add_listener(usable(event)?, filter, once))
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
        let id = self.id;
        self.shared
            .listeners()
            .retain(&self.event, |entry| entry.id != id);
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
