//! The short way of plain messages and acks.
//!
//! Nearly all that a relay does is to hand messages and their acks on. This does it with
//! one look at the text, straight from the buffer that the message was read into to that
//! of its receiver. What is not plain is left to the long way, which decides everything.

use sio_p2p_protocol::{MessageRef, argument_list};
use tokio::time::Instant;

use super::Engine;
use crate::relay::ConnectionId;
use crate::shell::session::{Batch, Connection, Phase};

/// What became of a text frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fast {
    /// It was handled.
    Handled,
    /// It was not; the long way has to. `counted` says that the rates know of it.
    Declined {
        /// It must not be counted again.
        counted: bool,
    },
}

const DECLINED: Fast = Fast::Declined { counted: false };

impl Engine {
    /// Hands a message or an ack on, if that is all there is to be done.
    pub(super) fn fast(
        &self,
        connection: &Connection,
        text: &str,
        now: Instant,
        batch: &mut Batch,
    ) -> Fast {
        let session = connection.data();
        let Phase::Joined(from) = session.phase() else {
            return DECLINED;
        };
        // A packet that lacks attachments must not be followed by text.
        if session.decoder.is_amid() {
            return DECLINED;
        }
        let Some((id, json)) = text.get(1..).and_then(ack_id) else {
            return DECLINED;
        };
        match (text.as_bytes().first(), id) {
            (Some(b'2'), id) => self.message(connection, from, id, json, now, batch),
            (Some(b'3'), Some(id)) => self.ack(from, id, json, now, batch),
            _ => DECLINED,
        }
    }

    fn message(
        &self,
        connection: &Connection,
        from: ConnectionId,
        ack: Option<u64>,
        json: &str,
        now: Instant,
        batch: &mut Batch,
    ) -> Fast {
        let Some(message) = MessageRef::read(json) else {
            return DECLINED;
        };
        if let Err(excess) = connection.data().may_send() {
            self.namespace_with(batch)
                .refuse_too_fast(connection, from, excess);
            return Fast::Handled;
        }
        if self
            .namespace_with(batch)
            .forward(connection, from, &message, ack, now)
        {
            Fast::Handled
        } else {
            Fast::Declined { counted: true }
        }
    }

    fn ack(
        &self,
        from: ConnectionId,
        id: u64,
        json: &str,
        now: Instant,
        batch: &mut Batch,
    ) -> Fast {
        let Some(list) = argument_list(json) else {
            return DECLINED;
        };
        if self.namespace_with(batch).forward_ack(from, id, list, now) {
            Fast::Handled
        } else {
            DECLINED
        }
    }
}

/// Takes the ack id from before a JSON array. `None` for what is no array of the default
/// namespace, and for ids that the long way has an opinion on.
fn ack_id(text: &str) -> Option<(Option<u64>, &str)> {
    const MOST_DIGITS: usize = 15;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (id, json) = text.split_at_checked(digits)?;
    if digits > MOST_DIGITS || !json.starts_with('[') {
        return None;
    }
    let id = if id.is_empty() {
        None
    } else {
        Some(id.parse().ok()?)
    };
    Some((id, json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_before_an_array_are_taken() {
        assert_eq!(ack_id("[1]"), Some((None, "[1]")));
        assert_eq!(ack_id("12[1]"), Some((Some(12), "[1]")));
        for text in ["", "12", "/x,[1]", "-1[1]", "9007199254740992[]", "1 []"] {
            assert_eq!(ack_id(text), None, "{text}");
        }
    }
}
