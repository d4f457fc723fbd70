//! The client role: the runner is the server and makes a client act through its driver.
//!
//! Scenarios, steps, deadlines, verdicts and reports are those of the server role; here is
//! what only clients need. The driver protocol is specified in `spec/driver.md`.

mod act;
mod cast;
mod driven;
mod faults;
mod finish;
mod hello;
mod lint;
mod look;
mod play;
mod process;
mod seat;
mod server;
mod values;

pub(crate) use cast::Cast;
pub use faults::{ClientFault, ClientFaultSpec};
pub use hello::hello;
pub(crate) use lint::lint;
pub(crate) use play::play;
pub use process::{DriverCommand, DriverError};
