//! The player: plays the steps of a scenario over those who take part in it.
//!
//! Who takes part is a peer on the wire (`peer`), or a client that is driven (`client`),
//! which connects to a server that is scripted (`scripted`) or real.

mod act;
pub mod client;
pub(crate) mod client_check;
pub(crate) mod matching;
mod observe;
pub mod peer;
pub mod play;
pub(crate) mod probe;
mod run;
pub(crate) mod scripted;
