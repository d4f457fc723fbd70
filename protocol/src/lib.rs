//! Wire types of the Socket.IO peer-to-peer protocol: every event, payload,
//! acknowledgement and requirement, declared once.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod ack;
mod clause;
mod core;
mod deviation;
mod dialect;
mod error;
mod event;
mod failure;
mod ids;
mod link;
mod message;
mod packet;
mod payload;
mod room;
pub mod schema;
mod service;
mod spec;
mod stream;
mod topic;
mod value;
mod wire;

pub use ack::{EmptyAck, ForwardedAck, NullAck};
pub use clause::{Clause, ClauseId, Level, Role, UnknownClause, clauses};
pub use core::{
    ConnectedStatusAck, GetClientConnectedStatus, ListClients, ListClientsAck, PongAck,
    ServerError, ServerPing,
};
pub use deviation::{Deviation, deviations};
pub use dialect::{Dialect, Direction, Family, UnknownDialect};
pub use error::{DecodeError, DecodeErrorKind};
pub use event::{ClientEvent, ServerEvent, catalogue};
pub use failure::{
    Failure, FailureCode, FailureSpec, Origin, Place, Refusal, UnknownFailureCode, Wording,
};
pub use ids::{ApiName, Channel, ClientId, EventName, InvalidName, RoomName, StreamId, TopicName};
pub use link::{
    AddTarget, AddTargetAck, MultiApiAddTarget, TargetAdded, TargetAddedV1, TargetDisconnected,
    TargetDisconnectedV1,
};
pub use message::{Forwarded, P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2, forward};
pub use payload::{Arguments, InvalidPayload, Payload};
pub use room::{
    EmitRoom, JoinRoomV1, JoinRoomV1Ack, JoinRoomV2, JoinsRoom, LeaveRoomV1, LeaveRoomV2,
    LeavesRoom, Rooms,
};
pub use service::{CheckApiName, CheckApiNameAck, CreateApi, DestroyApi, UseApi};
pub use spec::{
    AckContent, AckNeed, AckSpec, ArgSpec, EventSpec, Example, Form, NamePattern, Presence,
};
pub use stream::{
    CreateStream, CreateStreamAck, MultiApiCreateStream, PEER_STREAM_DESTROYED,
    PeerStreamDestroyedV1, PeerStreamDestroyedV2, STREAM_DATA_PREFIX, StreamDataAck, StreamDataV1,
    StreamDataV2, StreamInfo, StreamOffered, StreamOfferedOnChannel, StreamOfferedV1,
};
pub use topic::{
    SubscribeTopic, SubscribeTopicAck, TopicBeingDestroyed, TopicPublication, UnsubscribeTopic,
    publication_event, topic_room,
};
