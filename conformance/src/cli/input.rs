//! The files that commands read.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::failure::{Failure, OrFail as _};
use crate::claims::Claims;
use crate::exit::Exit;
use crate::known::{Baseline, CheckKey, FlakyChecks};
use crate::player::play::check::Check;
use crate::requirements;
use crate::runner::plan::Selection;
use crate::scenario::{Library, TransportName, lint};
use crate::source::Source;

/// Where a checkout has the schema of baselines.
const SCHEMA: &str = "spec/schema/baseline.json";

/// The scenarios to work with, if they are fit to be played.
pub(super) fn library(folder: Option<&Path>) -> Result<Library, Failure> {
    let library = unchecked(folder)?;
    // The embedded ones have been checked by a test.
    let problems = if folder.is_some() {
        lint::lint(&library)
    } else {
        library.problems.clone()
    };
    if problems.is_empty() {
        Ok(library)
    } else {
        Err(Failure::problems(problems))
    }
}

/// The scenarios as they are.
pub(super) fn unchecked(folder: Option<&Path>) -> Result<Library, Failure> {
    match folder {
        None => Ok(Library::embedded()),
        Some(folder) => Library::from_folder(folder).map_err(Failure::input),
    }
}

/// What an implementation claims.
pub(super) fn claims(path: &Path) -> Result<Claims, Failure> {
    let source = source("claims", path)?;
    Claims::parse(&source).map_err(Failure::problems)
}

/// The failures that are expected. A baseline that is about to be written may be missing.
pub(super) fn baseline(
    path: Option<&Path>,
    library: &Library,
    to_rewrite: bool,
) -> Result<Baseline, Failure> {
    let Some(path) = path else {
        return Ok(Baseline::default());
    };
    let is_missing = || matches!(path.metadata(), Err(e) if e.kind() == ErrorKind::NotFound);
    if to_rewrite && is_missing() {
        return Ok(Baseline::default());
    }
    let source = source("baseline", path)?;
    Baseline::parse(&source, &all_checks(library), to_rewrite).map_err(Failure::problems)
}

/// The checks that are known to be flaky.
pub(super) fn flaky(path: Option<&Path>, library: &Library) -> Result<FlakyChecks, Failure> {
    let Some(path) = path else {
        return Ok(FlakyChecks::default());
    };
    let source = source("flaky checks", path)?;
    FlakyChecks::parse(&source, &all_checks(library)).map_err(Failure::problems)
}

/// The path from a baseline to its schema, if it lies in a checkout that has one.
pub(super) fn schema_beside(baseline: &Path) -> Option<String> {
    let folder = std::path::absolute(baseline).ok()?;
    let up = folder
        .ancestors()
        .skip(1)
        .position(|ancestor| ancestor.join(SCHEMA).is_file())?;
    Some(format!("{}{SCHEMA}", "../".repeat(up)))
}

fn source(what: &str, path: &Path) -> Result<Arc<Source>, Failure> {
    let what = format_args!("cannot read the {what} {}", path.display());
    Source::read(path).or_fail(Exit::BadInput, what)
}

/// Every check that a baseline can speak of, whatever a run selects.
fn all_checks(library: &Library) -> BTreeSet<CheckKey> {
    let everything = Selection {
        dialects: Dialect::ALL.to_vec(),
        eio: vec![EioVersion::V3, EioVersion::V4],
        transports: TransportName::value_variants().to_vec(),
        only_transports: false,
        patterns: Vec::new(),
        claims: Vec::new(),
        revision: requirements::current(),
        claimed: None,
        client: None,
    };
    let checks = everything.checks(&library.scenarios);
    checks.iter().map(Check::key).collect()
}
