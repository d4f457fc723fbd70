//! Tests of the relay through its public interface, without sockets.

mod behaviour;
mod driver;
mod early;
mod limits;
mod meant;
mod model;
mod replay;
mod services;
mod streams;
mod topics;
