//! Clients under test: the runner makes each act through its driver.
//!
//! Scenarios, steps, deadlines, verdicts and reports are those that judge servers; here is
//! what only clients need. The driver protocol is specified in `spec/driver.md`.

mod act;
mod clients;
mod connect;
mod driven;
mod faults;
mod finish;
mod hello;
mod look;
mod process;
mod values;

pub(crate) use clients::{Clients, News};
pub(crate) use connect::play;
pub use faults::{ClientFault, ClientFaultSpec};
pub use hello::hello;
pub use process::{DriverCommand, DriverError};
