//! The shell that ties the relay to the network.
//!
//! From the outside in: [`guard`] watches the TCP stream, [`http`] takes the
//! requests, [`rates`] says how many, [`gate`] decides who may join, `engineioxide` speaks Engine.IO, [`engine`] receives what that reads,
//! [`frame`] makes packets of it, and [`hub`] brings packets and relay together.
//! [`figures`] are what they count on the way.

pub(crate) mod backlog;
pub(crate) mod body;
pub(crate) mod ending;
pub(crate) mod engine;
pub(crate) mod figures;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod gate;
pub(crate) mod guard;
pub(crate) mod handshake;
pub(crate) mod http;
pub(crate) mod hub;
pub(crate) mod latency;
pub(crate) mod placeholder;
pub(crate) mod queue;
pub(crate) mod rates;
pub(crate) mod session;
