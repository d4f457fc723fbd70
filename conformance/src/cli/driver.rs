//! The driver of a client on trial.

use sio_p2p_driver::{Feature, Hello};
use sio_p2p_transport::EioVersion;

use super::failure::{Failure, OrFail as _};
use crate::exit::Exit;
use crate::player::client::{DriverCommand, DriverError, hello};
use crate::report::made::Said;
use crate::runner::plan::Offer;
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

    /// What it says of itself.
    pub(super) fn said(&self) -> Said {
        let Hello {
            driver, version, ..
        } = &self.hello;
        Said {
            name: driver.clone(),
            version: Some(version.clone()).filter(|version| !version.is_empty()),
        }
    }

    /// What the client speaks, and how it connects.
    pub(super) fn offer(&self) -> Offer {
        let numbers = self.hello.eio.iter();
        let eio = numbers.map(|number| match number {
            3 => EioVersion::V3,
            _ => EioVersion::V4,
        });
        Offer {
            dialects: self.hello.dialects.clone(),
            eio: eio.collect(),
            transports: self.hello.transports.iter().map(|&it| it.into()).collect(),
        }
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

/// Asks the driver that this command starts who it is.
pub(super) async fn ask(command: &str) -> Result<Driver, Failure> {
    let command = DriverCommand::parse(command).map_err(Failure::usage)?;
    match hello(&command).await {
        Ok(hello) => Ok(Driver { command, hello }),
        Err(error @ DriverError::Words(..)) => Err(Failure::usage(error)),
        Err(error) => Err(error).or_fail(Exit::CannotReach, command.text()),
    }
}
