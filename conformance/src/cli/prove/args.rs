//! The options of `prove`.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::wrong::Wrong;

/// How many plays at a time: most of them wait for something that never comes.
const JOBS: NonZeroUsize = NonZeroUsize::new(48).unwrap();

/// Options of `prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// Only scenarios whose id, family or one of whose clauses matches; * stands for any
    /// characters; may repeat
    #[arg(long, value_name = "PATTERN")]
    pub select: Vec<String>,
    /// Only these faults, may repeat
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<Wrong>,
    /// Command that starts a driver; with it the scenarios about clients are proven, too
    #[arg(long, value_name = "COMMAND")]
    pub driver: Option<String>,
    /// How much is tried
    #[arg(long, value_enum, default_value_t = Depth::Full)]
    pub depth: Depth,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
    /// How many plays at a time
    #[arg(long, value_name = "N", default_value_t = JOBS)]
    pub jobs: NonZeroUsize,
    /// Serve with the faults on, for those that end the process
    #[arg(long, value_name = "ADDR", hide = true)]
    pub serve: Option<SocketAddr>,
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// Every fault that a scenario names, until one of its results is red
    Quick,
    /// Every result of a scenario without any fault and with each that it names
    Full,
    /// Every scenario with every fault: prints what turns red, and judges nothing
    Discover,
}
