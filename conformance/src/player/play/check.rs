//! What is played.

use std::sync::Arc;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use crate::known::CheckKey;
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

impl Check {
    /// The check in words: `message-with-ack (v1, Engine.IO 4)`.
    pub fn name(&self) -> String {
        let Self {
            scenario,
            dialect,
            eio,
            transport,
        } = self;
        let (id, suffix) = (&scenario.id, transport.suffix());
        format!("{id} ({dialect}, Engine.IO {eio}{suffix})")
    }

    /// What names it in baselines and lists of flaky checks.
    pub fn key(&self) -> CheckKey {
        CheckKey {
            id: self.scenario.id.clone(),
            dialect: self.dialect,
            eio: self.eio.number(),
            transport: self.transport,
        }
    }
}
