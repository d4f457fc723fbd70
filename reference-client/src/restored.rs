//! What became of what a client had set up, after a reconnect.

use sio_p2p_protocol::{ApiName, ClientId, TopicName};

/// What became of something that a client had set up, after a reconnect.
///
/// What is not told is as it was: listeners stay, and rooms and topics are joined again without
/// an answer that could say no.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restored {
    /// It is as it was.
    Back(Restorable),
    /// It could not be restored, for this reason, and is gone: its streams have ended.
    Lost(Restorable, String),
    /// Everything that could be restored is.
    Done,
}

/// Something that a client had set up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Restorable {
    /// A target that this client had added.
    Target(ClientId),
    /// A link that another client had made by adding this one. Only it can make it again.
    LinkBy(ClientId),
    /// An API that this client provides.
    Api(ApiName),
    /// A subscription of this client, to a topic of a service.
    Subscription(ClientId, TopicName),
}
