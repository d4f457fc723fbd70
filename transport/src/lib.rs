//! A plain Socket.IO client connection: Engine.IO 3 and 4, over WebSocket, HTTP long-polling or
//! the one after the other, with TLS and proxies; packets in and out, acknowledgements both ways,
//! binary kept binary. It knows nothing of peer-to-peer messaging.
//!
//! # Two levels
//!
//! [`Connection`] is the event level: emit, await acknowledgements, receive events and answer
//! them. It is what an application wants.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use sio_p2p_transport::{Args, ConnectOptions, Connection};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions::new("http://localhost:3000")?.query("clientId", "a");
//! let (connection, mut events) = Connection::connect(&options).await?;
//!
//! let args = Args::new().value("hello")?.binary(&b"\x00\x01"[..]);
//! let answer = connection.emit_with_ack("echo", args, Duration::from_secs(5)).await?;
//! println!("{} and {} attachments", answer.json, answer.attachments.len());
//!
//! while let Some(event) = events.next().await {
//!     println!("{} {}", event.name, event.args.json);
//!     if let Some(responder) = event.responder {
//!         responder.ack(Args::new().value(&true)?).await?;
//!     }
//! }
//! println!("{}", connection.closed().await);
//! # Ok(())
//! # }
//! ```
//!
//! [`PacketSocket`] is the packet level below it: any [`Packet`], raw [`Frame`]s, an
//! [observer](ConnectOptions::observe) that sees every frame in its true order, and several
//! ways to misbehave ([`abort`](PacketSocket::abort), [`freeze`](PacketSender::freeze),
//! [`Heartbeat::Silent`], [`send_connect(false)`](ConnectOptions::send_connect)). It is what a tester wants.
//!
//! ```no_run
//! use sio_p2p_transport::{ConnectOptions, EioVersion, Frame, Incoming, Packet, PacketSocket};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions::new("http://localhost:3000")?
//!     .eio(EioVersion::V3)
//!     .observe(|direction, frame| println!("{direction:?} {frame:?}"));
//! let mut socket = PacketSocket::connect(&options).await?;
//! socket.send(Packet::event(r#"["hello",1e400]"#)).await?;
//! socket.send_frame(Frame::text("42[null]")).await?;
//! while let Some(incoming) = socket.recv().await {
//!     match incoming {
//!         Incoming::Packet(packet) => println!("{packet:?}"),
//!         Incoming::Closed(reason) => println!("{reason}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Beside a connection, [`HttpRequest`] and [`SessionSocket`] ask the engine what no client asks:
//! a second poll, a WebSocket for a session that has one.
//!
//! # Transports
//!
//! [`Transports`] says which carriers a connection may use, and everything else is the same on
//! each: limits, timeouts, reasons, order. What differs on polling:
//!
//! - Frames are those that a WebSocket would carry, so an [observer](ConnectOptions::observe) sees the
//!   same lines. A close frame is posted as the close packet of the engine.
//! - A frame counts as [flushed](PacketSender::flush) when the server has answered the request
//!   that carried it.
//! - A session ends by the server's close packet, or by a refused request
//!   ([`CloseReason::HttpStatus`]); requests are never repeated once they may have arrived.
//! - [`abort`](PacketSocket::abort) and [`hang_up`](PacketSocket::hang_up) drop two connections.
//!
//! With [`Transports::PollingThenUpgrade`] the connection is usable at once and changes to a
//! WebSocket meanwhile; packets are neither lost nor reordered, whatever the traffic.
//! [`upgraded`](PacketSender::upgraded) waits for it. An attempt that fails leaves the connection
//! on polling; it is not repeated.
//!
//! # What is promised
//!
//! - **Payloads are untouched.** The JSON text of an event or acknowledgement comes out as it
//!   arrived, byte for byte; attachments are [`bytes::Bytes`] that are never copied on the way
//!   in, and on the way out only where Engine.IO 3 demands a prefix.
//! - **Order.** Packets are written in the order of the calls, and received in the order of the
//!   server. One task reads and writes, so there is one order of all frames.
//! - **Invalid input ends the connection** with a typed [`CloseReason`], and never panics. Valid
//!   means what the JavaScript clients accept. They also refuse events by certain reserved
//!   names; that is left to the application, which sees them.
//! - **Bounded memory.** Inbound: [`max_message_size`](ConnectOptions::max_message_size),
//!   [`max_packet_size`](ConnectOptions::max_packet_size),
//!   [`max_attachments`](ConnectOptions::max_attachments) and
//!   [`receive_buffer`](ConnectOptions::receive_buffer). Outbound: a queue of 64 packets, on
//!   polling 64 KiB of frames behind it, after which sending waits. Polling payloads are read
//!   piece by piece, so that only single messages have to fit.
//!
//! # Back-pressure and the heartbeat
//!
//! An application takes packets at its own pace. Those that it has not taken wait in the receive
//! buffer; when that is full, nothing more is read, so that TCP slows the server down. The
//! heartbeat goes on all the while, without the application:
//!
//! 1. As long as there is room, every frame is read at once, and pings are answered at once.
//! 2. Without room, Engine.IO 3 pings are still sent. The pings of an Engine.IO 4 server lie
//!    unread behind its data; their time is known from the handshake, and each is answered half
//!    a `pingTimeout` after it, unseen. So a slow application, or one that stops for a while,
//!    does not lose its connection.
//! 3. Silence of the server counts against it only while this side reads.
//!
//! A server that does not read blocks only sending: what is queued waits, then
//! [`PacketSender::send`] waits; receiving goes on, and closing takes
//! [`close_timeout`](ConnectOptions::close_timeout) at most.
//!
//! # Cancel safety
//!
//! All futures may be dropped at any time. `recv`, `next` and `closed` lose nothing; `send` and
//! `emit` have either queued the whole packet or nothing; an `emit_with_ack` that is dropped may
//! have sent its event, but its answer goes nowhere; `close` goes on in the background.
//!
//! # Published codecs
//!
//! Packets are written and their heads read by `socketioxide-parser-common`, text frames by
//! `engineioxide-core`. Own code fills what they leave open for a client: OPEN packets and
//! socket ids of JavaScript servers, packets of type 4, the binary prefix of Engine.IO 3, ack
//! ids out of range, the validity of payloads, polling payloads in the pieces in which they come.
//! HTTP is spoken by hyper, TLS by rustls, WebSocket by tungstenite.

mod ack;
mod carrier;
mod close;
mod connection;
mod control;
mod cookies;
mod data;
mod decode;
mod dial;
mod driver;
mod error;
mod frame;
mod halves;
mod handshake;
mod heartbeat;
mod observer;
mod options;
mod packet;
mod packet_reader;
mod packet_writer;
mod polling;
mod proxy;
mod raw;
mod reader;
mod socket;
mod target;
mod tls;
mod transports;
mod upgrade;
mod verify;
mod websocket;
mod wire;

pub use ack::{AckError, Responder};
pub use close::{CloseReason, Limit};
pub use connection::{Connection, Event, Events};
pub use data::{Args, Data};
pub use error::{ConnectError, DecodeError, EncodeError, HttpRefusal, Refusal, SendError, Stage};
pub use frame::{EioVersion, Frame, UnknownEioVersion};
pub use halves::{Incoming, PacketReceiver, PacketSender, Place};
pub use handshake::Handshake;
pub use observer::Direction;
pub use options::{ConnectOptions, Heartbeat};
pub use packet::Packet;
pub use proxy::Proxy;
pub use raw::{HttpAnswer, HttpRequest, SessionSocket};
pub use reader::{FrameReader, Heard, PayloadReader, Unreadable};
pub use socket::PacketSocket;
pub use tls::{Session, Tls};
pub use transports::{Transport, Transports, UnknownTransports};
