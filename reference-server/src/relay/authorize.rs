//! Authorisation: whether a client may do what it asks for.
//!
//! Every event of a client is one action, or one for each room that it names, and
//! each is judged once, before it has any effect: first by the rules of the policy,
//! then by the [`Authorize`] hook of the program that embeds the server. What is
//! refused is told to the sender with the code `not-allowed`, in the ack if the
//! event has a refusal of its own and by `SERVER_ERROR` if it has none.

use std::fmt;
use std::sync::Arc;

use sio_p2p_protocol::{ApiName, Channel, ClientId, EventName, Failure, Refusal, RoomName};

use super::policy::{ListClients, RoomEmitters, RoomMoves};
use super::{ConnectionId, Relay};

/// Decides what clients may do.
///
/// It is asked under the lock of the server, so it must answer from memory: a
/// decision that takes a database is made before, and looked up here. It is asked
/// about clients only; the host may do anything. Answers to what others have asked
/// are no actions, nor is giving up what one has.
///
/// ```
/// use sio_p2p_server::relay::{Action, Authorize, PermissionDenied, Sender};
///
/// /// Only clients whose id begins with `staff-` may list who is there.
/// struct StaffOnly;
///
/// impl Authorize for StaffOnly {
///     fn allows(&self, client: &Sender<'_>, action: &Action<'_>) -> Result<(), PermissionDenied> {
///         let staff = client.client_id.is_some_and(|id| id.as_str().starts_with("staff-"));
///         match action {
///             Action::ListClients if !staff => Err(PermissionDenied::new("only staff may list clients")),
///             _ => Ok(()),
///         }
///     }
/// }
/// ```
pub trait Authorize: Send + Sync {
    /// Allows an action, or says why not. The reason is told to the client.
    fn allows(&self, client: &Sender<'_>, action: &Action<'_>) -> Result<(), PermissionDenied>;
}

/// The client that wants to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender<'a> {
    /// Its connection.
    pub connection: ConnectionId,
    /// Its client id; `None` if it is anonymous. Whether an id is rightfully used
    /// is decided when a connection comes in, not here.
    pub client_id: Option<&'a ClientId>,
}

/// What a client wants to do. Targets and rooms need not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action<'a> {
    /// Send an event to a client. Data of streams and subscriptions to topics of
    /// client-side services travel like this, too.
    Emit {
        /// Whom to.
        target: &'a ClientId,
        /// The event.
        event: &'a EventName,
        /// Whether the target is asked for an ack.
        ack: bool,
    },
    /// Link with a client.
    AddTarget {
        /// The client.
        target: &'a ClientId,
    },
    /// Open a stream to a client.
    OpenStream {
        /// The client.
        target: &'a ClientId,
        /// The channel, if one is named.
        channel: Option<&'a Channel>,
    },
    /// Join a room.
    JoinRoom {
        /// The room.
        room: &'a RoomName,
    },
    /// Leave a room.
    LeaveRoom {
        /// The room.
        room: &'a RoomName,
    },
    /// Take another client into a room.
    MoveIntoRoom {
        /// The client.
        client: &'a ClientId,
        /// The room.
        room: &'a RoomName,
    },
    /// Take another client out of a room.
    MoveOutOfRoom {
        /// The client.
        client: &'a ClientId,
        /// The room.
        room: &'a RoomName,
    },
    /// End a topic, which empties its room.
    EndTopic {
        /// The room of the topic.
        room: &'a RoomName,
    },
    /// Send an event to a room. To publish on a topic is to do this.
    EmitRoom {
        /// The room.
        room: &'a RoomName,
        /// The event.
        event: &'a EventName,
    },
    /// Ask whether an API exists.
    CheckApi {
        /// The API.
        api: &'a ApiName,
    },
    /// Provide an API.
    ProvideApi {
        /// The API.
        api: &'a ApiName,
    },
    /// Call an API.
    UseApi {
        /// The API.
        api: &'a ApiName,
        /// Whether the provider is asked for an ack.
        ack: bool,
    },
    /// List all clients.
    ListClients,
    /// Ask whether a client is connected.
    QueryStatus {
        /// The client; `None` if what was asked for cannot be a client id.
        client: Option<&'a ClientId>,
    },
}

/// Why a client may not do something. Why it may not connect is
/// [`Unauthenticated`](crate::auth::Unauthenticated).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct PermissionDenied {
    reason: String,
}

impl PermissionDenied {
    /// Denied for this reason: one lowercase sentence without a period, which the
    /// client gets to read.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// The hook of the embedding program, if it has one.
#[derive(Clone, Default)]
pub(super) struct Hook(Option<Arc<dyn Authorize>>);

impl Hook {
    /// True if there is one.
    pub(super) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = if self.0.is_some() { "set" } else { "none" };
        write!(f, "Hook({set})")
    }
}

impl Relay {
    /// Asks `authorizer` what a client may do, from now on.
    pub fn set_authorizer(&mut self, authorizer: Arc<dyn Authorize>) {
        self.hook = Hook(Some(authorizer));
    }

    /// Judges an action of a client.
    pub(super) fn permit(&self, from: ConnectionId, action: &Action<'_>) -> Result<(), Failure> {
        let denied =
            |denial: PermissionDenied| Failure::refused(Refusal::NotAllowed, denial.reason);
        self.policy_allows(from, action).map_err(denied)?;
        self.identity_allows(from, action).map_err(denied)?;
        let Hook(Some(hook)) = &self.hook else {
            return Ok(());
        };
        let sender = Sender {
            connection: from,
            client_id: self.registry.client(from),
        };
        hook.allows(&sender, action).map_err(denied)
    }

    /// Judges several rooms, before anything is done about any of them.
    pub(super) fn permit_all<'a>(
        &self,
        from: ConnectionId,
        rooms: &'a [RoomName],
        action: impl Fn(&'a RoomName) -> Action<'a>,
    ) -> Result<(), Failure> {
        rooms
            .iter()
            .try_for_each(|room| self.permit(from, &action(room)))
    }

    /// The rules that are data.
    fn policy_allows(
        &self,
        from: ConnectionId,
        action: &Action<'_>,
    ) -> Result<(), PermissionDenied> {
        let (allowed, reason) = match action {
            Action::MoveIntoRoom { room, .. }
            | Action::MoveOutOfRoom { room, .. }
            | Action::EndTopic { room } => match self.policy.foreign_room_moves {
                RoomMoves::Anyone => return Ok(()),
                RoomMoves::TopicOwner => (
                    self.owns_topic(from, room),
                    "only the service of a topic may do this in its room \
                     (policy.foreign_room_moves)",
                ),
                RoomMoves::Nobody => (
                    false,
                    "nobody may move others into or out of rooms (policy.foreign_room_moves)",
                ),
            },
            Action::EmitRoom { room, .. } => (
                self.policy.room_emitters == RoomEmitters::Anyone
                    || self.rooms.contains(from, room),
                "only members may send to a room (policy.room_emitters)",
            ),
            Action::ListClients => (
                self.policy.list_clients == ListClients::Everybody,
                "nobody may list the clients (policy.list_clients)",
            ),
            _ => return Ok(()),
        };
        if allowed {
            Ok(())
        } else {
            Err(PermissionDenied::new(reason))
        }
    }
}
