//! The suite as its users meet it, and the judge on trial.

mod cli;
mod judge;
mod proxy;
