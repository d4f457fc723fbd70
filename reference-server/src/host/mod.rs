//! The host's side: what the program that a server is part of can do with it.
//!
//! A [`Handle`] is given out by every shell and does the same in each. Behind it is the
//! [driver](crate::driver) of the relay, which the shell has, with the
//! [state](state::HostState) of the host in it. All of it is under the one lock of the
//! shell, so what the host does takes its place in the order of all that happens.

mod call;
mod emit_persistent;
mod error;
mod handle;
mod persistent;
mod presence;
mod providers;
mod request;
mod rooms;
mod sending;
mod service;
mod shared;
mod state;
mod stream;
mod stream_ends;

pub use self::call::{Call, Calls, ProvideError, Responder};
pub use self::emit_persistent::{EmitPersistent, PersistError};
pub use self::error::{CallError, SendError};
pub use self::handle::Handle;
pub(crate) use self::persistent::Persistence;
pub use self::persistent::{AckRegistration, Acked, Stored};
pub use self::presence::{Presence, PresenceEvent};
pub use self::providers::Backlog;
pub use self::request::Requested;
pub use self::rooms::JoinError;
pub use self::service::{PublishError, Service};
pub(crate) use self::shared::{DriverGuard, HostDriver, SharedDriver, new_driver, take_delayed};
pub use self::stream::{HostStream, OpenStream, OpenStreamError, StreamEnded, StreamOptions};
