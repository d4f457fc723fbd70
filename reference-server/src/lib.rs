//! The reference server of the Socket.IO peer-to-peer protocol.
//!
//! [`serve()`] runs a server on a listener; the binary `p2p-server` is a thin
//! wrapper around it. Both dialects and both generations of Engine.IO are served
//! at once, and any client may talk to any other across all of them.
//!
//! The program that a server is part of takes part through a [`Handle`]. Arguments and
//! answers are Rust values, see [`Args`]:
//!
//! ```no_run
//! # use sio_p2p_server::P2pServer;
//! # async fn f(listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
//! let server = P2pServer::builder().build();
//! let handle = server.handle();
//! tokio::spawn(server.serve(listener, std::future::pending()));
//!
//! handle.emit_to("alice", "moved", ("pawn", 4))?;
//! let sum: i64 = handle.request_to("alice", "sum", (2, 3)).await?;
//! handle.emit_room("players", "result", sum)?;
//!
//! let mut calls = handle.provide_api("sum")?;
//! while let Some(call) = calls.next().await {
//!     let (a, b): (i64, i64) = call.parse()?;
//!     call.answer(a + b)?;
//! }
//! # Ok(()) }
//! ```
//!
//! The [`relay`] holds the protocol and knows no sockets: it takes what a
//! connection received and says what is to be sent to whom. The shell around it
//! ties it to the network.

mod admin;
#[cfg(feature = "socketioxide")]
pub mod attach;
pub mod auth;
pub mod config;
mod driver;
#[cfg(feature = "faults")]
pub mod faults;
mod host;
mod millis;
pub mod mount;
mod net;
pub mod relay;
mod serve;
mod server;
mod shell;
pub mod store;

pub use config::{Config, PATH};
pub use host::{
    AckRegistration, Acked, Backlog, Call, CallError, Calls, EmitPersistent, Handle, HostStream,
    JoinError, OpenStream, OpenStreamError, PersistError, Presence, PresenceEvent, ProvideError,
    PublishError, Requested, Responder, SendError, Service, Stored, StreamEnded, StreamOptions,
};
pub use net::{
    CertificateWarning, Certificates, ClientAddress, OriginError, OriginFault, TlsError,
};
pub use relay::Peer;
pub use serve::BoundServer;
pub use server::{P2pServer, P2pServerBuilder, serve};
pub use sio_p2p_engine::{Lenient, StallGuard};
pub use sio_p2p_protocol::{Args, ArgsError, Binary, FromArgs, IntoArgs};

/// Runs the examples of the page as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
