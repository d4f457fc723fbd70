//! `p2p-conformance prove`: a check that has never failed proves nothing.
//!
//! Every scenario names faults of the reference server, or of a client. Each of them is
//! switched on, and the scenario has to notice. `cargo xtask prove` is how people call it.

mod matrix;
mod stage;
mod table;
mod wrong;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::client::Driver;
use super::{library, print};
use crate::exit::Exit;
use crate::runner::plan::{Check, Selection};
use crate::scenario::{Library, TransportName};
use matrix::Trial;
use stage::Stage;
use wrong::Wrong;

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

/// Proves, or shows what proves what.
pub(super) async fn prove(args: ProveArgs) -> Exit {
    if let Some(address) = args.serve {
        let faults = args.fault.iter().filter_map(|wrong| match wrong {
            Wrong::Fault(spec) => Some(*spec),
            _ => None,
        });
        return match stage::serve(address, &faults.collect::<Vec<_>>()).await {
            Ok(()) => Exit::Conforms,
            Err(error) => {
                eprintln!("error: cannot serve on {address}: {error}");
                Exit::Trouble
            }
        };
    }
    let library = match library(args.scenarios.as_deref()) {
        Ok(library) => library,
        Err(exit) => return exit,
    };
    let driver = match args.driver.as_deref().map(super::client::driver) {
        None => None,
        Some(driver) => match driver.await {
            Ok(driver) => Some(driver),
            Err(exit) => return exit,
        },
    };
    let mut checks = checks(&library, &args.select, None);
    if driver.is_some() {
        checks.extend(self::checks(&library, &args.select, driver.as_ref()));
    }
    if checks.is_empty() {
        eprintln!("error: nothing is selected; `p2p-conformance list` shows what there is");
        return Exit::NothingSelected;
    }
    let stage = match Stage::new(driver.map(|driver| driver.command)) {
        Ok(stage) => stage,
        Err(error) => {
            eprintln!("error: cannot find this program: {error}");
            return Exit::Trouble;
        }
    };
    expect_panics();
    let trials = match args.depth {
        Depth::Discover => matrix::everything(&checks, &args.fault),
        depth => match matrix::named(&checks, &args.fault, depth == Depth::Full) {
            Ok(trials) => trials,
            Err(problems) => {
                super::report_problems(&problems);
                return Exit::BadInput;
            }
        },
    };
    let quick = args.depth == Depth::Quick;
    let matrix = matrix::play(stage, trials, args.jobs.get(), quick).await;
    if args.depth == Depth::Discover {
        return print(&table::discovered(&matrix));
    }
    let whole = args.select.is_empty() && args.fault.is_empty();
    let mut wanted = BTreeSet::new();
    if whole {
        wanted.extend(Wrong::names(false));
    }
    if whole && args.driver.is_some() {
        wanted.extend(Wrong::names(true));
    }
    let verdict = matrix.verdict(&checks, &wanted, quick);
    let exit = print(&table::render(&matrix, &verdict));
    if exit == Exit::Conforms && !verdict.is_proven() {
        return Exit::ChecksFailed;
    }
    exit
}

/// The results that have to be proven: all dialects, over the usual transport. With a
/// driver, those about clients, else those about servers.
fn checks(library: &Library, patterns: &[String], driver: Option<&Driver>) -> Vec<Arc<Check>> {
    let mut claims = super::embedded::claims();
    claims.extend(driver.into_iter().flat_map(Driver::claims));
    let selection = Selection {
        dialects: Dialect::ALL.to_vec(),
        eio: vec![EioVersion::V4, EioVersion::V3],
        transports: vec![TransportName::default()],
        only_transports: false,
        patterns: patterns.to_vec(),
        claims,
        revision: crate::requirements::current(),
        claimed: None,
    };
    let mut checks = selection.checks(&library.scenarios);
    // What is proven over one generation is proven; some scenarios know only the other.
    checks.retain(|check| {
        let only = &check.scenario.eio;
        check.scenario.server.is_some() == driver.is_some()
            && selection.not_applicable(check).is_none()
            && (check.eio == EioVersion::V4 || only.as_slice() == [3])
    });
    checks.into_iter().map(Arc::new).collect()
}

/// One fault is a panic. Its message would only be in the way; all others are shown.
fn expect_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let asked_for = info
            .payload_as_str()
            .is_some_and(|message| message.contains("asked for"));
        if !asked_for {
            usual(info);
        }
    }));
}

/// The name of the scenario that a check belongs to, without its case.
fn stem(check: &Check) -> &str {
    let id = check.scenario.id.as_str();
    id.split_once('/').map_or(id, |(stem, _)| stem)
}

/// A check as people write it.
fn shown(trial: &Trial) -> String {
    format!("{} in {}", trial.check.scenario.id, trial.check.dialect)
}
