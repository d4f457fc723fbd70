#![doc = include_str!("../README.md")]
//! ## What holds everywhere
//!
//! - **Order.** What a client sends to another arrives in the order in which it was sent, and
//!   listeners get it in that order.
//! - **Waiting.** Everything that waits for an answer has a deadline, see
//!   [`Client::with_deadline`]. Back-pressure of the server and of peers reaches whoever sends.
//! - **Reconnects.** The connection is restored by itself, with everything that was set up on
//!   it, see [`Reconnect`] and [`Client::restored`].
//! - **Cleaning up.** Whatever is given out stops when dropped and leaves nothing behind, see
//!   [`Client::counters`].

mod acks;
mod broadcast;
mod builder;
mod client;
mod core;
mod counters;
mod emit;
mod error;
mod events;
mod listen;
mod message;
mod messenger;
mod options;
mod outbox;
mod queue;
mod reconnect;
mod restored;
mod service;
mod shared;
mod state;
mod stream;
mod tables;
mod target;
mod task;
mod topic;
mod typed;

pub use broadcast::EventStream;
pub use builder::ClientBuilder;
pub use client::Client;
pub use counters::Counters;
pub use error::{AnswerError, CallError, ConnectError, ListenError, Refused, SendError};
pub use events::{ConnectionEvent, ServerError, TargetEvent};
pub use listen::{ListenOptions, Listener, ListenerGuard};
pub use message::{Message, Responder};
pub use options::Reconnect;
pub use outbox::WhileOffline;
pub use restored::{Restorable, Restored};
pub use service::{Calls, Service};
pub use state::{ConnectionState, DisconnectReason};
pub use stream::{
    OpenStream, P2pStream, StreamAcceptor, StreamError, StreamOffer, StreamOptions, StreamReader,
    StreamWriter,
};
pub use topic::{Subscription, Topic};
pub use typed::{Event, Received, Request, TypedListener};

pub use sio_p2p_protocol::{
    ApiName, Args, ArgsError, Arguments, Binary, Channel, ClientId, Dialect, EventName, Failure,
    FromArgs, IntoArgs, InvalidName, StreamId, TopicName,
};
pub use sio_p2p_transport::{
    CloseReason, ConnectError as TransportError, EioVersion, Proxy, Tls, Transports,
    UnknownEioVersion, UnknownTransports,
};
