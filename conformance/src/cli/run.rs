//! `p2p-conformance run`.

use std::io::{stderr, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use indicatif::ProgressDrawTarget;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::args::RunArgs;
use super::client::Driver;
use super::embedded::{self, Embedded};
use super::{library, report_problems};
use crate::access::Access;
use crate::baseline::Baseline;
use crate::claims::Claims;
use crate::exit::Exit;
use crate::files;
use crate::flickers::Flickers;
use crate::report::file::FileReporter;
use crate::report::model::Implementation;
use crate::report::style;
use crate::report::terminal::{TerminalReporter, progress};
use crate::requirements;
use crate::runner::events::Reporter;
use crate::runner::options::Options;
use crate::runner::plan::{Check, Selection, selects};
use crate::runner::run::{Run, RunError, Target};
use crate::runner::testee::StartCommand;
use crate::runner::verdict::{CheckResult, Verdict};
use crate::scenario::{Capability, Level, Library, Source, TransportName};

/// How many checks play at a time on one server.
const SHARED_JOBS: usize = 16;

/// How long the embedded server may take for one step. It shares its processors with the
/// runner and with everything else on the machine, and is not judged by its haste.
const EMBEDDED_PATIENCE: Duration = Duration::from_secs(10);

/// Where a checkout has the schema of baselines.
const SCHEMA: &str = "spec/schema/baseline.json";

/// Plays the scenarios.
pub(super) async fn run(args: RunArgs) -> Exit {
    judge(args, None).await
}

/// Plays the scenarios about servers or, with a driver, those about clients.
pub(super) async fn judge(args: RunArgs, driver: Option<Driver>) -> Exit {
    let library = match library(args.scenarios.as_deref()) {
        Ok(library) => library.about_clients(driver.is_some()),
        Err(exit) => return exit,
    };
    let claims = match args.claims.as_deref().map(read_claims).transpose() {
        Ok(claims) => claims,
        Err(exit) => return exit,
    };
    let is_embedded = args.url.is_empty() && args.start.is_none() && driver.is_none();
    let selection = selection(&args, claims.as_ref(), driver.as_ref(), is_embedded);
    let baseline = match read_baseline(&args, &library) {
        Ok(baseline) => baseline,
        Err(exit) => return exit,
    };
    let baseline = match read_flickers(&args, &library) {
        Ok(flickers) => baseline.with_flickers(flickers),
        Err(exit) => return exit,
    };
    let checks = selection.checks(&library.scenarios);
    // One pattern with a slip must not hide behind the others.
    let idle = |pattern: &&String| !library.scenarios.iter().any(|s| selects(pattern, s));
    let nothing = match args.select.iter().find(idle) {
        Some(pattern) => Some(format!("nothing is selected by {pattern}")),
        None if checks.is_empty() => Some("no scenario fits these options together".to_owned()),
        None => None,
    };
    if let Some(nothing) = nothing {
        eprintln!("error: {nothing}; `p2p-conformance list` shows what there is");
        return Exit::NothingSelected;
    }
    let (target, name, _server) = match target(&args, driver) {
        Ok(target) => target,
        Err((message, exit)) => {
            eprintln!("error: {message}");
            return exit;
        }
    };
    let access = match args.access.access() {
        Ok(access) => Arc::new(access),
        Err(why) => {
            eprintln!("error: {why}");
            return Exit::Usage;
        }
    };
    let options = Options {
        patience: Duration::from_secs(args.patience.into()),
        access,
        jobs: args.jobs.map_or_else(|| default_jobs(&target), usize::from),
        rounds: usize::try_from(args.repeat).unwrap_or(usize::MAX),
        shuffle: args.shuffle,
        fail_fast: args.fail_fast,
        held_to: claims
            .as_ref()
            .map_or(Level::Must, |claims| claims.held_to)
            .max(if args.strict {
                Level::Should
            } else {
                Level::Must
            }),
        timeout: match args.timeout {
            Some(ms) => Some(Duration::from_millis(ms.into())),
            None => is_embedded.then_some(EMBEDDED_PATIENCE),
        },
    };
    let mut reporters = reporters(&args, &name, &selection);
    let implementation = name.clone();
    let run = Run {
        target,
        name,
        checks,
        selection: &selection,
        options,
        baseline: &baseline,
    };
    match run.run(&mut reporters).await {
        Ok((results, stale)) => {
            if args.update_baseline {
                return update(&args, baseline.named(&implementation), &results);
            }
            exit_of(&results, !stale.is_empty())
        }
        Err(error @ RunError::CannotReach(_)) => {
            eprintln!("error: {error}");
            Exit::CannotReach
        }
        Err(error @ RunError::Report(_)) => {
            eprintln!("error: {error}");
            Exit::Trouble
        }
    }
}

/// What is asked for: by the options, or else by the claims, or else what is usual.
fn selection(
    args: &RunArgs,
    claims: Option<&Claims>,
    driver: Option<&Driver>,
    is_embedded: bool,
) -> Selection {
    let (dialects, eio) = offered(driver);
    let dialects = claims.map_or(&dialects[..], |claims| &claims.dialects);
    let eio = claims.map_or(&eio[..], |claims| &claims.eio);
    let transports = claims.map_or(&[TransportName::Websocket][..], |claims| &claims.transports);
    let own = driver.into_iter().flat_map(Driver::claims);
    let mut capabilities: Vec<_> = args.claim.iter().copied().chain(own).collect();
    match claims {
        Some(claims) => capabilities.extend(&claims.capabilities),
        None if is_embedded && capabilities.is_empty() => capabilities = embedded::claims(),
        None => {}
    }
    // Whoever is started by others has the settings that others gave it.
    capabilities.retain(|claim| is_embedded || *claim != Capability::Settings);
    Selection {
        dialects: or(&args.dialect, dialects),
        eio: or(&args.eio, eio),
        transports: or(&args.transport, transports),
        // Whoever is at a URL may be behind something that lets only one of them through. What
        // the runner starts itself has all, and is asked for them where a scenario says so.
        only_transports: !args.transport.is_empty()
            || claims.is_some_and(|claims| claims.only_transports)
            || !args.url.is_empty(),
        patterns: args.select.clone(),
        claims: capabilities,
        revision: claims.map_or_else(requirements::current, |claims| claims.revision),
        claimed: claims.map(|claims| (claims.dialects.clone(), claims.eio.clone())),
    }
}

fn read_claims(path: &Path) -> Result<Claims, Exit> {
    let text = files::read_text(path).map_err(|error| {
        eprintln!("error: cannot read the claims {}: {error}", path.display());
        Exit::BadInput
    })?;
    let source = Arc::new(Source {
        path: path.display().to_string(),
        text,
    });
    Claims::parse(&source).map_err(|problems| {
        report_problems(&problems);
        Exit::BadInput
    })
}

fn or<T: Copy + PartialEq>(given: &[T], default: &[T]) -> Vec<T> {
    let mut chosen: Vec<T> = Vec::new();
    for item in if given.is_empty() { default } else { given } {
        if !chosen.contains(item) {
            chosen.push(*item);
        }
    }
    chosen
}

fn default_jobs(target: &Target) -> usize {
    match target {
        Target::Running { .. } | Target::Embedded(..) => SHARED_JOBS,
        Target::Started(_) | Target::Driven(_) => {
            std::thread::available_parallelism().map_or(2, usize::from)
        }
    }
}

/// The dialects and Engine.IO generations that are played if nobody says which.
fn offered(driver: Option<&Driver>) -> (Vec<Dialect>, Vec<EioVersion>) {
    match driver {
        None => (Dialect::ALL.to_vec(), vec![EioVersion::V4]),
        Some(driver) => (driver.hello.dialects.clone(), driver.generations()),
    }
}

fn target(
    args: &RunArgs,
    driver: Option<Driver>,
) -> Result<(Target, String, Option<Embedded>), (String, Exit)> {
    if let Some(driver) = driver {
        let name = driver.name();
        return Ok((Target::Driven(driver.command), name, None));
    }
    if let Some(command) = &args.start {
        let command =
            StartCommand::parse(command).map_err(|error| (error.to_string(), Exit::Usage))?;
        let name = command.text().to_owned();
        return Ok((Target::Started(command), name, None));
    }
    for url in &args.url {
        let options = Access::default().options(url, EioVersion::V4);
        options.map_err(|error| (error.to_string(), Exit::Usage))?;
    }
    if !args.url.is_empty() {
        let (urls, name) = (args.url.clone(), args.url.join(" and "));
        return Ok((Target::Running { urls }, name, None));
    }
    let (target, servers) = embedded::start().map_err(|error| {
        (
            format!("cannot start the embedded server: {error}"),
            Exit::CannotReach,
        )
    })?;
    Ok((
        target,
        "embedded reference server".to_owned(),
        Some(servers),
    ))
}

fn reporters(args: &RunArgs, name: &str, selection: &Selection) -> Vec<Box<dyn Reporter>> {
    let implementation = Implementation {
        target: name.to_owned(),
        claims: selection.claims.clone(),
    };
    let files = args.reports.files();
    let to_stdout = files.iter().any(|(path, _)| path.as_os_str() == "-");
    // With a report on standard output, people read standard error.
    let terminal: Box<dyn Reporter> = if to_stdout {
        let bar = progress(ProgressDrawTarget::stderr());
        Box::new(TerminalReporter::new(style::stream(stderr()), bar))
    } else {
        let bar = progress(ProgressDrawTarget::stdout());
        Box::new(TerminalReporter::new(style::stream(stdout()), bar))
    };
    let mut reporters = vec![terminal];
    for (path, render) in files {
        let file = FileReporter::new(path.clone(), implementation.clone(), render);
        reporters.push(Box::new(file));
    }
    reporters
}

/// Every check that a baseline can speak of, whatever this run selects.
fn all_checks(library: &Library) -> Vec<Check> {
    let everything = Selection {
        dialects: Dialect::ALL.to_vec(),
        eio: vec![EioVersion::V3, EioVersion::V4],
        transports: TransportName::value_variants().to_vec(),
        only_transports: false,
        patterns: Vec::new(),
        claims: Vec::new(),
        revision: requirements::current(),
        claimed: None,
    };
    everything.checks(&library.scenarios)
}

fn read_baseline(args: &RunArgs, library: &Library) -> Result<Baseline, Exit> {
    let Some(path) = &args.baseline else {
        return Ok(Baseline::default());
    };
    let text = match files::read_text(path) {
        Ok(text) => text,
        Err(error) if args.update_baseline && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Baseline::default());
        }
        Err(error) => {
            eprintln!(
                "error: cannot read the baseline {}: {error}",
                path.display()
            );
            return Err(Exit::BadInput);
        }
    };
    let source = Arc::new(Source {
        path: path.display().to_string(),
        text,
    });
    Baseline::parse(&source, &all_checks(library), args.update_baseline).map_err(|problems| {
        report_problems(&problems);
        Exit::BadInput
    })
}

fn read_flickers(args: &RunArgs, library: &Library) -> Result<Flickers, Exit> {
    let Some(path) = &args.flickers else {
        return Ok(Flickers::default());
    };
    let text = files::read_text(path).map_err(|error| {
        eprintln!(
            "error: cannot read the flickers {}: {error}",
            path.display()
        );
        Exit::BadInput
    })?;
    let source = Arc::new(Source {
        path: path.display().to_string(),
        text,
    });
    Flickers::parse(&source, &all_checks(library)).map_err(|problems| {
        report_problems(&problems);
        Exit::BadInput
    })
}

fn update(args: &RunArgs, baseline: Baseline, results: &[CheckResult]) -> Exit {
    let Some(path) = &args.baseline else {
        return Exit::Usage;
    };
    let (text, unexplained) = baseline.with_schema(schema_beside(path)).updated(results);
    if let Err(error) = std::fs::write(path, text) {
        eprintln!(
            "error: cannot write the baseline {}: {error}",
            path.display()
        );
        return Exit::Trouble;
    }
    if unexplained.is_empty() {
        return Exit::Conforms;
    }
    eprintln!(
        "error: {} has {} new entries; say why in their `why`:",
        path.display(),
        unexplained.len()
    );
    for id in unexplained {
        eprintln!("  {id}");
    }
    Exit::BadInput
}

/// The path from a baseline to its schema, if it lies in a checkout that has one.
fn schema_beside(baseline: &Path) -> Option<String> {
    let folder = std::path::absolute(baseline).ok()?;
    let up = folder
        .ancestors()
        .skip(1)
        .position(|ancestor| ancestor.join(SCHEMA).is_file())?;
    Some(format!("{}{SCHEMA}", "../".repeat(up)))
}

/// What a finished run comes to; see [`Exit`] for the order.
fn exit_of(results: &[CheckResult], stale: bool) -> Exit {
    let unexpected = |verdict: Verdict| {
        results
            .iter()
            .any(|r| r.verdict == verdict && r.expected_because.is_none())
    };
    if unexpected(Verdict::Fail) {
        Exit::ChecksFailed
    } else if unexpected(Verdict::Untestable) {
        Exit::CannotReach
    } else if stale {
        Exit::StaleBaseline
    } else {
        Exit::Conforms
    }
}
