//! Bodies of the verbs about targets and rooms.

use sio_p2p_protocol::Dialect;

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `add_target`.
    pub struct AddTarget: Act {
        /// Who adds.
        from: String => Acts,
        /// Who is added.
        to: String => Names,
        /// Name of this request for `acked` and `unanswered`.
        r#as: Text => Asks,
    }

    /// Body of `target_added`.
    pub struct TargetAdded: Observation {
        /// Who has been added.
        at: String => Observes,
        /// Who added it.
        from: String => Names,
        /// Name under which `answer` answers.
        r#as: Text => Takes,
        /// Dialect of the packet, where the two actors speak different ones. Default: that
        /// of `from`.
        #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
        dialect: Option<Dialect> = null,
    }

    /// Body of `target_left`.
    pub struct TargetLeft: Observation {
        /// Who is told.
        at: String => Observes,
        /// Who has left.
        who: String => Names,
        /// Dialect of the packet, where the two actors speak different ones. Default: that
        /// of `at`.
        #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
        dialect: Option<Dialect> = null,
    }

    /// Body of `join_room` and `leave_room`.
    pub struct RoomChange: Act {
        /// Who joins or leaves.
        from: String => Acts,
        /// The room; `${room:x}` is a name generated for this run.
        room: Text => Room,
        /// Ask for an ack under this name.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Asks,
    }

    /// Body of `emit_room`.
    pub struct EmitRoom: Act {
        /// The sender, a member or not.
        from: String => Acts,
        /// The room.
        room: Text => Room,
        /// Name of the event.
        event: Text => Says,
        /// The arguments. No dialect adds a source id to them.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
    }
}
