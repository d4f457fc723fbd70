//! Clients under test: the runner makes each act through its driver.
//!
//! Scenarios, steps, deadlines, verdicts and reports are those that judge servers; here is
//! what only clients need. The driver protocol is specified in `spec/driver.md`.

pub(crate) mod act;
mod clients;
mod driven;
pub(crate) mod driver;
pub(crate) mod expect;
mod faults;
pub(crate) mod finish;
mod hello;
mod process;
mod values;

pub(crate) use clients::Clients;
pub use faults::{ClientFault, ClientFaultSpec};
pub use hello::hello;
pub(crate) use process::DRIVER_SAID;
pub use process::{DriverCommand, DriverError};
