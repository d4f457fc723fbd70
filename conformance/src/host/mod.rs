//! The applications on the reference server.
//!
//! The conformance host does for clients what they cannot make a server do by themselves;
//! `fixtures/scenarios/HOST.md` says what it is. The application of a recording does again
//! what the recorded one did. Both use nothing but the public handle of the server.

mod apis;
mod asked;
mod recorded;
mod requests;
mod services;
mod streams;

use sio_p2p_server::{Calls, Handle, ProvideError};

use crate::scenario::Capability;
use asked::{Asked, before};
pub(crate) use recorded::Recorded;

/// What a server with this application declares besides its own.
pub(crate) const CLAIMS: &[Capability] = &[
    Capability::ServerService,
    Capability::ServerTopic,
    Capability::ServerApi,
    Capability::ServerStream,
    Capability::ServerEmit,
    Capability::Persistence,
];

/// Why an application could not be set up on a server.
#[derive(Debug, thiserror::Error)]
#[error("the application cannot provide {name:?}: {reason}")]
pub(crate) struct HostError {
    name: String,
    reason: ProvideError,
}

/// Sets the application up on a server. It runs as long as the server does.
pub(crate) fn install(handle: &Handle) -> Result<(), HostError> {
    services::install(handle)?;
    apis::install(handle)
}

/// Handles the calls of one API one after the other, in the order in which they were made.
///
/// A handler that returns without having answered is done, which is the empty ack; one that
/// fails answers what was wrong.
fn handle_all(
    calls: Result<Calls, ProvideError>,
    name: &str,
    mut handler: impl FnMut(&mut Asked) -> Result<(), String> + Send + 'static,
) -> Result<(), HostError> {
    let mut calls = provided(calls, name)?;
    tokio::spawn(async move {
        while let Some(call) = calls.next().await {
            let mut asked = Asked::new(call);
            let outcome = handler(&mut asked);
            asked.finish(outcome);
        }
    });
    Ok(())
}

fn provided(calls: Result<Calls, ProvideError>, name: &str) -> Result<Calls, HostError> {
    calls.map_err(|reason| HostError {
        name: name.to_owned(),
        reason,
    })
}

/// Provides an API that acks a text and then its arguments.
fn provide(
    calls: Result<Calls, ProvideError>,
    name: &str,
    text: &'static str,
) -> Result<(), HostError> {
    handle_all(calls, name, move |asked| {
        asked.answer(before(text, asked.all()));
        Ok(())
    })
}
