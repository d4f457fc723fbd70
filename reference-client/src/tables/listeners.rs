//! The table of listeners: which of them gets which event.
//!
//! The original keeps all listeners of an event in one list and removes by position or by name
//! alone, which is where its deviations come from. Here every entry has an id and a filter, and
//! whatever removes says which entries it means.

use std::collections::HashMap;

use sio_p2p_protocol::{Args, ClientId, Dialect, EventName};

use crate::{
    message::{Message, Responder},
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
    pub(crate) fn add(
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

    /// Removes the one with this id.
    pub(crate) fn remove(&mut self, event: &EventName, id: u64) {
        self.retain(event, |entry| entry.id != id);
    }

    /// Removes those of an event that have this filter, and no others (unlike DEV-4).
    pub(crate) fn remove_all(&mut self, event: &EventName, filter: &Filter) {
        self.retain(event, |entry| entry.filter != *filter);
    }

    /// A linked client has left: the listeners for it end, and no others (CLI-MSG-1).
    pub(crate) fn target_left(&mut self, client: &ClientId) {
        self.by_event.retain(|_, entries| {
            entries.retain(|entry| !matches!(&entry.filter, Filter::From(from) if from == client));
            !entries.is_empty()
        });
    }

    /// Removes the listener for the calls of an API, which has ended.
    pub(crate) fn remove_api(&mut self, event: &EventName) {
        self.retain(event, |entry| entry.filter != Filter::Api);
    }

    /// Removes the listeners for the calls of all APIs, which have ended.
    pub(crate) fn remove_apis(&mut self) {
        self.by_event.retain(|_, entries| {
            entries.retain(|entry| entry.filter != Filter::Api);
            !entries.is_empty()
        });
    }

    /// The client has ended, and with it every listener.
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
