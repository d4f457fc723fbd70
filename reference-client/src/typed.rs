//! The typed layer: events declared as Rust types.
//!
//! ```no_run
//! use serde::{Deserialize, Serialize};
//! use sio_p2p_client::{Client, Event, Request};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Resize { image: String, width: u32 }
//!
//! impl Event for Resize { const NAME: &'static str = "resize"; }
//! impl Request for Resize { type Answer = u64; }
//!
//! # async fn f(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let question = Resize { image: "cat.png".into(), width: 100 };
//! let bytes: u64 = client.request_typed("worker", &question).await?;
//! # Ok(()) }
//! ```

use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};
use sio_p2p_protocol::{ArgsError, ClientId};

use crate::{
    client::Client,
    error::{AnswerError, CallError, ListenError, SendError},
    listen::Listener,
    message::Message,
};

/// An event as a type: its name, and its arguments by the rule of [`Args`](crate::Args).
pub trait Event: Serialize + DeserializeOwned {
    /// The name under which it travels.
    const NAME: &'static str;
}

/// An event that is answered.
pub trait Request: Event {
    /// The answer, by the same rule.
    type Answer: Serialize + DeserializeOwned;
}

impl Client {
    /// Sends a typed event, see [`emit_to`](Self::emit_to). Cancel safe like it.
    pub async fn emit_typed<E: Event>(
        &self,
        target: impl AsRef<str>,
        event: &E,
    ) -> Result<(), SendError> {
        self.emit_to(target, E::NAME, event).await
    }

    /// Asks a typed question, see [`request_to`](Self::request_to). Cancel safe like it.
    pub async fn request_typed<R: Request>(
        &self,
        target: impl AsRef<str>,
        request: &R,
    ) -> Result<R::Answer, CallError> {
        self.request_to(target, R::NAME, request).await
    }

    /// Listens to a typed event, see [`listen`](Self::listen).
    pub fn listen_typed<E: Event>(&self) -> Result<TypedListener<E>, ListenError> {
        Ok(self.listen(E::NAME)?.typed())
    }
}

impl Listener {
    /// Reads every message of this listener as a type.
    pub fn typed<E: Event>(self) -> TypedListener<E> {
        let listener = self;
        TypedListener {
            listener,
            event: PhantomData,
        }
    }
}

/// A stream of typed events; dropping it stops listening.
#[derive(Debug)]
pub struct TypedListener<E> {
    listener: Listener,
    event: PhantomData<fn() -> E>,
}

impl<E: Event> TypedListener<E> {
    /// The next event; an error for one whose arguments are not of the type, which does not end
    /// the stream. `None` as for [`Listener::next`]. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<Received<E>, ArgsError>> {
        let message = self.listener.next().await?;
        Some(message.parse().map(|event| Received { event, message }))
    }
}

/// A typed event that has arrived.
#[derive(Debug)]
pub struct Received<E> {
    /// The event.
    pub event: E,
    message: Message,
}

impl<E> Received<E> {
    /// Who sent it, see [`Message::source`].
    pub fn source(&self) -> Option<&ClientId> {
        self.message.source()
    }

    /// Whether the sender waits for an answer.
    pub fn wants_answer(&self) -> bool {
        self.message.wants_answer()
    }
}

impl<R: Request> Received<R> {
    /// Answers, see [`Message::answer`]. Cancel safe like it.
    pub async fn answer(self, answer: &R::Answer) -> Result<(), AnswerError> {
        self.message.answer(answer).await
    }
}
