//! Stream: byte streams between two clients.
//!
//! A stream has two ends, each with an id of its own (CLI-STR-2). Data travels as messages whose
//! event name ends in the sender's stream id; one message is one chunk, and its answer says that
//! the next chunk may come. So a slow reader slows the writer down across the network.
//!
//! A stream lives on one connection of each client. When either is lost, both ends end: the own
//! end with the connection, the other one by the notice that the peer has left. Nothing is
//! restored, because nobody knows how much of the last chunks arrived; the application opens a
//! new stream and knows better where to go on.
//!
//! An end that is destroyed tells its peer once (CLI-STR-12), which is also how everything else
//! that may leave half a stream behind is cleaned up: an opener that gives up, a chunk that is no
//! chunk, a peer that overruns us.
//!
//! - `table.rs`: the ends that there are, and who accepts new ones.
//! - `end.rs`: one end: what has arrived, and how the end came to its end.
//! - `duplex.rs`: the end in the hands of the application, `AsyncRead` and `AsyncWrite`.
//! - `split.rs`: the same in several hands.
//! - `open.rs`, `accept.rs`: how the two ends come about.
//! - `chunk.rs`: what a chunk can look like.

mod accept;
mod chunk;
mod duplex;
mod end;
mod error;
mod open;
mod options;
mod split;
pub(crate) mod table;

pub use accept::{StreamAcceptor, StreamOffer};
pub use duplex::P2pStream;
pub use error::StreamError;
pub use open::OpenStream;
pub use options::StreamOptions;
pub use split::{StreamReader, StreamWriter};
