//! The host's side: what the program that a server is part of can do with it.
//!
//! A [`Handle`] is given out by every shell and does the same in each. Behind it
//! is the [`Core`] that a shell drives: the relay, what is to be sent, and the
//! [`desk`](desk::HostState) where the host's own affairs are looked after. All of
//! it is under the one lock of the shell, so what the host does takes its place
//! in the order of all that happens.

mod call;
mod handle;
mod persistent;
mod presence;
mod providers;
mod rooms;
mod sending;
mod service;
mod shared;
mod state;
mod stream;
mod stream_ends;

pub use self::call::{Call, Calls, ProvideError, Reply};
pub use self::handle::{EmitError, Handle, PersistError, RequestError, Requested};
pub(crate) use self::persistent::Persistence;
pub use self::persistent::{AckRegistration, Acked, Stored};
pub use self::presence::{Presence, PresenceEvent};
pub use self::providers::Backlog;
pub use self::rooms::JoinError;
pub use self::service::{PublishError, Service};
pub(crate) use self::shared::{DriverGuard, HostDriver, SharedDriver, new_driver, take_delayed};
pub use self::stream::{HostStream, OpenStreamError, StreamEnded, StreamOptions};
