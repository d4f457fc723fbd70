//! What a message means to a stream.
//!
//! Streams travel inside messages. Which of them a message belongs to, and whether
//! it ends it, is read off its name, so that all others cost nothing here.

use std::borrow::Cow;

use sio_p2p_protocol::{
    Arguments, Dialect, EventName, PEER_STREAM_DESTROYED, Payload, STREAM_DATA_PREFIX,
};

/// What a message means to the stream it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum MessageKind {
    /// There is more to come.
    Data,
    /// Nothing more comes from this end.
    End,
    /// This end is gone.
    Destroyed,
}

/// The stream whose data or whose end a message carries, if it does. The id is
/// that of the sender's end.
pub(in crate::relay) fn stream_of<'a>(
    dialect: Dialect,
    event: &'a EventName,
    args: &Arguments,
) -> Option<(Cow<'a, str>, MessageKind)> {
    let name = event.as_str();
    if let Some(stream) = name.strip_prefix(STREAM_DATA_PREFIX) {
        // Only the second dialect has a mark for the end (CLI-STR-11).
        let ends = dialect == Dialect::V2 && args.inner().trim() == "null";
        let part = if ends {
            MessageKind::End
        } else {
            MessageKind::Data
        };
        return Some((Cow::Borrowed(stream), part));
    }
    if name != PEER_STREAM_DESTROYED {
        return None;
    }
    // The first dialect puts the sender's client id first.
    let position = usize::from(dialect == Dialect::V1);
    let id = Payload::from(*args.elements().get(position)?);
    // A number is an id too, by its digits.
    let text = id.to_text().unwrap_or_else(|| id.as_json().to_owned());
    Some((Cow::Owned(text), MessageKind::Destroyed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_message_is_the_sender_s_end() {
        let data = EventName::new("P2P_EMIT_STREAM-from-stream-x").unwrap();
        let destroyed = EventName::new("PEER_STREAM_DESTROYED").unwrap();
        let other = EventName::new("hello").unwrap();
        let args = Arguments::parse(r#"["a", 7 ]"#).unwrap();
        let found = |id: &'static str, part| Some((Cow::Borrowed(id), part));
        let of = |dialect, event| stream_of(dialect, event, &args);
        assert_eq!(of(Dialect::V1, &data), found("x", MessageKind::Data));
        assert_eq!(
            of(Dialect::V1, &destroyed),
            found("7", MessageKind::Destroyed)
        );
        assert_eq!(
            of(Dialect::V2, &destroyed),
            found("a", MessageKind::Destroyed)
        );
        assert_eq!(of(Dialect::V2, &other), None);
        assert_eq!(
            stream_of(Dialect::V2, &destroyed, &Arguments::empty()),
            None
        );
        let null = Arguments::parse("[ null ]").unwrap();
        let with_null = |dialect| stream_of(dialect, &data, &null);
        assert_eq!(with_null(Dialect::V2), found("x", MessageKind::End));
        assert_eq!(with_null(Dialect::V1), found("x", MessageKind::Data));
    }
}
