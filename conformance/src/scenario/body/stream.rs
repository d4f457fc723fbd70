//! Bodies of the verbs about streams.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use sio_p2p_protocol::Dialect;

/// Body of `open_stream`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenStream {
    /// The opener.
    pub from: String,
    /// The client that shall accept the stream.
    pub to: String,
    /// Stream id of the opener's end.
    pub source_stream: Text,
    /// Stream id of the acceptor's end.
    pub target_stream: Text,
    /// Channel by which the acceptor sorts requests, `v2` only.
    #[serde(default)]
    pub channel: Option<Text>,
    /// An object with further members of the description, written as they are.
    #[serde(default)]
    pub members: Option<Pattern>,
    /// Name of this request for `acked` and `unanswered`.
    pub r#as: Text,
}

/// Body of `stream_offered`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamOffered {
    /// Who is asked.
    pub at: String,
    /// The opener, as the server has to state it.
    pub from: String,
    /// The client that the opener named. Default: the observer.
    #[serde(default)]
    pub to: Option<String>,
    /// Stream id of the opener's end.
    pub source_stream: Text,
    /// Stream id of the acceptor's end.
    pub target_stream: Text,
    /// The channel, `v2` only.
    #[serde(default)]
    pub channel: Option<Text>,
    /// An object with all further members of the description.
    #[serde(default)]
    pub members: Option<Pattern>,
    /// Name under which `answer` answers.
    pub r#as: Text,
    /// Dialect of the packet, where the two actors speak different ones. Default: that
    /// of `from`.
    #[serde(default)]
    #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
    pub dialect: Option<Dialect>,
}
