//! An Engine.IO server for generations 3 and 4.

mod generation;
pub mod websocket;

pub use self::generation::Generation;
