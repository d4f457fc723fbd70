//! The runner: which checks there are, the servers and clients that they are played against,
//! and what came of it.

pub mod events;
mod health;
pub mod life;
pub mod options;
pub mod plan;
mod queue;
mod rounds;
pub mod run;
mod target;
pub mod testee;
pub mod verdict;
