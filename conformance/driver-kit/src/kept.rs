//! What a driver keeps from one command to the next.

use std::cell::RefCell;

use crate::{named::Named, streams::Streams, task::Task};

/// There is no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not connected")]
pub struct NotConnected;

/// What a driver keeps from one command to the next: its client, and by their names all things of
/// which commands speak.
///
/// The types are those of the client under test: a handle of it, what answers a request, what
/// writes to a stream, and a topic of its own. Where it has no such thing, `()` will do.
#[derive(Debug)]
pub struct Kept<Client, Responder = (), Writer = (), Topic = ()> {
    client: RefCell<Option<Client>>,
    acceptor: RefCell<Option<Task>>,
    /// Reports of listeners and subscriptions.
    pub listeners: Named<Task>,
    /// Requests that wait for `answer`.
    pub requests: Named<Responder>,
    /// Open streams.
    pub streams: Streams<Writer>,
    /// Reports of calls, by the API that is provided.
    pub apis: Named<Task>,
    /// Topics that the client has created.
    pub topics: Named<Topic>,
}

impl<Client, Responder, Writer, Topic> Default for Kept<Client, Responder, Writer, Topic> {
    fn default() -> Self {
        Self {
            client: RefCell::default(),
            acceptor: RefCell::default(),
            listeners: Named::new("listener"),
            requests: Named::new("request"),
            streams: Streams::default(),
            apis: Named::new("api"),
            topics: Named::new("topic"),
        }
    }
}

impl<Client, Responder, Writer, Topic> Kept<Client, Responder, Writer, Topic> {
    /// The client, which has been [connected](Self::connected), also if it has lost its
    /// connection since.
    pub fn client(&self) -> Result<Client, NotConnected>
    where
        Client: Clone,
    {
        self.client.borrow().clone().ok_or(NotConnected)
    }

    /// Takes a client that has just connected. The one before is dropped.
    pub fn connected(&self, client: Client) {
        drop(self.client.replace(Some(client)));
    }

    /// What accepts streams from now on, or nothing any more. What did so before is dropped.
    pub fn accept_streams_by(&self, acceptor: Option<Task>) {
        drop(self.acceptor.replace(acceptor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_client_at_a_time() {
        let kept = Kept::<&str>::default();
        assert_eq!(kept.client(), Err(NotConnected));
        kept.connected("one");
        kept.connected("two");
        assert_eq!(kept.client(), Ok("two"));
        let error = kept.topics.take("t").unwrap_err().to_string();
        assert_eq!(error, r#"no such topic "t""#);
    }
}
