//! The register of failures: one row for each code.

use super::{Failure, FailureSpec, Origin, Place, Refusal};
use crate::dialect::{V1_AND_V2, V1_ONLY, V2_ONLY};

/// Places at which this project's own refusals travel: wherever a text can.
const ANYWHERE: &[Place] = &[
    Place::ServerError,
    Place::AddTargetAck,
    Place::CreateStreamAck,
    Place::SubscribeTopicAck,
    Place::JoinRoomAck,
];

macro_rules! register {
    ($(
        $variant:ident = $name:literal $(($number:literal))?, $dialects:ident, $places:expr, $origin:ident,
        [$($text:literal),+] $(, bare: $bare:literal)?, $doc:literal;
    )+) => {
        /// The stable code of a failure. It is never used again for something else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FailureCode {
            $(#[doc = $doc] $variant,)+
        }

        impl FailureCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as text, in kebab case.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The row of the register.
            pub const fn spec(self) -> FailureSpec {
                match self {
                    $(Self::$variant => FailureSpec {
                        code: self,
                        name: $name,
                        number: register!(@option $($number)?),
                        dialects: $dialects,
                        places: $places,
                        texts: &[$($text),+],
                        bare: register!(@option $($bare)?),
                        doc: $doc,
                        origin: Origin::$origin,
                    },)+
                }
            }
        }
    };
    (@option) => { None };
    (@option $value:literal) => { Some($value) };
}

register! {
    TargetNotFound = "target-not-found" ("E1"), V1_ONLY, &[Place::ServerError], Original,
        ["Error: Could not find target client '{}' socket"],
        "The target of a message, of a request to add it, or of a stream request is not connected.";
    TargetNotRegistered = "target-not-registered" ("E2"), V1_ONLY, &[Place::AddTargetAck, Place::CreateStreamAck], Original,
        ["Client {} is not registered to server"],
        "The target to be added or asked for a stream is not connected.";
    MessageTargetNotConnected = "message-target-not-connected" ("E3"), V2_ONLY, &[Place::ServerError], Original,
        ["Error: Core: Client {} is not connected to server"],
        bare: "Error: Client {} is not connected to server",
        "The target of a message is not connected.";
    AddTargetNotConnected = "add-target-not-connected" ("E4"), V2_ONLY, &[Place::AddTargetAck], Original,
        ["Message: Client {} is not connected to server"],
        bare: "Client {} is not connected to server",
        "The target to be added is not connected.";
    StreamTargetNotConnected = "stream-target-not-connected" ("E5"), V2_ONLY, &[Place::CreateStreamAck], Original,
        ["Stream: Client {} is not connected to server"],
        bare: "Client {} is not connected to server",
        "The target of a stream request is not connected.";
    TopicNameEmpty = "topic-name-empty" ("E6"), V1_ONLY, &[Place::SubscribeTopicAck], Original,
        ["topicName can not be empty"],
        "A subscription names no topic.";
    SubscriberNotConnected = "subscriber-not-connected" ("E7"), V1_ONLY, &[Place::SubscribeTopicAck], Original,
        ["client {} is not connected to p2p server"],
        "The client to be subscribed to a topic of the server is not connected.";
    ClusterTargetNotConnected = "cluster-target-not-connected" ("E8"), V2_ONLY, &[Place::ServerError], Original,
        ["Client {} is not connected to server"],
        "The target of a message is not connected to any server of the cluster.";
    DuplicateClientId = "duplicate-client-id" ("E9"), V2_ONLY, &[Place::ServerError], Original,
        ["p2p Socket.io lib: Duplicated clientId {} on connect, new socket id = {}, new socket with duplicated clientId will be disconnected"],
        "The client id is in use and the new connection will be closed.";
    StreamTimeout = "stream-timeout" ("E10"), V2_ONLY, &[Place::Local], Original,
        ["addP2pStream error: target client response timeout ({}ms) exceeded",
         "Stream: addP2pStream error: target client response timeout ({}ms) exceeded"],
        "The target did not answer a stream request in time.";
    ApiNameTaken = "api-name-taken" ("E11"), V2_ONLY, &[Place::Local], Original,
        ["Duplicated API name: {}"],
        "The API to be provided exists already.";
    NotListeningForStreams = "not-listening-for-streams" ("E12"), V1_ONLY, &[Place::CreateStreamAck], Original,
        ["Client {} is not listening to create stream event", "Client is not listening to create stream event"],
        "The target takes no streams; it says so itself.";
    AddTargetFailed = "add-target-failed" ("E13"), V2_ONLY, &[Place::Local], Original,
        ["Target client {} is not connected to server"],
        "Adding a target failed, whatever the reason.";
    SubscriberUnknown = "subscriber-unknown" ("E14"), V1_ONLY, &[Place::JoinRoomAck], Original,
        ["[object]"],
        "The client to be moved into a room is not connected; an empty object stands for the error.";
    TopicNotCreated = "topic-not-created", V1_ONLY, &[Place::Local], Original,
        ["topic {} is not yet created"],
        "A publication to a topic that was not created.";
    TopicNameNotText = "topic-name-not-text", V1_ONLY, &[Place::Local], Original,
        ["A string is required for topic name, got {} instead"],
        "A topic name is not a text.";
    PersistentStoreIncomplete = "persistent-store-incomplete", V2_ONLY, &[Place::Local], Original,
        ["Core: You must provide all 4 functions: saveMessage, deleteMessage, loadMessages, updateMessage to use emitToPersistent"],
        bare: "You must provide all 4 functions: saveMessage, deleteMessage, loadMessages, updateMessage to use emitToPersistent",
        "Persistent messages need a complete store.";
    PersistentStoreGaveNoId = "persistent-store-gave-no-id", V2_ONLY, &[Place::Local], Original,
        ["Core: saveMessage function must return a message ID"],
        bare: "saveMessage function must return a message ID",
        "The store gave no id for a persistent message.";
    MalformedEvent = "malformed-event", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: malformed-event: {}"],
        "The packet is not a JSON array that begins with an event name.";
    UnknownEvent = "unknown-event", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: unknown-event: {}"],
        "No event of the catalogue has this name.";
    MalformedArgument = "malformed-argument", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: malformed-argument: {}"],
        "An argument is missing or is not what it has to be.";
    MissingAck = "missing-ack", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: missing-ack: {}"],
        "The event is answered by its ack and came without an ack id.";
    ReservedEventName = "reserved-event-name", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: reserved-event-name: {}"],
        "The event name is reserved by Socket.IO and is not delivered.";
    MalformedAttachments = "malformed-attachments", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: malformed-attachments: {}"],
        "Attachments and placeholders do not fit together.";
    UnknownApi = "unknown-api", V2_ONLY, ANYWHERE, SioP2p,
        ["Error: unknown-api: {}"],
        "Nobody provides the API.";
    TargetLeft = "target-left", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: target-left: {}"],
        "The target left before it answered.";
    TimedOut = "timed-out", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: timed-out: {}"],
        "The answer did not come in time.";
    ClientIdMissing = "client-id-missing", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: client-id-missing: {}"],
        "The connection gave no client id.";
    NotServed = "not-served", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: not-served: {}"],
        "This server does not serve the event.";
    NotAllowed = "not-allowed", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: not-allowed: {}"],
        "The policy of this server forbids it.";
    LimitReached = "limit-reached", V1_AND_V2, ANYWHERE, SioP2p,
        ["Error: limit-reached: {}"],
        "A limit of this server was reached.";
}

impl FailureCode {
    /// The failure of this code with the particulars that stand in its text.
    pub(super) fn with(self, values: &[&str]) -> Option<Failure> {
        let first = values.first().map(|value| (*value).to_owned());
        Some(match self {
            Self::TargetNotFound => Failure::TargetNotFound { client: first? },
            Self::TargetNotRegistered => Failure::TargetNotRegistered { client: first? },
            Self::MessageTargetNotConnected => {
                Failure::MessageTargetNotConnected { client: first? }
            }
            Self::AddTargetNotConnected => Failure::AddTargetNotConnected { client: first? },
            Self::StreamTargetNotConnected => Failure::StreamTargetNotConnected { client: first? },
            Self::SubscriberNotConnected => Failure::SubscriberNotConnected { client: first? },
            Self::ClusterTargetNotConnected => {
                Failure::ClusterTargetNotConnected { client: first? }
            }
            Self::AddTargetFailed => Failure::AddTargetFailed { client: first? },
            Self::TopicNameEmpty => Failure::TopicNameEmpty,
            Self::DuplicateClientId => Failure::DuplicateClientId {
                client: first?,
                socket: (*values.get(1)?).to_owned(),
            },
            Self::StreamTimeout => Failure::StreamTimeout {
                milliseconds: first?.parse().ok()?,
            },
            Self::ApiNameTaken => Failure::ApiNameTaken { api: first? },
            Self::NotListeningForStreams => Failure::NotListeningForStreams { client: first },
            Self::SubscriberUnknown => Failure::SubscriberUnknown,
            Self::TopicNotCreated => Failure::TopicNotCreated { room: first? },
            Self::TopicNameNotText => Failure::TopicNameNotText { found: first? },
            Self::PersistentStoreIncomplete => Failure::PersistentStoreIncomplete,
            Self::PersistentStoreGaveNoId => Failure::PersistentStoreGaveNoId,
            Self::MalformedEvent => Failure::Refused {
                reason: Refusal::MalformedEvent,
                detail: first?,
            },
            Self::UnknownEvent => Failure::Refused {
                reason: Refusal::UnknownEvent,
                detail: first?,
            },
            Self::MalformedArgument => Failure::Refused {
                reason: Refusal::MalformedArgument,
                detail: first?,
            },
            Self::MissingAck => Failure::Refused {
                reason: Refusal::MissingAck,
                detail: first?,
            },
            Self::ReservedEventName => Failure::Refused {
                reason: Refusal::ReservedEventName,
                detail: first?,
            },
            Self::MalformedAttachments => Failure::Refused {
                reason: Refusal::MalformedAttachments,
                detail: first?,
            },
            Self::UnknownApi => Failure::Refused {
                reason: Refusal::UnknownApi,
                detail: first?,
            },
            Self::TargetLeft => Failure::Refused {
                reason: Refusal::TargetLeft,
                detail: first?,
            },
            Self::TimedOut => Failure::Refused {
                reason: Refusal::TimedOut,
                detail: first?,
            },
            Self::ClientIdMissing => Failure::Refused {
                reason: Refusal::ClientIdMissing,
                detail: first?,
            },
            Self::NotServed => Failure::Refused {
                reason: Refusal::NotServed,
                detail: first?,
            },
            Self::NotAllowed => Failure::Refused {
                reason: Refusal::NotAllowed,
                detail: first?,
            },
            Self::LimitReached => Failure::Refused {
                reason: Refusal::LimitReached,
                detail: first?,
            },
        })
    }
}

impl Failure {
    /// The code of this failure.
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::TargetNotFound { .. } => FailureCode::TargetNotFound,
            Self::TargetNotRegistered { .. } => FailureCode::TargetNotRegistered,
            Self::MessageTargetNotConnected { .. } => FailureCode::MessageTargetNotConnected,
            Self::AddTargetNotConnected { .. } => FailureCode::AddTargetNotConnected,
            Self::StreamTargetNotConnected { .. } => FailureCode::StreamTargetNotConnected,
            Self::SubscriberNotConnected { .. } => FailureCode::SubscriberNotConnected,
            Self::ClusterTargetNotConnected { .. } => FailureCode::ClusterTargetNotConnected,
            Self::AddTargetFailed { .. } => FailureCode::AddTargetFailed,
            Self::DuplicateClientId { .. } => FailureCode::DuplicateClientId,
            Self::StreamTimeout { .. } => FailureCode::StreamTimeout,
            Self::ApiNameTaken { .. } => FailureCode::ApiNameTaken,
            Self::NotListeningForStreams { .. } => FailureCode::NotListeningForStreams,
            Self::TopicNotCreated { .. } => FailureCode::TopicNotCreated,
            Self::TopicNameNotText { .. } => FailureCode::TopicNameNotText,
            Self::TopicNameEmpty => FailureCode::TopicNameEmpty,
            Self::SubscriberUnknown => FailureCode::SubscriberUnknown,
            Self::PersistentStoreIncomplete => FailureCode::PersistentStoreIncomplete,
            Self::PersistentStoreGaveNoId => FailureCode::PersistentStoreGaveNoId,
            Self::Refused { reason, .. } => reason.code(),
        }
    }

    /// What stands in the holes of the text, in order.
    pub(super) fn particulars(&self) -> Vec<String> {
        match self {
            Self::TargetNotFound { client }
            | Self::TargetNotRegistered { client }
            | Self::MessageTargetNotConnected { client }
            | Self::AddTargetNotConnected { client }
            | Self::StreamTargetNotConnected { client }
            | Self::SubscriberNotConnected { client }
            | Self::ClusterTargetNotConnected { client }
            | Self::AddTargetFailed { client } => vec![client.clone()],
            Self::DuplicateClientId { client, socket } => vec![client.clone(), socket.clone()],
            Self::StreamTimeout { milliseconds } => vec![milliseconds.to_string()],
            Self::ApiNameTaken { api } => vec![api.clone()],
            Self::NotListeningForStreams { client } => client.iter().cloned().collect(),
            Self::TopicNotCreated { room } => vec![room.clone()],
            Self::TopicNameNotText { found } => vec![found.clone()],
            Self::Refused { detail, .. } => vec![detail.clone()],
            Self::TopicNameEmpty
            | Self::SubscriberUnknown
            | Self::PersistentStoreIncomplete
            | Self::PersistentStoreGaveNoId => Vec::new(),
        }
    }
}
