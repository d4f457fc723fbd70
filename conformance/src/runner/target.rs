//! What is judged: where it is, and which of several servers a check plays on.

use tokio::task::JoinSet;

use super::testee::StartCommand;
use crate::player::client::DriverCommand;
use crate::player::play::check::Check;
use crate::scenario::{Capability, Settings};

/// What is judged.
#[derive(Debug, Clone)]
pub enum Target {
    /// A server that is running, and may have other users.
    Running {
        /// Its URL; of a cluster, those of its servers, over which actors are spread.
        urls: Vec<String>,
    },
    /// Servers of this program that differ in what they declare. A check plays on the
    /// first that declares all it requires, or on one of its own if its scenario states
    /// settings.
    Embedded(Vec<Declared>, StartWith),
    /// A command that starts a server; every worker has one of its own.
    Started(StartCommand),
    /// A driver of the client that is judged; the runner is the server.
    Driven(DriverCommand),
}

/// A running server and what it declares.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its URL.
    pub url: String,
    /// Its capabilities.
    pub claims: Vec<Capability>,
}

/// Starts a server with these settings. The error is a sentence.
pub type StartWith = fn(&Settings) -> Result<Fresh, String>;

/// A server that one check has to itself, so that it finds every bucket full and every
/// seat free. It ends when this is dropped.
#[derive(Debug)]
pub struct Fresh {
    /// Its URL.
    pub url: String,
    /// The tasks that it consists of.
    pub tasks: JoinSet<std::io::Result<()>>,
}

/// The server among several that a check plays on.
pub(super) fn server_for<'a>(servers: &'a [Declared], check: &Check) -> Option<&'a Declared> {
    let requires = &check.scenario.requires;
    let fits = |server: &&Declared| requires.iter().all(|cap| server.claims.contains(cap));
    servers.iter().find(fits).or_else(|| servers.first())
}
