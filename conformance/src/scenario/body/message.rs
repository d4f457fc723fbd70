//! Bodies of the verbs about messages and their acks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `emit`.
    pub struct Emit: Act {
        /// The sender.
        from: String => acts,
        /// The addressed actor. One that never connects is an unknown target.
        to: String => names,
        /// Name of the event that the target is to see.
        event: Text => says,
        /// The arguments, without the sender's id that dialect `v1` puts in front.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => sends,
    }

    /// Body of `request`.
    pub struct Request: Act {
        /// The sender.
        from: String => acts,
        /// The addressed actor.
        to: String => names,
        /// Name of the event that the target is to see.
        event: Text => says,
        /// The arguments, as for `emit`.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => sends,
        /// Name of this request for `acked` and `unanswered`.
        r#as: Text => asks,
        /// The number by which the ack is asked for, instead of the next one of the connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        #[schemars(range(max = 9_007_199_254_740_991_u64))]
        number: Option<u64>,
    }

    /// Body of `receive`.
    pub struct Receive: Observation {
        /// The receiver.
        at: String => observes,
        /// Name of the event.
        event: Text => says,
        /// The sender of the message. If it speaks `v1`, its id is expected before `args`.
        /// Left out for events without a source, such as room events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        from: Option<String> => names,
        /// The arguments.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: ArgumentsPattern => expects,
        /// The event must ask for an ack, which `answer` gives under this name; usually the
        /// name of the `request`. Without `as` the event must not ask for one.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => takes,
    }

    /// Body of `answer`.
    pub struct Answer: Act {
        /// Name given by the `as` of a `receive` or `target_added`.
        request: Text => answers,
        /// Arguments of the ack.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => sends,
    }

    /// Body of `acked`.
    pub struct Acked: Observation {
        /// Name given by the `as` of the step that asked.
        request: Text => awaits,
        /// Arguments of the ack, unless `failure` says what they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        args: Option<ArgumentsPattern> => expects,
        /// The ack carries the text of this failure and nothing else, in one of the wordings of
        /// the actor's dialect.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<FailureCodes> => fails,
        /// The client that the failure is about. Default: anybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        who: Option<String> => names,
        /// The ack is the next packet, event or ack, that arrives at the actor. Without it the
        /// ack may come at any time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[schemars(extend("default" = false))]
        next: bool,
    }
}

/// The code of a failure of the protocol; `target-missing` for an unknown target in
/// `SERVER_ERROR`, `add-target-refused` or `stream-refused` for one in the ack of an add or a
/// stream request, whatever the dialect calls it; or several codes, of which those of the
/// actor's dialect count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a failure code or an array of them")]
pub enum FailureCodes {
    /// One code.
    One(String),
    /// Several codes.
    Several(Vec<String>),
}

impl FailureCodes {
    /// The codes.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(code) => std::slice::from_ref(code),
            Self::Several(codes) => codes,
        }
    }
}

verbs! {
    /// The name of a request.
    pub struct RequestName: Act {
        /// Name given by the `as` of the step that asked.
        request: Text => awaits,
    }

    /// Body of `server_error`.
    pub struct ServerErrorSeen: Observation {
        /// The observer.
        at: String => observes,
        /// The failure whose text is expected, in one of the wordings of the actor's dialect.
        /// Default: any text.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<FailureCodes> => fails,
        /// The client that the failure is about. Default: anybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        who: Option<String> => names,
    }
}
