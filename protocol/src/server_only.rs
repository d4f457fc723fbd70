//! Names that no client says to another.

use crate::event::ServerEvent;
use crate::spec::NamePattern;

/// Names under which a client of Socket.IO 2 hears of its own connection. To a client of
/// Socket.IO 4 they are names like any other.
const LIBRARY: [&str; 9] = [
    "connect_timeout",
    "connecting",
    "ping",
    "pong",
    "reconnect",
    "reconnect_attempt",
    "reconnect_error",
    "reconnect_failed",
    "reconnecting",
];

/// True for the event names under which a client hears its server or its own library, and
/// never another client: those of the server's own events, such as `TARGET_DISCONNECT`, and
/// those by which clients of Socket.IO 2 hear of their connection, such as
/// `reconnect_failed`. A server that binds identities forwards none of them, because its
/// clients could not tell who speaks.
///
/// Names that are [reserved](crate::EventName::is_reserved) are never forwarded, and are
/// not meant here.
///
/// ```
/// use sio_p2p_protocol::is_server_only;
///
/// assert!(is_server_only("SERVER_ERROR"));
/// assert!(!is_server_only("PEER_STREAM_DESTROYED"), "peers say this to each other");
/// ```
pub fn is_server_only(name: &str) -> bool {
    LIBRARY.contains(&name)
        || ServerEvent::SPECS.iter().any(|spec| {
            // What peers send each other inside messages comes under its own name, too.
            spec.carried_by.is_empty()
                && !matches!(spec.name, NamePattern::Any { .. })
                && spec.name.matches(name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_server_says_is_told_from_what_peers_say() {
        for name in [
            "SERVER_ERROR",
            "SERVER_PING",
            "TARGET_DISCONNECT",
            "MULTI_API_TARGET_DISCONNECT",
            "ADD_TARGET",
            "MULTI_API_ADD_TARGET",
            "CREATE_STREAM",
            "CREATE_STREAM-CHANNEL-x",
            "MULTI_API_CREATE_STREAM",
            "service:a:topic:b-TOPIC_BEING_DESTROYED",
            "reconnect_failed",
            "ping",
        ] {
            assert!(is_server_only(name), "{name}");
        }
        for name in [
            "",
            "hello",
            "Ping",
            "P2P_EMIT_STREAM-from-stream-x",
            "PEER_STREAM_DESTROYED",
            "service:a:topic:b-DEFAULT_TOPIC_EVENT",
        ] {
            assert!(!is_server_only(name), "{name}");
        }
    }
}
