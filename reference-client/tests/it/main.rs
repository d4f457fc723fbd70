//! The client against the original's servers and clients, against `p2p-server`, and against
//! recordings and scripts at packet level.

mod core;
mod golden;
mod message;
mod reconnect;
mod service;
mod stream;
mod support;
