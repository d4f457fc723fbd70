//! `p2p-conformance run`.

mod selection;
mod target;

use std::fmt::Write;
use std::io::{stderr, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressDrawTarget;
use sio_p2p_protocol::clauses;

use self::selection::selection;
use self::target::target;
use super::args::RunArgs;
use super::driver::Driver;
use super::failure::{Failure, Outcome};
use super::{input, output};
use crate::exit::Exit;
use crate::known::Baseline;
use crate::nearest::did_you_mean;
use crate::report::file::FileReporter;
use crate::report::made::{Made, Said};
use crate::report::model::Implementation;
use crate::report::style;
use crate::report::terminal::{TerminalReporter, progress};
use crate::runner::events::Reporter;
use crate::runner::options::Options;
use crate::runner::plan::{Selection, selects};
use crate::runner::run::{Run, RunError};
use crate::runner::verdict::CheckResult;
use crate::scenario::{Level, Library};
use crate::verdict::Verdict;

/// How long the embedded server may take for one step. It shares its processors with the
/// runner and with everything else on the machine, and is not judged by its haste.
const EMBEDDED_PATIENCE: Duration = Duration::from_secs(10);

/// Plays the scenarios.
pub(super) async fn run(args: RunArgs) -> Outcome {
    judge(args, None).await
}

/// Plays the scenarios about servers or, with a driver, those about clients.
pub(super) async fn judge(args: RunArgs, driver: Option<Driver>) -> Outcome {
    let library = input::library(args.scenarios.as_deref())?.about_clients(driver.is_some());
    let claims = args.claims.as_deref().map(input::claims).transpose()?;
    let is_embedded = args.url.is_empty() && args.start.is_none() && driver.is_none();
    let selection = selection(&args, claims.as_ref(), driver.as_ref(), is_embedded);
    let baseline = input::baseline(args.baseline.as_deref(), &library, args.update_baseline)?
        .with_flaky(input::flaky(args.flaky.as_deref(), &library)?);
    let checks = selection.checks(&library.scenarios);
    something_selected(&args, &library, checks.is_empty())?;
    let said = driver.as_ref().map(Driver::said);
    let (target, name, _server) = target(&args, driver)?;
    let said = said.or_else(|| {
        claims.as_ref().map(|claims| Said {
            name: claims.implementation.clone(),
            version: claims.version.clone(),
        })
    });
    let claimed = claims.map_or(Level::Must, |claims| claims.held_to);
    let strict = if args.strict {
        Level::Should
    } else {
        Level::Must
    };
    let options = Options {
        patience: Duration::from_secs(args.patience.into()),
        access: Arc::new(args.access.access()?),
        jobs: args
            .jobs
            .map_or_else(|| target::default_jobs(&target), usize::from),
        rounds: usize::try_from(args.repeat).unwrap_or(usize::MAX),
        shuffle: args.shuffle,
        max_failures: match args.max_failures {
            Some(max) => usize::try_from(max).ok(),
            None => args.fail_fast.then_some(1),
        },
        held_to: claimed.max(strict),
        timeout: match args.timeout {
            Some(ms) => Some(Duration::from_millis(ms.into())),
            None => is_embedded.then_some(EMBEDDED_PATIENCE),
        },
    };
    let made = Made::now(args.shuffle, said);
    let mut reporters = reporters(&args, &name, &selection, &made);
    let implementation = name.clone();
    let run = Run {
        target,
        name,
        checks,
        selection: &selection,
        options,
        baseline: &baseline,
    };
    let (results, stale) = run.run(&mut reporters).await.map_err(|error| {
        let exit = match error {
            RunError::CannotReach(_) => Exit::CannotReach,
            RunError::Report(_) => Exit::Trouble,
        };
        Failure::new(exit, error)
    })?;
    match args.baseline.as_deref().filter(|_| args.update_baseline) {
        Some(path) => update(path, baseline.named(&implementation), &results),
        None => Ok(exit_of(&results, !stale.is_empty())),
    }
}

/// One pattern with a slip must not hide behind the others.
fn something_selected(args: &RunArgs, library: &Library, none: bool) -> Result<(), Failure> {
    let idle = |pattern: &&String| !library.scenarios.iter().any(|s| selects(pattern, s));
    let nothing = match args.select.iter().find(idle) {
        Some(pattern) => {
            let ids = library
                .scenarios
                .iter()
                .map(|scenario| scenario.id.as_str());
            let meant = did_you_mean(
                pattern,
                ids.chain(clauses().iter().map(|it| it.id.as_str())),
            );
            format!("nothing is selected by {pattern}{meant}")
        }
        None if none => "no scenario fits these options together".to_owned(),
        None => return Ok(()),
    };
    let why = format!("{nothing}; `p2p-conformance list` shows what there is");
    Err(Failure::new(Exit::NothingSelected, why))
}

fn reporters(
    args: &RunArgs,
    name: &str,
    selection: &Selection,
    made: &Made,
) -> Vec<Box<dyn Reporter>> {
    let implementation = Implementation {
        target: name.to_owned(),
        claims: selection.claims.clone(),
    };
    let files = args.reports.files();
    let to_stdout = files.iter().any(|(path, _)| path.as_os_str() == "-");
    // With a report on standard output, people read standard error.
    let terminal: Box<dyn Reporter> = if to_stdout {
        let bar = progress(ProgressDrawTarget::stderr());
        Box::new(TerminalReporter::new(style::stream(stderr()), bar).quiet(args.quiet))
    } else {
        let bar = progress(ProgressDrawTarget::stdout());
        Box::new(TerminalReporter::new(style::stream(stdout()), bar).quiet(args.quiet))
    };
    let mut reporters = vec![terminal];
    for (path, render) in files {
        let file = FileReporter::new(path.clone(), implementation.clone(), made.clone(), render);
        reporters.push(Box::new(file));
    }
    reporters
}

fn update(path: &Path, baseline: Baseline, results: &[CheckResult]) -> Outcome {
    let baseline = baseline.with_schema(input::schema_beside(path));
    let (text, unexplained) = baseline.updated(results.iter().map(CheckResult::seen));
    let written = output::write("the baseline ", path, &text);
    if unexplained.is_empty() {
        return written;
    }
    written?;
    let mut why = format!(
        "{} has {} new entries; say why in their `why`:",
        path.display(),
        unexplained.len()
    );
    for check in unexplained {
        // Writing to a string cannot fail.
        let _ = write!(why, "\n  {check}");
    }
    Err(Failure::input(why))
}

/// What a finished run comes to; see [`Exit`] for the order.
fn exit_of(results: &[CheckResult], stale: bool) -> Exit {
    let unexpected = results.iter().filter(|result| result.is_unexpected());
    let any = |verdict| unexpected.clone().any(|result| result.verdict == verdict);
    if any(Verdict::Fail) {
        Exit::ChecksFailed
    } else if any(Verdict::Untestable) {
        Exit::CannotReach
    } else if stale {
        Exit::StaleBaseline
    } else {
        Exit::Conforms
    }
}
