//! The suite as its users meet it, and the judge on trial.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may fail like the tests themselves"
)]

mod blame;
mod cli;
mod client;
mod cluster;
mod early;
mod faulty;
mod judge;
mod lost;
mod mute;
mod proxy;
mod record;
mod replay;
mod schemas;
