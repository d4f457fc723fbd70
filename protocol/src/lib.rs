//! Wire types of the Socket.IO peer-to-peer protocol: every event, payload,
//! acknowledgement and requirement, declared once.
//!
//! The protocol lets Socket.IO clients talk to each other through a server:
//! messages, links, rooms, streams, services and topics. It exists in two
//! dialects, see [`Dialect`]. This crate knows what travels and nothing else: no
//! sockets, no async, no clock.
//!
//! - [`ClientEvent`] and [`ServerEvent`] read and write the JSON array of an
//!   EVENT packet; each variant is one declaration of the [`catalogue`].
//! - Types that end in `Ack` do the same for ACK packets.
//! - [`Payload`] and [`Arguments`] keep what applications send as text, byte for
//!   byte. Binary attachments travel beside, untouched; [`Args`] is both together,
//!   and the way from Rust values to them and back.
//! - [`MessageRef`] and [`argument_list`] do the most frequent part of that without
//!   copying anything, for those who relay messages.
//! - [`Failure`] knows the texts by which failures are told, both ways.
//! - [`clauses`] lists what implementations have to do, [`deviations`] where the
//!   published plugin does not do what its README says.
//!
//! What a server does with a message, in short:
//!
//! ```
//! use sio_p2p_protocol::{ClientEvent, Failure, ServerError, ServerEvent, forward};
//!
//! // A client of dialect v2 sends this without an ack id.
//! let data = r#"["P2P_EMIT","bob","hello",[1e400,{"b":1,"a":-0}],null]"#;
//! let ClientEvent::P2pEmitV2(message) = ClientEvent::decode(data, false)? else {
//!     unreachable!("told by its shape");
//! };
//! assert_eq!(message.target.as_str(), "bob");
//! assert!(!message.event.is_reserved() && !message.ack);
//!
//! // Bob receives the event with its arguments as they were.
//! let received = forward(&message.event, &message.args);
//! assert_eq!(received, r#"["hello",1e400,{"b":1,"a":-0}]"#);
//!
//! // If there is no bob, the sender is told.
//! let failure = Failure::MessageTargetNotConnected { client: "bob".into() };
//! let told = ServerEvent::from(ServerError { text: failure.text() });
//! assert_eq!(
//!     told.encode(),
//!     r#"["SERVER_ERROR","Error: Core: Client bob is not connected to server"]"#
//! );
//!
//! // What cannot be understood is an error that says where and why.
//! let error = ClientEvent::decode(r#"["P2P_EMIT","bob",5,[]]"#, false).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "argument 1 of P2P_EMIT: expected an event name (a string), found a number (SRV-CORE-F5)"
//! );
//! # Ok::<(), sio_p2p_protocol::DecodeError>(())
//! ```
//!
//! # What is read beside what is written
//!
//! Reading is more lenient than writing. What each event takes, and how this crate reads where
//! the originals disagree with each other or with reason, is in `spec/schemas.md`; the instances
//! in `spec/schema/instances` show it, and a test holds this crate to them. Reserved event names
//! decode; [`EventName::is_reserved`] tells them.
//!
//! # Features
//!
//! `schema` gives every wire type its JSON Schema and adds the generators in
//! [`schema`].

mod ack;
mod args;
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
mod placeholder;
mod room;
mod scan;
pub mod schema;
mod server_only;
mod service;
mod shape;
mod spec;
mod stream;
mod topic;
mod value;
mod wire;

pub use ack::{EmptyAck, ForwardedAck, NullAck};
pub use args::{Args, ArgsError, Binary, FromArgs, IntoArgs};
pub use clause::{Clause, ClauseId, Level, Role, UnknownClause, clauses};
pub use core::*;
pub use deviation::{Deviation, deviations};
pub use dialect::{Dialect, Direction, Family, UnknownDialect};
pub use error::{DecodeError, DecodeErrorKind};
pub use event::{ClientEvent, ServerEvent, catalogue};
pub use failure::{
    Failure, FailureCode, FailureSpec, Origin, Place, Refusal, UnknownFailureCode, Wording,
};
pub use ids::{ApiName, Channel, ClientId, EventName, InvalidName, RoomName, StreamId, TopicName};
pub use link::*;
pub use message::*;
pub use payload::{Arguments, InvalidPayload, Payload};
pub use placeholder::{DanglingPlaceholder, check_placeholders};
pub use room::*;
pub use scan::argument_list;
pub use server_only::is_server_only;
pub use service::*;
pub use shape::Shape;
pub use spec::{
    AckContent, AckNeed, AckSpec, ArgSpec, EventSpec, Example, Form, NamePattern, Presence,
};
pub use stream::*;
pub use topic::*;
