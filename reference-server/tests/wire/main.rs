//! Tests at the level of packets: literal frames over real sockets, with clients
//! that share no code with the server.

mod client;
mod exact;
mod handshake;
mod hostile;
mod leaving;
mod order;
mod polling;
mod server;
mod slow;
mod websocket;
