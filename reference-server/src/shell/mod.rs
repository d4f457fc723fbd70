//! The shell that ties the relay to the network.
//!
//! From the outside in: [`http`] takes the requests, [`rates`] says how many, [`gate`]
//! decides who may join, `sio_p2p_engine` speaks Engine.IO, [`engine`] receives what that
//! reads, [`frame`] makes packets of it, and [`hub`] brings packets and relay together.
//! [`figures`] are what they count on the way.

pub(crate) mod ending;
pub(crate) mod engine;
pub(crate) mod figures;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod gate;
pub(crate) mod handshake;
pub(crate) mod http;
pub(crate) mod hub;
pub(crate) mod latency;
pub(crate) mod placeholder;
pub(crate) mod rates;
pub(crate) mod session;
