//! An Engine.IO server for generations 3 and 4.

mod batch;
mod close;
mod config;
mod generation;
mod handler;
mod io;
mod packet;
pub mod payload;
mod pool;
mod prepared;
mod serve;
mod server;
mod session;
mod sid;
mod socket;
mod timers;
pub mod websocket;

pub use self::batch::Batch;
pub use self::close::CloseReason;
pub use self::config::Config;
pub use self::generation::Generation;
pub use self::handler::{Handler, Opening};
pub use self::io::{IoCounters, Lenient, StallGuard};
pub use self::packet::{Packet, PacketError};
pub use self::prepared::Prepared;
pub use self::serve::Body;
pub use self::server::Server;
pub use self::session::Transport;
pub use self::sid::{InvalidSid, Sid};
pub use self::socket::{Queued, SendError, Socket};
