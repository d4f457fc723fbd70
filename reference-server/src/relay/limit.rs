//! The limits of the policy, each with the words in which its excess is told.

use sio_p2p_protocol::{Failure, Refusal};

use super::policy::Policy;

/// A limit that a client can run into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Clients,
    ConnectionsPerId,
    ClientIdBytes,
    RoomNameBytes,
    Rooms,
    Moves,
    Topics,
    EventNameBytes,
    Arguments,
    MessageBytes,
    Links,
    Streams,
    StreamIdBytes,
    ChannelBytes,
    PendingAcks,
    EarlyEvents,
    EarlyBytes,
    ApiNameBytes,
    Apis,
}

impl Limit {
    /// The setting, what it bounds, its value, and in what it is counted.
    fn row(self, policy: &Policy) -> (&'static str, &'static str, usize, &'static str) {
        /// Takes the value of a setting by its name.
        macro_rules! row {
            ($setting:ident, $what:expr, $unit:literal) => {
                (stringify!($setting), $what, policy.$setting, $unit)
            };
        }
        const ONE: &str = "one connection";
        match self {
            Self::Clients => row!(clients, "this server", "clients"),
            Self::ConnectionsPerId => row!(connections_per_id, "one client id", "connections"),
            Self::ClientIdBytes => row!(client_id_bytes, "a client id", "bytes"),
            Self::RoomNameBytes => row!(room_name_bytes, "a room name", "bytes"),
            Self::Rooms => row!(rooms, ONE, "rooms"),
            Self::Moves => row!(moves, "one client", "memberships that it made for others"),
            Self::Topics => row!(topics, ONE, "topics"),
            Self::EventNameBytes => row!(event_name_bytes, "an event name", "bytes"),
            Self::Arguments => row!(arguments, "a message", "arguments"),
            Self::MessageBytes => row!(message_bytes, "a message", "bytes"),
            Self::Links => row!(links, ONE, "targets"),
            Self::Streams => row!(streams, ONE, "streams"),
            Self::StreamIdBytes => row!(stream_id_bytes, "a stream id", "bytes"),
            Self::ChannelBytes => row!(channel_bytes, "a channel name", "bytes"),
            Self::PendingAcks => row!(pending_acks, ONE, "acks under way"),
            Self::EarlyEvents => row!(early_events, ONE, "events ahead of an acceptance"),
            Self::EarlyBytes => row!(early_bytes, ONE, "bytes ahead of an acceptance"),
            Self::ApiNameBytes => row!(api_name_bytes, "an API name", "bytes"),
            Self::Apis => row!(apis, ONE, "APIs"),
        }
    }
}

/// A rate that a connection has exceeded. The driver of the relay counts,
/// because it has the clock; the relay says what the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Events of one connection per second.
    Events(u32),
    /// Events per second of all connections that have one address.
    AddressEvents(u32),
    /// Connections per second under one client id.
    IdConnections(u32),
}

impl Rate {
    /// The failure of a client that is faster. Like that of a limit, it names the setting.
    pub(super) fn exceeded(self) -> Failure {
        let (who, limit, what, setting) = match self {
            Self::Events(limit) => ("connection", limit, "send", "events"),
            Self::AddressEvents(limit) => ("address", limit, "send", "address_events"),
            Self::IdConnections(limit) => ("client id", limit, "open", "id_connections"),
        };
        let detail = format!(
            "one {who} may {what} at most {limit} {} per second (rates.{setting}_per_second)",
            if what == "send" {
                "events"
            } else {
                "connections"
            },
        );
        Failure::refused(Refusal::LimitReached, detail)
    }
}

impl Policy {
    /// How much a limit allows.
    pub(super) fn limit(&self, limit: Limit) -> usize {
        limit.row(self).2
    }

    /// The failure of a client that wants more than a limit allows. It names the setting,
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
