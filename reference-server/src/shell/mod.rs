//! The shell that ties the relay to the network.
//!
//! From the outside in: [`http`] takes the requests, [`rates`] says how many, [`authentication`]
//! decides who may join, `sio_p2p_engine` speaks Engine.IO, [`engine`] receives what that
//! reads, [`frame`] makes packets of it, and [`namespace`] brings packets and relay together.
//! [`backpressure`] slows
//! down who sends too much. [`metrics`] are what they count on the way.

pub(crate) mod authentication;
pub(crate) mod backpressure;
pub(crate) mod disconnect_reason;
pub(crate) mod engine;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod handshake;
pub(crate) mod http;
pub(crate) mod latency;
pub(crate) mod metrics;
pub(crate) mod namespace;
pub(crate) mod rates;
pub(crate) mod session;
