//! A plain Socket.IO client connection over Engine.IO 3 and 4.

mod close;
mod decode;
mod driver;
mod error;
mod frame;
mod handshake;
mod heartbeat;
mod options;
mod packet;
mod placeholder;
mod socket;
mod tap;
mod upgrade;
mod websocket;

pub use close::{CloseReason, Limit};
pub use error::{ConnectError, DecodeError, EncodeError, HttpRefusal, Refusal, SendError, Stage};
pub use frame::{EioVersion, Frame, UnknownEioVersion};
pub use handshake::Handshake;
pub use options::{ConnectOptions, Heartbeat};
pub use packet::{Data, Packet};
pub use socket::{Incoming, PacketReceiver, PacketSender, PacketSocket};
pub use tap::Direction;
