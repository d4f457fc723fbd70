//! Message: events from one client to another, with or without an answer.
//!
//! The two dialects differ in two places, both hidden here. A question is an event of its own in
//! `v1` (`P2P_EMIT_ACKNOWLEDGE`) and a flag in `v2`. And in `v1` the sender puts its own id in
//! front of the arguments and the receiver takes it off again, while `v2` does not say who sent
//! a message.

use bytes::Bytes;
use sio_p2p_protocol::{Args, Arguments, ClientId, Forwarded, FromArgs, IntoArgs};
use sio_p2p_transport::Data;

use crate::{
    client::Client,
    error::{CallError, SendError},
    message::{Responder, usable},
    shared::Shared,
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
        let (event, args) = self.shared.messenger.message(target, event, args, false);
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
        let (event, args) = self
            .shared
            .messenger
            .message(target.clone(), event, args, true);
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

impl Shared {
    /// An event of any name that is none of the protocol's own: hand it to the listeners.
    pub(crate) fn on_forwarded(
        &self,
        forwarded: Forwarded,
        attachments: Vec<Bytes>,
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
