//! What a run plays.

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::super::args::RunArgs;
use super::super::driver::Driver;
use super::super::embedded;
use crate::claims::Claims;
use crate::requirements;
use crate::runner::plan::{Offer, Selection};
use crate::scenario::{Capability, TransportName};

/// What is asked for: by the options, or else by the claims, or else what is usual.
pub(super) fn selection(
    args: &RunArgs,
    claims: Option<&Claims>,
    driver: Option<&Driver>,
    is_embedded: bool,
) -> Selection {
    let client = driver.map(Driver::offer);
    let Offer {
        dialects,
        eio,
        transports,
    } = client.clone().map_or_else(usual, usually);
    let dialects = claims.map_or(&dialects[..], |claims| &claims.dialects);
    let eio = claims.map_or(&eio[..], |claims| &claims.eio);
    let transports = claims.map_or(&transports[..], |claims| &claims.transports);
    let own = driver.into_iter().flat_map(Driver::claims);
    let mut capabilities: Vec<_> = args.claim.iter().copied().chain(own).collect();
    match claims {
        Some(claims) => capabilities.extend(&claims.capabilities),
        None if is_embedded && capabilities.is_empty() => capabilities = embedded::claims(),
        None => {}
    }
    // Only the embedded server can be started with the settings of a scenario.
    capabilities.retain(|claim| is_embedded || *claim != Capability::Settings);
    Selection {
        dialects: or(&args.dialect, dialects),
        eio: or(&args.eio, eio),
        transports: or(&args.transport, transports),
        // A server at a URL may be behind something that lets only one of them through. A server
        // that the runner starts has all, and is asked for them where a scenario says so.
        only_transports: !args.transport.is_empty()
            || claims.is_some_and(|claims| claims.only_transports)
            || !args.url.is_empty(),
        patterns: args.select.clone(),
        claims: capabilities,
        revision: claims.map_or_else(requirements::current, |claims| claims.revision),
        claimed: claims.map(|claims| (claims.dialects.clone(), claims.eio.clone())),
        client,
    }
}

/// What a server is asked for if nobody says what.
fn usual() -> Offer {
    Offer {
        dialects: Dialect::ALL.to_vec(),
        eio: vec![EioVersion::V4],
        transports: vec![TransportName::Websocket],
    }
}

/// What a client is asked for if nobody says what: all that it offers, in one way to connect.
fn usually(mut offer: Offer) -> Offer {
    let usual = TransportName::Websocket;
    if offer.transports.contains(&usual) {
        offer.transports = vec![usual];
    }
    offer.transports.truncate(1);
    offer
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
