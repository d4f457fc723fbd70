//! Events that the program sends, and the answers that it waits for.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use sio_p2p_protocol::{Args, ClientId, EventName, Failure, FromArgs, IntoArgs};
use tokio::sync::oneshot;

use super::error::{CallError, SendError};
use super::shared::SharedDriver;
use super::state::AckWaiter;
use crate::relay::{Data, Host};

/// An event for a client, with names and arguments that are what they have to be.
pub(super) struct Outgoing {
    pub(super) client: ClientId,
    pub(super) event: EventName,
    pub(super) args: Args,
}

impl Outgoing {
    pub(super) fn new(client: &str, event: &str, args: impl IntoArgs) -> Result<Self, SendError> {
        Ok(Self {
            client: ClientId::new(client)?,
            event: EventName::new(event)?,
            args: args.into_args()?,
        })
    }
}

/// An answer that is under way; a future of it.
#[must_use = "whether the client answers is only known to who waits for it"]
pub struct Requested<R = Args> {
    sent: Result<Receiver, SendError>,
    answer: PhantomData<fn() -> R>,
}

/// Where the answer arrives.
type Receiver = oneshot::Receiver<Result<Data, Failure>>;

impl<R> fmt::Debug for Requested<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Requested").field(&self.sent).finish()
    }
}

impl<R> Requested<R> {
    /// Sends an event that asks for an ack under the given id. The lock is not held
    /// when this returns.
    pub(super) fn send(
        shared: &dyn SharedDriver,
        emit: impl FnOnce(&mut Host<'_>, u64) -> Result<(), Failure>,
    ) -> Self {
        let (reply, answer) = oneshot::channel();
        let mut driver = shared.lock_driver();
        let id = driver.state.expect(AckWaiter::Program(reply));
        let sent = match emit(&mut driver.host(), id) {
            Ok(()) => Ok(answer),
            Err(failure) => {
                driver.state.forget(id);
                Err(SendError::Refused(failure))
            }
        };
        Self::new(sent)
    }

    /// An event that was not even tried to be sent.
    pub(super) fn failed(error: SendError) -> Self {
        Self::new(Err(error))
    }

    fn new(sent: Result<Receiver, SendError>) -> Self {
        Self {
            sent,
            answer: PhantomData,
        }
    }

    /// Why the event was not sent; `None` if it was.
    pub fn not_sent(&self) -> Option<&SendError> {
        self.sent.as_ref().err()
    }
}

impl<R: FromArgs> Future for Requested<R> {
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let receiver = match &mut self.sent {
            Ok(receiver) => receiver,
            Err(error) => return Poll::Ready(Err(error.clone().into())),
        };
        Pin::new(receiver).poll(cx).map(|outcome| match outcome {
            // Every ack was checked to be an argument list when it was read.
            Ok(Ok(answer)) => Ok(R::from_args(Args::try_from(answer).unwrap_or_default())?),
            Ok(Err(failure)) => Err(CallError::Unanswered(failure)),
            Err(_) => Err(CallError::Ended),
        })
    }
}
