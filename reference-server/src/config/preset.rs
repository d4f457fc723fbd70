//! Sets of defaults to start from.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{AuthMode, Config, TokenSource};
use crate::relay::{Identities, ListClients, RoomEmitters, RoomMoves};

/// A set of defaults to start from. Single settings may still be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// What old clients and their applications take for granted. Meant for a
    /// network of friends, as the original is.
    #[default]
    Compatible,
    /// Safe on the open internet: nobody comes in without authentication, limits
    /// are low, and waits are short. A well-behaved client does not notice.
    Strict,
}

/// A name that no preset has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no preset `{0}`; there are `compatible` and `strict`")]
pub struct UnknownPreset(String);

impl Preset {
    /// All presets.
    pub const ALL: [Self; 2] = [Self::Compatible, Self::Strict];

    /// The name that selects it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Strict => "strict",
        }
    }

    /// The settings it stands for.
    pub fn config(self) -> Config {
        match self {
            Self::Compatible => Config::default(),
            Self::Strict => strict(),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        let known = Self::ALL.into_iter().find(|preset| preset.name() == name);
        known.ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

/// What a stranger may cost at most, on a server that strangers reach.
fn strict() -> Config {
    let mut config = Config::default();

    let engine = &mut config.engine;
    engine.max_message = 256 * 1_024;
    engine.max_payload = 1_024 * 1_024;
    engine.payload_bytes = 64 << 20;
    engine.max_attachments = 64;
    engine.connect_timeout = Duration::from_secs(10);
    engine.ping_timeout = Duration::from_secs(10);
    engine.request_timeout = Duration::from_secs(10);

    // Pages of other hosts get in when they are named.
    config.cors.origins = Vec::new();

    // A receiver that is seconds behind is lost anyway; memory is for the others.
    let queue = &mut config.queue;
    queue.packets = 4_096;
    queue.bytes = 4 << 20;
    queue.write_stall = Duration::from_secs(10);

    // A server for strangers without a lock shall be somebody's decision. Tokens in
    // queries end up in the logs of proxies.
    let auth = &mut config.auth;
    auth.mode = AuthMode::Undecided;
    auth.sources = vec![TokenSource::Payload, TokenSource::Header];

    // Streams send an event for each chunk and its like, so a client needs room. An
    // address may be that of a whole office. A client comes back when its network
    // does, not every second.
    let rates = &mut config.rates;
    rates.connections_per_second = 10;
    rates.clients_per_address = 200;
    // A client that polls has two.
    rates.sockets_per_address = 400;
    rates.events_per_second = 2_000;
    rates.address_events_per_second = 10_000;
    rates.excess_timeout = Duration::from_secs(10);
    rates.id_connections_per_second = 1;

    // A client id that is taken stays refused: where a token is good for more than
    // one id, replacing would hand the messages of one client to another.
    let policy = &mut config.policy;
    policy.client_id_bytes = 256;
    policy.room_name_bytes = 256;
    policy.rooms = 64;
    policy.moves = 16_384;
    policy.links = 256;
    policy.pending_acks = 1_024;
    policy.early_events = 64;
    policy.early_bytes = 512 * 1_024;
    policy.api_name_bytes = 256;
    policy.apis = 64;
    policy.clients = 10_000;
    policy.connections_per_id = 4;
    policy.topics = 64;
    policy.streams = 64;
    policy.stream_id_bytes = 128;
    policy.channel_bytes = 128;
    // Names of topic events and of stream data are longer than what they name.
    policy.event_name_bytes = 512;
    policy.arguments = 64;
    policy.message_bytes = 256 * 1_024;
    // The user of a client that does not answer in a minute has given up already.
    policy.ack_timeout = Duration::from_mins(1);
    policy.stream_open_timeout = Duration::from_secs(30);
    policy.stream_idle_timeout = Duration::from_mins(5);
    policy.server_ping_timeout = Duration::from_secs(10);
    // Strangers keep out of each other's rooms, and do not get the guest list.
    policy.foreign_room_moves = RoomMoves::TopicOwner;
    policy.room_emitters = RoomEmitters::Members;
    policy.list_clients = ListClients::Nobody;
    // Nor do they speak in each other's names.
    policy.identities = Identities::Bound;
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_known_by_name() {
        for preset in Preset::ALL {
            assert_eq!(preset.name().parse(), Ok(preset));
        }
        let error = "lax".parse::<Preset>().unwrap_err();
        assert!(error.to_string().contains("`compatible` and `strict`"));
    }

    #[test]
    fn presets_make_sense() {
        for preset in Preset::ALL {
            assert_eq!(preset.config().bounds(), [], "{preset}");
        }
        assert_eq!(Preset::default().config(), Config::default());
    }
}
