//! Bodies of the verbs about targets and rooms.

use sio_p2p_protocol::Dialect;

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `add_target`.
    pub struct AddTarget: Act {
        /// Who adds.
        from: String => acts,
        /// Who is added.
        to: String => names,
        /// Name of this request for `acked` and `unanswered`.
        r#as: Text => asks,
    }

    /// Body of `target_added`.
    pub struct TargetAdded: Observation {
        /// Who has been added.
        at: String => observes,
        /// Who added it.
        from: String => names,
        /// Name under which `answer` answers.
        r#as: Text => takes,
        /// Dialect of the packet, where the two actors speak different ones. Default: that
        /// of `from`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
        dialect: Option<Dialect>,
    }

    /// Body of `target_left`.
    pub struct TargetLeft: Observation {
        /// Who is told.
        at: String => observes,
        /// Who has left.
        who: String => names,
        /// Dialect of the packet, where the two actors speak different ones. Default: that
        /// of `at`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("default" = null))]
        #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
        dialect: Option<Dialect>,
    }

    /// Body of `join_room` and `leave_room`.
    pub struct RoomChange: Act {
        /// Who joins or leaves.
        from: String => acts,
        /// The room; `${room:x}` is a name generated for this run.
        room: Text => room,
        /// Ask for an ack under this name.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => asks,
    }

    /// Body of `emit_room`.
    pub struct EmitRoom: Act {
        /// The sender, a member or not.
        from: String => acts,
        /// The room.
        room: Text => room,
        /// Name of the event.
        event: Text => says,
        /// The arguments. No dialect adds a source id to them.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => sends,
    }
}
