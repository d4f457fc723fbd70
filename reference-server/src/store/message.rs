//! What a store keeps.

use std::time::SystemTime;

use sio_p2p_protocol::{Args, Arguments, ClientId, EventName};

/// The id of a stored message. Later messages have greater ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// A function of the program that is called when a message was acked.
///
/// It is stored by its name, so that a message that was sent by one life of the
/// program can be acked in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckFunction {
    /// The name that it is registered under.
    pub name: String,
    /// Arguments that it is to be called with, ahead of those of the ack.
    pub args: Arguments,
}

/// A message that is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Who shall receive it.
    pub client: ClientId,
    /// The event that the client receives.
    pub event: EventName,
    /// Its arguments and attachments.
    pub args: Args,
    /// What is called when the client has acked it.
    pub ack: Option<AckFunction>,
    /// When it is no longer worth delivering; `None` for never.
    pub expires: Option<SystemTime>,
}

impl NewMessage {
    /// A message that never expires and whose ack nobody wants to know of.
    pub fn new(client: ClientId, event: EventName, args: impl Into<Args>) -> Self {
        Self {
            client,
            event,
            args: args.into(),
            ack: None,
            expires: None,
        }
    }

    /// Has the functions that are registered under `name` called once the client
    /// has acked, with `args` and the arguments of the ack.
    #[must_use]
    pub fn with_ack(mut self, name: impl Into<String>, args: Arguments) -> Self {
        let name = name.into();
        self.ack = Some(AckFunction { name, args });
        self
    }

    /// Lets the message expire: from then on it is not delivered any more.
    #[must_use]
    pub fn expiring(mut self, expires: SystemTime) -> Self {
        self.expires = Some(expires);
        self
    }

    /// How many bytes it counts as against the limits of a store.
    pub(super) fn size(&self) -> usize {
        let ack = self.ack.as_ref();
        let ack = ack.map_or(0, |ack| ack.name.len() + ack.args.as_json().len());
        self.event.as_str().len() + self.args.size() + ack
    }

    /// True if it is no longer worth delivering.
    pub(super) fn expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// A message as a store gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// How often it was sent before.
    pub attempts: u32,
    /// What was stored.
    pub message: NewMessage,
}
