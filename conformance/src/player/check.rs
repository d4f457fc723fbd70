//! What is played.

use std::sync::Arc;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use crate::scenario::{Scenario, TransportName};

/// A scenario in one dialect over one Engine.IO generation and transport.
#[derive(Debug, Clone)]
pub struct Check {
    /// What is played.
    pub scenario: Arc<Scenario>,
    /// The dialect of actors that do not fix their own.
    pub dialect: Dialect,
    /// The Engine.IO generation of actors that do not fix their own.
    pub eio: EioVersion,
    /// The transport of actors that do not fix their own.
    pub transport: TransportName,
}
