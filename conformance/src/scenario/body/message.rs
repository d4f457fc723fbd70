//! Bodies of the verbs about messages and their acks.

use crate::scenario::failures::FailureCodes;
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `emit`.
    pub struct Emit: Act {
        /// The sender.
        from: String => Acts,
        /// The addressed actor. One that never connects is an unknown target.
        to: String => Names,
        /// Name of the event that the target is to see.
        event: Text => Says,
        /// The arguments, without the sender's id that dialect `v1` puts in front.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
    }

    /// Body of `request`.
    pub struct Request: Act {
        /// The sender.
        from: String => Acts,
        /// The addressed actor.
        to: String => Names,
        /// Name of the event that the target is to see.
        event: Text => Says,
        /// The arguments, as for `emit`.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
        /// Name of this request for `acked` and `unanswered`.
        r#as: Text => Asks,
        /// The number by which the ack is asked for, instead of the next one of the connection.
        #[schemars(range(max = 9_007_199_254_740_991_u64))]
        number: Option<u64> = null,
    }

    /// Body of `receive`.
    pub struct Receive: Observation {
        /// The receiver.
        at: String => Observes,
        /// Name of the event.
        event: Text => Says,
        /// The sender of the message. If it speaks `v1`, its id is expected before `args`.
        /// Left out for events without a source, such as room events.
        from: Option<String> = null => Names,
        /// The arguments.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: ArgumentsPattern => Expects,
        /// The event must ask for an ack, which `answer` gives under this name; usually the
        /// name of the `request`. Without `as` the event must not ask for one.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Takes,
    }

    /// Body of `answer`.
    pub struct Answer: Act {
        /// Name given by the `as` of a `receive` or `target_added`.
        request: Text => Answers,
        /// Arguments of the ack.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
    }

    /// Body of `acked`.
    pub struct Acked: Observation {
        /// Name given by the `as` of the step that asked.
        request: Text => Awaits,
        /// Arguments of the ack, unless `failure` says what they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        args: Option<ArgumentsPattern> => Expects,
        /// The ack carries the text of this failure and nothing else, in one of the wordings of
        /// the actor's dialect.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<FailureCodes> => Fails,
        /// The client that the failure is about. Default: anybody.
        who: Option<String> = null => Names,
        /// The ack is the next packet, event or ack, that arrives at the actor. Without it the
        /// ack may come at any time.
        next: bool = false,
    }

    /// The name of a request.
    pub struct RequestName: Act {
        /// Name given by the `as` of the step that asked.
        request: Text => Awaits,
    }

    /// Body of `server_error`.
    pub struct ServerErrorSeen: Observation {
        /// The observer.
        at: String => Observes,
        /// The failure whose text is expected, in one of the wordings of the actor's dialect.
        /// Default: any text.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<FailureCodes> => Fails,
        /// The client that the failure is about. Default: anybody.
        who: Option<String> = null => Names,
    }
}
