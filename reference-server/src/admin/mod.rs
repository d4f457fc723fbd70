//! The operator's view of a server: is it alive, does it serve, how busy is it.
//!
//! The pages are served on a listener of their own, which stays open until the
//! server has ended, so that a balancer can watch it drain.

mod metrics;
mod pages;
mod readiness;
mod serve;
mod writer;

pub(crate) use self::metrics::{DroppedLogLines, Sources};
pub(crate) use self::pages::Pages;
pub(crate) use self::readiness::Readiness;
pub(crate) use self::serve::serve;
