//! Bodies of the verbs about coming, going and presence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::verb::verbs;

verbs! {
    /// An actor that is not let in, and why.
    pub struct Refused: Act {
        /// The actor.
        at: String,
        /// The reason it is given when the namespace is refused. Default: any, or none.
        text: Option<String> = null,
        /// The HTTP status by which the handshake is refused. Default: any, or a refusal of
        /// another kind.
        status: Option<u16> = null,
    }

    /// Body of `disconnect`.
    pub struct Disconnect: Act {
        /// The actor that leaves.
        from: String,
        /// How it leaves.
        how: Leaving,
    }
}

/// The ways to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Leaving {
    /// A disconnect packet, then the transport is closed in good order.
    Clean,
    /// The TCP connection is dropped without a word.
    Abrupt,
    /// Nothing is read or sent any more, heartbeats included, and TCP stays open.
    Silent,
}

verbs! {
    /// Body of `closed`.
    pub struct Closed: Observation {
        /// The actor whose connection the server ends.
        at: String => Observes,
        /// By what means. Default: either.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<ClosedBy>,
    }
}

/// How a server can end a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClosedBy {
    /// A disconnect packet (`41`).
    Packet,
    /// The transport is closed without one.
    Transport,
}

verbs! {
    /// Body of `list_clients`.
    pub struct ListClients: Act {
        /// Who asks.
        from: String => Acts,
        /// These actors' ids are in the list, each exactly once.
        #[serde(default)]
        includes: Vec<String> => Names,
        /// The ids of `includes` are in the list in this order; others may stand between them.
        in_order: bool = false,
        /// These actors' ids are not in the list.
        #[serde(default)]
        excludes: Vec<String> => Names,
    }

    /// Body of `gone`.
    pub struct Gone: Act {
        /// Who asks for the list.
        at: String => Acts,
        /// Who must vanish from it.
        who: String => Names,
    }

    /// Body of `connection_status`.
    pub struct ConnectionStatus: Act {
        /// Who asks.
        from: String => Acts,
        /// About whom.
        who: String => Names,
        /// The expected answer.
        connected: bool,
    }
}
