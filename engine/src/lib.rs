//! An Engine.IO server for generations 3 and 4: long-polling, JSONP, WebSocket, and the
//! upgrade between them. It carries text and binary messages; it knows neither Socket.IO nor
//! anything else that is built on them.
//!
//! HTTP is hyper's, and the program accepts connections itself. What is left is to say what
//! is done with messages, and to hand requests over:
//!
//! ```
//! use std::sync::Arc;
//!
//! use bytes::Bytes;
//! use sio_p2p_engine::{Batch, Body, Config, Handler, Opening, Server, Socket};
//!
//! /// Sends every message back.
//! struct Echo;
//!
//! impl Handler for Echo {
//!     type Data = ();
//!
//!     fn open(&self, _: Opening) {}
//!
//!     fn text(&self, socket: &Arc<Socket<()>>, text: &str, batch: &mut Batch<()>) {
//!         socket.send(&[text], &[], batch).ok();
//!     }
//!
//!     fn binary(&self, socket: &Arc<Socket<()>>, data: &[u8], batch: &mut Batch<()>) {
//!         socket.send_binary(&Bytes::copy_from_slice(data), batch).ok();
//!     }
//! }
//!
//! /// Answers a request of a connection that hyper serves with upgrades.
//! async fn answer(
//!     server: &Arc<Server<Echo>>,
//!     request: http::Request<hyper::body::Incoming>,
//! ) -> http::Response<Body> {
//!     Arc::clone(server).handle(request).await
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let server = Server::new(Arc::new(Echo), Config::default());
//! // Heartbeats and timeouts of all sessions.
//! tokio::spawn(Arc::clone(&server).keep_time());
//! # let _ = answer;
//! # }
//! ```
//!
//! `examples/echo.rs` is the whole program.
//!
//! # What it promises
//!
//! - **Order.** Messages of a session reach the program in the order in which they were sent,
//!   and the client in the order of the calls, each once, also across the upgrade. An order
//!   between sessions is that in which their connections were ready, if the runtime has one
//!   thread.
//! - **Bounds.** What waits for a client is bounded in packets and bytes
//!   ([`Config::queue_packets`], [`Config::queue_bytes`]); beyond them sending fails with
//!   [`SendError::Full`], and the program decides. A message has at most
//!   [`Config::max_message`] bytes, and is refused before it is read. Answers to heartbeats
//!   are bounded, too. A client that takes nothing is let go of ([`Config::write_stall`]).
//!   All clients together have a bound of their own ([`Config::backlog_bytes`]), and so have
//!   the bodies of polling requests ([`Config::payload_bytes`]).
//! - **Turns.** A connection that never stops sending gives way to others after some time, and
//!   sooner the longer it goes on. A program can pause the reading of a session
//!   ([`Handler::pause`]); [`Socket::send`] says when room for a client becomes scarce.
//! - **Breaks are told at once.** A poll, a post or a WebSocket that breaks off ends the
//!   session without waiting for a heartbeat, if the service on the connection
//!   [begins](begin) its answers at once. A WebSocket that only tries to become the
//!   transport leaves the session as it was when it fails.
//! - **An end is told once**, by [`Handler::closed`], with the first reason there was.
//! - **Little memory.** An idle connection holds no buffer. Timers are one queue, and there
//!   is one task for each WebSocket.
//! - **No panics and no `unsafe`** for anything that comes from the network.
//!
//! What is wanted from a client is what the official servers want, in their words; where
//! those of both generations differ, a client gets those of its own. A request without `EIO`
//! is of generation 3.
//!
//! # What is where
//!
//! | | |
//! |---|---|
//! | [`Server`], [`Handler`], [`Socket`], [`Batch`] | what a program uses |
//! | [`Config`], [`CloseReason`] | what can be chosen, and why a session ended |
//! | [`StallGuard`], [`Lenient`], [`IoCounters`] | what a program that accepts connections puts around them |
//! | [`Packet`], [`payload`] | the codecs of Engine.IO, usable by themselves |
//! | [`websocket`] | the codec of RFC 6455, usable by itself |
//! | `session` | a session as a state machine without sockets and clock |
//! | `serve` | requests and WebSockets: what ties sessions to connections |

mod close;
mod config;
mod generation;
mod handler;
mod io;
mod packet;
pub mod payload;
mod pool;
mod prepared;
mod serve;
mod server;
mod session;
mod sid;
mod socket;
mod timers;
pub mod websocket;

pub use self::close::CloseReason;
pub use self::config::Config;
pub use self::generation::Generation;
pub use self::handler::{Handler, Opening};
pub use self::io::{IoCounters, Lenient, StallGuard};
pub use self::packet::{Packet, PacketError};
pub use self::prepared::Prepared;
pub use self::serve::{Body, begin};
pub use self::server::Server;
pub use self::session::{Room, Transport};
pub use self::sid::{InvalidSid, Sid};
pub use self::socket::{Batch, Queued, SendError, Socket};

/// The examples of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
