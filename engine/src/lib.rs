//! An Engine.IO server for generations 3 and 4.

mod generation;
mod packet;
pub mod payload;
pub mod websocket;

pub use self::generation::Generation;
pub use self::packet::{Packet, PacketError};
