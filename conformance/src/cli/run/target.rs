//! Whom a run judges.

use sio_p2p_transport::EioVersion;

use super::super::args::RunArgs;
use super::super::driver::Driver;
use super::super::embedded::{self, Embedded};
use super::super::failure::{Failure, OrFail as _};
use crate::access::Access;
use crate::exit::Exit;
use crate::runner::run::Target;
use crate::runner::testee::StartCommand;

/// How many checks play at a time on one server.
const SHARED_JOBS: usize = 16;

/// How many checks play at a time if nobody says how many.
pub(super) fn default_jobs(target: &Target) -> usize {
    match target {
        Target::Running { .. } | Target::Embedded(..) => SHARED_JOBS,
        Target::Started(_) | Target::Driven(_) => {
            std::thread::available_parallelism().map_or(2, usize::from)
        }
    }
}

/// The target, its name in reports, and the embedded servers for as long as they are needed.
pub(super) fn target(
    args: &RunArgs,
    driver: Option<Driver>,
) -> Result<(Target, String, Option<Embedded>), Failure> {
    if let Some(driver) = driver {
        let name = driver.name();
        return Ok((Target::Driven(driver.command), name, None));
    }
    if let Some(command) = &args.start {
        let command = StartCommand::parse(command).map_err(Failure::usage)?;
        let name = command.text().to_owned();
        return Ok((Target::Started(command), name, None));
    }
    for url in &args.url {
        let options = Access::default().options(url, EioVersion::V4);
        options.map_err(Failure::usage)?;
    }
    if !args.url.is_empty() {
        let (urls, name) = (args.url.clone(), args.url.join(" and "));
        return Ok((Target::Running { urls }, name, None));
    }
    let started = embedded::start();
    let (target, servers) =
        started.or_fail(Exit::CannotReach, "cannot start the embedded server")?;
    let name = "embedded reference server".to_owned();
    Ok((target, name, Some(servers)))
}
