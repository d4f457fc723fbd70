//! Message: events from one client to another, with or without an answer.
//!
//! The two dialects differ in two places, both hidden here. A question is an event of its own in
//! `v1` (`P2P_EMIT_ACKNOWLEDGE`) and a flag in `v2`. And in `v1` the sender puts its own id in
//! front of the arguments and the receiver takes it off again, while `v2` does not say who sent
//! a message.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde::de::DeserializeOwned;
use sio_p2p_protocol::{
    Args, ArgsError, Arguments, ClientEvent, ClientId, Dialect, EventName, Forwarded, FromArgs,
    IntoArgs, P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2,
};
use sio_p2p_transport::Data;

use crate::{
    client::{Client, Shared},
    error::{AnswerError, CallError, SendError},
    outbox::{self, Outbox},
};

impl Client {
    /// Sends an event to one client (CLI-MSG-5); to itself as well. `args` follows the rule of
    /// [`Args`]: a tuple is the argument list, anything else one argument.
    ///
    /// Done when the message is queued. Whether it arrives is not known: if the client is not
    /// connected, the server says so among the [`server_errors`](Self::server_errors). Waits
    /// while the server does not take what is sent, up to the deadline of this handle.
    ///
    /// Cancel safe: a dropped future has queued the message or has not, never half of it.
    pub async fn emit_to(
        &self,
        target: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<(), SendError> {
        let args = args.into_args()?;
        let target = ClientId::new(target.as_ref())?;
        let event = usable(event.as_ref())?;
        let (event, args) = self.shared.message(target, event, args, false);
        self.send(event, args).await
    }

    /// Asks one client and waits for its answer, up to the deadline of this handle.
    ///
    /// The answer is read by the same rule as arguments are written: ask for a tuple to get
    /// several values, for `()` to ignore them, for [`Args`] to have them as they came.
    ///
    /// Cancel safe: if the future is dropped nobody waits for the answer any more, and the
    /// question may or may not have been sent. If the connection ends after the question was
    /// sent, it is not asked again, because the peer may have acted on it.
    pub async fn request_to<R: FromArgs>(
        &self,
        target: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<R, CallError> {
        let args = args.into_args().map_err(SendError::from)?;
        let target = ClientId::new(target.as_ref())?;
        let event = usable(event.as_ref())?;
        let (event, args) = self.shared.message(target.clone(), event, args, true);
        let answer = self.ask(event, args, Some(&target)).await?;
        answered(answer)
    }
}

/// Reads what arrived in an ack packet.
pub(crate) fn answered<R: FromArgs>(Data { json, attachments }: Data) -> Result<R, CallError> {
    // Text from the transport is always an array, so the fallback is never taken.
    let arguments = Arguments::parse(json).unwrap_or_default();
    Ok(R::from_args(Args::new(arguments, attachments))?)
}

/// An event name that a server delivers.
pub(crate) fn usable(event: &str) -> Result<EventName, SendError> {
    let event = EventName::new(event)?;
    if event.is_reserved() {
        return Err(SendError::Reserved(event));
    }
    Ok(event)
}

impl Shared {
    /// The packet of a message, and the arguments whose attachments go with it.
    pub(crate) fn message(
        &self,
        target: ClientId,
        event: EventName,
        args: Args,
        ack: bool,
    ) -> (ClientEvent, Vec<bytes::Bytes>) {
        match self.dialect {
            Dialect::V1 => {
                // The receiver's library takes it for the sender's word; nobody checks it.
                let (args, attachments) = args.with_source(&self.id).into_parts();
                let message = if ack {
                    P2pEmitAcknowledge {
                        target,
                        event,
                        args,
                        ack,
                    }
                    .into()
                } else {
                    P2pEmitV1 {
                        target,
                        event,
                        args,
                    }
                    .into()
                };
                (message, attachments)
            }
            Dialect::V2 => {
                let (args, attachments) = args.into_parts();
                (
                    P2pEmitV2 {
                        target,
                        event,
                        args,
                        ack,
                    }
                    .into(),
                    attachments,
                )
            }
        }
    }

    /// An event of any name that is none of the protocol's own: hand it to the listeners.
    pub(crate) fn on_forwarded(
        &self,
        forwarded: Forwarded,
        attachments: Vec<bytes::Bytes>,
        responder: Option<Responder>,
    ) {
        let Forwarded { event, args, .. } = forwarded;
        let args = Args::new(args, attachments);
        let delivered = self
            .listeners()
            .deliver(&event, args, responder, self.dialect);
        if !delivered {
            // As in the original, an event that nobody listens to stays unanswered.
            tracing::debug!(%event, "event that nobody listens to");
        }
    }
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
    /// Cancel safe like [`Client::emit_to`]; a message that is not answered leaves the asking
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
    deadline: std::time::Duration,
    /// Shared by all listeners of the same question.
    answered: Arc<AtomicBool>,
}

impl Responder {
    pub(crate) fn new(shared: &Shared, id: u64) -> Self {
        Self {
            id,
            epoch: shared.outbox.epoch(),
            outbox: shared.outbox.clone(),
            deadline: shared.options.deadline,
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

    /// Answers, by the rule of [`Args`]. Cancel safe like [`Client::emit_to`].
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
