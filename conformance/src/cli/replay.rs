//! `p2p-conformance replay`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::args::ReplayArgs;
use super::failure::{Failure, Outcome as Exited, tell};
use super::output;
use crate::access::SharedAccess;
use crate::exit::Exit;
use crate::player::peer::pace::is_refusal_for_now;
use crate::record::Recording;
use crate::replay::{Against, Options, Outcome, Verdict};
use crate::report::layout::Page;
use crate::runner::testee::{Instance, Knock, StartCommand};
use crate::scenario::TransportName;

/// How long a server may take to accept the first client.
const REACHING: Duration = Duration::from_secs(10);

/// Plays the recordings.
pub(super) async fn replay(args: ReplayArgs) -> Exited {
    let (urls, paths): (Vec<_>, Vec<_>) = args
        .what
        .iter()
        .cloned()
        .partition(|what| what.contains("://"));
    if urls.len() > 1 || (args.start.is_some() && !urls.is_empty()) {
        let why = "recordings are played against one server";
        return Err(Failure::usage(why));
    }
    let recordings = read(&paths, args.dialect).map_err(Failure::input)?;
    if recordings.is_empty() {
        let why = "there are no such recordings (files that end in .jsonl)";
        return Err(Failure::new(Exit::NothingSelected, why));
    }
    let access = Arc::new(args.access.access()?);
    let url = urls.into_iter().next();
    let generations: BTreeSet<u8> = recordings
        .iter()
        .map(|recording| args.eio.unwrap_or_else(|| recording.eio()).number())
        .collect();
    let generations: Vec<_> = [EioVersion::V4, EioVersion::V3]
        .into_iter()
        .filter(|eio| generations.contains(&eio.number()))
        .collect();
    let (against, _server) = against(&args, url, &generations, &access).await?;
    let options = Options {
        dialect: args.dialect,
        eio: args.eio,
        exact: args.exact,
        patience: Duration::from_millis(args.timeout.into()),
        access: Arc::clone(&access),
    };
    let outcomes = play(recordings, against, options, usize::from(args.jobs)).await;
    let mut to_stdout = false;
    if let Some(path) = &args.json {
        let json = serde_json::to_string_pretty(&outcomes).unwrap_or_default() + "\n";
        to_stdout = path.as_os_str() == "-";
        if to_stdout {
            output::print(&json)?;
        } else {
            output::write("", path, &json)?;
        }
    }
    let text = told(&outcomes);
    if to_stdout {
        anstream::eprint!("{text}");
    } else {
        output::show(&text)?;
    }
    Ok(exit_of(&outcomes))
}

/// The recordings of these files and folders, in the order of their paths.
pub(super) fn read<P: AsRef<Path>>(
    paths: &[P],
    dialect: Option<Dialect>,
) -> Result<Vec<Recording>, String> {
    let mut files = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        collect(path, true, &mut files)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    }
    let mut recordings = Vec::new();
    for file in files {
        let recording = Recording::read(&file).map_err(|error| error.to_string())?;
        if dialect.is_none_or(|dialect| recording.dialect() == dialect) {
            recordings.push(recording);
        }
    }
    Ok(recordings)
}

fn collect(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.sort();
        for entry in entries {
            collect(&entry, false, files)?;
        }
    } else if named || path.extension().is_some_and(|end| end == "jsonl") {
        files.push(path.to_owned());
    }
    Ok(())
}

/// What they are played against, and the server if it was started here.
async fn against(
    args: &ReplayArgs,
    url: Option<String>,
    generations: &[EioVersion],
    access: &SharedAccess,
) -> Result<(Against, Option<Instance>), Failure> {
    let claims = args.claim.clone();
    if let Some(command) = &args.start {
        let command = StartCommand::parse(command).map_err(Failure::usage)?;
        let generations = [EioVersion::V4, EioVersion::V3];
        let instance =
            Instance::start_reaching(&command, &generations, access, TransportName::default())
                .await
                .map_err(|error| Failure::new(Exit::CannotReach, error))?;
        let url = instance.url();
        return Ok((Against::Running { url, claims }, Some(instance)));
    }
    Ok(match url {
        Some(url) => {
            reach(&url, generations, access).await?;
            (Against::Running { url, claims }, None)
        }
        None => (Against::Embedded, None),
    })
}

/// Makes sure that there is anything to talk to: in the generations of the recordings, or at
/// least in one of them.
async fn reach(
    url: &str,
    generations: &[EioVersion],
    access: &SharedAccess,
) -> Result<(), Failure> {
    let knock = Knock {
        url: url.to_owned(),
        access: Arc::clone(access),
        transport: TransportName::default(),
    };
    let mut refusals = Vec::new();
    for &eio in generations {
        match knock.greet(eio, REACHING).await {
            Ok(()) => return Ok(()),
            Err(error) if is_refusal_for_now(&error) => return Ok(()),
            Err(error) => refusals.push(format!("Engine.IO {eio}: {error}")),
        }
    }
    let why = format!("no server to talk to at {url}; {}", refusals.join("; "));
    Err(Failure::new(Exit::CannotReach, why))
}

async fn play(
    recordings: Vec<Recording>,
    against: Against,
    options: Options,
    jobs: usize,
) -> Vec<Outcome> {
    let (against, options) = (Arc::new(against), Arc::new(options));
    let play = |recording: Recording| {
        let (against, options) = (Arc::clone(&against), Arc::clone(&options));
        tokio::spawn(async move { crate::replay::replay(&recording, &against, &options).await })
    };
    let played = stream::iter(recordings).map(play).buffered(jobs);
    let told = played.filter_map(async |outcome| {
        outcome
            .inspect_err(|error| tell(&format!("a replay has broken down: {error}")))
            .ok()
    });
    told.collect().await
}

/// What came of it, for people.
fn told(outcomes: &[Outcome]) -> String {
    let mut page = Page::default();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        let verdict = match outcome.verdict {
            Verdict::Same => continue,
            Verdict::NotApplicable => {
                *reasons.entry(&outcome.message).or_default() += 1;
                continue;
            }
            Verdict::Different => "DIFFERENT",
            Verdict::Stale => "STALE",
            Verdict::Untestable => "UNTESTABLE",
        };
        page.line(format_args!("{verdict} {}", outcome.recording));
        page.line(format_args!("  {}", outcome.message));
        if let Some(sequence) = &outcome.sequence {
            page.line(format_args!("\n{sequence}"));
        }
    }
    for (reason, count) in reasons {
        page.line(format_args!("not applicable: {count}: {reason}"));
    }
    let count = |verdict| outcomes.iter().filter(|o| o.verdict == verdict).count();
    let sum = |of: fn(&Outcome) -> usize| outcomes.iter().map(of).sum::<usize>();
    page.line(format_args!(
        "{}: {} same, {} different, {} stale, {} untestable, {} not applicable\n\
         {} as recorded, {} meant",
        counted(outcomes.len(), "recording"),
        count(Verdict::Same),
        count(Verdict::Different),
        count(Verdict::Stale),
        count(Verdict::Untestable),
        count(Verdict::NotApplicable),
        counted(sum(|outcome| outcome.matched), "packet"),
        counted(sum(|outcome| outcome.meant), "difference"),
    ));
    page.text()
}

/// So many of a thing, as a reader would say it.
fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

fn exit_of(outcomes: &[Outcome]) -> Exit {
    let any = |verdict| outcomes.iter().any(|outcome| outcome.verdict == verdict);
    if any(Verdict::Different) {
        Exit::ChecksFailed
    } else if any(Verdict::Untestable) {
        Exit::CannotReach
    } else if any(Verdict::Stale) {
        Exit::StaleBaseline
    } else if outcomes.iter().all(|o| o.verdict == Verdict::NotApplicable) {
        Exit::NothingSelected
    } else {
        Exit::Conforms
    }
}
