//! Bodies of the verbs about streams.

use sio_p2p_protocol::Dialect;

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use crate::scenario::verb::verbs;

verbs! {
    /// Body of `open_stream`.
    pub struct OpenStream: Act {
        /// The opener.
        from: String => Acts,
        /// The client that shall accept the stream.
        to: String => Names,
        /// Stream id of the opener's end.
        source_stream: Text => Says,
        /// Stream id of the acceptor's end.
        target_stream: Text => Says,
        /// Channel by which the acceptor sorts requests, `v2` only.
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<Text> => Says,
        /// An object with further members of the description, written as they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        members: Option<Pattern> => Sends,
        /// Name of this request for `acked` and `unanswered`.
        r#as: Text => Asks,
    }

    /// Body of `stream_offered`.
    pub struct StreamOffered: Observation {
        /// Who is asked.
        at: String => Observes,
        /// The opener, as the server has to state it.
        from: String => Names,
        /// The client that the opener named. Default: the observer.
        to: Option<String> = null => Names,
        /// Stream id of the opener's end.
        source_stream: Text => Says,
        /// Stream id of the acceptor's end.
        target_stream: Text => Says,
        /// The channel, `v2` only.
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<Text> => Says,
        /// An object with all further members of the description.
        #[serde(skip_serializing_if = "Option::is_none")]
        members: Option<Pattern> => Expects,
        /// Name under which `answer` answers.
        r#as: Text => Takes,
        /// Dialect of the packet, where the two actors speak different ones. Default: that
        /// of `from`.
        #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
        dialect: Option<Dialect> = null,
    }
}
