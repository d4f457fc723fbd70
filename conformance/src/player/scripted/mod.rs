//! The scripted server, to which a client under test connects.

pub(crate) mod gate;
pub(crate) mod inbox;
pub(crate) mod server;
