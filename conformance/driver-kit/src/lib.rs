//! The kit for drivers in Rust.
//!
//! A driver is a small program around a client, by which the conformance suite makes that client
//! act; `spec/driver.md` says how. Here is what all of them need, whatever the client:
//!
//! - the lines of the protocol as types, [`Command`], [`Event`] and their like. They are declared
//!   here and nowhere else: the runner uses them, and `spec/schema/driver.json` is made of them;
//! - [`run`], which reads commands and replies to them, and [`say`] for events;
//! - [`Kept`] for all that is kept from one command to the next: things by name ([`Named`]), what
//!   goes on beside commands ([`Task`]), and [`Streams`], which report what comes from them.
//!
//! Begin with a `hello` and a function that obeys, and add a command at a time:
//!
//! ```no_run
//! use serde_json::Value;
//! use sio_p2p_driver::{Command, Failure, Feature, Hello, RunError, UNSUPPORTED, run};
//! use sio_p2p_protocol::Dialect;
//!
//! async fn obey(command: Command) -> Result<Value, Failure> {
//!     match command {
//!         Command::Emit { to, event, args } => eprintln!("client.emit({to}, {event}, {args:?})"),
//!         _ => return Err(UNSUPPORTED.into()),
//!     }
//!     Ok(Value::Null)
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), RunError> {
//!     let hello = Hello {
//!         dialects: vec![Dialect::V2],
//!         eio: vec![4],
//!         can: vec![Feature::Room],
//!         ..Hello::of_all("my client", env!("CARGO_PKG_VERSION"))
//!     };
//!     run(&hello, obey).await
//! }
//! ```
//!
//! `reference-client/examples/p2p-driver.rs` is a driver with everything.

mod kept;
mod line;
mod named;
mod run;
mod streams;
mod task;

pub use kept::{Kept, NotConnected};
pub use line::{
    Binary, Command, CommandLine, Connect, Event, Failure, Feature, Hello, Line, PROTOCOL, Reply,
    TransportName, schema,
};
pub use named::{Named, NoSuch};
pub use run::{RunError, UNSUPPORTED, run, say};
pub use streams::Streams;
pub use task::Task;
