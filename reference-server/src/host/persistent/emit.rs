//! Messages that are delivered even if a client is away, as the program sends them.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use sio_p2p_protocol::{ArgsError, Failure, IntoArgs};

use super::{AckRegistration, Acked, Persistence, Stored};
use crate::host::error::SendError;
use crate::host::handle::Handle;
use crate::host::request::Outgoing;
use crate::store::{AckFunction, NewMessage, StoreError};

/// Why a message will not be delivered persistently.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistError {
    /// The server was made without a store.
    #[error("the server has no message store; give it one when you build it")]
    NoStore,
    /// No client could be sent such an event.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The arguments for the ack function hold binary data.
    #[error("the arguments for the ack function '{0}' hold binary data, which is not stored")]
    Binary(String),
    /// The store has failed or is full.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Handle {
    /// Stores a message and delivers it at least once, in the order of such calls:
    /// now if the client is connected, and at each of its connections until it has
    /// acked the message (SRV-MSG-27).
    ///
    /// The message is stored when what this returns is awaited.
    ///
    /// ```no_run
    /// # async fn send(handle: sio_p2p_server::Handle) -> Result<(), sio_p2p_server::PersistError> {
    /// handle.emit_persistent("printer", "print", "page 1").await?;
    /// handle.emit_persistent("printer", "print", "page 2").ack("printed", 2).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn emit_persistent(
        &self,
        client: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> EmitPersistent {
        let outgoing = Outgoing::new(client.as_ref(), event.as_ref(), args);
        EmitPersistent {
            persistence: self.persistence(),
            message: outgoing.and_then(storable).map_err(Into::into),
        }
    }

    /// Has `function` called for each persistent message that was stored with this
    /// name of an ack function and has been acked, until the registration is dropped.
    ///
    /// Register before the server serves: a message of an earlier life may be acked at
    /// once. The message is out of its store when the function is called, so it is
    /// called at most once for each message.
    pub fn on_ack(
        &self,
        name: impl Into<String>,
        function: impl Fn(&Acked) + Send + Sync + 'static,
    ) -> Result<AckRegistration, PersistError> {
        Ok(self.persistence()?.acks().register(name.into(), function))
    }

    fn persistence(&self) -> Result<Arc<Persistence>, PersistError> {
        let persistence = self.door.enter().desk.persistence();
        persistence.ok_or(PersistError::NoStore)
    }
}

/// A message that could be sent to a client.
fn storable(outgoing: Outgoing) -> Result<NewMessage, SendError> {
    let Outgoing {
        client,
        event,
        args,
    } = outgoing;
    // Refused now, because it would be refused at each connection.
    if event.is_reserved() {
        return Err(SendError::Refused(Failure::reserved_event_name(&event)));
    }
    Ok(NewMessage::new(client, event, args))
}

/// A message that is stored when this is awaited.
///
/// When the future is done, the message is as durable as the store makes it. If the
/// future is dropped before that, the message may be stored or not.
#[derive(Debug)]
#[must_use = "nothing is stored before this is awaited"]
pub struct EmitPersistent {
    persistence: Result<Arc<Persistence>, PersistError>,
    message: Result<NewMessage, PersistError>,
}

impl EmitPersistent {
    /// Has the functions that are registered under `name` by [`Handle::on_ack`] called
    /// once the client has acked, with `args` and the arguments of the ack. They are
    /// stored with the message, so `args` cannot hold binary data.
    pub fn ack(mut self, name: impl Into<String>, args: impl IntoArgs) -> Self {
        self.message = self.message.and_then(|mut message| {
            message.ack = Some(ack_function(name.into(), args.into_args())?);
            Ok(message)
        });
        self
    }

    /// Lets the message expire: from then on it is not delivered any more.
    pub fn expires(mut self, expires: SystemTime) -> Self {
        if let Ok(message) = &mut self.message {
            message.expires = Some(expires);
        }
        self
    }
}

fn ack_function(
    name: String,
    args: Result<sio_p2p_protocol::Args, ArgsError>,
) -> Result<AckFunction, PersistError> {
    let (args, attachments) = args.map_err(SendError::from)?.into_parts();
    if attachments.is_empty() {
        Ok(AckFunction { name, args })
    } else {
        Err(PersistError::Binary(name))
    }
}

impl IntoFuture for EmitPersistent {
    type Output = Result<Stored, PersistError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            // What is wrong with the message comes first, as it is the caller's.
            let message = self.message?;
            Ok(self.persistence?.emit(message).await?)
        })
    }
}
