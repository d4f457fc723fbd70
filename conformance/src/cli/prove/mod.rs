//! `p2p-conformance prove`: a check that has never failed proves nothing.
//!
//! Every scenario names faults of the reference server, or of a client. Each of them is
//! switched on, and the scenario has to notice. `cargo xtask prove` is how people call it.

pub(super) mod args;
mod matrix;
mod stage;
mod table;
mod wrong;

use std::collections::BTreeSet;
use std::sync::Arc;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::driver::{self, Driver};
use super::failure::{Failure, OrFail as _, Outcome};
use super::input::library;
use super::output::print;
use crate::exit::Exit;
use crate::player::play::check::Check;
use crate::runner::plan::Selection;
use crate::scenario::{Library, TransportName};
use args::{Depth, ProveArgs};
use matrix::Trial;
use stage::Stage;
use wrong::Wrong;

/// Proves, or shows what proves what.
pub(super) async fn prove(args: ProveArgs) -> Outcome {
    if let Some(address) = args.serve {
        let faults = args.fault.iter().filter_map(|wrong| match wrong {
            Wrong::Fault(spec) => Some(*spec),
            _ => None,
        });
        let served = stage::serve(address, &faults.collect::<Vec<_>>()).await;
        let what = format_args!("cannot serve on {address}");
        return served.map(|()| Exit::Conforms).or_fail(Exit::Trouble, what);
    }
    let library = library(args.scenarios.as_deref())?;
    let driver = match args.driver.as_deref() {
        Some(command) => Some(driver::ask(command).await?),
        None => None,
    };
    let mut checks = checks(&library, &args.select, None);
    if driver.is_some() {
        checks.extend(self::checks(&library, &args.select, driver.as_ref()));
    }
    if checks.is_empty() {
        let why = "nothing is selected; `p2p-conformance list` shows what there is";
        return Err(Failure::new(Exit::NothingSelected, why));
    }
    let stage = Stage::new(driver.map(|driver| driver.command));
    let stage = stage.or_fail(Exit::Trouble, "cannot find this program")?;
    expect_panics();
    let trials = match args.depth {
        Depth::Discover => matrix::everything(&checks, &args.fault),
        depth => {
            matrix::named(&checks, &args.fault, depth == Depth::Full).map_err(Failure::problems)?
        }
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
    print(&table::render(&matrix, &verdict))?;
    Ok(if verdict.is_proven() {
        Exit::Conforms
    } else {
        Exit::ChecksFailed
    })
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
        client: driver.map(Driver::offer),
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
