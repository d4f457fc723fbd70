//! A plain Socket.IO client connection over Engine.IO 3 and 4.

mod ack;
mod close;
mod connection;
mod control;
mod data;
mod decode;
mod driver;
mod error;
mod frame;
mod halves;
mod handshake;
mod heartbeat;
mod inlet;
mod options;
mod outlet;
mod packet;
mod placeholder;
mod socket;
mod tap;
mod upgrade;
mod websocket;

pub use ack::{AckError, Responder};
pub use close::{CloseReason, Limit};
pub use connection::{Connection, Event, Events};
pub use data::{Args, Data};
pub use error::{ConnectError, DecodeError, EncodeError, HttpRefusal, Refusal, SendError, Stage};
pub use frame::{EioVersion, Frame, UnknownEioVersion};
pub use halves::{Incoming, PacketReceiver, PacketSender};
pub use handshake::Handshake;
pub use options::{ConnectOptions, Heartbeat};
pub use packet::Packet;
pub use socket::PacketSocket;
pub use tap::Direction;
