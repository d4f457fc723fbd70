//! Bodies of the verbs about the API registry of `v2`.

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `check_api`.
    pub struct CheckApi: Act {
        /// Who asks.
        from: String => Acts,
        /// The name in question; `${room:x}` is a name generated for this run.
        api: Text => Api,
        /// The expected answer.
        exists: bool,
    }

    /// Body of `create_api`.
    pub struct CreateApi: Act {
        /// The provider.
        from: String => Acts,
        /// The name.
        api: Text => Api,
    }

    /// Body of `destroy_api`.
    pub struct DestroyApi: Act {
        /// The provider, or who pretends to be.
        from: String => Acts,
        /// The name. Without it every API of the sender.
        #[serde(skip_serializing_if = "Option::is_none")]
        api: Option<Text> => Api,
    }

    /// Body of `use_api`.
    pub struct UseApi: Act {
        /// The caller.
        from: String => Acts,
        /// The name.
        api: Text => Api,
        /// The arguments. No dialect adds a source id to them.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
        /// Ask for an ack under this name.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Asks,
    }
}
