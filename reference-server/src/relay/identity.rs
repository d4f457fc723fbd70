//! Who may say what in whose name, where `policy.identities` binds them.
//!
//! The originals believe what a client says about itself, and so do their clients. Here is
//! everything that a server asks for instead.

use sio_p2p_protocol::{
    Arguments, Dialect, EventName, Failure, Payload, Refusal, RoomName, is_server_only,
};

use super::authorize::{Action, PermissionDenied};
use super::policy::Identities;
use super::{ConnectionId, Relay};

/// What stands between the service and the topic in the name of a room.
const TOPIC: &str = ":topic:";

impl Relay {
    /// True if clients may speak in their own names only.
    pub(super) fn binds(&self) -> bool {
        self.policy.identities == Identities::Bound
    }

    /// Whether a client may hand on an event in this form. The source that `v1` puts first
    /// is itself (SRV-MSG-29), and nobody speaks for the server.
    pub(super) fn check_source(
        &self,
        from: ConnectionId,
        dialect: Dialect,
        event: &EventName,
        args: &Arguments,
    ) -> Result<(), Failure> {
        if !self.binds() {
            return Ok(());
        }
        self.check_event(event)?;
        if dialect == Dialect::V1
            && let Some(first) = args.elements().first()
            && !self.is_own_name(from, &Payload::from(*first))
        {
            return Err(not_allowed(
                "the first argument of a message names its source in `v1`, and must be the \
                 sender's own client id (policy.identities)",
            ));
        }
        Ok(())
    }

    /// Whether a client may hand on an event of this name.
    pub(super) fn check_event(&self, event: &EventName) -> Result<(), Failure> {
        if self.binds() && is_server_only(event.as_str()) {
            return Err(not_allowed(
                "only a server sends events of this name (policy.identities)",
            ));
        }
        Ok(())
    }

    /// Whether a client may send what belongs to a stream to this peer.
    pub(super) fn check_stream(
        &self,
        from: ConnectionId,
        to: ConnectionId,
        stream: &str,
    ) -> Result<(), Failure> {
        if self.binds()
            && !self.open_streams.has(from, to, stream)
            && !self.early_data.waits(from, to, stream)
        {
            return Err(not_allowed(
                "the two clients have no such stream (policy.identities)",
            ));
        }
        Ok(())
    }

    /// Whether a client may open a stream whose end has this id. Its peer would take what
    /// comes on it for data of another stream of that id.
    pub(super) fn check_new_stream(
        &self,
        from: ConnectionId,
        to: ConnectionId,
        stream: &str,
    ) -> Result<(), Failure> {
        if self.binds() && self.open_streams.another_has(from, to, stream) {
            return Err(not_allowed(
                "another client has a stream of this id to the same target (policy.identities)",
            ));
        }
        Ok(())
    }

    /// The rules about rooms.
    pub(super) fn identity_allows(
        &self,
        from: ConnectionId,
        action: &Action<'_>,
    ) -> Result<(), PermissionDenied> {
        if !self.binds() {
            return Ok(());
        }
        let (Action::JoinRoom { room } | Action::EmitRoom { room, .. }) = action else {
            return Ok(());
        };
        if is_of_topic(room) && !self.owns_topic(from, room) {
            return Err(PermissionDenied::new(
                "the room of a topic is entered through its service, and only that sends to it \
                 (policy.identities)",
            ));
        }
        if self.rooms.owner(room).is_some_and(|owner| owner != from) {
            return Err(PermissionDenied::new(
                "the room is that of another connection (policy.identities)",
            ));
        }
        Ok(())
    }

    /// True if a room belongs to a topic of this client, by its name. Rooms have no
    /// owners; those of topics are named after the service that makes them.
    ///
    /// A name may be read in two ways if a client id or a topic has `:topic:` in it. The
    /// shorter id counts, so that nobody gets hold of another's topics by calling itself
    /// after them.
    pub(super) fn owns_topic(&self, connection: ConnectionId, room: &RoomName) -> bool {
        let service = service_of(room);
        service.is_some_and(|service| {
            self.registry
                .client(connection)
                .is_some_and(|client| client.as_str() == service)
                && !self.services.has(service)
        })
    }

    /// True if a value is the client id of this connection. One without an id names nobody.
    fn is_own_name(&self, connection: ConnectionId, value: &Payload) -> bool {
        match self.registry.client(connection) {
            Some(client) => value.to_text().is_some_and(|text| text == client.as_str()),
            None => value.as_json() == "null" || value.as_json() == "\"\"",
        }
    }
}

/// The service in the name of the room of a topic.
fn service_of(room: &RoomName) -> Option<&str> {
    let rest = room.as_str().strip_prefix("service:")?;
    rest.find(TOPIC).and_then(|end| rest.get(..end))
}

/// True for the rooms of topics, by their names.
fn is_of_topic(room: &RoomName) -> bool {
    service_of(room).is_some()
}

fn not_allowed(reason: &str) -> Failure {
    Failure::refused(Refusal::NotAllowed, reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_id_is_the_service_of_a_topic() {
        let of = |name: &'static str| {
            let room = RoomName::new(name).unwrap();
            service_of(&room).map(str::to_owned)
        };
        assert_eq!(of("service:a:topic:x").as_deref(), Some("a"));
        assert_eq!(of("service:a:topic:x:topic:y").as_deref(), Some("a"));
        assert_eq!(of("service::topic:").as_deref(), Some(""));
        for name in ["", "lobby", "service:a", "service:a:topi:x", "a:topic:x"] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
