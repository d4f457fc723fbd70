//! The host's side: what the program that a server is part of can do with it.
//!
//! A [`Handle`] is given out by every shell and does the same in each. Behind it
//! is the [`Core`] that a shell drives: the relay, what is to be sent, and the
//! [`desk`](desk::Desk) where the host's own affairs are looked after. All of
//! it is under the one lock of the shell, so what the host does takes its place
//! in the order of all that happens.

mod call;
mod core;
mod desk;
mod error;
mod handle;
mod persistent;
mod presence;
mod providers;
mod request;
mod rooms;
mod service;
mod stream;

pub use self::call::{Call, Calls, ProvideError, Responder};
pub(crate) use self::core::{Core, Door, Inside};
pub use self::error::{CallError, SendError};
pub use self::handle::Handle;
pub(crate) use self::persistent::Persistence;
pub use self::persistent::{AckRegistration, Acked, EmitPersistent, PersistError, Stored};
pub use self::presence::{Presence, PresenceEvent};
pub use self::providers::Backlog;
pub use self::request::Requested;
pub use self::rooms::JoinError;
pub use self::service::{PublishError, Service};
pub use self::stream::{HostStream, OpenStream, OpenStreamError, StreamEnded, StreamOptions};
