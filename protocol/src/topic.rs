//! Topic: publish and subscribe, dialect `v1`.
//!
//! A topic is a room with a prefixed name. Subscribing is a message to the
//! service, which moves the subscriber into the room; a publication is an event
//! to the room, and so is the end of the topic.

use std::borrow::Cow;

use crate::ack::answer;
use crate::clause::id;
use crate::dialect::{Direction, Family, V1_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::{ClientId, EventName, RoomName, TopicName};
use crate::packet::{Packet, WireEvent};
use crate::payload::{Arguments, Payload};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required, rest};
use crate::value::MaybeTopicName;
use crate::wire::Writer;

const PUBLICATION_SUFFIX: &str = "-DEFAULT_TOPIC_EVENT";
const END_SUFFIX: &str = "-TOPIC_BEING_DESTROYED";

/// The room of a topic: `service:<service>:topic:<topic>`.
///
/// The service is a client id or the name of a service that the server provides.
pub fn topic_room(service: &str, topic: &TopicName) -> RoomName {
    RoomName::from_shared(format!("service:{service}:topic:{topic}"))
}

/// The event that carries a publication to the room of a topic.
pub fn publication_event(room: &RoomName) -> EventName {
    EventName::from_shared(format!("{room}{PUBLICATION_SUFFIX}"))
}

answer! {
    /// The answer to a subscription: empty, or the reason of a refusal.
    SubscribeTopicAck of "SUBSCRIBE_TOPIC", "SRV-SVC-F5",
    /// The subscription was taken.
    Subscribed,
    /// It was not: the topic name is empty, or the subscriber is not connected.
    Refused
}

/// `SUBSCRIBE_TOPIC [source, client, topic] +ack`: a message to a service that
/// asks for the publications of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeTopic {
    /// Who asks, by its own word.
    pub source: ClientId,
    /// Who is to be subscribed; the library repeats the source.
    pub client: ClientId,
    /// The bare topic name; `None` is refused in the ack.
    pub topic: Option<TopicName>,
    /// Whether an answer is asked for.
    pub ack: bool,
}

impl WireEvent for SubscribeTopic {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.SUBSCRIBE_TOPIC",
        name: NamePattern::Exact("SUBSCRIBE_TOPIC"),
        family: Family::Topic,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "A peer asks this service for the publications of a topic; a service that the server provides takes it before it is forwarded.",
        forms: &[Form {
            doc: "",
            args: &[
                required::<ClientId>("source", "Who asks, by its own word."),
                required::<ClientId>("client", "Who is to be subscribed."),
                required::<MaybeTopicName>("topic", "The bare topic name."),
            ],
        }],
        ack: AckSpec::optional::<SubscribeTopicAck>("Empty, or why not."),
        failures: &[
            FailureCode::TopicNameEmpty,
            FailureCode::SubscriberNotConnected,
        ],
        clauses: &[
            id("SRV-SVC-F5"),
            id("SRV-SVC-4"),
            id("CLI-SVC-F1"),
            id("CLI-SVC-F2"),
        ],
        carried_by: &["v1.P2P_EMIT_ACKNOWLEDGE"],
        examples: &[Example::acked(
            r#"["SUBSCRIBE_TOPIC","alice","alice","prices"]"#,
        )],
        type_name: "SubscribeTopic",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: packet.name(0)?,
            client: packet.name(1)?,
            topic: packet.maybe_name(2)?,
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.source.as_str())
            .string(self.client.as_str());
        out.string(self.topic.as_ref().map_or("", TopicName::as_str));
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// `UNSUBSCRIBE_TOPIC [source, client, topic]`: a message to a service that ends
/// a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsubscribeTopic {
    /// Who asks, by its own word.
    pub source: ClientId,
    /// Who is to be unsubscribed; the library repeats the source.
    pub client: ClientId,
    /// The topic name; the library sends it with the prefix of the room, which
    /// the service then adds a second time (DEV-5).
    pub topic: Option<TopicName>,
}

impl WireEvent for UnsubscribeTopic {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.UNSUBSCRIBE_TOPIC",
        name: NamePattern::Exact("UNSUBSCRIBE_TOPIC"),
        doc: "A peer wants no more publications of a topic.",
        forms: &[Form {
            doc: "",
            args: &[
                required::<ClientId>("source", "Who asks, by its own word."),
                required::<ClientId>("client", "Who is to be unsubscribed."),
                required::<MaybeTopicName>("topic", "The topic name."),
            ],
        }],
        ack: AckSpec::never("Nobody answers."),
        failures: &[],
        carried_by: &["v1.P2P_EMIT"],
        examples: &[Example::plain(
            r#"["UNSUBSCRIBE_TOPIC","alice","alice","prices"]"#,
        )],
        type_name: "UnsubscribeTopic",
        ..SubscribeTopic::SPEC
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: packet.name(0)?,
            client: packet.name(1)?,
            topic: packet.maybe_name(2)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.source.as_str())
            .string(self.client.as_str());
        out.string(self.topic.as_ref().map_or("", TopicName::as_str));
    }
}

/// `<room>-DEFAULT_TOPIC_EVENT [...args]`: a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPublication {
    /// The room of the topic, see [`topic_room`].
    pub room: RoomName,
    /// What was published.
    pub args: Arguments,
}

impl WireEvent for TopicPublication {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.<room>-DEFAULT_TOPIC_EVENT",
        name: NamePattern::Suffix {
            parameter: "room",
            suffix: PUBLICATION_SUFFIX,
        },
        family: Family::Topic,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "A publication, sent to every member of the topic's room except a publishing client.",
        forms: &[Form {
            doc: "",
            args: &[rest::<Payload>("args", "What was published.")],
        }],
        ack: AckSpec::never("Nobody answers."),
        failures: &[],
        clauses: &[id("SRV-SVC-5"), id("SRV-SVC-4"), id("CLI-SVC-F2")],
        carried_by: &["any.EMIT_ROOM"],
        examples: &[Example::plain(
            r#"["service:news:topic:prices-DEFAULT_TOPIC_EVENT",5,{"k":"v"}]"#,
        )],
        type_name: "TopicPublication",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            room: packet.parameter()?,
            args: packet.rest(0),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.args.inner());
    }

    fn name(&self) -> Cow<'_, str> {
        Self::SPEC.name.name(self.room.as_str()).into()
    }
}

/// `<room>-TOPIC_BEING_DESTROYED []`: the topic ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicBeingDestroyed {
    /// The room of the topic, see [`topic_room`].
    pub room: RoomName,
}

impl WireEvent for TopicBeingDestroyed {
    const SPEC: EventSpec = EventSpec {
        key: "v1.server.<room>-TOPIC_BEING_DESTROYED",
        name: NamePattern::Suffix {
            parameter: "room",
            suffix: END_SUFFIX,
        },
        family: Family::Topic,
        direction: Direction::ServerToClient,
        dialects: V1_ONLY,
        since: "1.5.0",
        until: Some("1.5.0"),
        doc: "The topic ends and the receiver is no longer a member of its room.",
        forms: &[Form { doc: "", args: &[] }],
        ack: AckSpec::never("Nobody answers."),
        failures: &[],
        clauses: &[id("SRV-SVC-3"), id("SRV-SVC-5")],
        carried_by: &[],
        examples: &[Example::plain(
            r#"["service:news:topic:prices-TOPIC_BEING_DESTROYED"]"#,
        )],
        type_name: "TopicBeingDestroyed",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            room: packet.parameter()?,
        })
    }

    fn write(&self, _: &mut Writer) {}

    fn name(&self) -> Cow<'_, str> {
        Self::SPEC.name.name(self.room.as_str()).into()
    }
}
