//! Bodies of the verbs about streams.

use sio_p2p_protocol::Dialect;

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use crate::scenario::verb::verbs;

verbs! {
    /// Body of `open_stream`.
    pub struct OpenStream: Act {
        /// The opener.
        from: String => acts,
        /// The client that shall accept the stream.
        to: String => names,
        /// Stream id of the opener's end.
        source_stream: Text => says,
        /// Stream id of the acceptor's end.
        target_stream: Text => says,
        /// Channel by which the acceptor sorts requests, `v2` only.
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<Text> => says,
        /// An object with further members of the description, written as they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        members: Option<Pattern> => sends,
        /// Name of this request for `acked` and `unanswered`.
        r#as: Text => asks,
    }

    /// Body of `stream_offered`.
    pub struct StreamOffered: Observation {
        /// Who is asked.
        at: String => observes,
        /// The opener, as the server has to state it.
        from: String => names,
        /// The client that the opener named. Default: the observer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        to: Option<String> => names,
        /// Stream id of the opener's end.
        source_stream: Text => says,
        /// Stream id of the acceptor's end.
        target_stream: Text => says,
        /// The channel, `v2` only.
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<Text> => says,
        /// An object with all further members of the description.
        #[serde(skip_serializing_if = "Option::is_none")]
        members: Option<Pattern> => expects,
        /// Name under which `answer` answers.
        r#as: Text => takes,
        /// Dialect of the packet, where the two actors speak different ones. Default: that
        /// of `from`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
        dialect: Option<Dialect>,
    }
}
