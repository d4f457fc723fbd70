//! `p2p-conformance client`.

use sio_p2p_driver::{Feature, Hello};
use sio_p2p_transport::EioVersion;

use super::args::ClientArgs;
use super::run;
use crate::client::{DriverCommand, DriverError, hello};
use crate::exit::Exit;
use crate::scenario::Capability;

/// A driver that has said who it is.
#[derive(Debug)]
pub(super) struct Driver {
    /// The command that starts it.
    pub(super) command: DriverCommand,
    /// What it has said.
    pub(super) hello: Hello,
}

impl Driver {
    /// How reports call the client.
    pub(super) fn name(&self) -> String {
        let Hello {
            driver, version, ..
        } = &self.hello;
        format!("{driver} {version}").trim_end().to_owned()
    }

    /// The Engine.IO generations that it offers.
    pub(super) fn generations(&self) -> Vec<EioVersion> {
        let numbers = self.hello.eio.iter();
        numbers
            .map(|number| match number {
                3 => EioVersion::V3,
                _ => EioVersion::V4,
            })
            .collect()
    }

    /// The capabilities that follow from what it can.
    pub(super) fn claims(&self) -> impl Iterator<Item = Capability> + '_ {
        self.hello.can.iter().filter_map(|feature| match feature {
            Feature::Stream => Some(Capability::Stream),
            Feature::Service => Some(Capability::Service),
            Feature::Topic => Some(Capability::Topic),
            _ => None,
        })
    }
}

/// Plays the scenarios about clients.
pub(super) async fn client(args: ClientArgs) -> Exit {
    if !args.run.url.is_empty() || args.run.start.is_some() {
        eprintln!("error: a client is judged through --cmd; it is told where its server is");
        return Exit::Usage;
    }
    match driver(&args.cmd).await {
        Ok(driver) => run::judge(args.run, Some(driver)).await,
        Err(exit) => exit,
    }
}

/// Asks the driver that this command starts who it is. What is wrong is told.
pub(super) async fn driver(command: &str) -> Result<Driver, Exit> {
    let usage = |error: DriverError| {
        eprintln!("error: {error}");
        Exit::Usage
    };
    let command = DriverCommand::parse(command).map_err(usage)?;
    match hello(&command).await {
        Ok(hello) => Ok(Driver { command, hello }),
        Err(error @ DriverError::Words(..)) => Err(usage(error)),
        Err(error) => {
            eprintln!("error: {}: {error}", command.text());
            Err(Exit::CannotReach)
        }
    }
}
