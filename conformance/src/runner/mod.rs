//! The runner: plays scenarios against a server and says what came of it.

mod act;
mod actor;
mod ask;
mod come;
pub mod events;
mod failures;
mod fences;
mod leftovers;
mod look;
pub(crate) mod lowering;
pub(crate) mod matching;
mod observe;
pub mod options;
pub mod plan;
mod play;
mod probe;
mod queue;
mod rounds;
pub mod run;
mod target;
pub mod testee;
pub mod trace;
pub mod verdict;
pub(crate) mod world;

pub(crate) use failures::meant;
pub(crate) use play::resolve;
