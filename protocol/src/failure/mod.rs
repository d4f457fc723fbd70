//! Failures: what a client is told when something could not be done.
//!
//! The originals report by text alone, so the texts are part of the wire. Each
//! has a stable code here; [`Failure::text`] writes it and [`Failure::classify`]
//! reads it back.

use std::fmt;

use crate::dialect::Dialect;
use crate::payload::Payload;

mod code;
mod refusal;
mod register;
mod template;

pub use code::UnknownFailureCode;
pub use refusal::Refusal;
pub use register::FailureCode;

/// Everything there is to know about one failure, without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureSpec {
    /// The stable code.
    pub code: FailureCode,
    /// The code as text, in kebab case.
    pub name: &'static str,
    /// The number that the wire catalogue gives it, `E1` to `E14`; `None` for others.
    pub number: Option<&'static str>,
    /// The dialects in which it occurs.
    pub dialects: &'static [Dialect],
    /// Where it travels.
    pub places: &'static [Place],
    /// Its texts, with `{}` for each particular. The first one is written.
    pub texts: &'static [&'static str],
    /// The first text as plugin version 1.12 words it, if that differs.
    pub bare: Option<&'static str>,
    /// What happened.
    pub doc: &'static str,
    /// Who is the author of the text: the original plugin, or this project.
    pub origin: Origin,
}

/// Whose text a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The original plugin's; other implementations match on it.
    Original,
    /// This project's, for input that the original does not survive or does not check.
    SioP2p,
}

/// Where the text of a failure travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The argument of `SERVER_ERROR`.
    ServerError,
    /// The ack of `ADD_TARGET` or `MULTI_API_ADD_TARGET`.
    AddTargetAck,
    /// The ack of `CREATE_STREAM` or `MULTI_API_CREATE_STREAM`.
    CreateStreamAck,
    /// The ack of `SUBSCRIBE_TOPIC`.
    SubscribeTopicAck,
    /// The ack of `JOIN_ROOM` in dialect `v1`.
    JoinRoomAck,
    /// Nowhere: a library tells its own application.
    Local,
}

impl Place {
    /// A stable name in kebab case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServerError => "server-error",
            Self::AddTargetAck => "add-target-ack",
            Self::CreateStreamAck => "create-stream-ack",
            Self::SubscribeTopicAck => "subscribe-topic-ack",
            Self::JoinRoomAck => "join-room-ack",
            Self::Local => "local",
        }
    }
}

/// Whose words are used where plugin versions of dialect `v2` differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wording {
    /// Version 2.0.0: texts name their API in front, as in `Core: `.
    #[default]
    Prefixed,
    /// Version 1.12.1: texts without a prefix.
    Bare,
}

/// A failure with its particulars. Clients appear as text, because the originals
/// print whatever was sent, such as `undefined`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// E1: no such client, dialect `v1`, any event with a target.
    TargetNotFound {
        /// The target.
        client: String,
    },
    /// E2: no such client, dialect `v1`, in the ack.
    TargetNotRegistered {
        /// The target.
        client: String,
    },
    /// E3: no such client, dialect `v2`, message.
    MessageTargetNotConnected {
        /// The target.
        client: String,
    },
    /// E4: no such client, dialect `v2`, adding a target.
    AddTargetNotConnected {
        /// The target.
        client: String,
    },
    /// E5: no such client, dialect `v2`, stream request.
    StreamTargetNotConnected {
        /// The target.
        client: String,
    },
    /// E6: a subscription without a topic.
    TopicNameEmpty,
    /// E7: a subscription for somebody who is not connected.
    SubscriberNotConnected {
        /// Who was to be subscribed.
        client: String,
    },
    /// E8: no such client on any server of a cluster.
    ClusterTargetNotConnected {
        /// The target.
        client: String,
    },
    /// E9: the client id is in use; the new connection will be closed.
    DuplicateClientId {
        /// The id.
        client: String,
        /// The Socket.IO id of the new connection.
        socket: String,
    },
    /// E10: the target did not answer a stream request in time.
    StreamTimeout {
        /// How long the opener waited, in milliseconds.
        milliseconds: u64,
    },
    /// E11: the API exists already.
    ApiNameTaken {
        /// The API.
        api: String,
    },
    /// E12: the target takes no streams.
    NotListeningForStreams {
        /// The target; the Java client leaves it out.
        client: Option<String>,
    },
    /// E13: adding a target failed, whatever the reason.
    AddTargetFailed {
        /// The target.
        client: String,
    },
    /// E14: somebody who is not connected was to join a room. Not a text but `{}`.
    SubscriberUnknown,
    /// A publication to a topic that was not created.
    TopicNotCreated {
        /// The room of the topic.
        room: String,
    },
    /// A topic name that is not a text.
    TopicNameNotText {
        /// What was given instead.
        found: String,
    },
    /// Persistent messages without a complete store.
    PersistentStoreIncomplete,
    /// A store that gave no id for a persistent message.
    PersistentStoreGaveNoId,
    /// Our own: the event was refused.
    Refused {
        /// Why.
        reason: Refusal,
        /// One sentence for humans, lowercase and without a period.
        detail: String,
    },
}

impl Failure {
    /// The text as it travels, in the words of version 2.0.0.
    pub fn text(&self) -> String {
        self.text_in(Wording::default())
    }

    /// The text as it travels, in the words of the given version.
    pub fn text_in(&self, wording: Wording) -> String {
        let spec = self.code().spec();
        let values = self.particulars();
        let fits = |text: &&&str| template::gaps(text) == values.len();
        let chosen = match (wording, spec.bare) {
            (Wording::Bare, Some(bare)) => bare,
            _ => spec.texts.iter().find(fits).copied().unwrap_or_default(),
        };
        template::fill(chosen, &values)
    }

    /// The argument that an ack carries for this failure: the text as a JSON
    /// string, except for E14, which is an empty object.
    pub fn payload(&self) -> Payload {
        match self {
            Self::SubscriberUnknown => Payload::empty_object(),
            other => Payload::string(&other.text()),
        }
    }

    /// Says which failure a text at some place means, whichever version words it.
    pub fn classify(text: &str, place: Place) -> Option<Self> {
        FailureCode::ALL.iter().find_map(|code| {
            let spec = code.spec();
            if !spec.places.contains(&place) {
                return None;
            }
            let texts = spec.texts.iter().copied().chain(spec.bare);
            texts
                .filter_map(|pattern| template::parse(pattern, text))
                .find_map(|values| code.with(&values))
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for Failure {}
