//! Messages that have arrived, and the way to answer them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::de::DeserializeOwned;
use sio_p2p_protocol::{Args, ArgsError, ClientId, EventName, IntoArgs};
use sio_p2p_transport::Data;

use crate::{
    error::{AnswerError, SendError},
    outbox::{self, Outbox},
};

/// An event name that a server delivers.
pub(crate) fn usable(event: &str) -> Result<EventName, SendError> {
    let event = EventName::new(event)?;
    if event.is_reserved() {
        return Err(SendError::Reserved(event));
    }
    Ok(event)
}

/// A message, a room message, a call, or an event of the server application.
#[derive(Debug)]
pub struct Message {
    pub(crate) event: EventName,
    pub(crate) source: Option<ClientId>,
    pub(crate) args: Args,
    pub(crate) responder: Option<Responder>,
}

impl Message {
    /// The event.
    pub fn event(&self) -> &EventName {
        &self.event
    }

    /// Who sent it, by its own word. Always `None` in dialect `v2`, which does not tell.
    pub fn source(&self) -> Option<&ClientId> {
        self.source.as_ref()
    }

    /// The arguments as they travelled, without the source id.
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// Reads the arguments as a type, by the rule of [`Args`].
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ArgsError> {
        self.args.parse()
    }

    /// Whether the sender waits for an answer.
    pub fn wants_answer(&self) -> bool {
        self.responder.is_some()
    }

    /// Takes the means to answer, for later or for another task. `None` if nobody waits.
    pub fn take_responder(&mut self) -> Option<Responder> {
        self.responder.take()
    }

    /// Answers, by the rule of [`Args`]. If nobody asked, nothing is sent.
    ///
    /// Cancel safe like [`Client::emit_to`](crate::Client::emit_to); a message that is not answered leaves the asking
    /// side waiting for its deadline.
    pub async fn answer(mut self, args: impl IntoArgs) -> Result<(), AnswerError> {
        match self.take_responder() {
            Some(responder) => responder.answer(args).await,
            None => Ok(()),
        }
    }
}

/// Answers a question, once, which the type enforces.
///
/// If several listeners got the same question, the first answer counts. Dropped without an
/// answer, it leaves the asking side waiting for its deadline.
#[derive(Debug)]
#[must_use = "somebody waits for the answer"]
pub struct Responder {
    /// The id that the server chose; it means nothing on another connection.
    id: u64,
    epoch: u64,
    outbox: Outbox,
    deadline: Duration,
    /// Shared by all listeners of the same question.
    answered: Arc<AtomicBool>,
}

impl Responder {
    pub(crate) fn new(outbox: &Outbox, deadline: Duration, id: u64) -> Self {
        Self {
            id,
            epoch: outbox.epoch(),
            outbox: outbox.clone(),
            deadline,
            answered: Arc::default(),
        }
    }

    /// A responder for a further listener of the same question.
    pub(crate) fn share(&self) -> Self {
        Self {
            outbox: self.outbox.clone(),
            answered: Arc::clone(&self.answered),
            ..*self
        }
    }

    /// Answers, by the rule of [`Args`]. Cancel safe like [`Client::emit_to`](crate::Client::emit_to).
    pub async fn answer(self, args: impl IntoArgs) -> Result<(), AnswerError> {
        let (arguments, attachments) = args.into_args().map_err(SendError::from)?.into_parts();
        self.claim()?;
        let data = Data::with_attachments(arguments.as_json(), attachments);
        let packet = outbox::ack(self.id, data);
        Ok(self
            .outbox
            .send(packet, Some(self.epoch), self.deadline)
            .await?)
    }

    /// Answers on behalf of the protocol, without waiting.
    pub(crate) fn reply(self, json: String) {
        if self.claim().is_ok() {
            let packet = outbox::ack(self.id, Data::new(json));
            self.outbox.reply(packet, Some(self.epoch));
        }
    }

    fn claim(&self) -> Result<(), AnswerError> {
        if self.outbox.epoch() != self.epoch {
            return Err(AnswerError::Disconnected);
        }
        if self.answered.swap(true, Ordering::AcqRel) {
            return Err(AnswerError::AlreadyAnswered);
        }
        Ok(())
    }
}
