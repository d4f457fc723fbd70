//! The player: plays the steps of a scenario over those who take part in it.
//!
//! Who takes part is a peer on the wire (`peer`), or a client that is driven (`client`),
//! which connects to a server that is scripted (`scripted`) or real.

mod act;
mod attempt;
pub(crate) mod bindings;
pub(crate) mod check;
pub mod client;
pub(crate) mod finding;
pub(crate) mod matching;
mod observe;
pub(crate) mod peer;
pub(crate) mod play;
pub(crate) mod probe;
pub(crate) mod scripted;
pub(crate) mod stop;
pub mod trace;
mod wait;

pub use peer::pace;
