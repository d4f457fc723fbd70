//! What a relay costs: the parts of `load`, of `floor` and of the table.
//!
//! `load` is a program with one thread that opens raw WebSocket connections and speaks
//! dialect 2 of the protocol over them. It shares no code with the servers it measures.
//! What a server spends is read from `/proc`, so measuring works on Linux alone.

// Figures are printed with three digits.
#![allow(clippy::cast_precision_loss)]

pub mod frames;
pub mod loads;
mod problem;
pub mod process;
pub mod swarm;

pub use problem::Problem;
