//! The kit for drivers in Rust.
//!
//! A driver is a small program around a client, by which the conformance suite makes that client
//! act; `spec/driver.md` says how. Here is what all of them need, whatever the client:
//!
//! - the lines of the protocol as types, [`Command`], [`Event`] and their like. They are declared
//!   here and nowhere else: the runner uses them, and `spec/schema/driver.json` is made of them;
//! - [`run`], which reads commands and replies to them, and [`say`] for events;
//! - [`Named`] for what is kept under a name.
//!
//! Begin with a `hello` and a function that obeys, and add a command at a time:
//!
//! ```no_run
//! use serde_json::Value;
//! use sio_p2p_driver::{Command, Failure, Feature, Hello, PROTOCOL, RunError, UNSUPPORTED, run};
//! use sio_p2p_protocol::Dialect;
//!
//! async fn obey(command: Command) -> Result<Value, Failure> {
//!     match command {
//!         Command::Emit(c) => eprintln!("client.emit({}, {}, {:?})", c.to, c.event, c.args),
//!         _ => return Err(UNSUPPORTED.into()),
//!     }
//!     Ok(Value::Null)
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), RunError> {
//!     let hello = Hello {
//!         driver: "my client".to_owned(),
//!         version: env!("CARGO_PKG_VERSION").to_owned(),
//!         protocol: PROTOCOL,
//!         dialects: vec![Dialect::V2],
//!         eio: vec![4],
//!         can: vec![Feature::Room],
//!     };
//!     run(&hello, obey).await
//! }
//! ```
//!
//! `reference-client/examples/p2p-driver.rs` is a driver with everything.

mod line;
mod named;
mod run;
pub mod schema;

pub use line::{
    Binary, Command, CommandLine, Event, Feature, Hello, Line, PROTOCOL, Reply, TransportName,
    members,
};
pub use named::{Named, NoSuch};
pub use run::{Failure, RunError, UNSUPPORTED, run, say};
