//! The limits of the policy, each with the words in which its excess is told.

use sio_p2p_protocol::{Failure, Refusal};

use super::policy::Policy;

/// A limit that a client can run into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    ConnectionsPerId,
    ClientIdBytes,
    RoomNameBytes,
    Rooms,
    Links,
    PendingAcks,
    EarlyEvents,
    EarlyBytes,
    ApiNameBytes,
    Apis,
}

impl Limit {
    /// The setting, what it bounds, its value, and in what it is counted.
    fn row(self, policy: &Policy) -> (&'static str, &'static str, usize, &'static str) {
        const ID: &str = "one client id";
        const ONE: &str = "one connection";
        match self {
            Self::ConnectionsPerId => {
                let limit = policy.connections_per_id;
                ("connections_per_id", ID, limit, "connections")
            }
            Self::ClientIdBytes => {
                let limit = policy.client_id_bytes;
                ("client_id_bytes", "a client id", limit, "bytes")
            }
            Self::RoomNameBytes => {
                let limit = policy.room_name_bytes;
                ("room_name_bytes", "a room name", limit, "bytes")
            }
            Self::Rooms => ("rooms", ONE, policy.rooms, "rooms"),
            Self::Links => ("links", ONE, policy.links, "targets"),
            Self::PendingAcks => {
                let limit = policy.pending_acks;
                ("pending_acks", ONE, limit, "acks under way")
            }
            Self::EarlyEvents => {
                let limit = policy.early_events;
                ("early_events", ONE, limit, "events ahead of an acceptance")
            }
            Self::EarlyBytes => {
                let limit = policy.early_bytes;
                ("early_bytes", ONE, limit, "bytes ahead of an acceptance")
            }
            Self::ApiNameBytes => {
                let limit = policy.api_name_bytes;
                ("api_name_bytes", "an API name", limit, "bytes")
            }
            Self::Apis => ("apis", ONE, policy.apis, "APIs"),
        }
    }
}

impl Policy {
    /// How much a limit allows.
    pub(super) fn limit(&self, limit: Limit) -> usize {
        limit.row(self).2
    }

    /// The failure of whoever wants more than a limit allows. It names the setting,
    /// so that an operator who hears of it knows what to change (SRV-ROB-2).
    pub(super) fn exceeded(&self, limit: Limit) -> Failure {
        let (setting, what, limit, unit) = limit.row(self);
        let detail = format!("{what} may have at most {limit} {unit} (policy.{setting})");
        Failure::refused(Refusal::LimitReached, detail)
    }

    /// Refuses a text or a list that is longer than a limit allows.
    pub(super) fn check(&self, limit: Limit, length: usize) -> Result<(), Failure> {
        if length > self.limit(limit) {
            return Err(self.exceeded(limit));
        }
        Ok(())
    }
}
