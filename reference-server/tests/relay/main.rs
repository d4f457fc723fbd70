//! Tests of the relay through its public interface, without sockets.

mod behaviour;
mod driver;
mod limits;
mod model;
