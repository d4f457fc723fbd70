//! The runner: plays scenarios against a server and says what came of it.

mod act;
pub(crate) mod actor;
mod ask;
mod come;
pub mod danger;
mod early;
pub mod events;
mod failures;
mod fences;
mod health;
mod leftovers;
pub mod life;
pub(crate) mod look;
pub(crate) mod lowering;
pub(crate) mod matching;
mod observe;
pub mod options;
pub mod pace;
pub mod plan;
pub(crate) mod play;
mod probe;
mod queue;
mod resolve;
mod rounds;
pub mod run;
mod take;
mod target;
pub mod testee;
pub mod trace;
pub mod verdict;
pub(crate) mod wait;
pub(crate) mod world;

pub(crate) use failures::meant;
pub(crate) use leftovers::describe as described;
pub(crate) use plan::HEARTBEAT;
pub(crate) use resolve::resolve;
