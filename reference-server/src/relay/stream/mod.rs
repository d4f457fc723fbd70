//! What the relay knows of streams.
//!
//! - `early_data`: what acceptors send before the opener knows of the stream.
//! - `open`: streams that both ends have agreed on.
//! - `abandoned`: requests that were given up and may still be accepted.
//! - `host_ends`: the host's ends of streams.
//! - `message_kind`: which messages belong to a stream.
//!
//! These are tables that know nothing of each other. The events are handled in
//! `family::stream`.

mod abandoned;
mod early_data;
mod host_ends;
mod message_kind;
mod open;

pub(super) use self::abandoned::{AbandonedRequest, AbandonedRequests};
pub(super) use self::early_data::{BufferLimit, Buffered, EarlyData, HeldMessage, Limits, Offer};
pub(crate) use self::host_ends::SERVER_SIDE;
pub(super) use self::host_ends::{HostEnd, HostEnds};
pub(super) use self::message_kind::{MessageKind, stream_of};
pub(super) use self::open::{OpenStreams, Stream};
